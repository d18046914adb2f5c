package bench

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/xml"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"slices"
	"strings"
	gosync "sync"
	"time"

	"ruhu/auth"
	"ruhu/auth/enrolqr"
	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/survey"
)

const (
	longForm   = "long"
	longAsked  = 250
	manyForms  = 500
	appClients = 16
)

// longXForm asks n questions, every fifth a choice.
func longXForm(id string, n int) []byte {
	var nodes, binds, body strings.Builder
	for i := range n {
		fmt.Fprintf(&nodes, "<q%d/>", i)
		fmt.Fprintf(&binds, `<bind nodeset="/data/q%d" type="string"/>`, i)
		if i%5 == 0 {
			fmt.Fprintf(&body, `<select1 ref="/data/q%d"><label>Question %d</label><item><label>yes</label><value>1</value></item><item><label>no</label><value>2</value></item></select1>`, i, i)
			continue
		}
		fmt.Fprintf(&body, `<input ref="/data/q%d"><label>Question %d</label></input>`, i, i)
	}
	return []byte(`<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>` + id +
		`</h:title><model><instance><data id="` + id + `" version="1">` + nodes.String() + `<meta><instanceID/></meta></data></instance>` + binds.String() +
		`<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>` + body.String() + `</h:body></h:html>`)
}

// posted is a submission of a long form as Collect packs it.
func posted(instance string, n int) (xml []byte, body []byte, contentType string) {
	var b strings.Builder
	fmt.Fprintf(&b, `<data id="%s" version="1" xmlns:orx="http://openrosa.org/xforms">`, longForm)
	for i := range n {
		answer := fmt.Sprintf("answer %d of %s", i, instance[5:13])
		if i%5 == 0 {
			answer = fmt.Sprint(1 + i%2)
		}
		fmt.Fprintf(&b, "<q%d>%s</q%d>", i, answer, i)
	}
	b.WriteString("<orx:meta><orx:instanceID>" + instance + "</orx:instanceID></orx:meta></data>")
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	part, err := w.CreatePart(map[string][]string{"Content-Disposition": {`form-data; name="xml_submission_file"; filename="long.xml"`}, "Content-Type": {"text/xml"}})
	if err == nil {
		_, _ = io.WriteString(part, b.String())
	}
	_ = w.Close()
	return []byte(b.String()), out.Bytes(), w.FormDataContentType()
}

// openRosa measures what Collect and Enketo ask most: the list of many forms, and long submissions.
func openRosa(ctx context.Context, o *Options) ([]Line, error) {
	const name = "openrosa"
	a, err := app.Open(ctx, o.dir(name), app.Options{Clock: o.Clock})
	if err != nil {
		return nil, err
	}
	keys, err := openRosaForms(ctx, a)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	s := &site{clock: o.Clock}
	if err := s.start(ctx, o, o.dir(name)); err != nil {
		return nil, err
	}
	defer s.stop()
	lines, err := formListTime(ctx, o, s, keys[0])
	if err != nil {
		return nil, err
	}
	more, err := submissionRate(ctx, o, s, keys)
	return append(lines, more...), err
}

func openRosaForms(ctx context.Context, a *app.App) (keys []string, err error) {
	who := survey.Actor{ID: auth.OperatorID, Role: string(auth.Admin)}
	areas := "code,name_zh,name_en,kind,parent\n990101,区,District,district,\n" + street + ",街,Street,street,990101\n" + gridOf(0)[:12] + ",村,Village,village," + street + "\n" +
		gridOf(0) + ",格,Grid,grid," + gridOf(0)[:12] + "\n"
	if _, err := a.Survey.ImportAreas(ctx, who, strings.NewReader(areas)); err != nil {
		return nil, err
	}
	for i := range manyForms - 1 {
		if _, _, _, err := a.Survey.AddForm(ctx, survey.NewForm{XML: longXForm(fmt.Sprintf("form%03d", i), 3), By: auth.OperatorID}); err != nil {
			return nil, err
		}
	}
	if _, _, _, err := a.Survey.AddForm(ctx, survey.NewForm{XML: longXForm(longForm, longAsked), By: auth.OperatorID}); err != nil {
		return nil, err
	}
	for i := range appClients {
		_, drawn, err := a.Auth.CreateEnrolment(ctx, auth.Operator("ruhu bench"), auth.NewEnrolment{Name: fmt.Sprintf("worker %d", i), Grids: []string{gridOf(0)}})
		if err != nil {
			return nil, err
		}
		keys = append(keys, drawn.App.Key)
	}
	return keys, nil
}

// formListTime asks for the list again and again; the floor is a server that has the same bytes at hand.
func formListTime(ctx context.Context, o *Options, s *site, key string) ([]Line, error) {
	const times = 1000
	at := enrolqr.AppURL(s.url, key) + "/formList"
	body, err := fetch(ctx, at)
	if err != nil {
		return nil, err
	}
	var list struct {
		Forms []struct{} `xml:"xform"`
	}
	if err := xml.Unmarshal(body, &list); err != nil || len(list.Forms) != manyForms {
		return nil, errs.New(errs.Internal, "form list", "%d forms", len(list.Forms))
	}
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	took, err := timed(ctx, o, at, times)
	if err != nil {
		return nil, err
	}
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errs.Wrap("floor", err)
	}
	bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }), ReadHeaderTimeout: time.Second}
	go func() { _ = bare.Serve(ln) }()
	floor, err := timed(ctx, o, "http://"+ln.Addr().String()+"/", times)
	_ = bare.Close()
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("formList, %d forms, %d KB", manyForms, len(body)>>10)
	return []Line{
		{Bench: "openrosa", What: what, Unit: "ms, median", Value: took, Floor: floor},
		{Bench: "openrosa", What: what, Unit: "requests/CPU-s", Value: times / max(after-before, 0.01)},
	}, nil
}

func fetch(ctx context.Context, at string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, errs.Wrap("fetch", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, errs.Wrap("fetch", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errs.New(errs.Internal, "fetch", "%d", res.StatusCode)
	}
	return b, err
}

// timed returns the median in milliseconds.
func timed(ctx context.Context, o *Options, at string, times int) (float64, error) {
	took := make([]float64, 0, times)
	for range times {
		begin := o.Clock.Now()
		if _, err := fetch(ctx, at); err != nil {
			return 0, err
		}
		took = append(took, float64(o.Clock.Now().Sub(begin).Microseconds())/1000)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// submissionRate posts long submissions from several clients at once, each after its HEAD as Collect does; the floor writes
// the same bytes with the raw driver, a group of them a commit.
func submissionRate(ctx context.Context, o *Options, s *site, keys []string) ([]Line, error) {
	each := max(10, min(o.Records, 4000)/len(keys))
	m, err := newMaker(9)
	if err != nil {
		return nil, err
	}
	type post struct {
		xml, body []byte
		kind      string
	}
	posts := make([][]post, len(keys))
	var all [][]byte
	for i := range keys {
		for range each {
			var p post
			p.xml, p.body, p.kind = posted(fmt.Sprintf("uuid:%s-%s-4%s-8%s-%s", m.hex(8), m.hex(4), m.hex(3), m.hex(3), m.hex(12)), longAsked)
			posts[i], all = append(posts[i], p), append(all, p.xml)
		}
	}
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: len(keys)}}
	defer client.CloseIdleConnections()
	fail := make(chan error, len(keys))
	var wg gosync.WaitGroup
	begin := o.Clock.Now()
	for i, key := range keys {
		wg.Go(func() {
			at := enrolqr.AppURL(s.url, key) + "/submission?deviceID=bench"
			for _, p := range posts[i] {
				for _, step := range []struct {
					method string
					body   []byte
					want   int
				}{{http.MethodHead, nil, http.StatusNoContent}, {http.MethodPost, p.body, http.StatusCreated}} {
					if err := ask(ctx, client, step.method, at, p.kind, step.body, step.want); err != nil {
						fail <- err
						return
					}
				}
			}
		})
	}
	wg.Wait()
	wall := o.Clock.Now().Sub(begin).Seconds()
	select {
	case err := <-fail:
		return nil, err
	default:
	}
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	floor, err := rawRows(ctx, o, all, len(keys))
	if err != nil {
		return nil, err
	}
	n := float64(len(all))
	what := fmt.Sprintf("submissions of %d questions, %d clients, HEAD and POST, fsync", longAsked, len(keys))
	return []Line{
		{Bench: "openrosa", What: what, Unit: "records/s wall", Value: n / wall, Floor: floor},
		{Bench: "openrosa", What: what, Unit: "records/CPU-s", Value: n / (after - before)},
	}, nil
}

func ask(ctx context.Context, client *http.Client, method, at, kind string, body []byte, want int) error {
	req, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return errs.Wrap("post", err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-OpenRosa-Version", "1.0")
	res, err := client.Do(req)
	if err != nil {
		return errs.Wrap("post", err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		return errs.New(errs.Internal, "post", "%d %s", res.StatusCode, answer)
	}
	return nil
}

// rawRows writes the bodies with the raw driver, group rows a commit, and returns rows a second.
func rawRows(ctx context.Context, o *Options, bodies [][]byte, group int) (float64, error) {
	const op = "raw floor"
	db, err := sql.Open("sqlite3", "file:"+o.dir("openrosa-floor.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE rows (seq INTEGER PRIMARY KEY, body BLOB)"); err != nil {
		return 0, errs.Wrap(op, err)
	}
	begin := o.Clock.Now()
	for from := 0; from < len(bodies); from += group {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return 0, errs.Wrap(op, err)
		}
		for _, b := range bodies[from:min(from+group, len(bodies))] {
			if _, err := tx.ExecContext(ctx, "INSERT INTO rows (body) VALUES (?)", b); err != nil {
				return 0, errs.Wrap(op, err)
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, errs.Wrap(op, err)
		}
	}
	return float64(len(bodies)) / o.Clock.Now().Sub(begin).Seconds(), nil
}
