package acceptance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
)

// comments returns what the phone shows at each question ("" = the record).
func (h *handset) comments(record string) map[string]string {
	h.s.t.Helper()
	v, err := h.View(record)
	h.must(err)
	at, text := map[string]string{}, map[string]string{}
	for path, w := range v.State.Visible {
		row, cell, ok := strings.Cut(path, "]/")
		switch {
		case !ok || !strings.HasPrefix(path, "@comments["):
		case cell == "text":
			text[row] = w.Value
		case cell == "path":
			at[row] = w.Value
		}
	}
	shown := map[string]string{}
	for row, words := range text {
		shown[at[row]] = words
	}
	return shown
}

// A record comes back with a comment at a question, is corrected, approved, and then a late answer arrives from a phone that
// was offline: the approval no longer counts.
func TestReturnCorrectApproveAndALateArrival(t *testing.T) {
	s := start(t)
	author, second := s.handset(street1, "褚十"), s.handset(street1, "卫十一")
	id := author.interview(road, "1", water, "2")
	author.sync()
	office := s.desk("reviewer-1")
	first := office.record(id)
	office.review(id, first.Ctx, "return", nil).Problem("invalid")
	office.review(id, first.Ctx, "return", map[string]any{"comment": "请补正", "fields": map[string]string{"no_such_question": "x"}}).Problem("invalid")
	office.review(id, first.Ctx, "return", map[string]any{"comment": "请补正", "fields": map[string]string{road: "与上次走访不一致，请核实"}}).Want(200)

	author.sync()
	require.Equal(t, map[string]string{"": "请补正", road: "与上次走访不一致，请核实"}, author.comments(id))
	require.Equal(t, "returned", author.shown(id, "@status"))
	sess, err := author.Edit(id)
	require.NoError(t, err)
	sess.Set(road, "4")
	_, err = sess.Submit(t.Context())
	require.NoError(t, err)
	author.sync()

	r := office.record(id)
	require.Equal(t, "submitted", r.Status)
	require.Equal(t, "4", *r.Answers[road])
	require.Len(t, r.Comments, 2)
	var past api.History
	office.Get("/v1/records/" + id + "/history").Want(200).JSON(&past)
	superseded := ""
	for _, e := range past.Items {
		if e.Path == road && *e.Value == "4" {
			superseded = *e.Superseded[0].Value
		}
	}
	require.Equal(t, "1", superseded, "the correction shows what it replaced")
	office.review(id, first.Ctx, "approve", nil).Want(409).Problem("changed-since")

	// Another worker works on it offline before it is approved.
	office.handOver(id, author.worker()+" "+second.worker())
	second.sync()
	second.edit(id, water, "1")
	office.approve(id)
	require.Equal(t, "approved", office.record(id).Status)
	author.sync()
	v, err := author.View(id)
	require.NoError(t, err)
	require.Nil(t, v.Base, "an approved record leaves the phone, its stub stays")
	require.Equal(t, "approved", v.Status)

	second.sync()
	r = office.record(id)
	require.Equal(t, "needs_review", r.Status)
	require.Equal(t, "arrived-after-review", r.Reason)
	require.Equal(t, "1", *r.Answers[water])
	require.Equal(t, "4", *r.Answers[road])
	office.approve(id)
	require.Empty(t, office.record(id).Reason)
	t.Logf("returned with 2 comments, shown at their place on the phone; corrected 1 → 4; stale approval answered 409; late answer: %s (%s); approved again",
		r.Status, r.Reason)
}
