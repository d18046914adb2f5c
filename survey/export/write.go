package export

import (
	"archive/zip"
	"context"
	"io"

	"ruhu/internal/errs"
	"ruhu/survey"
	"ruhu/survey/snapshot"
)

// Result is what was written.
type Result struct {
	Name     string // file name
	Snapshot string // id
	Rows     int64  // of the main table
}

// progressEvery is how many records are written between two calls of progress.
const progressEvery = 500

// Write writes the export of one snapshot to w, streaming. progress is told how many of how many records were written and
// may stop the work with an error; nil = nobody asks. The same snapshot and options give the same bytes.
func (p *Plan) Write(ctx context.Context, snap survey.Snapshot, w io.Writer, progress func(done, total int64) error) (Result, error) {
	const op = "export"
	heads, err := snap.Heads()
	if err != nil {
		return Result{}, errs.Wrap(op, err)
	}
	id, err := p.opts.snapshotID(heads)
	if err != nil {
		return Result{}, err
	}
	rows, err := snap.Count(p.opts.filter())
	if err != nil {
		return Result{}, errs.Wrap(op, err)
	}
	e := &exporter{plan: p, snap: snap, reader: newReader(p, newPseudonyms(p.opts.Master, p.opts.Grant, id)), progress: progress, total: rows, passes: 1}
	switch {
	case p.opts.Format == XLSX:
		err = e.xlsx(ctx, w, id)
	case len(p.Tables) > 1:
		e.passes = int64(len(p.Tables))
		err = e.zip(ctx, w)
	default:
		err = e.csv(ctx, w, &p.Tables[0])
	}
	if err == nil && progress != nil {
		err = progress(rows, rows)
	}
	return Result{Name: p.fileName(id), Snapshot: id, Rows: rows}, errs.Wrap(op, err)
}

func (p *Plan) fileName(id string) string {
	var versions []string
	for _, f := range p.opts.Versions {
		versions = append(versions, f.Version)
	}
	ext := string(p.opts.Format)
	if p.opts.Format == CSV && len(p.Tables) > 1 {
		ext = "zip"
	}
	return fileSafe(p.opts.Form) + "-" + versionRange(versions) + "-" + snapshot.Short(id) + "." + ext
}

// exporter is one run.
type exporter struct {
	plan     *Plan
	snap     survey.Snapshot
	reader   *reader
	progress func(done, total int64) error
	passes   int64 // how often the records are read
	total    int64
	done     int64 // records read, over all passes
}

// each reads all records once.
func (e *exporter) each(ctx context.Context, fn func() error) error {
	if err := e.tell(ctx); err != nil {
		return err
	}
	for rec, err := range e.snap.Rows(e.plan.opts.filter()) {
		if err != nil {
			return err
		}
		if err := e.reader.load(rec); err != nil {
			return errs.Wrap("record "+rec.ID, err)
		}
		if err := fn(); err != nil {
			return err
		}
		if e.done++; e.done%progressEvery == 0 {
			if err := e.tell(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exporter) tell(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return errs.WrapCode(errs.Interrupted, "export", err)
	}
	if e.progress == nil {
		return nil
	}
	return e.progress(e.done/e.passes, e.total)
}

func (e *exporter) rows(t *Table, out sink) error {
	if t.Repeat == "" {
		return e.reader.main(t, out)
	}
	return e.reader.repeats(t, out)
}

// csv writes one table.
func (e *exporter) csv(ctx context.Context, w io.Writer, t *Table) error {
	out := newCSV(w)
	if err := out.header(t); err != nil {
		return err
	}
	if err := e.each(ctx, func() error { return e.rows(t, out) }); err != nil {
		return err
	}
	return out.flush()
}

// zip writes every table and the codebook, one after the other: a pass over the records for each.
func (e *exporter) zip(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	for i := range e.plan.Tables {
		t := &e.plan.Tables[i]
		f, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".csv", Method: zip.Deflate}) // no time: the bytes must be the same
		if err != nil {
			return err
		}
		if err := e.csv(ctx, f, t); err != nil {
			return err
		}
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: "codebook.csv", Method: zip.Deflate})
	if err != nil {
		return err
	}
	out := newCSV(f)
	out.buf = append(out.buf, bom...)
	if err := e.plan.codebook(out); err != nil {
		return err
	}
	if err := out.flush(); err != nil {
		return err
	}
	return z.Close()
}
