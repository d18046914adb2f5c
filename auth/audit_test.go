package auth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/auth/authtest"
)

func auditOf(t *testing.T, b *authtest.Bench) []auth.AuditEntry {
	var list []auth.AuditEntry
	require.NoError(t, b.Store.View(t.Context(), func(r auth.Reader) (err error) {
		list, err = r.Audit(auth.AuditQuery{Rising: true, Limit: 100})
		return err
	}))
	return list
}

// Whoever changes an entry and computes its hash anew is betrayed by the entry after it.
func TestRehashedEntryBreaksTheNextOne(t *testing.T) {
	write := func(objects ...string) *authtest.Bench {
		b := authtest.New(t, &authtest.Memory{})
		for _, o := range objects {
			p := auth.Principal{UserID: "us_r", Role: auth.Reviewer}
			require.NoError(t, b.Record(t.Context(), p.Entry(auth.RecordsRead, o, "", 1, nil)))
		}
		return b
	}
	honest, other := auditOf(t, write("a", "b", "c")), auditOf(t, write("a", "x", "c"))
	forged := authtest.New(t, &authtest.Memory{})
	require.NoError(t, forged.Store.Update(t.Context(), func(tx auth.Tx) error {
		for _, e := range []auth.AuditEntry{honest[0], other[1], honest[2]} {
			if err := tx.AppendAudit(e); err != nil {
				return err
			}
		}
		return nil
	}))
	v, err := forged.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.False(t, v.OK)
	require.Equal(t, uint64(3), v.First)
}

func TestEntriesAreBoundedAndNeverLostInAFullQueue(t *testing.T) {
	b := authtest.New(t, &authtest.Memory{})
	p := auth.Principal{UserID: "us_r", Role: auth.Reviewer}
	const n = 1700
	for range n {
		b.Note(t.Context(), p.Entry(auth.RecordsRead, string(make([]byte, 5000)), "", 0, nil))
	}
	require.NotEmpty(t, auditOf(t, b), "a full queue is written by who fills it")
	require.NoError(t, b.Flush(t.Context()))
	v, err := b.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, uint64(n), v.Entries)
	require.LessOrEqual(t, len(auditOf(t, b)[0].Object), 210)
}
