package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// An exported key file: magic, then for each file its name and bytes, each led by its length, then the SHA-256 of all
// before it. It is not encrypted: it is the secret, and its place is where the backups are not.
const exportMagic = "RUHUKEYS1\n"

// ExportInfo says what an exported key file holds.
type ExportInfo struct {
	MasterID string            `json:"master"`
	At       int64             `json:"at"`    // ms, when it was written
	Slots    map[string]uint64 `json:"slots"` // by slot file
}

const infoName = "info.json"

// Export writes every key of the folder. at is the present time in ms.
func (r *Ring) Export(w io.Writer, at int64) (ExportInfo, error) {
	const op = "backup-keys"
	info := ExportInfo{MasterID: r.ID(), At: at, Slots: map[string]uint64{}}
	names, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if err != nil {
		return info, errs.Wrap(op, err)
	}
	sort.Strings(names)
	var files []struct {
		name string
		data []byte
	}
	add := func(name string, data []byte) {
		files = append(files, struct {
			name string
			data []byte
		}{name, data})
	}
	for _, path := range names {
		name := filepath.Base(path)
		st, err := os.Stat(path)
		if err != nil || !st.Mode().IsRegular() || strings.HasPrefix(name, ".") {
			continue
		}
		data, err := r.readWhole(name)
		if err != nil {
			return info, errs.Wrap(op, err)
		}
		if slot, ok := strings.CutSuffix(name, ".slots"); ok {
			info.Slots[slot] = uint64(len(data))/slotSize - 1
		}
		add(name, data)
	}
	text, err := json.Marshal(info)
	if err != nil {
		return info, errs.Wrap(op, err)
	}
	add(infoName, text)
	h := sha256.New()
	out := io.MultiWriter(w, h)
	if _, err := io.WriteString(out, exportMagic); err != nil {
		return info, writeError(op, err)
	}
	for _, f := range files {
		head := binary.AppendUvarint(nil, uint64(len(f.name)))
		head = append(head, f.name...)
		head = binary.AppendUvarint(head, uint64(len(f.data)))
		if _, err := out.Write(append(head, f.data...)); err != nil {
			return info, writeError(op, err)
		}
	}
	_, err = w.Write(h.Sum([]byte{0}))
	return info, writeError(op, err)
}

// readWhole reads a file of the folder; a slot file under its lock, so that no half-grown block is copied.
func (r *Ring) readWhole(name string) ([]byte, error) {
	if s := r.slots[strings.TrimSuffix(name, ".slots")]; s != nil && strings.HasSuffix(name, ".slots") {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := syscall.Flock(int(s.f.Fd()), syscall.LOCK_SH); err != nil {
			return nil, err
		}
		defer syscall.Flock(int(s.f.Fd()), syscall.LOCK_UN)
	}
	return os.ReadFile(filepath.Join(r.dir, name))
}

// Exported is an exported key file read back and checked.
type Exported struct {
	Info  ExportInfo
	files map[string][]byte
}

// ReadExport reads and checks an exported key file. Code backup-bad where it is not one, or a bit differs.
func ReadExport(rd io.Reader) (*Exported, error) {
	const op = "read key file"
	bad := errs.New(errs.BackupBad, op, "this is not a whole file of ruhu backup-keys")
	all, err := io.ReadAll(rd)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if len(all) < len(exportMagic)+33 || !bytes.HasPrefix(all, []byte(exportMagic)) {
		return nil, bad
	}
	body, tail := all[:len(all)-33], all[len(all)-33:]
	if sum := sha256.Sum256(body); tail[0] != 0 || !bytes.Equal(sum[:], tail[1:]) {
		return nil, bad
	}
	x := &Exported{files: map[string][]byte{}}
	rest := body[len(exportMagic):]
	take := func() ([]byte, bool) {
		n, k := binary.Uvarint(rest)
		if k <= 0 || n > uint64(len(rest)-k) {
			return nil, false
		}
		out := rest[k : k+int(n)]
		rest = rest[k+int(n):]
		return out, true
	}
	for len(rest) > 0 {
		name, ok := take()
		if !ok {
			return nil, bad
		}
		data, ok := take()
		if !ok || string(name) != filepath.Base(string(name)) || strings.HasPrefix(string(name), ".") {
			return nil, bad
		}
		x.files[string(name)] = data
	}
	if err := json.Unmarshal(x.files[infoName], &x.Info); err != nil {
		return nil, bad
	}
	return x, nil
}

// Install writes the keys into a folder that holds none and opens it.
func (x *Exported) Install(dir string, random io.Reader) (*Ring, error) {
	const op = "install keys"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.WrapCode(errs.ReadOnly, op, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		return nil, errs.New(errs.Rule, op, "%s is not empty", dir)
	}
	for name, data := range x.files {
		if name == infoName {
			continue
		}
		if err := durable.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, writeError(op, err)
		}
	}
	return Open(dir, random)
}
