// Package judge says whether a record as it has become keeps the rules of its form, and what its calculated answers should
// be. Phones judge what one person writes; after a merge two edits that were each right may contradict one another, and
// only the server sees the sum.
//
// A Form is compiled once from a schema.Form and shared. It judges a Record: the answers shown, by path, and the rows of
// repeats in order. Nothing is read beside what is passed in, so the same record with the same Env is always judged the same.
//
// The rules, each at the path of its question:
//   - required: a question that is asked and applies has no answer
//   - constraint: an answer that applies breaks its constraint; the constraint is judged for hidden fields and calculations too
//   - choice: an answer is none of the choices that the choice filter leaves
//   - relevant: a question that does not apply has an answer all the same. The answer stays, but no expression sees it, as
//     on a phone, which leaves it out of what it sends
//   - calculated: the answer kept for a calculation is not what the form's expression gives now. Later rules see the new value
//
// What cannot be known is not judged: expressions that hang on chance, on what a client knows of itself, on a file that is
// not here, on an answer that was withheld, or that take too much work. A calculation is compared only where it was
// written and where it gives the same everywhere and at any time: not with once(), random(), uuid(), now(), today(),
// labels, or the order of rows, which a merge may change. Forms whose submissions are encrypted are not judged.
//
// What the caller makes of it: an answer of one author alone that breaks a rule is flagged breaks-rule (irrelevant-answer
// for the rule relevant); where the answers that the rule looks at were written by several devices, nobody may have
// seen the contradiction: invalid-after-merge. Reads names those answers.
package judge
