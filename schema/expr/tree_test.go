package expr_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/schema/expr"
)

// elem is a tree read from XML: what the tests evaluate over.
type elem struct {
	name, text string
	attrs      map[string]string
	up         *elem
	kids       []*elem
	place      int
}

func (e *elem) Name() string { return e.name }
func (e *elem) Parent() expr.Node {
	if e.up == nil {
		return nil
	}
	return e.up
}
func (e *elem) Text() string { return e.text }
func (e *elem) Place() int   { return e.place }
func (e *elem) Children(dst []expr.Node, name string) []expr.Node {
	for _, k := range e.kids {
		if name == "" || k.name == name {
			dst = append(dst, k)
		}
	}
	return dst
}
func (e *elem) Attribute(name string) (string, bool) { v, ok := e.attrs[name]; return v, ok }
func (e *elem) Sort() expr.Sort {
	switch {
	case len(e.kids) > 0 || e.name == "":
		return expr.Complex
	case e.attrs["type"] == "int":
		return expr.Figure
	case e.attrs["type"] == "boolean":
		return expr.Truth
	}
	return expr.Words
}

func tree(t require.TestingT, src string) *elem {
	top := &elem{}
	at, n := top, 0
	dec := xml.NewDecoder(strings.NewReader(src))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return top
		}
		require.NoError(t, err)
		switch tok := tok.(type) {
		case xml.StartElement:
			n++
			e := &elem{name: tok.Name.Local, up: at, place: n, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			at.kids = append(at.kids, e)
			at = e
		case xml.EndElement:
			if len(at.kids) > 0 {
				at.text = ""
			}
			at = at.up
		case xml.CharData:
			at.text += string(tok)
		}
	}
}

// find walks down by names and places: "data/rep[2]/x".
func (e *elem) find(path string) *elem {
	for _, step := range strings.Split(path, "/") {
		name, at := step, 1
		if i := strings.IndexByte(step, '['); i >= 0 {
			name, at = step[:i], int(step[i+1]-'0')
		}
		var next *elem
		for _, k := range e.kids {
			if k.name == name {
				if at--; at == 0 {
					next = k
				}
			}
		}
		if next == nil {
			return nil
		}
		e = next
	}
	return e
}

const record = `<data>
 <a>5</a><b>7</b><empty/><word>Ann Lee</word><many>b c d</many>
 <day>2020-02-28</day><moment>2020-02-28T13:30:00.000+08:00</moment><n type="int">5</n><zero type="int">0</zero>
 <no type="boolean">false</no><yes type="boolean">true</yes>
 <g><x>1</x><y>2</y></g>
 <rep><id>r1</id><v>10</v><kid><age>1</age></kid><kid><age>2</age></kid></rep>
 <rep><id>r2</id><v>20</v><kid><age>3</age></kid></rep>
 <rep><id>r3</id><v/></rep>
 <p1>0 0</p1><p2>0 1</p2><shape>0 0 0 0; 0 1 0 0; 1 1 0 0; 1 0 0 0; 0 0 0 0</shape><bow>0 0;1 1;1 0;0 1</bow><spot>0.5 0.5</spot>
 <meta><instanceID>uuid:1</instanceID></meta>
</data>`

const towns = `<root><item><name>t1</name><label>One</label><area>n</area></item><item><name>t2</name><label>Two</label><area>s</area></item>
<item><name>t3</name><label>Three</label><area>n</area></item></root>`

func env(t require.TestingT, root *elem) expr.Env {
	zone := time.FixedZone("CST", 8*3600)
	other := tree(t, towns)
	random := rand.New(rand.NewPCG(1, 2))
	return expr.Env{
		Root: root, Zone: zone, Now: time.Date(2026, 11, 25, 9, 30, 0, 0, zone), Version: "v7", Random: random.Float64,
		Instance: func(id string) (expr.Node, bool) {
			if id == "towns" {
				return other, true
			}
			return nil, false
		},
		ChoiceName: func(_ expr.Node, value, path string) (string, bool) { return path + "=" + value, true },
		Itext:      func(id string) (string, bool) { return "text " + id, id != "none" },
		Property:   func(name string) (string, bool) { return "dev1", name == "deviceid" },
	}
}

func eval(t require.TestingT, root *elem, about, src string) (expr.Value, error) {
	e, err := expr.Parse(src)
	require.NoError(t, err, src)
	node := root
	if about != "" {
		node = root.find(about)
		require.NotNil(t, node, about)
	}
	return e.Eval(expr.NewMachine(env(t, root)), node)
}

type row struct{ about, src, want string }

func check(t *testing.T, rows []row) {
	t.Helper()
	root := tree(t, record)
	for _, r := range rows {
		v, err := eval(t, root, r.about, r.src)
		require.NoError(t, err, "%s about %s", r.src, r.about)
		require.Equal(t, r.want, v.String(), "%s about %s", r.src, r.about)
	}
}
