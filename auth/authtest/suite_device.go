package authtest

import (
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

const day = 24 * time.Hour

func revocationAndDrain(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	p, err := b.Authenticate(b.ctx(), phone.Access)
	require.NoError(err)
	require.NoError(auth.Authorize(p, auth.SyncPull, ""))

	require.NoError(b.RevokeDevice(b.ctx(), b.Admin(), phone.Device.RegistryID, "lost"))
	p, err = b.Authenticate(b.ctx(), phone.Access)
	require.NoError(err, "it may still push")
	require.True(p.PushOnly)
	require.Equal(errs.RevokedDevice, p.Held)
	require.NoError(auth.Authorize(p, auth.SyncPush, ""))
	b.code(errs.DeviceRevoked, auth.Authorize(p, auth.SyncPull, ""))

	// Both ways to a new token give a push-only one.
	r, err := b.Refresh(b.ctx(), phone.Refresh, false)
	require.NoError(err)
	require.True(r.Principal.PushOnly)
	r, err = phone.ByCertificate()
	require.NoError(err)
	require.True(r.Principal.PushOnly)

	b.Clock.Advance(limits.DrainDays*day - time.Minute)
	r, err = phone.ByCertificate()
	require.NoError(err)
	require.NoError(b.ProlongDrain(b.ctx(), b.Admin(), phone.Device.ID, b.Clock.Now().Add(30*day)))
	b.code(errs.Invalid, b.ProlongDrain(b.ctx(), b.Admin(), phone.Device.ID, b.Clock.Now().Add(200*day)))
	b.Clock.Advance(29 * day)
	r, err = phone.ByCertificate()
	require.NoError(err)
	b.Clock.Advance(2 * day)
	_, err = phone.ByCertificate()
	b.code(errs.DeviceRevoked, err)
	_, err = phone.Fork("")
	b.code(errs.DeviceRevoked, err)
	_, err = b.Authenticate(b.ctx(), r.Access)
	b.code(errs.TokenExpired, err)

	info, err := b.DeviceByID(b.ctx(), phone.Device.ID)
	require.NoError(err)
	require.Equal("revoked", info.State())
	require.False(info.MayPush)
	require.Equal("lost", info.Reason)
	live := b.Phone("b", Grid1)
	b.code(errs.Rule, b.ProlongDrain(b.ctx(), b.Admin(), live.Device.ID, b.Clock.Now().Add(day)))
	b.code(errs.NotFound, b.RevokeDevice(b.ctx(), b.Admin(), "dv_nobody", "x"))
	street := b.User("street", auth.Admin, "990101002")
	b.code(errs.OutOfArea, b.RevokeDevice(b.ctx(), b.Principal(street.Login), live.Device.ID, "x"))
	reviewer := b.User("reviewer", auth.Reviewer, Street)
	b.code(errs.Forbidden, b.RevokeDevice(b.ctx(), b.Principal(reviewer.Login), live.Device.ID, "x"))

	// A worker whose account ends drains likewise, on every phone.
	yes := true
	_, err = b.ChangeUser(b.ctx(), b.Admin(), live.Device.Worker, auth.UserChange{Disabled: &yes})
	require.NoError(err)
	p, err = b.Authenticate(b.ctx(), live.Access)
	require.NoError(err)
	require.True(p.PushOnly)
	require.Equal(errs.RevokedDevice, p.Held)
}

func grantHistory(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	b.Clock.Advance(time.Hour)
	c, err := b.ChangeGrants(b.ctx(), b.Admin(), phone.Device.Worker, []string{Grid2, Grid3, Grid1}, nil)
	require.NoError(err)
	require.Equal([]string{Grid2, Grid3}, c.Granted)
	b.Clock.Advance(time.Hour)
	c, err = b.ChangeGrants(b.ctx(), b.Admin(), phone.Device.Worker, nil, []string{Grid1, Other})
	require.NoError(err)
	require.Equal([]string{Grid1}, c.Withdrawn)

	r, err := b.Refresh(b.ctx(), phone.Refresh, false)
	require.NoError(err)
	require.Equal([]string{Grid2, Grid3}, r.Principal.Grids)
	info, err := b.DeviceByID(b.ctx(), phone.Device.ID)
	require.NoError(err)
	require.True(info.EverGranted(Grid1))
	require.False(info.EverGranted(Other))
	require.Len(info.History, 3)
	require.Equal(c.At, info.History[0].Until)

	b.Clock.Advance(time.Hour)
	_, err = b.ChangeGrants(b.ctx(), b.Admin(), phone.Device.Worker, []string{Grid1}, nil)
	require.NoError(err)
	info, err = b.DeviceByID(b.ctx(), phone.Device.ID)
	require.NoError(err)
	require.Len(info.History, 4, "a second grant of a grid is a further one")
	require.Equal([]string{Grid1, Grid2, Grid3}, info.Grids)

	street := b.User("street", auth.Admin, Street)
	_, err = b.ChangeGrants(b.ctx(), b.Principal(street.Login), phone.Device.Worker, []string{Other}, nil)
	b.code(errs.OutOfArea, err)
	_, err = b.ChangeGrants(b.ctx(), b.Admin(), street.ID, []string{Grid1}, nil)
	b.code(errs.Rule, err)
}

func refreshRotation(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	t1 := phone.Refresh
	r2, err := b.Refresh(b.ctx(), t1, false)
	require.NoError(err)

	// The reply was lost three times, over an hour on a bad line: the same successor each time.
	for range 3 {
		b.Clock.Advance(20 * time.Minute)
		again, err := b.Refresh(b.ctx(), t1, false)
		require.NoError(err)
		require.Equal(r2.Refresh, again.Refresh)
	}
	// An access token that came with the successor was used: the reply did arrive. The grace of a minute is long over.
	r, err := b.Refresh(b.ctx(), t1, false)
	require.NoError(err)
	_, err = b.Authenticate(b.ctx(), r.Access)
	require.NoError(err)
	_, err = b.Refresh(b.ctx(), t1, false)
	b.code(errs.TokenReused, err)
	_, err = b.Refresh(b.ctx(), r2.Refresh, false)
	b.code(errs.TokenReused, err)

	// The session is over for reading, but never the right to push.
	p, err := b.Authenticate(b.ctx(), r.Access)
	require.NoError(err)
	require.True(p.PushOnly)
	require.Equal(errs.RevokedDevice, p.Held)
	drain, err := b.Refresh(b.ctx(), r2.Refresh, true)
	require.NoError(err)
	require.Empty(drain.Refresh)
	require.True(drain.Principal.PushOnly)
	b.Clock.Advance(limits.DrainDays * day)
	_, err = b.Refresh(b.ctx(), r2.Refresh, true)
	b.code(errs.TokenReused, err)

	// Its certificate opens a new session.
	r, err = phone.ByCertificate()
	require.NoError(err)
	require.False(r.Principal.PushOnly)
	require.Empty(r.Principal.Held)

	// A successor that was spent itself proves that it arrived, within the minute too.
	t1 = r.Refresh
	r2, err = b.Refresh(b.ctx(), t1, false)
	require.NoError(err)
	_, err = b.Refresh(b.ctx(), r2.Refresh, false)
	require.NoError(err)
	_, err = b.Refresh(b.ctx(), t1, false)
	b.code(errs.TokenReused, err)

	// Within a minute a repeat is answered even when the successor's access token was used: two requests crossed.
	r, err = phone.ByCertificate()
	require.NoError(err)
	t1 = r.Refresh
	r2, err = b.Refresh(b.ctx(), t1, false)
	require.NoError(err)
	_, err = b.Authenticate(b.ctx(), r2.Access)
	require.NoError(err)
	b.Clock.Advance(limits.RefreshGrace)
	r3, err := b.Refresh(b.ctx(), t1, false)
	require.NoError(err)
	require.Equal(r2.Refresh, r3.Refresh)
	b.Clock.Advance(time.Millisecond)
	_, err = b.Refresh(b.ctx(), t1, false)
	b.code(errs.TokenReused, err)

	// Two months of silence end a token, half a year a session, and an inventor gets nowhere.
	r, err = phone.ByCertificate()
	require.NoError(err)
	b.Clock.Advance(limits.RefreshTTL)
	_, err = b.Refresh(b.ctx(), r.Refresh, false)
	b.code(errs.TokenExpired, err)
	_, err = b.Refresh(b.ctx(), r.Refresh, true)
	require.NoError(err, "an old token still pushes")
	for _, bad := range []string{"", "rt_", "rt_AAAA", r.Refresh + "A", r.Refresh[:len(r.Refresh)-1] + "!", phone.Access} {
		_, err = b.Refresh(b.ctx(), bad, false)
		b.code(errs.TokenInvalid, err)
	}
}

func certificateRefresh(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	r, err := phone.ByCertificate()
	require.NoError(err)
	_, err = b.Authenticate(b.ctx(), r.Access)
	require.NoError(err)
	_, err = b.Refresh(b.ctx(), phone.Refresh, false)
	b.code(errs.TokenExpired, err)

	at := b.At()
	proof := phone.Proof(at)
	refresh := func(cert string, proof auth.Proof) error {
		_, err := b.RefreshByCertificate(b.ctx(), cert, proof, "", "")
		return err
	}
	require.NoError(refresh(phone.Certificate, proof))
	b.code(errs.StaleSignature, refresh(phone.Certificate, proof))
	b.Restart(b.Store)
	b.code(errs.StaleSignature, refresh(phone.Certificate, proof))

	for name, shift := range map[string]time.Duration{"old": -6 * time.Minute, "future": 6 * time.Minute, "years": -20 * 365 * day} {
		at := b.Clock.Now().Add(shift).Format(time.RFC3339Nano)
		require.Equal(errs.StaleSignature, errs.CodeOf(refresh(phone.Certificate, phone.Proof(at))), name)
	}
	b.code(errs.StaleSignature, refresh(phone.Certificate, phone.Proof("yesterday")))

	other := b.Phone("b", Grid1)
	b.code(errs.TokenInvalid, refresh(phone.Certificate, other.Proof(b.At())))
	b.code(errs.TokenInvalid, refresh(other.Certificate, phone.Proof(b.At())))
	at = b.At()
	forFork, err := phone.Signer.Sign("ruhu-fork:"+phone.Device.ID+":"+at+":", at)
	require.NoError(err)
	b.code(errs.TokenInvalid, refresh(phone.Certificate, forFork))
	b.code(errs.TokenInvalid, refresh(phone.Certificate, auth.Proof{At: b.At()}))
	half := phone.Certificate[:len(phone.Certificate)/2]
	for _, cert := range []string{"", "rc1.", half, phone.Certificate + "A", "rc1" + phone.Certificate, phone.Access} {
		b.code(errs.TokenInvalid, refresh(cert, phone.Proof(b.At())))
	}
	keyless, err := b.Enrol(b.ctx(), auth.EnrolRequest{Code: b.Code("c", Grid1)})
	require.NoError(err)
	b.code(errs.TokenInvalid, refresh(keyless.Certificate, phone.Proof(b.At())))
}

func fork(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	signer, err := NewSigner()
	require.NoError(err)
	key, err := signer.PublicKey()
	require.NoError(err)
	e, err := phone.Fork(key)
	require.NoError(err)
	require.NotEqual(phone.Device.ID, e.Device.ID)
	require.NotEqual(phone.Device.RegistryID, e.Device.RegistryID)
	require.Equal(phone.Device.ID, e.Device.ForkOf)
	require.Equal(phone.Device.Worker, e.Device.Worker)
	require.Equal(phone.Device.Street, e.Device.Street)
	require.Equal([]string{Grid1}, e.Device.Grids)
	require.Equal("active", e.Device.State())
	_, err = (&Phone{e, signer, b}).ByCertificate()
	require.NoError(err, "the new key counts")
	_, err = phone.ByCertificate()
	require.NoError(err, "the other clone goes on")
	log, _, err := b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{Object: e.Device.ID}, "")
	require.NoError(err)
	require.Equal("devices.fork", log[0].Action)

	require.NoError(b.RevokeDevice(b.ctx(), b.Admin(), phone.Device.ID, "stolen"))
	e, err = phone.Fork("")
	require.NoError(err)
	require.Equal("revoked", e.Device.State(), "a revoked phone cannot shake it off")
	require.True(e.Principal.PushOnly)

	other := b.Phone("b", Grid1)
	var last error
	for i := 0; i < 40 && last == nil; i++ {
		_, last = other.Fork("")
	}
	b.code(errs.TooMany, last)
	b.Clock.Advance(25 * time.Hour)
	_, err = other.Fork("")
	require.NoError(err)
}

func restoreReadmits(b *Bench) {
	require := require.New(b.T)
	before := b.Phone("before", Grid1)
	lost := b.Phone("lost", Grid1)
	mem, ok := b.Store.(interface{ Backup() auth.Store })
	if !ok {
		b.T.Fatal("the store under test has no Backup() auth.Store")
	}
	backup, second := mem.Backup(), mem.Backup()
	after := b.Phone("after", Grid2, Grid3)
	gone := b.Phone("gone", Grid1)
	require.NoError(b.RevokeDevice(b.ctx(), b.Admin(), gone.Device.ID, "stolen"))
	require.NoError(b.RevokeDevice(b.ctx(), b.Admin(), lost.Device.ID, "lost"))
	require.NoError(b.ProlongDrain(b.ctx(), b.Admin(), lost.Device.ID, b.Clock.Now().Add(30*day)))
	_, err := b.ChangeGrants(b.ctx(), b.Admin(), after.Device.Worker, nil, []string{Grid3})
	require.NoError(err)
	_, err = b.ChangeGrants(b.ctx(), b.Admin(), before.Device.Worker, []string{Grid2}, []string{Grid1})
	require.NoError(err)
	rotated, err := b.Refresh(b.ctx(), before.Refresh, false)
	require.NoError(err)

	b.Restart(backup)
	for range 2 {
		require.NoError(b.Replay(b.ctx(), b.Journal.Entries))
	}
	// A session of before goes on although its token is of a generation the backup never saw.
	r, err := b.Refresh(b.ctx(), rotated.Refresh, false)
	require.NoError(err)
	require.False(r.Principal.PushOnly)
	require.Empty(r.Principal.Grids, "the withdrawal outlived the database, the grant did not")

	// A device revoked since is revoked, for as long as it may drain.
	info, err := b.DeviceByID(b.ctx(), lost.Device.ID)
	require.NoError(err)
	require.Equal("revoked", info.State())
	require.Equal(b.Clock.Now().Add(30*day).Truncate(time.Minute), time.UnixMilli(info.DrainUntil).UTC().Truncate(time.Minute))

	// A device enrolled since is re-admitted, and waits.
	_, err = b.Authenticate(b.ctx(), after.Access)
	b.code(errs.TokenInvalid, err)
	r, err = after.ByCertificate()
	require.NoError(err)
	require.Equal(after.Device.ID, r.Principal.Device)
	require.Equal(after.Device.RegistryID, r.Principal.RegistryDevice)
	require.Equal(errs.UnconfirmedDevice, r.Principal.Held)
	require.True(r.Principal.PushOnly)
	require.Equal("after", r.Principal.Name)
	require.Equal([]string{Grid2}, r.Principal.Grids)
	info, err = b.DeviceByID(b.ctx(), after.Device.ID)
	require.NoError(err)
	require.Equal("unconfirmed", info.State())
	require.NoError(b.ConfirmDevice(b.ctx(), b.Admin(), after.Device.ID))
	p, err := b.Authenticate(b.ctx(), r.Access)
	require.NoError(err)
	require.False(p.PushOnly)
	require.Empty(p.Held)

	// A revoked one stays revoked although the database never knew it.
	r, err = gone.ByCertificate()
	require.NoError(err)
	require.Equal(errs.RevokedDevice, r.Principal.Held)
	require.NoError(b.ConfirmDevice(b.ctx(), b.Admin(), gone.Device.ID))
	p, err = b.Authenticate(b.ctx(), r.Access)
	require.NoError(err)
	require.Equal(errs.RevokedDevice, p.Held)

	// A fork right after the restore works too, and is as unconfirmed.
	b.Restart(second)
	require.NoError(b.Replay(b.ctx(), b.Journal.Entries))
	e, err := after.Fork("")
	require.NoError(err)
	require.Equal("unconfirmed", e.Device.State())
	require.Equal(after.Device.ID, e.Device.ForkOf)
}

func prune(b *Bench) {
	require := require.New(b.T)
	phone := b.Phone("a", Grid1)
	b.User("office", auth.Viewer, "990101")
	p := b.Principal("office")
	b.Clock.Advance(limits.OfficeSessionTTL)
	_, err := b.AuthenticateCookie(b.ctx(), "x")
	b.code(errs.Unauthenticated, err)
	require.NoError(b.Maintain(b.ctx()))
	require.NoError(b.Store.View(b.ctx(), func(r auth.Reader) error {
		_, err := r.Session(p.SessionID)
		return err
	}), "kept for a while")
	b.Clock.Advance(60 * day)
	require.NoError(b.Maintain(b.ctx()))
	b.code(errs.NotFound, b.Store.View(b.ctx(), func(r auth.Reader) error {
		_, err := r.Session(p.SessionID)
		return err
	}))
	_, err = phone.ByCertificate()
	require.NoError(err)
}
