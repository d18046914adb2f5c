package sim

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/sync"
	"ruhu/sync/phone"
)

// account is what the server's directory knows of one phone's pair of devices.
type account struct {
	device, registry string
	worker           string
	street           string
	key              *ecdsa.PublicKey
	grids            []string
	granted          []string
	revoked          bool
	confirmed        bool
	enrolled         int // how many accounts there were before it
}

// server is the engine on two stores in memory, with a directory of devices and a journal that both outlive a restore.
type server struct {
	clock    *clock.Manual
	stores   [2]*MemStore
	services [2]*sync.Service
	puller   *sync.Puller
	journal  journal
	accounts []*account
	byDevice map[string]*account
	versions map[string]bool // form versions the server has
	broker   *sync.Broker
	broken   broken
}

type journal struct{ entries []sync.JournalEntry }

// Append keeps an entry.
func (j *journal) Append(e sync.JournalEntry) error {
	j.entries = append(j.entries, e)
	return nil
}

const registryForm = "visit_log"

func newServer(c *clock.Manual, random io.Reader, b broken) (*server, error) {
	s := &server{clock: c, byDevice: map[string]*account{}, versions: map[string]bool{"1": true}, broker: sync.NewBroker(), broken: b}
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	for i, stream := range [2]sync.Stream{sync.Answers, sync.Registry} {
		s.stores[i] = NewMemStore(b.project)
		store := sync.Store(s.stores[i])
		if b.store != nil {
			store = b.store(store)
		}
		svc, err := sync.New(sync.Config{Store: store, Stream: stream, Clock: c, Rand: random, CursorKey: key,
			KnownForm: func(_, version string) bool { return s.versions[version] }, Journal: &s.journal, Broker: s.broker,
			RolledBack: func(ctx context.Context, from string) error {
				_, err := sync.BeginEpoch(ctx, s.services[0], s.services[1], from)
				return err
			}})
		if err != nil {
			return nil, err
		}
		s.services[i] = svc
	}
	s.puller = &sync.Puller{Answers: s.services[0], Registry: s.services[1], Reference: sync.NoReference{},
		MayPull: func(_ context.Context, v sync.Viewer) bool { return !s.byDevice[v.Device].revoked }}
	_, err := sync.AlignEpochs(context.Background(), s.services[0], s.services[1])
	return s, err
}

// enrol makes an account.
func (s *server) enrol(worker, street string, grids []string, key *ecdsa.PublicKey) *account {
	n := len(s.accounts)
	a := &account{device: fmt.Sprintf("dv_%04d", n), registry: fmt.Sprintf("rg_%04d", n), worker: worker, street: street, key: key,
		grids: slices.Clone(grids), granted: slices.Clone(grids), confirmed: true, enrolled: n}
	s.accounts = append(s.accounts, a)
	s.byDevice[a.device], s.byDevice[a.registry] = a, a
	return a
}

func (a *account) enrolment(epoch string) phone.Enrolment {
	return phone.Enrolment{Device: a.device, RegistryDevice: a.registry, Certificate: "cert " + a.device, Worker: a.worker,
		WorkerName: a.worker, Grids: a.grids, Epoch: epoch}
}

func (s *server) author(device string) (sync.Author, *sync.Service, error) {
	a := s.byDevice[device]
	if a == nil {
		return sync.Author{}, nil, errs.New(errs.Unauthenticated, "push", "device %s", device)
	}
	svc := s.services[0]
	if device == a.registry {
		svc = s.services[1]
	}
	return sync.Author{Device: device, Worker: a.worker, Street: a.street, Role: sync.RoleWorker, Grids: a.grids, Granted: a.granted,
		Revoked: a.revoked, DrainEnd: 1 << 60, Confirmed: a.confirmed, PublicKey: a.key}, svc, nil
}

func (a *account) viewer() sync.Viewer {
	return sync.Viewer{Device: a.device, RegistryDevice: a.registry, Worker: a.worker, Street: a.street, Grids: a.grids}
}

// backup is a copy of both stores.
type backup struct {
	stores   [2]*Snapshot
	accounts int // enrolled then
}

func (s *server) backup() *backup {
	return &backup{stores: [2]*Snapshot{s.stores[0].Backup(), s.stores[1].Backup()}, accounts: len(s.accounts)}
}

// restore puts a backup back, as the restore command does: the journal is applied again, devices enrolled since must be
// confirmed. properly also begins the new epoch; without it the first pull has to notice.
func (s *server) restore(ctx context.Context, b *backup, properly bool) error {
	for i, st := range s.stores {
		st.Restore(b.stores[i])
	}
	for _, a := range s.accounts {
		if a.enrolled >= b.accounts {
			a.confirmed = false
		}
	}
	if properly {
		if _, err := sync.BeginEpoch(ctx, s.services[0], s.services[1], ""); err != nil {
			return err
		}
	}
	entries := slices.Clone(s.journal.entries)
	if s.broken.noJournal {
		entries = nil
	}
	for _, e := range entries {
		for _, svc := range s.services {
			if err := svc.Replay(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *server) epoch(ctx context.Context) (string, error) {
	now, _, err := s.services[0].Epoch(ctx)
	return now, err
}

// pick returns one of a list; false where it is empty.
func pick[T any](r *rand.Rand, list []T) (T, bool) {
	if len(list) == 0 {
		var none T
		return none, false
	}
	return list[r.IntN(len(list))], true
}
