// Package openrosa speaks OpenRosa 1.0 to ODK Collect, Enketo and their like: list of forms, forms, manifests, files, entity
// lists and their integrity, submissions. It is an http.Handler of its own below /openrosa, because nothing of the office's
// interface holds here: XML both ways, 201 for whatever is benign, no sessions, no cross-site checks, and a key in the path.
//
//	/openrosa/key/{key}/…   an app user's key: needs no other credentials, and comes before any
//	/openrosa/…             the same by Digest, or by Basic over https
//	/openrosa/edit/{grant}/…  one record, handed out to an office user's Enketo for a while
//
// What lies below the key never reaches a log: a request is named by its Route.
package openrosa
