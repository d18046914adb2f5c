package sim

import (
	"bytes"
	"context"
	"fmt"
	gosync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/sync"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// TestPullersBesideWriters: with writers running, no cursor ever passes anything by (invariant 8).
func TestPullersBesideWriters(t *testing.T) {
	ctx := context.Background()
	srv, err := newServer(clock.NewManual(start), source(1, "server"), broken{})
	require.NoError(t, err)
	const street, grid, writers, pushes = "990101001", "990101001201001", 4, 60
	epoch, err := srv.epoch(ctx)
	require.NoError(t, err)
	var accounts []*account
	for i := range writers {
		accounts = append(accounts, srv.enrol(fmt.Sprintf("us_%d", i), street, []string{grid}, nil))
	}
	reader := srv.enrol("us_reader", street, []string{grid}, nil)
	var write, read gosync.WaitGroup
	done := make(chan struct{})
	for i, a := range accounts {
		write.Go(func() {
			var head wire.Head
			for seq := range uint64(pushes) {
				body := wire.AppendOpening(nil, wire.Opening{Device: a.device, Last: seq, Head: head})
				c := crdt.ChangeSet{Device: a.device, Seq: seq + 1, Epoch: epoch, Nonce: "12345678", Record: fmt.Sprintf("r%d-%d", i, seq%20), Form: form,
					Version: "1", Grid: grid, Set: []crdt.Cell{{Path: "q1", Value: fmt.Sprint(seq)}}}
				line := c.Encode()
				head = head.Next(crdt.IDOf(line))
				author, svc, err := srv.author(a.device)
				if err == nil {
					_, err = svc.Push(ctx, author, false, bytes.NewReader(append(append(body, line...), '\n')), &bytes.Buffer{})
				}
				if err != nil {
					t.Errorf("push: %v", err)
					return
				}
			}
		})
	}
	for range 3 {
		read.Go(func() {
			held, cursor := map[string]string{}, ""
			for last := false; ; {
				var page bytes.Buffer
				if err := srv.puller.Pull(ctx, reader.viewer(), cursor, 7, &page); err != nil {
					t.Errorf("pull: %v", err)
					return
				}
				var end *wire.PullEnd
				for line := range bytes.Lines(page.Bytes()) {
					l, e, err := wire.ParsePull(bytes.TrimSuffix(line, []byte("\n")))
					if err != nil {
						t.Errorf("page: %v", err)
						return
					}
					if end = e; e == nil && l.Kind.HasState() {
						held[l.Record] = string(l.Digest[:])
					}
				}
				cursor = end.Cursor
				if end.More {
					continue
				}
				var digests [][32]byte
				for _, d := range held {
					digests = append(digests, [32]byte([]byte(d)))
				}
				if got := wire.GridDigest(digests); got != end.Digest[grid] {
					t.Errorf("held %s, may see %s", got, end.Digest[grid])
					return
				}
				if last {
					return
				}
				select {
				case <-done:
					last = true
				default:
				}
			}
		})
	}
	write.Wait()
	close(done)
	read.Wait()
	require.NoError(t, srv.stores[0].View(ctx, func(r sync.Reader) error {
		h, err := r.Head(street)
		require.EqualValues(t, writers*pushes, h.Seq)
		return err
	}))
}
