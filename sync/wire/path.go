package wire

import "ruhu/sync/crdt"

// Path is a parsed path; its grammar is the merge core's.
type Path = crdt.Path

// ParsePath checks a path against grammar and limits. Codes: malformed, limit.
func ParsePath(s string) (Path, error) { return crdt.ParsePath(s) }
