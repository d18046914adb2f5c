package answers_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/answers"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
)

var update = flag.Bool("update", false, "write what the browser's tests are held against")

// What the browser's twin of the canonical forms and its form engine are tried with: interviews of the built-in forms, and
// what people write beside how it is spelled.
type vectors struct {
	Interviews []interviewVector `json:"interviews"`
	Spellings  []spellingVector  `json:"spellings"`
}

type interviewVector struct {
	Form   string            `json:"form"`
	Values map[string]string `json:"values"`
	Rows   []answers.Row     `json:"rows"`
}

type spellingVector struct {
	Type string `json:"type"`
	Sent string `json:"sent"`
	Text string `json:"text"`
	Fits bool   `json:"fits"`
}

func TestVectorsOfTheBrowser(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var v vectors
	for _, in := range instruments.All() {
		for range 2 {
			interview, err := answers.Generate(form(t, in.ID), who(), nil, rng)
			require.NoError(t, err)
			v.Interviews = append(v.Interviews, interviewVector{Form: in.ID, Values: interview.Values, Rows: interview.Rows})
		}
	}
	types := []string{"int", "decimal", "boolean", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape", "string", "barcode"}
	var fields, binds, body strings.Builder
	for _, typ := range types {
		fields.WriteString("<" + typ + "/>")
		binds.WriteString(`<bind nodeset="/data/` + typ + `" type="` + typ + `"/>`)
		body.WriteString(`<input ref="/data/` + typ + `"/>`)
	}
	f, _, err := xform.Read([]byte(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title><model><instance><data id="t" version="1">` +
		fields.String() + `</data></instance>` + binds.String() + `</model></h:head><h:body>` + body.String() + `</h:body></h:html>`))
	require.NoError(t, err)
	for _, typ := range types {
		for range 150 {
			sent := writtenAs(rng, typ)
			n := f.Node(typ)
			text := n.Canonical(sent)
			v.Spellings = append(v.Spellings, spellingVector{Type: typ, Sent: sent, Text: text, Fits: n.Fits(text)})
		}
	}
	want, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	path := filepath.Join("..", "..", "web", "packages", "forms", "test", "vectors.json")
	if *update {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "go test ./schema/answers -update writes it")
}

// writtenAs draws what someone might write for a type: often nearly right.
func writtenAs(rng *rand.Rand, typ string) string {
	number := func() string {
		return pick(rng, "", "", "-", "+") + pick(rng, "0", "7", "007", "12", "180", "91", "90", "9007199254740991", "9007199254740992", "") + pick(rng, "", "", ".", ".5", ".50", ".000", ".123456789") + pick(rng, "", "", "", "", "e2", "E-3", "e", "E+1")
	}
	clock := func() string {
		return pick(rng, "08:05", "23:59:59", "24:00:00", "08:05:09", "8:05", "00:00:00", "08:60:00") + pick(rng, "", "", ".1", ".120", ".000", ".12345", ".") + pick(rng, "", "Z", "z", "+08:00", "+08", "-00:00", "+00", "+14:00", "+14:30", "-03:30", "+8:00")
	}
	date := func() string {
		return pick(rng, "2026-11-23", "2024-02-29", "2026-02-29", "0000-01-01", "9999-12-31", "2026-13-01", "2026-1-1", "20261123")
	}
	point := func() string {
		s := number()
		for range 1 + rng.IntN(4) {
			s += pick(rng, " ", " ", "  ") + number()
		}
		return s
	}
	plainPoint := func() string { return pick(rng, "31.2 121.5", "31.20 121.50 0 5.0", "-1 2", "3 4 5") }
	blank := pick(rng, "", "", "", "", " ", "\n")
	switch typ {
	case "int", "decimal":
		return blank + number() + blank
	case "boolean":
		return pick(rng, "true", "false", "1", "0", "true()", "TRUE", "yes", "") + blank
	case "date":
		return blank + date()
	case "time":
		return clock() + blank
	case "dateTime":
		return date() + pick(rng, "T", "T", " ", "t") + clock()
	case "geopoint":
		return blank + point()
	case "geotrace", "geoshape":
		first := plainPoint()
		points := []string{first}
		for range rng.IntN(4) {
			points = append(points, pick(rng, plainPoint(), plainPoint(), plainPoint(), point()))
		}
		return strings.Join(append(points, pick(rng, first, plainPoint())), pick(rng, ";", ";", "; ")) + pick(rng, "", ";", "; ")
	}
	return pick(rng, "一组", "a\r\nb", "a\tb", "a\u0001b", " x ", "\r", "é")
}

func pick(rng *rand.Rand, of ...string) string { return of[rng.IntN(len(of))] }
