// Package disclosure hides the counts of a table from which a single person, or a handful, could be
// recognised, and as few further ones as keep them from being computed back.
//
// A table's rows and columns are trees: villages sum into streets, choices into "answered". Cells below
// the threshold are hidden (primary suppression), zeros too, since "nobody here said so" and "everybody
// here said so" speak about each one of a group. Then further cells are hidden (complementary
// suppression) until every hidden cell's feasible interval, from all that stays shown, from every sum and
// from counts not being negative, is at least a given width.
//
// Why auditing single cells is enough for sums of cells too: a set of the table's finest cells whose sum
// is computable, and is c, bounds each of its hidden members to 0..c; so c is at least the width. The package
// is pure: it knows nothing of questions, places or how a table is shown.
package disclosure
