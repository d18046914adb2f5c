package auth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/errs"
)

// FuzzDigestHeader feeds Authorization headers of scheme Digest, none of which is right.
func FuzzDigestHeader(f *testing.F) {
	b := authtest.New(f, &authtest.Memory{})
	challenge, err := b.DigestChallenge(false)
	require.NoError(f, err)
	f.Add(authtest.Digest{Challenge: challenge, Username: "app_x", Password: "y", Method: "GET", URI: "/openrosa/formList"}.Header())
	f.Add(`Digest username="a\"b", realm=ruhu, nonce="", uri="/openrosa/formList", qop=auth, nc=1, cnonce="x", response="x"`)
	f.Add(`Digest a="`)
	f.Fuzz(func(t *testing.T, header string) {
		_, err := b.AuthenticateAppDigest(t.Context(), auth.DigestRequest{Header: header, Method: "GET", Target: "/openrosa/formList"})
		require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
	})
}

// FuzzKeysInAddresses feeds what stands where a key or an edit grant would.
func FuzzKeysInAddresses(f *testing.F) {
	b := authtest.New(f, &authtest.Memory{})
	office := b.User("office", auth.Reviewer, authtest.Street)
	grant, err := b.SealEdit(b.Principal(office.Login), auth.EditGrant{Grid: authtest.Grid1})
	require.NoError(f, err)
	_, app := b.App("a", authtest.Grid1)
	f.Add(grant[1:])
	f.Add(app.Key[1:])
	f.Add("K\u212a")
	f.Fuzz(func(t *testing.T, key string) {
		if key == grant || key == app.Key {
			return
		}
		_, err := b.AuthenticateAppKey(t.Context(), key)
		require.Contains(t, []errs.Code{errs.Unauthenticated, errs.Forbidden}, errs.CodeOf(err))
		_, _, err = b.OpenEdit(t.Context(), key)
		require.Contains(t, []errs.Code{errs.Unauthenticated, errs.Forbidden}, errs.CodeOf(err))
	})
}
