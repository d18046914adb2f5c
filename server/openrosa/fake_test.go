package openrosa_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/auth/enrolqr"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema/instance"
	"ruhu/server/openrosa"
	"ruhu/server/openrosa/collect"
	"ruhu/server/openrosa/enketo"
	"ruhu/survey"
	"ruhu/survey/submission"
)

// shop is a handler on a listener with real accounts and forms, records and lists kept in memory.
type shop struct {
	*authtest.Bench
	t       *testing.T
	url     string // of /openrosa
	http    *http.Client
	app     auth.AppCredentials
	forms   *forms
	records *records
	lists   *lists
	handler *openrosa.Handler
	reports []openrosa.Report
	lang    string
	wait    time.Duration
	mu      sync.Mutex
}

func open(t *testing.T, tls bool) *shop {
	s := &shop{Bench: authtest.New(t, &authtest.Memory{}), t: t, forms: &forms{files: map[string][]survey.FormFile{}}, lang: "zh",
		records: &records{got: map[string]*record{}}, lists: &lists{rows: map[string]map[string]row{}}}
	_, s.app = s.App("李 秀", authtest.Grid1)
	var err error
	s.handler, err = openrosa.New(openrosa.Config{Users: s.Service, Forms: s.forms, Submissions: s.records, Entities: s.lists, Clock: s.Clock, Sockets: clock.System(),
		Admit: func(p auth.Principal, _ string, failed bool) time.Duration { return s.wait }})
	require.NoError(t, err)
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host
		if tls {
			base = "https://" + r.Host
		}
		var report openrosa.Report
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.reports = append(s.reports, report)
		}()
		s.handler.Serve(w, r, openrosa.Request{Base: base, Lang: s.lang, IP: "192.0.2.1", ID: "req1", HTTPS: tls}, &report)
	})
	srv := httptest.NewUnstartedServer(serve)
	if tls {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	s.url, s.http = srv.URL+openrosa.Prefix, srv.Client()
	return s
}

// keyed is the server's address with the key in it.
func (s *shop) keyed() string {
	return enrolqr.AppURL(strings.TrimSuffix(s.url, openrosa.Prefix), s.app.Key)
}

func (s *shop) collect(server string) *collect.Client {
	c := collect.New(server, "collect:aB3/ü", s.Clock.Now)
	c.HTTP = s.http
	return c
}

func (s *shop) enketo(server string) *enketo.Client {
	c := enketo.New(server, s.Clock.Now)
	c.HTTP = s.http
	return c
}

// signedIn gives a client the user name and password.
func (s *shop) signedIn(c *collect.Client) *collect.Client {
	c.Username, c.Password = s.app.Username, s.app.Password
	return c
}

// forms implements openrosa.Forms.
type forms struct {
	mu      sync.Mutex
	version uint64
	list    []survey.StoredForm
	asked   []string
	files   map[string][]survey.FormFile
	fail    error
}

func (f *forms) add(id, version, title, xml string, files ...survey.FormFile) {
	st := survey.StoredForm{ID: id, Version: version, TitleZH: title, XML: []byte(xml), MD5: "md5:" + md5Hex([]byte(xml))}
	f.version++
	f.list = slices.DeleteFunc(f.list, func(o survey.StoredForm) bool { return o.ID == id && o.Version == version })
	f.list = append(f.list, st)
	f.setFiles(id, version, files...)
}

func (f *forms) setFiles(id, version string, files ...survey.FormFile) {
	f.version++
	for i := range files {
		files[i].MD5, files[i].Size = "md5:"+md5Hex(files[i].Bytes), int64(len(files[i].Bytes))
	}
	f.files[id+"\x00"+version] = files
}

func (f *forms) CatalogVersion(context.Context) (uint64, error) { return f.version, f.fail }

func (f *forms) Offers() []survey.Offer {
	last := map[string]survey.Offer{}
	for _, st := range f.list {
		if !st.Closed {
			last[st.ID] = survey.Offer{ID: st.ID, Version: st.Version, TitleZH: st.TitleZH, MD5: st.MD5,
				Files: len(f.files[st.ID+"\x00"+st.Version]) > 0 || len(f.asked) > 0}
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b survey.Offer) int { return strings.Compare(a.ID, b.ID) })
}

func (f *forms) OfferOf(_ context.Context, id, version string) (survey.Offer, error) {
	for _, st := range f.list {
		if st.ID == id && st.Version == version {
			return survey.Offer{ID: st.ID, Version: st.Version, TitleZH: st.TitleZH, MD5: st.MD5}, nil
		}
	}
	return survey.Offer{}, errs.New(errs.NotFound, "fake", "no form")
}

func (f *forms) FormBytes(_ context.Context, id, version string) ([]byte, string, error) {
	for _, st := range f.list {
		if st.ID == id && st.Version == version {
			return st.XML, st.MD5, nil
		}
	}
	return nil, "", errs.New(errs.NotFound, "fake", "no form")
}

func (f *forms) FilesOf(ctx context.Context, id, version string) ([]survey.FormFile, []string, error) {
	if _, _, err := f.FormBytes(ctx, id, version); err != nil {
		return nil, nil, err
	}
	return f.files[id+"\x00"+version], f.asked, nil
}

func (f *forms) FormFile(_ context.Context, id, version, name string) (survey.FormFile, error) {
	for _, file := range f.files[id+"\x00"+version] {
		if file.Name == name {
			return file, nil
		}
	}
	return survey.FormFile{}, errs.New(errs.NotFound, "fake", "no file")
}

type record struct {
	xml   string
	files map[string]string
	posts int
	who   submission.Submitter
}

// records implements openrosa.Submissions.
type records struct {
	mu   sync.Mutex
	got  map[string]*record
	fail error
}

func (r *records) Receive(_ context.Context, who submission.Submitter, xml []byte, files submission.Files, _ bool) (submission.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return submission.Outcome{}, r.fail
	}
	head, err := instance.Peek(xml)
	if err != nil {
		return submission.Outcome{}, err
	}
	if head.FormID == "unknown" {
		return submission.Outcome{}, errs.New(errs.UnknownForm, "fake", "unknown")
	}
	have := map[string]string{}
	for f, err := range files {
		if err != nil {
			return submission.Outcome{}, err
		}
		b, err := io.ReadAll(f.Content)
		if err != nil {
			return submission.Outcome{}, errors.Join(errors.New("cut"), err)
		}
		have[f.Name] = string(b)
	}
	rec, known := r.got[head.InstanceID]
	if !known {
		rec = &record{xml: string(xml), files: map[string]string{}}
		r.got[head.InstanceID] = rec
	}
	rec.who = who
	rec.posts++
	maps.Copy(rec.files, have)
	return submission.Outcome{InstanceID: head.InstanceID, New: !known, Repeat: known && rec.xml == string(xml), Changed: rec.xml != string(xml),
		Edit: head.DeprecatedID != ""}, nil
}

type row struct {
	label   string
	version string
	deleted bool
}

// lists implements openrosa.Entities.
type lists struct {
	mark  string
	rows  map[string]map[string]row
	asked []string
	cut   bool
}

func (l *lists) Open(_ context.Context, _ auth.Principal, list, _ string) (openrosa.List, error) {
	if l.rows[list] == nil {
		return openrosa.List{}, errs.New(errs.NotFound, "fake", "no list")
	}
	return openrosa.List{Mark: l.mark, Write: func(_ context.Context, w io.Writer) error { return l.write(list, w) }}, nil
}

func (l *lists) write(list string, w io.Writer) error {
	_, _ = io.WriteString(w, "name,label,__version,area,__internal\n")
	for _, id := range slices.Sorted(maps.Keys(l.rows[list])) {
		if r := l.rows[list][id]; !r.deleted {
			_, _ = io.WriteString(w, id+","+r.label+","+r.version+",north,x\n")
		}
	}
	if l.cut {
		return errs.New(errs.Busy, "fake", "cut")
	}
	return nil
}

func (l *lists) Deleted(_ context.Context, _ auth.Principal, list string, ids []string) (map[string]bool, error) {
	if l.rows[list] == nil {
		return nil, errs.New(errs.NotFound, "fake", "no list")
	}
	l.asked = append(l.asked, ids...)
	out := map[string]bool{}
	for _, id := range ids {
		if r, ok := l.rows[list][id]; ok {
			out[id] = r.deleted
		}
	}
	return out, nil
}

// letIn knows everybody.
type letIn struct{}

func (letIn) AuthenticateAppKey(context.Context, string) (auth.Principal, error) {
	return auth.Principal{UserID: "us_1", Role: auth.Worker, Device: "dv_1", Street: authtest.Street, Grids: []string{authtest.Grid1}}, nil
}

func (l letIn) AuthenticateAppPassword(ctx context.Context, _, _ string) (auth.Principal, error) {
	return l.AuthenticateAppKey(ctx, "")
}

func (l letIn) AuthenticateAppDigest(ctx context.Context, _ auth.DigestRequest) (auth.Principal, error) {
	return l.AuthenticateAppKey(ctx, "")
}

func (letIn) OpenEdit(context.Context, string) (auth.Principal, auth.EditGrant, error) {
	return auth.Principal{}, auth.EditGrant{}, errs.New(errs.Forbidden, "fake", "no grants")
}

func (letIn) DigestChallenge(bool) (string, error) { return "Digest", nil }

// still is a clock that stands.
type still struct{}

func (still) Now() time.Time { return time.UnixMilli(1_795_420_800_000) }
