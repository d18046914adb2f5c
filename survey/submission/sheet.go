package submission

import (
	"context"
	"io"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Sheet is a record as a filled-in form, to be edited by an OpenRosa client (Enketo). The server remembers what it handed
// out: an edit that replaces InstanceID is merged as of the state the sheet shows.
type Sheet struct {
	Record     string
	InstanceID string
	Form       string
	Version    string
	XML        []byte
	Files      []FileRef // named in XML
}

// Instance returns the merged record as a sheet. The same state gives the same sheet. Rows and answers the form does not
// know are left out, and an edit leaves them as they are. Codes: not-found, erased, unknown-form, rule (the answers
// are encrypted, or some were withheld).
func (s *Service) Instance(ctx context.Context, record string) (Sheet, error) {
	const op = "sheet of record"
	for _, log := range []Log{s.Answers, s.Registry} {
		found := false
		err := log.view(ctx, func(r sync.Reader, _ Reader) (err error) {
			_, found, err = r.Record(record)
			return err
		})
		if err != nil {
			return Sheet{}, errs.Wrap(op, err)
		}
		if !found {
			continue
		}
		var out Sheet
		err = log.Engine.Compose(ctx, func(c *sync.Composing) error {
			led, err := log.Ledger(c.Tx())
			if err != nil {
				return err
			}
			rec, _, err := c.Record(record)
			if err != nil {
				return err
			}
			out, err = s.sheet(led, log, &rec, c.Now())
			return err
		})
		return out, errs.Wrap(op, err)
	}
	return Sheet{}, errs.New(errs.NotFound, op, "no record %s", printable(record))
}

func (s *Service) sheet(led Ledger, log Log, rec *sync.Record, now int64) (Sheet, error) {
	const op = "sheet of record"
	if rec.State == nil || rec.State.Erased {
		return Sheet{}, errs.New(errs.Erased, op, "record %s", rec.ID)
	}
	form := s.Forms.Snapshot().Get(rec.Form, rec.Version)
	if form == nil {
		if form = s.Forms.Snapshot().Latest(rec.Form); form == nil {
			return Sheet{}, errs.New(errs.UnknownForm, op, "form %q", printable(rec.Form))
		}
	}
	nodes, err := led.Family(rec.ID)
	if err != nil {
		return Sheet{}, err
	}
	for i := range nodes {
		n := &nodes[i]
		if n.Meta.Encrypted || n.Meta.Withheld {
			return Sheet{}, errs.New(errs.Rule, op, "record %s cannot be shown whole", rec.ID).
				WithHint("记录是加密的，或部分内容已按规定清除，不能整份编辑；请在审核页更正。 The record is encrypted or partly withheld: correct it on the review page.")
		}
		if n.Meta.Served != nil && n.Meta.Served.VV.Equal(rec.State.VV) && len(n.Meta.Bodies) > 0 {
			body, err := led.Body(n, n.Meta.Bodies[0])
			return Sheet{Record: rec.ID, InstanceID: n.Instance, Form: n.Meta.Form, Version: n.Meta.Version, XML: body, Files: n.Meta.Files}, err
		}
	}
	var random [16]byte
	if _, err := io.ReadFull(log.Engine.Rand, random[:]); err != nil {
		return Sheet{}, err
	}
	n := &Node{Record: rec.ID, Instance: "uuid:" + uuidOf("served", string(random[:])), Meta: Meta{Form: form.ID, Version: form.Version, Role: sync.RoleReviewer,
		Street: rec.Street, Grid: rec.Grid, At: now, Served: &Served{VV: rec.State.VV.Clone()}}}
	for i := range nodes {
		if nodes[i].Meta.Served == nil {
			n.Meta.Served.Covers = append(n.Meta.Served.Covers, nodes[i].key())
		}
	}
	d := drawing{form: form, state: rec.State, known: map[string]bool{}}
	d.rowsOf("", form.Root)
	d.answers(nodes)
	d.inst.Head = instance.Head{FormID: form.ID, Version: form.Version, InstanceID: n.Instance}
	body, err := instance.Write(form, &d.inst)
	if err != nil {
		return Sheet{}, err
	}
	n.Meta.Served.Rows, n.Meta.Files, n.Meta.Canon = d.rows, d.files, HashOf(body)
	return Sheet{Record: rec.ID, InstanceID: n.Instance, Form: form.ID, Version: form.Version, XML: body, Files: d.files}, led.AddNode(n, HashOf(body), body)
}

// drawing writes a state into an instance.
type drawing struct {
	form  *schema.Form
	state *crdt.State
	inst  instance.Instance
	rows  []string        // in order of the document
	known map[string]bool // rows
	files []FileRef
}

// rowsOf lists the rows that exist below a place of the form, outer before inner, in the order they will be written.
func (d *drawing) rowsOf(at string, node *schema.Node) {
	for _, c := range node.Children {
		path := c.Name
		if at != "" {
			path = at + "/" + c.Name
		}
		switch c.Kind {
		case schema.Group:
			d.rowsOf(path, c)
		case schema.Repeat:
			for i, row := range d.state.RowsOf(path) {
				repeat, id := crdt.Path(row).Row()
				d.inst.Rows = append(d.inst.Rows, instance.Row{Repeat: repeat, ID: id, Ordinal: i})
				d.rows = append(d.rows, row)
				d.known[row] = true
				d.rowsOf(row, c)
			}
		}
	}
}

// answers lists what is shown; files get back the names they came under, where no other has that name.
func (d *drawing) answers(nodes []Node) {
	named := map[string]string{} // blob -> name
	taken := map[string]string{} // name -> blob
	for i := range nodes {
		for _, f := range shownFiles(&nodes[i]) {
			if _, ok := named[f.Blob]; !ok && (taken[f.Name] == "" || taken[f.Name] == f.Blob) {
				named[f.Blob], taken[f.Name] = f.Name, f.Blob
			}
		}
	}
	for path, shown := range d.state.Visible {
		q := d.form.Lookup(path)
		if shown.Null || shown.Value == "" || q == nil || q.Kind != schema.Question || q.InMeta && (q.Name == "instanceID" || q.Name == "deprecatedID") || !d.inRows(path) {
			continue
		}
		text := shown.Value
		if isFile(q) && schema.IsBinaryName(text) {
			name := named[text]
			if name == "" {
				name = text
			}
			if !slices.ContainsFunc(d.files, func(f FileRef) bool { return f.Name == name }) {
				d.files = append(d.files, FileRef{Name: name, Blob: text})
			}
			text = name
		}
		d.inst.Values = append(d.inst.Values, instance.Value{Path: path, Text: text, Sent: text, Fits: true})
	}
}

func (d *drawing) inRows(path string) bool {
	if strings.IndexByte(path, '[') < 0 {
		return true
	}
	for row := range crdt.Path(path).EnclosingRows {
		if !d.known[row] {
			return false
		}
	}
	return true
}
