package enrolqr_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/auth/enrolqr"
)

const link = "https://ruhu.example/#/enrol/7K2M9QF0T3V5X8ZB1C4DGHJNPR"

func TestPNGHasQuietBorderAndFinders(t *testing.T) {
	b, err := enrolqr.PNG(link, 4)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	side := img.Bounds().Dx()
	require.Equal(t, side, img.Bounds().Dy())
	require.Zero(t, side%4)
	black := func(x, y int) bool { r, _, _, _ := img.At(x*4+1, y*4+1).RGBA(); return r == 0 }
	n := side / 4
	for i := range n {
		for q := range 4 {
			require.False(t, black(i, q) || black(q, i) || black(i, n-1-q) || black(n-1-q, i), "border at %d,%d", i, q)
		}
	}
	// The three finder patterns, and none in the fourth corner.
	for i := range 7 {
		require.True(t, black(4+i, 4) && black(n-11+i, 4) && black(4+i, n-11))
	}
	all := true
	for i := range 7 {
		all = all && black(n-11+i, n-11)
	}
	require.False(t, all)
}

func TestPathDrawsWhatThePNGShows(t *testing.T) {
	b, err := enrolqr.PNG(link, 1)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	size, path, err := enrolqr.Path(link)
	require.NoError(t, err)
	require.Equal(t, img.Bounds().Dx(), size)
	drawn := map[[2]int]bool{}
	for _, row := range strings.Split(path, "M")[1:] {
		var x, y, run int
		_, err := fmt.Sscanf(row, "%d %d.5h%d", &x, &y, &run)
		require.NoError(t, err, row)
		steps := strings.Split(row, "m")
		for i := range steps {
			if i > 0 {
				x += run
				var gap int
				_, err := fmt.Sscanf(steps[i], "%d 0h%d", &gap, &run)
				require.NoError(t, err, steps[i])
				x += gap
			}
			for k := range run {
				drawn[[2]int{x + k, y}] = true
			}
		}
	}
	for y := range size {
		for x := range size {
			r, _, _, _ := img.At(x, y).RGBA()
			require.Equal(t, r == 0, drawn[[2]int{x, y}], "%d,%d", x, y)
		}
	}
	_, _, err = enrolqr.Path(strings.Repeat("x", 5000))
	require.Error(t, err)
}

func TestTerminalIsSquare(t *testing.T) {
	text, err := enrolqr.Terminal(link)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	width := 0
	for _, l := range lines {
		l = strings.TrimSuffix(strings.TrimPrefix(l, "\x1b[97;40m"), "\x1b[0m")
		if width == 0 {
			width = len([]rune(l))
		}
		require.Equal(t, width, len([]rune(l)))
	}
	require.InDelta(t, width, 2*len(lines), 1)
}

func TestTooLongLinkIsRefused(t *testing.T) {
	_, err := enrolqr.PNG("https://ruhu.example/#/enrol/"+strings.Repeat("x", 5000), 1)
	require.Error(t, err)
	_, err = enrolqr.Terminal(strings.Repeat("x", 5000))
	require.Error(t, err)
}

func TestCollectReadsItsSettings(t *testing.T) {
	const url = "https://ruhu.example/openrosa/key/0123456789abcdefghjkmnpqrstvwxyz01234567"
	require.Equal(t, url, enrolqr.AppURL("https://ruhu.example/", "0123456789abcdefghjkmnpqrstvwxyz01234567"))
	text, err := enrolqr.CollectText(url)
	require.NoError(t, err)
	require.NotContains(t, text, "\n")
	packed, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	require.Equal(t, byte(0x78), packed[0], "a zlib header")
	z, err := zlib.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	require.JSONEq(t, `{"general":{"server_url":"`+url+`","form_update_mode":"match_exactly","autosend":"wifi_and_cellular"},"admin":{},"project":{"name":"Ruhu ruhu.example"}}`, string(b))
	_, err = enrolqr.PNG(text, 4)
	require.NoError(t, err)
}
