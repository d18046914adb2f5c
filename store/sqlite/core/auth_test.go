package core_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
	"ruhu/internal/errs"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/dbfile"
)

func open(t testing.TB, path string) *core.DB {
	db, err := core.Open(path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// store is core.db with a backup, as the suite needs it.
type store struct {
	*core.AuthStore
	t  testing.TB
	db *core.DB
}

func (s store) Backup() auth.Store {
	path := filepath.Join(s.t.TempDir(), "core.db")
	require.NoError(s.t, s.db.File().Exclusive(context.Background(), "VACUUM INTO '"+path+"'"))
	db := open(s.t, path)
	return store{db.Auth(), s.t, db}
}

func TestAuthStore(t *testing.T) {
	authtest.Run(t, func(t *testing.T) auth.Store {
		db := open(t, filepath.Join(t.TempDir(), "core.db"))
		return store{db.Auth(), t, db}
	})
}

func bench(t testing.TB) (*authtest.Bench, *core.DB) {
	db := open(t, filepath.Join(t.TempDir(), "core.db"))
	return authtest.New(t, db.Auth()), db
}

func TestEditedAuditRowIsNamed(t *testing.T) {
	for what, edit := range map[string]string{
		"outcome":   `UPDATE audit SET outcome = 'forbidden' WHERE seq = 5`,
		"actor":     `UPDATE audit SET actor = 'us_other' WHERE seq = 5`,
		"filter":    `UPDATE audit SET filter = 'x' WHERE seq = 5`,
		"request":   `UPDATE audit SET request = 'x' WHERE seq = 5`,
		"time":      `UPDATE audit SET at = at + 1 WHERE seq = 5`,
		"rows":      `UPDATE audit SET rows = rows + 1 WHERE seq = 5`,
		"boundary":  `UPDATE audit SET object = object || substr(area, 1, 1), area = substr(area, 2) WHERE seq = 5`,
		"hash":      `UPDATE audit SET hash = zeroblob(32) WHERE seq = 5`,
		"bad hash":  `UPDATE audit SET hash = x'00' WHERE seq = 5`,
		"taken out": `DELETE FROM audit WHERE seq = 5`,
		"swapped":   `UPDATE audit SET seq = CASE seq WHEN 5 THEN -6 WHEN 6 THEN 5 END WHERE seq IN (5, 6)`,
	} {
		t.Run(what, func(t *testing.T) {
			b, db := bench(t)
			p := auth.Principal{UserID: "us_r", Role: auth.Reviewer}
			for range 9 {
				require.NoError(t, b.Record(t.Context(), p.Entry(auth.RecordsRead, "rec", authtest.Street, 1, nil)))
			}
			v, err := b.VerifyAudit(t.Context())
			require.NoError(t, err)
			require.True(t, v.OK)
			require.Equal(t, uint64(9), v.Entries)
			require.NoError(t, db.File().Write(t.Context(), func(tx *dbfile.Tx) error {
				_, err := tx.Exec(edit)
				return err
			}))
			v, err = b.VerifyAudit(t.Context())
			require.NoError(t, err)
			require.False(t, v.OK)
			require.Equal(t, uint64(5), v.First, v.Reason)
		})
	}
}

func TestTwoProcessesShareOneChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "core.db")
	one := authtest.New(t, open(t, path).Auth())
	two := authtest.New(t, open(t, path).Auth())
	p := auth.Principal{UserID: "us_r", Role: auth.Reviewer}
	for range 10 {
		require.NoError(t, one.Record(t.Context(), p.Entry(auth.RecordsRead, "a", "", 1, nil)))
		require.NoError(t, two.Record(t.Context(), p.Entry(auth.RecordsRead, "b", "", 1, nil)))
	}
	v, err := one.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.True(t, v.OK, v.Reason)
	require.Equal(t, uint64(20), v.Entries)
}

func TestNoSecretIsAtRest(t *testing.T) {
	b, db := bench(t)
	code := b.Code("a", authtest.Grid1)
	e, err := b.Enrol(t.Context(), auth.EnrolRequest{Code: code})
	require.NoError(t, err)
	b.User("office", auth.Reviewer, authtest.Street)
	r, err := b.Login(t.Context(), auth.LoginRequest{Login: "office", Password: authtest.Password, Browser: true, IP: "192.0.2.1"})
	require.NoError(t, err)
	b.Code("planted", authtest.Grid1)
	found := func(text string) bool {
		hit := false
		require.NoError(t, db.File().Read(t.Context(), func(tx *dbfile.Tx) error {
			for _, table := range []string{"users", "enrolments", "devices", "sessions", "audit", "proofs", "grants"} {
				rows, err := tx.Query("SELECT * FROM " + table)
				if err != nil {
					return err
				}
				names, err := rows.Columns()
				if err != nil {
					return err
				}
				for rows.Next() {
					cells := make([]any, len(names))
					for i := range cells {
						cells[i] = new([]byte)
					}
					if err := rows.Scan(cells...); err != nil {
						return err
					}
					for _, c := range cells {
						hit = hit || string(*c.(*[]byte)) == text
					}
				}
				if err := rows.Err(); err != nil {
					return err
				}
			}
			return nil
		}))
		return hit
	}
	require.True(t, found("planted"), "the search finds what is there")
	for _, secret := range []string{code, e.Access, e.Refresh, r.Cookie, r.CSRF, authtest.Password} {
		require.False(t, found(secret))
	}
}

func TestUnknownMigrationIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "core.db")
	db, err := core.Open(path, nil)
	require.NoError(t, err)
	require.NoError(t, db.Ping(t.Context()))
	require.NoError(t, db.File().Write(t.Context(), func(tx *dbfile.Tx) error {
		_, err := tx.Exec(`INSERT INTO schema_migrations (version, name, sha256) VALUES (9999, '9999_x.sql', '')`)
		return err
	}))
	require.NoError(t, db.Close())
	_, err = core.Open(path, nil)
	require.Equal(t, errs.Rule, errs.CodeOf(err))
}

// Three point queries on a snapshot are what a request costs once in limits.RevocationLag.
func BenchmarkAuthenticateCold(b *testing.B) {
	bn, _ := bench(b)
	phone := bn.Phone("a", authtest.Grid1)
	b.ReportAllocs()
	for b.Loop() {
		bn.Clock.Advance(5_000_000_000)
		if bn.Clock.Now().UnixMilli()%600_000 < 5000 {
			r, err := phone.ByCertificate()
			require.NoError(b, err)
			phone.Access = r.Access
		}
		if _, err := bn.Authenticate(b.Context(), phone.Access); err != nil {
			b.Fatal(err)
		}
	}
}
