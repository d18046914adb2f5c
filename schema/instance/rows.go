package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"ruhu/schema"
)

const rowIDBytes = 64

type rowID struct {
	id  string
	own bool
}

// rowsOf gives every row of the repeats below e its id, by the repeat's name and in order.
func (r *reader) rowsOf(at string, node *schema.Node, e *element) map[string][]rowID {
	var ids map[string][]rowID
	if node == nil {
		return nil
	}
	elements := map[string][]*element{}
	for _, c := range e.kids {
		if n := r.known(node, c.name); n != nil && n.Kind == schema.Repeat && !isTemplate(c) {
			elements[c.name] = append(elements[c.name], c)
		}
	}
	for name, rows := range elements {
		if ids == nil {
			ids = map[string][]rowID{}
		}
		ids[name] = r.identify(join(at, name), r.known(node, name), rows)
	}
	return ids
}

// identify names the rows of one repeat: first those that bring an id, then those that go on from a row of the base,
// then the rest by the instanceID they first appear in and their ordinal. No id is given twice.
func (r *reader) identify(path string, repeat *schema.Node, rows []*element) []rowID {
	ids := make([]rowID, len(rows))
	taken := make(map[string]bool, len(rows))
	for i, e := range rows {
		if repeat.RowField == "" {
			break
		}
		if field := e.child(repeat.RowField); field != nil {
			if id := ownID(field.text); id != "" && !taken[id] {
				ids[i], taken[id] = rowID{id, true}, true
			}
		}
	}
	for i, id := range r.matchBase(path, repeat, rows, ids) {
		if ids[i].id == "" && id != "" && !taken[id] {
			ids[i], taken[id] = rowID{id: id}, true
		}
	}
	seed := r.root
	if r.base != nil {
		seed = r.out.InstanceID // a row that an edit adds is its own: another edit may add another one at the same place
	}
	for i := range ids {
		for ordinal := i; ids[i].id == ""; ordinal += len(rows) {
			if id := RowID(seed, path, ordinal); !taken[id] {
				ids[i], taken[id] = rowID{id: id}, true
			}
		}
	}
	return ids
}

// RowID makes the id of a row that brings none: every reading of the same submission makes it again. instanceID is that of
// the submission the row first appears in, path the repeat's with the ids of outer rows, ordinal counts from 0.
func RowID(instanceID, path string, ordinal int) string {
	sum := sha256.Sum256([]byte(instanceID + "\x00" + path + "\x00" + strconv.Itoa(ordinal)))
	return fmt.Sprintf("o%06d-%s", ordinal, hex.EncodeToString(sum[:8])) // rows born at once stand in the order of their ids
}

// ownID returns what a form wrote into its id field as a row id: as it is where it can stand in a path, else its hash.
func ownID(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	fits := len(text) <= rowIDBytes
	for i := 0; fits && i < len(text); i++ {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '.', c == ':':
		default:
			fits = false
		}
	}
	if fits {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "h" + hex.EncodeToString(sum[:10])
}
