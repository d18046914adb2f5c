package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
)

// Head is the running hash of a device's ids: 32 zero bytes before the first, then SHA-256(head ‖ id) over raw bytes.
type Head [32]byte

// Next returns the head after one more id.
func (h Head) Next(id crdt.ID) Head {
	var both [64]byte
	copy(both[:32], h[:])
	copy(both[32:], id[:])
	return sha256.Sum256(both[:])
}

// String returns h in hex, its form on the wire.
func (h Head) String() string { return hex.EncodeToString(h[:]) }

// ParseHead reads what String writes.
func ParseHead(s string) (h Head, err error) {
	if len(s) != 64 || strings.ToLower(s) != s {
		return h, errs.New(errs.Malformed, "head", "not 64 small hex digits")
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return h, errs.New(errs.Malformed, "head", "not hex")
	}
	return h, nil
}

// GridDigest sums up the records of one grid: "<count>:<hex of SHA-256 over the record digests, sorted, one after another>".
// It sorts digests in place. "" where there are none: such a grid is left out.
func GridDigest(digests [][32]byte) string {
	if len(digests) == 0 {
		return ""
	}
	slices.SortFunc(digests, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	sum := sha256.New()
	for i := range digests {
		sum.Write(digests[i][:])
	}
	return strconv.Itoa(len(digests)) + ":" + hex.EncodeToString(sum.Sum(nil))
}
