package acceptance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/wire"
)

// A phone is revoked while it holds unsent work: it reads nothing from then on, what it has goes to quarantine, a reviewer
// lets it in, and after fourteen days nothing more is taken.
func TestRevokedPhoneDrainsIntoQuarantine(t *testing.T) {
	s := start(t)
	h, other := s.handset(street1, "冯八"), s.handset(street1, "陈九")
	known := h.interview(road, "1")
	h.sync()
	seen := other.interview(road, "2")
	other.sync()
	h.sync()
	require.Contains(t, h.Records(), seen, "coverage without answers")
	fresh := h.interview(road, "3", words, "没发出去的话")
	h.edit(known, road, "4")

	s.desk("admin").Do("DELETE", "/v1/devices/"+h.device(), map[string]string{"reason": "lost in the market"}).Want(204)
	pulls := len(s.link.exchanges())
	report := h.sync()
	require.Equal(t, 2, report.Push.Quarantined)
	require.True(t, h.Status().Revoked)
	require.Zero(t, h.Status().Unsent)
	require.Zero(t, h.Status().Records+h.Status().Stubs, "what the server had shown is gone from the phone")
	require.Empty(t, h.Items(wire.KindHousehold))
	for _, e := range s.link.exchanges()[pulls:] {
		if e.URI[:len("/v1/sync/pull")] == "/v1/sync/pull" {
			require.Equal(t, 403, e.Status)
		}
	}
	_, err := h.Pull(t.Context())
	require.Equal(t, errs.DeviceRevoked, errs.CodeOf(err))

	office := s.desk("reviewer-1")
	held := office.quarantine(street1)
	require.Len(t, held, 2)
	for _, q := range held {
		require.Equal(t, string(errs.RevokedDevice), q.Code)
		office.Get("/v1/records/" + fresh).Problem("not-found")
		require.Equal(t, "1", *office.record(known).Answers[road])
	}
	for _, q := range held {
		office.settle(q.ID, "release").Want(204)
	}
	require.Equal(t, "3", *office.record(fresh).Answers[road])
	require.Equal(t, "没发出去的话", *office.record(fresh).Answers[words])
	require.Equal(t, "4", *office.record(known).Answers[road])
	require.Equal(t, "revoked", string(s.desk("admin").devices()[h.device()].State))

	// The last day, and the day after.
	s.Clock.Advance(limits.DrainDays*24*time.Hour - time.Hour)
	late := h.interview(road, "1")
	h.sync()
	require.Len(t, s.desk("reviewer-1").quarantine(street1), 1)
	s.Clock.Advance(2 * time.Hour)
	tooLate := h.interview(road, "2")
	_, err = h.Sync(t.Context())
	require.Equal(t, errs.DeviceRevoked, errs.CodeOf(err))
	require.Equal(t, 1, h.Status().Unsent, "it keeps what was not taken")
	require.Len(t, s.desk("reviewer-1").quarantine(street1), 1)
	require.Nil(t, s.state(tooLate))

	// The office may give it more time.
	s.desk("reviewer-1").Post("/v1/devices/"+h.device()+"/drain", map[string]any{"until": s.Clock.Now().Add(24 * time.Hour)}).Want(204)
	h.settle(3)
	require.Len(t, s.desk("reviewer-1").quarantine(street1), 2)
	t.Logf("2 unsent sets in quarantine and released, pull answers 403, 1 more on the last day (%s), none after %d days (%s), again after more time was given",
		late, limits.DrainDays, tooLate)
}
