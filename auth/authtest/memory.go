// Package authtest holds an auth.Store, auth.KeyStore and auth.Journal in memory, a phone's signing side, and the suite that
// every auth.Store must pass. For tests only.
package authtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// Memory implements auth.Store. The zero value is an empty store.
type Memory struct {
	write sync.Mutex
	mu    sync.RWMutex
	state memory
}

type memory struct {
	users       map[string]auth.User
	grants      map[string][]auth.Grant
	enrolments  map[string]auth.Enrolment
	devices     map[string]auth.Device
	revocations map[string]auth.Revocation
	apps        map[string]auth.AppUser
	sessions    map[string]auth.Session
	proofs      map[[32]byte]int64
	research    map[string]auth.ResearchAccess
	audit       []auth.AuditEntry
}

func (m *memory) clone() *memory {
	c := &memory{maps.Clone(m.users), map[string][]auth.Grant{}, maps.Clone(m.enrolments), maps.Clone(m.devices), maps.Clone(m.revocations), maps.Clone(m.apps),
		maps.Clone(m.sessions), maps.Clone(m.proofs), maps.Clone(m.research), m.audit[:len(m.audit):len(m.audit)]}
	for k, v := range m.grants {
		c.grants[k] = slices.Clone(v)
	}
	if c.users == nil {
		c.users, c.enrolments, c.devices = map[string]auth.User{}, map[string]auth.Enrolment{}, map[string]auth.Device{}
		c.apps, c.research = map[string]auth.AppUser{}, map[string]auth.ResearchAccess{}
		c.revocations, c.sessions, c.proofs = map[string]auth.Revocation{}, map[string]auth.Session{}, map[[32]byte]int64{}
	}
	return c
}

// View implements auth.Store.
func (s *Memory) View(_ context.Context, fn func(r auth.Reader) error) error {
	s.mu.RLock()
	snapshot := s.state
	s.mu.RUnlock()
	return fn(&snapshot)
}

// Update implements auth.Store.
func (s *Memory) Update(ctx context.Context, fn func(tx auth.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return errs.WrapCode(errs.Interrupted, "write", err)
	}
	s.write.Lock()
	defer s.write.Unlock()
	c := s.state.clone()
	if err := fn(c); err != nil {
		return err
	}
	s.mu.Lock()
	s.state = *c
	s.mu.Unlock()
	return nil
}

// Backup returns a store with the same contents.
func (s *Memory) Backup() auth.Store {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &Memory{state: *s.state.clone()}
}

func missing(what, id string) error {
	return errs.New(errs.NotFound, "memory", "no %s %s", what, id)
}

func lookup[V any](m map[string]V, what, id string) (V, error) {
	v, ok := m[id]
	if !ok {
		return v, missing(what, id)
	}
	return v, nil
}

// pick returns the values that match, sorted, at most limit.
func pick[K comparable, V any](m map[K]V, match func(V) bool, order func(a, b V) int, limit int) []V {
	var list []V
	for _, v := range m {
		if match(v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, order)
	return list[:min(len(list), limit)]
}

func (m *memory) User(id string) (auth.User, error) { return lookup(m.users, "user", id) }

func (m *memory) UserByLogin(login string) (auth.User, error) {
	for _, u := range m.users {
		if u.Login != "" && auth.LoginKey(u.Login) == auth.LoginKey(login) {
			return u, nil
		}
	}
	return auth.User{}, missing("user", "of that login")
}

func (m *memory) Users(q auth.UserQuery) ([]auth.User, error) {
	return pick(m.users, func(u auth.User) bool {
		return u.ID > q.After && auth.Within(u.Area, q.Area) && (q.Role == "" || u.Role == q.Role)
	}, func(a, b auth.User) int { return strings.Compare(a.ID, b.ID) }, q.Limit), nil
}

func (m *memory) Grants(worker string) ([]auth.Grant, error) {
	list := slices.Clone(m.grants[worker])
	slices.SortFunc(list, func(a, b auth.Grant) int { return cmp.Or(strings.Compare(a.Grid, b.Grid), cmp.Compare(a.From, b.From)) })
	return list, nil
}

func (m *memory) Enrolment(id string) (auth.Enrolment, error) {
	return lookup(m.enrolments, "enrolment", id)
}

func (m *memory) EnrolmentByCode(hash [32]byte) (auth.Enrolment, error) {
	for _, e := range m.enrolments {
		if e.CodeHash == hash {
			return e, nil
		}
	}
	return auth.Enrolment{}, missing("enrolment", "of that code")
}

func (m *memory) Enrolments(q auth.EnrolmentQuery) ([]auth.Enrolment, error) {
	newest := func(a, b auth.Enrolment) int {
		return -cmp.Or(cmp.Compare(a.Created, b.Created), strings.Compare(a.ID, b.ID))
	}
	return pick(m.enrolments, func(e auth.Enrolment) bool {
		return auth.Within(e.Street, q.Area) && (q.OpenAt == 0 || e.State(q.OpenAt) == "open") &&
			(q.AfterID == "" || newest(e, auth.Enrolment{Created: q.AfterTime, ID: q.AfterID}) > 0)
	}, newest, q.Limit), nil
}

func (m *memory) Device(id string) (auth.Device, error) {
	if strings.HasPrefix(id, "rg_") {
		for _, d := range m.devices {
			if d.RegistryID == id {
				return d, nil
			}
		}
	}
	return lookup(m.devices, "device", id)
}

func (m *memory) Devices(q auth.DeviceQuery) ([]auth.Device, error) {
	return pick(m.devices, func(d auth.Device) bool {
		return d.ID > q.After && auth.Within(d.Street, q.Area) && (q.Worker == "" || d.Worker == q.Worker) &&
			(q.SilentSince == 0 || d.Revoked == 0 && d.LastSeen > 0 && d.LastSeen < q.SilentSince)
	}, func(a, b auth.Device) int { return strings.Compare(a.ID, b.ID) }, q.Limit), nil
}

func (m *memory) Revocation(device string) (auth.Revocation, error) {
	return lookup(m.revocations, "revocation", device)
}

func (m *memory) appUser(match func(a auth.AppUser) bool) (auth.AppUser, error) {
	for _, a := range m.apps {
		if match(a) {
			return a, nil
		}
	}
	return auth.AppUser{}, missing("app user", "like that")
}

func (m *memory) AppUserByKey(hash [32]byte) (auth.AppUser, error) {
	return m.appUser(func(a auth.AppUser) bool { return a.KeyHash == hash })
}

func (m *memory) AppUserByName(username string) (auth.AppUser, error) {
	return m.appUser(func(a auth.AppUser) bool { return a.Username == username })
}

func (m *memory) AppUserOf(enrolment string) (auth.AppUser, error) {
	return m.appUser(func(a auth.AppUser) bool { return a.Enrolment == enrolment })
}

func (m *memory) ResearchAccessByID(id string) (auth.ResearchAccess, error) {
	return lookup(m.research, "research grant", id)
}

func (m *memory) ResearchAccess(q auth.ResearchQuery) ([]auth.ResearchAccess, error) {
	return pick(m.research, func(g auth.ResearchAccess) bool {
		return auth.Within(g.Area, q.Area) && (q.User == "" || g.User == q.User) && (q.LiveAt == 0 || g.Live(q.LiveAt)) &&
			(q.AfterID == "" || g.From < q.AfterTime || g.From == q.AfterTime && g.ID < q.AfterID)
	}, func(a, b auth.ResearchAccess) int {
		return cmp.Or(cmp.Compare(b.From, a.From), strings.Compare(b.ID, a.ID))
	}, q.Limit), nil
}

func (m *memory) PutResearchAccess(g auth.ResearchAccess) error {
	m.research[g.ID] = g
	return nil
}

func (m *memory) Session(id string) (auth.Session, error) { return lookup(m.sessions, "session", id) }

func (m *memory) Sessions(q auth.SessionQuery) ([]auth.Session, error) {
	return pick(m.sessions, func(s auth.Session) bool {
		return s.ID > q.After && s.Ended == 0 && s.Expires > q.Now && (q.Device == "" && s.User == q.User || q.Device != "" && s.Device == q.Device)
	}, func(a, b auth.Session) int { return strings.Compare(a.ID, b.ID) }, q.Limit), nil
}

func (m *memory) AuditHead() (auth.AuditHead, error) {
	if len(m.audit) == 0 {
		return auth.AuditHead{}, nil
	}
	last := m.audit[len(m.audit)-1]
	return auth.AuditHead{Seq: last.Seq, Hash: last.Hash}, nil
}

func (m *memory) Audit(q auth.AuditQuery) ([]auth.AuditEntry, error) {
	var list []auth.AuditEntry
	for _, e := range m.audit {
		if (q.Actor == "" || e.Actor == q.Actor) && (q.Object == "" || e.Object == q.Object) && (q.Action == "" || e.Action == q.Action) &&
			(q.Role == "" || e.Role == q.Role) && (q.Outcome == "" || e.Outcome == q.Outcome || q.Outcome == auth.OutcomeDenied && e.Outcome != auth.Done) &&
			(e.Area == "" || auth.Within(e.Area, q.Area)) && e.At >= q.From && (q.To == 0 || e.At < q.To) &&
			(q.Rising && e.Seq > q.After || !q.Rising && (q.Before == 0 || e.Seq < q.Before)) {
			list = append(list, e)
		}
	}
	if !q.Rising {
		slices.Reverse(list)
	}
	return list[:min(len(list), q.Limit)], nil
}

func (m *memory) PutUser(u auth.User) error {
	if u.Login != "" {
		if other, err := m.UserByLogin(u.Login); err == nil && other.ID != u.ID {
			return errs.New(errs.Conflict, "store user", "the user name %s is taken", u.Login)
		}
	}
	m.users[u.ID] = u
	return nil
}

func (m *memory) PutGrant(g auth.Grant) error {
	list := slices.DeleteFunc(m.grants[g.Worker], func(o auth.Grant) bool { return o.Grid == g.Grid && o.From == g.From })
	m.grants[g.Worker] = append(list, g)
	return nil
}

func (m *memory) PutEnrolment(e auth.Enrolment) error {
	m.enrolments[e.ID] = e
	return nil
}

func (m *memory) PutDevice(d auth.Device) error {
	m.devices[d.ID] = d
	return nil
}

func (m *memory) PutAppUser(a auth.AppUser) error {
	if old, ok := m.apps[a.Device]; ok {
		old.Used = a.Used
		a = old
	}
	m.apps[a.Device] = a
	return nil
}

func (m *memory) PutRevocation(r auth.Revocation) error {
	m.revocations[r.Device] = r
	return nil
}

func (m *memory) PutSession(s auth.Session) error {
	old := m.sessions[s.ID]
	s.LastSeen, s.SeenGen = max(s.LastSeen, old.LastSeen), max(s.SeenGen, old.SeenGen)
	m.sessions[s.ID] = s
	return nil
}

func (m *memory) Touch(session string, gen uint64, at int64) error {
	s, ok := m.sessions[session]
	if !ok {
		return nil
	}
	s.LastSeen, s.SeenGen = max(s.LastSeen, at), max(s.SeenGen, gen)
	m.sessions[session] = s
	if d, ok := m.devices[s.Device]; ok {
		d.LastSeen = max(d.LastSeen, at)
		m.devices[d.ID] = d
	}
	return nil
}

func (m *memory) UseProof(hash [32]byte, until int64) (bool, error) {
	if _, seen := m.proofs[hash]; seen {
		return false, nil
	}
	m.proofs[hash] = until
	return true, nil
}

func (m *memory) Prune(sessionsBefore, proofsBefore int64) error {
	maps.DeleteFunc(m.sessions, func(_ string, s auth.Session) bool {
		return s.Expires < sessionsBefore || s.Ended != 0 && s.Ended < sessionsBefore
	})
	maps.DeleteFunc(m.proofs, func(_ [32]byte, until int64) bool { return until < proofsBefore })
	return nil
}

func (m *memory) AppendAudit(e auth.AuditEntry) error {
	m.audit = append(m.audit, e)
	return nil
}
