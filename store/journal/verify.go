package journal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ruhu/internal/errs"
)

// Report is what a check of a journal saw.
type Report struct {
	Facts, Heads uint64 // lines
	Torn         int64  // bytes of unfinished lines: the next Open cuts them off
}

// Verify checks every line and sum of a journal folder without changing it, open or not. The errors (code damaged), one a
// file, name file and line.
func Verify(dir string) (Report, error) {
	const op = "verify journal"
	lock, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return Report{}, errs.WrapCode(errs.NotFound, op, err)
	}
	defer lock.Close()
	if err := flock(lock, syscall.LOCK_SH); err != nil {
		return Report{}, errs.Wrap(op, err)
	}
	f, err := os.Open(filepath.Join(dir, tailFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = &lineError{tailFile, 1, "the file is missing"}
	}
	if err != nil {
		return Report{}, damaged(err)
	}
	defer f.Close()
	t, err := readTail(f)
	if err != nil {
		return Report{}, damaged(err)
	}
	var r Report
	err = r.check(filepath.Join(dir, factsFile), t.Facts, t.FactsSum, &r.Facts, func(line []byte) error {
		var e Entry
		return errors.Join(json.Unmarshal(line, &e), e.check())
	})
	nos, herr := headsFiles(dir)
	switch {
	case herr != nil:
	case len(nos) == 0 || nos[len(nos)-1] < t.File:
		herr = &lineError{headsName(t.File), 1, "the file is missing"}
	default:
		no, synced, sum := nos[len(nos)-1], uint64(1), ""
		if no == t.File {
			synced, sum = t.Heads, t.HeadsSum
		}
		herr = r.check(filepath.Join(dir, headsName(no)), synced, sum, &r.Heads, func(line []byte) error {
			var h headLine
			return json.Unmarshal(line, &h)
		})
	}
	if err = errors.Join(damaged(err), damaged(herr)); err != nil {
		return r, errs.WrapCode(errs.Damaged, op, err)
	}
	return r, nil
}

func (r *Report) check(path string, synced uint64, sum string, count *uint64, parse func(line []byte) error) error {
	c, err := openChained(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return &lineError{filepath.Base(path), 1, "the file is missing"}
	}
	if err != nil {
		return err
	}
	defer c.f.Close()
	rest, err := c.scan(func(n uint64, line []byte) error {
		if n == synced && sum != "" && sum != hexSum(c.sum) {
			return &lineError{c.name(), n, "the lines up to it were replaced"}
		}
		if parse(line) != nil {
			return &lineError{c.name(), n, "cannot be read"}
		}
		return nil
	})
	*count = c.n
	if err != nil {
		return err
	}
	if rest > 0 {
		torn, err := c.torn(rest)
		if err != nil {
			return err
		}
		if !torn || c.n < synced {
			return &lineError{c.name(), c.n + 1, "is not what was written"}
		}
		r.Torn += rest
	}
	if c.n < synced {
		return &lineError{c.name(), c.n, "lines after it are gone"}
	}
	return nil
}

// Verify checks every line and sum, also of what this process has read already.
func (j *Journal) Verify() (Report, error) { return Verify(j.dir) }

// Snapshot hands over every file of a journal folder as they are at one moment, for backups and restores: written into an
// empty folder they are that journal. Nobody can append meanwhile, so each should not take long.
func Snapshot(dir string, each func(name string, data []byte) error) error {
	const op = "copy journal"
	lock, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return errs.WrapCode(errs.NotFound, op, err)
	}
	defer lock.Close()
	if err := flock(lock, syscall.LOCK_SH); err != nil {
		return errs.Wrap(op, err)
	}
	nos, err := headsFiles(dir)
	if err != nil {
		return errs.Wrap(op, err)
	}
	names := []string{tailFile, factsFile}
	if len(nos) > 0 {
		names = append(names, headsName(nos[len(nos)-1]))
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := each(name, data); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return nil
}
