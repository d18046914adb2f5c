package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/clock"
	"ruhu/schema/instruments"
	"ruhu/server"
	"ruhu/server/api"
	"ruhu/survey"
)

// The invented district.
const (
	District = "990101"
	Street1  = "990101001"
	Street2  = "990101002"
	Password = "walk-every-house"
	Form     = instruments.HouseholdSentiment
	VisitLog = instruments.VisitLog
)

// Grid returns a grid of a street: village 201 or 202, grid 003 or 004.
func Grid(street string, village, grid int) string {
	return fmt.Sprintf("%s%03d%03d", street, village, grid)
}

// World is a running server with people.
type World struct {
	t       testing.TB
	URL     string
	App     *app.App
	Server  *server.Server
	Clock   *clock.Manual
	Log     *LogBook
	Version string // of Form
	Dir     string
	People  map[string]*Client // "reviewer-1" … "viewer-2", "admin", "admin-1", "admin2"
	stop    func()
	Phones  map[string]*Phone // street -> a phone of one worker, with all grids of the street
}

// LogBook keeps what the server logged.
type LogBook struct {
	mu gosync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *LogBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns everything logged so far.
func (l *LogBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Start runs a server on a loopback port until the test ends, in a district that is settled.
func Start(t testing.TB) *World {
	t.Helper()
	w := &World{t: t, Clock: clock.NewManual(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)), Log: &LogBook{}, Dir: t.TempDir(),
		People: map[string]*Client{}, Phones: map[string]*Phone{}}
	w.Open()
	t.Cleanup(w.Stop)
	w.settle(context.Background())
	return w
}

// Open starts a server on the folder, on a new port.
func (w *World) Open() {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.NewJSONHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.App, err = app.Open(ctx, w.Dir, app.Options{Clock: w.Clock, Rand: rand.Reader, Log: log, Demo: true,
		Hash: auth.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(w.t, err)
	cfg := w.App.ServerConfig()
	cfg.Log, cfg.SyncPerMinute, cfg.Phone, cfg.Office = log, 60_000, PhoneApp(), nil
	w.Server, err = server.New(cfg)
	require.NoError(w.t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	w.URL = "http://" + ln.Addr().String()
	for _, c := range w.People {
		c.base = w.URL
	}
	for _, p := range w.Phones {
		p.base = w.URL
	}
	served := make(chan error, 1)
	w.App.Start(ctx)
	go func() { served <- w.Server.Serve(ctx, ln) }()
	w.stop = func() {
		stop()
		require.NoError(w.t, <-served)
		require.NoError(w.t, w.App.Close())
	}
}

// Stop ends the server in order: what is under way is finished. Stopping a stopped one does nothing.
func (w *World) Stop() {
	if w.stop != nil {
		stop := w.stop
		w.stop = nil
		stop()
	}
}

// settle fills the district.
func (w *World) settle(ctx context.Context) {
	w.accounts(ctx)
	admin := w.People["admin"]
	for _, i := range instruments.All() {
		f, _, _, err := w.App.Survey.AddForm(ctx, survey.NewForm{XML: i.XML, By: auth.OperatorID})
		require.NoError(w.t, err)
		if i.ID == Form {
			w.Version = f.Version
		}
	}
	admin.Post("/v1/surveys", map[string]any{
		"id": "demo", "title": map[string]string{"zh": "民情调查", "en": "Sentiment survey"}, "legal_basis": "consent", "mode": "census", "pia": "pia-2026-01",
		"notice": map[string]string{"zh": "自愿参加。", "en": "Taking part is voluntary."},
		"forms":  []map[string]string{{"form": Form, "kind": "sentiment"}, {"form": instruments.CandidateInterview, "kind": "candidate"}, {"form": VisitLog, "kind": "visit"}},
	}).Want(http.StatusCreated)
	admin.Post("/v1/surveys/demo/open", nil).Want(http.StatusOK)
	for n, street := range []string{Street1, Street2} {
		w.Phones[street] = w.Enrol(w.Code(street, fmt.Sprintf("王%d", n+1)))
		registrar := w.People[fmt.Sprintf("registrar-%d", n+1)]
		registrar.Post("/v1/households:import", []byte(householdsCSV(street))).Want(http.StatusOK)
		registrar.Post("/v1/assignments:import", []byte(assignmentsCSV(street, w.Phones[street].User))).Want(http.StatusOK)
	}
}

// accounts opens one of every role in each street, an administrator of street 1, and two of the whole.
func (w *World) accounts(ctx context.Context) {
	open := func(login string, role auth.Role, area string) {
		_, err := w.App.Auth.CreateUser(ctx, auth.Operator("servertest"), auth.NewUser{Login: login, Name: "某" + login, Role: role, Area: area, Password: Password})
		require.NoError(w.t, err)
	}
	open("admin", auth.Admin, "")
	open("admin2", auth.Admin, "")
	w.People["admin"] = w.SignIn("admin")
	w.People["admin2"] = w.SignIn("admin2")
	w.People["admin"].Post("/v1/areas:import", []byte(areasCSV())).Want(http.StatusOK)
	for n, street := range []string{Street1, Street2} {
		for _, role := range []auth.Role{auth.Reviewer, auth.Registrar, auth.Researcher, auth.Viewer, auth.Auditor, auth.Admin} {
			login := fmt.Sprintf("%s-%d", role, n+1)
			open(login, role, street)
			w.Clock.Advance(3 * time.Second) // logins are held to so many a minute from one address
			w.People[login] = w.SignIn(login)
		}
	}
}

// anyone is a client without a session.
func (w *World) anyone() *Client {
	return &Client{t: w.t, base: w.URL, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Anonymous is a client without a session.
func (w *World) Anonymous() *Client { return w.anyone() }

// SignIn begins a token session.
func (w *World) SignIn(login string) *Client {
	w.t.Helper()
	c := w.anyone()
	var s api.Session
	c.Post("/v1/auth/login", map[string]any{"username": login, "password": Password}).Want(http.StatusOK).JSON(&s)
	c.Token, c.User = s.AccessToken, s.User.ID
	return c
}

// Code draws an enrolment code for a new worker with all grids of a street.
func (w *World) Code(street, name string) string {
	w.t.Helper()
	var e api.Enrolment
	w.People["admin"].Post("/v1/enrolments", map[string]any{"name": name, "grids": grids(street)}).Want(http.StatusCreated).JSON(&e)
	require.Contains(w.t, e.URL, "/#/enrol/"+e.Code)
	u, err := url.Parse(e.URL)
	require.NoError(w.t, err)
	require.NotContains(w.t, u.Path+u.RawQuery, e.Code, "the code stands in the fragment only")
	return e.Code
}

func grids(street string) []string {
	var list []string
	for _, v := range []int{201, 202} {
		for _, g := range []int{3, 4} {
			list = append(list, Grid(street, v, g))
		}
	}
	return list
}

func areasCSV() string {
	var b strings.Builder
	b.WriteString("code,name_zh,name_en,kind,parent\n" + District + ",演示区,Demo district,district,\n")
	for n, street := range []string{Street1, Street2} {
		fmt.Fprintf(&b, "%s,演示%d街道,Street %d,street,%s\n", street, n+1, n+1, District)
		for _, v := range []int{201, 202} {
			village := fmt.Sprintf("%s%03d", street, v)
			fmt.Fprintf(&b, "%s,村%d,Village %d,village,%s\n", village, v, v, street)
			for _, g := range []int{3, 4} {
				fmt.Fprintf(&b, "%s,网格%d,Grid %d,grid,%s\n", Grid(street, v, g), g, g, village)
			}
		}
	}
	return b.String()
}

func householdsCSV(street string) string {
	var b strings.Builder
	b.WriteString("household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected\n")
	for n, g := range grids(street) {
		for h := 1; h <= 15; h++ {
			fmt.Fprintf(&b, "H%s-%d-%02d,%s,秘密路%d号,蓝门%d,,,1,,,1\n", street[6:], n, h, g, h, h)
		}
	}
	return b.String()
}

func assignmentsCSV(street, worker string) string {
	var b strings.Builder
	b.WriteString("household,grid,worker,form,due\n")
	for _, g := range grids(street) {
		fmt.Fprintf(&b, ",%s,%s,%s,2026-12-15\n", g, worker, Form)
	}
	return b.String()
}
