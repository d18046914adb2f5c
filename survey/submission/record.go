package submission

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"ruhu/sync"
)

// RecordID returns the id of the record that begins with an instanceID: its UUID where it is one, else one made of it.
func RecordID(instance string) string {
	id := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(instance, "uuid:"), "UUID:"))
	if isUUID(id) {
		return id
	}
	return uuidOf("record", instance)
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// uuidOf makes a UUID (version 8) of words.
func uuidOf(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		h.Write([]byte(strconv.Itoa(len(w)) + ":" + w))
	}
	b := h.Sum(nil)[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// placed says to which record a post belongs.
type placed struct {
	record string
	joins  []string // records whose nodes belong to it too, as is known now
	gone   bool     // it was erased
	nodes  []Node   // of the same instanceID
	kids   bool     // some nodes replace it
}

// place finds a post's record: that of its instanceID, of the version it replaces, of other edits of that version, of edits
// of itself that came before it; else a new one, named by the root as far as it is known.
func place(c *sync.Composing, known Reader, in *incoming) (p placed, err error) {
	add := func(nodes []Node) {
		for i := range nodes {
			n := &nodes[i]
			switch {
			case n.Gone:
				p.gone = true
				if p.record == "" {
					p.record = n.Record
				}
			case !n.related(in):
			case p.record == "":
				p.record = n.Record
			case n.Record != p.record:
				if !slices.Contains(p.joins, n.Record) {
					p.joins = append(p.joins, n.Record)
				}
			}
		}
	}
	own, err := known.Nodes(in.node.Instance)
	if err != nil {
		return p, err
	}
	for i := range own {
		if own[i].related(in) {
			p.nodes = append(p.nodes, own[i])
		}
	}
	add(own)
	if in.node.Parent != "" {
		parents, err := known.Nodes(in.node.Parent)
		if err != nil {
			return p, err
		}
		add(parents)
		siblings, err := known.Children(in.node.Parent)
		if err != nil {
			return p, err
		}
		add(siblings)
	}
	kids, err := known.Children(in.node.Instance)
	if err != nil {
		return p, err
	}
	kids = slices.DeleteFunc(kids, func(n Node) bool { return !n.related(in) })
	p.kids = len(kids) > 0
	add(kids)
	if p.record != "" {
		return p, nil
	}
	first := in.node.Instance
	if in.node.Parent != "" {
		first = in.node.Parent
	}
	id := RecordID(first)
	for i := 1; ; i++ {
		rec, ok, err := c.Record(id)
		switch {
		case err != nil:
			return p, err
		case !ok:
			p.record = id
			return p, nil
		case rec.State.Erased:
			p.record, p.gone = id, true
			return p, nil
		}
		if in.mayJoin(&rec) {
			if family, err := known.Family(id); err != nil || len(family) == 0 {
				p.record = id
				return p, err
			}
		}
		id = uuidOf("record", in.form.ID, in.node.Meta.Street, first, strconv.Itoa(i))
	}
}

// mayJoin reports whether a post may go on with a record that no submission began: a phone's, and the same worker's.
func (in *incoming) mayJoin(rec *sync.Record) bool {
	if rec.Form != in.form.ID || rec.Street != in.node.Meta.Street {
		return false
	}
	if in.node.Meta.Role != sync.RoleWorker || rec.Author == in.node.Meta.Worker {
		return true
	}
	return slices.Contains(rec.Assignees, in.node.Meta.Worker)
}
