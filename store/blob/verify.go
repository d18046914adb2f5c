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
	for r, err := range s.rows(ctx) {
		if err == nil {
			out.Blobs++
			out.Bytes += r.size
			err = s.checkWhole(r)
		}
		records, rerr := s.records(ctx, r.id)
		for _, err := range []error{err, rerr} {
			switch {
			case err == nil:
			case keys.IsDestroyed(err):
				out.Erased++
			case errs.CodeOf(err) == errs.Damaged:
				fault(Fault{Path: shown(r.id), Records: records, Err: err})
			default:
				return out, errs.Wrap(op, err)
			}
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

// records names those an attachment was sent for, and checks that it says so still.
func (s *Store) records(ctx context.Context, i id) (out []string, err error) {
	err = s.file.Read(ctx, func(tx *dbfile.Tx) error {
		refs, err := refsOf(tx, i)
		for _, r := range refs {
			out = append(out, r.Record)
		}
		return err
	})
	return out, err
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
