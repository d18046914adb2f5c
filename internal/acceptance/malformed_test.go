package acceptance_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/instruments"
	"ruhu/server/servertest"
	"ruhu/sync/wire"
)

// Lines that cannot be read stand among good ones: each is void in its place with a code, its neighbours are merged.
func TestMalformedLineStopsNobody(t *testing.T) {
	s := start(t)
	p := s.Phones[street1]
	grid := servertest.Grid(street1, 201, 3)
	good := func(seq uint64, cells map[string]string) []byte {
		cells["@status"] = "submitted"
		c := p.Set(servertest.NewRecord(), form, s.Version, grid, nil, cells)
		c.Seq = seq
		return c.Encode()
	}
	lines := [][]byte{
		good(1, map[string]string{road: "1"}),
		[]byte(`{"v":1,"device":"` + p.Device + `","seq":2,`),
		good(3, map[string]string{road: "2"}),
		bytes.Replace(good(4, map[string]string{road: "3"}), []byte(`"v":1`), []byte(`"v":1,"v":1`), 1),
		[]byte("\xff\xfe"),
		[]byte(strings.Repeat(`[`, 5000)),
		bytes.Replace(good(7, map[string]string{road: "4"}), []byte(`"seq":7`), []byte(`"seq":7.5e300`), 1),
		good(8, map[string]string{road: "4"}),
	}
	a := p.PushRaw(p.Body(lines...)).Want(200)
	var got []string
	for line := range bytes.Lines(a.Body) {
		v, sum, err := wire.ParseAnswer(bytes.TrimSpace(line))
		require.NoError(t, err)
		if sum != nil {
			require.EqualValues(t, 8, sum.Have)
			continue
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s", v.Seq, v.Status, v.Code)))
	}
	require.Equal(t, []string{"1 merged", "2 void malformed", "3 merged", "4 void duplicate-key", "5 void bad-utf8", "6 void too-deep",
		"7 void unsafe-number", "8 merged"}, got)
	require.Len(t, s.digests(), 3)
	again := p.PushRaw(p.Body(lines...)).Want(200)
	require.Equal(t, 3, bytes.Count(again.Body, []byte(`"duplicate"`)))
	require.Equal(t, 5, bytes.Count(again.Body, []byte(`"void"`)))
	require.Len(t, s.digests(), 3)
	t.Logf("%s; the same again changes nothing", strings.Join(got, ", "))
}

// A form version the server does not know is held back until it is added; a question it does not have, and a value of the wrong
// type, are kept as they are and flagged.
func TestUnknownFormsAndQuestions(t *testing.T) {
	s := start(t)
	h := s.handset(street1, "朱十六")
	const next = "2027010101"
	sess, err := h.New("answers", form, next, h.Status().Grids[0])
	require.NoError(t, err)
	sess.Set(road, "2")
	_, err = sess.Submit(t.Context())
	require.NoError(t, err)
	early := sess.Record()
	odd := h.interview(road, "seventeen", "no_such_question", "something", water, "1")
	report := h.sync()
	require.Equal(t, 1, report.Push.Quarantined)
	require.Equal(t, 1, report.Push.Merged)

	office := s.desk("reviewer-1")
	r := office.record(odd)
	require.ElementsMatch(t, []string{"invalid-value:" + road, "unknown-path:no_such_question"}, flags(r.Flags, "invalid-value", "unknown-path"))
	require.Equal(t, "seventeen", *r.Answers[road])
	require.Equal(t, "something", *r.Answers["no_such_question"])
	require.Equal(t, "1", *r.Answers[water])

	held := office.quarantine(street1)
	require.Len(t, held, 1)
	require.Equal(t, "unknown-form", held[0].Code)
	require.Equal(t, next, held[0].Version)
	office.settle(held[0].ID, "release").Problem("unknown-form")
	office.Get("/v1/records/" + early).Problem("not-found")

	s.addForm(next)
	office.settle(held[0].ID, "release").Want(204)
	require.Equal(t, "2", *office.record(early).Answers[road])
	require.Equal(t, next, office.record(early).Version)
	require.Empty(t, office.quarantine(street1))
	h.sync()
	s.requireSame(early, h)
	require.Zero(t, h.Status().Quarantined, "the phone hears that it was let in")
	t.Logf("version %s: unknown-form, refused to release, added, released; flags of the odd one: %v", next, r.Flags)
}

func flags(all []string, codes ...string) (some []string) {
	for _, f := range all {
		for _, c := range codes {
			if strings.HasPrefix(f, c+":") {
				some = append(some, f)
			}
		}
	}
	return some
}

// addForm adds the household form once more under another version.
func (s *site) addForm(version string) {
	s.t.Helper()
	for _, i := range instruments.All() {
		if i.ID != form {
			continue
		}
		xml := bytes.ReplaceAll(i.XML, []byte(s.Version), []byte(version))
		require.NotEqual(s.t, i.XML, xml)
		var b bytes.Buffer
		b.WriteString("--x\r\nContent-Disposition: form-data; name=\"form\"; filename=\"f.xml\"\r\n\r\n")
		b.Write(xml)
		b.WriteString("\r\n--x--\r\n")
		s.desk("admin").Do("POST", "/v1/forms", b.Bytes(), servertest.With("Content-Type", "multipart/form-data; boundary=x")).Want(201)
		return
	}
	require.FailNow(s.t, "no such form")
}
