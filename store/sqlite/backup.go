package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/sync"
)

// BackupReport says what a backup holds.
type BackupReport struct {
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	At      int64  `json:"at"` // ms
	Epoch   string `json:"epoch"`
	Records int64  `json:"records"`
	Lines   int64  `json:"changesets"`
	Blobs   int64  `json:"blobs"`
	Sum     string `json:"sum"` // SHA-256 of the archive inside
	// Phones is how many devices were told that their work up to now is safe.
	Phones int `json:"phones"`
}

// Backup writes the directory into one encrypted file while others read and write, reads the file back and checks it, and
// then tells devices that what it covers is safe. Answers in it are sealed as they are stored, under keys that are not in
// it: who destroys a record's key destroys it here too. What is derived is left out. The file appears at out whole or
// not at all. Codes: disk-full, read-only, damaged, backup-bad (what was read back is not what was written).
func (d *Data) Backup(ctx context.Context, out string, progress Progress) (BackupReport, error) {
	const op = "backup"
	if progress == nil {
		progress = func(string, int64) {}
	}
	r := BackupReport{File: out}
	tmp, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return r, errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer os.Remove(tmp.Name())
	safe, err := d.write(ctx, tmp, &r, progress)
	if err == nil {
		err = durable.WriteError(op, durable.Sync(tmp))
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := d.readBack(tmp.Name(), &r, progress); err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := os.Rename(tmp.Name(), out); err != nil {
		return r, durable.WriteError(op, err)
	}
	if err := durable.SyncDir(filepath.Dir(out)); err != nil {
		return r, durable.WriteError(op, err)
	}
	for stream, devices := range safe {
		r.Phones += len(devices)
		if err := d.logs()[stream].MoveSafe(ctx, devices); err != nil {
			return r, errs.Wrap(op, err)
		}
	}
	return r, nil
}

// BackupKeys writes every key of the directory into one file of rights 0600: the file to replace after an erasure.
func (d *Data) BackupKeys(out string) (keys.ExportInfo, error) {
	const op = "backup keys"
	tmp, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*") // rights 0600
	if err != nil {
		return keys.ExportInfo{}, errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer os.Remove(tmp.Name())
	info, err := d.Keys.Export(tmp, clock.Millis(d.Clock.Now()))
	if err == nil {
		err = durable.WriteError(op, durable.Sync(tmp))
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return info, errs.Wrap(op, err)
	}
	back, err := os.Open(tmp.Name())
	if err != nil {
		return info, errs.Wrap(op, err)
	}
	defer back.Close()
	if _, err := keys.ReadExport(back); err != nil {
		return info, errs.Wrap(op, err)
	}
	if err := os.Rename(tmp.Name(), out); err != nil {
		return info, durable.WriteError(op, err)
	}
	return info, durable.WriteError(op, durable.SyncDir(filepath.Dir(out)))
}

// write writes the archive and returns how far it covers each device of each stream.
func (d *Data) write(ctx context.Context, w io.Writer, r *BackupReport, progress Progress) (map[sync.Stream]map[string]uint64, error) {
	sealed, err := age.Encrypt(w, d.Keys.BackupRecipient())
	if err != nil {
		return nil, err
	}
	a := newArchiveWriter(sealed)
	var safe map[sync.Stream]map[string]uint64
	err = snapshots(ctx, d.databases(), nil, func(open []openDB) (err error) {
		if safe, err = d.writeAll(ctx, a, open, r, progress); err == nil {
			err = a.err
		}
		return err
	})
	if err != nil {
		return nil, durable.WriteError("write backup", err)
	}
	sum, err := a.close()
	if err == nil {
		err = sealed.Close()
	}
	r.Sum, r.Bytes = hex.EncodeToString(sum[:]), a.n
	return safe, durable.WriteError("write backup", err)
}

// openDB is a database with a snapshot of it.
type openDB struct {
	dumped
	tx *dbfile.Tx
}

// snapshots takes a snapshot of each database in order, and holds all of them while fn runs.
func snapshots(ctx context.Context, list []dumped, open []openDB, fn func([]openDB) error) error {
	if len(list) == 0 {
		return fn(open)
	}
	return list[0].file.Read(ctx, func(tx *dbfile.Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil { // the first query takes the snapshot
			return err
		}
		return snapshots(ctx, list[1:], append(open, openDB{list[0], tx}), fn)
	})
}

func (d *Data) writeAll(ctx context.Context, a *archiveWriter, open []openDB, r *BackupReport, progress Progress) (map[sync.Stream]map[string]uint64, error) {
	r.At = clock.Millis(d.Clock.Now())
	m := &Manifest{Format: 1, At: r.At, MasterID: d.Keys.ID(), Slots: map[string]uint64{}, Heads: map[sync.Stream][]sync.Head{}}
	safe := map[sync.Stream]map[string]uint64{}
	for _, db := range open {
		if err := db.slotsUsed(m.Slots); err != nil {
			return nil, err
		}
		stream, ok := map[string]sync.Stream{AnswersFile: sync.Answers, RegistryFile: sync.Registry}[db.name]
		if !ok {
			continue
		}
		place, err := d.logs()[stream].PlaceIn(db.tx)
		if err != nil {
			return nil, err
		}
		m.Epoch, m.Heads[stream] = place.Epoch, place.Heads
		safe[stream] = place.Have
		r.Records += place.Records
		r.Lines += place.Lines
	}
	r.Epoch = m.Epoch
	a.begin(head{Kind: partManifest, Manifest: m})
	a.end()
	for _, db := range open {
		progress(db.name, 0)
		if err := db.dump(ctx, a, progress); err != nil {
			return nil, errs.Wrap(db.name, err)
		}
	}
	progress("attachments", 0)
	if err := d.writeBlobs(ctx, a, r, progress); err != nil {
		return nil, err
	}
	return safe, d.writeJournal(a)
}

// slotsUsed raises the greatest slot that any row names.
func (db openDB) slotsUsed(slots map[string]uint64) error {
	if db.slots == "" {
		return nil
	}
	tables, err := column(db.tx, "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'slot'")
	if err != nil {
		return err
	}
	for _, t := range tables {
		var most uint64
		if err := db.tx.QueryRow("SELECT coalesce(max(slot), 0) FROM " + quote(t)).Scan(&most); err != nil {
			return err
		}
		slots[db.slots] = max(slots[db.slots], most)
	}
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func column(tx *dbfile.Tx, query string, args ...any) (out []string, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// dump writes a database: its schema, then its tables row by row.
func (db openDB) dump(ctx context.Context, a *archiveWriter, progress Progress) error {
	statements, err := column(db.tx, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> ?
		ORDER BY type <> 'table', type <> 'index', name`, dbfile.SumsTable)
	if err != nil {
		return err
	}
	a.begin(head{Kind: partSchema, Name: db.name})
	for _, s := range statements {
		a.piece([]byte(s))
	}
	a.end()
	tables, err := column(db.tx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> ? ORDER BY name", dbfile.SumsTable)
	if err != nil {
		return err
	}
	n := int64(0)
	for _, t := range tables {
		if slices.Contains(db.leave, t) {
			continue
		}
		columns, err := column(db.tx, "SELECT name FROM pragma_table_info(?) ORDER BY cid", t)
		if err != nil {
			return err
		}
		a.begin(head{Kind: partTable, Name: db.name, Table: t, Columns: columns})
		if err := db.dumpTable(ctx, a, t, columns, func() {
			if n++; n%10_000 == 0 {
				progress(db.name, n)
			}
		}); err != nil {
			return err
		}
		a.end()
	}
	return a.err
}

func (db openDB) dumpTable(ctx context.Context, a *archiveWriter, table string, columns []string, each func()) error {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = quote(c)
		if slices.Contains(db.leave, table+"."+c) {
			list[i] = "NULL"
		}
	}
	rows, err := db.tx.Query("SELECT " + strings.Join(list, ", ") + " FROM " + quote(table))
	if err != nil {
		return err
	}
	defer rows.Close()
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	var b []byte
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		b = b[:0]
		for _, v := range values {
			if b, err = appendValue(b, v); err != nil {
				return err
			}
		}
		if a.piece(b); a.err != nil {
			return a.err
		}
		each()
		if err := ctx.Err(); err != nil {
			return errs.WrapCode(errs.Interrupted, "backup", err)
		}
	}
	return rows.Err()
}

func (d *Data) writeBlobs(ctx context.Context, a *archiveWriter, r *BackupReport, progress Progress) error {
	for path, err := range d.Blobs.Files(ctx) {
		if err != nil {
			return err
		}
		err := writeFile(a, BlobsDir+"/"+filepath.ToSlash(path), filepath.Join(d.Dir, BlobsDir, path))
		if errors.Is(err, fs.ErrNotExist) {
			continue // erased since
		}
		if err != nil {
			return err
		}
		if r.Blobs++; r.Blobs%100 == 0 {
			progress("attachments", r.Blobs)
		}
	}
	return nil
}

// writeJournal copies the journal as it is at one moment.
func (d *Data) writeJournal(a *archiveWriter) error {
	if err := d.Journal.Sync(); err != nil {
		return err
	}
	return journal.Snapshot(filepath.Join(d.Dir, JournalDir), func(name string, data []byte) error {
		a.begin(head{Kind: partFile, Name: JournalDir + "/" + name})
		for chunk := range slices.Chunk(data, 1<<20) {
			a.piece(chunk)
		}
		a.end()
		return a.err
	})
}

func writeFile(a *archiveWriter, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	a.begin(head{Kind: partFile, Name: name})
	buf := make([]byte, 1<<18)
	for {
		n, err := f.Read(buf)
		if n > 0 {
			a.piece(buf[:n])
		}
		if errors.Is(err, io.EOF) {
			a.end()
			return a.err
		}
		if err != nil {
			return err
		}
	}
}

// readBack opens the file that was written and reads all of it.
func (d *Data) readBack(path string, r *BackupReport, progress Progress) error {
	progress("reading it back", 0)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := openArchive(f, d.Keys.BackupIdentity())
	if err != nil {
		return err
	}
	for {
		_, err := a.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if hex.EncodeToString(a.sum[:]) != r.Sum {
		return badArchive("what was read back is not what was written")
	}
	st, err := f.Stat()
	if err == nil {
		r.Bytes = st.Size()
	}
	return err
}

func openArchive(r io.Reader, id age.Identity) (*archiveReader, error) {
	plain, err := age.Decrypt(r, id)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return nil, badArchive("it was not made with these keys")
		}
		return nil, badArchive("%v", err)
	}
	return newArchiveReader(plain)
}
