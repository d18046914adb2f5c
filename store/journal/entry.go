package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/sync"
)

// Kind says what an entry keeps.
type Kind string

// The kinds of entry: those of sync and auth under their own names, and two of the journal itself.
const (
	Erase     = Kind(sync.JournalErase)
	Withhold  = Kind(sync.JournalWithhold)
	Discard   = Kind(sync.JournalDiscard)
	Epoch     = Kind(sync.JournalEpoch)
	Revoked   = Kind(auth.JournalRevoked)
	Withdrawn = Kind(auth.JournalWithdrawn)
	AuditHead = Kind(auth.JournalAuditHead)
	// Torn: the end of a file (Reason) was cut off, Seq bytes of a line that a crash left half written.
	Torn Kind = "torn"

	kindHead Kind = "head"
	kindFile Kind = "file"
)

// Entry is one fact of the journal: the union of what sync and auth keep. It holds ids only, never an answer.
type Entry struct {
	Kind     Kind        `json:"kind"`
	Stream   sync.Stream `json:"stream,omitempty"`
	At       int64       `json:"at"` // ms; 0 = the journal's clock
	By       string      `json:"by,omitempty"`
	Street   string      `json:"street,omitempty"`
	Record   string      `json:"record,omitempty"`
	Prefixes []string    `json:"prefixes,omitempty"`
	Device   string      `json:"device,omitempty"`
	Registry string      `json:"registry,omitempty"`
	Until    int64       `json:"until,omitempty"`
	Worker   string      `json:"worker,omitempty"`
	Grid     string      `json:"grid,omitempty"`
	Seq      uint64      `json:"seq,omitempty"`
	Hash     string      `json:"hash,omitempty"`
	Epoch    string      `json:"epoch,omitempty"`
	Reason   string      `json:"reason,omitempty"`
}

// headLine is a line of a heads file: a street's place, or the file's own first line.
type headLine struct {
	Kind   Kind        `json:"kind"`
	Stream sync.Stream `json:"stream,omitempty"`
	At     int64       `json:"at"`
	Street string      `json:"street,omitempty"`
	Seq    uint64      `json:"seq,omitempty"`   // file: its number
	Chain  string      `json:"chain,omitempty"` // file: the last sum of the file before
	After  uint64      `json:"after,omitempty"` // number of the stream's last epoch entry when it was noted
}

func (e Entry) check() error {
	switch e.Kind {
	case Erase, Withhold, Discard, Epoch:
		if e.Stream != sync.Answers && e.Stream != sync.Registry {
			return errs.New(errs.Internal, "journal", "%s of stream %q", e.Kind, e.Stream)
		}
	case Revoked, Withdrawn, AuditHead, Torn:
	default:
		return errs.New(errs.Internal, "journal", "unknown kind %q", e.Kind)
	}
	return nil
}

const (
	sumKey  = `,"sum":"`
	sumTail = len(sumKey) + 64 + len(`"}`)
)

// closeLine makes a line of v: its JSON with the running hash as the last member, and a newline.
func closeLine(v any, prev [32]byte) (line []byte, sum [32]byte, err error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, sum, errs.Wrap("journal", err)
	}
	body = body[:len(body)-1]
	sum = nextSum(prev, body)
	line = append(body, sumKey...)
	line = hex.AppendEncode(line, sum[:])
	return append(line, '"', '}', '\n'), sum, nil
}

func nextSum(prev [32]byte, body []byte) (sum [32]byte) {
	h := sha256.New()
	h.Write(prev[:])
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

// openLine reads the sum of a line (without its newline) and its body; false where it does not end in one.
func openLine(line []byte) (body []byte, sum [32]byte, ok bool) {
	if len(line) <= sumTail || !bytes.HasSuffix(line, []byte(`"}`)) {
		return nil, sum, false
	}
	body, tail := line[:len(line)-sumTail], line[len(line)-sumTail:]
	if !bytes.HasPrefix(tail, []byte(sumKey)) {
		return nil, sum, false
	}
	digits := tail[len(sumKey) : len(sumKey)+64]
	if _, err := hex.Decode(sum[:], digits); err != nil || !bytes.Equal(digits, hex.AppendEncode(nil, sum[:])) {
		return nil, sum, false
	}
	return body, sum, true
}

func isKind(line []byte, k Kind) bool {
	return bytes.HasPrefix(line, []byte(`{"kind":"`+string(k)+`",`))
}
