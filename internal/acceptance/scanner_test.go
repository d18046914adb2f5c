package acceptance_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"ruhu/store/keys"
)

// scanner looks for words in every byte of a data directory that can be made readable: as it lies there, each column of each
// table, what opens with the keys that are there, and what is packed in any of that; in UTF-8 and UTF-16LE. It shares the layout of the
// stored bytes with the store, and none of its code.
type scanner struct {
	t     *testing.T
	words []string
	forms map[string][][]byte
	found map[string][]string // word -> where
	zst   *zstd.Decoder
	// opened and shut count what was sealed and did or did not open.
	opened, shut int
}

// scan looks at a directory, of which it makes a copy first: the originals may be in use.
func scan(t *testing.T, dir string, words []string) *scanner {
	t.Helper()
	s := &scanner{t: t, words: words, forms: map[string][][]byte{}, found: map[string][]string{}}
	var err error
	s.zst, err = zstd.NewReader(nil)
	require.NoError(t, err)
	defer s.zst.Close()
	for _, w := range words {
		var le []byte
		for _, u := range utf16.Encode([]rune(w)) {
			le = binary.LittleEndian.AppendUint16(le, u)
		}
		s.forms[w] = [][]byte{[]byte(w), le}
	}
	at := filepath.Join(t.TempDir(), "scanned")
	copyFiles(t, at, dir, everything)
	require.NoError(t, filepath.WalkDir(at, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil {
			name, _ := filepath.Rel(at, path)
			s.bytes(name, b)
		}
		return err
	}))
	s.sealed(at)
	return s
}

// list returns the words that were found, and with where the places.
func (s *scanner) list() (list []string) {
	for w := range s.found {
		list = append(list, w)
	}
	slices.Sort(list)
	return list
}

// bytes looks at plain bytes, and at what is packed in them.
func (s *scanner) bytes(where string, b []byte) {
	s.plain(where, b)
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte{0x1f, 0x8b, 8})
		if k < 0 {
			break
		}
		i += k
		if z, err := gzip.NewReader(bytes.NewReader(b[i:])); err == nil {
			z.Multistream(false)
			out, _ := io.ReadAll(io.LimitReader(z, 16<<20)) // as far as it goes
			s.plain(where+" gzip", out)
		}
		i++
	}
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte{0x28, 0xb5, 0x2f, 0xfd})
		if k < 0 {
			break
		}
		i += k
		if s.zst.Reset(bytes.NewReader(b[i:])) == nil {
			out, _ := io.ReadAll(io.LimitReader(s.zst, 16<<20)) // as far as it goes
			s.plain(where+" zstd", out)
		}
		i++
	}
	if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				out, _ := io.ReadAll(io.LimitReader(r, 16<<20)) // as far as it goes
				s.plain(where+" "+f.Name, out)
			}
		}
	}
}

func (s *scanner) plain(where string, b []byte) {
	for w, forms := range s.forms {
		for _, f := range forms {
			if bytes.Contains(b, f) && !slices.Contains(s.found[w], where) {
				s.found[w] = append(s.found[w], where)
			}
		}
	}
}

// sealed opens what the keys in the directory open.
func (s *scanner) sealed(dir string) {
	master, err := os.ReadFile(filepath.Join(dir, "keys", "master.key"))
	require.NoError(s.t, err)
	root, err := hex.DecodeString(strings.Fields(strings.TrimPrefix(string(master), "ruhu-master-key-1 "))[0])
	require.NoError(s.t, err)
	derive := func(name string) []byte {
		key, err := hkdf.Key(sha256.New, root, nil, "ruhu:"+name, 32)
		require.NoError(s.t, err)
		return key
	}
	for file, name := range map[string]string{"answers.db": keys.Answers, "registry.db": keys.Registry} {
		slots := s.slots(dir, name, derive)
		db, err := sql.Open("sqlite3", filepath.Join(dir, file))
		require.NoError(s.t, err)
		s.columns(file, db)
		s.rows(db, "SELECT r.slot, l.id, l.body FROM lines l JOIN records r ON r.no = l.rec WHERE l.body IS NOT NULL", func(slot uint64, id, sealed []byte) {
			s.open(file+" line", slots[slot], append([]byte{'B'}, id...), sealed)
		})
		s.rows(db, "SELECT r.slot, CAST(r.id AS BLOB), s.state FROM states s JOIN records r ON r.no = s.no", func(slot uint64, id, sealed []byte) {
			s.open(file+" state", slots[slot], append([]byte{'S'}, id...), sealed)
		})
		s.rows(db, "SELECT r.slot, CAST(r.id AS BLOB), s.packed FROM states s JOIN records r ON r.no = s.no WHERE s.packed IS NOT NULL", func(slot uint64, id, sealed []byte) {
			s.open(file+" packed row", slots[slot], append([]byte{'P'}, id...), sealed)
		})
		s.rows(db, "SELECT r.slot, l.id, CAST(l.reason AS BLOB) FROM lines l JOIN records r ON r.no = l.rec WHERE l.reason <> ''", func(slot uint64, id, sealed []byte) {
			s.open(file+" reason", slots[slot], append([]byte{'R'}, id...), sealed)
		})
		s.rows(db, "SELECT r.slot, CAST(i.instance AS BLOB), i.meta FROM instances i JOIN records r ON r.no = i.rec WHERE i.meta IS NOT NULL", func(slot uint64, id, sealed []byte) {
			s.open(file+" submission", slots[slot], append([]byte{'I'}, id...), sealed)
		})
		s.rows(db, "SELECT r.slot, p.id, p.body FROM posted p JOIN instances i ON i.no = p.instance JOIN records r ON r.no = i.rec", func(slot uint64, id, sealed []byte) {
			s.open(file+" post", slots[slot], append([]byte{'X'}, id...), sealed)
		})
		require.NoError(s.t, db.Close())
	}
	for _, file := range []string{"core.db", "link.db", "blobs/index.db"} {
		db, err := sql.Open("sqlite3", filepath.Join(dir, file))
		require.NoError(s.t, err)
		s.columns(file, db)
		require.NoError(s.t, db.Close())
	}
	s.blobs(dir, s.slots(dir, keys.Blobs, derive))
	s.uploads(dir, derive("uploads"))
}

// slots opens all keys of a slot file; a destroyed one is missing.
func (s *scanner) slots(dir, name string, derive func(string) []byte) map[uint64]cipher.AEAD {
	b, err := os.ReadFile(filepath.Join(dir, "keys", name+".slots"))
	require.NoError(s.t, err)
	wrap := gcm(s.t, derive("slots:"+name))
	all := map[uint64]cipher.AEAD{}
	for slot := uint64(1); slot < uint64(len(b))/64; slot++ {
		one := b[slot*64 : slot*64+64]
		if len(bytes.Trim(one, "\x00")) == 0 {
			continue
		}
		var aad []byte
		aad = append(aad, name...)
		aad = binary.BigEndian.AppendUint64(aad, slot)
		key, err := wrap.Open(nil, one[:12], one[12:60], aad)
		require.NoError(s.t, err, "slot %d of %s", slot, name)
		all[slot] = gcm(s.t, key)
	}
	return all
}

func gcm(t *testing.T, key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	aead, err := cipher.NewGCM(block)
	require.NoError(t, err)
	return aead
}

// logDictionary packs bodies of lines; it is part of the stored format.
const logDictionary = `"ctx":{},"add":["],"del":["],"at":1795420800123,"device":"dv_","epoch":"ep_","form":"","grid":"990101001","nonce":"","record":"0192f","seq":1,"set":{"@status":"submitted","case_id":"C","q1":"1","q2":"2"},"v":1,"version":"2026112301"}`

// open opens sealed bytes and looks at them, unpacked.
func (s *scanner) open(where string, key cipher.AEAD, aad, sealed []byte) {
	if key == nil || len(sealed) < 28 {
		s.shut++
		return
	}
	b, err := key.Open(nil, sealed[:12], sealed[12:], aad)
	if err != nil {
		s.shut++
		return
	}
	s.opened++
	if len(b) == 0 {
		return
	}
	switch b[0] {
	case 1:
		b, err = s2.Decode(nil, b[1:])
	case 2:
		n, lerr := s2.DecodedLen(b[1:])
		require.NoError(s.t, lerr)
		b, err = s2.MakeDict([]byte(logDictionary), nil).Decode(make([]byte, n), b[1:])
	}
	require.NoError(s.t, err, where)
	s.bytes(where, b)
}

func (s *scanner) rows(db *sql.DB, query string, each func(slot uint64, id, sealed []byte)) {
	rows, err := db.Query(query)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, rows.Close()) }()
	for rows.Next() {
		var slot uint64
		var id, sealed []byte
		require.NoError(s.t, rows.Scan(&slot, &id, &sealed))
		each(slot, id, sealed)
	}
	require.NoError(s.t, rows.Err())
}

// columns looks at every value of every table: one that lies across pages is whole here.
func (s *scanner) columns(file string, db *sql.DB) {
	tables, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'table'")
	require.NoError(s.t, err)
	var names []string
	for tables.Next() {
		var n string
		require.NoError(s.t, tables.Scan(&n))
		names = append(names, n)
	}
	require.NoError(s.t, tables.Close())
	for _, n := range names {
		rows, err := db.Query(`SELECT * FROM "` + n + `"`)
		require.NoError(s.t, err)
		cols, err := rows.Columns()
		require.NoError(s.t, err)
		values, dest := make([]sql.RawBytes, len(cols)), make([]any, len(cols))
		for i := range values {
			dest[i] = &values[i]
		}
		for rows.Next() {
			require.NoError(s.t, rows.Scan(dest...))
			for i, v := range values {
				s.bytes(file+" "+n+"."+cols[i], v)
			}
		}
		require.NoError(s.t, rows.Close())
	}
}

// blobs opens the attachments.
func (s *scanner) blobs(dir string, slots map[uint64]cipher.AEAD) {
	require.NoError(s.t, filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || len(d.Name()) != 64 {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		id, err := hex.DecodeString(d.Name())
		if err != nil {
			return err
		}
		slot, size := binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
		var whole []byte
		for chunk, at := uint64(0), 32; at < len(b); chunk++ {
			end := min(len(b), at+64<<10+28)
			aad := append([]byte("RUHUBLB1"), id...)
			for _, n := range []uint64{slot, size, chunk} {
				aad = binary.LittleEndian.AppendUint64(aad, n)
			}
			if key := slots[slot]; key == nil {
				s.shut++
			} else if plain, err := key.Open(nil, b[at:at+12], b[at+12:end], aad); err != nil {
				s.shut++
			} else {
				s.opened++
				whole = append(whole, plain...)
			}
			at = end
		}
		s.bytes("attachment", whole)
		return nil
	}))
}

// uploads opens what has arrived of unfinished uploads.
func (s *scanner) uploads(dir string, key []byte) {
	parts, err := filepath.Glob(filepath.Join(dir, "uploads", "*.part"))
	require.NoError(s.t, err)
	for _, path := range parts {
		b, err := os.ReadFile(path)
		require.NoError(s.t, err)
		own, err := hkdf.Key(sha256.New, key, nil, "ruhu-upload:"+strings.TrimSuffix(filepath.Base(path), ".part"), 32)
		require.NoError(s.t, err)
		block, err := aes.NewCipher(own)
		require.NoError(s.t, err)
		cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(b, b)
		s.opened++
		s.bytes("upload", b)
	}
}
