package wire

import (
	"strconv"
	"time"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/crdt"
	"ruhu/sync/crdt/strictjson"
)

// Status is the verdict on one line of a push.
type Status string

// The verdicts.
const (
	Merged      Status = "merged"
	Duplicate   Status = "duplicate"
	Waiting     Status = "waiting"
	Quarantined Status = "quarantined"
	Voided      Status = "void"
	Refused     Status = "refused"
	Stored      Status = "stored" // an attestation, or a marker handed back
)

// Durable reports whether the server keeps the line: everything but a refusal.
func (s Status) Durable() bool { return s != Refused }

// Verdict is the answer to one line of a push.
type Verdict struct {
	Seq    uint64 // 0 where the opening, the attestation or a marker is answered
	To     uint64 // end of a range declared void, else 0
	ID     crdt.ID
	Status Status
	Code   errs.Code
	Have   uint64 // gap and fork of the opening: what the server has, and its head there
	Head   Head
	Placed bool   // Have and Head are given
	Attest uint64 // the attestation's seq
	Erased string // the record of a marker
}

// AppendVerdict appends the line with its newline.
func AppendVerdict(b []byte, v Verdict) []byte {
	b = append(b, '{')
	switch {
	case v.Attest > 0:
		b = append(b, `"attest":`...)
		b = append(appendUint(b, v.Attest), ',')
	case v.Erased != "":
		b = append(b, `"erased":`...)
		b = append(crdt.AppendString(b, v.Erased), ',')
	case v.Seq > 0:
		b = append(b, `"seq":`...)
		b = appendUint(b, v.Seq)
		if v.To > 0 {
			b = append(b, `,"to":`...)
			b = appendUint(b, v.To)
		}
		b = append(b, `,"id":"`...)
		b = appendID(b, v.ID)
		b = append(b, `",`...)
	}
	b = append(b, `"status":"`...)
	b = append(append(b, v.Status...), '"')
	if v.Code != "" {
		b = append(b, `,"code":"`...)
		b = append(append(b, v.Code...), '"')
	}
	if v.Placed {
		b = append(b, `,"have":`...)
		b = appendUint(b, v.Have)
		b = append(b, `,"head":"`...)
		b = append(append(b, v.Head.String()...), '"')
	}
	return append(b, "}\n"...)
}

// Summary is the last line of the answer to a push.
type Summary struct {
	Have  uint64 // highest seq stored
	Want  uint64 // the seq the server takes next
	Head  Head   // running hash of ids 1..Have
	Safe  uint64 // highest seq that a verified backup covers
	Epoch string
	Time  string // RFC 3339, UTC
}

// TimeText returns a time as summaries hold it.
func TimeText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// AppendSummary appends the line with its newline.
func AppendSummary(b []byte, s Summary) []byte {
	b = append(b, `{"have":`...)
	b = appendUint(b, s.Have)
	b = append(b, `,"want":`...)
	b = appendUint(b, s.Want)
	b = append(b, `,"head":"`...)
	b = append(b, s.Head.String()...)
	b = append(b, `","safe":`...)
	b = appendUint(b, s.Safe)
	b = append(b, `,"epoch":`...)
	b = crdt.AppendString(b, s.Epoch)
	b = append(b, `,"time":`...)
	b = crdt.AppendString(b, s.Time)
	return append(b, "}\n"...)
}

// ParseAnswer reads one line of the answer to a push: a verdict, or the summary (second result not nil).
// Members it does not know are passed over: servers get newer than phones.
func ParseAnswer(line []byte) (Verdict, *Summary, error) {
	const op = "read answer"
	r, err := strictjson.New(string(line), op)
	if err != nil {
		return Verdict{}, nil, err
	}
	var v Verdict
	var sum Summary
	var id, status, code string
	anyText := func(string) bool { return true }
	err = r.Object(func(key string) error {
		switch key {
		case "seq":
			return intoUint(&v.Seq)(r)
		case "to":
			return intoUint(&v.To)(r)
		case "id":
			return intoString(&id, 80, anyText)(r)
		case "status":
			return intoString(&status, 32, anyText)(r)
		case "code":
			return intoString(&code, 64, anyText)(r)
		case "attest":
			return intoUint(&v.Attest)(r)
		case "erased":
			return intoString(&v.Erased, limits.IDBytes, anyText)(r)
		case "have":
			v.Placed = true
			return intoUint(&v.Have)(r)
		case "head":
			return intoHead(&v.Head)(r)
		case "want":
			return intoUint(&sum.Want)(r)
		case "safe":
			return intoUint(&sum.Safe)(r)
		case "epoch":
			return intoString(&sum.Epoch, limits.IDBytes, anyText)(r)
		case "time":
			return intoString(&sum.Time, 64, anyText)(r)
		}
		_, err := r.Raw()
		return err
	})
	if err == nil {
		err = r.End()
	}
	if err == nil && id != "" {
		v.ID, err = crdt.ParseID(id)
	}
	if err != nil {
		return Verdict{}, nil, err
	}
	if status == "" {
		if !v.Placed || sum.Epoch == "" {
			return Verdict{}, nil, errs.New(errs.Malformed, op, "neither verdict nor summary")
		}
		sum.Have, sum.Head = v.Have, v.Head
		return Verdict{}, &sum, nil
	}
	v.Status, v.Code = Status(status), errs.Code(code)
	return v, nil, nil
}

func appendUint(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 10) }

func appendID(b []byte, id crdt.ID) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, "sha256:"...)
	for _, c := range id {
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}
