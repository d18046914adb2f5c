package faulttest

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/sync/wire"
)

// TestLostReplyIsRepeatedWithoutEffect cuts the link after the request: at once, where nobody knows whether it was
// committed, and when the answer begins, where it is. The repeat has no second effect and gets the same ids.
func TestLostReplyIsRepeatedWithoutEffect(t *testing.T) {
	const cuts = 40
	s := newSite(t, 1)
	addr := freePort(t)
	d := enrolAll(t, s, addr)[0]
	sv := s.serve(t, addr)
	defer sv.end()
	committed, unknown := 0, 0
	for i := range cuts {
		d.write(5)
		sure := i%2 == 0
		cutAfter(t, d, sv.url, addr, sure)
		a, err := d.send(sv.url, d.acked, len(d.lines))
		require.NoError(t, err)
		require.Len(t, a.verdicts, 5)
		for _, v := range a.verdicts {
			if sure {
				require.Equal(t, wire.Duplicate, v.Status, "the answer had begun, so it was committed")
			}
			require.Contains(t, []wire.Status{wire.Merged, wire.Duplicate}, v.Status)
		}
		if sure {
			committed++
		} else if a.verdicts[0].Status == wire.Duplicate {
			unknown++
		}
		d.acked = len(d.lines)
	}
	t.Logf("%d replies lost after the commit, %d links cut at once of which %d were committed", committed, cuts-committed, unknown)
	sv.stop(t)
	afterwards(t, s, addr, []*device{d})
}

// cutAfter sends a push and resets the connection without reading the answer; where sure, once its first byte is there.
func cutAfter(t *testing.T, d *device, url, addr string, sure bool) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	tcp, ok := conn.(*net.TCPConn)
	require.True(t, ok)
	require.NoError(t, tcp.SetLinger(0))
	defer tcp.Close()
	req, err := d.request(url, d.acked, len(d.lines))
	require.NoError(t, err)
	require.NoError(t, req.Write(tcp))
	if sure {
		require.NoError(t, tcp.SetReadDeadline(time.Now().Add(5*time.Second)))
		_, err := tcp.Read(make([]byte, 1))
		require.NoError(t, err)
	}
}
