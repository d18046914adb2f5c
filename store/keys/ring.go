// Package keys keeps every secret of a data directory in its keys/ folder: the master key, one key for each record
// and blob in slot files, and the identity that opens backups. No key ever enters a database, so destroying a slot
// destroys everything sealed under it, in every copy and backup that does not hold the slot file.
//
// Folder: master.key (32 random bytes, as text), answers.slots, registry.slots, blobs.slots, backup.agekey.
package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// The slot files of a data directory.
const (
	Answers  = "answers"
	Registry = "registry"
	Blobs    = "blobs"
)

const (
	masterFile   = "master.key"
	backupFile   = "backup.agekey"
	masterPrefix = "ruhu-master-key-1 "
)

// Ring is an open keys/ folder. Safe for concurrent use, also by several processes.
type Ring struct {
	dir      string
	master   [32]byte
	rand     io.Reader
	slots    map[string]*Slots
	identity *age.X25519Identity
}

// Open opens the folder, or fills an empty one with new keys. random gives new keys and nonces; it must be safe for
// concurrent use (crypto/rand.Reader is). Codes: damaged (a key file does not pass its check), read-only.
func Open(dir string, random io.Reader) (*Ring, error) {
	const op = "open keys"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	r := &Ring{dir: dir, rand: random, slots: map[string]*Slots{}}
	unlock, err := lockFile(filepath.Join(dir, ".lock"))
	if err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer unlock()
	if err := r.loadMaster(); err != nil {
		return nil, err
	}
	if err := r.loadBackupIdentity(); err != nil {
		return nil, err
	}
	for _, name := range []string{Answers, Registry, Blobs} {
		wrap, err := r.aead("slots:" + name)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		s, err := openSlots(filepath.Join(dir, name+".slots"), name, wrap, random)
		if err != nil {
			r.Close()
			return nil, err
		}
		r.slots[name] = s
	}
	return r, nil
}

func (r *Ring) loadMaster() error {
	const op = "master key"
	path := filepath.Join(r.dir, masterFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if left, _ := filepath.Glob(filepath.Join(r.dir, "*.slots")); len(left) > 0 {
			return errs.New(errs.Damaged, op, "%s is missing", path).
				WithHint("Put the keys back with ruhu restore and the file of ruhu backup-keys.")
		}
		if _, err := io.ReadFull(r.rand, r.master[:]); err != nil {
			return errs.Wrap(op, err)
		}
		if err := durable.WriteFile(path, masterText(r.master), 0o600); err != nil {
			return errs.WrapCode(errs.ReadOnly, op, err)
		}
		return nil
	}
	if err != nil {
		return errs.WrapCode(errs.Damaged, op, err)
	}
	r.master, err = parseMaster(text)
	return err
}

func masterText(key [32]byte) []byte {
	sum := sha256.Sum256(key[:])
	return []byte(masterPrefix + hex.EncodeToString(key[:]) + " " + hex.EncodeToString(sum[:8]) + "\n")
}

func parseMaster(text []byte) (key [32]byte, err error) {
	fields := strings.Fields(strings.TrimPrefix(string(text), masterPrefix))
	if len(fields) == 2 {
		if raw, err := hex.DecodeString(fields[0]); err == nil && len(raw) == 32 {
			copy(key[:], raw)
		}
	}
	if string(masterText(key)) != string(text) {
		return key, errs.New(errs.Damaged, "master key", "%s does not pass its check", masterFile)
	}
	return key, nil
}

func (r *Ring) loadBackupIdentity() error {
	const op = "backup key"
	path := filepath.Join(r.dir, backupFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			return errs.Wrap(op, err)
		}
		r.identity = id
		return errs.WrapCode(errs.ReadOnly, op, durable.WriteFile(path, []byte(id.String()+"\n"), 0o600))
	}
	if err != nil {
		return errs.WrapCode(errs.Damaged, op, err)
	}
	if r.identity, err = age.ParseX25519Identity(strings.TrimSuffix(string(text), "\n")); err != nil {
		return errs.New(errs.Damaged, op, "%s does not pass its check", backupFile)
	}
	return nil
}

// Slots returns one of the slot files.
func (r *Ring) Slots(name string) *Slots { return r.slots[name] }

// ID names the master key without telling anything of it.
func (r *Ring) ID() string {
	sum := sha256.Sum256(append([]byte("ruhu-master-id:"), r.master[:]...))
	return hex.EncodeToString(sum[:8])
}

// Derive returns the key of a name: the same name gives the same 32 bytes as long as the master key lives.
// Names in use: "registry-identity", "link", "cursor", "case-token", "pseudonym", "aggregates:…", "slots:…".
func (r *Ring) Derive(name string) []byte {
	key, err := hkdf.Key(sha256.New, r.master[:], nil, "ruhu:"+name, 32)
	if err != nil {
		panic("keys: " + err.Error()) // only for lengths no caller can choose
	}
	return key
}

// Sealer returns a Sealer under a derived key, for small secrets that die with the master key: identity fields, links.
func (r *Ring) Sealer(name string) *Sealer {
	s, err := NewSealer(r.Derive(name), r.rand)
	if err != nil {
		panic("keys: " + err.Error())
	}
	return s
}

// BackupIdentity opens what BackupRecipient sealed.
func (r *Ring) BackupIdentity() age.Identity { return r.identity }

// BackupRecipient seals backups.
func (r *Ring) BackupRecipient() age.Recipient { return r.identity.Recipient() }

func (r *Ring) aead(name string) (cipher.AEAD, error) { return newGCM(r.Derive(name)) }

func newGCM(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// Close closes the slot files.
func (r *Ring) Close() error {
	var err error
	for _, s := range r.slots {
		err = errors.Join(err, s.close())
	}
	return err
}
