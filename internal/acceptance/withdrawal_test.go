package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// A respondent brings the slip to the street office. The registrar types the code and sees nothing; the interview is gone
// from the server at once and from the worker's phone at its next pull.
func TestWithdrawalCodeErasesUnseen(t *testing.T) {
	s := start(t)
	h := s.handset(street1, "蒋十二")
	code, hash := withdrawalCode(t)
	id := h.interview(road, "1", words, "我不想再参加了", "@withdrawal", hash)
	h.sync()
	registrar := s.desk("registrar-1")
	registrar.Get("/v1/records/" + id).Problem("forbidden")
	s.desk("reviewer-1").Post("/v1/withdrawals", map[string]string{"code": code}).Problem("forbidden")

	wrong := []byte(code)
	wrong[7] = map[bool]byte{true: '1', false: '0'}[wrong[7] == '0']
	p := registrar.Post("/v1/withdrawals", map[string]string{"code": string(wrong)}).Problem("withdrawal-unknown")
	require.Contains(t, p.Hint, "check character")
	a := registrar.Post("/v1/withdrawals", map[string]string{"code": " " + strings.ToLower(code[:4]) + " " + code[4:]}).Want(204)
	require.Empty(t, a.Body)
	s.desk("reviewer-1").Get("/v1/records/" + id).Want(410).Problem("erased")
	require.True(t, s.state(id).Erased)

	require.Equal(t, "1", h.shown(id, road), "the phone has not heard yet")
	require.True(t, strings.Contains(h.everything(), "我不想再参加了"), "the way to look finds it before")
	h.sync()
	_, err := h.View(id)
	require.Equal(t, errs.Erased, errs.CodeOf(err))
	require.NotContains(t, h.Records(), id)
	_, err = h.Edit(id)
	require.Equal(t, errs.Erased, errs.CodeOf(err))
	require.False(t, strings.Contains(h.everything(), "我不想再参加了"), "nor in any byte of its folder")

	tries := 2
	for ; tries < limits.WithdrawalsPerHour; tries++ {
		registrar.Post("/v1/withdrawals", map[string]string{"code": "0000 0000 0000"}).Problem("withdrawal-unknown")
	}
	held := registrar.Post("/v1/withdrawals", map[string]string{"code": "0000 0000 0000"}).Want(429)
	held.Problem("too-many-requests")
	require.NotEmpty(t, held.Header.Get("Retry-After"))
	s.Clock.Advance(time.Hour + time.Minute)
	s.desk("registrar-1").Post("/v1/withdrawals", map[string]string{"code": code}).Problem("withdrawal-unknown")
	require.NotContains(t, s.Log.String(), code)
	t.Logf("erased by a code typed with blanks and in lower case, unseen; wrong code told apart; try %d of the hour refused until %s s later; phone's folder holds no word of it",
		tries+1, held.Header.Get("Retry-After"))
}
