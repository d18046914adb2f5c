// Package auth knows who may see and do what: accounts, roles and their areas, phones and how they enrol,
// tokens and office sessions, and the audit log. It is pure domain: it knows no HTTP and no SQL, reads
// the time from a clock it is given and randomness from a reader it is given, and keeps its state behind
// the ports Store, KeyStore and Journal.
//
// The way in is Service. A request is turned into a Principal by Authenticate (bearer token) or
// AuthenticateCookie (office browser); Authorize then holds the principal against the permission table
// (action.go, permission.go). Methods that change or list something take the asking Principal and hold
// it against the object's own area themselves, so that a route which forgets to ask cannot leak.
package auth
