package auth

import (
	"encoding/base64"
	"strconv"
	"strings"

	"ruhu/internal/errs"
)

// Pages hold pageDefault entries where nothing else is asked, pageMax at most.
const (
	pageDefault = 50
	pageMax     = 500
)

func pageLimit(n int) int {
	if n <= 0 {
		return pageDefault
	}
	return min(n, pageMax)
}

// Cursors of lists are not secret and not signed: they hold the key of the last entry, and what a page shows is cut to
// the asker's area whatever the cursor says.

func numberCursor(n uint64) string { return textCursor(strconv.FormatUint(n, 10)) }

func readNumberCursor(c string) (uint64, error) {
	text, err := readTextCursor(c)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, badCursor()
	}
	return n, nil
}

func textCursor(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

func readTextCursor(c string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || len(b) == 0 || len(b) > 200 {
		return "", badCursor()
	}
	return string(b), nil
}

// timeCursor is a cursor of a list by time, then id.
func timeCursor(at int64, id string) string { return textCursor(strconv.FormatInt(at, 10) + " " + id) }

func readTimeCursor(c string) (int64, string, error) {
	text, err := readTextCursor(c)
	if err != nil {
		return 0, "", err
	}
	num, id, ok := strings.Cut(text, " ")
	at, perr := strconv.ParseInt(num, 10, 64)
	if !ok || perr != nil {
		return 0, "", badCursor()
	}
	return at, id, nil
}

func badCursor() error {
	return errs.New(errs.Invalid, "read cursor", "not a cursor of this list").WithHint("Begin again without a cursor.")
}
