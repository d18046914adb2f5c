package survey

import (
	"crypto/md5" // OpenRosa names files by MD5; nothing is authenticated by it
	"crypto/sha256"
	"encoding/hex"
)

// hashFile returns the hashes under which phones and OpenRosa clients know a file.
func hashFile(b []byte) (sha, openRosa string) {
	s := sha256.Sum256(b)
	m := md5.Sum(b)
	return hex.EncodeToString(s[:]), "md5:" + hex.EncodeToString(m[:])
}
