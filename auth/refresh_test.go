package auth_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// A phone on a bad line refreshes, loses replies, repeats, uses what arrived; now and then somebody plays an old token.
// The model: the phone alone is never locked out, and an old token played after its successor was used ends the session.
func TestRefreshRotationWithLostReplies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := authtest.New(t, &authtest.Memory{})
		phone := b.Phone("a", authtest.Grid1)
		held := phone.Refresh             // what the phone has on disk
		issued := []string{phone.Refresh} // every token ever, in order; the last is the server's live one
		used := false                     // something issued with the live token reached the phone and was used
		rotated := b.Clock.Now()
		steps := rapid.IntRange(1, 25).Draw(rt, "steps")
		for range steps {
			switch rapid.SampledFrom([]string{"refresh", "refresh", "lost", "lost", "wait", "long wait", "restart", "play old"}).Draw(rt, "step") {
			case "wait":
				b.Clock.Advance(time.Duration(rapid.IntRange(1, 59).Draw(rt, "s")) * time.Second)
			case "long wait":
				b.Clock.Advance(time.Duration(rapid.IntRange(2, 600).Draw(rt, "min")) * time.Minute)
			case "restart":
				require.NoError(rt, b.Flush(rt.Context()))
				b.Restart(b.Store)
			case "refresh", "lost":
				lost := rapid.Bool().Draw(rt, "lost")
				live := issued[len(issued)-1]
				r, err := b.Refresh(rt.Context(), held, false)
				require.NoError(rt, err, "the phone is locked out")
				if held == live {
					issued, used, rotated = append(issued, r.Refresh), false, b.Clock.Now()
				} else {
					require.Equal(rt, live, r.Refresh, "a repeat gets the same successor")
				}
				if lost {
					continue
				}
				held = r.Refresh
				_, err = b.Authenticate(rt.Context(), r.Access)
				require.NoError(rt, err)
				used = true
			case "play old":
				if len(issued) < 2 {
					continue
				}
				i := rapid.IntRange(0, len(issued)-2).Draw(rt, "which")
				grace := i == len(issued)-2 && (!used || b.Clock.Now().Sub(rotated) <= limits.RefreshGrace)
				r, err := b.Refresh(rt.Context(), issued[i], false)
				if grace {
					require.NoError(rt, err)
					require.Equal(rt, issued[len(issued)-1], r.Refresh)
					continue
				}
				require.Equal(rt, errs.TokenReused, errs.CodeOf(err))
				for _, token := range issued {
					_, err := b.Refresh(rt.Context(), token, false)
					require.Contains(rt, []errs.Code{errs.TokenReused, errs.TokenInvalid}, errs.CodeOf(err))
				}
				drain, err := b.Refresh(rt.Context(), held, true)
				require.NoError(rt, err, "never the right to push")
				require.True(rt, drain.Principal.PushOnly)
				r, err = phone.ByCertificate()
				require.NoError(rt, err)
				held, issued, used, rotated = r.Refresh, []string{r.Refresh}, false, b.Clock.Now()
			}
		}
	})
}

func TestTwoRequestsWithOneTokenGetOneSuccessor(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	got := make(chan string, 20)
	for range 20 {
		go func() {
			r, err := b.Refresh(t.Context(), phone.Refresh, false)
			if err != nil {
				t.Error(err)
			}
			got <- r.Refresh
		}()
	}
	first := <-got
	for range 19 {
		require.Equal(t, first, <-got)
	}
}

func TestInventedTokensNeitherEnterNorEndASession(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	r, err := b.Refresh(t.Context(), phone.Refresh, false)
	require.NoError(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(r.Refresh, "rt_"))
	require.NoError(t, err)
	for i := range raw {
		for _, flip := range []byte{1, 0x80} {
			bad := append([]byte(nil), raw...)
			bad[i] ^= flip
			for _, push := range []bool{false, true} {
				_, err := b.Refresh(t.Context(), "rt_"+base64.RawURLEncoding.EncodeToString(bad), push)
				require.Equal(t, errs.TokenInvalid, errs.CodeOf(err), "byte %d", i)
			}
		}
	}
	_, err = b.Refresh(t.Context(), r.Refresh, false)
	require.NoError(t, err)
}

func TestLastContactIsWrittenInBatches(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	before := phone.Device.LastSeen
	b.Clock.Advance(time.Minute)
	_, err := b.Authenticate(t.Context(), phone.Access)
	require.NoError(t, err)
	seen := func() int64 {
		list, _, err := b.Devices(t.Context(), b.Admin(), auth.DeviceFilter{}, "")
		require.NoError(t, err)
		i := slices.IndexFunc(list, func(d auth.DeviceInfo) bool { return d.ID == phone.Device.ID })
		return list[i].LastSeen
	}
	require.Equal(t, before, seen())
	require.NoError(t, b.Flush(t.Context()))
	require.Equal(t, b.Clock.Now().UnixMilli(), seen())
}
