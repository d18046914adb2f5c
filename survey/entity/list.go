package entity

import (
	"bufio"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// List is an entity list as one viewer gets it, ready to be written. Version was taken before the rows are read: they may be
// newer, never older, and then the next look finds another version.
type List struct {
	Name    string
	Version string // opaque, fit for an ETag between quotes; stands for the viewer's places too
	Whole   bool   // false: only what changed behind the version asked for

	s      *Service
	viewer Viewer
	mark   Mark
	after  uint64
	made   made // not nil: made by the server of the frame
}

// Open returns a list for a viewer. after is a version the viewer has: then only what changed since is written (with a column
// __deleted), unless it is of another life of the list, of other grids or of other columns; "" = the whole list. Code
// not-found.
func (s *Service) Open(ctx context.Context, v Viewer, name, after string) (*List, error) {
	l, err := s.list(ctx, v, name)
	if err != nil || after == "" || l.made != nil {
		return l, err
	}
	seq, rest, ok := strings.Cut(after, ".")
	_, mine, _ := strings.Cut(l.Version, ".")
	n, bad := strconv.ParseUint(seq, 36, 64)
	if ok && bad == nil && rest == mine && n <= l.mark.Seq {
		l.Whole, l.after = false, n
	}
	return l, nil
}

func (s *Service) list(ctx context.Context, v Viewer, name string) (*List, error) {
	const op = "entity list"
	if err := s.survey.Refresh(ctx); err != nil {
		return nil, errs.Wrap(op, err)
	}
	l := &List{Name: name, Whole: true, s: s, viewer: v}
	if !s.declared(name) {
		var err error
		if l.made, l.Version, err = s.make(ctx, v, name); err != nil {
			return nil, errs.Wrap(op, err)
		}
		if l.made == nil {
			return nil, errs.New(errs.NotFound, op, "no such list")
		}
		return l, nil
	}
	places := placesOf(v.Street, v.Grids)
	var err error
	if l.mark, err = s.store.Mark(ctx, v.Street, name, places); err != nil {
		return nil, errs.Wrap(op, err)
	}
	l.mark.Properties = s.properties(name, l.mark.Properties)
	l.Version = strconv.FormatUint(l.mark.Seq, 36) + "." + fingerprint(l.mark.Era, v.Street, name, places, l.mark.Properties)
	return l, nil
}

func fingerprint(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// hashOf makes of a version what OpenRosa clients take for a hash.
func hashOf(version string) string {
	sum := md5.Sum([]byte(version))
	return "md5:" + hex.EncodeToString(sum[:])
}

// Columns returns the header of the CSV.
func (l *List) Columns() []string {
	head := []string{"name", "label", "__version"}
	if !l.Whole {
		head = append(head, "__deleted")
	}
	if l.made != nil {
		return append(head, l.made.columns()...)
	}
	return append(head, l.mark.Properties...)
}

// Write writes the list as CSV, page by page: neither the list nor a snapshot of the store is held meanwhile.
func (l *List) Write(ctx context.Context, to io.Writer) error {
	const op = "write entity list"
	b := bufio.NewWriterSize(to, 32<<10)
	w := &sheet{csv: csv.NewWriter(b), properties: l.mark.Properties, delta: !l.Whole}
	w.csv.Write(l.Columns())
	var err error
	switch {
	case l.made != nil:
		err = l.made.rows(ctx, func(name, label string, version int64, values []string) error {
			return w.put(append([]string{name, label, strconv.FormatInt(version, 10)}, values...))
		})
	case l.Whole:
		err = l.whole(ctx, w)
	default:
		err = l.delta(ctx, w)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, b.Flush())
}

// sheet writes rows.
type sheet struct {
	csv        *csv.Writer
	properties []string
	delta      bool
	cells      []string
}

func (w *sheet) put(cells []string) error { return w.csv.Write(cells) }

func (w *sheet) row(r *Row) error {
	w.cells = append(w.cells[:0], r.ID, r.Label, strconv.FormatInt(r.Version, 10))
	if w.delta {
		w.cells = append(w.cells, "")
	}
	for _, p := range w.properties {
		w.cells = append(w.cells, r.Properties[p])
	}
	return w.put(w.cells)
}

func (w *sheet) gone(id string, version int64) error {
	w.cells = append(w.cells[:0], id, "", strconv.FormatInt(version, 10), "1")
	for range w.properties {
		w.cells = append(w.cells, "")
	}
	return w.put(w.cells)
}

func (l *List) whole(ctx context.Context, w *sheet) error {
	for _, place := range placesOf(l.viewer.Street, l.viewer.Grids) {
		f := Filter{Street: l.viewer.Street, List: l.Name, Place: place, Shown: true}
		for after := ""; ; {
			rows, next, err := l.s.store.Page(ctx, f, after, limits.PullRows)
			if err != nil {
				return err
			}
			for i := range rows {
				if err := w.row(&rows[i]); err != nil {
					return err
				}
			}
			if after = next; after == "" {
				break
			}
		}
	}
	return nil
}

// delta writes what changed up to the version; what changes meanwhile comes with the next one.
func (l *List) delta(ctx context.Context, w *sheet) error {
	places := placesOf(l.viewer.Street, l.viewer.Grids)
	for _, place := range places {
		f := Span{Street: l.viewer.Street, List: l.Name, Place: place, After: l.after, UpTo: l.mark.Seq}
		for {
			rows, next, err := l.s.store.Since(ctx, f, limits.PullRows)
			if err != nil {
				return err
			}
			for i := range rows {
				write := func() error { return nil } // its creation has not come
				if r := &rows[i]; r.Shown() {
					write = func() error { return w.row(r) }
				} else if r.Gone() {
					write = func() error { return w.gone(r.ID, r.Version) }
				}
				if err := write(); err != nil {
					return err
				}
			}
			if f.After = next; next == 0 {
				break
			}
		}
		f.After = l.after
		for {
			left, next, err := l.s.store.Left(ctx, f, limits.PullRows)
			if err != nil {
				return err
			}
			for _, d := range left {
				if slices.Contains(places, d.Place) { // it moved within what the viewer sees
					continue
				}
				if err := w.gone(d.ID, d.Version); err != nil {
					return err
				}
			}
			if f.After = next; next == 0 {
				break
			}
		}
	}
	return nil
}
