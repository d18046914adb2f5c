package auth

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"ruhu/internal/errs"
)

// Names under which the KeyStore keeps the service's secrets.
const (
	keySigning     = "auth-signing"     // access tokens; two live, rotated
	keyCertificate = "auth-certificate" // device certificates; every former one stays valid
	keySecret      = "auth-secret"      // 32 bytes from which the HMAC keys are derived
)

// signingAge is the age at which a new signing key is made.
const signingAge = 90 * 24 * time.Hour

// liveSigning is how many signing keys verify tokens.
const liveSigning = 2

type storedKey struct {
	KID     string `json:"kid"`
	Created int64  `json:"created"`
	Seed    []byte `json:"seed"`
}

type storedKeys struct {
	Keys []storedKey `json:"keys"` // newest first
}

type signKey struct {
	kid     string
	created int64
	private ed25519.PrivateKey
}

// keyRing holds the service's keys in memory.
type keyRing struct {
	store KeyStore

	mu          sync.RWMutex
	signing     []signKey // newest first
	certificate []signKey
	loaded      int64 // ms of the last look at the store

	refresh, csrf, app, edit []byte
}

func (k *keyRing) public(list []signKey, kid string) (ed25519.PublicKey, bool) {
	for _, s := range list {
		if s.kid == kid {
			return s.private.Public().(ed25519.PublicKey), true
		}
	}
	return nil, false
}

func (k *keyRing) signingKeys() []signKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.signing
}

func (k *keyRing) certificateKeys() []signKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.certificate
}

func (s *Service) newKey(now int64) (storedKey, error) {
	seed, err := s.random(ed25519.SeedSize)
	if err != nil {
		return storedKey{}, err
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	return storedKey{KID: encodeCrockford(sum[:5]), Created: now, Seed: seed}, nil
}

// loadKeys reads the keys, making those that are missing. Two processes that start at once agree on one set.
func (s *Service) loadKeys() error {
	now := s.now()
	for _, name := range []string{keySigning, keyCertificate} {
		fresh := func() ([]byte, error) {
			k, err := s.newKey(now)
			if err != nil {
				return nil, err
			}
			return json.Marshal(storedKeys{Keys: []storedKey{k}})
		}
		b, err := s.loadOrCreate(name, fresh)
		if err != nil {
			return err
		}
		list, err := parseKeys(name, b)
		if err != nil {
			return err
		}
		s.keys.mu.Lock()
		if name == keySigning {
			s.keys.signing = list[:min(len(list), liveSigning)]
		} else {
			s.keys.certificate = list
		}
		s.keys.loaded = now
		s.keys.mu.Unlock()
	}
	secret, err := s.loadOrCreate(keySecret, func() ([]byte, error) { return s.random(32) })
	if err != nil {
		return err
	}
	if len(secret) != 32 {
		return errs.New(errs.Damaged, "load keys", "%s has %d bytes, not 32", keySecret, len(secret))
	}
	s.keys.refresh = mac(secret, "refresh")
	s.keys.csrf = mac(secret, "csrf")
	s.keys.app = mac(secret, "app-users")
	s.keys.edit = mac(secret, "edit-grants")
	return nil
}

func (s *Service) loadOrCreate(name string, fresh func() ([]byte, error)) ([]byte, error) {
	const op = "load keys"
	b, err := s.keys.store.LoadKey(name)
	if err == nil || errs.CodeOf(err) != errs.NotFound {
		return b, errs.Wrap(op, err)
	}
	if b, err = fresh(); err != nil {
		return nil, err
	}
	switch err := s.keys.store.CreateKey(name, b); {
	case err == nil:
		return b, nil
	case errs.CodeOf(err) == errs.Conflict:
		b, err := s.keys.store.LoadKey(name)
		return b, errs.Wrap(op, err)
	default:
		return nil, errs.Wrap(op, err)
	}
}

func parseKeys(name string, b []byte) ([]signKey, error) {
	const op = "load keys"
	var f storedKeys
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, errs.WrapCode(errs.Damaged, op+" "+name, err)
	}
	var list []signKey
	for _, k := range f.Keys {
		if len(k.Seed) != ed25519.SeedSize || k.KID == "" {
			return nil, errs.New(errs.Damaged, op, "%s holds a key of the wrong size", name)
		}
		list = append(list, signKey{k.KID, k.Created, ed25519.NewKeyFromSeed(k.Seed)})
	}
	if len(list) == 0 {
		return nil, errs.New(errs.Damaged, op, "%s holds no key", name)
	}
	return list, nil
}

// RotateKeys makes a new signing key; the one before it goes on verifying, older ones end. Call it twice after a
// signing key leaked: every access token ends, phones and tools refresh.
func (s *Service) RotateKeys() error {
	const op = "rotate keys"
	b, err := s.keys.store.LoadKey(keySigning)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var f storedKeys
	if err := json.Unmarshal(b, &f); err != nil {
		return errs.WrapCode(errs.Damaged, op, err)
	}
	k, err := s.newKey(s.now())
	if err != nil {
		return err
	}
	f.Keys = append([]storedKey{k}, f.Keys...)
	f.Keys = f.Keys[:min(len(f.Keys), liveSigning)]
	if b, err = json.Marshal(f); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.keys.store.ReplaceKey(keySigning, b); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.loadKeys(); err != nil {
		return err
	}
	s.tokens.clear()
	return nil
}

// rotateWhenOld rotates a signing key older than signingAge.
func (s *Service) rotateWhenOld() error {
	keys := s.keys.signingKeys()
	if s.now()-keys[0].created < signingAge.Milliseconds() {
		return nil
	}
	return s.RotateKeys()
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}
