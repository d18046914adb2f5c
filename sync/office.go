package sync

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// OfficeChange is what an office page, a review or an OpenRosa submission does to one record. Values are checked by the
// caller against the form (422); here they are merged like any other change set, by the user's device of this epoch.
type OfficeChange struct {
	User   string // user id; for OpenRosa the worker's id
	Street string
	Role   string // decides on "@" paths
	Record string
	// Form, Version and Grid of the change set. Version is the form version the values were checked against; Form and
	// Grid may be empty where the record exists.
	Form, Version, Grid string
	Ctx                 crdt.VV // what stood on the page (DecodeCtx); nil = nothing
	Set                 []crdt.Cell
	Add, Del            []string
	At                  int64  // the author's clock, ms; 0 = now
	Reason              string // kept with the line
	// Review: the decision is about all of the record, so Ctx must cover its whole vector (changed-since).
	Review bool
	// OfficeAPI opens "@assignee", "@grid", "@moved_from" and "@duplicate"; OpenRosa submissions leave it false.
	OfficeAPI bool
	// Hand tells apart what one user writes of a record without having seen it all: each hand is a device of its own, so
	// that a context can name one and not the other. "" = the user's only one; those of submissions begin with HandOpenRosa.
	Hand string
	// Posted: the change is what an OpenRosa submission says. It opens "@submission", and a worker's may be of a record
	// of somebody else: who can name a version by its instanceID was given it.
	Posted bool
	// Key is the Idempotency-Key, BodyHash the hash of the request: the same pair gives the first outcome again, the same
	// key with another hash is idempotency-mismatch. "" = no key.
	Key      string
	BodyHash [32]byte
	// Corrects is a quarantined or waiting line of the street that is discarded in the same transaction; 0 = none.
	Corrects uint64
}

// OfficeResult says what became of an OfficeChange.
type OfficeResult struct {
	Record string  `json:"record"`
	Device string  `json:"device"`
	Seq    uint64  `json:"seq"`
	ID     crdt.ID `json:"-"`
	IDText string  `json:"id"`
	At     uint64  `json:"at"`  // street sequence
	Ctx    string  `json:"ctx"` // token of the page after this change: what it showed before, and the change
	Again  bool    `json:"-"`   // this is the outcome of an earlier, equal request
}

// officeIDLen is the length of what follows the prefix in the id of a server-issued device. Ids issued to phones must
// not have this shape.
const officeIDLen = 6 + 18

// HandOpenRosa begins the name of every hand that writes what OpenRosa clients posted.
const HandOpenRosa = "openrosa"

func officePrefix(stream Stream, hand string) string {
	prefix := "dv_"
	if stream == Registry {
		prefix = "rg_"
	}
	if strings.HasPrefix(hand, HandOpenRosa) {
		return prefix + "or"
	}
	return prefix + "of"
}

// ServerIssued reports whether a device id is that of an office user ("dv_of" or "rg_of" and 24 letters) or of an OpenRosa
// user ("dv_or", "rg_or").
func ServerIssued(device string) bool {
	if len(device) != len("dv_of")+officeIDLen {
		return false
	}
	switch device[:len("dv_of")] {
	case "dv_of", "rg_of", "dv_or", "rg_or":
		return true
	}
	return false
}

// OfficeIssued reports whether what a device wrote is the office's own work.
func OfficeIssued(device string) bool { return ServerIssued(device) && device[3:5] == "of" }

var officeEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func epochTag(epoch string) string {
	h := sha256.Sum256([]byte("ruhu-epoch:" + epoch))
	return officeEncoding.EncodeToString(h[:])[:6]
}

// OfficeDevice returns the device of a user in a street in an epoch. It tells nothing of the user.
func (s *Service) OfficeDevice(user, street, epoch string) string {
	return s.handDevice(user, "", street, epoch)
}

func (s *Service) handDevice(user, hand, street, epoch string) string {
	whose := "device\x00" + user + "\x00" + street + "\x00" + epoch
	if hand != "" {
		whose += "\x00" + hand
	}
	tag := mac(s.keys.line, []byte(whose))
	return officePrefix(s.Stream, hand) + epochTag(epoch) + officeEncoding.EncodeToString(tag)[:18]
}

// lostOffice reports whether a dot this server lacks was issued by it in a former epoch: it counts as covered.
func (r *run) lostOffice(device string) bool {
	return r.former && ServerIssued(device) && device[len("dv_of"):len("dv_of")+6] != epochTag(r.epoch)
}

// Office merges an office change. Codes: invalid (nothing written, other form), forbidden (a path the role may not write),
// erased, not-found (no such record, and no form and grid to begin one), out-of-area (the record or grid lies in another
// street), changed-since, idempotency-mismatch, conflict (Corrects was settled meanwhile).
func (s *Service) Office(ctx context.Context, ch OfficeChange) (OfficeResult, error) {
	const op = "office change"
	if len(ch.Set)+len(ch.Add)+len(ch.Del) == 0 {
		return OfficeResult{}, errs.New(errs.Invalid, op, "writes nothing")
	}
	nonce, err := s.nonce()
	if err != nil {
		return OfficeResult{}, errs.Wrap(op, err)
	}
	var out OfficeResult
	var done *run
	err = s.Store.Update(ctx, func(tx Tx) error {
		done = nil
		if ch.Key != "" {
			stored, seen, err := tx.Idempotent(ch.User, ch.Key, ch.BodyHash)
			if err != nil {
				return err
			}
			if seen {
				out = OfficeResult{}
				if err := json.Unmarshal(stored, &out); err != nil {
					return errs.WrapCode(errs.Damaged, op, err)
				}
				out.Again = true
				out.ID, err = crdt.ParseID(out.IDText)
				return err
			}
		}
		r, err := s.newRun(tx)
		if err != nil {
			return err
		}
		if out, err = r.office(&ch, nonce); err != nil {
			return err
		}
		if err := r.finish(); err != nil {
			return err
		}
		done = r
		if ch.Key == "" {
			return nil
		}
		stored, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return tx.RememberIdempotent(ch.User, ch.Key, ch.BodyHash, stored)
	})
	if err != nil {
		return OfficeResult{}, errs.Wrap(op, err)
	}
	if done != nil {
		done.publish(ch.Street)
	}
	return out, nil
}

func (s *Service) nonce() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func (r *run) office(ch *OfficeChange, nonce string) (OfficeResult, error) {
	const op = "office change"
	w, err := r.work(ch.Record)
	if err != nil {
		return OfficeResult{}, err
	}
	c, err := r.officeSet(w, ch, nonce)
	if err != nil {
		return OfficeResult{}, err
	}
	if ch.Corrects > 0 {
		if err := r.settle(ch.Street, ch.Corrects, ch.User, Discard, ch.Reason); err != nil {
			return OfficeResult{}, err
		}
	}
	dev, _, err := r.tx.Device(c.Device)
	if err != nil {
		return OfficeResult{}, err
	}
	dev.ID, dev.Street, dev.Worker, dev.LastSeen = c.Device, ch.Street, ch.User, r.now
	dev.Have++
	c.Seq = dev.Have
	body := c.Encode()
	if again, err := wire.Decode(body); err != nil {
		return OfficeResult{}, errs.WrapCode(errs.Invalid, op, err)
	} else {
		c = again
	}
	l := &Line{Street: ch.Street, Device: c.Device, DevSeq: c.Seq, ID: crdt.IDOf(body), Record: c.Record, Form: c.Form,
		Version: c.Version, Grid: c.Grid, Worker: ch.User, Received: r.now, Effective: min(c.At, r.now), Reason: ch.Reason, Body: body}
	dev.Head = wire.Head(dev.Head).Next(l.ID)
	if err := r.mergeOffice(w, l, c); err != nil {
		return OfficeResult{}, err
	}
	if err := r.tx.PutDevice(&dev); err != nil {
		return OfficeResult{}, err
	}
	after := c.Ctx.Join(crdt.VV{c.Device: c.Seq})
	return OfficeResult{Record: c.Record, Device: c.Device, Seq: c.Seq, ID: l.ID, IDText: l.ID.String(), At: l.Seq,
		Ctx: r.s.EncodeCtx(c.Record, after)}, nil
}

// officeSet checks an office change against the record and makes its change set, but for the seq.
func (r *run) officeSet(w *work, ch *OfficeChange, nonce string) (*crdt.ChangeSet, error) {
	const op = "office change"
	if w.State.Erased {
		return nil, errs.New(errs.Erased, op, "record %s", ch.Record)
	}
	c := &crdt.ChangeSet{Device: r.s.handDevice(ch.User, ch.Hand, ch.Street, r.epoch), Epoch: r.epoch, At: ch.At, Nonce: nonce,
		Record: ch.Record, Form: ch.Form, Version: ch.Version, Grid: ch.Grid, Ctx: ch.Ctx.Meet(w.State.VV),
		Set: slices.Clone(ch.Set), Add: slices.Clone(ch.Add), Del: slices.Clone(ch.Del)}
	if c.At == 0 {
		c.At = r.now
	}
	if w.begun() {
		if w.Street != ch.Street {
			return nil, errs.New(errs.OutOfArea, op, "record %s lies in another street", ch.Record)
		}
		if ch.Role == RoleWorker && !ch.Posted && w.Author != ch.User && !slices.Contains(w.Assignees, ch.User) {
			return nil, errs.New(errs.Forbidden, op, "record %s is not this worker's", ch.Record)
		}
		if c.Form == "" {
			c.Form = w.Form
		}
		if c.Grid == "" {
			c.Grid = w.Grid
		}
		if c.Version == "" {
			c.Version = w.Version
		}
		if c.Form != w.Form {
			return nil, errs.New(errs.Invalid, op, "record %s has another form", ch.Record)
		}
	} else if c.Form == "" || c.Grid == "" {
		return nil, errs.New(errs.NotFound, op, "record %s", ch.Record)
	}
	if !InStreet(c.Grid, ch.Street) {
		return nil, errs.New(errs.OutOfArea, op, "grid %s is not in street %s", c.Grid, ch.Street)
	}
	c.Normalize()
	if !r.s.mayWrite(ch.Role, c, ch.OfficeAPI, ch.Posted) {
		return nil, errs.New(errs.Forbidden, op, "role %s may not write one of the paths", ch.Role)
	}
	if ch.Review && !w.State.VV.Within(ch.Ctx) {
		return nil, errs.New(errs.ChangedSince, op, "record %s", ch.Record)
	}
	for _, path := range [2]string{PathAssignee, PathGrid} {
		cell, writes := c.Get(path)
		if !writes {
			continue
		}
		for _, live := range w.State.Siblings(path) {
			if !ch.Ctx.Covers(live.Dot) {
				return nil, errs.New(errs.ChangedSince, op, "record %s: %s", ch.Record, path)
			}
		}
		if path == PathGrid && (cell.Null || !InStreet(cell.Value, ch.Street)) {
			return nil, errs.New(errs.OutOfArea, op, "a record never leaves its street")
		}
	}
	return c, nil
}

// mergeOffice appends what ends somebody's view, then the line, then lets what waited take its turn. The leaves come
// first, so that whoever still sees the record gets it with a greater sequence.
func (r *run) mergeOffice(w *work, l *Line, c *crdt.ChangeSet) error {
	if cell, ok := c.Get(PathGrid); ok && w.begun() && cell.Value != w.Grid {
		e := Event{Street: l.Street, Kind: EventLeave, Record: w.ID, Grid: w.Grid, At: r.now}
		if err := r.tx.AppendEvent(&e); err != nil {
			return err
		}
	}
	if cell, ok := c.Get(PathAssignee); ok {
		stay := strings.Fields(cell.Value)
		for _, worker := range w.Assignees {
			if worker == w.Author || slices.Contains(stay, worker) {
				continue
			}
			e := Event{Street: l.Street, Kind: EventLeave, Record: w.ID, Grid: w.Grid, Worker: worker, At: r.now}
			if err := r.tx.AppendEvent(&e); err != nil {
				return err
			}
		}
	}
	return r.receiveReady(w, l, c)
}
