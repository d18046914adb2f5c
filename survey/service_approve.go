package survey

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	gosync "sync"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// Bulk approval: a reviewer looks at a sample of the clean records of a queue and then approves all of them. Clean means
// submitted, without conflicts and flags, and not part of an open possible duplicate. What came in, or changed, after the
// sample was drawn stays out.

const (
	// ApproveMost is how many records one request approves; a longer queue takes several.
	ApproveMost = 200
	sampleMost  = 50
	sampleTTL   = 2 * time.Hour
	approveHand = 16 // change sets at a time: they share their commits
)

// ApprovalSample is what a reviewer looks at before approving a queue.
type ApprovalSample struct {
	Token string // names queue, moment and sample; good for two hours, for this officer
	Clean int64  // records that would be approved, those of open duplicates not subtracted
	Items []RecordBrief
}

// sampled is what a token holds.
type sampled struct {
	User   string      `json:"u"`
	Filter QueueFilter `json:"f"`
	Street string      `json:"s"`
	Seq    uint64      `json:"q"`
	IDs    []string    `json:"i"`
	Until  int64       `json:"t"`
	Clean  int64       `json:"n"`
}

func (s *Service) sealSample(t *sampled) (string, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return "", errs.Wrap("sample", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(s.sampleMAC(b), b...)), nil
}

func (s *Service) sampleMAC(b []byte) []byte {
	m := hmac.New(sha256.New, s.WorkerKey)
	m.Write([]byte("ruhu-approval-sample\x00"))
	m.Write(b)
	return m.Sum(nil)[:16]
}

func (s *Service) openSample(token string) (*sampled, error) {
	const op = "sample"
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < 16 || !hmac.Equal(b[:16], s.sampleMAC(b[16:])) {
		return nil, errs.New(errs.BadRequest, op, "not a token of a sample")
	}
	var t sampled
	d := json.NewDecoder(bytes.NewReader(b[16:]))
	if err := d.Decode(&t); err != nil {
		return nil, errs.WrapCode(errs.BadRequest, op, err)
	}
	if clock.Millis(s.Clock.Now()) >= t.Until {
		return nil, errs.New(errs.ChangedSince, op, "the sample is too old").WithHint("请重新抽样查看。 Draw and look at another sample.")
	}
	return &t, nil
}

// cleanFilter is what a bulk approval takes of a queue.
func cleanFilter(q QueueFilter) QueueFilter {
	q.Statuses, q.Clean, q.Conflict, q.Flag, q.Newest = []string{StatusSubmitted}, true, nil, "", false
	return q
}

// SampleClean draws records at random from the clean ones of a queue. The queue lies in one street. Codes: invalid (no
// street), out-of-area, rule (no record is clean).
func (s *Service) SampleClean(ctx context.Context, a Actor, q QueueFilter, size int) (ApprovalSample, error) {
	const op = "sample"
	if err := a.mayAnswers(op); err != nil {
		return ApprovalSample{}, err
	}
	if size <= 0 {
		size = 10
	}
	q = cleanFilter(q)
	f, some, err := s.filter(ctx, a, q)
	if err != nil {
		return ApprovalSample{}, errs.Wrap(op, err)
	}
	street := StreetOf(f.Area)
	if street == "" {
		return ApprovalSample{}, errs.New(errs.Invalid, op, "name a street").WithHint("请选择一个街道。 Choose one street.")
	}
	q.Area = f.Area
	facets, err := s.answers.Records.Facets(ctx, street)
	if err != nil {
		return ApprovalSample{}, errs.Wrap(op, err)
	}
	counts, err := s.Counts(ctx, a, q)
	if err != nil {
		return ApprovalSample{}, err
	}
	dup, err := s.duplicatesOf(ctx, street)
	if err != nil {
		return ApprovalSample{}, errs.Wrap(op, err)
	}
	var rows []RecordRow
	if some && counts.Total > 0 {
		if rows, counts.Total, err = s.drawRows(ctx, f, counts.Total, min(size, sampleMost), facets.Seq, dup.open); err != nil {
			return ApprovalSample{}, errs.Wrap(op, err)
		}
	}
	if len(rows) == 0 {
		return ApprovalSample{}, errs.New(errs.Rule, op, "no record of this queue is clean").
			WithHint("没有可批量通过的记录，请逐条审核。 Nothing here can be approved together; review one by one.")
	}
	t := sampled{User: a.ID, Filter: q, Street: street, Seq: facets.Seq, Until: clock.Millis(s.Clock.Now().Add(sampleTTL)), Clean: counts.Total}
	out := ApprovalSample{Clean: counts.Total}
	for i := range rows {
		t.IDs = append(t.IDs, rows[i].ID)
		out.Items = append(out.Items, s.brief(&rows[i]))
	}
	out.Token, err = s.sealSample(&t)
	return out, err
}

// drawRows draws up to size of the n records of a filter. A short queue is read whole; of a long one those are taken that
// stand next behind random places. It returns how many there are, too.
func (s *Service) drawRows(ctx context.Context, f RecordFilter, n int64, size int, seq uint64, dup map[string]bool) ([]RecordRow, int64, error) {
	fits := func(r *RecordRow) bool { return r.Changed <= seq && !dup[r.ID] }
	const whole = 500
	if n <= whole || f.Query != "" {
		f.Limit = whole
		page, err := s.answers.Records.List(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		rows := slices.DeleteFunc(page.Rows, func(r RecordRow) bool { return !fits(&r) })
		for i := range min(size, len(rows)) {
			j, err := s.below(uint64(len(rows) - i))
			if err != nil {
				return nil, 0, err
			}
			rows[i], rows[i+int(j)] = rows[i+int(j)], rows[i]
		}
		return rows[:min(size, len(rows))], int64(len(rows)), nil
	}
	f.Limit = 1
	ends := [2]uint64{} // where the first and the last of them stand
	for i := range ends {
		f.Newest = i == 1
		page, err := s.answers.Records.List(ctx, f)
		if err != nil || len(page.Rows) == 0 {
			return nil, 0, err
		}
		ends[i] = page.Rows[0].Created
	}
	f.Newest = false
	var rows []RecordRow
	for try := 0; len(rows) < size && try < 10*size; try++ {
		at, err := s.below(ends[1] - ends[0] + 1)
		if err != nil {
			return nil, 0, err
		}
		f.From = Spot{StreetOf(f.Area), ends[0] + at - 1}
		page, err := s.answers.Records.List(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		if len(page.Rows) == 1 && fits(&page.Rows[0]) && !slices.ContainsFunc(rows, func(r RecordRow) bool { return r.ID == page.Rows[0].ID }) {
			rows = append(rows, page.Rows[0])
		}
	}
	return rows, n, nil
}

// below draws a number from 0 to n-1; the bias of 64 bits does not matter here.
func (s *Service) below(n uint64) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return 0, errs.Wrap("draw", err)
	}
	return binary.LittleEndian.Uint64(b[:]) % max(n, 1), nil
}

// Refused is a record that was not approved, and why.
type Refused struct {
	Record string
	Case   string
	Err    error
}

// Approvals is what one request came to.
type Approvals struct {
	Approved int
	Refused  []Refused
	Next     string // cursor of the rest, "" = all were gone through
	Total    int64  // clean records when the sample was drawn
}

// ApproveSampled approves the clean records of a sampled queue, up to ApproveMost in one call; the cursor of one call begins
// the next. seen are the ids of the sample, which the officer says to have looked at. Doing it again approves nothing twice.
// Codes: bad-request (token, cursor), changed-since (the sample is too old), invalid (seen is not the sample).
func (s *Service) ApproveSampled(ctx context.Context, a Actor, token string, seen []string, cursor string) (Approvals, error) {
	const op = "approve"
	if err := a.mayAnswers(op); err != nil {
		return Approvals{}, err
	}
	t, err := s.openSample(token)
	if err != nil {
		return Approvals{}, err
	}
	if t.User != a.ID {
		return Approvals{}, errs.New(errs.BadRequest, op, "not this officer's sample")
	}
	slices.Sort(seen)
	want := slices.Sorted(slices.Values(t.IDs))
	if !slices.Equal(slices.Compact(seen), want) {
		return Approvals{}, errs.New(errs.Invalid, op, "the sample has %d records, %d were seen", len(want), len(seen)).
			WithHint("请先看完抽出的记录。 Look at the whole sample first.")
	}
	f, some, err := s.filter(ctx, a, t.Filter)
	if err != nil {
		return Approvals{}, errs.Wrap(op, err)
	}
	out := Approvals{Total: t.Clean}
	if !some {
		return out, nil
	}
	if f.From, err = readSpot(t.Street, cursor); err != nil {
		return Approvals{}, err
	}
	f.Limit = ApproveMost
	page, err := s.answers.Records.List(ctx, f)
	if err != nil {
		return Approvals{}, errs.Wrap(op, err)
	}
	if len(page.Rows) == 0 {
		return out, nil
	}
	if page.Next != "" {
		out.Next = writeSpot(page.Rows[len(page.Rows)-1].Created)
	}
	var list []approval
	for i := range page.Rows {
		if r := &page.Rows[i]; r.Changed <= t.Seq {
			list = append(list, approval{row: r, key: "sample\x00" + token})
		}
	}
	err = s.approveAll(ctx, a, t.Street, list, &out)
	return out, errs.Wrap(op, err)
}

func writeSpot(created uint64) string {
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(nil, created))
}

func readSpot(street, cursor string) (Spot, error) {
	if cursor == "" {
		return Spot{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if created, n := binary.Uvarint(b); err == nil && n == len(b) && n > 0 && created < 1<<40 {
		return Spot{street, created}, nil
	}
	return Spot{}, errs.New(errs.BadRequest, "approve", "not a cursor of this list")
}

// ApproveSeen approves records that the officer has looked at, one by one or together, up to ApproveMost. Each must be clean
// and unchanged since. Doing it again approves nothing twice. Codes: invalid (none, or too many).
func (s *Service) ApproveSeen(ctx context.Context, a Actor, seen []Seen) (Approvals, error) {
	const op = "approve"
	if err := a.mayAnswers(op); err != nil {
		return Approvals{}, err
	}
	if len(seen) == 0 || len(seen) > ApproveMost {
		return Approvals{}, errs.New(errs.Invalid, op, "%d records, at most %d", len(seen), ApproveMost)
	}
	out := Approvals{Total: int64(len(seen))}
	byStreet := map[string][]approval{}
	for _, x := range seen {
		row, ok, err := s.answers.Records.Record(ctx, x.Record)
		if err != nil {
			return Approvals{}, errs.Wrap(op, err)
		}
		if !ok || !Within(a.Area, row.Grid) {
			out.Refused = append(out.Refused, Refused{Record: x.Record, Err: errs.New(errs.NotFound, op, "no record %s", printable(x.Record))})
			continue
		}
		vv, err := s.answers.Engine.DecodeCtx(x.Ctx, x.Record)
		if err != nil {
			out.Refused = append(out.Refused, Refused{Record: x.Record, Case: row.Case, Err: err})
			continue
		}
		byStreet[row.Street] = append(byStreet[row.Street], approval{row: &row, vv: vv, key: "seen\x00" + x.Ctx})
	}
	for street, list := range byStreet {
		if err := s.approveAll(ctx, a, street, list, &out); err != nil {
			return out, errs.Wrap(op, err)
		}
	}
	return out, nil
}

// approval is one record to be approved.
type approval struct {
	row *RecordRow
	vv  crdt.VV // what was seen; nil = what stands there now, which the caller found to be what was sampled
	key string
}

// approveAll approves records of a street side by side and adds up what became of them.
func (s *Service) approveAll(ctx context.Context, a Actor, street string, list []approval, out *Approvals) error {
	dup, err := s.duplicatesOf(ctx, street)
	if err != nil {
		return err
	}
	results := make([]error, len(list))
	var wait gosync.WaitGroup
	next := make(chan int)
	for range min(approveHand, len(list)) {
		wait.Go(func() {
			for i := range next {
				results[i] = s.approveOne(ctx, a, &list[i], dup.open)
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wait.Wait()
	for i, err := range results {
		switch code := errs.CodeOf(err); {
		case err == nil:
			out.Approved++
		case code == errs.Internal, code == errs.Busy, code == errs.DiskFull, code == errs.FailStop, code == errs.ReadOnly, code == errs.Interrupted:
			return err // the rest may be asked for again
		default:
			out.Refused = append(out.Refused, Refused{Record: list[i].row.ID, Case: list[i].row.Case, Err: err})
		}
	}
	return nil
}

func (s *Service) approveOne(ctx context.Context, a Actor, x *approval, dup map[string]bool) error {
	const op = "approve"
	rec, err := s.record(ctx, a, x.row.ID)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte("approve\x00" + x.key + "\x00" + rec.ID))
	ch := sync.OfficeChange{User: a.ID, Street: rec.Street, Role: sync.RoleReviewer, Record: rec.ID, Version: rec.Version, Ctx: x.vv, Review: true,
		Set: []crdt.Cell{{Path: sync.PathStatus, Value: StatusApproved}}, Key: hex.EncodeToString(sum[:]), BodyHash: sum}
	if x.vv == nil {
		ch.Ctx = rec.State.VV
	}
	switch {
	case x.vv == nil && rec.Changed != x.row.Changed:
		return errs.New(errs.ChangedSince, op, "record %s", rec.ID)
	case rec.Status == StatusApproved && x.vv != nil:
		if rec.State.VV.Within(x.vv) {
			return nil // seen so
		} // perhaps by this very request: the engine knows
	case rec.Status != StatusSubmitted:
		return errs.New(errs.Rule, op, "record %s is %s", rec.ID, rec.Status).WithHint("只有已提交的记录可以批量通过。 Only submitted records are approved together.")
	case len(rec.Conflicts) > 0 || len(rec.Flags) > 0:
		return errs.New(errs.Rule, op, "record %s has conflicts or flags", rec.ID).WithHint("请单独审核。 Review it by itself.")
	case dup[rec.ID]:
		return errs.New(errs.Rule, op, "record %s may be a duplicate", rec.ID).WithHint("请先处理“疑似重复”。 Settle the possible duplicates first.")
	}
	_, err = s.answers.Engine.Office(ctx, ch)
	return err
}
