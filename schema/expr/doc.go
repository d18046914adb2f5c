// Package expr is the XPath of ODK XForms: a parser and an evaluator over an abstract tree of nodes. It knows nothing
// of forms, records or files: what an expression needs of the world (the time, chance, other instances, labels) comes in
// through an Env, so that the same expression over the same tree and Env always gives the same value.
//
// The language is XPath 1.0 with the axes that forms use, and every function of the ODK XForms specification and of its
// clients. Where the clients depart from XPath 1.0 this package departs with them:
//   - a set of one node is its text in comparisons and conditions, a set of none is the empty text: an unanswered question
//     equals ”; a set of several nodes compares as XPath says, by any of its nodes
//   - a text that is a date or a date and time is a number: days since 1970-01-01 in the zone of the Env
//   - a plain absolute path from within a repeat goes to the row of the asking node, unless it ends at the repeat itself
//   - regex() matches the whole text, in the syntax of Java as far as it can be matched in linear time
//
// Everything is bounded: the length and depth of an expression, the steps of one evaluation, the size of texts and
// patterns. What goes over is an *Error of kind Limit. Errors name what is wrong with an expression, never what was
// answered.
package expr
