// Package pages renders the server's own HTML: signing in, the office's list of streets, errors. Everything works
// without script; the policy of the pages forbids inline style and script. Words are in Chinese and English.
package pages

import (
	"embed"
	"html/template"
	"io"
	"io/fs"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Assets returns what pages load: style sheet and icon.
func Assets() (fs.FS, error) { return fs.Sub(assets, "assets") }

// Frame is what every page shows around its content.
type Frame struct {
	Lang  string       // zh or en
	Path  string       // of this page, for the link to the other language
	Query template.URL // its parameters but lang
	Demo  bool         // invented data: every page says so
	Who   string       // name of the person signed in, "" for nobody
	Role  string
	Area  string
	CSRF  string
	Title Words
}

// Words is a text in both languages.
type Words struct{ ZH, EN string }

// In returns the text of a language.
func (w Words) In(lang string) string {
	if lang == "en" && w.EN != "" {
		return w.EN
	}
	return w.ZH
}

// T returns the text of the frame's language; templates call it.
func (f Frame) T(zh, en string) string { return Words{zh, en}.In(f.Lang) }

// RoleName returns the role in the frame's language.
func (f Frame) RoleName() string {
	return map[string]Words{
		"worker": {"网格员", "Worker"}, "reviewer": {"街道审核员", "Reviewer"}, "registrar": {"登记员", "Registrar"},
		"researcher": {"研究人员", "Researcher"}, "viewer": {"区级查阅", "Viewer"}, "auditor": {"审计员", "Auditor"},
		"admin": {"管理员", "Administrator"},
	}[f.Role].In(f.Lang)
}

// Home is the page at /.
type Home struct{ Frame }

// Login is the form at /login.
type Login struct {
	Frame
	Username string
	Fault    string // why signing in failed
	Hint     string
	Next     string
}

// Street is one street of the office's list.
type Street struct {
	Code     string
	Name     Words
	District Words
	Villages int
	Forms    []StreetForm
}

// StreetForm is one form of a street with its counts.
type StreetForm struct {
	ID        string
	Title     Words
	Kind      Words
	Total     int64
	Waiting   int64 // submitted or needs_review
	Approved  int64
	Returned  int64
	Conflicts int64
	Href      string
	Release   string // id of the newest release where only releases may be seen
	Released  string // its civil date
}

// Office is the page at /office/.
type Office struct {
	Frame
	Streets  []Street
	Counts   bool // the person may see counts of records
	Releases bool // the person sees releases only
	Nothing  Words
}

// Problem is an error as a page.
type Problem struct {
	Frame
	Status  int
	Message string
	Hint    string
	Request string
}

// Summary frames a street's summary, whose HTML is made elsewhere and trusted.
type Summary struct {
	Frame
	Street   Words
	Form     Words
	Body     template.HTML
	Released string
	By       string
	JSON     string // where the same figures are as JSON
}

// Set renders pages.
type Set struct{ t *template.Template }

// New parses the templates.
func New() (*Set, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"words": func(f Frame, w Words) string { return w.In(f.Lang) },
		"other": func(f Frame) string {
			if f.Lang == "en" {
				return "zh"
			}
			return "en"
		},
	}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	return &Set{t: t}, nil
}

// Render writes one page: home, login, office, summary or problem.
func (s *Set) Render(w io.Writer, name string, view any) error {
	return s.t.ExecuteTemplate(w, name, view)
}
