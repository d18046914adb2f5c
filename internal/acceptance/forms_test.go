package acceptance_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/enrolqr"
	"ruhu/internal/app"
	"ruhu/internal/clock"
	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instance"
	"ruhu/schema/xform"
	"ruhu/server"
	"ruhu/server/openrosa/collect"
	"ruhu/server/servertest"
	"ruhu/survey"
	"ruhu/survey/export"
	"ruhu/survey/submission"
)

const formCorpus = "../../../shared/corpus/xforms"

// refusedForms are those of the corpus that must not get in, with the code of the fault that says why.
var refusedForms = map[string]string{
	"one-question-entity-registration-broken.xml":  "entities-version",
	"one-question-entity-registration-v2020.1.xml": "entities-version",
	"invalid-form.xml":                           "cycle",
	"test-web-forms__simple-dag-cycle.xml":       "cycle",
	"test-web-forms__xpath-syntax-error.xml":     "xpath",
	"test-web-forms__xpath-unknown-function.xml": "unknown-function",
}

// TestEveryFormGoesThroughOpenRosa takes each form of the corpus to an empty server: it is served as it came, takes a drawn
// submission from Collect, and gives every value back in the table of a correction file.
func TestEveryFormGoesThroughOpenRosa(t *testing.T) {
	files, err := filepath.Glob(formCorpus + "/*/*.xml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Log("SKIPPED: the folder ../shared/corpus/xforms is not beside the project")
		return
	}
	sums := manifestSums(t)
	empty := newEmptyServer(t)
	var mu gosync.Mutex
	n := map[string]int{}
	t.Run("forms", func(t *testing.T) {
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				outcome, values := empty.formTravels(t, file, sums[strings.TrimPrefix(file, formCorpus+"/")])
				mu.Lock()
				defer mu.Unlock()
				n[outcome]++
				n["values"] += values
			})
		}
	})
	if !t.Failed() {
		require.Equal(t, len(refusedForms), n["refused"])
		t.Logf("%d forms: %d served and answered, %d of them encrypted, %d refused; %d values came back", len(files), n["answered"]+n["encrypted"], n["encrypted"], n["refused"], n["values"])
	}
}

// manifestSums returns the SHA-256 of the corpus's files as its manifest has them.
func manifestSums(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(formCorpus + "/MANIFEST.csv")
	require.NoError(t, err)
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	at := slices.Index(table[0], "sha256")
	sums := map[string]string{}
	for _, row := range table[1:] {
		sums[row[0]] = row[at]
	}
	return sums
}

// emptyServer is a data directory with a street, one worker's Collect and nothing else, to be copied.
type emptyServer struct {
	dir string
	key string
}

func newEmptyServer(t *testing.T) *emptyServer {
	t.Helper()
	e := &emptyServer{dir: t.TempDir()}
	ctx := t.Context()
	a := e.open(t, e.dir, discard())
	_, err := a.Survey.ImportAreas(ctx, survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}, strings.NewReader(
		"code,name_zh,name_en,kind,parent\n990101,区,District,district,\n990101001,街道,Street,street,990101\n990101001201,村,Village,village,990101001\n990101001201003,网格,Grid,grid,990101001201\n"))
	require.NoError(t, err)
	_, drawn, err := a.Auth.CreateEnrolment(ctx, auth.Operator("acceptance"), auth.NewEnrolment{Name: "王一", Grids: []string{servertest.Grid(street1, 201, 3)}, TTL: time.Hour})
	require.NoError(t, err)
	e.key = drawn.App.Key
	require.NoError(t, a.Close())
	return e
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (e *emptyServer) open(t *testing.T, dir string, log *slog.Logger) *app.App {
	t.Helper()
	a, err := app.Open(context.WithoutCancel(t.Context()), dir, app.Options{Clock: clock.NewManual(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)), Rand: rand.Reader,
		Log: log, Hash: auth.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(t, err)
	return a
}

// start runs a server on a copy of the directory and returns Collect's view of it.
func (e *emptyServer) start(t *testing.T) (*app.App, *collect.Client) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.CopyFS(dir, os.DirFS(e.dir)))
	ctx, stop := context.WithCancel(context.Background())
	a := e.open(t, dir, discard())
	cfg := a.ServerConfig()
	cfg.Log = discard()
	srv, err := server.New(cfg)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	a.Start(ctx)
	go func() { served <- srv.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
		require.NoError(t, a.Close())
	})
	return a, collect.New(enrolqr.AppURL("http://"+ln.Addr().String(), e.key), "collect:acceptance", time.Now)
}

// formTravels takes one form through everything and returns what became of it and how many values came back.
func (e *emptyServer) formTravels(t *testing.T, file, sum string) (outcome string, values int) {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	sha := sha256.Sum256(src)
	require.Equal(t, sum, hex.EncodeToString(sha[:]), "the file is the one the manifest names")
	return e.travels(t, src, mediaOf(t, file, src), refusedForms[filepath.Base(file)], 1)
}

// travels takes a form with its files through everything; refused is the code of the fault that it must be refused with.
func (e *emptyServer) travels(t *testing.T, src []byte, media []survey.FormFile, refused string, seed uint64) (outcome string, values int) {
	ctx := t.Context()
	a, phone := e.start(t)
	_, faults, _, err := a.Survey.AddForm(ctx, survey.NewForm{XML: src, Files: media, By: auth.OperatorID})
	if refused != "" {
		require.Error(t, err)
		require.True(t, slices.ContainsFunc(faults, func(f schema.Fault) bool { return f.Code == refused && !f.Warning }), "%v", faults)
		list, err := phone.FormList(ctx)
		require.NoError(t, err)
		require.Empty(t, list, "nothing is stored")
		return "refused", 0
	}
	require.NoError(t, err)
	form, _, err := xform.Read(src)
	require.NoError(t, err)
	isServed(t, phone, form, src, media)

	drawn := answers.Random(form, mathrand.New(mathrand.NewPCG(seed, 2)), nil)
	posted, err := instance.Write(form, drawn)
	require.NoError(t, err)
	in := collect.Instance{FileName: "record.xml", XML: posted}
	blobs := map[string]string{}
	for _, name := range drawn.Files {
		content := []byte("the file " + name)
		in.Files = append(in.Files, collect.File{Name: name, Bytes: content})
		sha := sha256.Sum256(content)
		blobs[name] = "sha256-" + hex.EncodeToString(sha[:]) + "." + name[strings.LastIndexByte(name, '.')+1:]
	}
	for range 2 { // the second time its answer was lost
		message, err := phone.Submit(ctx, in)
		require.NoError(t, err, "%s", posted)
		require.NotEmpty(t, message)
	}
	isKept(t, a, drawn, posted, blobs)
	if drawn.Encrypted {
		return "encrypted", 0
	}
	return "answered", cameBack(t, a, form, drawn, blobs)
}

// isKept requires that the posted bytes and every file are handed out again as they came, which is all there is of an
// encrypted record.
func isKept(t *testing.T, a *app.App, drawn *instance.Instance, posted []byte, blobs map[string]string) {
	t.Helper()
	record := submission.RecordID(drawn.InstanceID)
	posts, err := a.Submissions.Bodies(t.Context(), record)
	require.NoError(t, err)
	require.Len(t, posts, 1, "once, however often it was sent")
	body, err := a.Submissions.Body(t.Context(), record, drawn.InstanceID, posts[0].ID)
	require.NoError(t, err)
	require.True(t, bytes.Equal(posted, body), "%s", body)
	require.Len(t, posts[0].Files, len(drawn.Files))
	for _, f := range posts[0].Files {
		require.Equal(t, blobs[f.Name], f.Blob)
		r, err := a.Submissions.OpenFile(t.Context(), record, drawn.InstanceID, f.Name)
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, "the file "+f.Name, string(content))
	}
}

// mediaOf gathers the files beside the form that it names.
func mediaOf(t *testing.T, file string, src []byte) (media []survey.FormFile) {
	t.Helper()
	form, _, err := xform.Read(src)
	if err != nil {
		return nil
	}
	for _, name := range form.Attachments {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(file), "media", name))
		if err != nil && strings.HasSuffix(name, ".csv") {
			content = []byte("name,label\n") // never in the source either
		}
		if len(content) > 0 {
			media = append(media, survey.FormFile{Name: name, Bytes: content})
		}
	}
	return media
}

// isServed requires that Collect finds the form, and its bytes and files as they came.
func isServed(t *testing.T, phone *collect.Client, form *schema.Form, src []byte, media []survey.FormFile) {
	t.Helper()
	done, err := phone.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"new " + form.ID}, done)
	got := phone.Forms[form.ID][0]
	require.Equal(t, form.Version, got.Version)
	require.True(t, bytes.Equal(src, got.XML), "the bytes are those that came")
	list, err := phone.FormList(t.Context())
	require.NoError(t, err)
	hash := md5.Sum(src)
	require.Equal(t, hex.EncodeToString(hash[:]), list[0].Hash)
	for _, m := range media {
		if list := phone.Lists[strings.TrimSuffix(m.Name, ".csv")]; list != nil {
			continue // an entity list of this name is served instead
		}
		require.Equal(t, string(m.Bytes), string(got.Media[m.Name]), m.Name)
	}
	again, err := phone.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, again, "nothing is new the second time")
}

// tableRow is one row of an exported table, by column.
type tableRow map[string]string

// exported reads the tables of a correction file.
func exported(t *testing.T, a *app.App, form string) map[string][]tableRow {
	t.Helper()
	var b bytes.Buffer
	_, err := a.Export(t.Context(), survey.ExportJob{Owner: auth.OperatorID, Form: form, Format: string(export.CSV), Statuses: []string{survey.StatusSubmitted}, Correction: true}, &b, nil)
	require.NoError(t, err)
	files := map[string][]byte{"main": b.Bytes()}
	if bytes.HasPrefix(b.Bytes(), []byte("PK")) {
		archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		for _, f := range archive.File {
			r, err := f.Open()
			require.NoError(t, err)
			content, err := io.ReadAll(r)
			require.NoError(t, err)
			files[strings.TrimSuffix(f.Name, ".csv")] = content
		}
	}
	tables := map[string][]tableRow{}
	for name, content := range files {
		table, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff")))).ReadAll()
		if err != nil || len(table) == 0 {
			continue
		}
		tables[name] = []tableRow{}
		for _, cells := range table[1:] {
			row := tableRow{}
			for i, c := range cells {
				row[table[0][i]] = c
			}
			tables[name] = append(tables[name], row)
		}
	}
	return tables
}

// cameBack requires every drawn value in its column and every row beneath the row it was drawn for.
func cameBack(t *testing.T, a *app.App, form *schema.Form, drawn *instance.Instance, blobs map[string]string) int {
	t.Helper()
	tables := exported(t, a, form.ID)
	require.Len(t, tables["main"], 1)
	plan, err := export.NewPlan(export.Options{Form: form.ID, Versions: []*schema.Form{form}, Statuses: []string{survey.StatusSubmitted}, Format: export.CSV, Correction: true, Whole: true,
		Master: make([]byte, 32)})
	require.NoError(t, err)
	want := drawnTables(form, drawn, blobs)
	values := 0
	for i := range plan.Tables {
		p := &plan.Tables[i]
		got := make([]string, 0, len(tables[p.Name]))
		for _, row := range tables[p.Name] {
			if p.Repeat == "" || want.nested[p.Repeat] == "" {
				got = append(got, signature(p, row))
				continue
			}
			parent := &plan.Tables[slices.IndexFunc(plan.Tables, func(t export.Table) bool { return t.Repeat == want.nested[p.Repeat] })]
			above := slices.IndexFunc(tables[parent.Name], func(r tableRow) bool { return r["repeat_index"] == row["parent_index"] })
			require.GreaterOrEqual(t, above, 0, "%s is linked to a row of %s", p.Name, parent.Name)
			got = append(got, signature(parent, tables[parent.Name][above])+" > "+signature(p, row))
		}
		expected := want.signatures(plan, p)
		require.ElementsMatch(t, expected, got, p.Name)
		for path := range p.Columns {
			if p.Columns[path].Path != "" {
				values += len(got)
			}
		}
	}
	return values
}
