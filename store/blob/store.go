// Package blob keeps attachments: photos, recordings, positions, audits. A value in a record names one by the SHA-256 of its
// bytes (sha256-<hex>.<ext>); here a file of the folder blobs/ is named by a keyed hash of that, so that a copy of the folder
// does not even say which guessable bytes it holds. Each file is sealed in chunks under a key slot of its own: when the last
// record that names it is erased the slot is destroyed, which reaches every old backup, and the file is removed.
//
// Folder: ab/abcd… (sealed files), index.db (slot, size, which records they were sent for), tmp/ (uploads being sealed), .lock.
package blob

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	gosync "sync"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/store/durable"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	indexFile = "index.db"
	tempDir   = "tmp"
	lockName  = ".lock"
)

// Options are what a Store needs besides its folder. Slots, NameKey (32 bytes) and Clock are required.
type Options struct {
	Slots   *keys.Slots
	NameKey []byte
	Clock   clock.Clock
	// Rand gives the passing keys of PutStream; nil = crypto/rand.
	Rand io.Reader
	// Zone tells when a device's day ends; nil = UTC.
	Zone *time.Location
	// OnFailStop: see dbfile.Options.
	OnFailStop func(error)
}

// Store is an open blobs/ folder. Safe for concurrent use, also by several processes.
type Store struct {
	Options
	dir  string
	file *dbfile.File
	mu   gosync.Mutex // before the lock file; whoever adds, names or erases
}

// Open opens the folder or makes it. Codes: read-only, damaged, rule (written by a newer ruhu).
func Open(dir string, opt Options) (*Store, error) {
	const op = "open attachments"
	if opt.Slots == nil || opt.Clock == nil || len(opt.NameKey) != 32 {
		return nil, errs.New(errs.Internal, op, "slots, clock and a name key of 32 bytes are required")
	}
	opt.NameKey = bytes.Clone(opt.NameKey)
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	if err := os.MkdirAll(filepath.Join(dir, tempDir), 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	set, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f, err := dbfile.Open(filepath.Join(dir, indexFile), dbfile.Options{Migrations: set, OnFailStop: opt.OnFailStop})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	return &Store{Options: opt, dir: dir, file: f}, nil
}

// File returns the open index, for backup and verify.
func (s *Store) File() *dbfile.File { return s.file }

// Close closes the index.
func (s *Store) Close() error { return s.file.Close() }

// id names a file: the keyed hash of the bytes' hash.
type id [32]byte

func (s *Store) idOf(hash []byte) (out id) {
	m := hmac.New(sha256.New, s.NameKey)
	m.Write(hash)
	m.Sum(out[:0])
	return out
}

func (s *Store) path(i id) string {
	name := hex.EncodeToString(i[:])
	return filepath.Join(s.dir, name[:2], name)
}

// shown is how an error names a file.
func shown(i id) string {
	name := hex.EncodeToString(i[:])
	return filepath.Join("blobs", name[:2], name)
}

// parseName reads sha256-<hex>.<ext>.
func parseName(op, name string) (hash []byte, ext string, err error) {
	if !schema.IsBinaryName(name) {
		return nil, "", errs.New(errs.Invalid, op, "the name is not sha256-<64 hex>.<ext>")
	}
	const prefix = len("sha256-")
	hash, err = hex.DecodeString(name[prefix : prefix+64])
	return hash, name[prefix+65:], errs.Wrap(op, err)
}

// alone runs fn while nobody else adds, names or erases.
func (s *Store) alone(fn func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := durable.Lock(filepath.Join(s.dir, lockName))
	if err != nil {
		return errs.WrapCode(errs.ReadOnly, "lock attachments", err)
	}
	defer unlock()
	return fn()
}

// row is a line of table blobs.
type row struct {
	id     id
	slot   uint64
	size   int64
	stored int64
}

func scanRow(sc interface{ Scan(dest ...any) error }) (r row, err error) {
	var raw []byte
	var crc int64
	if err := sc.Scan(&raw, &r.slot, &r.size, &r.stored, &crc); err != nil {
		return r, err
	}
	copy(r.id[:], raw)
	if len(raw) != len(r.id) || crc != r.crc() {
		return r, errs.New(errs.Damaged, "attachments", "the row of %s does not pass its check", shown(r.id))
	}
	return r, nil
}

const rowColumns = "SELECT id, slot, size, stored, crc FROM blobs "

func load(tx *dbfile.Tx, i id) (r row, ok bool, err error) {
	r, err = scanRow(tx.QueryRow(rowColumns+"WHERE id = ?", i[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

func (s *Store) row(ctx context.Context, i id) (r row, ok bool, err error) {
	err = s.file.Read(ctx, func(tx *dbfile.Tx) (err error) {
		r, ok, err = load(tx, i)
		return err
	})
	return r, ok, err
}

// MaxSlot returns the greatest slot in use: after a restore none up to it may be handed out again.
func (s *Store) MaxSlot(ctx context.Context) (slot uint64, err error) {
	err = s.file.Read(ctx, func(tx *dbfile.Tx) error {
		return tx.QueryRow("SELECT coalesce(max(slot), 0) FROM blobs").Scan(&slot)
	})
	return slot, errs.Wrap("attachments", err)
}
