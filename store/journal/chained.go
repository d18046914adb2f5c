package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ruhu/internal/errs"
	"ruhu/store/durable"
)

// chained is one file of lines that are bound by a running hash. It is used under the journal's lock.
type chained struct {
	f    *os.File
	path string
	size int64 // bytes that were read or written and are sound
	n    uint64
	sum  [32]byte
	buf  []byte
}

func openChained(path string, flag int) (*chained, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return &chained{f: f, path: path}, nil
}

func (c *chained) name() string { return filepath.Base(c.path) }

// lineError is the cause of an error that names a line.
type lineError struct {
	file string
	line uint64
	what string
}

func (e *lineError) Error() string { return fmt.Sprintf("%s line %d: %s", e.file, e.line, e.what) }

// scan reads sound lines from c's place to the file's end and moves c there. It stops at the first line that is not
// sound and returns how many bytes are left.
func (c *chained) scan(each func(n uint64, line []byte) error) (rest int64, err error) {
	st, err := c.f.Stat()
	if err != nil {
		return 0, err
	}
	end := st.Size()
	if end < c.size {
		return 0, &lineError{c.name(), c.n, "lines after it are gone"}
	}
	if end == c.size {
		return 0, nil
	}
	return c.scanTo(end, each)
}

// scanTo is scan up to a place in the file.
func (c *chained) scanTo(end int64, each func(n uint64, line []byte) error) (rest int64, err error) {
	r := bufio.NewReaderSize(io.NewSectionReader(c.f, c.size, end-c.size), 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return int64(len(line)), nil
		}
		if err != nil {
			return 0, err
		}
		body, sum, ok := openLine(line[:len(line)-1])
		if !ok || nextSum(c.sum, body) != sum {
			return end - c.size, nil
		}
		c.n++
		c.sum = sum
		c.size += int64(len(line))
		if each != nil {
			if err := each(c.n, line[:len(line)-1]); err != nil {
				return 0, err
			}
		}
	}
}

// torn decides about the bytes behind the last sound line: true where a crash in the middle of a write explains them.
// Facts are synced before anybody relies on them, so only one line without its end can be left of them; head lines are
// not, so several of those may be garbled.
func (c *chained) torn(rest int64) (bool, error) {
	b := make([]byte, rest)
	if _, err := c.f.ReadAt(b, c.size); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	for {
		line, after, ended := bytes.Cut(b, []byte{'\n'})
		if !ended {
			return true, nil
		}
		if !isKind(line, kindHead) && bytes.IndexByte(line, 0) < 0 {
			return false, nil
		}
		b = after
	}
}

// cut removes what lies behind the last sound line, durably.
func (c *chained) cut() error {
	if err := c.f.Truncate(c.size); err != nil {
		return err
	}
	return durable.Sync(c.f)
}

// append writes values as lines. Where that fails, nothing of them stays.
func (c *chained) append(values ...any) error {
	c.buf = c.buf[:0]
	sum := c.sum
	for _, v := range values {
		line, next, err := closeLine(v, sum)
		if err != nil {
			return err
		}
		sum = next
		c.buf = append(c.buf, line...)
	}
	if _, err := c.f.WriteAt(c.buf, c.size); err != nil {
		return errors.Join(err, c.f.Truncate(c.size))
	}
	c.size += int64(len(c.buf))
	c.n += uint64(len(values))
	c.sum = sum
	return nil
}

func damaged(err error) error {
	var le *lineError
	if err == nil || !errors.As(err, &le) {
		return errs.Wrap("journal", err)
	}
	return errs.New(errs.Damaged, "journal", "%s", le.Error()).
		WithHint("Keep a copy of the folder journal as it is. Put back a sound copy of it, or ask who edited it; without its later lines, erasures and revocations since may be missing.")
}
