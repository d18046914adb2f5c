package expr

import (
	"fmt"

	"ruhu/internal/errs"
)

// Kind says what sort of thing is wrong with an expression.
type Kind string

// The kinds.
const (
	Syntax      Kind = "syntax"           // it cannot be read
	Unknown     Kind = "unknown-function" // it calls a function nobody has
	Arity       Kind = "arguments"        // a function is called with too few or too many arguments
	Unsupported Kind = "unsupported"      // XPath or a pattern that no client runs, or that cannot be run in bounded time
	Mismatch    Kind = "type"             // a value of the wrong type, a text that is no date
	Missing     Kind = "missing"          // something the Env does not have: another instance, a file, a label
	Limit       Kind = "limit"            // too long, too deep, too much work
)

// Error is what is wrong with an expression: where, and in both languages. It never holds an answer.
type Error struct {
	Kind Kind
	Pos  int    // byte offset in the expression
	Name string // the function, instance or name concerned, "" where there is none
	EN   string
	ZH   string
}

// Error returns the English words.
func (e *Error) Error() string { return e.EN }

// Coded returns the error with the code "invalid" of the catalogue, for callers that pass it on.
func (e *Error) Coded(op string) error { return errs.WrapCode(errs.Invalid, op, e) }

func fault(kind Kind, pos int, name, zh, en string) *Error {
	return &Error{Kind: kind, Pos: pos, Name: name, EN: en, ZH: zh}
}

func faultf(kind Kind, pos int, name, zh, en string, args ...any) *Error {
	return fault(kind, pos, name, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...))
}
