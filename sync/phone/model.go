package phone

import (
	"encoding/json"
	"fmt"
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// Stream names one of a phone's two logs.
type Stream string

// The streams.
const (
	Answers  Stream = "answers"
	Registry Stream = "registry"
)

// meta is everything of a phone that is not a list of things.
type meta struct {
	Worker      string    `json:"worker"`
	WorkerName  string    `json:"worker_name"`
	Certificate string    `json:"certificate"`
	ServerKey   []byte    `json:"server_key,omitempty"`
	Grids       []string  `json:"grids"`
	Epoch       string    `json:"epoch"`
	Cursor      string    `json:"cursor"`
	Logs        []logMeta `json:"logs"` // former ones first
	Leaves      []leave   `json:"leaves,omitempty"`
	Revoked     bool      `json:"revoked,omitempty"`
	Complete    bool      `json:"complete"`
	CompleteAt  int64     `json:"complete_at"` // ms by the phone's clock
	Offset      int64     `json:"offset"`      // the server's clock minus the phone's, ms, as of the last push
	Probed      int64     `json:"probed"`      // when every log was last compared with the server's
	Forks       int       `json:"forks"`
	// EnrolKey is the key made for an enrolment whose answer has not come: a repeat must show the same.
	EnrolKey []byte `json:"enrol_key,omitempty"`
}

// logMeta is what a log is besides its entries.
type logMeta struct {
	Device   string `json:"device"`
	Stream   Stream `json:"stream"`
	Key      []byte `json:"key"` // private, 32 bytes
	Former   bool   `json:"former,omitempty"`
	Known    bool   `json:"known"` // what the server of the present epoch has of it is known
	Safe     uint64 `json:"safe"`
	Attested uint64 `json:"attested"`
}

// entry is one seq of a log.
type entry struct {
	Seq    uint64 `json:"seq"`
	ID     string `json:"id"`
	Line   []byte `json:"line,omitempty"` // the exact bytes; nil when given up or damaged
	Record string `json:"record,omitempty"`
	// Cursor is where the phone stood when the form was opened: what the author can have seen, and was allowed.
	Cursor string      `json:"cursor,omitempty"`
	Status wire.Status `json:"status,omitempty"` // of the last answer that named it; "" = never answered
	Code   errs.Code   `json:"code,omitempty"`
	Acked  bool        `json:"acked,omitempty"` // the server of the present epoch has it
	// From and To are the range it was declared void with, Why the reason; 0 = it was not.
	From uint64 `json:"from,omitempty"`
	To   uint64 `json:"to,omitempty"`
	Why  string `json:"why,omitempty"`
}

// held: the server keeps the set and has not merged it.
func (e *entry) held() bool {
	return e.Acked && (e.Status == wire.Waiting || e.Status == wire.Quarantined)
}

func (e *entry) void() bool { return e.Status == wire.Voided || e.From > 0 }

// baseCopy is the server's word on one record: its state, or a stub.
type baseCopy struct {
	Record    string    `json:"record"`
	Kind      wire.Kind `json:"kind"`
	Grid      string    `json:"grid"`
	Case      string    `json:"case,omitempty"`
	Household string    `json:"household,omitempty"`
	Form      string    `json:"form"`
	Version   string    `json:"version,omitempty"`
	Status    string    `json:"status,omitempty"` // of a stub
	At        uint64    `json:"at"`
	Until     int64     `json:"until,omitempty"` // ms of the server: the state is kept until then, a stub after it; 0 = no limit
	Digest    []byte    `json:"digest"`
	State     string    `json:"state,omitempty"` // canonical; "" = only a stub is left
	// Stub: a stub came while own work was unsent; the state goes when the work is acknowledged.
	Stub bool `json:"stub,omitempty"`

	parsed *crdt.State
}

func (c *baseCopy) state() *crdt.State {
	if c == nil || c.State == "" {
		return nil
	}
	if c.parsed == nil {
		s, err := crdt.ParseState([]byte(c.State))
		if err != nil {
			return nil // it was parsed when it came; damaged since: the next pull from zero brings it again
		}
		c.parsed = s
	}
	return c.parsed
}

// stub takes the answers away and leaves what coverage needs.
func (c *baseCopy) stub() {
	if s := c.state(); s != nil && c.Status == "" {
		c.Status = "draft"
		if w, ok := s.Shown(crdt.StatusPath); ok {
			c.Status = w.Value
		}
	}
	c.State, c.parsed, c.Stub = "", nil, false
}

// leave ends the phone's view of a record or grid, of copies that are not newer than At.
type leave struct {
	Record string `json:"record,omitempty"`
	Grid   string `json:"grid,omitempty"`
	At     uint64 `json:"at"`
}

// erasedMark says that a record was erased; it is kept for ever and handed back to a server that forgot.
type erasedMark struct {
	Record  string   `json:"record"`
	Proof   string   `json:"proof"`
	Pending []Stream `json:"pending,omitempty"` // streams it is still to be handed back to
}

// draft is what is being typed on one record.
type draft struct {
	Record  string             `json:"record"`
	Stream  Stream             `json:"stream"`
	Form    string             `json:"form"`
	Version string             `json:"version"`
	Grid    string             `json:"grid"`
	Epoch   string             `json:"epoch"`  // under which the form was opened
	Cursor  string             `json:"cursor"` // likewise
	Ctx     crdt.VV            `json:"ctx,omitempty"`
	Screen  string             `json:"screen"` // canonical state of what the form was opened on, with this session's own sets
	Set     map[string]*string `json:"set,omitempty"`
	Add     []string           `json:"add,omitempty"`
	Del     []string           `json:"del,omitempty"`

	screen *crdt.State
}

// state returns Screen parsed; nil where it is damaged.
func (d *draft) state() *crdt.State {
	if d.screen == nil {
		if s, err := crdt.ParseState([]byte(d.Screen)); err == nil {
			d.screen = s
		}
	}
	return d.screen
}

// show makes s the screen.
func (d *draft) show(s *crdt.State) { d.screen, d.Screen = s, string(s.Canonical()) }

func (d *draft) changed() bool { return len(d.Set)+len(d.Add)+len(d.Del) > 0 }

// item is a reference line: a survey, form, household or assignment.
type item struct {
	Kind    wire.Kind `json:"kind"`
	ID      string    `json:"id"`
	Grid    string    `json:"grid,omitempty"`
	Version string    `json:"version,omitempty"`
	Body    string    `json:"body,omitempty"`
}

// Keys of the store.

const keyMeta = "meta"

func keyEntry(device string, seq uint64) string { return fmt.Sprintf("log/%s/%016d", device, seq) }
func keyCopy(record string) string              { return "copy/" + record }
func keyDraft(record string) string             { return "draft/" + record }
func keyLeft(record string) string              { return "left/" + record }
func keyErased(record string) string            { return "erased/" + record }
func keyItem(kind wire.Kind, id string) string  { return "item/" + string(kind) + "/" + id }

// changes gathers what one step writes.
type changes map[string][]byte

func (c changes) put(key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("phone: " + err.Error()) // the types above can all be written
	}
	c[key] = b
}

func (c changes) drop(key string) { c[key] = nil }

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return x == v })
}
