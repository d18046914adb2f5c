package wire

import (
	"bytes"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/strictjson"
)

const pushOp = "read push"

// Opening is the first line of a push: whose log it is and where the phone stands.
type Opening struct {
	Device string
	Cursor string // "" before the first pull
	Last   uint64 // the seq before the first set of this push, or the device's last where the opening is alone
	Head   Head   // running hash of ids 1..Last
}

// AppendOpening appends the line with its newline.
func AppendOpening(b []byte, o Opening) []byte {
	b = append(b, `{"device":`...)
	b = crdt.AppendString(b, o.Device)
	b = append(b, `,"cursor":`...)
	b = crdt.AppendString(b, o.Cursor)
	b = append(b, `,"last":`...)
	b = appendUint(b, o.Last)
	b = append(b, `,"head":"`...)
	b = append(b, o.Head.String()...)
	return append(b, "\"}\n"...)
}

// Why a phone declares seqs void.
const (
	VoidDamaged = "damaged" // the phone's copy of the bytes cannot be read any more
	VoidMissing = "missing" // the phone has no bytes for the seq
)

// VoidRange declares that From to To will never come. Each of the seqs has the id of the line.
type VoidRange struct {
	Why      string
	From, To uint64
}

// Count returns how many seqs the range takes.
func (v VoidRange) Count() int { return int(v.To - v.From + 1) }

// EncodeVoid returns the line without its newline: the bytes its id is the hash of.
func EncodeVoid(v VoidRange) []byte {
	b := append([]byte(`{"void":`), '"')
	b = append(append(b, v.Why...), `","from":`...)
	b = appendUint(b, v.From)
	b = append(b, `,"to":`...)
	b = appendUint(b, v.To)
	return append(b, '}')
}

// Erased is an erased marker handed back to a server that may have forgotten it. Proof is the server's own.
type Erased struct {
	Record string
	Proof  string
}

// AppendErased appends the line with its newline.
func AppendErased(b []byte, e Erased) []byte {
	b = append(b, `{"erased":`...)
	b = crdt.AppendString(b, e.Record)
	b = append(b, `,"proof":`...)
	b = crdt.AppendString(b, e.Proof)
	return append(b, "}\n"...)
}

// ItemKind says what a line of a push is.
type ItemKind uint8

// The kinds of line after the opening.
const (
	ItemSet ItemKind = iota
	ItemVoid
	ItemErased
	ItemAttest
)

// Item is one line of a push after the opening.
type Item struct {
	Kind ItemKind
	Line []byte          // the exact bytes, without the newline; they belong to the body
	Set  *crdt.ChangeSet // ItemSet; nil where it could not be read
	Err  error           // ItemSet: why it could not be read; its code is the verdict's
	Void VoidRange
	Mark Erased
	Att  Attest
}

// ID returns the id of the line.
func (i *Item) ID() crdt.ID { return crdt.IDOf(i.Line) }

// Push is a push read whole.
type Push struct {
	Opening
	Items []Item // in the order sent; an attestation is last
}

// ParsePush reads an unpacked body. Lines of change sets that cannot be read are items with an error; an error of
// ParsePush itself means that nothing of the push may be stored. Codes: too-large, bad-request.
func ParsePush(body []byte) (*Push, error) {
	if len(body) > limits.PushBytes {
		return nil, errs.New(errs.TooLarge, pushOp, "%d bytes, at most %d", len(body), limits.PushBytes)
	}
	p := &Push{}
	opened, voids := false, 0
	for len(body) > 0 {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		if len(line) == 0 {
			continue
		}
		if !opened {
			var err error
			if p.Opening, err = parseOpening(line); err != nil {
				return nil, errs.WrapCode(errs.BadRequest, pushOp, err)
			}
			opened = true
			continue
		}
		if len(p.Items) >= limits.PushLines+1 { // one more for the attestation
			return nil, errs.New(errs.TooLarge, pushOp, "more than %d lines", limits.PushLines)
		}
		if n := len(p.Items); n > 0 && p.Items[n-1].Kind == ItemAttest {
			return nil, errs.New(errs.BadRequest, pushOp, "a line after the attestation")
		}
		item, err := parseItem(line)
		if err != nil {
			return nil, errs.WrapCode(errs.BadRequest, pushOp, err)
		}
		if item.Kind == ItemVoid {
			if voids += item.Void.Count(); voids > limits.PushLines {
				return nil, errs.New(errs.TooLarge, pushOp, "declares more than %d seqs void", limits.PushLines)
			}
		}
		p.Items = append(p.Items, item)
	}
	if !opened {
		return nil, errs.New(errs.BadRequest, pushOp, "no opening line")
	}
	return p, nil
}

func parseItem(line []byte) (Item, error) {
	item := Item{Line: line}
	var err error
	switch firstKey(line) {
	case "void", "from", "to":
		item.Kind = ItemVoid
		item.Void, err = parseVoid(line)
	case "erased", "proof":
		item.Kind = ItemErased
		item.Mark, err = parseErased(line)
	case "attest", "head", "sig":
		item.Kind = ItemAttest
		item.Att, err = parseAttest(line)
	default:
		item.Set, item.Err = Decode(line)
	}
	return item, err
}

// firstKey returns the first key of an object without judging the rest; "" where there is none.
func firstKey(line []byte) string {
	i := 0
	space := func() {
		for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
			i++
		}
	}
	for _, c := range []byte{'{', '"'} {
		space()
		if i == len(line) || line[i] != c {
			return ""
		}
		i++
	}
	j := bytes.IndexByte(line[i:], '"')
	if j < 0 || j > 8 {
		return ""
	}
	return string(line[i : i+j])
}

// members reads an object whose keys are all known and all required.
func members(line []byte, op string, known map[string]func(r *strictjson.Reader) error) error {
	r, err := strictjson.New(string(line), op)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(known))
	if err := r.Object(func(key string) error {
		read, ok := known[key]
		if !ok {
			return r.Fail("a key that this line does not have")
		}
		if seen[key] {
			return r.FailCode(errs.DuplicateKey, "a key twice")
		}
		seen[key] = true
		return read(r)
	}); err != nil {
		return err
	}
	if len(seen) != len(known) {
		return r.Fail("a required member is missing")
	}
	return r.End()
}

// readers of single members

func intoString(dst *string, most int, ok func(string) bool) func(*strictjson.Reader) error {
	return func(r *strictjson.Reader) error {
		s, err := r.String()
		switch {
		case err != nil:
			return err
		case len(s) > most:
			return r.FailCode(errs.Limit, "too long")
		case !ok(s):
			return r.Fail("an id or name is not right")
		}
		*dst = s
		return nil
	}
}

func intoUint(dst *uint64) func(*strictjson.Reader) error {
	return func(r *strictjson.Reader) (err error) {
		*dst, err = r.Uint()
		return err
	}
}

func intoHead(dst *Head) func(*strictjson.Reader) error {
	return func(r *strictjson.Reader) error {
		s, err := r.String()
		if err != nil {
			return err
		}
		*dst, err = ParseHead(s)
		return err
	}
}

// cursorBytes is how long a cursor may be; it is opaque to everyone but the server.
const cursorBytes = 64 << 10

func parseOpening(line []byte) (o Opening, err error) {
	err = members(line, "read opening", map[string]func(*strictjson.Reader) error{
		"device": intoString(&o.Device, limits.IDBytes, isDevice),
		"cursor": intoString(&o.Cursor, cursorBytes, isText),
		"last":   intoUint(&o.Last),
		"head":   intoHead(&o.Head),
	})
	return o, err
}

func parseVoid(line []byte) (v VoidRange, err error) {
	const op = "read void declaration"
	err = members(line, op, map[string]func(*strictjson.Reader) error{
		"void": intoString(&v.Why, 16, func(s string) bool { return s == VoidDamaged || s == VoidMissing }),
		"from": intoUint(&v.From),
		"to":   intoUint(&v.To),
	})
	if err == nil && (v.From == 0 || v.To < v.From) {
		err = errs.New(errs.Malformed, op, "an empty range")
	}
	if err == nil && v.To-v.From >= limits.PushLines {
		err = errs.New(errs.Limit, op, "more than %d seqs", limits.PushLines)
	}
	return v, err
}

func parseErased(line []byte) (e Erased, err error) {
	err = members(line, "read erased marker", map[string]func(*strictjson.Reader) error{
		"erased": intoString(&e.Record, limits.IDBytes, isID),
		"proof":  intoString(&e.Proof, 1<<10, isText),
	})
	return e, err
}
