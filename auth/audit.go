package auth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	gosync "sync"

	"ruhu/internal/errs"
)

// AuditEntry is one line of the audit log: who did or saw what, where, how much of it, and whether it was allowed. It never
// holds answers, names of respondents, codes or tokens; objects are named by id.
type AuditEntry struct {
	Seq     uint64 // 1, 2, 3 …; given by the log
	At      int64  // ms; given by the log where 0
	Actor   string // user id, OperatorID, or "" for somebody unknown
	Role    Role
	Action  string // an Action, or a word of this package such as "login"
	Object  string // id of a record, device, account, export …
	Area    string // area code the object lies in, "" = none or the whole
	Filter  string // how a list was filtered, by ids and codes only
	Rows    int64  // how many rows were shown or changed
	Outcome string // "ok", or the error's code
	Request string // request id
	Hash    [32]byte
}

// Done is the outcome of what was allowed and done.
const Done = "ok"

// AuditHead is the end of the log.
type AuditHead struct {
	Seq  uint64
	Hash [32]byte
}

// AuditQuery selects entries. The zero values select everything; Limit is needed.
type AuditQuery struct {
	Actor  string
	Object string
	Action string
	Role   Role
	// Outcome is "ok", an error code, or OutcomeDenied for everything but "ok".
	Outcome string
	Area    string // entries within it, and those of no area
	From    int64  // At >= From
	To      int64  // At < To; 0 = no end
	Before  uint64 // Seq < Before, newest first; 0 = from the newest
	Rising  bool   // oldest first, Seq > After; Before is not looked at
	After   uint64
	Limit   int
}

// OutcomeDenied asks for entries of whatever was refused or failed.
const OutcomeDenied = "denied"

// AuditWriter is what the server needs to write the log.
type AuditWriter interface {
	// Record returns when the entry is durable; many callers share one commit. To be called before the reply to
	// whatever changed something or showed answers.
	Record(ctx context.Context, e AuditEntry) error
	// Note gathers an entry and writes it within a second together with others; for refusals. When too many are
	// gathered it writes them first.
	Note(ctx context.Context, e AuditEntry)
}

// Entry returns an entry of what p did or tried. err nil = done, else its code is the outcome.
func (p Principal) Entry(a Action, object, area string, rows int64, err error) AuditEntry {
	e := AuditEntry{Actor: p.UserID, Role: p.Role, Action: string(a), Object: object, Area: area, Rows: rows, Outcome: Done, Request: p.Request}
	if err != nil {
		e.Outcome = string(errs.CodeOf(err))
	}
	return e
}

// chainAudit returns the hash of an entry that follows prev.
func chainAudit(prev [32]byte, e AuditEntry) [32]byte {
	b := make([]byte, 0, 512)
	b = append(b, "ruhu-audit-v1\x00"...)
	b = append(b, prev[:]...)
	b = binary.BigEndian.AppendUint64(b, e.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Rows))
	for _, f := range []string{e.Actor, string(e.Role), e.Action, e.Object, e.Area, e.Filter, e.Outcome, e.Request} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return sha256.Sum256(b)
}

// auditField bounds each text of an entry.
const auditField = 200

// appendAudit adds entries to the log inside a transaction.
func (s *Service) appendAudit(tx Tx, entries ...AuditEntry) error {
	head, err := tx.AuditHead()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.At == 0 {
			e.At = s.now()
		}
		if e.Outcome == "" {
			e.Outcome = Done
		}
		for _, f := range []*string{&e.Actor, &e.Action, &e.Object, &e.Area, &e.Filter, &e.Outcome, &e.Request} {
			*f = clip(*f, auditField)
		}
		e.Seq = head.Seq + 1
		e.Hash = chainAudit(head.Hash, e)
		if err := tx.AppendAudit(e); err != nil {
			return err
		}
		head = AuditHead{e.Seq, e.Hash}
	}
	return nil
}

// notes are entries gathered by Note.
type notes struct {
	mu   gosync.Mutex
	list []AuditEntry
}

// maxNotes is how many entries Note gathers before it writes them itself.
const maxNotes = 500

// Record implements AuditWriter.
func (s *Service) Record(ctx context.Context, e AuditEntry) error {
	return errs.Wrap("audit", s.store.Update(ctx, func(tx Tx) error { return s.appendAudit(tx, e) }))
}

// Note implements AuditWriter.
func (s *Service) Note(ctx context.Context, e AuditEntry) {
	e.At = s.now()
	s.notes.mu.Lock()
	s.notes.list = append(s.notes.list, e)
	full := len(s.notes.list) >= maxNotes
	s.notes.mu.Unlock()
	if full {
		// An error keeps the entries for the next flush; a store that cannot write refuses the requests themselves.
		_ = s.flushNotes(context.WithoutCancel(ctx))
	}
}

func (s *Service) flushNotes(ctx context.Context) error {
	s.notes.mu.Lock()
	list := s.notes.list
	s.notes.list = nil
	s.notes.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	err := s.store.Update(ctx, func(tx Tx) error { return s.appendAudit(tx, list...) })
	if err != nil {
		s.notes.mu.Lock()
		s.notes.list = append(list, s.notes.list...)
		if over := len(s.notes.list) - 20*maxNotes; over > 0 {
			s.notes.list = s.notes.list[over:]
		}
		s.notes.mu.Unlock()
	}
	return errs.Wrap("audit", err)
}

// AuditLog lists the log newest first; by sees entries of its own area and of none. next is "" at the end, else the
// cursor of the next page. Codes: forbidden, invalid (cursor).
func (s *Service) AuditLog(ctx context.Context, by Principal, q AuditQuery, cursor string) (list []AuditEntry, next string, err error) {
	const op = "read audit log"
	area, err := by.Narrow(q.Area)
	if err != nil {
		return nil, "", err
	}
	if err := Authorize(by, AuditRead, area); err != nil {
		return nil, "", err
	}
	q.Area, q.Rising, q.Limit = area, false, pageLimit(q.Limit)
	if cursor != "" {
		if q.Before, err = readNumberCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) (err error) {
		list, err = r.Audit(q)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	if len(list) == q.Limit {
		next = numberCursor(list[len(list)-1].Seq)
	}
	return list, next, nil
}

// AuditVerdict is what VerifyAudit found.
type AuditVerdict struct {
	OK      bool
	Entries uint64
	Head    AuditHead
	// First is the first entry that does not fit, 0 where all fit; Reason says how.
	First  uint64
	Reason string
}

// VerifyAudit recomputes the whole chain and holds it against heads noted outside the database (journal, backups): an
// entry changed, taken out, put in, reordered or cut off the end is found and named.
func (s *Service) VerifyAudit(ctx context.Context, known ...AuditHead) (AuditVerdict, error) {
	v := AuditVerdict{OK: true}
	want := map[uint64][32]byte{}
	for _, k := range known {
		want[k.Seq] = k.Hash
	}
	fault := func(seq uint64, reason string) {
		if v.OK {
			v.OK, v.First, v.Reason = false, seq, reason
		}
	}
	err := s.store.View(ctx, func(r Reader) error {
		for v.OK {
			page, err := r.Audit(AuditQuery{Rising: true, After: v.Head.Seq, Limit: 1000})
			if err != nil {
				return err
			}
			if len(page) == 0 {
				return nil
			}
			for _, e := range page {
				switch h, ok := want[e.Seq]; {
				case e.Seq != v.Head.Seq+1:
					fault(v.Head.Seq+1, "an entry is missing")
				case chainAudit(v.Head.Hash, e) != e.Hash:
					fault(e.Seq, "the entry was changed after it was written")
				case ok && h != e.Hash:
					fault(e.Seq, "the log differs from a head noted outside: it was rewritten from here or before")
				}
				if !v.OK {
					return nil
				}
				v.Head = AuditHead{e.Seq, e.Hash}
				v.Entries++
			}
		}
		return nil
	})
	if err != nil {
		return v, errs.Wrap("verify audit log", err)
	}
	for seq := range want {
		if v.OK && seq > v.Head.Seq {
			fault(v.Head.Seq+1, "entries were cut off the end")
		}
	}
	return v, nil
}

// AuditHead returns the end of the log, to be noted outside the database.
func (s *Service) AuditHead(ctx context.Context) (AuditHead, error) {
	var h AuditHead
	err := s.store.View(ctx, func(r Reader) (err error) {
		h, err = r.AuditHead()
		return err
	})
	return h, errs.Wrap("read audit head", err)
}

// String returns the hash in hex.
func (h AuditHead) String() string { return hex.EncodeToString(h.Hash[:]) }
