package submission

import (
	"context"
	"io"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// Post is one post as it was kept.
type Post struct {
	Instance string
	Parent   string
	Form     string
	Version  string
	Worker   string
	Device   string // deviceID of the client
	At       int64  // ms, of the first arrival of these answers
	ID       Hash   // SHA-256 of the exact bytes
	Files    []FileRef
}

// family runs fn on the nodes of a record, in whichever stream it is. Codes: not-found, erased.
func (s *Service) family(ctx context.Context, record string, fn func(log Log, known Reader, rec *sync.Record, nodes []Node) error) error {
	for _, log := range []Log{s.Answers, s.Registry} {
		found := false
		err := log.view(ctx, func(r sync.Reader, known Reader) error {
			rec, ok, err := r.Record(record)
			if err != nil || !ok {
				return err
			}
			found = true
			if rec.State == nil || rec.State.Erased {
				return errs.New(errs.Erased, "submissions of record", "record %s", record)
			}
			nodes, err := known.Family(record)
			if err != nil {
				return err
			}
			return fn(log, known, &rec, nodes)
		})
		if err != nil || found {
			return err
		}
	}
	return errs.New(errs.NotFound, "submissions of record", "no record %s", printable(record))
}

// Bodies lists what was posted of a record, each distinct body once, in order of arrival. Codes: not-found, erased.
func (s *Service) Bodies(ctx context.Context, record string) (out []Post, err error) {
	err = s.family(ctx, record, func(_ Log, _ Reader, _ *sync.Record, nodes []Node) error {
		out = nil
		for i := range nodes {
			n := &nodes[i]
			if n.Meta.Served != nil {
				continue
			}
			for _, b := range n.Meta.Bodies {
				out = append(out, Post{Instance: n.Instance, Parent: n.Parent, Form: n.Meta.Form, Version: n.Meta.Version, Worker: n.Meta.Worker,
					Device: n.Meta.Device, At: n.Meta.At, ID: b.ID, Files: shownFiles(n)})
			}
		}
		return nil
	})
	return out, errs.Wrap("bodies", err)
}

func shownFiles(n *Node) (out []FileRef) {
	for _, f := range n.Meta.Files {
		if !strings.HasPrefix(f.Name, longPrefix) {
			out = append(out, f)
		}
	}
	return out
}

// Body returns the exact bytes of a post; id is the zero Hash for the first that came under the instanceID. Codes:
// not-found, erased, damaged.
func (s *Service) Body(ctx context.Context, record, instance string, id Hash) (body []byte, err error) {
	err = s.family(ctx, record, func(_ Log, known Reader, _ *sync.Record, nodes []Node) error {
		for i := range nodes {
			n := &nodes[i]
			if n.Instance != instance || n.Meta.Served != nil {
				continue
			}
			for _, b := range n.Meta.Bodies {
				if id == (Hash{}) || b.ID == id {
					body, err = known.Body(n, b)
					return err
				}
			}
		}
		return errs.New(errs.NotFound, "body", "record %s has no such post", record)
	})
	return body, errs.Wrap("body", err)
}

// OpenFile opens a file that came with an instance of a record, by its name: the last that came under it. Codes: not-found,
// erased, damaged.
func (s *Service) OpenFile(ctx context.Context, record, instance, name string) (io.ReadSeekCloser, error) {
	blob := ""
	err := s.family(ctx, record, func(_ Log, _ Reader, _ *sync.Record, nodes []Node) error {
		for i := range nodes {
			if f, ok := nodes[i].Meta.file(name); ok && nodes[i].Instance == instance {
				blob = f.Blob
			}
		}
		return nil
	})
	if err == nil && blob == "" {
		err = errs.New(errs.NotFound, "open file", "record %s has no such file", record)
	}
	if err != nil {
		return nil, errs.Wrap("open file", err)
	}
	return s.Blobs.Open(ctx, blob)
}
