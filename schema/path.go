package schema

import (
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

const (
	maxPath   = limits.PathBytes
	maxLevels = 63
)

// PatternOf returns a path without its row ids: "members[r7f3]/age" gives "members/age". A path without
// rows is returned as it is, without allocating.
func PatternOf(path string) string {
	if strings.IndexByte(path, '[') < 0 {
		return path
	}
	var b strings.Builder
	b.Grow(len(path))
	for path != "" {
		open := strings.IndexByte(path, '[')
		if open < 0 {
			b.WriteString(path)
			break
		}
		b.WriteString(path[:open])
		shut := strings.IndexByte(path[open:], ']')
		if shut < 0 {
			b.WriteString(path[open:])
			break
		}
		path = path[open+shut+1:]
	}
	return b.String()
}

// Lookup returns the node a record's path addresses: every repeat on the way must carry a row id, nothing else
// may. O(1), no allocations. Paths of the record itself ("@status") are not the form's: nil.
func (f *Form) Lookup(path string) *Node {
	if strings.IndexByte(path, '[') < 0 {
		if n := f.byPattern[path]; n != nil && n.rows == 0 {
			return n
		}
		return nil
	}
	if len(path) > maxPath {
		return nil
	}
	var buf [maxPath]byte
	used, level, rows := 0, 0, uint64(0)
	for i := 0; i < len(path); i++ {
		switch c := path[i]; c {
		case '[':
			shut := strings.IndexByte(path[i:], ']')
			if shut < 2 || strings.ContainsAny(path[i+1:i+shut], "[/") {
				return nil
			}
			i += shut
			if i+1 < len(path) && path[i+1] != '/' {
				return nil
			}
			rows |= 1 << level
		case '/':
			if level++; level > maxLevels {
				return nil
			}
			buf[used] = c
			used++
		default:
			buf[used] = c
			used++
		}
	}
	if n := f.byPattern[string(buf[:used])]; n != nil && n.rows == rows {
		return n
	}
	return nil
}

// CheckRow says whether a path addresses a row of a repeat ("members[r7f3]"): "" or unknown-path.
func (f *Form) CheckRow(path string) errs.Code {
	if n := f.Lookup(path); n != nil && n.Kind == Repeat {
		return ""
	}
	return errs.UnknownPath
}
