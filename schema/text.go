package schema

import (
	"slices"
	"strings"
)

// Text is a label, hint or message. Where it holds a computed part, the words have ${expression} there.
type Text struct {
	Words map[string]string            // language -> words; "" where the form is not translated
	Media map[string]map[string]string // language -> kind (image, audio, video, big-image) -> file name
	Expr  string                       // set instead of Words where the whole text is computed
}

// Plain returns an untranslated text; the empty text for "".
func Plain(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{Words: map[string]string{"": s}}
}

// Empty reports whether there is nothing to show.
func (t Text) Empty() bool { return len(t.Words) == 0 && len(t.Media) == 0 && t.Expr == "" }

// In returns the words in a language given by code ("zh") or name ("中文 (zh)"). Where the form has no such
// language: the untranslated words, then those of the first language by name.
func (t Text) In(lang string) string {
	if s, ok := t.Exactly(lang); ok {
		return s
	}
	if s, ok := t.Words[""]; ok {
		return s
	}
	names := make([]string, 0, len(t.Words))
	for name := range t.Words {
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return t.Words[slices.Min(names)]
}

// Exactly returns the words in a language given by code or name, without falling back to another.
func (t Text) Exactly(lang string) (string, bool) {
	if s, ok := t.Words[lang]; ok {
		return s, true
	}
	found, name := "", ""
	for k, s := range t.Words {
		if k != "" && LanguageCode(k) == lang && (name == "" || k < name) {
			found, name = s, k
		}
	}
	return found, name != ""
}

// LanguageCode returns the code of a language as forms name it: "中文 (zh)" and "zh" give "zh"; a name without
// a code is returned in lower case.
func LanguageCode(name string) string {
	name = strings.TrimSpace(name)
	if open := strings.LastIndexByte(name, '('); open >= 0 && strings.HasSuffix(name, ")") {
		return strings.ToLower(strings.TrimSpace(name[open+1 : len(name)-1]))
	}
	return strings.ToLower(name)
}
