package registrydb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey/entity"
)

// Entities keeps entity lists beside the frame. Safe for concurrent use, also by several processes.
type Entities struct {
	db    *DB
	slots *keys.Slots

	mu    sync.Mutex
	spare []uint64 // slots that are reserved and not used yet
}

var _ entity.Store = (*Entities)(nil)

// Entities returns the entity lists of the file. Their keys are slots of the registry's slot file.
func (db *DB) Entities(slots *keys.Slots) *Entities { return &Entities{db: db, slots: slots} }

// slotBlock is how many keys are reserved at least: reserving costs an fsync. What a process leaves over is never used.
const slotBlock = 64

// reserve makes sure that n keys are at hand.
func (e *Entities) reserve(n int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.atHand(n)
}

func (e *Entities) atHand(n int) error {
	if len(e.spare) >= n {
		return nil
	}
	more := max(slotBlock, n-len(e.spare))
	first, err := e.slots.Reserve(uint64(more))
	if err != nil {
		return err
	}
	for i := range more {
		e.spare = append(e.spare, first+uint64(i))
	}
	return nil
}

// fresh returns a key that nobody uses.
func (e *Entities) fresh() (slot uint64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.atHand(1); err != nil {
		return 0, err
	}
	slot, e.spare = e.spare[0], e.spare[1:]
	return slot, nil
}

func hashOf(what string, parts ...string) []byte {
	h := sha256.New()
	h.Write([]byte("ruhu-entity-" + what))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return h.Sum(nil)[:16]
}

func sourceOf(record string) []byte { return hashOf("source", record) }

// skeleton is what of a change stays for ever: everything but values.
type skeleton struct {
	entity.Change
	Names []string `json:"w,omitempty"` // what it writes
}

// Apply implements entity.Store.
func (e *Entities) Apply(ctx context.Context, s entity.Submission, changes []entity.Addressed, faults []entity.Fault) (n int, err error) {
	if err := e.reserve(len(changes) + 1); err != nil { // before others wait for the transaction
		return 0, errs.Wrap("apply entities", err)
	}
	err = e.write(ctx, "apply entities", func(w *writing) error {
		n = 0
		source := sourceOf(s.Record)
		sealer, err := w.source(source)
		if err != nil || sealer == nil {
			return err // erased: nothing of it is taken in
		}
		for _, a := range changes {
			added, fault, err := w.add(s, a, source, sealer)
			if err != nil {
				return err
			}
			if fault {
				faults = append(faults, overflow(s, a))
			}
			if added {
				n++
			}
		}
		for i := range faults {
			if err := w.fault(s.Street, source, sealer, &faults[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// source returns the sealer of a record's values, a new one where it brings something for the first time; nil where the
// record was erased.
func (w *writing) source(source []byte) (*keys.Sealer, error) {
	var slot uint64
	var erased bool
	err := w.tx.QueryRow(`SELECT slot, erased FROM entity_sources WHERE source = ?`, source).Scan(&slot, &erased)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if slot, err = w.fresh(); err == nil {
			_, err = w.tx.Exec(`INSERT INTO entity_sources (source, slot, erased) VALUES (?, ?, 0)`, source, slot)
		}
	case err == nil && erased:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := w.slots.Sealer(slot)
	if keys.IsDestroyed(err) {
		return nil, nil
	}
	return s, err
}

// add stores one change; false where it is known. fault says that the entity holds no more.
func (w *writing) add(s entity.Submission, a entity.Addressed, source []byte, sealer *keys.Sealer) (added, fault bool, err error) {
	key := hashOf("change", a.Instance, a.Variant, a.Path, a.List)
	known := false
	if err := w.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM entity_changes WHERE key = ?) OR EXISTS (SELECT 1 FROM entity_faults WHERE key = ?)`, key, key).Scan(&known); err != nil || known {
		return false, false, err
	}
	ref, version, held, err := w.entity(s.Street, a.List, a.ID)
	if err != nil {
		return false, false, err
	}
	if held >= limits.EntityChanges {
		return false, true, nil
	}
	a.Number = version + 1
	if err := w.insert(ref, key, source, sealer, a.Change); err != nil {
		return false, false, err
	}
	for name := range a.Set {
		if name != entity.LabelKey {
			w.columns[placeKey{s.Street, a.List, name}] = true
		}
	}
	_, err = w.derive(ref, a.Number)
	return true, false, err
}

func overflow(s entity.Submission, a entity.Addressed) entity.Fault {
	f := entity.Fault{Code: entity.TooMany, List: a.List, ID: a.ID, Instance: a.Instance, Variant: a.Variant, Path: a.Path, Received: s.Received}
	f.Node = entity.FaultyNode{Create: a.Kind == entity.Create, Update: a.Kind == entity.Update, Branch: a.Branch, Label: a.Set[entity.LabelKey], Properties: maps.Clone(a.Set)}
	delete(f.Node.Properties, entity.LabelKey)
	return f
}

func (w *writing) insert(ref int64, key, source []byte, sealer *keys.Sealer, c entity.Change) error {
	bare := skeleton{c, slices.Sorted(maps.Keys(c.Set))}
	bare.Set = nil
	skeleton, err := w.db.seal(bare, "entity-change:"+hex.EncodeToString(key))
	if err != nil {
		return err
	}
	sealed, err := sealValues(sealer, c.Set, key)
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(`INSERT INTO entity_changes (entity, number, key, source, skeleton, sealed) VALUES (?, ?, ?, ?, ?, ?)`, ref, c.Number, key, source, skeleton, sealed)
	return err
}

func sealValues(sealer *keys.Sealer, values map[string]string, key []byte) ([]byte, error) {
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	return sealer.Seal(nil, plain, append([]byte("entity-values:"), key...))
}

// head is the plain part of an entity's row.
type head struct {
	ref              int64
	street, list, id string
	place            string
	version          int64
	slot             uint64
	shown            bool
}

const headColumns = `SELECT ref, street, list, id, place, version, slot, shown FROM entities`

func (h *head) fields() []any {
	return []any{&h.ref, &h.street, &h.list, &h.id, &h.place, &h.version, &h.slot, &h.shown}
}

// derive makes an entity's row anew of its changes.
func (w *writing) derive(ref, version int64) (entity.Row, error) {
	var h head
	if err := w.tx.QueryRow(headColumns+` WHERE ref = ?`, ref).Scan(h.fields()...); err != nil {
		return entity.Row{}, err
	}
	changes, err := w.changes(w.tx, &h)
	if err != nil {
		return entity.Row{}, err
	}
	r := entity.Row{Street: h.street, List: h.list, ID: h.id, Entity: entity.Derive(max(version, h.version), changes)}
	r.Place = entity.PlaceOf(h.street, r.Properties)
	sealer, err := w.slots.Sealer(h.slot)
	if err != nil {
		return r, err
	}
	plain, err := json.Marshal(r.Entity)
	if err != nil {
		return r, err
	}
	sealed, err := sealer.Seal(nil, plain, rowAAD(&h))
	if err != nil {
		return r, err
	}
	seq, err := w.nextSeq(h.street, h.list)
	if err != nil {
		return r, err
	}
	if _, err := w.tx.Exec(`UPDATE entities SET place = ?, version = ?, seq = ?, shown = ?, attention = ?, sealed = ? WHERE ref = ?`,
		r.Place, r.Version, seq, r.Shown(), r.Attention(), sealed, ref); err != nil {
		return r, err
	}
	return r, w.move(&h, r.Place, seq)
}

func rowAAD(h *head) []byte { return []byte("entity:" + h.street + "\x00" + h.list + "\x00" + h.id) }

// changes reads an entity's changes in order of number. Those whose values are gone come back as erased.
func (e *Entities) changes(tx *dbfile.Tx, h *head) ([]entity.Change, error) {
	rows, err := tx.Query(`SELECT c.key, c.source, c.skeleton, c.sealed, coalesce(s.slot, 0), coalesce(s.erased, 0)
		FROM entity_changes c LEFT JOIN entity_sources s ON s.source = c.source WHERE c.entity = ? ORDER BY c.number`, h.ref)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []entity.Change
	for rows.Next() {
		var key, source, bare, sealed []byte
		var slot uint64
		var erased bool
		if err := rows.Scan(&key, &source, &bare, &sealed, &slot, &erased); err != nil {
			return nil, err
		}
		var sk skeleton
		if err := e.db.open(bare, "entity-change:"+hex.EncodeToString(key), &sk); err != nil {
			return nil, err
		}
		if len(source) == 0 {
			slot = h.slot
		}
		c := sk.Change
		if c.Set, err = e.values(slot, sealed, key); err != nil {
			return nil, err
		}
		if c.Erased = erased || c.Set == nil; c.Erased {
			c.Set = make(map[string]string, len(sk.Names))
			for _, name := range sk.Names {
				c.Set[name] = ""
			}
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// values opens a change's values; nil where they are gone.
func (e *Entities) values(slot uint64, sealed, key []byte) (map[string]string, error) {
	if len(sealed) == 0 || slot == 0 {
		return nil, nil
	}
	sealer, err := e.slots.Sealer(slot)
	if keys.IsDestroyed(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := sealer.Open(nil, sealed, append([]byte("entity-values:"), key...))
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	return values, json.Unmarshal(plain, &values)
}

// Decide implements entity.Store. What the office writes lies under the entity's key.
func (e *Entities) Decide(ctx context.Context, street, list, id string, c entity.Change) (r entity.Row, err error) {
	const op = "decide on entity"
	err = e.write(ctx, op, func(w *writing) error {
		var h head
		err := w.tx.QueryRow(headColumns+` WHERE street = ? AND list = ? AND id = ?`, street, list, id).Scan(h.fields()...)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, op, "no such entity")
		}
		if err != nil {
			return err
		}
		key := hashOf("change", c.Instance, c.Variant, c.Path, list)
		known := false
		if err := w.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM entity_changes WHERE key = ?)`, key).Scan(&known); err != nil {
			return err
		}
		if known { // the same decision sent again
			r, err = w.row(w.tx.QueryRow(rowColumns+` WHERE ref = ?`, h.ref))
			return err
		}
		if c.Base != h.version {
			return errs.New(errs.ChangedSince, op, "the entity is at version %d", h.version)
		}
		sealer, err := w.slots.Sealer(h.slot)
		if err != nil {
			return err
		}
		c.Number = h.version + 1
		if err := w.insert(h.ref, key, []byte{}, sealer, c); err != nil {
			return err
		}
		r, err = w.derive(h.ref, c.Number)
		return err
	})
	return r, err
}

// fault stores what could not be applied, once.
func (w *writing) fault(street string, source []byte, sealer *keys.Sealer, f *entity.Fault) error {
	key := hashOf("change", f.Instance, f.Variant, f.Path, f.List)
	plain, err := json.Marshal(f)
	if err != nil {
		return err
	}
	sealed, err := sealer.Seal(nil, plain, append([]byte("entity-fault:"), key...))
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(`INSERT INTO entity_faults (street, key, source, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`, street, key, source, sealed)
	return err
}
