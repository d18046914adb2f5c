package authtest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// App draws an app user for a new worker.
func (b *Bench) App(name string, grids ...string) (auth.Enrolment, auth.AppCredentials) {
	b.T.Helper()
	e, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Name: name, Grids: grids})
	require.NoError(b.T, err)
	return e, drawn.App
}

func appUserByKey(b *Bench) {
	require := require.New(b.T)
	e, app := b.App("李 秀", Grid2, Grid1)
	require.Regexp("^[0-9a-hjkmnp-tv-z]{40}$", app.Key)
	before, err := b.DeviceByID(b.ctx(), app.Device)
	require.NoError(err)
	require.Empty(before.Grids, "grids are granted at first use, as with a code")
	require.Equal(auth.PlatformOpenRosa, before.Platform)

	p, err := b.AuthenticateAppKey(b.ctx(), strings.ToUpper(app.Key))
	require.NoError(err, "clients change the case of addresses")
	require.Equal(auth.Principal{UserID: e.Worker, Name: "李 秀", Role: auth.Worker, Area: Street, Device: app.Device,
		RegistryDevice: before.RegistryID, Street: Street, Grids: []string{Grid1, Grid2}}, p)
	again, err := b.AuthenticateAppKey(b.ctx(), app.Key)
	require.NoError(err)
	require.Equal(p, again)
	info, err := b.DeviceByID(b.ctx(), app.Device)
	require.NoError(err)
	require.Len(info.History, 2, "once")
	seen := info.LastSeen
	require.Equal(b.Clock.Now().UnixMilli(), seen)
	b.Clock.Advance(time.Hour)
	_, err = b.AuthenticateAppKey(b.ctx(), app.Key)
	require.NoError(err)
	info, err = b.DeviceByID(b.ctx(), app.Device)
	require.NoError(err)
	require.Equal(b.Clock.Now().UnixMilli(), info.LastSeen)

	for _, bad := range []string{"", "x", app.Key[1:], app.Key + "0", strings.Replace(app.Key, app.Key[:1], "u", 1), app.Key[:39] + "é", "../" + app.Key[3:]} {
		_, err := b.AuthenticateAppKey(b.ctx(), bad)
		b.code(errs.Unauthenticated, err)
	}
	_, err = b.AuthenticateAppKey(b.ctx(), strings.Repeat("0", 40))
	b.code(errs.Forbidden, err)

	// A service that starts anew on the same store and keys knows them.
	b.Restart(b.Store)
	_, err = b.AuthenticateAppKey(b.ctx(), app.Key)
	require.NoError(err)
	_, err = b.AuthenticateAppPassword(b.ctx(), app.Username, app.Password)
	require.NoError(err)

	// A further phone's: the worker's grids of a street, none of its own.
	_, drawn, err := b.CreateEnrolment(b.ctx(), b.Admin(), auth.NewEnrolment{Worker: e.Worker, Street: Street})
	require.NoError(err)
	p, err = b.AuthenticateAppKey(b.ctx(), drawn.App.Key)
	require.NoError(err)
	require.Equal([]string{Grid1, Grid2}, p.Grids)
	require.NotEqual(app.Key, drawn.App.Key)
}

func appUserByPassword(b *Bench) {
	require := require.New(b.T)
	_, app := b.App("a", Grid1)
	p, err := b.AuthenticateAppPassword(b.ctx(), app.Username, app.Password)
	require.NoError(err)
	require.Equal(app.Device, p.Device)
	for _, bad := range [][2]string{{app.Username, app.Password + "x"}, {app.Username, ""}, {"nobody", app.Password}, {strings.Repeat("x", 4000), "x"}, {"", ""}} {
		_, err := b.AuthenticateAppPassword(b.ctx(), bad[0], bad[1])
		b.code(errs.Unauthenticated, err)
	}
	office := b.User("office", auth.Admin, Street)
	_, err = b.AuthenticateAppPassword(b.ctx(), office.Login, Password)
	b.code(errs.Unauthenticated, err)

	const target = "/openrosa/formList?deviceID=collect%3Aa&formID=%E5%86%9C"
	d := Digest{Username: app.Username, Password: app.Password, Method: "GET", URI: target}
	d.Challenge, err = b.DigestChallenge(false)
	require.NoError(err)
	try := func(d Digest, method string) error {
		_, err := b.AuthenticateAppDigest(b.ctx(), auth.DigestRequest{Header: d.Header(), Method: method, Target: target})
		return err
	}
	with := func(change func(d *Digest)) Digest {
		other := d
		change(&other)
		return other
	}
	require.NoError(try(d, "GET"))
	require.NoError(try(d, "GET"), "a challenge is used again")
	require.NoError(try(with(func(d *Digest) { d.Method = "POST" }), "POST"), "and for another method")
	require.NoError(try(with(func(d *Digest) { d.NoQOP = true }), "GET"))
	require.NoError(try(with(func(d *Digest) { d.URI = "https://ruhu.example/prefix" + target }), "GET"))
	for name, bad := range map[string]Digest{
		"method":   with(func(d *Digest) { d.Method = "HEAD" }),
		"password": with(func(d *Digest) { d.Password += "x" }),
		"user":     with(func(d *Digest) { d.Username = "nobody" }),
		"uri":      with(func(d *Digest) { d.URI = "/openrosa/formList" }),
		"nonce":    with(func(d *Digest) { d.Challenge = strings.Replace(d.Challenge, `nonce="`, `nonce="A`, 1) }),
		"realm":    with(func(d *Digest) { d.Challenge = strings.Replace(d.Challenge, `realm="ruhu"`, `realm="other"`, 1) }),
	} {
		err := try(bad, "GET")
		require.Equal(errs.Unauthenticated, errs.CodeOf(err), name)
		require.False(auth.StaleNonce(err), name)
	}
	for _, header := range []string{"", "Digest", "Digest x", `Digest username="a", username="b"`, `Digest username="a`, "Bearer x", "Digest " + strings.Repeat("a=b,", 9000)} {
		_, err := b.AuthenticateAppDigest(b.ctx(), auth.DigestRequest{Header: header, Method: "GET", Target: target})
		b.code(errs.Unauthenticated, err)
	}

	b.Clock.Advance(limits.DigestNonce + time.Second)
	err = try(d, "GET")
	b.code(errs.Unauthenticated, err)
	require.True(auth.StaleNonce(err))
	require.False(auth.StaleNonce(try(with(func(d *Digest) { d.Password += "x" }), "GET")), "stale says that the password was right")
	require.NoError(try(with(func(d *Digest) { d.Method = "POST" }), "POST"), "a body may take long")
	b.Clock.Advance(limits.DigestNonceBody)
	require.True(auth.StaleNonce(try(with(func(d *Digest) { d.Method = "POST" }), "POST")))
	fresh, err := b.DigestChallenge(true)
	require.NoError(err)
	require.Contains(fresh, "stale=true")
	require.NoError(try(with(func(d *Digest) { d.Challenge = fresh }), "GET"))
}

func appUserEnds(b *Bench) {
	require := require.New(b.T)
	_, app := b.App("a", Grid1)
	_, err := b.AuthenticateAppKey(b.ctx(), app.Key)
	require.NoError(err)
	require.NoError(b.RevokeDevice(b.ctx(), b.Admin(), app.Device, "lost"))
	_, err = b.AuthenticateAppKey(b.ctx(), app.Key)
	b.code(errs.DeviceRevoked, err)
	_, err = b.AuthenticateAppPassword(b.ctx(), app.Username, app.Password)
	b.code(errs.DeviceRevoked, err)

	// An enrolment that is revoked takes what was never used with it, and leaves what is in use.
	e, unused := b.App("b", Grid1)
	require.NoError(b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))
	require.NoError(b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))
	_, err = b.AuthenticateAppKey(b.ctx(), unused.Key)
	b.code(errs.DeviceRevoked, err)
	e, used := b.App("c", Grid1)
	_, err = b.AuthenticateAppKey(b.ctx(), used.Key)
	require.NoError(err)
	require.NoError(b.RevokeEnrolment(b.ctx(), b.Admin(), e.ID))
	_, err = b.AuthenticateAppKey(b.ctx(), used.Key)
	require.NoError(err)
	yes := true
	_, err = b.ChangeUser(b.ctx(), b.Admin(), e.Worker, auth.UserChange{Disabled: &yes})
	require.NoError(err)
	_, err = b.AuthenticateAppKey(b.ctx(), used.Key)
	b.code(errs.DeviceRevoked, err)

	var actions []string
	list, _, err := b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{Object: app.Device, Limit: 100}, "")
	require.NoError(err)
	for _, a := range list {
		actions = append(actions, a.Action)
	}
	require.ElementsMatch([]string{"devices.enrol", "devices.first-use", "devices.revoke"}, actions)
}

// Digest answers a challenge as OpenRosa clients do.
type Digest struct {
	Challenge          string
	Username, Password string
	Method, URI        string
	NoQOP              bool
}

func (d Digest) param(name string) string {
	_, rest, _ := strings.Cut(d.Challenge, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// Header returns the Authorization header.
func (d Digest) Header() string {
	hash := func(text string) string {
		sum := md5.Sum([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	ha1 := hash(d.Username + ":" + d.param("realm") + ":" + d.Password)
	ha2 := hash(d.Method + ":" + d.URI)
	head := fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri="%s", opaque=%q, algorithm=MD5`,
		d.Username, d.param("realm"), d.param("nonce"), d.URI, d.param("opaque"))
	if d.NoQOP {
		return head + fmt.Sprintf(`, response=%q`, hash(ha1+":"+d.param("nonce")+":"+ha2))
	}
	const nc, cnonce = "00000001", "0a4f113b"
	return head + fmt.Sprintf(`, qop=auth, nc=%s, cnonce=%q, response=%q`, nc, cnonce,
		hash(strings.Join([]string{ha1, d.param("nonce"), nc, cnonce, "auth", ha2}, ":")))
}

func editGrants(b *Bench) {
	require := require.New(b.T)
	office := b.User("office", auth.Reviewer, Street)
	p := b.Principal(office.Login)
	g := auth.EditGrant{Record: "r1", Grid: Grid1, Instance: "uuid:1", Form: "农户", Version: "1"}
	token, err := b.SealEdit(p, g)
	require.NoError(err)
	require.Regexp("^[0-9a-hjkmnp-tv-z]+$", token, "one case")
	who, got, err := b.OpenEdit(b.ctx(), strings.ToUpper(token))
	require.NoError(err)
	require.Equal(office.ID, who.UserID)
	require.Equal(auth.Reviewer, who.Role)
	g.User, g.Until = office.ID, got.Until
	require.Equal(g, got)

	_, err = b.SealEdit(p, auth.EditGrant{Grid: Other})
	b.code(errs.OutOfArea, err)
	_, err = b.SealEdit(b.Admin(), g)
	b.code(errs.Forbidden, err)
	for _, bad := range []string{"", "x", "uuuu", strings.Repeat("0", 20), strings.Repeat("0", 5000)} {
		_, _, err = b.OpenEdit(b.ctx(), bad)
		b.code(errs.Unauthenticated, err)
	}
	other := "0"
	if token[:1] == "0" {
		other = "1"
	}
	_, _, err = b.OpenEdit(b.ctx(), other+token[1:])
	b.code(errs.Forbidden, err)
	b.Clock.Advance(limits.EditGrantTTL)
	_, _, err = b.OpenEdit(b.ctx(), token)
	b.code(errs.Forbidden, err)
	p = b.Principal(office.Login)
	token, err = b.SealEdit(p, g)
	require.NoError(err)
	yes := true
	_, err = b.ChangeUser(b.ctx(), b.Admin(), office.ID, auth.UserChange{Disabled: &yes})
	require.NoError(err)
	_, _, err = b.OpenEdit(b.ctx(), token)
	b.code(errs.Forbidden, err)
}
