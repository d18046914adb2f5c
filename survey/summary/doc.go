// Package summary makes the summary of a street: coverage and outcome rates, what was answered, how villages
// compare. It is one model with several renderings, and one mask for all of them.
//
// Protection is by construction: counts are masked first, table by table, and every percentage, interval, bar and
// rate is then computed from masked counts only, so a hidden count hides all that depends on it. What one table
// shows is fixed in those below it: a question's table is only made for villages whose number of asked
// respondents is shown; the others stand together in one row. Where tables meet, each is masked with what the
// others show of it (docs/decisions/0003). Ledger tells, without the truth, what an attacker
// would find out.
//
// All figures come from running aggregates; the cost does not grow with the number of records.
package summary
