package blob

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"

	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/store/keys"
)

// A sealed file: a header of 32 bytes (magic, slot, size of the plain bytes, CRC-32C, zeros), then the bytes in chunks of
// 64 KiB, at least one, each sealed with a random nonce. What a chunk belongs to (file, slot, size, its number) is sealed in,
// so that chunks cannot be moved, swapped or left out.
const (
	magic      = "RUHUBLB1"
	headerSize = 32
	chunkSize  = 64 << 10
	stride     = chunkSize + keys.Overhead
)

func header(slot uint64, size int64) []byte {
	b := make([]byte, headerSize)
	copy(b, magic)
	binary.LittleEndian.PutUint64(b[8:], slot)
	binary.LittleEndian.PutUint64(b[16:], uint64(size))
	binary.LittleEndian.PutUint32(b[24:], crc32.Checksum(b[:24], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func chunksOf(size int64) int64 { return max(1, (size+chunkSize-1)/chunkSize) }

func sealedSize(size int64) int64 { return headerSize + size + chunksOf(size)*keys.Overhead }

// belongs is what a chunk is sealed with.
func belongs(dst []byte, r row, chunk int64) []byte {
	dst = append(dst[:0], magic...)
	dst = append(dst, r.id[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, r.slot)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.size))
	return binary.LittleEndian.AppendUint64(dst, uint64(chunk))
}

// seal writes r's file from src, synced, and returns the hash of the plain bytes. Code invalid where src has another size.
func seal(f *os.File, r row, key *keys.Sealer, src io.Reader) (hash [32]byte, err error) {
	const op = "store attachment"
	if _, err := f.Write(header(r.slot, r.size)); err != nil {
		return hash, durable.WriteError(op, err)
	}
	h := sha256.New()
	plain := make([]byte, chunkSize)
	var sealed, aad []byte
	for chunk, left := int64(0), r.size; chunk < chunksOf(r.size); chunk++ {
		part := plain[:min(left, chunkSize)]
		if _, err := io.ReadFull(src, part); err != nil {
			if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
				return hash, errs.New(errs.Invalid, op, "fewer bytes than %d", r.size)
			}
			return hash, errs.Wrap(op, err)
		}
		left -= int64(len(part))
		h.Write(part)
		aad = belongs(aad, r, chunk)
		if sealed, err = key.Seal(sealed[:0], part, aad); err != nil {
			return hash, err
		}
		if _, err := f.Write(sealed); err != nil {
			return hash, durable.WriteError(op, err)
		}
	}
	if err := atEnd(op, src, r.size); err != nil {
		return hash, err
	}
	h.Sum(hash[:0])
	return hash, durable.WriteError(op, durable.Sync(f))
}

func atEnd(op string, src io.Reader, size int64) error {
	n, err := io.ReadFull(src, make([]byte, 1))
	switch {
	case n > 0:
		return errs.New(errs.Invalid, op, "more bytes than %d", size)
	case err != io.EOF:
		return errs.Wrap(op, err)
	}
	return nil
}

// sealedFile reads a sealed file; it implements io.ReadSeekCloser. Not safe for concurrent use.
type sealedFile struct {
	f     *os.File
	r     row
	key   *keys.Sealer
	pos   int64
	chunk int64 // which one plain holds, -1 = none
	plain []byte
	buf   []byte
	aad   []byte
}

// openSealed opens the file of a row and checks its header and length. Codes: damaged; erased (for which keys.IsDestroyed
// holds) where its key is gone.
func (s *Store) openSealed(r row) (*sealedFile, error) {
	f, err := os.Open(s.path(r.id))
	if err != nil {
		return nil, bad(r.id, "the file is missing")
	}
	sf, err := s.sealedFile(f, r)
	if err != nil {
		f.Close()
		return nil, err
	}
	return sf, nil
}

func (s *Store) sealedFile(f *os.File, r row) (*sealedFile, error) {
	got := make([]byte, headerSize)
	if _, err := f.ReadAt(got, 0); err != nil || string(got) != string(header(r.slot, r.size)) {
		return nil, bad(r.id, "the header is not what was written")
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errs.Wrap("read attachment", err)
	}
	if st.Size() != sealedSize(r.size) {
		return nil, bad(r.id, "%d bytes instead of %d", st.Size(), sealedSize(r.size))
	}
	key, err := s.Slots.Sealer(r.slot)
	if err != nil {
		return nil, errs.Wrap(shown(r.id), err)
	}
	return &sealedFile{f: f, r: r, key: key, chunk: -1}, nil
}

func bad(i id, format string, args ...any) error {
	e := errs.New(errs.Damaged, shown(i), format, args...)
	return e.WithHint("Put the file back from a backup, or let the phone that took it send it again.")
}

// load opens the chunk that holds the place.
func (s *sealedFile) load(chunk int64) error {
	if s.chunk == chunk {
		return nil
	}
	n := min(chunkSize, s.r.size-chunk*chunkSize) + keys.Overhead
	if s.buf == nil {
		s.buf = make([]byte, stride)
	}
	s.chunk = -1
	if _, err := s.f.ReadAt(s.buf[:n], headerSize+chunk*stride); err != nil {
		return bad(s.r.id, "chunk %d cannot be read", chunk+1)
	}
	s.aad = belongs(s.aad, s.r, chunk)
	plain, err := s.key.Open(s.plain[:0], s.buf[:n], s.aad)
	if err != nil {
		return bad(s.r.id, "chunk %d does not pass its check", chunk+1)
	}
	s.plain, s.chunk = plain, chunk
	return nil
}

// Read implements io.Reader. Code damaged where the bytes are not what was stored; none of that chunk are given.
func (s *sealedFile) Read(p []byte) (int, error) {
	if s.pos >= s.r.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := s.load(s.pos / chunkSize); err != nil {
		return 0, err
	}
	n := copy(p, s.plain[s.pos%chunkSize:])
	s.pos += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (s *sealedFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.pos
	case io.SeekEnd:
		offset += s.r.size
	}
	if offset < 0 {
		return 0, errs.New(errs.Internal, "seek attachment", "before the beginning")
	}
	s.pos = offset
	return offset, nil
}

// Close implements io.Closer.
func (s *sealedFile) Close() error { return s.f.Close() }

// checkWhole reads every chunk and holds the hash of the whole against the name.
func (s *Store) checkWhole(r row) error {
	f, err := s.openSealed(r)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	for chunk := range chunksOf(r.size) {
		if err := f.load(chunk); err != nil {
			return err
		}
		h.Write(f.plain)
	}
	if s.idOf(h.Sum(nil)) != r.id {
		return bad(r.id, "the hash of the bytes is not that of the name")
	}
	return nil
}

// slotOf returns the slot a sealed file says it is sealed under, where its first chunk proves that.
func (s *Store) slotOf(f *os.File, i id) (slot uint64, ok bool) {
	b := make([]byte, headerSize)
	if _, err := f.ReadAt(b, 0); err != nil {
		return 0, false
	}
	r := row{id: i, slot: binary.LittleEndian.Uint64(b[8:]), size: int64(binary.LittleEndian.Uint64(b[16:]))}
	if r.size < 0 || string(b) != string(header(r.slot, r.size)) {
		return 0, false
	}
	key, err := s.Slots.Sealer(r.slot)
	if err != nil {
		return 0, false
	}
	sf := &sealedFile{f: f, r: r, key: key, chunk: -1}
	return r.slot, sf.load(0) == nil
}
