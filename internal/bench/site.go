package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema/instruments"
	"ruhu/survey"
)

const (
	street   = "990101001"
	password = "benchmark-of-the-house"
)

const surveyFile = `id: bench
title: {zh: 基准, en: Benchmark}
mode: sample
forms: [{id: hh_sentiment, kind: sentiment}, {id: visit_log, kind: visit}]
legal_basis: consent
notice: {zh: 告知, en: Notice}
retention: pipl_minimum
pia: bench
`

// site is a data directory with a street of phones, and a server on it in a process of its own.
type site struct {
	url    string
	cmd    *exec.Cmd
	log    bytes.Buffer
	phones []phoneKey
	cases  []string // case numbers of the selected households, grid by grid
	began  time.Duration
	clock  clock.Clock
}

type phoneKey struct{ device, token, grid string }

func gridOf(i int) string { return fmt.Sprintf("%s2%02d%03d", street, 1+i/999, 1+i%999) }

// newSite makes the directory: n phones, phone i in grid i/perGrid.
func newSite(ctx context.Context, o *Options, name string, n, perGrid int) (*site, error) {
	dir := o.dir(name)
	a, err := app.Open(ctx, dir, app.Options{Clock: o.Clock})
	if err != nil {
		return nil, err
	}
	s := &site{clock: o.Clock}
	err = s.prepare(ctx, a, n, perGrid)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return s, s.start(ctx, o, dir)
}

func (s *site) prepare(ctx context.Context, a *app.App, n, perGrid int) error {
	who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	by := auth.Operator("ruhu bench")
	var areas, homes strings.Builder
	areas.WriteString("code,name_zh,name_en,kind,parent\n990101,区,District,district,\n" + street + ",街,Street,street,990101\n")
	homes.WriteString("household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected\n")
	grids := (n + perGrid - 1) / perGrid
	for v := range (grids + 998) / 999 {
		fmt.Fprintf(&areas, "%s2%02d,村%d,Village %d,village,%s\n", street, 1+v, v, v, street)
	}
	for g := range grids {
		fmt.Fprintf(&areas, "%s,格%d,Grid %d,grid,%s\n", gridOf(g), g, g, gridOf(g)[:12])
		fmt.Fprintf(&homes, "%s0001,%s,路%d号,%d号,,,1,,,1\n", gridOf(g), gridOf(g), g, g)
	}
	if _, err := a.Survey.ImportAreas(ctx, who, strings.NewReader(areas.String())); err != nil {
		return err
	}
	for _, in := range instruments.All() {
		if _, _, _, err := a.Survey.AddForm(ctx, survey.NewForm{XML: in.XML, By: auth.OperatorID}); err != nil {
			return err
		}
	}
	if _, err := a.Survey.ImportSurvey(ctx, strings.NewReader(surveyFile)); err != nil {
		return err
	}
	if _, err := a.Survey.ImportHouseholds(ctx, who, strings.NewReader(homes.String())); err != nil {
		return err
	}
	if _, err := a.Survey.OpenSurvey(ctx, "bench"); err != nil {
		return err
	}
	if _, err := a.Auth.CreateUser(ctx, by, auth.NewUser{Login: "office", Role: auth.Reviewer, Area: street, Password: password}); err != nil {
		return err
	}
	for i := range n {
		grid := gridOf(i / perGrid)
		_, drawn, err := a.Auth.CreateEnrolment(ctx, by, auth.NewEnrolment{Name: fmt.Sprintf("worker %d", i), Grids: []string{grid}})
		if err != nil {
			return err
		}
		e, err := a.Auth.Enrol(ctx, auth.EnrolRequest{Code: drawn.Code, Platform: "bench"})
		if err != nil {
			return err
		}
		s.phones = append(s.phones, phoneKey{e.Device.ID, e.Access, grid})
	}
	return nil
}

// start runs the server and waits until it is ready.
func (s *site) start(ctx context.Context, o *Options, dir string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errs.Wrap("free port", err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return errs.Wrap("free port", err)
	}
	s.url = "http://" + addr
	s.cmd = exec.CommandContext(ctx, o.Binary, "serve", "--data", dir, "--listen", addr, "--sync-per-minute", "1000000")
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	begin := s.clock.Now()
	if err := s.cmd.Start(); err != nil {
		return errs.Wrap("start server", err)
	}
	for s.clock.Now().Sub(begin) < 2*time.Minute {
		res, err := http.Get(s.url + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.began = s.clock.Now().Sub(begin)
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = s.stop()
	return errs.New(errs.Internal, "start server", "not ready: %s", s.log.String())
}

func (s *site) stop() error {
	if s.cmd == nil || s.cmd.Process == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		return errs.New(errs.Internal, "stop server", "%v: %s", err, s.log.String())
	}
	return nil
}

// cpu returns the processor seconds the server has used.
func (s *site) cpu() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, errs.Wrap("read processor time", err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0, errs.New(errs.Internal, "read processor time", "unknown format")
	}
	user, err1 := strconv.ParseFloat(f[11], 64)
	system, err2 := strconv.ParseFloat(f[12], 64)
	if err1 != nil || err2 != nil {
		return 0, errs.New(errs.Internal, "read processor time", "unknown format")
	}
	return (user + system) / 100, nil
}

// memory returns the server's resident bytes now and at their peak.
func (s *site) memory() (now, peak float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, errs.Wrap("read memory", err)
	}
	for _, line := range strings.Split(string(b), "\n") {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			now = kb * 1024
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			peak = kb * 1024
		}
	}
	return now, peak, nil
}
