// Package errs is the one error type of the system. An error carries a code from the catalogue
// (catalogue.json, append-only, shared with the phone), the operation that failed, a message for the
// log and a hint for the person who has to act. Answers never appear in an error; ids do.
package errs

import (
	"errors"
	"fmt"
)

// Code names one kind of failure; every code stands in catalogue.json.
type Code string

// Error is a failure with a code. Compare with errors.As, or ask CodeOf.
type Error struct {
	Code Code   // from the catalogue
	Op   string // what was being done: "push", "decode change set"
	Msg  string // what went wrong, in English, without answers
	Hint string // what a person can do about it; empty = the catalogue's hint
	Err  error  // the cause, or nil
}

// Error returns "op: message: cause".
func (e *Error) Error() string {
	s := e.Op
	for _, part := range []string{e.Msg, errText(e.Err)} {
		if part == "" {
			continue
		}
		if s != "" {
			s += ": "
		}
		s += part
	}
	if s == "" {
		return string(e.Code)
	}
	return s
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error with the same code, so that errors.Is(err, errs.New(code, "", "")) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// New returns an error with a code, an operation and a message.
func New(code Code, op, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Msg: fmt.Sprintf(format, args...)}
}

// WithHint returns e with a hint for the person who has to act.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Wrap adds an operation to err and keeps its code; an error without a code becomes "internal".
// Wrap(op, nil) is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: CodeOf(err), Op: op, Err: err, Hint: HintOf(err)}
}

// WrapCode is Wrap with a code of its own.
func WrapCode(code Code, op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Op: op, Err: err}
}

// CodeOf returns the code of the outermost *Error in err's chain, Internal where there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return Internal
}

// HintOf returns the first hint in err's chain, or "".
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
