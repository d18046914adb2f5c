package journal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/durable"
	"ruhu/sync"
)

// headsBytes beyond which a heads file is replaced, once it is four times what it began with.
const headsBytes = 1 << 20

type place struct {
	stream sync.Stream
	street string
}

type head struct {
	sync.Head
	after uint64
}

// headsFile is the present heads file and what all its lines say.
type headsFile struct {
	*chained
	no    uint64
	began int64 // size of what it began with, 0 = not known
	last  map[place]head
}

func headsName(no uint64) string { return fmt.Sprintf("heads-%06d.ndjson", no) }

func lineOf(p place, h head, at int64) headLine {
	return headLine{Kind: kindHead, Stream: p.stream, At: at, Street: p.street, Seq: h.Seq, Chain: hexSum(h.Chain), After: h.after}
}

// Heads returns the last known head of each street of a stream since its last epoch, in order of code.
func (j *Journal) Heads(stream sync.Stream) (out []sync.Head, err error) {
	if err := j.flush(false); err != nil {
		return nil, err
	}
	err = j.refresh(func() error {
		for _, p := range sortedPlaces(j.heads.last) {
			if h := j.heads.last[p]; p.stream == stream && h.after >= j.epochs[stream].n {
				out = append(out, h.Head)
			}
		}
		return nil
	})
	return out, err
}

func (j *Journal) writeHeads(pending map[place]sync.Head) error {
	now := clock.Millis(j.clock.Now())
	var lines []any
	fresh := map[place]head{}
	for p, h := range pending {
		after := j.epochs[p.stream].n
		if old, ok := j.heads.last[p]; ok && old.after == after && old.Seq >= h.Seq {
			continue
		}
		fresh[p] = head{h, after}
		lines = append(lines, lineOf(p, fresh[p], now))
	}
	if len(lines) == 0 {
		return nil
	}
	if err := j.heads.append(lines...); err != nil {
		return err
	}
	maps.Copy(j.heads.last, fresh)
	j.unsynced = true
	if j.heads.size > max(headsBytes, 4*j.heads.began) {
		return j.rotate(now)
	}
	return nil
}

func (j *Journal) syncHeads() error {
	if err := durable.Sync(j.heads.f); err != nil {
		return errs.WrapCode(errs.FailStop, "journal", err)
	}
	if err := j.tailHeads(); err != nil {
		return err
	}
	if err := durable.Sync(j.tail); err != nil {
		return errs.WrapCode(errs.FailStop, "journal", err)
	}
	j.unsynced = false
	return nil
}

func (j *Journal) tailHeads() error {
	return writeTail(j.tail, func(t *tail) {
		t.File, t.Heads, t.HeadsSum = j.heads.no, j.heads.n, hexSum(j.heads.sum)
	})
}

// openHeads opens the newest heads file, or makes the first.
func (j *Journal) openHeads(t tail) error {
	nos, err := headsFiles(j.dir)
	if err != nil {
		return err
	}
	if len(nos) == 0 && t.File == 0 {
		return j.startHeads(1, [32]byte{}, map[place]head{}, clock.Millis(j.clock.Now()))
	}
	if len(nos) == 0 || nos[len(nos)-1] < t.File {
		return &lineError{headsName(t.File), 1, "the file is missing"}
	}
	no := nos[len(nos)-1]
	for _, old := range nos[:len(nos)-1] {
		if err := os.Remove(j.path(headsName(old))); err != nil {
			return err
		}
	}
	c, err := openChained(j.path(headsName(no)), os.O_RDWR)
	if err != nil {
		return err
	}
	j.useHeads(headsFile{chained: c, no: no, last: map[place]head{}})
	return j.readHeads(t)
}

func (j *Journal) useHeads(h headsFile) {
	if j.heads.chained != nil {
		j.heads.f.Close()
	}
	j.heads = h
}

// catchUpHeads reads what other processes wrote, in a new file where they began one.
func (j *Journal) catchUpHeads(t tail) error {
	st, err := j.heads.f.Stat()
	if err != nil {
		return err
	}
	_, next := os.Stat(j.path(headsName(j.heads.no + 1)))
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Nlink == 0 || next == nil {
		return j.openHeads(t)
	}
	return j.readHeads(t)
}

func (j *Journal) readHeads(t tail) error {
	h := &j.heads
	synced := uint64(1) // a file comes into being with its first line
	if h.no == t.File {
		synced = t.Heads
	}
	rest, err := h.scan(func(n uint64, line []byte) error {
		if h.no == t.File && n == t.Heads && t.HeadsSum != hexSum(h.sum) {
			return &lineError{h.name(), n, "the lines up to it were replaced"}
		}
		return h.see(n, line)
	})
	if err != nil {
		return err
	}
	if rest > 0 {
		if err := j.mend(h.chained, synced, rest); err != nil {
			return err
		}
	}
	if h.n < synced {
		return &lineError{h.name(), h.n, "lines after it are gone"}
	}
	return nil
}

func (h *headsFile) see(n uint64, line []byte) error {
	var l headLine
	if err := json.Unmarshal(line, &l); err != nil {
		return &lineError{h.name(), n, "cannot be read"}
	}
	if l.Kind != kindHead {
		return nil
	}
	chain, err := parseSum(l.Chain)
	if err != nil {
		return &lineError{h.name(), n, "cannot be read"}
	}
	p := place{l.Stream, l.Street}
	if old, ok := h.last[p]; ok && (old.after > l.After || old.after == l.After && old.Seq >= l.Seq) {
		return nil
	}
	h.last[p] = head{sync.Head{Street: l.Street, Seq: l.Seq, Chain: chain}, l.After}
	return nil
}

// rotate goes on in a new file that holds the last head of each street, and removes the old one.
func (j *Journal) rotate(now int64) error {
	old := j.heads.no
	if err := j.startHeads(old+1, j.heads.sum, j.heads.last, now); err != nil {
		return err
	}
	if err := j.tailHeads(); err != nil {
		return err
	}
	if err := os.Remove(j.path(headsName(old))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// startHeads makes a heads file; it is whole and on the disk before it has its name.
func (j *Journal) startHeads(no uint64, prev [32]byte, last map[place]head, now int64) error {
	lines := []any{headLine{Kind: kindFile, At: now, Seq: no, Chain: hexSum(prev)}}
	for _, p := range sortedPlaces(last) {
		lines = append(lines, lineOf(p, last[p], now))
	}
	var all []byte
	c := &chained{path: j.path(headsName(no)), n: uint64(len(lines))}
	for _, l := range lines {
		line, sum, err := closeLine(l, c.sum)
		if err != nil {
			return err
		}
		c.sum = sum
		all = append(all, line...)
	}
	if err := durable.WriteFile(c.path, all, 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(c.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	c.f, c.size = f, int64(len(all))
	j.useHeads(headsFile{chained: c, no: no, began: c.size, last: last})
	return nil
}

func sortedPlaces(m map[place]head) []place {
	return slices.SortedFunc(maps.Keys(m), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.street, b.street))
	})
}

// headsFiles returns the numbers of the heads files, rising.
func headsFiles(dir string) ([]uint64, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "heads-*.ndjson"))
	if err != nil {
		return nil, err
	}
	var nos []uint64
	for _, p := range paths {
		var no uint64
		if _, err := fmt.Sscanf(filepath.Base(p), "heads-%d.ndjson", &no); err == nil && filepath.Base(p) == headsName(no) {
			nos = append(nos, no)
		}
	}
	slices.Sort(nos)
	return nos, nil
}
