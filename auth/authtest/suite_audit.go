package authtest

import (
	"fmt"
	gosync "sync"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// Auditor is a principal that may read the audit log.
func (b *Bench) Auditor() auth.Principal {
	return auth.Principal{UserID: "us_auditor", Role: auth.Auditor}
}

func auditLog(b *Bench) {
	require := require.New(b.T)
	b.User("office", auth.Reviewer, Street)
	p := b.Principal("office")
	p.Request = "req-1"
	for i := range 5 {
		require.NoError(b.Record(b.ctx(), p.Entry(auth.RecordsRead, fmt.Sprintf("rec-%d", i), Street, 1, nil)))
		b.Clock.Advance(time.Minute)
	}
	denied := auth.Authorize(p, auth.RegistryRead, Street)
	b.Note(b.ctx(), p.Entry(auth.RegistryRead, "", Street, 0, denied))
	require.NoError(b.Flush(b.ctx()))

	list, next, err := b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{Actor: p.UserID, Limit: 3}, "")
	require.NoError(err)
	require.Len(list, 3)
	require.Equal(string(errs.Forbidden), list[0].Outcome)
	require.Equal("registry.read", list[0].Action)
	require.Equal(auth.Reviewer, list[0].Role)
	require.Equal("req-1", list[0].Request)
	require.Equal("rec-4", list[1].Object)
	var rest []auth.AuditEntry
	for next != "" {
		var page []auth.AuditEntry
		page, next, err = b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{Actor: p.UserID, Limit: 3}, next)
		require.NoError(err)
		rest = append(rest, page...)
	}
	require.Len(rest, 4) // three more reads and the login
	require.Equal("login", rest[3].Action)

	at := list[1].At
	list, _, err = b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{From: at, To: at + 1}, "")
	require.NoError(err)
	require.Len(list, 1)
	list, _, err = b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{Object: "rec-2", Action: "records.read"}, "")
	require.NoError(err)
	require.Len(list, 1)
	elsewhere := auth.Principal{UserID: "us_x", Role: auth.Auditor, Area: "990101002"}
	list, _, err = b.AuditLog(b.ctx(), elsewhere, auth.AuditQuery{Actor: p.UserID}, "")
	require.NoError(err)
	require.Empty(list)
	_, _, err = b.AuditLog(b.ctx(), p, auth.AuditQuery{}, "")
	b.code(errs.Forbidden, err)
	_, _, err = b.AuditLog(b.ctx(), b.Auditor(), auth.AuditQuery{}, "?")
	b.code(errs.Invalid, err)

	v, err := b.VerifyAudit(b.ctx())
	require.NoError(err)
	require.True(v.OK, v.Reason)
	require.NoError(b.Maintain(b.ctx()))
	head, err := b.AuditHead(b.ctx())
	require.NoError(err)
	require.Equal(v.Head, head)
	v, err = b.VerifyAudit(b.ctx(), head)
	require.NoError(err)
	require.True(v.OK)
	v, err = b.VerifyAudit(b.ctx(), auth.AuditHead{Seq: head.Seq + 2, Hash: head.Hash})
	require.NoError(err)
	require.Equal(head.Seq+1, v.First, "cut off the end")
	v, err = b.VerifyAudit(b.ctx(), auth.AuditHead{Seq: 3})
	require.NoError(err)
	require.Equal(uint64(3), v.First, "rewritten whole")
	for e := range b.Journal.Entries {
		if e.Kind == auth.JournalAuditHead {
			require.Equal(head.Seq, e.Seq)
			require.Equal(head.String(), e.Hash)
			return
		}
	}
	b.T.Fatal("the head is not in the journal")
}

func auditUnderLoad(b *Bench) {
	const writers, each = 16, 20
	var wg gosync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			p := auth.Principal{UserID: fmt.Sprintf("us_%d", w), Role: auth.Reviewer}
			for i := range each {
				e := p.Entry(auth.RecordsRead, fmt.Sprint(i), Street, 1, nil)
				if i%4 == 3 {
					b.Note(b.ctx(), e)
				} else if err := b.Record(b.ctx(), e); err != nil {
					b.T.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(b.T, b.Flush(b.ctx()))
	v, err := b.VerifyAudit(b.ctx())
	require.NoError(b.T, err)
	require.True(b.T, v.OK, v.Reason)
	require.Equal(b.T, uint64(writers*each), v.Entries)
}
