package authtest

import (
	"slices"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Run holds a store against what package auth needs of one. open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) auth.Store) {
	for _, c := range []struct {
		name string
		test func(b *Bench)
	}{
		{"EnrolmentEndToEnd", enrolmentEndToEnd},
		{"OneOfFiftyUsesOfACodeWins", codeRace},
		{"CodesThatAreWorthNothing", deadCodes},
		{"LostEnrolmentReply", lostEnrolmentReply},
		{"FurtherPhone", furtherPhone},
		{"UsersAndLogins", usersAndLogins},
		{"KeysetPages", keysetPages},
		{"RevocationAndDrain", revocationAndDrain},
		{"GrantsHaveAHistory", grantHistory},
		{"RefreshRotation", refreshRotation},
		{"CertificateRefresh", certificateRefresh},
		{"Fork", fork},
		{"RestoreReadmits", restoreReadmits},
		{"AuditLog", auditLog},
		{"AuditUnderLoad", auditUnderLoad},
		{"PruneForgetsWhatIsOver", prune},
		{"AppUserByKey", appUserByKey},
		{"AppUserByPassword", appUserByPassword},
		{"AppUserEndsWithItsDevice", appUserEnds},
		{"EditGrants", editGrants},
		{"ResearchIsDated", researchIsDated},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(New(t, open(t))) })
	}
}

func (b *Bench) code(want errs.Code, err error) {
	b.T.Helper()
	require.Equal(b.T, want, errs.CodeOf(err), "%v", err)
}

func enrolmentEndToEnd(b *Bench) {
	require := require.New(b.T)
	e, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: "王 小明", Grids: []string{Grid2, Grid1, Grid1}})
	require.NoError(err)
	code := drawn.Code
	require.Equal([]string{Grid1, Grid2}, e.Grids)
	require.Equal(Street, e.Street)
	require.Equal(b.Clock.Now().Add(limits.EnrolmentTTL).UnixMilli(), e.Expires)
	require.Len(code, 26)
	u, err := b.UserByID(b.ctx(), e.Worker)
	require.NoError(err, "households can be assigned before the phone is in hand")
	require.Equal(auth.User{ID: e.Worker, Name: "王 小明", Role: auth.Worker, Area: Street, Created: e.Created, Changed: e.Created}, u)

	b.Clock.Advance(time.Hour)
	got, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: "  " + code[:13] + "-" + code[13:] + " ", Name: "红米", Platform: "Android 12"})
	require.NoError(err)
	require.Regexp("^dv_[0-9a-hjkmnp-tv-z]{12}$", got.Device.ID)
	require.Regexp("^rg_[0-9a-hjkmnp-tv-z]{12}$", got.Device.RegistryID)
	require.NotEqual(got.Device.ID[3:], got.Device.RegistryID[3:])
	require.Equal(e.Worker, got.Device.Worker)
	require.Equal("王 小明", got.Device.WorkerName)
	require.Equal([]string{Grid1, Grid2}, got.Device.Grids)
	require.Equal("active", got.Device.State())
	require.Equal(limits.AccessTTL, got.ExpiresIn)

	p, err := b.Authenticate(b.ctx(), got.Access)
	require.NoError(err)
	require.Equal(auth.Principal{UserID: e.Worker, Name: "王 小明", Role: auth.Worker, Area: Street, Device: got.Device.ID,
		RegistryDevice: got.Device.RegistryID, Street: Street, Grids: []string{Grid1, Grid2}, SessionID: p.SessionID}, p)
	byRegistry, err := b.DeviceByID(b.ctx(), got.Device.RegistryID)
	require.NoError(err)
	require.Equal(got.Device.ID, byRegistry.ID)

	c, err := b.ReadCertificate(got.Certificate)
	require.NoError(err)
	require.Equal([]string{Grid1, Grid2}, c.Grids())
	require.Equal(got.Device.ID, c.Device)
	require.LessOrEqual(len(got.Certificate), 4096)
}

func codeRace(b *Bench) {
	code := b.Code("race", Grid1)
	var wg gosync.WaitGroup
	var mu gosync.Mutex
	outcomes := map[errs.Code]int{}
	for range 50 {
		wg.Go(func() {
			_, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: code})
			mu.Lock()
			defer mu.Unlock()
			outcomes[errs.CodeOf(err)]++
		})
	}
	wg.Wait()
	require.Equal(b.T, map[errs.Code]int{"": 1, errs.CodeUsed: 49}, outcomes)
	list, _, err := b.Devices(b.ctx(), b.Admin(), auth.DeviceFilter{}, "")
	require.NoError(b.T, err)
	list = slices.DeleteFunc(list, func(d auth.DeviceInfo) bool { return d.Platform == auth.PlatformOpenRosa })
	require.Len(b.T, list, 1)
}

func deadCodes(b *Bench) {
	require := require.New(b.T)
	enrol := func(code string) error {
		_, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: code})
		return err
	}
	b.code(errs.CodeUnknown, enrol("7K2M9QF0T3V5X8ZB1C4DGHJNPR"))
	b.code(errs.CodeUnknown, enrol(""))
	b.code(errs.CodeUnknown, enrol("7K2M'; DROP TABLE users; --"))

	e, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: "a", Grids: []string{Grid1}})
	require.NoError(err)
	require.NoError(b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))
	require.NoError(b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))
	b.code(errs.CodeExpired, enrol(drawn.Code))
	b.code(errs.NotFound, b.RevokeEnrolment(b.ctx(), b.Admin(), "en_nobody"))

	_, drawn, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: "b", Grids: []string{Grid1}, TTL: time.Hour})
	require.NoError(err)
	b.Clock.Advance(time.Hour)
	b.code(errs.CodeExpired, enrol(drawn.Code))

	e, drawn, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: "c", Grids: []string{Grid1}, TTL: limits.EnrolmentMaxTTL})
	require.NoError(err)
	b.Clock.Advance(limits.EnrolmentMaxTTL - time.Millisecond)
	require.NoError(enrol(drawn.Code))
	b.code(errs.CodeUsed, enrol(drawn.Code))
	b.code(errs.CodeUsed, b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))

	for name, n := range map[string]auth.NewEnrolment{
		"too long":      {Name: "x", Grids: []string{Grid1}, TTL: limits.EnrolmentMaxTTL + time.Second},
		"negative":      {Name: "x", Grids: []string{Grid1}, TTL: -time.Hour},
		"two streets":   {Name: "x", Grids: []string{Grid1, Other}},
		"a village":     {Name: "x", Grids: []string{Grid1[:12]}},
		"letters":       {Name: "x", Grids: []string{"99010100120100x"}},
		"no grid":       {Name: "x"},
		"nobody":        {Grids: []string{Grid1}},
		"both":          {Name: "x", Worker: "us_x", Grids: []string{Grid1}},
		"control chars": {Name: "a\nb", Grids: []string{Grid1}},
	} {
		_, _, err := b.CreateEnrolment(b.ctx(), b.Admin(), n)
		require.Equal(errs.Invalid, errs.CodeOf(err), name)
	}
	office := b.User("office", auth.Admin, "990101002")
	_, _, err = b.CreateEnrolment(b.ctx(), b.Principal(office.Login), auth.NewEnrolment{Name: "x", Grids: []string{Grid1}})
	b.code(errs.OutOfArea, err)
}

func lostEnrolmentReply(b *Bench) {
	require := require.New(b.T)
	signer, err := NewSigner()
	require.NoError(err)
	key, err := signer.PublicKey()
	require.NoError(err)
	code := b.Code("a", Grid1)
	req := auth.EnrolRequest{Code: code, PublicKey: key}
	first, err := b.Enrol(b.ctx(), req)
	require.NoError(err)
	_, err = b.Enrol(b.ctx(), req)
	b.code(errs.CodeUsed, err) // without a signature anybody could say so

	at := b.At()
	req.Proof, err = signer.Sign("ruhu-enrol:"+code+":"+at, at)
	require.NoError(err)
	again, err := b.Enrol(b.ctx(), req)
	require.NoError(err)
	require.Equal(first.Device.ID, again.Device.ID)
	_, err = b.Enrol(b.ctx(), req)
	b.code(errs.StaleSignature, err)

	thief, err := NewSigner()
	require.NoError(err)
	at = b.At()
	req.Proof, err = thief.Sign("ruhu-enrol:"+code+":"+at, at)
	require.NoError(err)
	_, err = b.Enrol(b.ctx(), req)
	b.code(errs.TokenInvalid, err)
	req.PublicKey, err = thief.PublicKey()
	require.NoError(err)
	_, err = b.Enrol(b.ctx(), req)
	b.code(errs.CodeUsed, err)
}

func furtherPhone(b *Bench) {
	require := require.New(b.T)
	first := b.Phone("a", Grid1)
	_, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: first.Device.Worker, Street: Street})
	require.NoError(err)
	second, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: drawn.Code})
	require.NoError(err)
	require.Equal(first.Device.Worker, second.Device.Worker)
	require.NotEqual(first.Device.ID, second.Device.ID)
	require.Equal([]string{Grid1}, second.Device.Grids)

	// In another street the worker has other grids: each phone sees those of its own street only.
	_, drawn, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: first.Device.Worker, Grids: []string{Other}})
	require.NoError(err)
	third, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: drawn.Code})
	require.NoError(err)
	require.Equal([]string{Other}, third.Device.Grids)
	info, err := b.DeviceByID(b.ctx(), first.Device.ID)
	require.NoError(err)
	require.Equal([]string{Grid1}, info.Grids)
	require.False(info.EverGranted(Other))

	office := b.User("reviewer", auth.Reviewer, Street)
	_, _, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: office.ID, Grids: []string{Grid1}})
	b.code(errs.Rule, err)
	_, _, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: "us_nobody", Grids: []string{Grid1}})
	b.code(errs.NotFound, err)

	yes := true
	_, err = b.ChangeUser(b.ctx(), b.Admin(), first.Device.Worker, auth.UserChange{Disabled: &yes})
	require.NoError(err)
	_, _, err = b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: first.Device.Worker, Grids: []string{Grid1}})
	b.code(errs.Rule, err)
}

func usersAndLogins(b *Bench) {
	require := require.New(b.T)
	u := b.User("Office", auth.Reviewer, Street)
	_, err := b.CreateUser(b.ctx(), b.Admin(), auth.NewUser{Login: " ｏｆｆｉｃｅ ", Role: auth.Viewer, Area: "990101"})
	b.code(errs.Conflict, err)

	login := func(name, pw string) error {
		_, err := b.Login(b.ctx(), auth.LoginRequest{Login: name, Password: pw, IP: "192.0.2.1"})
		return err
	}
	require.NoError(login("OFFICE", Password))
	require.NoError(login("office", "ｗalk-every-house"))
	b.code(errs.BadCredentials, login("office", Password+" "))
	b.code(errs.BadCredentials, login("nobody", Password))

	r, err := b.Login(b.ctx(), auth.LoginRequest{Login: "office", Password: Password, Browser: true, IP: "192.0.2.1"})
	require.NoError(err)
	require.Empty(r.Access + r.Refresh)
	p, err := b.AuthenticateCookie(b.ctx(), r.Cookie)
	require.NoError(err)
	require.Equal(u.ID, p.UserID)
	require.True(p.Browser)
	require.NoError(b.CheckCSRF(p, r.CSRF))
	b.code(errs.CSRF, b.CheckCSRF(p, ""))
	other := b.Principal("office")
	b.code(errs.CSRF, b.CheckCSRF(other, r.CSRF))

	require.NoError(b.Logout(b.ctx(), p))
	_, err = b.AuthenticateCookie(b.ctx(), r.Cookie)
	b.code(errs.TokenExpired, err)
	_, err = b.AuthenticateCookie(b.ctx(), "x")
	b.code(errs.Unauthenticated, err)
	_, err = b.AuthenticateCookie(b.ctx(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	b.code(errs.Unauthenticated, err)

	next := "another long one here"
	_, err = b.ChangeUser(b.ctx(), b.Admin(), u.ID, auth.UserChange{Password: &next})
	require.NoError(err)
	b.code(errs.BadCredentials, login("office", Password))
	require.NoError(login("office", next))
	list, _, err := b.Sessions(b.ctx(), b.Admin(), u.ID, "", 0)
	require.NoError(err)
	require.Len(list, 1, "a new password ends every session")

	yes := true
	_, err = b.ChangeUser(b.ctx(), b.Admin(), u.ID, auth.UserChange{Disabled: &yes})
	require.NoError(err)
	b.code(errs.BadCredentials, login("office", next))
}

func keysetPages(b *Bench) {
	require := require.New(b.T)
	for i := range 7 {
		b.Phone(string(rune('a'+i)), Grid1)
		b.Clock.Advance(time.Second)
	}
	b.Phone("elsewhere", Other)
	b.Code("open", Grid2)
	seen := map[string]bool{}
	for cursor, n := "", 0; ; n++ {
		list, next, err := b.Devices(b.ctx(), b.Admin(), auth.DeviceFilter{Area: Street, Limit: 3}, cursor)
		require.NoError(err)
		for _, d := range list {
			require.False(seen[d.ID])
			require.Equal(Street, d.Street)
			seen[d.ID] = true
		}
		if cursor = next; next == "" {
			require.Equal(5, n)
			break
		}
	}
	require.Len(seen, 15, "seven phones, and what OpenRosa clients of eight enrolments would sign in with")

	created := int64(1 << 62)
	n := 0
	for cursor := ""; ; {
		list, next, err := b.Enrolments(b.ctx(), b.Admin(), auth.EnrolmentFilter{All: true, Limit: 4}, cursor)
		require.NoError(err)
		for _, e := range list {
			require.LessOrEqual(e.Created, created)
			created = e.Created
			n++
		}
		if cursor = next; next == "" {
			break
		}
	}
	require.Equal(9, n)
	open, _, err := b.Enrolments(b.ctx(), b.Admin(), auth.EnrolmentFilter{}, "")
	require.NoError(err)
	require.Len(open, 1)

	b.User("zoe", auth.Viewer, "990101")
	workers, next, err := b.Users(b.ctx(), b.Admin(), auth.UserFilter{Role: auth.Worker, Area: Street, Limit: 7}, "")
	require.NoError(err)
	require.Len(workers, 7)
	rest, _, err := b.Users(b.ctx(), b.Admin(), auth.UserFilter{Role: auth.Worker, Area: Street, Limit: 7}, next)
	require.NoError(err)
	require.Len(rest, 1)
	_, _, err = b.Users(b.ctx(), b.Admin(), auth.UserFilter{}, "!!")
	b.code(errs.Invalid, err)

	street := b.User("street", auth.Admin, "990101002")
	mine, _, err := b.Devices(b.ctx(), b.Principal(street.Login), auth.DeviceFilter{}, "")
	require.NoError(err)
	require.Len(mine, 2)
	_, _, err = b.Devices(b.ctx(), b.Principal(street.Login), auth.DeviceFilter{Area: Street}, "")
	b.code(errs.OutOfArea, err)
}
