package auth_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// forge signs header and claims whatever they say.
func forge(t testing.TB, key ed25519.PrivateKey, header, claims map[string]any) string {
	part := func(m map[string]any) string {
		b, err := json.Marshal(m)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(header) + "." + part(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(text)))
}

func TestForgedTokensAreRefused(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	kid, key := auth.SigningKey(b.Service)
	now := b.Clock.Now().Unix()
	header := map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": kid}
	claims := map[string]any{"iss": "ruhu:test", "aud": []string{"ruhu:api"}, "sub": phone.Device.Worker, "iat": now, "exp": now + 600,
		"sid": phone.Principal.SessionID, "gen": 1}
	with := func(m map[string]any, k string, v any) map[string]any {
		c := maps.Clone(m)
		if v == nil {
			delete(c, k)
		} else {
			c[k] = v
		}
		return c
	}
	check := func(token string) errs.Code {
		_, err := b.Authenticate(t.Context(), token)
		return errs.CodeOf(err)
	}
	good := forge(t, key, header, claims)
	require.Empty(t, check(good), "the forge can make a good one, or nothing below proves anything")

	_, strange, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	public := key.Public().(ed25519.PublicKey)
	mac := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(claims))
	mac.Header["kid"], mac.Header["typ"] = kid, "at+jwt"
	hs256, err := mac.SignedString([]byte(public))
	require.NoError(t, err)
	none := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims(claims))
	none.Header["kid"], none.Header["typ"] = kid, "at+jwt"
	unsigned, err := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	parts := strings.Split(good, ".")

	for name, token := range map[string]string{
		"alg none":                  unsigned,
		"alg none with a signature": forge(t, key, with(header, "alg", "none"), claims),
		"HS256 with our public key": hs256,
		"alg HS256 in the header":   forge(t, key, with(header, "alg", "HS256"), claims),
		"alg eddsa":                 forge(t, key, with(header, "alg", "eddsa"), claims),
		"alg missing":               forge(t, key, with(header, "alg", nil), claims),
		"another key":               forge(t, strange, header, claims),
		"unknown kid":               forge(t, key, with(header, "kid", "nobody"), claims),
		"kid missing":               forge(t, key, with(header, "kid", nil), claims),
		"kid a path":                forge(t, key, with(header, "kid", "../../dev/null"), claims),
		"kid a number":              forge(t, key, with(header, "kid", 1), claims),
		"crit":                      forge(t, key, with(header, "crit", []string{"exp"}), claims),
		"jwk":                       forge(t, strange, with(header, "jwk", map[string]any{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(strange.Public().(ed25519.PublicKey))}), claims),
		"jku":                       forge(t, key, with(header, "jku", "https://example.org/keys"), claims),
		"typ JWT":                   forge(t, key, with(header, "typ", "JWT"), claims),
		"typ missing":               forge(t, key, with(header, "typ", nil), claims),
		"other issuer":              forge(t, key, header, with(claims, "iss", "ruhu:other")),
		"no issuer":                 forge(t, key, header, with(claims, "iss", nil)),
		"other audience":            forge(t, key, header, with(claims, "aud", "ruhu:else")),
		"no audience":               forge(t, key, header, with(claims, "aud", nil)),
		"no expiry":                 forge(t, key, header, with(claims, "exp", nil)),
		"expiry far away":           forge(t, key, header, with(claims, "exp", now+86400)),
		"expiry a text":             forge(t, key, header, with(claims, "exp", "later")),
		"no issue time":             forge(t, key, header, with(claims, "iat", nil)),
		"issued in the future":      forge(t, key, header, with(with(claims, "iat", now+120), "exp", now+600)),
		"not yet valid":             forge(t, key, header, with(claims, "nbf", now+120)),
		"no subject":                forge(t, key, header, with(claims, "sub", nil)),
		"another subject":           forge(t, key, header, with(claims, "sub", "us_other")),
		"no session":                forge(t, key, header, with(claims, "sid", nil)),
		"unknown session":           forge(t, key, header, with(claims, "sid", "se_other")),
		"no generation":             forge(t, key, header, with(claims, "gen", nil)),
		"unknown scope":             forge(t, key, header, with(claims, "scp", "admin")),
		"empty":                     "",
		"dots":                      strings.Repeat(".", 2000),
		"too long":                  good + strings.Repeat("A", 4096),
		"four parts":                good + ".e30",
		"two parts":                 parts[0] + "." + parts[1],
		"signature cut":             good[:len(good)-2],
		"padded":                    good + "=",
		"space":                     " " + good,
		"refresh token":             phone.Refresh,
		"certificate":               phone.Certificate,
	} {
		require.Equal(t, errs.TokenInvalid, check(token), name)
	}
	// The algorithm is pinned before any key is looked up, not only by the type of the key.
	for _, token := range []string{unsigned, hs256} {
		_, err := b.Authenticate(t.Context(), token)
		require.ErrorContains(t, err, "signing method")
	}
	require.Equal(t, errs.TokenExpired, check(forge(t, key, header, with(with(claims, "iat", now-700), "exp", now-61))))
	require.Equal(t, errs.TokenInvalid, check(forge(t, strange, header, with(with(claims, "iat", now-700), "exp", now-61))))
	require.Empty(t, check(forge(t, key, header, with(with(claims, "iat", now-600), "exp", now-59))), "a minute of leeway")
}

func TestBearerHeader(t *testing.T) {
	for header, want := range map[string]string{"Bearer abc": "abc", "bearer abc": "abc"} {
		got, err := auth.BearerToken(header)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a,b", "abc"} {
		_, err := auth.BearerToken(header)
		require.Equal(t, errs.Unauthenticated, errs.CodeOf(err), header)
	}
}

func TestAccessTokenEndsAlsoWhenRemembered(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	for range 3 {
		_, err := b.Authenticate(t.Context(), phone.Access)
		require.NoError(t, err)
	}
	require.Equal(t, 1, auth.CachedTokens(b.Service))
	b.Clock.Advance(limits.AccessTTL + limits.TokenLeeway - time.Millisecond)
	_, err := b.Authenticate(t.Context(), phone.Access)
	require.NoError(t, err)
	b.Clock.Advance(time.Millisecond)
	_, err = b.Authenticate(t.Context(), phone.Access)
	require.Equal(t, errs.TokenExpired, errs.CodeOf(err))
	b.Clock.Advance(-time.Hour)
	_, err = b.Authenticate(t.Context(), phone.Access)
	require.Equal(t, errs.TokenInvalid, errs.CodeOf(err), "issued in the future now")
}

func TestTwoSigningKeysLive(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	check := func() error {
		_, err := b.Authenticate(t.Context(), phone.Access)
		return err
	}
	first, _ := auth.SigningKey(b.Service)
	require.NoError(t, b.RotateKeys())
	second, _ := auth.SigningKey(b.Service)
	require.NotEqual(t, first, second)
	require.NoError(t, check())
	require.NoError(t, b.RotateKeys())
	require.Equal(t, errs.TokenInvalid, errs.CodeOf(check()), "two rotations end what was signed before, cached or not")
	r, err := phone.ByCertificate()
	require.NoError(t, err)

	// Another process rotates: its tokens are accepted here, after a look into the key store.
	other := *b
	other.Restart(b.Store)
	require.NoError(t, other.RotateKeys())
	b.Clock.Advance(limits.RevocationLag)
	r2, err := other.Refresh(t.Context(), r.Refresh, false)
	require.NoError(t, err)
	_, err = b.Authenticate(t.Context(), r2.Access)
	require.NoError(t, err)

	b.Clock.Advance(89 * 24 * time.Hour)
	require.NoError(t, b.Maintain(t.Context()))
	same, _ := auth.SigningKey(b.Service)
	b.Clock.Advance(2 * 24 * time.Hour)
	require.NoError(t, b.Maintain(t.Context()))
	now, _ := auth.SigningKey(b.Service)
	require.NotEqual(t, same, now)
}

func TestRevocationIsSeenByAnotherProcessWithinFiveSeconds(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	other := *b
	other.Restart(b.Store)
	look := func() auth.Principal {
		p, err := other.Authenticate(t.Context(), phone.Access)
		require.NoError(t, err)
		return p
	}
	require.False(t, look().PushOnly)
	require.NoError(t, b.RevokeDevice(t.Context(), b.Admin(), phone.Device.ID, "lost"))
	p, err := b.Authenticate(t.Context(), phone.Access)
	require.NoError(t, err)
	require.True(t, p.PushOnly, "at once where it was done")
	b.Clock.Advance(limits.RevocationLag - time.Millisecond)
	require.False(t, look().PushOnly, "the cache is used, or the next line proves nothing")
	b.Clock.Advance(time.Millisecond)
	require.True(t, look().PushOnly)
	info, err := other.DeviceByID(t.Context(), phone.Device.ID)
	require.NoError(t, err)
	require.Equal(t, "revoked", info.State())
}

func TestCertificatesOfOthersAreRefused(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	foreign := authtest.New(t, &authtest.Memory{})
	_, err := foreign.ReadCertificate(phone.Certificate)
	require.Equal(t, errs.TokenInvalid, errs.CodeOf(err))

	// A certificate of ours that contradicts what is stored: other street, worker or key.
	c, err := b.ReadCertificate(phone.Certificate)
	require.NoError(t, err)
	for name, change := range map[string]func(*auth.Certificate){
		"street":   func(c *auth.Certificate) { c.Street = "990101002" },
		"worker":   func(c *auth.Certificate) { c.Worker = "us_other" },
		"registry": func(c *auth.Certificate) { c.RegistryDevice = "rg_other" },
	} {
		bad := c
		change(&bad)
		text, err := auth.SignCertificate(b.Service, bad)
		require.NoError(t, err)
		at := b.At()
		_, err = b.RefreshByCertificate(t.Context(), text, phone.Proof(at), "", "")
		require.Equal(t, errs.TokenInvalid, errs.CodeOf(err), name)
	}
	thief := b.Phone("thief", authtest.Grid1)
	stolen, err := b.ReadCertificate(thief.Certificate)
	require.NoError(t, err)
	c.Key = stolen.Key
	text, err := auth.SignCertificate(b.Service, c)
	require.NoError(t, err)
	at := b.At()
	proof, err := thief.Signer.Sign("ruhu-refresh:"+phone.Device.ID+":"+at, at)
	require.NoError(t, err)
	_, err = b.RefreshByCertificate(t.Context(), text, proof, "", "")
	require.Equal(t, errs.TokenInvalid, errs.CodeOf(err), "another key than the device's")
}

func TestPublicKeys(t *testing.T) {
	signer, err := authtest.NewSigner()
	require.NoError(t, err)
	spki, err := signer.PublicKey()
	require.NoError(t, err)
	point, err := auth.ParsePublicKey(spki)
	require.NoError(t, err)
	require.Len(t, point, 65)
	again, err := auth.ParsePublicKey(base64.RawURLEncoding.EncodeToString(point))
	require.NoError(t, err)
	require.Equal(t, point, again)
	nothing, err := auth.ParsePublicKey("")
	require.NoError(t, err)
	require.Nil(t, nothing)
	off := append([]byte(nil), point...)
	off[64] ^= 1
	p384 := "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE"
	for _, bad := range []string{"!", "AAAA", p384, base64.StdEncoding.EncodeToString(off), spki[:len(spki)-8]} {
		_, err := auth.ParsePublicKey(bad)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), bad)
	}
}

func FuzzTokens(f *testing.F) {
	b := authtest.New(f, &authtest.Memory{})
	phone := b.Phone("a", authtest.Grid1)
	for _, seed := range []string{phone.Access, phone.Refresh, phone.Certificate, "", "a.b.c", "rc1.e30.AA", strings.Repeat(".", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := b.Authenticate(t.Context(), text); err == nil && text != phone.Access {
			t.Fatalf("accepted as an access token: %q", text)
		}
		if _, err := b.ReadCertificate(text); err == nil && text != phone.Certificate {
			t.Fatalf("accepted as a certificate: %q", text)
		}
		if _, err := b.Refresh(t.Context(), text, true); err == nil && text != phone.Refresh {
			t.Fatalf("accepted as a refresh token: %q", text)
		}
		if code, err := auth.NormalCode(text); err == nil {
			if again, err := auth.NormalCode(code); err != nil || again != code {
				t.Fatalf("%q is not stable", code)
			}
		}
		_, _ = auth.ParsePublicKey(text)
		_, _ = b.AuthenticateCookie(t.Context(), text)
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	bn := authtest.New(b, &authtest.Memory{})
	phone := bn.Phone("a", authtest.Grid1)
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := bn.Authenticate(b.Context(), phone.Access); err != nil {
				b.Fatal(err)
			}
		}
	})
	kid, key := auth.SigningKey(bn.Service)
	now := bn.Clock.Now().Unix()
	b.Run("new token", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			token := forge(b, key, map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": kid}, map[string]any{"iss": "ruhu:test", "aud": []string{"ruhu:api"},
				"sub": phone.Device.Worker, "iat": now, "exp": now + 600, "sid": phone.Principal.SessionID, "gen": 1, "n": n})
			b.StartTimer()
			if _, err := bn.Authenticate(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
