// Package uploads keeps what has arrived of unfinished uploads: a data store for tusd in one folder. A photo lies on
// the disk sealed from its first byte: each upload's bytes are AES-256-CTR under a key of its own, derived from the
// store's key and the upload's id, so that a chunk can be appended at any offset. Integrity is not this layer's matter: a
// finished upload is accepted only when its SHA-256 is the one in its name.
package uploads

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	gosync "sync"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// Keep is how long an upload that nobody continues, and the mark of a finished one, stay.
const Keep = 7 * 24 * time.Hour

// Store is a tusd data store. It never takes part in backups.
type Store struct {
	dir   string
	key   []byte
	clock clock.Clock

	mu    gosync.Mutex // guards what follows
	rand  io.Reader
	swept time.Time
}

// Open uses a folder, which is made where it is missing. key is secret and at least 32 bytes.
func Open(dir string, key []byte, c clock.Clock, rand io.Reader) (*Store, error) {
	const op = "open uploads"
	if len(key) < 32 {
		return nil, errs.New(errs.Internal, op, "the key needs 32 bytes")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	return &Store{dir: dir, key: key, clock: c, rand: rand}, nil
}

// UseIn makes tusd use the store.
func (s *Store) UseIn(c *handler.StoreComposer) {
	c.UseCore(s)
	c.UseTerminater(s)
}

// info is what stands beside the bytes: ids and sizes only.
type info struct {
	Size     int64            `json:"size"`
	MetaData handler.MetaData `json:"meta"`
	Begun    int64            `json:"begun"`
	Done     bool             `json:"done"` // accepted; the bytes are gone from here
}

// NewUpload begins an upload.
func (s *Store) NewUpload(_ context.Context, fi handler.FileInfo) (handler.Upload, error) {
	const op = "begin upload"
	s.sweep()
	var raw [20]byte
	s.mu.Lock()
	_, err := io.ReadFull(s.rand, raw[:])
	s.mu.Unlock()
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, op, err)
	}
	id := "up_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))
	u := &upload{store: s, id: id, info: info{Size: fi.Size, MetaData: fi.MetaData, Begun: clock.Millis(s.clock.Now())}}
	f, err := os.OpenFile(u.path(dataExt), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, storage(op, err)
	}
	if err := f.Close(); err != nil {
		return nil, storage(op, err)
	}
	return u, u.writeInfo()
}

// GetUpload finds an upload; handler.ErrNotFound where there is none.
func (s *Store) GetUpload(_ context.Context, id string) (handler.Upload, error) {
	if !goodID(id) {
		return nil, handler.ErrNotFound
	}
	u := &upload{store: s, id: id}
	b, err := os.ReadFile(u.path(infoExt))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, storage("find upload", err)
	}
	if err := json.Unmarshal(b, &u.info); err != nil {
		return nil, errs.WrapCode(errs.Damaged, "find upload", err)
	}
	return u, nil
}

// AsTerminatableUpload lets tusd delete uploads.
func (s *Store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	t, _ := u.(*upload)
	return t
}

// sweep deletes what nobody has touched for Keep, at most once an hour.
func (s *Store) sweep() {
	now := s.clock.Now()
	s.mu.Lock()
	due := now.Sub(s.swept) > time.Hour
	if due {
		s.swept = now
	}
	s.mu.Unlock()
	if !due {
		return
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if fi, err := e.Info(); err == nil && now.Sub(fi.ModTime()) > Keep {
			_ = os.Remove(filepath.Join(s.dir, e.Name()))
		}
	}
}

const (
	dataExt = ".part"
	infoExt = ".json"
)

func goodID(id string) bool {
	rest, ok := strings.CutPrefix(id, "up_")
	return ok && len(rest) == 32 && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

type upload struct {
	store *Store
	id    string
	info  info
}

func (u *upload) path(ext string) string { return filepath.Join(u.store.dir, u.id+ext) }

func (u *upload) writeInfo() error {
	const op = "write upload"
	b, err := json.Marshal(u.info)
	if err != nil {
		return errs.Wrap(op, err)
	}
	tmp := u.path(infoExt + ".tmp")
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return storage(op, err)
	}
	return storage(op, os.Rename(tmp, u.path(infoExt)))
}

// stream returns the key stream from an offset on.
func (u *upload) stream(offset int64) (cipher.Stream, error) {
	key, err := hkdf.Key(sha256.New, u.store.key, nil, "ruhu-upload:"+u.id, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	var iv [aes.BlockSize]byte
	for i, n := 0, uint64(offset/aes.BlockSize); i < 8; i++ {
		iv[aes.BlockSize-1-i] = byte(n >> (8 * i))
	}
	st := cipher.NewCTR(block, iv[:])
	if skip := offset % aes.BlockSize; skip > 0 {
		var waste [aes.BlockSize]byte
		st.XORKeyStream(waste[:skip], waste[:skip])
	}
	return st, nil
}

// WriteChunk appends what src gives. What arrived before src broke off stays.
func (u *upload) WriteChunk(_ context.Context, offset int64, src io.Reader) (int64, error) {
	const op = "write upload"
	st, err := u.stream(offset)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	f, err := os.OpenFile(u.path(dataExt), os.O_WRONLY, 0o600)
	if err != nil {
		return 0, storage(op, err)
	}
	n, err := io.Copy(&cipher.StreamWriter{S: st, W: io.NewOffsetWriter(f, offset)}, src)
	if serr := durable.Sync(f); err == nil {
		err = storage(op, serr)
	}
	if cerr := f.Close(); err == nil {
		err = storage(op, cerr)
	}
	return n, err
}

// GetInfo returns size and how much is here.
func (u *upload) GetInfo(context.Context) (handler.FileInfo, error) {
	fi := handler.FileInfo{ID: u.id, Size: u.info.Size, MetaData: u.info.MetaData, Offset: u.info.Size}
	if u.info.Done {
		return fi, nil
	}
	st, err := os.Stat(u.path(dataExt))
	if err != nil {
		return fi, storage("find upload", err)
	}
	fi.Offset = st.Size()
	return fi, nil
}

// GetReader reads what is here.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) {
	const op = "read upload"
	st, err := u.stream(0)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f, err := os.Open(u.path(dataExt))
	if err != nil {
		return nil, storage(op, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&cipher.StreamReader{S: st, R: f}, f}, nil
}

// FinishUpload has nothing to do: Accepted is called by who took the bytes.
func (u *upload) FinishUpload(context.Context) error { return nil }

// Accepted removes an upload's bytes and leaves a mark that it is complete: a client whose reply was lost finds out.
func (s *Store) Accepted(ctx context.Context, id string) error {
	found, err := s.GetUpload(ctx, id)
	if err != nil {
		return err
	}
	u, _ := found.(*upload)
	u.info.Done = true
	if err := u.writeInfo(); err != nil {
		return err
	}
	return storage("finish upload", os.Remove(u.path(dataExt)))
}

// Remove deletes an upload.
func (s *Store) Remove(ctx context.Context, id string) error {
	found, err := s.GetUpload(ctx, id)
	if err != nil {
		return err
	}
	u, _ := found.(*upload)
	return u.Terminate(ctx)
}

// Forget deletes what has arrived of an attachment that no record names any more, in all its uploads.
func (s *Store) Forget(hash [32]byte) error {
	const op = "forget upload"
	paths, err := filepath.Glob(filepath.Join(s.dir, "up_*"+infoExt))
	if err != nil {
		return storage(op, err)
	}
	name := "sha256-" + hex.EncodeToString(hash[:])
	for _, path := range paths {
		id := strings.TrimSuffix(filepath.Base(path), infoExt)
		found, err := s.GetUpload(context.Background(), id)
		if err != nil {
			continue // it ended meanwhile, or is not one
		}
		u, _ := found.(*upload)
		if !strings.HasPrefix(u.info.MetaData["filename"], name) {
			continue
		}
		if err := u.Terminate(context.Background()); err != nil {
			return err
		}
	}
	return nil
}

// Terminate deletes the upload.
func (u *upload) Terminate(context.Context) error {
	const op = "delete upload"
	if err := os.Remove(u.path(infoExt)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storage(op, err)
	}
	if err := os.Remove(u.path(dataExt)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storage(op, err)
	}
	return nil
}
