package submission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/survey/submission"
	"ruhu/sync"
)

func TestWithheldAnswersAreInNoPost(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), map[string]string{"a.jpg": "picture", "b.csv": "kept"})
	require.NoError(t, b.Answers.Engine.Withhold(t.Context(), street, o.Record, []string{"q1", "photo"}, "retention"))
	posts, err := b.Bodies(t.Context(), o.Record)
	require.NoError(t, err)
	require.Empty(t, posts, "the bytes go with what is withheld")
	b.sound()

	// An edit and a repeat that come later bring nothing of it back, and the rest is merged.
	e := root().with("uuid:e1", "q2", "three")
	for _, s := range []*sheet{e, root(), e} {
		b.post("w1", s, map[string]string{"a.jpg": "picture"})
	}
	p := b.picture(o)
	require.NotContains(t, p, "q1")
	require.NotContains(t, p, "photo")
	require.Equal(t, []string{"=three"}, p["q2"])
	require.NoError(t, b.logs[sync.Answers].View(t.Context(), func(r sync.Reader) error {
		for l, err := range r.RecordLines(o.Record) {
			if err != nil {
				return err
			}
			require.NotContains(t, string(l.Body), `"q1"`)
			require.NotContains(t, string(l.Body), `"photo"`)
		}
		known, err := b.Answers.Reader(r)
		require.NoError(t, err)
		nodes, err := known.Family(o.Record)
		require.NoError(t, err)
		for _, n := range nodes {
			require.Empty(t, n.Meta.Bodies)
			require.NotContains(t, n.Meta.Blobs(), blobName([]byte("picture"), "jpg"))
		}
		return nil
	}))
	_, err = b.Instance(t.Context(), o.Record)
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	b.sound()
}

// Clients that name each other in a circle, or themselves, end in a record like everybody.
func TestCirclesOfEdits(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		b := newBench(t)
		list := []*sheet{
			{id: "uuid:a", parent: "uuid:c", answers: [][2]string{{"q1", "a"}}},
			{id: "uuid:b", parent: "uuid:a", answers: [][2]string{{"q1", "b"}}},
			{id: "uuid:c", parent: "uuid:b", answers: [][2]string{{"q1", "c"}}},
		}
		var o submission.Outcome
		for range 2 {
			for _, i := range order {
				o = b.post("w1", list[i], nil)
			}
		}
		require.Equal(t, []string{"=c"}, b.picture(o)["q1"], "%v", order)
		self := &sheet{id: "uuid:s", parent: "uuid:s", answers: [][2]string{{"q1", "s"}}}
		require.False(t, b.post("w1", self, nil).Edit)
		b.sound()
	}
}

func TestARecordsVersionsAreBounded(t *testing.T) {
	b := newBench(t)
	last := root()
	b.post("w1", last, nil)
	for i := range limits.SubmissionVersions - 1 {
		last = root().with(fmt.Sprint("uuid:v", i), "q1", fmt.Sprint("answer ", i))
		b.post("w1", last, nil)
	}
	_, err := b.Receive(t.Context(), who("w1"), root().with("uuid:over", "q1", "x").xml(), nil, false)
	require.Equal(t, errs.OverQuota, errs.CodeOf(err))
	begin := time.Now()
	o := b.post("w1", root(), map[string]string{"a.jpg": "late"}) // every version inherits it
	t.Logf("a late file of the first of %d versions: %v", limits.SubmissionVersions, time.Since(begin).Round(time.Millisecond))
	require.Equal(t, []string{"=" + blobName([]byte("late"), "jpg")}, b.picture(o)["photo"])
	require.True(t, b.post("w1", last, nil).Repeat)
}

func TestNamesOfFiles(t *testing.T) {
	b := newBench(t)
	s := root()
	s.answers[3][1] = "照片 一.JPG"
	o := b.post("w1", s, map[string]string{`C:\dir\照片 一.JPG`: "1", "..": "2", "": "3", "noending": "4", "a.tar-gz": "5", strings.Repeat("x", 600): "6"})
	require.Equal(t, []string{"=" + blobName([]byte("1"), "jpg")}, b.picture(o)["photo"])
	posts, err := b.Bodies(t.Context(), o.Record)
	require.NoError(t, err)
	names := map[string]string{}
	for _, f := range posts[0].Files {
		names[f.Name] = f.Blob
	}
	require.Equal(t, map[string]string{"照片 一.JPG": blobName([]byte("1"), "jpg"), "noending": blobName([]byte("4"), "bin"), "a.tar-gz": blobName([]byte("5"), "bin")}, names)
}

// FuzzReceive posts anything: what is taken can be given back byte for byte, and nothing panics or damages the log.
func FuzzReceive(f *testing.F) {
	edit := root().with("uuid:e1", "q1", "no")
	for _, s := range []*sheet{root(), edit, {id: "uuid:x", parent: "uuid:y"}, {}} {
		f.Add(s.xml(), "a.jpg")
	}
	f.Add([]byte(`<data id="house" version="1" encrypted="yes"><base64EncryptedKey>a</base64EncryptedKey><encryptedXmlFile>b</encryptedXmlFile><meta><instanceID>uuid:e</instanceID></meta></data>`), "b")
	f.Add([]byte(`<data id="house" version="1"><members><members><q1 a="b">x<y>z</y></q1></members></members><meta><meta><entity dataset=""/></meta></meta></data>`), "\x00")
	b := newBench(f)
	f.Fuzz(func(t *testing.T, xml []byte, name string) {
		o, err := b.Receive(t.Context(), who("w1"), xml, files(map[string]string{name: "bytes"}), false)
		if err != nil {
			switch errs.CodeOf(err) {
			case errs.SubmissionUnreadable, errs.UnknownForm, errs.OverQuota:
				return
			}
			t.Fatalf("%v", err)
		}
		again, err := b.Receive(t.Context(), who("w2"), xml, files(map[string]string{name: "bytes"}), true)
		require.NoError(t, err)
		require.True(t, again.Repeat)
		require.Equal(t, o.Record, again.Record)
		body, err := b.Body(t.Context(), o.Record, o.InstanceID, submission.HashOf(xml))
		require.NoError(t, err)
		require.Equal(t, xml, body)
		if !o.Encrypted {
			_, err = b.Instance(t.Context(), o.Record)
			require.NoError(t, err)
		}
	})
}

// FuzzDecodeMeta reads what is stored of a node.
func FuzzDecodeMeta(f *testing.F) {
	f.Add([]byte(`{"canon":"00","form":"f"}`))
	f.Add([]byte(`{"served":{"vv":{"a":1}},"files":[{"name":"","blob":""}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := submission.DecodeMeta(b)
		if err != nil {
			require.Equal(t, errs.Damaged, errs.CodeOf(err))
			return
		}
		out, err := m.Encode()
		require.NoError(t, err)
		again, err := submission.DecodeMeta(out)
		require.NoError(t, err)
		second, err := again.Encode()
		require.NoError(t, err)
		require.Equal(t, out, second)
	})
}
