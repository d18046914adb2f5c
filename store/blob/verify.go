package blob

import (
	"context"
	"iter"
	"os"
	"path/filepath"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/dbfile"
)

// Fault is an attachment that is not what was stored.
type Fault struct {
	Path    string   // blobs/ab/abcd…
	Records []string // that it was sent for
	Err     error    // code damaged; says which chunk
}

// Verified counts what Verify read.
type Verified struct {
	Blobs  int
	Bytes  int64
	Erased int // known, but their key is destroyed: an erasure that the next start finishes
	Loose  int // files that no row knows: Sweep removes them
}

// Verify reads every attachment: each chunk's seal and the hash of the whole. It changes nothing.
func (s *Store) Verify(ctx context.Context, fault func(Fault)) (Verified, error) {
	const op = "verify attachments"
	var out Verified
	report := func(i id, err error) error {
		f := Fault{Path: shown(i), Err: err}
		rerr := s.file.Read(ctx, func(tx *dbfile.Tx) error {
			refs, err := refsOf(tx, i)
			for _, r := range refs {
				f.Records = append(f.Records, r.Record)
			}
			return err
		})
		fault(f)
		if rerr != nil && errs.CodeOf(rerr) == errs.Damaged {
			fault(Fault{Path: shown(i), Err: rerr})
			return nil
		}
		return rerr
	}
	for r, err := range s.rows(ctx) {
		if err != nil && errs.CodeOf(err) != errs.Damaged {
			return out, errs.Wrap(op, err)
		}
		if err == nil {
			out.Blobs++
			out.Bytes += r.size
			if err = s.checkWhole(r); err == nil {
				err = s.checkRefs(ctx, r.id)
			}
		}
		switch {
		case err == nil:
		case keys.IsDestroyed(err):
			out.Erased++
		case errs.CodeOf(err) == errs.Damaged:
			if err := report(r.id, err); err != nil {
				return out, errs.Wrap(op, err)
			}
		default:
			return out, errs.Wrap(op, err)
		}
		if err := ctx.Err(); err != nil {
			return out, errs.WrapCode(errs.Interrupted, op, err)
		}
	}
	for f, err := range s.walk() {
		if err != nil {
			return out, errs.Wrap(op, err)
		}
		if f.temp {
			continue
		}
		if _, ok, err := s.row(ctx, f.id); err == nil && !ok {
			out.Loose++
		}
	}
	return out, nil
}

func (s *Store) checkRefs(ctx context.Context, i id) error {
	return s.file.Read(ctx, func(tx *dbfile.Tx) error {
		_, err := refsOf(tx, i)
		return err
	})
}

// Files yields the paths of the stored files, relative to the folder, for backups: as many as the index knows, in order.
func (s *Store) Files(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range s.rows(ctx) {
			rel, rerr := filepath.Rel(s.dir, s.path(r.id))
			if err == nil {
				err = rerr
			}
			if err == nil {
				if _, serr := os.Stat(s.path(r.id)); serr != nil {
					err = bad(r.id, "the file is missing")
				}
			}
			if !yield(rel, err) {
				return
			}
		}
	}
}
