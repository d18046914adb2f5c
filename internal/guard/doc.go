// Package guard holds the rails no package may leave: which folder may import which, who reads the
// clock, which words may stand in SQL, that generated code is current and every error code documented.
// It has tests only.
package guard
