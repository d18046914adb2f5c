package authtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"sync"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// Keys implements auth.KeyStore.
type Keys struct {
	mu sync.Mutex
	m  map[string][]byte
}

// LoadKey implements auth.KeyStore.
func (k *Keys) LoadKey(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.m[name]
	if !ok {
		return nil, missing("key", name)
	}
	return slices.Clone(b), nil
}

// CreateKey implements auth.KeyStore.
func (k *Keys) CreateKey(name string, b []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.m[name]; ok {
		return errs.New(errs.Conflict, "create key", "%s exists", name)
	}
	if k.m == nil {
		k.m = map[string][]byte{}
	}
	k.m[name] = slices.Clone(b)
	return nil
}

// ReplaceKey implements auth.KeyStore.
func (k *Keys) ReplaceKey(name string, b []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m[name] = slices.Clone(b)
	return nil
}

// Journal implements auth.Journal.
type Journal struct {
	mu      sync.Mutex
	entries []auth.JournalEntry
}

// AppendAuth implements auth.Journal.
func (j *Journal) AppendAuth(_ context.Context, e auth.JournalEntry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
	return nil
}

// Entries yields what was appended, as Service.Replay takes it.
func (j *Journal) Entries(yield func(auth.JournalEntry, error) bool) {
	j.mu.Lock()
	list := slices.Clone(j.entries)
	j.mu.Unlock()
	for _, e := range list {
		if !yield(e, nil) {
			return
		}
	}
}

// Signer is a phone's key.
type Signer struct {
	key *ecdsa.PrivateKey
}

// NewSigner makes a key.
func NewSigner() (*Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &Signer{key}, err
}

// PublicKey returns the key as a browser exports it: SPKI, base64.
func (s *Signer) PublicKey() (string, error) {
	b, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	return base64.StdEncoding.EncodeToString(b), err
}

// Sign returns a proof over a message, r‖s as a browser makes it.
func (s *Signer) Sign(message, at string) (auth.Proof, error) {
	digest := sha256.Sum256([]byte(message))
	r, t, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return auth.Proof{}, err
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	t.FillBytes(sig[32:])
	return auth.Proof{At: at, Signature: base64.StdEncoding.EncodeToString(sig)}, nil
}
