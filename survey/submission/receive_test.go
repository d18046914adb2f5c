package submission_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	gosync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/survey/submission"
	"ruhu/sync"
)

const rootID = "uuid:0b0b0b0b-0000-4000-8000-000000000001"

func root() *sheet {
	return &sheet{id: rootID, answers: [][2]string{{"q1", "yes"}, {"q2", "two"}, {"n", "007"}, {"photo", "a.jpg"}, {"added", "of another version"}},
		members: [][2]string{{"Ann", "40"}, {"Bob", "41"}, {"Cid", "42"}}, pets: [][2]string{{"p-1", "cat"}}}
}

func TestASubmissionBecomesARecord(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), map[string]string{"a.jpg": "picture", "extra.bin": "unasked"})
	require.Equal(t, submission.Outcome{Stream: "answers", Record: "0b0b0b0b-0000-4000-8000-000000000001", InstanceID: rootID, New: true}, o)
	rec := b.record(sync.Answers, o.Record)
	require.Equal(t, "w1", rec.Author)
	require.Equal(t, gridA, rec.Grid)
	require.Equal(t, "submitted", rec.Status)
	p := b.picture(o)
	require.Equal(t, []string{"=7"}, p["n"], "canonical")
	require.Equal(t, []string{"=of another version"}, p["added"], "what the form does not know is kept")
	require.Equal(t, []string{"=" + blobName([]byte("picture"), "jpg")}, p["photo"])
	require.Equal(t, []string{"=cat"}, p["pets[p-1]/kind"])
	require.Equal(t, []string{"=" + rootID}, p["meta/instanceID"])
	require.Equal(t, []string{"=submitted"}, p["@status"])
	var names []string
	for _, row := range rec.State.RowsOf("members") {
		w, _ := rec.State.Shown(row + "/name")
		names = append(names, w.Value)
	}
	require.Equal(t, []string{"Ann", "Bob", "Cid"}, names, "rows in the order of the document")
	require.Equal(t, 1, b.lines(o))

	posts, err := b.Bodies(t.Context(), o.Record)
	require.NoError(t, err)
	require.Len(t, posts, 1)
	require.Equal(t, "collect:w1", posts[0].Device)
	body, err := b.Body(t.Context(), o.Record, rootID, submission.Hash{})
	require.NoError(t, err)
	require.Equal(t, root().xml(), body)
	f, err := b.OpenFile(t.Context(), o.Record, rootID, "extra.bin")
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "unasked", string(got))
	b.sound()
}

func TestWhereARecordLies(t *testing.T) {
	b := newBench(t)
	for i, c := range []struct {
		answers [][2]string
		grid    string
	}{
		{nil, gridA},
		{[][2]string{{"grid_code", gridB}}, gridB},
		{[][2]string{{"grid_code", "990101001009009"}}, gridA},
		{[][2]string{{"case_id", "C1"}}, gridB},
		{[][2]string{{"case_id", "C2"}, {"village_code", gridB[:12]}}, gridB},
	} {
		o := b.post("w1", &sheet{id: fmt.Sprint("uuid:", i), answers: append(c.answers, [2]string{"q1", "x"})}, nil)
		require.Equal(t, c.grid, b.record(sync.Answers, o.Record).Grid, "%v", c.answers)
	}
	o := b.post("w1", &sheet{form: "visit", id: "uuid:visit", answers: [][2]string{{"q1", "x"}}}, nil)
	require.Equal(t, "registry", o.Stream)
	b.record(sync.Registry, o.Record)
}

func TestRepeatsWriteNothing(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), map[string]string{"a.jpg": "picture"})
	for range 3 {
		again := b.post("w1", root(), map[string]string{"a.jpg": "picture"})
		require.True(t, again.Repeat)
		require.Equal(t, o.Record, again.Record)
	}
	// The same answers in other words: prefixes and blanks.
	other := strings.NewReplacer("orx:", "", ` xmlns:orx="http://openrosa.org/xforms"`, "", "<q1>", "\n  <q1>").Replace(string(root().xml()))
	again, err := b.Receive(t.Context(), who("w1"), []byte(other), nil, false)
	require.NoError(t, err)
	require.True(t, again.Repeat)
	require.False(t, again.Changed)
	require.Equal(t, 1, b.lines(o))
	posts, err := b.Bodies(t.Context(), o.Record)
	require.NoError(t, err)
	require.Len(t, posts, 2, "the other bytes are kept too")
	body, err := b.Body(t.Context(), o.Record, rootID, posts[1].ID)
	require.NoError(t, err)
	require.Equal(t, other, string(body))
	b.sound()
}

func TestTwoAtTheSameMoment(t *testing.T) {
	b := newBench(t)
	var group gosync.WaitGroup
	fresh := make([]submission.Outcome, 16)
	for i := range fresh {
		group.Go(func() {
			var err error
			fresh[i], err = b.Receive(t.Context(), who("w1"), root().xml(), files(map[string]string{"a.jpg": "picture"}), i%2 == 0)
			require.NoError(t, err)
		})
	}
	group.Wait()
	n := 0
	for _, o := range fresh {
		if o.New {
			n++
		}
	}
	require.Equal(t, 1, n)
	require.Equal(t, 1, b.lines(fresh[0]))
	b.sound()
}

func TestFilesComeLate(t *testing.T) {
	b := newBench(t)
	o := b.post("w1", root(), nil)
	require.Equal(t, []string{"a.jpg"}, o.Missing)
	require.Equal(t, []string{"=a.jpg"}, b.picture(o)["photo"], "until it comes its name stands there")
	edit := root().with("uuid:e1", "q1", "no")
	o = b.post("w1", edit, nil)
	require.Equal(t, []string{"a.jpg"}, o.Missing)
	o = b.post("w1", root(), map[string]string{"a.jpg": "picture"})
	require.Empty(t, o.Missing)
	p := b.picture(o)
	require.Equal(t, []string{"=" + blobName([]byte("picture"), "jpg")}, p["photo"], "the edit inherits it")
	require.Equal(t, []string{"=no"}, p["q1"])
	require.Contains(t, b.blobs.named["answers/"+o.Record], blobName([]byte("picture"), "jpg"))
	b.sound()
}

func TestTwoEditsOfOneSubmission(t *testing.T) {
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		b := newBench(t)
		first := b.post("w1", root(), map[string]string{"a.jpg": "picture"})
		edits := []*sheet{root().with("uuid:e1", "q1", "no"), root().with("uuid:e2", "q1", "perhaps")}
		edits[1].answers = append(edits[1].answers, [2]string{"q3", "new"})
		var o submission.Outcome
		for range 2 {
			for _, i := range order {
				o = b.post([]string{"w1", "w2"}[i], edits[i], nil)
				require.Equal(t, first.Record, o.Record)
				require.True(t, o.Edit)
				require.Empty(t, o.Missing)
			}
		}
		p := b.picture(o)
		require.Equal(t, []string{"=no", "=perhaps"}, p["q1"], "both answers are kept")
		require.Equal(t, []string{"=two"}, p["q2"])
		require.Equal(t, []string{"=new"}, p["q3"])
		require.Equal(t, 3, b.lines(o))
		b.sound()
	}
}

// One user with two phones edits one submission on both: what one wrote must not pass for seen by the other.
func TestOneUserOnTwoPhones(t *testing.T) {
	b := newBench(t)
	b.post("w1", root(), nil)
	e1, e2 := root().with("uuid:e1", "q1", "no"), root().with("uuid:e2", "q2", "zwei")
	b.post("w1", e1, nil)
	b.post("w1", e2, nil)
	o := b.post("w1", e2.with("uuid:e3", "q1", "perhaps"), nil)
	p := b.picture(o)
	require.Equal(t, []string{"=no", "=perhaps"}, p["q1"])
	require.Equal(t, []string{"=zwei"}, p["q2"])
	o = b.post("w1", e1.with("uuid:e4", "q2", "deux"), nil)
	require.Equal(t, []string{"=deux", "=zwei"}, b.picture(o)["q2"])
	b.sound()
}

func TestWhatAnEditTakesAway(t *testing.T) {
	b := newBench(t)
	b.post("w1", root(), nil)
	e := root().with("uuid:e1", "q2", "")
	e.members = e.members[1:] // Ann moved out: Bob and Cid are who they were
	o := b.post("w1", e, nil)
	rec := b.record(sync.Answers, o.Record)
	rows := rec.State.RowsOf("members")
	require.Len(t, rows, 2)
	for i, row := range rows {
		w, _ := rec.State.Shown(row + "/name")
		require.Equal(t, e.members[i][0], w.Value)
		require.Len(t, rec.State.Row(row).Marks, 1)
		require.Equal(t, rec.State.Times[w.Dot], rec.State.Times[rec.State.Row(row).Birth.Dot], "not written anew")
	}
	shown, ok := rec.State.Shown("q2")
	require.True(t, ok && shown.Null)
}

func TestTheSameInstanceWithOtherAnswers(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 0, 2, 3}, {3, 1, 2, 0}, {2, 3, 0, 1}, {3, 2, 1, 0}} {
		b := newBench(t)
		other := root()
		other.answers[0][1] = "no"
		list := []*sheet{root(), other, other.with("uuid:e1", "q2", "three"), root().with("uuid:e2", "q3", "new")}
		var o submission.Outcome
		for range 2 {
			for _, i := range order {
				o = b.post("w1", list[i], nil)
			}
		}
		p := b.picture(o)
		require.Equal(t, []string{"=no", "=yes"}, p["q1"], "%v", order)
		require.Equal(t, []string{"=three", "=two"}, p["q2"], "each edit saw one of them: %v", order)
		require.Equal(t, []string{"=new"}, p["q3"])
		require.Equal(t, []string{"=instance-changed"}, p["@submission"])
		posts, err := b.Bodies(t.Context(), o.Record)
		require.NoError(t, err)
		require.Len(t, posts, 4)
		b.sound()
	}
}

func TestAnEncryptedSubmission(t *testing.T) {
	b := newBench(t)
	envelope := []byte(`<data xmlns="http://opendatakit.org/submissions" encrypted="yes" id="house" version="1"><base64EncryptedKey>a2V5</base64EncryptedKey>
		<meta xmlns="http://openrosa.org/xforms"><instanceID>` + rootID + `</instanceID></meta><media><file>a.jpg.enc</file></media>
		<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>`)
	o, err := b.Receive(t.Context(), who("w1"), envelope, files(map[string]string{"submission.xml.enc": "\x01\x02"}), true)
	require.NoError(t, err)
	require.True(t, o.Encrypted)
	require.Equal(t, []string{"a.jpg.enc"}, o.Missing)
	o, err = b.Receive(t.Context(), who("w1"), envelope, files(map[string]string{"a.jpg.enc": "\x03"}), false)
	require.NoError(t, err)
	require.Empty(t, o.Missing)
	require.Equal(t, map[string][]string{"@status": {"=submitted"}, "@submission": {"=encrypted-answers"}}, b.picture(o))
	body, err := b.Body(t.Context(), o.Record, rootID, submission.Hash{})
	require.NoError(t, err)
	require.Equal(t, envelope, body)
	for name, want := range map[string]string{"submission.xml.enc": "\x01\x02", "a.jpg.enc": "\x03"} {
		f, err := b.OpenFile(t.Context(), o.Record, rootID, name)
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	require.Equal(t, 1, b.lines(o))
	b.sound()
}

func TestWhatIsRefused(t *testing.T) {
	b := newBench(t)
	refused := func(code errs.Code, w submission.Submitter, body string, f submission.Files) {
		t.Helper()
		_, err := b.Receive(t.Context(), w, []byte(body), f, false)
		require.Equal(t, code, errs.CodeOf(err), "%v", err)
		require.NotContains(t, fmt.Sprint(err), "secret")
	}
	refused(errs.SubmissionUnreadable, who("w1"), "secret", nil)
	refused(errs.UnknownForm, who("w1"), string((&sheet{form: "nowhere", id: rootID, answers: [][2]string{{"q1", "secret"}}}).xml()), nil)
	refused(errs.UnknownForm, who("w1"), string((&sheet{version: "9", id: rootID}).xml()), nil)
	none := who("w1")
	none.Grids = nil
	refused(errs.OutOfArea, none, string(root().xml()), nil)
	refused(errs.TooLarge, who("w1"), string(root().xml()), func(yield func(submission.File, error) bool) {
		yield(submission.File{Name: "a.jpg", Content: io.LimitReader(zeros{}, limits.AttachmentBytes+1)}, nil)
	})
	refused(errs.Internal, who("w1"), string(root().xml()), func(yield func(submission.File, error) bool) { yield(submission.File{}, errors.New("cut")) })
	_, err := b.Bodies(t.Context(), submission.RecordID(rootID))
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "nothing is kept of what was refused")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestManyAnswersLongAnswersAndNamesThatDifferInCase(t *testing.T) {
	b := newBench(t)
	s := &sheet{id: rootID}
	for i := range 1200 {
		s.answers = append(s.answers, [2]string{fmt.Sprintf("u%04d", i), fmt.Sprint("value ", i)})
	}
	long := strings.Repeat("字\"\\", 10_000)
	s.answers = append(s.answers, [2]string{"q1", long}, [2]string{"Q1", "upper"})
	o := b.post("w1", s, nil)
	p := b.picture(o)
	for i := range 1200 {
		require.Equal(t, []string{fmt.Sprint("=value ", i)}, p[fmt.Sprintf("u%04d", i)])
	}
	require.Equal(t, []string{"=upper"}, p["Q1"])
	name := blobName([]byte(long), "txt")
	require.Equal(t, []string{"=" + name}, p["q1"])
	require.Equal(t, long, string(b.blobs.bytes[name]))
	lines := b.lines(o)
	require.Greater(t, lines, 2)
	require.True(t, b.post("w1", s, nil).Repeat)
	o = b.post("w1", s.with("uuid:e", "q2", "x"), nil)
	require.Equal(t, lines+1, b.lines(o))
	b.sound()
}
