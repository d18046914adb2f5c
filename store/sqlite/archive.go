package sqlite

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"math"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// A backup is one age file (age-encryption.org/v1) for the key in keys/backup.agekey. Inside: the magic, then parts. A part is
// a head (JSON), then pieces, each led by its length, then a piece of length 0. The first part is the manifest, the last is
// the end, whose head holds the SHA-256 of all bytes before it.
const archiveMagic = "RUHUBACKUP1\n"

// Kinds of part.
const (
	partManifest = "manifest"
	partSchema   = "schema" // pieces: CREATE statements of Name, tables first
	partTable    = "table"  // pieces: rows of Table in database Name
	partFile     = "file"   // pieces: the bytes of file Name
	partEnd      = "end"
)

// head begins a part.
type head struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name,omitempty"`
	Table    string    `json:"table,omitempty"`
	Columns  []string  `json:"columns,omitempty"`
	Manifest *Manifest `json:"manifest,omitempty"`
	Sum      []byte    `json:"sum,omitempty"`
}

// Manifest says what a backup is of.
type Manifest struct {
	Format   int                         `json:"format"`
	At       int64                       `json:"at"`     // ms, when its snapshots were taken
	MasterID string                      `json:"master"` // of the keys that open what is in it
	Epoch    string                      `json:"epoch"`
	Slots    map[string]uint64           `json:"slots"` // the greatest slot used, by slot file: a key file must reach it
	Heads    map[sync.Stream][]sync.Head `json:"heads"`
}

// maxPiece bounds what a reader allocates for one row or statement.
const maxPiece = 64 << 20

// archiveWriter writes parts.
type archiveWriter struct {
	w   *bufio.Writer
	h   hash.Hash
	n   int64
	err error
}

func newArchiveWriter(w io.Writer) *archiveWriter {
	a := &archiveWriter{w: bufio.NewWriterSize(w, 1<<18), h: sha256.New()}
	a.raw([]byte(archiveMagic))
	return a
}

func (a *archiveWriter) raw(b []byte) {
	if a.err == nil {
		a.h.Write(b)
		a.n += int64(len(b))
		_, a.err = a.w.Write(b)
	}
}

func (a *archiveWriter) piece(b []byte) {
	var n [binary.MaxVarintLen64]byte
	a.raw(n[:binary.PutUvarint(n[:], uint64(len(b)))])
	a.raw(b)
}

func (a *archiveWriter) begin(h head) {
	b, err := json.Marshal(h)
	if err != nil && a.err == nil {
		a.err = err
	}
	a.piece(b)
}

func (a *archiveWriter) end() { a.piece(nil) }

// close writes the last part and returns the sum of all before it.
func (a *archiveWriter) close() (sum [32]byte, err error) {
	copy(sum[:], a.h.Sum(nil))
	a.begin(head{Kind: partEnd, Sum: sum[:]})
	a.end()
	if a.err == nil {
		a.err = a.w.Flush()
	}
	return sum, a.err
}

// archiveReader reads parts.
type archiveReader struct {
	r     *bufio.Reader
	h     hash.Hash
	buf   []byte
	inner bool // a part is being read
	ended bool
	sum   [32]byte
}

func badArchive(format string, args ...any) error {
	return errs.New(errs.BackupBad, "read backup", format, args...)
}

func newArchiveReader(r io.Reader) (*archiveReader, error) {
	a := &archiveReader{r: bufio.NewReaderSize(r, 1<<18), h: sha256.New()}
	b := make([]byte, len(archiveMagic))
	if _, err := io.ReadFull(a.r, b); err != nil || string(b) != archiveMagic {
		return nil, badArchive("it is not a backup of this program, or of a newer one")
	}
	a.h.Write(b)
	return a, nil
}

// piece returns the next piece, valid until the next call; nil at the end of a part.
func (a *archiveReader) piece() ([]byte, error) {
	n, err := binary.ReadUvarint(a.r)
	if err != nil {
		return nil, badArchive("it is cut short: %v", err)
	}
	if n > maxPiece {
		return nil, badArchive("a piece of %d bytes", n)
	}
	var l [binary.MaxVarintLen64]byte
	if a.inner {
		a.h.Write(l[:binary.PutUvarint(l[:], n)])
	}
	if uint64(cap(a.buf)) < n {
		a.buf = make([]byte, n)
	}
	a.buf = a.buf[:n]
	if _, err := io.ReadFull(a.r, a.buf); err != nil {
		return nil, badArchive("it is cut short: %v", err)
	}
	if a.inner {
		a.h.Write(a.buf)
		if n == 0 {
			a.inner = false
			return nil, nil
		}
	}
	return a.buf, nil
}

// next returns the head of the next part. At the last one it checks the sum and that nothing follows, and returns io.EOF.
func (a *archiveReader) next() (head, error) {
	for a.inner {
		if _, err := a.piece(); err != nil {
			return head{}, err
		}
	}
	before := a.h.Sum(nil)
	b, err := a.piece()
	if err != nil {
		return head{}, err
	}
	var h head
	if err := json.Unmarshal(b, &h); err != nil {
		return h, badArchive("a part has no head")
	}
	var l [binary.MaxVarintLen64]byte
	a.h.Write(l[:binary.PutUvarint(l[:], uint64(len(b)))])
	a.h.Write(b)
	a.inner = true
	if h.Kind != partEnd {
		return h, nil
	}
	if !bytes.Equal(h.Sum, before) {
		return h, badArchive("its sum is not that of its bytes")
	}
	copy(a.sum[:], before)
	if _, err := a.piece(); err != nil {
		return h, err
	}
	if _, err := a.r.ReadByte(); !errors.Is(err, io.EOF) {
		return h, badArchive("something follows its end")
	}
	a.ended = true
	return h, io.EOF
}

// Values of a row: a byte for the type, then the value.
const (
	valueNull byte = iota
	valueInt
	valueFloat
	valueText
	valueBlob
)

func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, valueNull), nil
	case int64:
		return binary.AppendVarint(append(b, valueInt), v), nil
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		return binary.AppendVarint(append(b, valueInt), n), nil
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, valueFloat), math.Float64bits(v)), nil
	case string:
		return append(binary.AppendUvarint(append(b, valueText), uint64(len(v))), v...), nil
	case []byte:
		return append(binary.AppendUvarint(append(b, valueBlob), uint64(len(v))), v...), nil
	}
	return b, errs.New(errs.Internal, "backup", "a value of type %T", v)
}

// readValues reads a row of n values into dst.
func readValues(b []byte, dst []any) error {
	bad := badArchive("a row is not one")
	for i := range dst {
		if len(b) == 0 {
			return bad
		}
		kind := b[0]
		b = b[1:]
		switch kind {
		case valueNull:
			dst[i] = nil
		case valueInt:
			v, n := binary.Varint(b)
			if n <= 0 {
				return bad
			}
			dst[i], b = v, b[n:]
		case valueFloat:
			if len(b) < 8 {
				return bad
			}
			dst[i], b = math.Float64frombits(binary.LittleEndian.Uint64(b)), b[8:]
		case valueText, valueBlob:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return bad
			}
			v := b[n : n+int(size)]
			b = b[n+int(size):]
			if kind == valueText {
				dst[i] = string(v)
			} else {
				dst[i] = append([]byte{}, v...)
			}
		default:
			return bad
		}
	}
	if len(b) > 0 {
		return bad
	}
	return nil
}
