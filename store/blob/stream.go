package blob

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// spoolMemory is how many bytes of a stream are held in memory before it goes to the disk.
const spoolMemory = 256 << 10

// PutStream stores what src yields, at most limit bytes, and returns the name its bytes give it, with the ending ext, and its
// size when it is durable. What is larger than a quarter of a megabyte passes through a file that has no name and is
// encrypted under a key that only this call knows. Codes: those of Put.
func (s *Store) PutStream(ctx context.Context, ext string, limit int64, src io.Reader) (name string, size int64, err error) {
	const op = "store attachment"
	sp := spool{dir: filepath.Join(s.dir, tempDir), rand: s.Rand}
	defer sp.close()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(h, &sp), io.LimitReader(contextReader{ctx, src}, limit+1))
	if err != nil {
		return "", 0, errs.Wrap(op, err)
	}
	if size > limit {
		return "", 0, errs.New(errs.TooLarge, op, "more than %d bytes", limit).
			WithHint("单个文件不能超过 %d MB。 One file may have at most %d MB.", limit>>20, limit>>20)
	}
	name = "sha256-" + hex.EncodeToString(h.Sum(nil)) + "." + ext
	back, err := sp.back()
	if err != nil {
		return "", 0, errs.Wrap(op, err)
	}
	return name, size, errs.Wrap(op, s.Put(ctx, name, size, back))
}

// spool holds a stream until its hash is known.
type spool struct {
	dir  string
	rand io.Reader
	mem  bytes.Buffer
	file *os.File
	key  cipher.Block
	out  cipher.Stream
	buf  []byte
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil {
		if s.mem.Len()+len(p) <= spoolMemory {
			return s.mem.Write(p)
		}
		if err := s.toDisk(); err != nil {
			return 0, err
		}
	}
	s.buf = append(s.buf[:0], p...)
	s.out.XORKeyStream(s.buf, s.buf)
	n, err := s.file.Write(s.buf)
	return n, durable.WriteError("store attachment", err)
}

// toDisk moves what is held to a file without a name.
func (s *spool) toDisk() error {
	var key [32]byte
	if _, err := io.ReadFull(s.rand, key[:]); err != nil {
		return err
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, "spool-*")
	if err != nil {
		return durable.WriteError("store attachment", err)
	}
	s.file, s.key, s.out = f, block, cipher.NewCTR(block, make([]byte, aes.BlockSize))
	if err := os.Remove(f.Name()); err != nil {
		return durable.WriteError("store attachment", err)
	}
	held := bytes.Clone(s.mem.Bytes())
	s.mem = bytes.Buffer{}
	_, err = s.Write(held)
	return err
}

// back returns what was written, from its beginning.
func (s *spool) back() (io.Reader, error) {
	if s.file == nil {
		return &s.mem, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return cipher.StreamReader{S: cipher.NewCTR(s.key, make([]byte, aes.BlockSize)), R: s.file}, nil
}

func (s *spool) close() {
	if s.file != nil {
		// nothing depends on it: the file has no name any more
		_ = errors.Join(s.file.Close())
	}
}
