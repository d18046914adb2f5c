// Package server is the outer face over HTTP: it turns requests into calls of auth, sync, schema and survey and
// their outcomes into answers, and holds every rule that is about HTTP: who is asked (cookies, bearer tokens), how
// much and how fast, in which language, with which headers. The contract is openapi.yaml, written first; the routes,
// their types and who may call them come from it. Echo is used nowhere else. The server knows no SQL.
//
// The way of a request: outer (request id, log, panics, HEAD) → Echo's router → guard.go (limits, principal, action
// and area from the contract, parameters) → strict handler of the operation → problem.go where that failed.
package server
