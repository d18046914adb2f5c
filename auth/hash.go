package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// HashParams are the costs of argon2id. A stored hash names its own, so that they can be raised: a login with a weaker
// one stores a new hash.
type HashParams struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultHash takes about a fifth of a second on one core and 64 MiB.
func DefaultHash() HashParams { return HashParams{MemoryKiB: 64 << 10, Passes: 3, Lanes: 1} }

const (
	hashSalt = 16
	hashKey  = 32
	// maxHashWait bounds how many logins may wait for one of the limits.ArgonConcurrent places.
	maxHashWait = 64
)

// hasher runs argon2id, at most limits.ArgonConcurrent at once, so that logins cannot take all memory and both cores.
type hasher struct {
	params  HashParams
	places  chan struct{}
	waiting atomic.Int64
	runs    atomic.Int64 // hashes ever computed; tests hold known and unknown accounts against it
}

func newHasher(p HashParams) *hasher {
	if p == (HashParams{}) {
		p = DefaultHash()
	}
	return &hasher{params: p, places: make(chan struct{}, limits.ArgonConcurrent)}
}

func (h *hasher) run(ctx context.Context, pw string, salt []byte, p HashParams) ([]byte, error) {
	const op = "hash password"
	if h.waiting.Add(1) > maxHashWait {
		h.waiting.Add(-1)
		return nil, errs.New(errs.Busy, op, "%d logins are waiting", maxHashWait)
	}
	defer h.waiting.Add(-1)
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return nil, errs.WrapCode(errs.Interrupted, op, ctx.Err())
	}
	defer func() { <-h.places }()
	h.runs.Add(1)
	return argon2.IDKey([]byte(normalPassword(pw)), salt, p.Passes, p.MemoryKiB, p.Lanes, hashKey), nil
}

// hash returns pw as a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *hasher) hash(ctx context.Context, pw string, salt []byte) (string, error) {
	key, err := h.run(ctx, pw, salt, h.params)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Passes, h.params.Lanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// verify reports whether pw is the password of a PHC string, and whether the string's costs are not today's. It computes
// exactly one hash whatever phc is: an account without a password or with a broken hash costs what any other costs.
func (h *hasher) verify(ctx context.Context, pw, phc string) (ok, rehash bool, err error) {
	p, salt, want, perr := parsePHC(phc)
	if perr != nil {
		p, salt, want = h.params, make([]byte, hashSalt), nil
	}
	got, err := h.run(ctx, pw, salt, p)
	if err != nil {
		return false, false, err
	}
	return perr == nil && subtle.ConstantTimeCompare(got, want) == 1, p != h.params, nil
}

func parsePHC(phc string) (p HashParams, salt, key []byte, err error) {
	const op = "read password hash"
	bad := errs.New(errs.Damaged, op, "not an argon2id PHC string")
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, bad
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); n != 3 || err != nil {
		return p, nil, nil, bad
	}
	if parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", p.MemoryKiB, p.Passes, p.Lanes) ||
		p.MemoryKiB < 8 || p.MemoryKiB > 1<<20 || p.Passes < 1 || p.Passes > 16 || p.Lanes < 1 || p.Lanes > 8 {
		return p, nil, nil, bad
	}
	b64 := base64.RawStdEncoding.Strict()
	if salt, err = b64.DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return p, nil, nil, bad
	}
	if key, err = b64.DecodeString(parts[5]); err != nil || len(key) != hashKey {
		return p, nil, nil, bad
	}
	return p, salt, key, nil
}
