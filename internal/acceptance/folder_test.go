package acceptance_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"
)

// everything returns every byte that who holds the phone's folder can read of it: all frames of its log, also those that no
// longer count, unsealed with the key beside them; and what lies in base64 within them.
func (h *handset) everything() string {
	h.s.t.Helper()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(h.dir, name))
		require.NoError(h.s.t, err)
		return b
	}
	key, log := read("key"), read("log")
	own, err := hkdf.Key(sha256.New, key, log[:16], "ruhu-phone-log-1", 32)
	require.NoError(h.s.t, err)
	block, err := aes.NewCipher(own)
	require.NoError(h.s.t, err)
	aead, err := cipher.NewGCM(block)
	require.NoError(h.s.t, err)
	var all strings.Builder
	frames := 0
	for at := 16; len(log)-at >= 4; frames++ {
		n := int(binary.BigEndian.Uint32(log[at:]))
		sealed := log[at+4 : at+4+n]
		plain, err := aead.Open(nil, sealed[:12], sealed[12:], binary.BigEndian.AppendUint64(nil, uint64(frames)))
		require.NoError(h.s.t, err)
		all.Write(plain)
		at += 4 + n
	}
	require.NotZero(h.s.t, frames)
	for _, text := range regexp.MustCompile(`[A-Za-z0-9+/]{24,}=*`).FindAllString(all.String(), -1) {
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			all.Write(b)
		}
	}
	return all.String()
}
