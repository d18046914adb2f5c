package export

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"sort"
)

// sortedZip is an archive whose entries stand in order of name and carry no time, in whatever order they were written.
// Entries wait, compressed, in a temporary file.
type sortedZip struct {
	w       io.Writer
	spool   *os.File
	at      int64
	entries []*zipEntry
}

type zipEntry struct {
	name       string
	start, end int64
	size       uint64
	crc        hash.Hash32
	deflate    *flate.Writer
	zip        *sortedZip
}

func newSortedZip(w io.Writer) (*sortedZip, error) {
	f, err := os.CreateTemp("", "ruhu-export-*")
	if err != nil {
		return nil, err
	}
	// Unlinked at once: nothing is left behind, however this process ends.
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &sortedZip{w: w, spool: f}, nil
}

// Create begins an entry and ends the one before.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	e := &zipEntry{name: name, start: z.at, crc: crc32.NewIEEE(), zip: z}
	d, err := flate.NewWriter(spoolWriter{z}, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	e.deflate = d
	z.entries = append(z.entries, e)
	return e, nil
}

// AddFS is not used by spreadsheets.
func (z *sortedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

func (e *zipEntry) Write(p []byte) (int, error) {
	e.size += uint64(len(p))
	e.crc.Write(p)
	return e.deflate.Write(p)
}

type spoolWriter struct{ z *sortedZip }

func (s spoolWriter) Write(p []byte) (int, error) {
	n, err := s.z.spool.Write(p)
	s.z.at += int64(n)
	return n, err
}

func (z *sortedZip) finish() error {
	if len(z.entries) == 0 {
		return nil
	}
	e := z.entries[len(z.entries)-1]
	if e.deflate == nil {
		return nil
	}
	err := e.deflate.Close()
	e.deflate, e.end = nil, z.at
	return err
}

// Close writes the archive.
func (z *sortedZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	sort.Slice(z.entries, func(i, j int) bool { return z.entries[i].name < z.entries[j].name })
	out := zip.NewWriter(z.w)
	for _, e := range z.entries {
		f, err := out.CreateRaw(&zip.FileHeader{
			Name: e.name, Method: zip.Deflate, CRC32: e.crc.Sum32(), CompressedSize64: uint64(e.end - e.start), UncompressedSize64: e.size,
		})
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, io.NewSectionReader(z.spool, e.start, e.end-e.start)); err != nil {
			return err
		}
	}
	return out.Close()
}

// release gives the temporary file back.
func (z *sortedZip) release() error { return z.spool.Close() }
