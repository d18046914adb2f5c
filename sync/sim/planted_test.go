package sim

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/sync"
)

// badStore is a store with one of its promises broken.
type badStore struct {
	*MemStore
	tx     func(sync.Tx) sync.Tx
	reader func(sync.Reader) sync.Reader
	acks   bool // says that a commit succeeded that did not
}

func (b badStore) Update(ctx context.Context, fn func(tx sync.Tx) error) error {
	failed := false
	err := b.MemStore.Update(ctx, func(tx sync.Tx) error {
		if b.tx != nil {
			tx = b.tx(tx)
		}
		err := fn(tx)
		failed = err != nil
		return err
	})
	if b.acks && !failed {
		return nil
	}
	return err
}

func (b badStore) View(ctx context.Context, fn func(r sync.Reader) error) error {
	return b.MemStore.View(ctx, func(r sync.Reader) error {
		if b.reader != nil {
			r = b.reader(r)
		}
		return fn(r)
	})
}

type skippingReader struct{ sync.Reader }

func (r skippingReader) Feed(street string, grids []string, after, upTo uint64, limit int) ([]sync.FeedItem, error) {
	return r.Reader.Feed(street, grids, after+min(after, 1), upTo, limit)
}

type lateReader struct{ sync.Reader }

// Feed leaves out what was committed last, as a store does whose sequences become visible late.
func (r lateReader) Feed(street string, grids []string, after, upTo uint64, limit int) ([]sync.FeedItem, error) {
	return r.Reader.Feed(street, grids, after, upTo-min(upTo, 1), limit)
}

type forgetfulTx struct {
	sync.Tx
	turns, unsettled, erase, device, settle bool
}

func (t forgetfulTx) Unsettled(record string) ([]sync.Line, error) {
	if t.unsettled {
		return nil, nil
	}
	return t.Tx.Unsettled(record)
}

func (t forgetfulTx) Append(l *sync.Line) error {
	if t.turns && l.Order > 0 {
		own := *l
		own.Order = 1
		err := t.Tx.Append(&own)
		l.Seq = own.Seq
		return err
	}
	return t.Tx.Append(l)
}

func (t forgetfulTx) SettleLine(l *sync.Line, drop bool) error {
	if t.settle && l.Status == sync.Void {
		return nil
	}
	return t.Tx.SettleLine(l, drop)
}

func (t forgetfulTx) Erase(street, record string) error {
	if t.erase {
		return nil
	}
	return t.Tx.Erase(street, record)
}

func (t forgetfulTx) PutDevice(d *sync.Device) error {
	if t.device && d.Have%7 == 0 {
		d.Have--
	}
	return t.Tx.PutDevice(d)
}

func on(b badStore) broken {
	return broken{store: func(s sync.Store) sync.Store {
		b.MemStore = s.(*MemStore)
		return b
	}}
}

func forgetful(f forgetfulTx) broken {
	return on(badStore{tx: func(tx sync.Tx) sync.Tx {
		f.Tx = tx
		return f
	}})
}

// TestPlantedBugs: the simulation notices each of these within a few seeds. A check that cannot fail is none.
func TestPlantedBugs(t *testing.T) {
	const most = 30
	raw := func(in sync.ProjectInput) sync.Projection {
		p := Project(in)
		if w, ok := in.Record.State.Shown(sync.PathStatus); ok {
			p.Status = w.Value
		}
		return p
	}
	open := func(in sync.ProjectInput) sync.Projection {
		p := Project(in)
		p.Open = true
		return p
	}
	for name, b := range map[string]broken{
		"acknowledged before the commit":     on(badStore{acks: true}),
		"a cursor passes a line by":          on(badStore{reader: func(r sync.Reader) sync.Reader { return skippingReader{r} }}),
		"a line appears behind the cursor":   on(badStore{reader: func(r sync.Reader) sync.Reader { return lateReader{r} }}),
		"waiting lines are forgotten":        forgetful(forgetfulTx{unsettled: true}),
		"turns are not counted":              forgetful(forgetfulTx{turns: true}),
		"erasures keep the bytes":            forgetful(forgetfulTx{erase: true}),
		"discards are not stored":            forgetful(forgetfulTx{settle: true}),
		"a device's place is stored wrongly": forgetful(forgetfulTx{device: true}),
		"the grants are not asked":           {anyGrid: true},
		"a restore forgets the journal":      {noJournal: true},
		"the stored status is shown":         {project: raw},
		"approved records stay open":         {project: open},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(most) {
				if _, err := Run(context.Background(), Options{Phones: 20, Days: 8, Seed: seed, broken: b}, nil); err != nil {
					t.Logf("seed %d: %.200s", seed, err)
					require.ErrorContains(t, err, "ruhu simulate --phones 20 --days 8 --seed")
					return
				}
			}
			t.Fatalf("not noticed in %d runs", most)
		})
	}
}
