package sim

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/phone"
)

const form = "hh_sentiment"

// questions are few, so that hands meet; one lies in a repeat.
var questions = [...]string{"q1", "q2", "group/q3", "members[m1]/age", "members[m2]/age"}

// Result is what a run did. Two runs of one seed give equal results.
type Result struct {
	Seed        uint64         `json:"seed"`
	Phones      int            `json:"phones"`
	Days        int            `json:"days"`
	Sets        int            `json:"sets"` // change sets cut on phones
	Records     int            `json:"records"`
	Pushes      int            `json:"pushes"`
	Pulls       int            `json:"pulls"`
	Merged      int            `json:"merged"`
	Waited      int            `json:"waited"`
	Quarantined int            `json:"quarantined"`
	Voided      int            `json:"voided"`
	Office      int            `json:"office"`
	Settled     int            `json:"settled"`
	Rounds      int            `json:"rounds"` // of all phones, after the faults stopped, until every outbox was empty
	Faults      map[string]int `json:"faults"`
	Trace       string         `json:"trace"` // hash of everything that happened
}

// world is one run: a server, phones, offices, and what really happened, to hold the outcome against.
type world struct {
	opt      Options
	rand     *rand.Rand
	clock    *clock.Manual
	server   *server
	phones   []*handset
	faults   faults
	faulty   bool
	pageRows int
	result   Result
	hash     hash.Hash
	faultErr error

	streets   []string
	gridsOf   map[string][]string
	workersOf map[string][]string
	late      []delivery
	backup    *backup
	pages     []page
	key       int
	words     int
	opened    int
	day       int
	version   int
	revoked   int

	// the truth
	written  map[string]bool      // record, path and value somebody wrote
	seen     map[string]crdt.VV   // worker and record → what was sent to that worker of it
	reviewed map[crdt.Dot]crdt.VV // decision → what stood on the page
	nonces   map[string]truth     // change sets cut on phones, by nonce
	order    []string             // nonces in the order they were cut
	dropped  map[string]bool      // nonces of sets the office discarded
	erased   map[string]bool
	withheld map[string]bool
	canaries map[string][]string // record → words that must be nowhere once it is erased
}

// truth is what a phone really cut.
type truth struct {
	record string
	by     *handset
	at     int // the phone's mishaps until then: a set may be lost with the phone it lay on
}

// handset is a person with a phone.
type handset struct {
	name   string
	worker string
	street string
	grids  []string
	clock  clock.Offset
	mem    *phone.Memory
	link   *link
	p      Phone
	copies []handsetCopy
	online float64 // chance of a signal when it tries
	forms  []Session
	away   int  // no signal and no work until this day
	early  bool // has a form version that the server does not know yet
	// mishaps counts what can lose work: damage, an old copy put back.
	mishaps int
}

// handsetCopy is a backup of a phone, or what a cloner took.
type handsetCopy struct {
	mem    *phone.Memory
	device string
}

func newWorld(o Options) (*world, error) {
	w := &world{opt: o, rand: rand.New(source(o.Seed, "world")), clock: clock.NewManual(start), faults: badLink(), faulty: true,
		result: Result{Seed: o.Seed, Phones: o.Phones, Days: o.Days, Faults: map[string]int{}}, hash: sha256.New(),
		gridsOf: map[string][]string{}, workersOf: map[string][]string{}, written: map[string]bool{}, seen: map[string]crdt.VV{},
		reviewed: map[crdt.Dot]crdt.VV{}, nonces: map[string]truth{}, dropped: map[string]bool{}, version: 1,
		erased: map[string]bool{}, withheld: map[string]bool{}, canaries: map[string][]string{}}
	w.pageRows = 3 + w.rand.IntN(60)
	var err error
	w.server, err = newServer(w.clock, source(o.Seed, "server"), o.broken)
	return w, err
}

func (w *world) trace(format string, args ...any) {
	fmt.Fprintf(w.hash, format+"\n", args...)
	if w.opt.Log != nil {
		fmt.Fprintf(w.opt.Log, format+"\n", args...)
	}
}

func (w *world) count(fault string) {
	w.result.Faults[fault]++
	w.trace("fault %s", fault)
}

// fail notes a broken promise; the first one is the run's error.
func (w *world) fail(format string, args ...any) {
	err := errs.New(errs.Damaged, "simulate", format, args...)
	w.trace("FAIL %s", err.Msg)
	if w.faultErr == nil {
		w.faultErr = err
	}
}

// word makes a value that is unlike all others, so that it can be looked for.
func (w *world) word(record string) string {
	w.words++
	word := fmt.Sprintf("w%dx%d", w.opt.Seed, w.words)
	w.canaries[record] = append(w.canaries[record], word)
	return word
}

func (w *world) wrote(record, path, value string) {
	w.written[strings.Join([]string{record, path, value}, "\x00")] = true
}

func (w *world) err() error {
	if w.faultErr == nil {
		return nil
	}
	return errors.Join(w.faultErr, fmt.Errorf("replay with: %s", w.opt.Command()))
}
