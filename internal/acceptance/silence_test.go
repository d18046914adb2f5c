package acceptance_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/sync"
)

// Words typed at a door are read where answers are read and nowhere else: not in the server's log, not in an address, not in the
// text of an error.
func TestAnswersAreNotInLogsAddressesAndErrors(t *testing.T) {
	s := start(t)
	h := s.handset(street1, "秦十七")
	planted := []string{"井水发黄有味道", "plantedword1", "plantedword2", "plantedword3", "plantedword4", "plantedword5", "加密的评语", "plantedreason"}
	id := h.interview(words, planted[0], road, planted[1], "no_such_question", planted[2])
	h.sync()
	office := s.desk("reviewer-1")
	r := office.record(id)
	require.Equal(t, planted[0], *r.Answers[words], "control: an officer reads it")
	require.Equal(t, planted[1], *r.Answers[road])

	var errors []*servertest.Answer
	note := func(a *servertest.Answer) *servertest.Answer {
		require.GreaterOrEqual(t, a.Status, 400, "%s", a.Body)
		errors = append(errors, a)
		return a
	}
	note(office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{water: planted[3]}, "reason": planted[7]}))
	note(office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{"no_such_question": planted[3]}, "reason": planted[7]}))
	note(office.change(id, map[string]any{"ctx": planted[4], "set": map[string]string{water: "1"}, "reason": planted[7]}))
	note(office.review(id, planted[5], "approve", map[string]any{"comment": planted[6]}))
	note(office.review(id, r.Ctx, "return", map[string]any{"comment": strings.Repeat(planted[6], 1200)}))
	note(office.Post("/v1/records/"+id+"/review", `{"ctx":"`+r.Ctx+`","decision":"`+planted[5]+`"}`, office.key()))
	note(office.Post("/v1/records/"+id+"/changes", `{"ctx":"x","set":{"`+words+`":"`+planted[0]+`"`, office.key()))
	note(s.desk("registrar-1").Post("/v1/withdrawals", map[string]string{"code": planted[3]}))
	p := s.Phones[street1]
	set := p.Set(servertest.NewRecord(), form, "2099", servertest.Grid(street2, 201, 3), nil, map[string]string{words: planted[0]})
	note(p.PushRaw(append([]byte(planted[1]), p.Body(set.Encode())...)))
	cut := p.PushRaw(p.Body(append([]byte(`{"v":1,"`+planted[2]+`":`), set.Encode()...), set.Encode())).Want(200)
	require.NotContains(t, string(cut.Body), planted[2])
	office.review(id, r.Ctx, "return", map[string]any{"comment": planted[6], "fields": map[string]string{road: planted[6]}}).Want(200)
	h.sync()
	require.Equal(t, planted[6], h.comments(id)[road], "control: the author reads the comment")
	s.erase(id)
	note(office.Get("/v1/records/" + id))

	log := s.Log.String()
	require.Contains(t, log, "/v1/sync/push", "control: the log is the server's")
	for _, w := range planted {
		require.NotContains(t, log, w)
		for _, e := range s.link.exchanges() {
			u, err := url.PathUnescape(e.URI)
			require.NoError(t, err)
			require.NotContains(t, u, w)
			if e.Status >= 400 {
				require.NotContains(t, string(e.Answer), w)
			}
		}
		for _, a := range errors {
			require.NotContains(t, string(a.Body), w)
		}
	}
	t.Logf("%d words in answers, comments, reasons and wrong values: none in %d bytes of debug log, %d addresses, %d error bodies",
		len(planted), len(log), len(s.link.exchanges()), len(errors))
}

// Everything an officer of street B can ask for says nothing of street A.
func TestAnOfficerSeesNothingOfAnotherStreet(t *testing.T) {
	s := start(t)
	near, far := s.handset(street1, "尤十八"), s.handset(street2, "许十九")
	events := s.listen(s.desk("reviewer-2").Client)
	_, hash := withdrawalCode(t)
	photo := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("wall "), 200)...)
	id := near.interview(words, "东街的秘密", road, "1", "@withdrawal", hash)
	sum, photoOf := s.attach(s.Phones[street1], photo)
	near.sync()
	s.desk("reviewer-2").approve(func() string {
		theirs := far.interview(words, "西街的话", road, "2")
		far.sync()
		return theirs
	}())
	sess, err := near.New("answers", form, "2099", near.Status().Grids[0])
	require.NoError(t, err)
	sess.Set(words, "东街的隔离")
	_, err = sess.Submit(t.Context())
	require.NoError(t, err)
	near.sync()
	heldID := s.desk("reviewer-1").quarantine(street1)[0].ID
	s.desk("reviewer-1").approve(id)
	var rel api.Release
	s.desk("reviewer-1").Post("/v1/streets/"+street1+"/releases", map[string]string{"form": form}).Want(201).JSON(&rel)
	one := s.export("reviewer-1", street1)

	// What must not be seen, and the control that it can be seen by those whose street it is.
	secrets := []string{"东街", street1, id, heldID, near.device(), near.worker(), s.Phones[street1].Device, rel.ID, sum}
	controls := map[string]string{
		"东街":          "/v1/records/" + id,
		street1:       "/v1/records?limit=200",
		id:            "/v1/records?limit=200",
		heldID:        "/v1/quarantine?street=" + street1,
		near.device(): "/v1/devices?limit=200",
		near.worker(): "/v1/devices?limit=200",
		rel.ID:        "/v1/streets/" + street1 + "/releases",
		sum:           "/v1/records/" + photoOf,
	}
	for secret, path := range controls {
		if path != "" {
			require.Contains(t, string(s.desk("reviewer-1").Get(path).Want(200).Body), secret, path)
		}
	}
	require.Contains(t, string(one), street1+"201", "control: the export of street A names its village")

	// The auditor comes first: later, the log tells what these very people asked for and were refused.
	paths := []string{"/v1/audit?limit=200", "/v1/audit?object=" + id, "/v1/records?limit=200", "/v1/records?limit=200&form=" + form, "/v1/records?q=" + id, "/v1/records?q=" + id[:8], "/v1/records?area=" + street1,
		"/v1/records?area=990101", "/v1/records?conflict=true", "/v1/records?flag=unknown-case",
		"/v1/records/" + id, "/v1/records/" + id + "/history", "/v1/quarantine?street=" + street1, "/v1/quarantine?street=" + street2, "/v1/lost?street=" + street1, "/v1/lost?street=" + street2, "/v1/quarantine/" + heldID,
		"/v1/streets/" + street1 + "/summary?form=" + form, "/v1/streets/" + street2 + "/summary?form=" + form, "/v1/streets/" + street1 + "/summary.html?form=" + form,
		"/v1/streets/" + street2 + "/summary.html?form=" + form, "/v1/streets/" + street2 + "/summary?form=" + form + "&release=" + rel.ID,
		"/v1/streets/" + street1 + "/releases", "/v1/streets/" + street2 + "/releases", "/v1/streets/990101/summary?form=" + form,
		"/v1/devices?limit=200", "/v1/devices?worker=" + near.worker(), "/v1/users?limit=200", "/v1/enrolments", "/v1/areas", "/v1/areas?within=" + street1,
		"/v1/households?limit=200", "/v1/households?within=" + street1, "/v1/assignments", "/v1/assignments?within=" + street1, "/v1/assignments?worker=" + near.worker(),
		"/v1/exports", "/v1/attachments/" + sum, "/v1/forms", "/v1/surveys", "/v1/me", "/v1/sync/pull"}
	asked, open := 0, 0
	for _, role := range []string{"auditor-2", "reviewer-2", "registrar-2", "researcher-2", "viewer-2", "admin-2"} {
		for _, path := range paths {
			a := s.desk(role).Get(path)
			asked++
			if a.Status < 300 {
				open++
			}
			text := string(a.Body)
			for _, secret := range secrets {
				if strings.Contains(path, secret) && a.Status >= 400 {
					text = strings.ReplaceAll(text, secret, "") // an error may repeat what was asked
				}
				require.False(t, strings.Contains(text, secret), "%s of %s: %q in %s", path, role, secret, text)
			}
			s.Clock.Advance(200 * time.Millisecond)
		}
	}
	two := s.export("reviewer-2", "")
	require.Contains(t, string(two), street2+"201")
	for _, secret := range secrets {
		require.False(t, strings.Contains(string(two), secret), "%q in the export of street B", secret)
	}

	// Nor can anybody there act.
	rec := s.desk("reviewer-1").record(id)
	s.desk("reviewer-2").change(id, map[string]any{"ctx": rec.Ctx, "set": map[string]string{road: "2"}, "reason": "r"}).Want(404)
	s.desk("reviewer-2").review(id, rec.Ctx, "approve", nil).Want(404)
	s.desk("reviewer-2").settle(heldID, "release").Want(404)
	s.desk("admin-2").Do("DELETE", "/v1/devices/"+near.device(), map[string]string{"reason": "r"}).Problem("out-of-area")
	s.desk("admin-2").Post("/v1/erasures", map[string]any{"records": []string{id}, "reason": "r"}).Problem("out-of-area")
	require.Equal(t, "1", *s.desk("reviewer-1").record(id).Answers[road])

	far.interview(road, "3")
	far.sync()
	heard := events.until(sync.NoticeRecord)
	far.interview(road, "4")
	far.sync()
	for _, n := range append(heard, events.until(sync.NoticeRecord)...) {
		require.Equal(t, street2, n.Street)
	}
	for _, other := range far.Records() {
		v, err := far.View(other)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(v.Grid, street2))
	}
	require.False(t, strings.Contains(far.everything(), "东街") || strings.Contains(far.everything(), street1))
	t.Logf("%d requests of six roles of street B (%d answered with data), its export of %d bytes, its events and its phone: none of %d marks of street A, each of which street A's officer sees",
		asked, open, len(two), len(secrets))
}

// export makes a CSV of an area's approved records and returns it whole.
func (s *site) export(login, area string) []byte {
	s.t.Helper()
	var job api.Export
	body := map[string]any{"form": form, "format": "csv"}
	if area != "" {
		body["area"] = area
	}
	s.desk(login).Post("/v1/exports", body).Want(202).JSON(&job)
	require.Eventually(s.t, func() bool {
		s.desk(login).Get("/v1/exports/" + job.ID).Want(200).JSON(&job)
		return job.State == "done" || job.State == "failed"
	}, 20*time.Second, 10*time.Millisecond)
	require.EqualValues(s.t, "done", job.State, job.Code)
	return s.desk(login).Get("/v1/exports/" + job.ID + "/file").Want(200).Body
}
