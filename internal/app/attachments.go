package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"slices"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/server"
	"ruhu/server/uploads"
	"ruhu/store/blob"
	"ruhu/store/keys"
	"ruhu/store/sqlite/logdb"
	"ruhu/survey"
	"ruhu/survey/submission"
	"ruhu/sync"
)

// openBlobs opens the attachments, and what has arrived of them.
func (a *App) openBlobs(context.Context) (err error) {
	a.Blobs, err = blob.Open(a.path(blobsDir), blob.Options{Slots: a.Keys.Slots(keys.Blobs), NameKey: a.Keys.Derive("blob-name"),
		Clock: a.opts.Clock, Rand: a.opts.Rand, Zone: a.opts.Zone, OnFailStop: a.opts.OnFailStop})
	if err != nil {
		return err
	}
	a.onClose(a.Blobs.Close)
	a.Uploads, err = uploads.Open(a.path(uploadsDir), a.Keys.Derive("uploads"), a.opts.Clock, a.opts.Rand)
	return err
}

// eraseBlob returns what a log calls when none of its records names an attachment any more: what has arrived goes too.
func (a *App) eraseBlob(stream string) func(hash [32]byte) error {
	erase := a.Blobs.EraseFor(stream)
	return func(hash [32]byte) error {
		return errors.Join(erase(hash), a.Uploads.Forget(hash))
	}
}

// sweepBlobs removes attachments that no record names any more and what crashes left.
func (a *App) sweepBlobs(ctx context.Context) error {
	var named []iter.Seq2[[32]byte, error]
	for _, l := range []*logdb.Log{a.AnswersLog, a.RegistryLog} {
		named = append(named, l.Blobs(ctx))
	}
	swept, err := a.Blobs.Sweep(ctx, a.namesOf, named...)
	if err == nil && swept != (blob.Swept{}) {
		a.opts.Log.Info("attachments swept", "unnamed", swept.Blobs, "loose", swept.Loose, "temporary", swept.Temp)
	}
	return err
}

// namesOf lists the attachments that the lines of a record name.
func (a *App) namesOf(ctx context.Context, stream, record string) (out [][32]byte, err error) {
	const prefix = "sha256-"
	for _, s := range a.streams() {
		if string(s.engine.Stream) != stream {
			continue
		}
		err = s.store.View(ctx, func(r sync.Reader) error {
			for l, err := range r.RecordLines(record) {
				if err != nil {
					return err
				}
				for rest := l.Body; ; {
					_, after, found := bytes.Cut(rest, []byte(prefix))
					if !found || len(after) < 64 {
						break
					}
					var hash [32]byte
					if _, err := hex.Decode(hash[:], after[:64]); err == nil {
						out = append(out, hash)
					}
					rest = after
				}
			}
			return nil
		})
	}
	return out, err
}

// attachments joins the stored bytes with the records of both logs.
type attachments struct{ app *App }

var (
	_ server.Attachments = attachments{}
	_ survey.Attachments = attachments{}
)

// Missing implements survey.Attachments.
func (t attachments) Missing(ctx context.Context, names []string) ([]string, error) {
	return t.app.Blobs.Missing(ctx, names)
}

// MayUpload implements server.Attachments.
func (t attachments) MayUpload(ctx context.Context, device, record, name string, size int64) error {
	const op = "upload"
	ref, err := t.reference(ctx, device, record, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, t.app.Blobs.Admit(ctx, ref, size))
}

// Accept implements server.Attachments. A record that is erased while its photo arrives takes the photo with it.
func (t attachments) Accept(ctx context.Context, device, record, name string, r io.Reader, size int64) error {
	const op = "accept upload"
	ref, err := t.reference(ctx, device, record, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := t.app.Blobs.Accept(ctx, ref, size, r); err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := t.reference(ctx, device, record, name); err != nil {
		if code := errs.CodeOf(err); code == errs.Erased || code == errs.NotFound {
			if err := t.app.Blobs.EraseRecord(context.WithoutCancel(ctx), ref.Stream, record); err != nil {
				return errs.Wrap(op, err)
			}
		}
		return errs.Wrap(op, err)
	}
	return nil
}

// reference finds the log of a record, and a line of it by this device, or by its worker with a former phone, in which the
// name stands. Codes: not-found, erased.
func (t attachments) reference(ctx context.Context, device, record, name string) (blob.Ref, error) {
	const op = "find record"
	ref := blob.Ref{Record: record, Name: name, Device: device}
	info, err := t.app.Auth.DeviceByID(ctx, device)
	if err != nil {
		return ref, err
	}
	for _, s := range t.app.streams() {
		wrote, names := false, false
		err := s.store.View(ctx, func(r sync.Reader) error {
			rec, ok, err := r.Record(record)
			if err != nil {
				return err
			}
			if ok && (rec.State == nil || rec.State.Erased) {
				return errs.New(errs.Erased, op, "record %s", record)
			}
			wrote, names, err = named(r, record, name, func(l *sync.Line) bool {
				return l.Device == info.ID || l.Device == info.RegistryID || l.Worker == info.Worker
			})
			return err
		})
		if err != nil {
			return ref, err
		}
		if names {
			ref.Stream = string(s.engine.Stream)
			return ref, nil
		}
		if wrote {
			return ref, errs.New(errs.NotFound, op, "nothing this device wrote of record %s names the file", record)
		}
	}
	return ref, errs.New(errs.NotFound, op, "this device wrote nothing of record %s", record)
}

// named reports whether somebody wrote lines of a record, and whether a value of those is name: what was withheld is
// none any more.
func named(r sync.Reader, record, name string, by func(l *sync.Line) bool) (wrote, names bool, err error) {
	value := []byte(`"` + name + `"`)
	for l, err := range r.RecordLines(record) {
		if err != nil {
			return wrote, names, err
		}
		if by(&l) {
			wrote = true
			if bytes.Contains(l.Body, value) {
				return true, true, nil
			}
		}
	}
	return wrote, false, nil
}

// Stat implements server.Attachments.
func (t attachments) Stat(ctx context.Context, hash string) ([]server.Attachment, error) {
	const op = "attachment"
	info, err := t.app.Blobs.Stat(ctx, hash)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	now := clock.Millis(t.app.opts.Clock.Now())
	var out, unanswered []server.Attachment
	for _, s := range t.app.streams() {
		err := s.store.View(ctx, func(r sync.Reader) error {
			for _, ref := range info.Refs {
				if ref.Stream != string(s.engine.Stream) {
					continue
				}
				rec, ok, err := r.Record(ref.Record)
				if err != nil {
					return err
				}
				if !ok || rec.State == nil || rec.State.Erased {
					continue
				}
				_, names, err := named(r, rec.ID, ref.Name, func(*sync.Line) bool { return true })
				if err != nil {
					return err
				}
				open := rec.Open && (rec.EditUntil == 0 || now < rec.EditUntil) && rec.Status != sync.StatusRestricted
				at := server.Attachment{Hash: hash, Name: ref.Name, Size: info.Size, Record: rec.ID, Street: rec.Street, Grid: rec.Grid,
					Author: rec.Author, Assignees: rec.Assignees, Open: open}
				if names {
					out = append(out, at)
				} else {
					unanswered = append(unanswered, at)
				}
			}
			return nil
		})
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	for _, at := range unanswered {
		came, err := t.posted(ctx, at.Record, at.Name)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		if came {
			out = append(out, at)
		}
	}
	if len(out) == 0 {
		return nil, errs.New(errs.NotFound, op, "no record has it")
	}
	return out, nil
}

// posted reports whether a file came with a post of a record, though no answer names it: those of an encrypted record, the log
// of who tapped what, and what a client sent beside.
func (t attachments) posted(ctx context.Context, record, name string) (bool, error) {
	posts, err := t.app.Submissions.Bodies(ctx, record)
	if code := errs.CodeOf(err); code == errs.NotFound || code == errs.Erased {
		return false, nil
	}
	for _, p := range posts {
		if slices.ContainsFunc(p.Files, func(f submission.FileRef) bool { return f.Blob == name }) {
			return true, nil
		}
	}
	return false, err
}

// Open implements server.Attachments.
func (t attachments) Open(ctx context.Context, at server.Attachment) (io.ReadSeekCloser, error) {
	return t.app.Blobs.Open(ctx, at.Hash)
}
