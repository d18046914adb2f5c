package keys

import (
	"crypto/cipher"
	"io"
	"sync"

	"ruhu/internal/errs"
)

// Overhead is how many bytes sealing adds: a nonce of 12 and a tag of 16.
const Overhead = 12 + 16

// Sealer seals and opens with AES-256-GCM. A nonce is 12 random bytes: a record's key seals some dozens of messages in
// its life and a derived one some millions, far below the 2^32 after which a repeat becomes likely enough to matter;
// a counter would have to survive restores and be shared by processes, and would repeat where it did not.
type Sealer struct {
	aead cipher.AEAD
	rand *nonces
}

// NewSealer returns a Sealer under a key of 32 bytes.
func NewSealer(key []byte, random io.Reader) (*Sealer, error) {
	a, err := newGCM(key)
	if err != nil {
		return nil, errs.Wrap("seal", err)
	}
	return &Sealer{aead: a, rand: &nonces{src: random}}, nil
}

// Seal appends nonce and sealed plain to dst. aad is what the bytes belong to; it must be given again to open them.
func (s *Sealer) Seal(dst, plain, aad []byte) ([]byte, error) {
	start := len(dst)
	dst, err := s.rand.append(dst)
	if err != nil {
		return nil, errs.Wrap("seal", err)
	}
	return s.aead.Seal(dst, dst[start:], plain, aad), nil
}

// Open appends the plain bytes to dst. Code damaged where a bit of sealed or aad differs from what was sealed.
func (s *Sealer) Open(dst, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, errs.New(errs.Damaged, "unseal", "too short")
	}
	out, err := s.aead.Open(dst, sealed[:12], sealed[12:], aad)
	if err != nil {
		return nil, errs.New(errs.Damaged, "unseal", "the bytes are not what was sealed")
	}
	return out, nil
}

// nonces hands out random bytes from a buffer, so that not every seal asks the system for twelve.
type nonces struct {
	src io.Reader
	mu  sync.Mutex
	buf [1200]byte
	at  int
}

func (n *nonces) append(dst []byte) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.at == 0 {
		if _, err := io.ReadFull(n.src, n.buf[:]); err != nil {
			return nil, err
		}
		n.at = len(n.buf)
	}
	n.at -= 12
	return append(dst, n.buf[n.at:n.at+12]...), nil
}
