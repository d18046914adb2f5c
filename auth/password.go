package auth

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

//go:embed blocklist.txt
var blocklistText string

// blocked is never written after it is made.
var blocked = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(blocklistText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			m[line] = true
		}
	}
	return m
}()

// normalPassword is the form that is hashed: full-width letters and digits that a Chinese keyboard may produce are
// the same password as the plain ones.
func normalPassword(pw string) string { return norm.NFKC.String(pw) }

// CheckPassword holds a new password against the rules: limits.PasswordMinRunes to PasswordMaxRunes characters, not on
// the list of common ones, not one short piece or sequence repeated, not made of the user name. No rules on kinds of
// characters and no expiry: they make passwords worse. Code: weak-password.
func CheckPassword(pw, login string) error {
	const op = "check password"
	if !utf8.ValidString(pw) {
		return errs.New(errs.WeakPassword, op, "not valid UTF-8")
	}
	pw = normalPassword(pw)
	n := utf8.RuneCountInString(pw)
	switch {
	case n < limits.PasswordMinRunes:
		return errs.New(errs.WeakPassword, op, "%d characters, at least %d", n, limits.PasswordMinRunes)
	case n > limits.PasswordMaxRunes:
		return errs.New(errs.WeakPassword, op, "%d characters, at most %d", n, limits.PasswordMaxRunes)
	}
	folded := foldPassword(pw)
	name := foldPassword(normalPassword(login))
	switch {
	case blocked[folded]:
		return errs.New(errs.WeakPassword, op, "it is on the list of common passwords")
	case periodic([]rune(folded)):
		return errs.New(errs.WeakPassword, op, "it repeats one short piece")
	case stepwise([]rune(folded)):
		return errs.New(errs.WeakPassword, op, "it is a sequence")
	case name != "" && len([]rune(strings.ReplaceAll(folded, name, ""))) < 8 && strings.Contains(folded, name):
		return errs.New(errs.WeakPassword, op, "it is little more than the user name")
	}
	return nil
}

func foldPassword(pw string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, pw)
}

// periodic reports whether s is one piece of up to four characters over and over.
func periodic(s []rune) bool {
	for p := 1; p <= 4 && p < len(s); p++ {
		same := true
		for i := p; i < len(s) && same; i++ {
			same = s[i] == s[i-p]
		}
		if same {
			return true
		}
	}
	return len(s) < 2
}

// stepwise reports whether each character follows the one before by the same step of one, such as abcdef or 987654.
func stepwise(s []rune) bool {
	for _, step := range []rune{1, -1} {
		same := true
		for i := 1; i < len(s) && same; i++ {
			d := s[i] - s[i-1]
			same = d == step || s[i-1] == '9' && s[i] == '0' || s[i-1] == '0' && s[i] == '9'
		}
		if same {
			return true
		}
	}
	return false
}
