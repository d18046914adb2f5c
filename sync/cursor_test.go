package sync

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ruhu/sync/crdt"
)

func testSealer() sealer { return newSealer(bytes.Repeat([]byte{7}, 32)) }

func TestCursorComesBackAsItWent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const street = "990101001"
		grids := rapid.SliceOfN(rapid.Map(rapid.StringMatching(`[0-9]{6}`), func(s string) string { return street + s }), 0, 8)
		c := cursor{Epoch: shortOf("epoch", rapid.String().Draw(t, "epoch")), Scope: cursorScope(street, "us_a"), Confirms: rapid.Bool().Draw(t, "confirms")}
		for i := range c.Places {
			c.Places[i].Seq = rapid.Uint64().Draw(t, "seq")
			copy(c.Places[i].Chain[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "chain"))
		}
		c.Grids = grids.Draw(t, "grids")
		if c.Backfill = grids.Draw(t, "backfill"); len(c.Backfill) > 0 {
			c.Filled = [2]uint64{rapid.Uint64().Draw(t, "filled"), 7}
		}
		for k := range rapid.IntRange(0, 5).Draw(t, "sections") {
			c.setSent(byte(k), shortOf("v", rapid.String().Draw(t, "version")))
		}
		if c.Row = rapid.Uint64Range(0, 9).Draw(t, "row"); c.Row > 0 {
			c.Section, c.Partial = 3, shortOf("x")
		}
		token := c.encode(testSealer(), street)
		back, ok := decodeCursor(testSealer(), token, street, "us_a")
		require.True(t, ok)
		if len(c.Grids) == 0 {
			c.Grids = nil
		}
		if len(c.Backfill) == 0 {
			c.Backfill = nil
		}
		require.Equal(t, c, back)
		for _, somebody := range [][2]string{{street, "us_b"}, {"990101002", "us_a"}} {
			_, ok = decodeCursor(testSealer(), token, somebody[0], somebody[1])
			require.False(t, ok)
		}
		_, ok = decodeCursor(newSealer(bytes.Repeat([]byte{8}, 32)), token, street, "us_a")
		require.False(t, ok)
	})
}

func FuzzCursor(f *testing.F) {
	c := cursor{Scope: cursorScope("990101001", "us_a"), Grids: []string{"990101001201001"}}
	f.Add(c.encode(testSealer(), "990101001"), []byte{1, 2, 3})
	f.Add("", []byte{cursorVersion, 255, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, token string, body []byte) {
		if got, ok := decodeCursor(testSealer(), token, "990101001", "us_a"); ok {
			require.Equal(t, cursorScope("990101001", "us_a"), got.Scope)
		}
		// Behind a right seal, too, any bytes must be safe: an older server may have sealed other shapes.
		if got, ok := decodeCursor(testSealer(), sealToken(testSealer().cursor, bytes.Clone(body)), "990101001", "us_a"); ok {
			require.NotEmpty(t, got.encode(testSealer(), "990101001"))
		}
	})
}

func FuzzCtx(f *testing.F) {
	s := &Service{keys: testSealer()}
	f.Add(s.EncodeCtx("r1", crdt.VV{"dv_a": 3, "dv_b": 1}), []byte{1, 2, 'r', '1', 1})
	f.Fuzz(func(t *testing.T, token string, body []byte) {
		if vv, err := s.DecodeCtx(token, "r1"); err == nil {
			again, err := s.DecodeCtx(s.EncodeCtx("r1", vv), "r1")
			require.NoError(t, err)
			require.True(t, vv.Equal(again))
		}
		_, _ = s.DecodeCtx(sealToken(s.keys.ctx, bytes.Clone(body)), "r1")
		_, _, _ = s.DecodeLineToken(sealToken(s.keys.line, bytes.Clone(body)))
		// One purpose's token is never another's.
		_, err := s.DecodeCtx(sealToken(s.keys.line, bytes.Clone(body)), "r1")
		require.Error(t, err)
	})
}
