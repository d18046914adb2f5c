package survey_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/store/sqlite/linkdb"
	"ruhu/survey"
)

func TestWithdrawalErasesUnseenWithItsLink(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	code, err := survey.DrawWithdrawalCode(&locked{r: rand.NewChaCha8([32]byte{9})})
	require.NoError(t, err)
	w.interview("r1", "dv_1", "H-001", map[string]string{"@withdrawal": survey.WithdrawalHash(code), "concern_txt": "不该留下的话"})
	w.interview("r2", "dv_1", "H-002", nil)
	no := w.caseOf("H-001")
	require.Equal(t, errs.WithdrawalUnknown, errs.CodeOf(w.s.Withdraw(ctx, "0000-0000-0000")))
	require.Equal(t, errs.Invalid, errs.CodeOf(w.s.Withdraw(ctx, "123")))
	require.NoError(t, w.s.Withdraw(ctx, strings.ToLower(survey.ShowWithdrawalCode(code))))
	require.True(t, w.rec("r1").State.Erased)
	_, ok := w.row("r1")
	require.False(t, ok)
	_, ok = w.row("r2")
	require.True(t, ok)
	_, err = w.s.Record(ctx, officer, "r1")
	require.Equal(t, errs.Erased, errs.CodeOf(err))
	_, ok, err = w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok, "the link goes with the record")
	require.False(t, w.rec("r2").State.Erased, "others stay")
	require.NotEmpty(t, w.caseOf("H-002"))
	require.Equal(t, errs.WithdrawalUnknown, errs.CodeOf(w.s.Withdraw(ctx, code)), "a second time there is nothing")
}

func TestErasureByAuthorAndByTwo(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	w.interview("r2", "dv_1", "H-002", nil)
	li, wang := survey.Actor{ID: "us_li"}, survey.Actor{ID: "us_wang"}
	require.Equal(t, errs.Forbidden, errs.CodeOf(w.s.EraseOwn(ctx, li, "r1", "")))
	require.Equal(t, errs.NotFound, errs.CodeOf(w.s.EraseOwn(ctx, wang, "r7", "")))
	require.NoError(t, w.s.EraseOwn(ctx, wang, "r1", ""))
	require.True(t, w.rec("r1").State.Erased)
	w.clock.Advance(25 * time.Hour)
	require.Equal(t, errs.Rule, errs.CodeOf(w.s.EraseOwn(ctx, wang, "r2", "")), "the edit window is over")
	require.False(t, w.rec("r2").State.Erased)

	_, err := w.s.RequestErasure(ctx, admin, nil, "x")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	_, err = w.s.RequestErasure(ctx, admin, []string{"r2"}, "")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	e, err := w.s.RequestErasure(ctx, admin, []string{"r2", "r7", "r2"}, "测试数据")
	require.NoError(t, err)
	require.Equal(t, []string{"r2", "r7"}, e.Records)
	require.False(t, w.rec("r2").State.Erased, "nothing is erased before a second person agrees")
	_, err = w.s.ConfirmErasure(ctx, admin, e.ID)
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	require.False(t, w.rec("r2").State.Erased)
	second := survey.Actor{ID: "us_admin2", Role: "admin"}
	e, err = w.s.ConfirmErasure(ctx, second, e.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"r7"}, e.Missing)
	require.True(t, w.rec("r2").State.Erased)
	_, err = w.s.ConfirmErasure(ctx, second, e.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	list, _, err := w.s.Erasures(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, []string{"us_admin", "us_admin2"}, []string{list[0].RequestedBy, list[0].ConfirmedBy})
}

func TestRestrictionStopsAllUseButStorage(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	w.interview("r1", "dv_1", "H-001", nil)
	require.Equal(t, int64(1), w.counted("s_road", "2"))
	n, err := w.s.Restrict(ctx, registrar, "H-001", true, "本人要求")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	rec := w.rec("r1")
	require.Equal(t, "restricted", rec.Status)
	require.Zero(t, w.counted("s_road", "2"), "it counts nowhere")
	require.False(t, rec.Open)
	v, err := w.s.Record(ctx, officer, "r1")
	require.NoError(t, err)
	require.True(t, v.Stub)
	require.Empty(t, v.Answers)
	_, err = w.s.Review(ctx, officer, survey.Review{Record: "r1", Ctx: v.Ctx, Decision: survey.Approve})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	n, err = w.s.Restrict(ctx, registrar, "H-001", false, "本人撤回")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "submitted", w.rec("r1").Status)
	require.Equal(t, int64(1), w.counted("s_road", "2"))
	_, err = w.s.Restrict(ctx, foreign, "H-001", true, "x")
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func TestLinksExpireWithAReceipt(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	no := w.caseOf("H-001")
	w.interview("r1", "dv_1", "H-001", map[string]string{"concern_txt": "说过的话"})
	_, err := w.s.CloseSurvey(ctx, "demo")
	require.NoError(t, err)
	done, err := w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Empty(t, done, "nothing is due on the day of closing")
	w.clock.Advance(29 * 24 * time.Hour)
	_, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	_, ok, err := w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.True(t, ok, "a day before its time the link is there")
	copied := w.copyOf("link.db")
	w.clock.Advance(24 * time.Hour)
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	var kinds []string
	for _, p := range done {
		require.Equal(t, "2026-12-23", p.Done)
		kinds = append(kinds, p.Kind)
	}
	require.ElementsMatch(t, []string{survey.PlanLinks, survey.PlanGPS}, kinds)
	require.Equal(t, done, w.receipts)
	i := slices.IndexFunc(done, func(p survey.Plan) bool { return p.Kind == survey.PlanLinks })
	require.Equal(t, 3, done[i].Count)
	_, ok, err = w.links.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok)
	// The copy taken before holds the rows; without the survey's key nothing opens them.
	old, err := linkdb.Open(copied, w.ring.Slots(keys.Registry), w.ring.Derive("link"), nil)
	require.NoError(t, err)
	n, err := old.Count(ctx, "demo")
	require.NoError(t, err)
	require.Equal(t, 3, n)
	_, ok, err = old.ByCase(ctx, no)
	require.NoError(t, err)
	require.False(t, ok, "an old copy of the file opens nothing")
	require.NoError(t, old.Close())
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Empty(t, done, "what is done is done once")

	w.clock.Advance(400 * 24 * time.Hour)
	done, err = w.s.RunDue(ctx)
	require.NoError(t, err)
	require.Len(t, done, 2)
	require.True(t, w.rec("r1").State.IsWithheld("concern_txt"))
	_, kept := w.rec("r1").State.Shown("s_road")
	require.True(t, kept)
	due, err := w.s.Plans(ctx, true)
	require.NoError(t, err)
	require.Equal(t, survey.PlanMicrodata, due[0].Kind, "what needs a person stays on the list")
	_, err = w.s.ConfirmPlan(ctx, admin, due[0].ID, "已处理")
	require.NoError(t, err)
	due, err = w.s.Plans(ctx, true)
	require.NoError(t, err)
	require.Empty(t, due)
}

// copyOf copies a database file as a backup would.
func (w *town) copyOf(name string) string {
	w.t.Helper()
	require.NoError(w.t, w.links.File().Checkpoint(context.Background()))
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	require.NoError(w.t, err)
	path := filepath.Join(w.t.TempDir(), name)
	require.NoError(w.t, os.WriteFile(path, b, 0o600))
	return path
}

func TestNoIdentityLiesReadableOnDisk(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	no := w.caseOf("H-001")
	require.NoError(t, w.frame.File().Checkpoint(ctx))
	require.NoError(t, w.links.File().Checkpoint(ctx))
	require.NoError(t, w.core.File().Checkpoint(ctx))
	var all []byte
	for _, name := range []string{"core.db", "registry.db", "link.db"} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		require.NoError(t, err)
		all = append(all, b...)
	}
	require.True(t, bytes.Contains(all, []byte("H-001")), "the scan finds what lies open")
	for _, word := range []string{"柳村1号院", "蓝门", no} {
		require.False(t, bytes.Contains(all, []byte(word)), word)
	}
	b, err := os.ReadFile(filepath.Join(w.dir, "link.db"))
	require.NoError(t, err)
	require.False(t, bytes.Contains(b, []byte("H-001")), "a household's code does not lie open beside its case")
}

func TestContactsAreSealedAndExpire(t *testing.T) {
	w := settled(t)
	ctx := context.Background()
	c, err := w.frame.PutContact(ctx, survey.Contact{Household: "H-001", Grid: gridA, Name: "某人", Phone: "13800000000", Purpose: "followup", Until: "2026-12-01"})
	require.NoError(t, err)
	list, _, err := w.frame.Contacts(ctx, street, "", 10)
	require.NoError(t, err)
	require.Equal(t, []survey.Contact{c}, list)
	list, _, err = w.frame.Contacts(ctx, "990101002", "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	n, err := w.frame.ExpireContacts(ctx, "2026-12-01")
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = w.frame.ExpireContacts(ctx, "2026-12-02")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, errs.NotFound, errs.CodeOf(w.frame.DeleteContact(ctx, c.ID)))
}
