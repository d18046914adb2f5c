package wire

import (
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/strictjson"
)

const decodeOp = "decode change set"

// Keys of a change set, as bits of what was seen.
const (
	keyV = 1 << iota
	keyDevice
	keySeq
	keyEpoch
	keyAt
	keyNonce
	keyRecord
	keyForm
	keyVersion
	keyGrid
	keyCtx
	keySet
	keyAdd
	keyDel

	keysRequired = keyCtx - 1
)

// decoder reads one line into one change set.
type decoder struct {
	r    *strictjson.Reader
	c    *crdt.ChangeSet
	seen int
}

// Decode reads one line of a push, without its newline, strictly and without reflection. The change set keeps a copy of
// the line, not the line. Codes: malformed, limit, duplicate-key, bad-utf8, unsafe-number, too-deep.
func Decode(line []byte) (*crdt.ChangeSet, error) {
	if len(line) > limits.LineBytes {
		return nil, errs.New(errs.Limit, decodeOp, "%d bytes, at most %d", len(line), limits.LineBytes)
	}
	r, err := strictjson.New(string(line), decodeOp)
	if err != nil {
		return nil, err
	}
	d := decoder{r: r, c: &crdt.ChangeSet{}}
	if err := r.Object(d.member); err != nil {
		return nil, err
	}
	if err := r.End(); err != nil {
		return nil, err
	}
	if d.seen&keysRequired != keysRequired {
		return nil, errs.New(errs.Malformed, decodeOp, "a required member is missing")
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return d.c, nil
}

func (d *decoder) once(key int) error {
	if d.seen&key != 0 {
		return d.r.FailCode(errs.DuplicateKey, "a key twice")
	}
	d.seen |= key
	return nil
}

func keyOf(name string) int {
	switch name {
	case "v":
		return keyV
	case "device":
		return keyDevice
	case "seq":
		return keySeq
	case "epoch":
		return keyEpoch
	case "at":
		return keyAt
	case "nonce":
		return keyNonce
	case "record":
		return keyRecord
	case "form":
		return keyForm
	case "version":
		return keyVersion
	case "grid":
		return keyGrid
	case "ctx":
		return keyCtx
	case "set":
		return keySet
	case "add":
		return keyAdd
	case "del":
		return keyDel
	}
	return 0
}

func (d *decoder) member(name string) error {
	key := keyOf(name)
	if key == 0 {
		if len(name) <= len("version") && keyOf(strings.ToLower(name)) != 0 {
			return d.r.FailCode(errs.DuplicateKey, "a key in another case")
		}
		return d.r.Fail("a key that no change set has")
	}
	if err := d.once(key); err != nil {
		return err
	}
	var err error
	switch key {
	case keyV:
		var v uint64
		if v, err = d.r.Uint(); err == nil && v != 1 {
			err = d.r.Fail("v is not 1")
		}
	case keyDevice:
		d.c.Device, err = d.name(isDevice)
	case keySeq:
		if d.c.Seq, err = d.r.Uint(); err == nil && d.c.Seq == 0 {
			err = d.r.Fail("seq is 0")
		}
	case keyEpoch:
		d.c.Epoch, err = d.name(isID)
	case keyAt:
		d.c.At, err = d.r.Int()
	case keyNonce:
		d.c.Nonce, err = d.name(isNonce)
	case keyRecord:
		d.c.Record, err = d.name(isID)
	case keyForm:
		if d.c.Form, err = d.name(isText); err == nil && d.c.Form == "" {
			err = d.r.Fail("no form")
		}
	case keyVersion:
		d.c.Version, err = d.name(isText)
	case keyGrid:
		d.c.Grid, err = d.name(isArea)
	case keyCtx:
		err = d.ctx()
	case keySet:
		err = d.set()
	case keyAdd:
		d.c.Add, err = d.rows()
	case keyDel:
		d.c.Del, err = d.rows()
	}
	return err
}

// name reads a string of at most limits.IDBytes that ok accepts.
func (d *decoder) name(ok func(string) bool) (string, error) {
	s, err := d.r.String()
	switch {
	case err != nil:
		return "", err
	case len(s) > limits.IDBytes:
		return "", d.r.FailCode(errs.Limit, "an id or name is too long")
	case !ok(s):
		return "", d.r.Fail("an id or name is not right")
	}
	return s, nil
}

func (d *decoder) ctx() error {
	d.c.Ctx = crdt.VV{}
	err := d.r.Object(func(device string) error {
		if len(device) > limits.IDBytes {
			return d.r.FailCode(errs.Limit, "an id is too long")
		}
		if !isDevice(device) {
			return d.r.Fail("a context names no device")
		}
		if _, twice := d.c.Ctx[device]; twice {
			return d.r.FailCode(errs.DuplicateKey, "a device twice in a context")
		}
		if len(d.c.Ctx) == limits.CtxEntries {
			return d.r.FailCode(errs.Limit, "too many entries in a context")
		}
		seq, err := d.r.Uint()
		if err == nil && seq == 0 {
			err = d.r.Fail("a context names seq 0")
		}
		d.c.Ctx[device] = seq
		return err
	})
	if err == nil && strictjson.CaseVariants(func(yield func(string) bool) {
		for device := range d.c.Ctx {
			if !yield(device) {
				return
			}
		}
	}) {
		err = d.r.FailCode(errs.DuplicateKey, "devices that differ only in case")
	}
	return err
}

func (d *decoder) ops() int { return len(d.c.Set) + len(d.c.Add) + len(d.c.Del) }

func (d *decoder) set() error {
	d.c.Set = make([]crdt.Cell, 0, 48)
	return d.r.Object(func(path string) error {
		if d.ops() == limits.ChangeOps {
			return d.r.FailCode(errs.Limit, "writes too much")
		}
		p, err := ParsePath(path)
		if err != nil {
			return d.r.FailCode(errs.CodeOf(err), "a path is not right")
		}
		if p.IsRow() {
			return d.r.Fail("a row has no value of its own")
		}
		cell := crdt.Cell{Path: path}
		if d.r.Null() {
			cell.Null = true
		} else {
			if cell.Value, err = d.r.String(); err != nil {
				return err
			}
			if len(cell.Value) > limits.LongValueBytes {
				return d.r.FailCode(errs.Limit, "a value is too long")
			}
			if !isValue(cell.Value) {
				return d.r.Fail("a value holds a character that no form can carry")
			}
		}
		d.c.Set = append(d.c.Set, cell)
		return nil
	})
}

func (d *decoder) rows() ([]string, error) {
	var rows []string
	err := d.r.Array(func() error {
		if d.ops()+len(rows) >= limits.ChangeOps {
			return d.r.FailCode(errs.Limit, "writes too much")
		}
		s, err := d.r.String()
		if err != nil {
			return err
		}
		p, err := ParsePath(s)
		if err != nil {
			return d.r.FailCode(errs.CodeOf(err), "a path is not right")
		}
		if !p.IsRow() {
			return d.r.Fail("only rows are added and deleted")
		}
		rows = append(rows, s)
		return nil
	})
	return rows, err
}

// finish sorts what was read and checks what needs all of it.
func (d *decoder) finish() error {
	c := d.c
	byPath := func(a, b crdt.Cell) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(c.Set, byPath) {
		slices.SortFunc(c.Set, byPath)
	}
	for i := 1; i < len(c.Set); i++ {
		if c.Set[i-1].Path == c.Set[i].Path {
			return errs.New(errs.DuplicateKey, decodeOp, "a path twice")
		}
	}
	if strictjson.CaseVariants(func(yield func(string) bool) {
		for i := range c.Set {
			if !yield(c.Set[i].Path) {
				return
			}
		}
	}) {
		return errs.New(errs.DuplicateKey, decodeOp, "paths that differ only in case")
	}
	for _, rows := range [][]string{c.Add, c.Del} {
		slices.Sort(rows)
		for i := 1; i < len(rows); i++ {
			if rows[i-1] == rows[i] {
				return errs.New(errs.DuplicateKey, decodeOp, "a row twice")
			}
		}
	}
	if d.ops() == 0 {
		return errs.New(errs.Malformed, decodeOp, "writes nothing")
	}
	if c.Ctx[c.Device] >= c.Seq {
		return errs.New(errs.Malformed, decodeOp, "has seen itself")
	}
	if len(c.Del) == 0 {
		return nil
	}
	return d.deleted()
}

// deleted refuses a set that deletes a row and writes it or below it.
func (d *decoder) deleted() error {
	gone := func(row string) bool {
		_, yes := slices.BinarySearch(d.c.Del, row)
		return yes
	}
	bad := errs.New(errs.Malformed, decodeOp, "deletes a row and writes in it")
	for _, cell := range d.c.Set {
		for row := range Path(cell.Path).EnclosingRows {
			if gone(row) {
				return bad
			}
		}
	}
	for _, added := range d.c.Add {
		if gone(added) {
			return bad
		}
		for row := range Path(added).EnclosingRows {
			if gone(row) {
				return bad
			}
		}
	}
	return nil
}
