package submission_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/xform"
	"ruhu/store/keys"
	"ruhu/store/sqlite/logdb"
	"ruhu/survey"
	"ruhu/survey/submission"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/sim"
)

const (
	street = "990101001"
	gridA  = "990101001001001"
	gridB  = "990101001002001"
)

// formXML is a form with a repeat without row ids, one with them, a photo and an entity.
const formXML = `<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
 xmlns:entities="http://www.opendatakit.org/xforms/entities">
 <h:head><h:title>House</h:title><model entities:entities-version="2022.1.0">
  <instance><data id="ID" version="VERSION">
   <grid_code/><village_code/><case_id/><q1/><q2/><q3/><n/><photo/>
   <members jr:template=""><name/><age/></members><members><name/><age/></members>
   <pets jr:template=""><pet_id/><kind/></pets>
   <orx:meta><orx:instanceID/><orx:instanceName/><entity dataset="houses" id="" create="1"><label/></entity></orx:meta>
  </data></instance>
  <bind nodeset="/data/grid_code" type="string"/><bind nodeset="/data/village_code" type="string"/><bind nodeset="/data/case_id" type="string"/>
  <bind nodeset="/data/q1" type="string"/><bind nodeset="/data/q2" type="string"/><bind nodeset="/data/q3" type="string"/><bind nodeset="/data/n" type="int"/>
  <bind nodeset="/data/photo" type="binary"/>
  <bind nodeset="/data/members/name" type="string"/><bind nodeset="/data/members/age" type="int"/>
  <bind nodeset="/data/pets/pet_id" type="string" calculate="once(uuid())"/><bind nodeset="/data/pets/kind" type="string"/>
  <bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>
 </model></h:head>
 <h:body>
  <input ref="/data/q1"><label>q1</label></input><input ref="/data/q2"><label>q2</label></input><input ref="/data/q3"><label>q3</label></input>
  <input ref="/data/n"><label>n</label></input><upload ref="/data/photo" mediatype="image/*"><label>photo</label></upload>
  <group ref="/data/members"><label>m</label><repeat nodeset="/data/members"><input ref="/data/members/name"><label>n</label></input><input ref="/data/members/age"><label>a</label></input></repeat></group>
  <group ref="/data/pets"><label>p</label><repeat nodeset="/data/pets"><input ref="/data/pets/kind"><label>k</label></input></repeat></group>
 </h:body>
</h:html>`

// forms is what the tests know of forms.
type forms struct {
	set   *schema.Forms
	kinds map[string]survey.Kind
}

func (f *forms) KnownForm(form, version string) bool { return f.set.Get(form, version) != nil }
func (f *forms) Snapshot() *schema.Forms             { return f.set }
func (f *forms) Info(form string) (survey.FormInfo, bool) {
	k, ok := f.kinds[form]
	return survey.FormInfo{Kind: k}, ok
}

func newForms(t testing.TB) *forms {
	f := &forms{set: new(schema.Set).Snapshot(), kinds: map[string]survey.Kind{"visit": survey.KindVisit}}
	for _, key := range []schema.Key{{ID: "house", Version: "1"}, {ID: "house", Version: "2"}, {ID: "visit", Version: "1"}, {ID: "other", Version: "1"}} {
		src := strings.NewReplacer("ID\" version", key.ID+"\" version", "VERSION", key.Version).Replace(formXML)
		form, faults, err := xform.Read([]byte(src))
		require.NoError(t, err, "%v", faults)
		f.set, err = f.set.With(form)
		require.NoError(t, err)
	}
	return f
}

// blobs keeps files in memory.
type blobs struct {
	mu    gosync.Mutex
	bytes map[string][]byte
	named map[string][]string // record -> names
}

func (b *blobs) PutStream(_ context.Context, ext string, limit int64, r io.Reader) (string, int64, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if int64(len(data)) > limit {
		return "", 0, errs.New(errs.TooLarge, "put", "too large")
	}
	name := blobName(data, ext)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes[name] = data
	return name, int64(len(data)), nil
}

func blobName(data []byte, ext string) string {
	sum := sha256.Sum256(data)
	return "sha256-" + hex.EncodeToString(sum[:]) + "." + ext
}

func (b *blobs) Name(_ context.Context, stream, record, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := stream + "/" + record
	if !slices.Contains(b.named[key], name) {
		b.named[key] = append(b.named[key], name)
	}
	return nil
}

func (b *blobs) Erase(_ context.Context, stream, record string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range b.named[stream+"/"+record] {
		delete(b.bytes, name)
	}
	delete(b.named, stream+"/"+record)
	return nil
}

func (b *blobs) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.bytes[name]
	if !ok {
		return nil, errs.New(errs.NotFound, "open", "no such file")
	}
	return nopCloser{bytes.NewReader(data)}, nil
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

// entities counts what it is given.
type entities struct {
	mu    gosync.Mutex
	got   map[string]int // by key
	last  submission.Posted
	fault error
}

func (e *entities) Apply(_ context.Context, p submission.Posted) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fault != nil {
		return e.fault
	}
	e.got[p.Key]++
	e.last = p
	return nil
}

// bench is a service on real logs.
type bench struct {
	*submission.Service
	t        testing.TB
	dir      string
	clock    *clock.Manual
	forms    *forms
	blobs    *blobs
	entities *entities
	logs     map[sync.Stream]*logdb.Log
	journal  []sync.JournalEntry
}

type journal struct{ b *bench }

func (j journal) Append(e sync.JournalEntry) error {
	j.b.journal = append(j.b.journal, e)
	return nil
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, dir: t.TempDir(), clock: clock.NewManual(time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)), forms: newForms(t),
		blobs: &blobs{bytes: map[string][]byte{}, named: map[string][]string{}}, entities: &entities{got: map[string]int{}}, logs: map[sync.Stream]*logdb.Log{}}
	ring, err := keys.Open(filepath.Join(b.dir, "keys"), rand.Reader)
	require.NoError(t, err)
	t.Cleanup(func() { ring.Close() })
	conf := submission.Config{Forms: b.forms, Blobs: b.blobs, Clock: b.clock, Entities: b.entities,
		Cases: func(_ context.Context, no string) (string, bool, error) { return gridB, no == "C1", nil }}
	for stream, to := range map[sync.Stream]*submission.Log{sync.Answers: &conf.Answers, sync.Registry: &conf.Registry} {
		slots := keys.Answers
		if stream == sync.Registry {
			slots = keys.Registry
		}
		l, err := logdb.Open(filepath.Join(b.dir, string(stream)+".db"), logdb.Options{Stream: stream, Slots: ring.Slots(slots), Cells: ring.Derive("cells:" + string(stream)),
			Rand: rand.Reader, Project: sim.Project, Queue: 4000})
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		require.NoError(t, l.Update(t.Context(), func(tx sync.Tx) error { return tx.NewEpoch("ep_1") }))
		engine, err := sync.New(sync.Config{Store: l, Stream: stream, Clock: b.clock, Rand: rand.Reader, CursorKey: bytes.Repeat([]byte{7}, 32),
			KnownForm: b.forms.KnownForm, Journal: journal{b}})
		require.NoError(t, err)
		b.logs[stream] = l
		*to = submission.Log{Engine: engine, Store: l, Reader: logdb.SubmissionReader, Ledger: logdb.SubmissionLedger}
	}
	b.Service, err = submission.New(conf)
	require.NoError(t, err)
	return b
}

// sheet is a filled-in form as a test writes it.
type sheet struct {
	form, version string
	id, parent    string
	answers       [][2]string
	members       [][2]string // name, age
	pets          [][2]string // id, kind
	entity        string
}

func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func (s *sheet) xml() []byte {
	var b strings.Builder
	form, version := s.form, s.version
	if form == "" {
		form = "house"
	}
	if version == "" {
		version = "1"
	}
	fmt.Fprintf(&b, `<data xmlns:orx="http://openrosa.org/xforms" id="%s" version="%s">`, form, version)
	for _, a := range s.answers {
		fmt.Fprintf(&b, "<%s>%s</%s>", a[0], esc(a[1]), a[0])
	}
	for _, m := range s.members {
		fmt.Fprintf(&b, "<members><name>%s</name><age>%s</age></members>", esc(m[0]), esc(m[1]))
	}
	for _, p := range s.pets {
		fmt.Fprintf(&b, "<pets><pet_id>%s</pet_id><kind>%s</kind></pets>", esc(p[0]), esc(p[1]))
	}
	fmt.Fprintf(&b, "<orx:meta><orx:instanceID>%s</orx:instanceID>", esc(s.id))
	if s.parent != "" {
		fmt.Fprintf(&b, "<orx:deprecatedID>%s</orx:deprecatedID>", esc(s.parent))
	}
	if s.entity != "" {
		fmt.Fprintf(&b, `<entity dataset="houses" id="%s" create="1"><label>x</label></entity>`, s.entity)
	}
	b.WriteString("</orx:meta></data>")
	return []byte(b.String())
}

// with returns a copy with one answer set ("" takes it away).
func (s *sheet) with(id, question, value string) *sheet {
	out := *s
	out.parent, out.id = s.id, id
	out.answers = slices.DeleteFunc(slices.Clone(s.answers), func(a [2]string) bool { return a[0] == question })
	if value != "" {
		out.answers = append(out.answers, [2]string{question, value})
	}
	return &out
}

func who(worker string) submission.Submitter {
	return submission.Submitter{User: worker, Worker: worker, Street: street, Grids: []string{gridA, gridB}, Device: "collect:" + worker}
}

func files(list map[string]string) iter.Seq2[submission.File, error] {
	return func(yield func(submission.File, error) bool) {
		for name, text := range list {
			if !yield(submission.File{Name: name, Content: strings.NewReader(text)}, nil) {
				return
			}
		}
	}
}

func (b *bench) post(worker string, s *sheet, attached map[string]string) submission.Outcome {
	b.t.Helper()
	o, err := b.Receive(b.t.Context(), who(worker), s.xml(), files(attached), false)
	require.NoError(b.t, err)
	b.clock.Advance(time.Second)
	return o
}

func (b *bench) record(stream sync.Stream, id string) sync.Record {
	b.t.Helper()
	var rec sync.Record
	require.NoError(b.t, b.logs[stream].View(b.t.Context(), func(r sync.Reader) error {
		var ok bool
		var err error
		rec, ok, err = r.Record(id)
		require.True(b.t, ok, "record %s", id)
		return err
	}))
	return rec
}

// picture is what a record shows: the distinct values at each path of rows that exist (nil = cleared), and disputed rows.
func picture(s *crdt.State) map[string][]string {
	out := map[string][]string{}
	for path := range s.Visible {
		var values []string
		for _, w := range s.Siblings(path) {
			v := "=" + w.Value
			if w.Null {
				v = "cleared"
			}
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		if len(values) == 1 && values[0] == "cleared" {
			continue
		}
		out[path] = values
	}
	for _, r := range s.Rows {
		if s.RowExists(r.Path) {
			out[r.Path] = []string{"row"}
			if s.RemovedWhileEdited(r.Path) {
				out[r.Path] = []string{"row", "removed while edited"}
			}
		}
	}
	return out
}

func (b *bench) picture(o submission.Outcome) map[string][]string {
	b.t.Helper()
	return picture(b.record(sync.Stream(o.Stream), o.Record).State)
}

// lines counts the change sets of a record.
func (b *bench) lines(o submission.Outcome) (n int) {
	b.t.Helper()
	require.NoError(b.t, b.logs[sync.Stream(o.Stream)].View(b.t.Context(), func(r sync.Reader) error {
		n = 0
		for _, err := range r.RecordLines(o.Record) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

// sound verifies both logs.
func (b *bench) sound() {
	b.t.Helper()
	for stream, l := range b.logs {
		_, err := l.Verify(b.t.Context(), logdb.Check{Fault: func(f logdb.Fault) { b.t.Errorf("%s: %v", stream, f) }})
		require.NoError(b.t, err)
	}
}
