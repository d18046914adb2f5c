// Package wire is the bytes between phone and server: strict decoding, limits, and the shape of every line.
// It decides nothing; the engine does. Everything read here is hostile until it has passed.
//
// # A push
//
// NDJSON, at most limits.PushBytes after decompression and limits.PushLines lines. Lines without bytes are passed over.
//
//	{"device":"dv_7k2m","cursor":"","last":40,"head":"<64 hex>"}               Opening, always first
//	{"erased":"<record>","proof":"<as received>"}                              Erased: a marker handed back on a new epoch
//	{"v":1,"device":…}                                                         a change set (Decode), in order of seq
//	{"void":"damaged","from":20,"to":35}                                       Void, in its place among the sets
//	{"attest":41,"head":"<64 hex>","sig":"<base64url, 64 bytes r‖s>"}          Attest, last
//
// A line is a control line where its first key belongs to one; everything else is a change set, and one that cannot be
// read takes the next seq by its position. A control line that cannot be read fails the whole push: no seq hangs on it.
//
// # The answer to a push
//
//	{"seq":41,"id":"sha256:…","status":"merged"}                               Verdict
//	{"seq":42,"id":"sha256:…","status":"quarantined","code":"not-assigned"}
//	{"seq":20,"to":35,"id":"sha256:…","status":"void","code":"declared-void"}  one for a declared range
//	{"status":"refused","code":"gap","have":12,"head":"<64 hex>"}              of the opening: no seq
//	{"seq":41,"id":"sha256:…","status":"refused","code":"fork"}
//	{"attest":41,"status":"stored"} or "refused"                               of the attestation
//	{"erased":"<record>","status":"stored"}                                    of a marker handed back
//	{"have":41,"want":42,"head":"<64 hex>","safe":35,"epoch":"ep_5c","time":"2026-11-23T08:00:00Z"}    Summary, always last
//
// # The answer to a pull
//
// Lines {"kind":…}; see PullLine for the members of each kind. The last has no kind (PullEnd):
//
//	{"cursor":"…","more":false,"digest":{"990101001201003":"12:<64 hex>"}}
//
// The digest of a grid is GridDigest over the record digests of everything that has a state in it: record, stub, visit,
// followup and candidate, of both streams. A grid without any is left out.
//
// # Strictness
//
// Change sets: keys once and in their own case; UTF-8 without lone surrogates; numbers safe integers; v is 1; every key
// but ctx, set, add, del required; something written; a context's own entry below seq; no row deleted and written at or
// below in one set; nothing twice. Values hold what XML 1.0 can carry: of control characters below U+0020 only tab,
// newline and return, and neither U+FFFE nor U+FFFF. Normal form is not asked for: a value is compared by its bytes.
// Names that differ only in the case of ASCII letters are refused within one set, as XLSForm refuses them in one form.
package wire
