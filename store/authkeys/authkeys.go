// Package authkeys keeps the secrets of package auth (signing keys, certificate keys, the secret of refresh tokens) as sealed
// files of rights 0600 in the keys/ folder of a data directory, so that they are in every key backup and in no database.
package authkeys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// Sealer seals what is written and opens what is read; aad binds bytes to their name.
type Sealer interface {
	Seal(dst, plain, aad []byte) ([]byte, error)
	Open(dst, sealed, aad []byte) ([]byte, error)
}

// Files implements auth.KeyStore. Safe for concurrent use, also by several processes.
type Files struct {
	dir    string
	sealer Sealer
}

// New returns a key store on an existing folder.
func New(dir string, sealer Sealer) *Files { return &Files{dir, sealer} }

const suffix = ".sealed"

func (f *Files) path(name string) (string, error) {
	if name == "" || strings.ContainsAny(name, "/\\.") {
		return "", errs.New(errs.Internal, "key file", "bad name %q", name)
	}
	return filepath.Join(f.dir, name+suffix), nil
}

func aad(name string) []byte { return []byte("authkeys:" + name) }

// LoadKey implements auth.KeyStore. Codes: not-found, damaged, read-only.
func (f *Files) LoadKey(name string) ([]byte, error) {
	const op = "load key file"
	path, err := f.path(name)
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errs.WrapCode(errs.NotFound, op, err)
	case err != nil:
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	plain, err := f.sealer.Open(nil, sealed, aad(name))
	return plain, errs.Wrap(op+" "+name, err)
}

// CreateKey implements auth.KeyStore: whole or not at all, and the first of several processes wins. Code: conflict.
func (f *Files) CreateKey(name string, b []byte) error {
	const op = "create key file"
	path, sealed, err := f.seal(name, b)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(f.dir, ".new-*")
	if err != nil {
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(sealed)
	if err == nil {
		err = durable.Sync(tmp)
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	// A link, unlike a rename, does not replace what another process put there meanwhile.
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return errs.WrapCode(errs.Conflict, op, err)
	} else if err != nil {
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	return errs.WrapCode(errs.ReadOnly, op, durable.SyncDir(f.dir))
}

// ReplaceKey implements auth.KeyStore.
func (f *Files) ReplaceKey(name string, b []byte) error {
	path, sealed, err := f.seal(name, b)
	if err != nil {
		return err
	}
	return errs.WrapCode(errs.ReadOnly, "replace key file", durable.WriteFile(path, sealed, 0o600))
}

func (f *Files) seal(name string, b []byte) (path string, sealed []byte, err error) {
	if path, err = f.path(name); err != nil {
		return "", nil, err
	}
	sealed, err = f.sealer.Seal(nil, b, aad(name))
	return path, sealed, errs.Wrap("seal key file", err)
}
