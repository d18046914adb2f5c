package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// PlatformOpenRosa marks a device that is an OpenRosa client (Collect, Enketo): it never pulls, and it signs in with an
// AppUser's key or password instead of tokens.
const PlatformOpenRosa = "openrosa"

// AppRealm is the realm of Basic and Digest; stored password digests are bound to it.
const AppRealm = "ruhu"

// AppUser is what an OpenRosa client signs in with, bound to one worker's device in one street. It is made with an
// enrolment and lives until its device is revoked. Neither key nor password is kept.
type AppUser struct {
	Device    string // dv_…, of PlatformOpenRosa
	Enrolment string
	KeyHash   [32]byte
	Username  string
	HA1       []byte   // MD5 of username, realm and password, sealed under a key of the KeyStore
	Grids     []string // granted to the worker at first use
	Created   int64
	Used      int64 // first use
}

// AppCredentials are shown once, when they are drawn.
type AppCredentials struct {
	Device   string // dv_…, to revoke them by
	Key      string // the token in the path, lower case
	Username string
	Password string
}

const (
	appKeyBytes      = 25 // 200 random bits
	appKeyChars      = 40
	appPasswordBytes = 16
	// appSeenEvery bounds how often use of an app user is written down.
	appSeenEvery = 15 * 60 * 1000
)

func hashAppKey(key string) [32]byte { return sha256.Sum256([]byte("ruhu-app-key:" + key)) }

// normalAppKey returns a key as it was drawn: clients may change the case of addresses. Code: unauthenticated.
func normalAppKey(key string) (string, error) {
	key = strings.ToLower(key)
	if len(key) != appKeyChars || strings.Trim(key, strings.ToLower(crockford)) != "" {
		return "", errs.New(errs.Unauthenticated, "read app key", "not an app user's key")
	}
	return key, nil
}

// putAppUser draws credentials for an enrolment and stores them with their device.
func (s *Service) putAppUser(tx Tx, e Enrolment) (AppCredentials, error) {
	var c AppCredentials
	key, err := s.random(appKeyBytes)
	if err != nil {
		return c, err
	}
	password, err := s.random(appPasswordBytes)
	if err != nil {
		return c, err
	}
	c.Key, c.Password = strings.ToLower(encodeCrockford(key)), strings.ToLower(encodeCrockford(password))
	if c.Username, err = s.newID("app_"); err != nil {
		return c, err
	}
	d := Device{Street: e.Street, Worker: e.Worker, Platform: PlatformOpenRosa, Confirmed: true, Enrolment: e.ID, Enrolled: s.now()}
	if d.ID, err = s.newDeviceID(tx, "dv_"); err != nil {
		return c, err
	}
	if d.RegistryID, err = s.newDeviceID(tx, "rg_"); err != nil {
		return c, err
	}
	c.Device = d.ID
	if err := tx.PutDevice(d); err != nil {
		return c, err
	}
	a := AppUser{Device: d.ID, Enrolment: e.ID, KeyHash: hashAppKey(c.Key), Username: c.Username, Grids: e.Grids, Created: s.now()}
	if a.HA1, err = s.sealHA1(d.ID, digestHA1(c.Username, c.Password)); err != nil {
		return c, err
	}
	return c, tx.PutAppUser(a)
}

// digestHA1 is the hash that Digest is computed from. MD5 is what the clients speak; the password's 128 random bits need no
// slow hash.
func digestHA1(username, password string) string {
	sum := md5.Sum([]byte(username + ":" + AppRealm + ":" + password))
	return hex.EncodeToString(sum[:])
}

func (s *Service) ha1Cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.keys.app)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "seal app password", err)
	}
	aead, err := cipher.NewGCM(block)
	return aead, errs.WrapCode(errs.Internal, "seal app password", err)
}

func (s *Service) sealHA1(device, ha1 string) ([]byte, error) {
	aead, err := s.ha1Cipher()
	if err != nil {
		return nil, err
	}
	nonce, err := s.random(aead.NonceSize())
	if err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, []byte(ha1), []byte(device)), nil
}

func (s *Service) openHA1(a AppUser) (string, error) {
	const op = "open app password"
	aead, err := s.ha1Cipher()
	if err != nil {
		return "", err
	}
	n := aead.NonceSize()
	if len(a.HA1) < n {
		return "", errs.New(errs.Damaged, op, "%d bytes", len(a.HA1))
	}
	plain, err := aead.Open(nil, a.HA1[:n], a.HA1[n:], []byte(a.Device))
	if err != nil {
		return "", errs.WrapCode(errs.Damaged, op, err)
	}
	return string(plain), nil
}

// cachedApp is an app user as the store knew it at loaded.
type cachedApp struct {
	AppUser
	loaded int64
	life   uint64
}

// appUser looks an app user up, at most limits.RevocationLag old. Code: not-found.
func (s *Service) appUser(ctx context.Context, by string, find func(r Reader) (AppUser, error)) (AppUser, error) {
	now := s.now()
	if a, ok := s.states.apps.get(by); ok && s.states.fresh(a.loaded, a.life, now) {
		return a.AppUser, nil
	}
	c := &cachedApp{loaded: now, life: s.states.life.Load()}
	err := s.store.View(ctx, func(r Reader) (err error) {
		c.AppUser, err = find(r)
		return err
	})
	if err != nil {
		return AppUser{}, err
	}
	s.states.apps.put(by, c)
	return c.AppUser, nil
}

// AuthenticateAppKey turns the key in an OpenRosa address into a principal. A key that is well-formed is never answered with
// 401, which would make clients ask a person for a password. Codes: unauthenticated (malformed), forbidden (unknown),
// device-revoked (also where the worker's account ended).
func (s *Service) AuthenticateAppKey(ctx context.Context, key string) (Principal, error) {
	const op = "authenticate app user"
	key, err := normalAppKey(key)
	if err != nil {
		return Principal{}, err
	}
	hash := hashAppKey(key)
	a, err := s.appUser(ctx, string(hash[:]), func(r Reader) (AppUser, error) { return r.AppUserByKey(hash) })
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		return Principal{}, errs.New(errs.Forbidden, op, "no such key")
	case err != nil:
		return Principal{}, errs.Wrap(op, err)
	}
	return s.appPrincipal(ctx, a)
}

// AuthenticateAppPassword checks user name and password of Basic. The caller has made sure that nobody could read them on
// the way. Codes: unauthenticated, device-revoked.
func (s *Service) AuthenticateAppPassword(ctx context.Context, username, password string) (Principal, error) {
	a, ha1, err := s.appByName(ctx, username)
	if err != nil {
		return Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(digestHA1(a.Username, password)), []byte(ha1)) != 1 {
		return Principal{}, errs.New(errs.Unauthenticated, "authenticate app user", "user name or password is wrong")
	}
	return s.appPrincipal(ctx, a)
}

func (s *Service) appByName(ctx context.Context, username string) (a AppUser, ha1 string, err error) {
	const op = "authenticate app user"
	if len(username) > limits.IDBytes {
		return a, "", errs.New(errs.Unauthenticated, op, "user name or password is wrong")
	}
	a, err = s.appUser(ctx, "name:"+username, func(r Reader) (AppUser, error) { return r.AppUserByName(username) })
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		return a, "", errs.New(errs.Unauthenticated, op, "user name or password is wrong")
	case err != nil:
		return a, "", errs.Wrap(op, err)
	}
	ha1, err = s.openHA1(a)
	return a, ha1, err
}

// appPrincipal says what an app user may do now; its first use grants the grids of its enrolment.
func (s *Service) appPrincipal(ctx context.Context, a AppUser) (Principal, error) {
	const op = "authenticate app user"
	d, err := s.DeviceByID(ctx, a.Device)
	if err != nil {
		return Principal{}, errs.Wrap(op, err)
	}
	if d.Held != "" {
		return Principal{}, errs.New(errs.DeviceRevoked, op, "%s is revoked", d.ID)
	}
	if a.Used == 0 {
		if err := s.useApp(ctx, a); err != nil {
			return Principal{}, errs.Wrap(op, err)
		}
		if d, err = s.DeviceByID(ctx, a.Device); err != nil {
			return Principal{}, errs.Wrap(op, err)
		}
	} else if s.now()-d.LastSeen >= appSeenEvery {
		// Last contact is a hint for the office: a store that cannot write refuses what matters itself.
		_ = s.store.Update(ctx, func(tx Tx) error { return s.seenApp(tx, a.Device) })
		s.states.forget()
	}
	return Principal{UserID: d.Worker, Name: d.WorkerName, Role: Worker, Area: d.Street, Device: d.ID, RegistryDevice: d.RegistryID,
		Street: d.Street, Grids: d.Grids}, nil
}

func (s *Service) seenApp(tx Tx, device string) error {
	d, err := tx.Device(device)
	if err != nil {
		return err
	}
	d.LastSeen = max(d.LastSeen, s.now())
	return tx.PutDevice(d)
}

func (s *Service) useApp(ctx context.Context, a AppUser) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		now, err := tx.AppUserByKey(a.KeyHash)
		if err != nil || now.Used != 0 {
			return err
		}
		e, err := tx.Enrolment(now.Enrolment)
		if err != nil {
			return err
		}
		if err := s.admitWorker(tx, e); err != nil {
			return err
		}
		now.Used = s.now()
		if err := tx.PutAppUser(now); err != nil {
			return err
		}
		if err := s.seenApp(tx, now.Device); err != nil {
			return err
		}
		return s.appendAudit(tx, AuditEntry{Actor: e.Worker, Role: Worker, Action: "devices.first-use", Object: now.Device, Area: e.Street, Filter: e.ID, Rows: 1})
	})
	s.states.forget()
	return err
}
