package export

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"hash"
)

// pseudonyms names records and sampling units for one grant and snapshot: HMAC under a key that is itself HMAC(master,
// grant, snapshot), so that two exports cannot be joined.
type pseudonyms struct {
	mac  hash.Hash
	text *base32.Encoding
	sum  [sha256.Size]byte
}

const keyChars = 20 // 100 bits

func newPseudonyms(master []byte, grant, snapshotID string) *pseudonyms {
	k := hmac.New(sha256.New, master)
	k.Write([]byte("ruhu-export:" + grant + "\x00" + snapshotID))
	const crockford = "0123456789abcdefghjkmnpqrstvwxyz"
	return &pseudonyms{mac: hmac.New(sha256.New, k.Sum(nil)), text: base32.NewEncoding(crockford).WithPadding(base32.NoPadding)}
}

func (p *pseudonyms) of(kind, id string) string {
	p.mac.Reset()
	p.mac.Write([]byte(kind))
	p.mac.Write([]byte{0})
	p.mac.Write([]byte(id))
	sum := p.mac.Sum(p.sum[:0])
	return p.text.EncodeToString(sum)[:keyChars]
}
