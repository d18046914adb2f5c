package phone

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	replica "ruhu/sync/phone"
	"ruhu/sync/wire"
)

// Options are what every command of the headless phone needs.
type Options struct {
	Server string // URL
	Dir    string // the phone's folder
	Clock  clock.Clock
	Rand   io.Reader // nil = the system's
	JSON   bool      // one object, or one a line for lists
}

// Headless is an open phone with its folder. Close it.
type Headless struct {
	*replica.Phone
	files *FileStore
	o     Options
}

// Open opens the phone of a folder; a new folder is a phone that is not enrolled.
func Open(ctx context.Context, o Options) (*Headless, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	files, err := OpenFiles(o.Dir)
	if err != nil {
		return nil, err
	}
	h := &Headless{files: files, o: o}
	link, err := NewHTTP(ctx, o.Server, o.Clock, files)
	if err == nil {
		h.Phone, err = replica.Open(ctx, replica.Options{Store: files, Transport: link, Clock: o.Clock, Rand: o.Rand})
	}
	if err != nil {
		_ = files.Close() // the first error tells
		return nil, err
	}
	return h, nil
}

// Close lets go of the folder.
func (h *Headless) Close() error { return errs.Wrap("close phone", h.files.Close()) }

// with runs a command on an open phone.
func with(ctx context.Context, o Options, do func(h *Headless) error) error {
	h, err := Open(ctx, o)
	if err != nil {
		return err
	}
	err = do(h)
	if closed := h.Close(); err == nil {
		err = closed
	}
	return err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (h *Headless) print(w io.Writer, v any, format string, args ...any) error {
	if h.o.JSON {
		return printJSON(w, v)
	}
	_, err := fmt.Fprintf(w, format+"\n", args...)
	return err
}

// Enrol makes the folder a worker's phone with a one-time code.
func Enrol(ctx context.Context, o Options, code, name string, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		if name == "" {
			name = "headless"
		}
		if err := h.Phone.Enrol(ctx, code, name, "headless"); err != nil {
			return err
		}
		st := h.Status()
		return h.print(w, map[string]any{"device": st.Devices[replica.Answers], "registry_device": st.Devices[replica.Registry],
			"worker": st.Worker, "name": st.WorkerName, "grids": st.Grids, "epoch": st.Epoch},
			"Enrolled as %s for %s.\nGrids: %s", st.Devices[replica.Answers], st.WorkerName, strings.Join(st.Grids, " "))
	})
}

// Entry is a record as typed on the command line.
type Entry struct {
	Record  string // an existing one; "" = a new one
	Form    string
	Version string   // "" = the newest the phone knows
	Grid    string   // "" = the first of the phone's
	Set     []string // path=value; path= clears
	Add     []string // repeats that get a new row
	Del     []string // rows
	Draft   bool     // keep it a draft: status draft instead of submitted
}

// New writes a record, new or existing, and submits it into the phone's log. It needs no signal.
func New(ctx context.Context, o Options, in Entry, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		c, err := h.write(ctx, in)
		if err != nil {
			return err
		}
		return h.print(w, map[string]any{"record": c.Record, "device": c.Device, "seq": c.Seq, "id": crdt.IDOf(c.Encode()).String()},
			"%s written as %s:%d, not yet sent.", c.Record, c.Device, c.Seq)
	})
}

func (h *Headless) write(ctx context.Context, in Entry) (*crdt.ChangeSet, error) {
	const op = "new record"
	cells := make([][2]string, 0, len(in.Set))
	for _, text := range in.Set {
		path, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, errs.New(errs.Usage, op, "%q is not path=value", path)
		}
		p, err := wire.ParsePath(path)
		if err != nil || p.IsRow() {
			return nil, errs.New(errs.Usage, op, "%q is not the path of an answer", path)
		}
		cells = append(cells, [2]string{path, value})
	}
	s, err := h.session(in)
	if err != nil {
		return nil, err
	}
	for _, repeat := range in.Add {
		if p, err := wire.ParsePath(repeat); err != nil || p.IsRow() {
			return nil, errs.New(errs.Usage, op, "%q is not the path of a repeat", repeat)
		}
		if _, err := s.AddRow(repeat); err != nil {
			return nil, err
		}
	}
	for _, row := range in.Del {
		if p, err := wire.ParsePath(row); err != nil || !p.IsRow() {
			return nil, errs.New(errs.Usage, op, "%q is not the path of a row", row)
		}
		s.DelRow(row)
	}
	for _, c := range cells {
		if c[1] == "" {
			s.Clear(c[0])
		} else {
			s.Set(c[0], c[1])
		}
	}
	status := "submitted"
	if in.Draft {
		status = "draft"
	}
	if _, typed := s.Value(crdt.StatusPath); !typed || !in.Draft {
		s.Set(crdt.StatusPath, status)
	}
	c, err := s.Leave(ctx)
	if err == nil && c == nil {
		err = errs.New(errs.Usage, op, "nothing is different from what stands there")
	}
	return c, err
}

func (h *Headless) session(in Entry) (*replica.Session, error) {
	const op = "new record"
	if in.Record != "" {
		return h.Edit(in.Record)
	}
	st := h.Status()
	switch {
	case !st.Enrolled:
		return nil, errs.New(errs.Unauthenticated, op, "this phone is not enrolled").WithHint("Run: ruhu phone --server URL --dir DIR enrol CODE")
	case in.Form == "":
		return nil, errs.New(errs.Usage, op, "name a form with --form")
	}
	if in.Grid == "" && len(st.Grids) > 0 {
		in.Grid = st.Grids[0]
	}
	stream := replica.Answers
	known := false
	for _, item := range h.Items(wire.KindForm) {
		var body struct {
			Stream string `json:"stream"`
			Closed bool   `json:"closed"`
		}
		if item.ID != in.Form || json.Unmarshal([]byte(item.Body), &body) != nil || in.Version != "" && item.Version != in.Version {
			continue
		}
		if known && (body.Closed || item.Version < in.Version) {
			continue
		}
		in.Version, known = item.Version, true
		if body.Stream == string(replica.Registry) {
			stream = replica.Registry
		}
	}
	if !known && in.Version == "" {
		return nil, errs.New(errs.UnknownForm, op, "form %s is not on this phone", in.Form).WithHint("Pull first, or name a version with --version.")
	}
	return h.Phone.New(stream, in.Form, in.Version, in.Grid)
}

// Push sends what is unsent.
func Push(ctx context.Context, o Options, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		r, err := h.Phone.Push(ctx)
		if err != nil {
			return err
		}
		return h.pushed(w, r)
	})
}

func (h *Headless) pushed(w io.Writer, r replica.PushReport) error {
	st := h.Status()
	err := h.print(w, map[string]any{"requests": r.Requests, "answered": r.Sent, "merged": r.Merged, "waiting": r.Waiting,
		"quarantined": r.Quarantined, "void": r.Void, "forked": r.Forked, "unsent": st.Unsent, "unsafe": st.Unsafe},
		"Sent: %d merged, %d waiting, %d held back, %d void. Not yet sent: %d. Not yet backed up: %d.",
		r.Merged, r.Waiting, r.Quarantined, r.Void, st.Unsent, st.Unsafe)
	if err != nil || h.o.JSON {
		return err
	}
	if r.Forked {
		if _, err = fmt.Fprintln(w, "This phone had a twin, or was restored: it is a new device now, and nothing was lost."); err != nil {
			return err
		}
	}
	for _, s := range h.Log() {
		if s.Status == wire.Quarantined || s.Status == wire.Waiting || s.Status == wire.Voided {
			entry, _ := errs.Lookup(s.Code)
			if _, err := fmt.Fprintf(w, "  %s:%d %s %s %s %s\n", s.Device, s.Seq, s.Record, s.Status, s.Code, entry.EN); err != nil {
				return err
			}
		}
	}
	return nil
}

// Pull brings the phone's copies up to date.
func Pull(ctx context.Context, o Options, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		r, err := h.Phone.Pull(ctx)
		if err != nil {
			return err
		}
		return h.pulled(w, r)
	})
}

func (h *Headless) pulled(w io.Writer, r replica.PullReport) error {
	st := h.Status()
	complete := "complete"
	if !r.Complete {
		complete = "NOT complete: the digests differ"
	}
	return h.print(w, map[string]any{"requests": r.Requests, "bytes": r.Bytes, "lines": r.Lines, "new_epoch": r.NewEpoch, "complete": r.Complete,
		"mismatch": r.Mismatch, "records": st.Records, "stubs": st.Stubs, "epoch": st.Epoch, "revoked": st.Revoked},
		"Pulled %d lines in %d requests: %d records, %d stubs, %s.", r.Lines, r.Requests, st.Records, st.Stubs, complete)
}

// Sync pushes, then pulls.
func Sync(ctx context.Context, o Options, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		r, err := h.Phone.Sync(ctx)
		if err != nil {
			return err
		}
		if h.o.JSON {
			st := h.Status()
			return printJSON(w, map[string]any{"merged": r.Push.Merged, "waiting": r.Push.Waiting, "quarantined": r.Push.Quarantined,
				"void": r.Push.Void, "forked": r.Push.Forked, "requests": r.Push.Requests + r.Pull.Requests, "bytes": r.Pull.Bytes,
				"complete": st.Complete, "unsent": st.Unsent, "unsafe": st.Unsafe, "records": st.Records, "stubs": st.Stubs,
				"revoked": st.Revoked, "epoch": st.Epoch})
		}
		if err := h.pushed(w, r.Push); err != nil {
			return err
		}
		if h.Status().Revoked {
			_, err := fmt.Fprintln(w, "This phone was revoked: it only sends what it has, and reads nothing.")
			return err
		}
		return h.pulled(w, r.Pull)
	})
}
