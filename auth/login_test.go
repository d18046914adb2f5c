package auth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

func try(b *authtest.Bench, login, pw, ip string) error {
	_, err := b.Login(b.T.Context(), auth.LoginRequest{Login: login, Password: pw, IP: ip})
	return err
}

func TestUnknownAndKnownNamesCostAndAnswerAlike(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("office", auth.Reviewer, authtest.Street)
	gone := b.User("gone", auth.Reviewer, authtest.Street)
	yes := true
	_, err := b.ChangeUser(t.Context(), b.Admin(), gone.ID, auth.UserChange{Disabled: &yes})
	require.NoError(t, err)
	_, err = b.CreateUser(t.Context(), b.Admin(), auth.NewUser{Login: "nopassword", Role: auth.Viewer, Area: "990101"})
	require.NoError(t, err)
	for i, name := range []string{"office", "nobody", "gone", "nopassword", "", strings.Repeat("x", 5000), "' OR 1=1 --"} {
		for _, pw := range []string{"wrong password here", "", strings.Repeat("x", 100_000), authtest.Password} {
			if name == "office" && pw == authtest.Password {
				continue
			}
			b.Clock.Advance(time.Second)
			before := auth.HashRuns(b.Service)
			err := try(b, name, pw, fmt.Sprintf("192.0.2.%d", i))
			require.Equal(t, errs.BadCredentials, errs.CodeOf(err))
			require.Equal(t, "login: refused", err.Error())
			require.Equal(t, int64(1), auth.HashRuns(b.Service)-before, "%q", name)
		}
	}
}

func TestAtMostAHundredTriesAnHourReachTheHash(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("office", auth.Reviewer, authtest.Street)
	for _, name := range []string{"office", "nobody"} {
		before := auth.HashRuns(b.Service)
		for i := range 10_000 {
			b.Clock.Advance(359 * time.Millisecond) // 10,000 in just under an hour
			err := try(b, name, "wrong password here", fmt.Sprintf("198.51.%d.%d", i/200, i%200))
			require.Contains(t, []errs.Code{errs.BadCredentials, errs.TooMany}, errs.CodeOf(err))
			if errs.CodeOf(err) == errs.TooMany {
				require.Positive(t, auth.RetryAfter(err))
			}
		}
		runs := auth.HashRuns(b.Service) - before
		require.LessOrEqual(t, runs, int64(limits.LoginPerAccountHour), name)
		require.Greater(t, runs, int64(90), name)
		b.Clock.Advance(time.Hour)
	}
	require.NoError(t, try(b, "office", authtest.Password, "192.0.2.1"))
}

func TestThrottleByPairAddressAndAll(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("office", auth.Reviewer, authtest.Street)
	wrong := func(name, ip string) errs.Code { return errs.CodeOf(try(b, name, "wrong password here", ip)) }

	for range limits.LoginPerAccount15m {
		require.Equal(t, errs.BadCredentials, wrong("office", "192.0.2.1"))
		b.Clock.Advance(time.Second)
	}
	require.Equal(t, errs.TooMany, wrong("office", "192.0.2.1"))
	require.Equal(t, errs.TooMany, errs.CodeOf(try(b, "office", authtest.Password, "192.0.2.1")), "the right password waits too")
	require.Equal(t, errs.TooMany, wrong("OFFICE ", "::ffff:192.0.2.1"), "the same account and address, written otherwise")
	require.Equal(t, errs.BadCredentials, wrong("office", "192.0.2.2"))
	b.Clock.Advance(15 * time.Minute)
	require.NoError(t, try(b, "office", authtest.Password, "192.0.2.1"))

	// IPv6: a /64 is one address.
	for i := range limits.LoginPerIPMinute {
		require.Equal(t, errs.BadCredentials, wrong(fmt.Sprint("a", i), fmt.Sprintf("2001:db8::%x", i)))
		b.Clock.Advance(time.Second)
	}
	require.Equal(t, errs.TooMany, wrong("b", "2001:db8::ffff"))
	require.Equal(t, errs.BadCredentials, wrong("b", "2001:db8:0:1::1"))

	// All together.
	b.Clock.Advance(time.Hour)
	codes := map[errs.Code]int{}
	for i := range 100 {
		codes[wrong(fmt.Sprint("c", i), fmt.Sprintf("203.0.113.%d", i))]++
	}
	require.Equal(t, limits.LoginGlobalSecond, codes[errs.BadCredentials])
	require.Equal(t, 100-limits.LoginGlobalSecond, codes[errs.TooMany])
}

func TestSuccessfulLoginsAreNotCounted(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("office", auth.Reviewer, authtest.Street)
	for range 200 {
		require.NoError(t, try(b, "office", authtest.Password, "192.0.2.1"))
		b.Clock.Advance(60 * time.Millisecond)
	}
}

func TestThrottleMemoryIsBounded(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	for i := range 60_000 {
		b.Clock.Advance(time.Second)
		_ = try(b, fmt.Sprint("name", i), "x", fmt.Sprintf("2001:db8:%x:%x::1", i>>16, i&0xffff))
		if i%1000 == 0 {
			require.NoError(t, b.Flush(t.Context()))
		}
	}
	require.LessOrEqual(t, auth.ThrottleSlots(b.Service), 3*1<<14)
}

func TestWeakerHashIsReplacedAtLogin(t *testing.T) {
	store := &authtest.Memory{}
	b := authtest.New(t, store)
	u := b.User("office", auth.Reviewer, authtest.Street)
	stronger, err := auth.New(auth.Config{Store: store, Clock: b.Clock, Keys: b.Keys, Issuer: "ruhu:test", Audience: "ruhu:api",
		Hash: auth.HashParams{MemoryKiB: 16, Passes: 2, Lanes: 1}})
	require.NoError(t, err)
	stored := func() string {
		var hash string
		require.NoError(t, store.View(t.Context(), func(r auth.Reader) error {
			full, err := r.User(u.ID)
			hash = full.Hash
			return err
		}))
		return hash
	}
	require.Contains(t, stored(), "$m=8,t=1,p=1$")
	_, err = stronger.Login(t.Context(), auth.LoginRequest{Login: "office", Password: authtest.Password, IP: "192.0.2.1"})
	require.NoError(t, err)
	require.Contains(t, stored(), "$m=16,t=2,p=1$")
	_, err = stronger.Login(t.Context(), auth.LoginRequest{Login: "office", Password: authtest.Password, IP: "192.0.2.1"})
	require.NoError(t, err)
}

func TestPasswordRules(t *testing.T) {
	for _, good := range []string{authtest.Password, "correct horse battery stapled!", "一二三四五六七八九十走过每一家门", strings.Repeat("不同的字", 2) + "还要更多才行啊", "Tr0ub4dor&3-and-more"} {
		require.NoError(t, auth.CheckPassword(good, "office"), good)
	}
	for name, bad := range map[string]string{
		"short": "short", "fourteen": "abcdefghijklmx"[:14], "long": strings.Repeat("ab1-", 65), "repeated": "aaaaaaaaaaaaaaaaaa", "piece": "abcabcabcabcabcabc",
		"sequence": "abcdefghijklmnopq", "down": "987654321098765432", "listed": "PasswordPassword", "listed with marks": "correct-horse-battery-staple",
		"listed full width": "ｗｏａｉｎｉ５２０１３１４５２０", "user name": "office-supervisor", "user name twice": "office-supervisor-office-supervisor",
		"bad utf-8": "walk-every-house\xff", "spaces": strings.Repeat(" ", 20),
	} {
		login := "office-supervisor"
		require.Equal(t, errs.WeakPassword, errs.CodeOf(auth.CheckPassword(bad, login)), name)
	}
}

func TestStoredHashesAreReadStrictly(t *testing.T) {
	good := "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	_, _, _, err := auth.ParsePHC(good)
	require.NoError(t, err)
	for _, bad := range []string{"", "x", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=8", "m=4294967295", 1),
		strings.Replace(good, "m=8", "m=08", 1), strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "p=1", "p=99", 1), good + "$x", good[:len(good)-4], strings.Replace(good, "AAAA$", "AA!A$", 1), strings.Replace(good, "AAAA$", "AAAB$", 1)} {
		_, _, _, err := auth.ParsePHC(bad)
		require.Equal(t, errs.Damaged, errs.CodeOf(err), bad)
	}
}

func TestDatedAccessEnds(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	u, err := b.CreateUser(t.Context(), b.Admin(), auth.NewUser{Login: "researcher", Role: auth.Researcher, Area: "990101", Password: authtest.Password,
		ValidUntil: b.Clock.Now().Add(time.Hour).UnixMilli()})
	require.NoError(t, err)
	r, err := b.Login(t.Context(), auth.LoginRequest{Login: "researcher", Password: authtest.Password, IP: "192.0.2.1"})
	require.NoError(t, err)
	b.Clock.Advance(time.Hour)
	_, err = b.Refresh(t.Context(), r.Refresh, false)
	require.Equal(t, errs.TokenExpired, errs.CodeOf(err))
	require.Equal(t, errs.BadCredentials, errs.CodeOf(try(b, "researcher", authtest.Password, "192.0.2.1")))
	later := b.Clock.Now().Add(time.Hour).UnixMilli()
	_, err = b.ChangeUser(t.Context(), b.Admin(), u.ID, auth.UserChange{ValidUntil: &later})
	require.NoError(t, err)
	require.NoError(t, try(b, "researcher", authtest.Password, "192.0.2.1"))
}

func TestAccountsWithinTheAskersAreaOnly(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("street", auth.Admin, authtest.Street)
	above := b.User("district", auth.Admin, "990101")
	by := b.Principal("street")
	for area, want := range map[string]errs.Code{"": errs.OutOfArea, "990101": errs.OutOfArea, "990101002": errs.OutOfArea, authtest.Street: "", authtest.Grid1[:12]: "", "9901": errs.Invalid} {
		_, err := b.CreateUser(t.Context(), by, auth.NewUser{Login: "n" + area, Role: auth.Viewer, Area: area})
		require.Equal(t, want, errs.CodeOf(err), area)
	}
	pw := "another long one here"
	_, err := b.ChangeUser(t.Context(), by, above.ID, auth.UserChange{Password: &pw})
	require.Equal(t, errs.OutOfArea, errs.CodeOf(err))
	up, role, yes := "990101", auth.Auditor, true
	_, err = b.ChangeUser(t.Context(), by, by.UserID, auth.UserChange{Area: &up})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	_, err = b.ChangeUser(t.Context(), by, by.UserID, auth.UserChange{Role: &role})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	_, err = b.ChangeUser(t.Context(), by, by.UserID, auth.UserChange{Disabled: &yes})
	require.Equal(t, errs.Rule, errs.CodeOf(err))
	for _, login := range []string{"", "a b", "a/b", "a\x00b", strings.Repeat("x", 65), "<script>"} {
		_, err := b.CreateUser(t.Context(), b.Admin(), auth.NewUser{Login: login, Role: auth.Viewer, Area: "990101"})
		require.Equal(t, errs.Invalid, errs.CodeOf(err), login)
	}
	_, err = b.CreateUser(t.Context(), b.Admin(), auth.NewUser{Login: "x", Role: "root", Area: "990101"})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.Equal(t, errs.Forbidden, errs.CodeOf(b.EndSession(t.Context(), auth.Principal{UserID: "us_x", Role: auth.Viewer}, by.SessionID)))
}

func TestChangeOwnPassword(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	b.User("office", auth.Reviewer, authtest.Street)
	p := b.Principal("office")
	change := func(old, new string) errs.Code {
		return errs.CodeOf(b.ChangeOwnPassword(t.Context(), p, old, new, "192.0.2.1"))
	}
	require.Equal(t, errs.BadCredentials, change("wrong", "another long one here"))
	require.Equal(t, errs.WeakPassword, change(authtest.Password, "short"))
	require.Empty(t, change(authtest.Password, "another long one here"))
	require.NoError(t, try(b, "office", "another long one here", "192.0.2.1"))
}
