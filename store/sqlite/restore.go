package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/store/journal"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
	"ruhu/store/sqlite/logdb"
	"ruhu/sync"
)

// RestoreOptions say what a restore uses besides the two files. Clock and Rand are required.
type RestoreOptions struct {
	Clock clock.Clock
	Rand  io.Reader
	// Journal is the journal folder of the lost directory, where it survived: what was erased, withheld, discarded or revoked
	// after the backup stays so. "" = only what the backup's own copy knows.
	Journal  string
	Progress Progress
}

// RestoreReport says what was made.
type RestoreReport struct {
	At      int64  `json:"at"` // ms, of the backup
	Epoch   string `json:"epoch"`
	Records int64  `json:"records"`
	Blobs   int64  `json:"blobs"`
	// Erased records were brought back by the backup and are erased again: their key is gone, or the journal says so.
	Erased []string `json:"erased"`
	// Emptied records had values withheld after the backup, under a key that is gone: their lines are there without values.
	Emptied []string `json:"emptied"`
}

// Restore makes a data directory of a backup and a key file. dir must be missing or empty; it appears whole or not at all.
// A new epoch begins, so that phones offer again what the backup lacks; packed rows and aggregates are made at the first
// start. Codes: rule (dir is not empty), backup-bad, backup-keys-older, disk-full.
func Restore(ctx context.Context, backup, keyFile io.Reader, dir string, opt RestoreOptions) (RestoreReport, error) {
	const op = "restore"
	var r RestoreReport
	if opt.Progress == nil {
		opt.Progress = func(string, int64) {}
	}
	if err := mustBeEmpty(dir); err != nil {
		return r, err
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return r, errs.WrapCode(errs.ReadOnly, op, err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".restoring.*")
	if err != nil {
		return r, errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer os.RemoveAll(tmp)
	x, err := keys.ReadExport(keyFile)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	ring, err := x.Install(filepath.Join(tmp, KeysDir), opt.Rand)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	defer ring.Close()
	s := &restoring{ctx: ctx, dir: tmp, opt: opt, ring: ring, info: x.Info, report: &r}
	if err := s.unpack(backup); err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := s.finish(); err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
		return r, errs.Wrap(op, err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return r, durable.WriteError(op, err)
	}
	return r, durable.WriteError(op, durable.SyncDir(filepath.Dir(dir)))
}

func mustBeEmpty(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return errs.Wrap("restore", err)
	}
	if len(list) > 0 {
		return errs.New(errs.Rule, "restore", "%s is not empty", dir).
			WithHint("Restore into a new folder; move the old one away first and keep it.")
	}
	return nil
}

type restoring struct {
	ctx    context.Context
	dir    string
	opt    RestoreOptions
	ring   *keys.Ring
	info   keys.ExportInfo
	report *RestoreReport
	m      *Manifest
	later  map[string][]string // indexes, made after the rows
	open   map[string]*dbfile.File
}

func (s *restoring) unpack(in io.Reader) (err error) {
	a, err := openArchive(in, s.ring.BackupIdentity())
	if err != nil {
		return err
	}
	s.later, s.open = map[string][]string{}, map[string]*dbfile.File{}
	defer func() {
		for _, f := range s.open {
			err = errors.Join(err, f.Close())
		}
	}()
	for {
		h, err := a.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if s.m == nil && h.Kind != partManifest {
			return badArchive("it does not begin with a manifest")
		}
		switch h.Kind {
		case partManifest:
			err = s.manifest(h.Manifest)
		case partSchema:
			err = s.schema(a, h.Name)
		case partTable:
			err = s.table(a, h)
		case partFile:
			err = s.file(a, h.Name)
		default:
			err = badArchive("a part of kind %q", h.Kind)
		}
		if err != nil {
			return err
		}
		if err := s.ctx.Err(); err != nil {
			return errs.WrapCode(errs.Interrupted, "restore", err)
		}
	}
	if s.m == nil {
		return badArchive("it is empty")
	}
	for name, statements := range s.later {
		s.opt.Progress(name+" indexes", 0)
		for _, q := range statements {
			if err := s.open[name].Exclusive(s.ctx, q); err != nil {
				return errs.WrapCode(errs.BackupBad, name, err)
			}
		}
	}
	return nil
}

func (s *restoring) manifest(m *Manifest) error {
	switch {
	case m == nil || s.m != nil:
		return badArchive("no manifest")
	case m.Format != 1:
		return badArchive("format %d is newer than this program", m.Format)
	case m.MasterID != s.ring.ID():
		return badArchive("it was not made with these keys")
	}
	for slots, need := range m.Slots {
		if s.info.Slots[slots] < need {
			return errs.New(errs.BackupKeysOlder, "restore", "the key file has %d keys for %s, the backup uses %d", s.info.Slots[slots], slots, need)
		}
	}
	s.m = m
	s.report.At = m.At
	return nil
}

// place returns where a name of the archive belongs; never outside the directory.
func (s *restoring) place(name string) (string, error) {
	local, err := filepath.Localize(name)
	if err != nil || strings.HasPrefix(name, KeysDir+"/") {
		return "", badArchive("a file named %q", name)
	}
	path := filepath.Join(s.dir, local)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", durable.WriteError("restore", err)
	}
	return path, nil
}

func (s *restoring) schema(a *archiveReader, name string) error {
	s.opt.Progress(name, 0)
	path, err := s.place(name)
	if err != nil {
		return err
	}
	if s.open[name] != nil {
		return badArchive("%s stands twice", name)
	}
	f, err := dbfile.Open(path, dbfile.Options{})
	if err != nil {
		return err
	}
	s.open[name] = f
	if err := f.Exclusive(s.ctx, "PRAGMA foreign_keys=OFF"); err != nil {
		return err
	}
	for {
		b, err := a.piece()
		if err != nil || b == nil {
			return err
		}
		q := string(b)
		if !strings.HasPrefix(q, "CREATE TABLE") {
			s.later[name] = append(s.later[name], q)
			continue
		}
		if err := f.Exclusive(s.ctx, q); err != nil {
			return errs.WrapCode(errs.BackupBad, name, err)
		}
	}
}

// restoreBatch is how many rows share a transaction.
const restoreBatch = 2000

func (s *restoring) table(a *archiveReader, h head) error {
	f := s.open[h.Name]
	if f == nil || len(h.Columns) == 0 {
		return badArchive("table %s of %s comes before its schema", h.Table, h.Name)
	}
	columns := make([]string, len(h.Columns))
	for i, c := range h.Columns {
		columns[i] = quote(c)
	}
	insert := "INSERT INTO " + quote(h.Table) + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
	n := int64(0)
	for done := false; !done; {
		var batch [][]any
		for len(batch) < restoreBatch {
			b, err := a.piece()
			if err != nil {
				return err
			}
			if b == nil {
				done = true
				break
			}
			row := make([]any, len(columns))
			if err := readValues(b, row); err != nil {
				return err
			}
			batch = append(batch, row)
		}
		err := f.Write(s.ctx, func(tx *dbfile.Tx) error {
			for _, row := range batch {
				if _, err := tx.Exec(insert, row...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return errs.Wrap(h.Name+" "+h.Table, err)
		}
		if n += int64(len(batch)); n%10_000 < restoreBatch {
			s.opt.Progress(h.Name, n)
		}
	}
	if h.Table == "records" && h.Name == AnswersFile || h.Table == "records" && h.Name == RegistryFile {
		s.report.Records += n
	}
	return nil
}

func (s *restoring) file(a *archiveReader, name string) error {
	if s.opt.Journal != "" && strings.HasPrefix(name, JournalDir+"/") {
		return nil // the surviving one knows more
	}
	path, err := s.place(name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return errs.WrapCode(errs.BackupBad, "restore", err)
	}
	defer f.Close()
	for {
		b, err := a.piece()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if _, err := f.Write(b); err != nil {
			return durable.WriteError("restore", err)
		}
	}
	if strings.HasPrefix(name, BlobsDir+"/") {
		s.report.Blobs++
	}
	return durable.WriteError("restore", durable.Sync(f))
}

// finish makes the unpacked directory one that may be opened: no slot is used twice, what is erased stays erased, and a new
// epoch begins.
func (s *restoring) finish() error {
	for _, name := range []string{keys.Answers, keys.Registry, keys.Blobs} {
		slots := s.ring.Slots(name)
		count, err := slots.Count()
		if err != nil {
			return err
		}
		if err := slots.SkipTo(count + 1); err != nil {
			return err
		}
	}
	if s.opt.Journal != "" {
		if err := s.takeJournal(); err != nil {
			return err
		}
	}
	j, err := journal.Open(filepath.Join(s.dir, JournalDir), s.opt.Clock)
	if err != nil {
		return err
	}
	defer j.Close()
	var b [8]byte
	if _, err := io.ReadFull(s.opt.Rand, b[:]); err != nil {
		return err
	}
	s.report.Epoch = "ep_" + hex.EncodeToString(b[:])
	for _, stream := range []sync.Stream{sync.Answers, sync.Registry} {
		if err := s.finishLog(stream, j); err != nil {
			return errs.Wrap(string(stream), err)
		}
	}
	return j.Sync()
}

// takeJournal copies the surviving journal, the tail first (it may lag behind the other files, not run ahead), and checks it.
func (s *restoring) takeJournal() error {
	to := filepath.Join(s.dir, JournalDir)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return durable.WriteError("restore", err)
	}
	list, err := os.ReadDir(s.opt.Journal)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "surviving journal", err)
	}
	slices.SortStableFunc(list, func(a, b os.DirEntry) int {
		switch {
		case a.Name() == "tail" && b.Name() != "tail":
			return -1
		case b.Name() == "tail" && a.Name() != "tail":
			return 1
		}
		return 0
	})
	for _, e := range list {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(s.opt.Journal, e.Name()))
		if err != nil {
			return errs.Wrap("surviving journal", err)
		}
		if err := durable.WriteFile(filepath.Join(to, e.Name()), data, 0o600); err != nil {
			return durable.WriteError("restore", err)
		}
	}
	return nil
}

func (s *restoring) finishLog(stream sync.Stream, j *journal.Journal) error {
	file, slots := AnswersFile, keys.Answers
	if stream == sync.Registry {
		file, slots = RegistryFile, keys.Registry
	}
	l, err := logdb.Open(filepath.Join(s.dir, file), logdb.Options{Stream: stream, Slots: s.ring.Slots(slots),
		Cells: s.ring.Derive("aggregates:" + string(stream)), Rand: s.opt.Rand})
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.MarkForRebuild(s.ctx); err != nil {
		return err
	}
	again, err := EraseAgain(s.ctx, l, stream, j, clock.Millis(s.opt.Clock.Now()))
	if err != nil {
		return err
	}
	s.report.Erased = append(s.report.Erased, again.Erased...)
	s.report.Emptied = append(s.report.Emptied, again.Emptied...)
	slices.Sort(s.report.Erased)
	entry := sync.JournalEntry{Kind: sync.JournalEpoch, Stream: stream, Epoch: s.report.Epoch, At: clock.Millis(s.opt.Clock.Now())}
	var heads []sync.Head
	err = l.Update(s.ctx, func(tx sync.Tx) error {
		if err := j.ForSync(stream).Append(entry); err != nil {
			return err
		}
		if heads, err = tx.Heads(); err != nil {
			return err
		}
		return tx.NewEpoch(s.report.Epoch)
	})
	if err != nil {
		return err
	}
	return j.Note(stream, heads)
}
