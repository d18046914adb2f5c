package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// tail is how far the journal is known to be on the disk: lines cut off the end of a file are missed by it. It is kept in
// two slots written in turn, so that one is always whole; it may lag behind, never run ahead.
type tail struct {
	No       uint64 `json:"no"`
	Facts    uint64 `json:"facts"`
	FactsSum string `json:"facts_sum"`
	File     uint64 `json:"file"` // number of the heads file
	Heads    uint64 `json:"heads"`
	HeadsSum string `json:"heads_sum"`
}

const tailSlot = 512

func (t tail) encode() ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	b = append(b, ' ')
	b = hex.AppendEncode(b, sum[:8])
	for len(b) < tailSlot-1 {
		b = append(b, ' ')
	}
	return append(b, '\n'), nil
}

func decodeTail(b []byte) (t tail, ok bool) {
	text, sum, found := bytes.Cut(bytes.TrimRight(b, " \n"), []byte("} "))
	if !found {
		return t, false
	}
	text = append(bytes.Clone(text), '}')
	want := sha256.Sum256(text)
	if string(sum) != hex.EncodeToString(want[:8]) {
		return t, false
	}
	return t, json.Unmarshal(text, &t) == nil
}

func readTail(f *os.File) (tail, error) {
	b := make([]byte, 2*tailSlot)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return tail{}, err
	}
	one, ok1 := decodeTail(b[:tailSlot])
	two, ok2 := decodeTail(b[tailSlot:])
	switch {
	case ok1 && ok2 && two.No > one.No, !ok1 && ok2:
		return two, nil
	case ok1:
		return one, nil
	}
	return tail{}, &lineError{tailFile, 1, "does not pass its check"}
}

// writeTail replaces the older slot; when it reaches the disk does not matter.
func writeTail(f *os.File, change func(t *tail)) error {
	t, err := readTail(f)
	if err != nil {
		return err
	}
	before := t
	change(&t)
	if t == before {
		return nil
	}
	t.No++
	b, err := t.encode()
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, int64(t.No%2)*tailSlot)
	return err
}

// openTail opens the file, or makes it where there is no journal yet.
func openTail(path string, facts string) (f *os.File, isNew bool, err error) {
	f, err = os.OpenFile(path, os.O_RDWR, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, false, err
	}
	if st, err := os.Stat(facts); err == nil && st.Size() > 0 {
		return nil, false, &lineError{tailFile, 1, "the file is missing"}
	}
	b, err := tail{}.encode()
	if err != nil {
		return nil, false, err
	}
	if err := durable.WriteFile(path, append(b, bytes.Repeat([]byte(" "), tailSlot)...), 0o600); err != nil {
		return nil, false, durable.WriteError("journal", err)
	}
	f, err = os.OpenFile(path, os.O_RDWR, 0o600)
	return f, true, err
}

func hexSum(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

func parseSum(text string) (sum [32]byte, err error) {
	if len(text) != 64 {
		return sum, errs.New(errs.Damaged, "journal", "a hash has %d digits", len(text))
	}
	_, err = hex.Decode(sum[:], []byte(text))
	return sum, err
}
