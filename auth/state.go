package auth

import (
	"context"
	"slices"
	"sync/atomic"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// stateEntries bounds each of the caches of looked-up state.
const stateEntries = 16384

// sessionState is what one session may do, as the store knew it at loaded.
type sessionState struct {
	session Session
	user    User
	device  *DeviceInfo // phone sessions
	loaded  int64
	life    uint64 // the cache's life when loading began
}

// stateCache keeps looked-up state for at most limits.RevocationLag. A change made through this Service is seen at once:
// it begins a new life of the cache; one made by another process is seen when the entry is too old.
type stateCache struct {
	sessions *lru[string, *sessionState]
	devices  *lru[string, *DeviceInfo]
	apps     *lru[string, *cachedApp] // by hash of the key, and by user name
	life     *atomic.Uint64
}

func newStateCache() stateCache {
	return stateCache{newLRU[string, *sessionState](stateEntries), newLRU[string, *DeviceInfo](stateEntries), newLRU[string, *cachedApp](stateEntries), new(atomic.Uint64)}
}

// forget makes everything cached stale. Called after a change is committed.
func (c *stateCache) forget() { c.life.Add(1) }

func (c *stateCache) fresh(loaded int64, life uint64, now int64) bool {
	age := now - loaded
	return life == c.life.Load() && age >= 0 && age < limits.RevocationLag.Milliseconds()
}

// DeviceInfo is a device with all that decides what it may do.
type DeviceInfo struct {
	Device
	WorkerName string
	Grids      []string // granted now, in the device's street, sorted
	History    []Grant  // every grant its worker ever had in this street, by grid, then From
	// PushOnly: reads are refused. Held is the code under which pushes go to quarantine, "" = they merge.
	PushOnly bool
	Held     errs.Code
	// MayPush is false when a revoked device's drain time is over.
	MayPush bool

	loaded int64
	life   uint64
}

// State names the device's standing: active, unconfirmed or revoked.
func (d DeviceInfo) State() string {
	switch {
	case d.Held == errs.RevokedDevice:
		return "revoked"
	case !d.Confirmed:
		return "unconfirmed"
	}
	return "active"
}

// EverGranted reports whether the grid was granted to the device's worker at any time, in the device's street.
func (d DeviceInfo) EverGranted(grid string) bool {
	return slices.ContainsFunc(d.History, func(g Grant) bool { return g.Grid == grid })
}

// describe derives a device's standing at now.
func describe(r Reader, d Device, now int64) (*DeviceInfo, error) {
	u, err := r.User(d.Worker)
	if err != nil {
		return nil, err
	}
	return describeOf(r, d, u, now)
}

// describeOf is describe for a device whose worker is at hand.
func describeOf(r Reader, d Device, u User, now int64) (*DeviceInfo, error) {
	all, err := r.Grants(d.Worker)
	if err != nil {
		return nil, err
	}
	info := &DeviceInfo{Device: d, WorkerName: u.Name, Grids: []string{}, MayPush: true}
	for _, g := range all {
		if StreetOf(g.Grid) != d.Street {
			continue
		}
		info.History = append(info.History, g)
		if g.Open(now) && !slices.Contains(info.Grids, g.Grid) {
			info.Grids = append(info.Grids, g.Grid)
		}
	}
	slices.Sort(info.Grids)
	drain := int64(0)
	switch {
	case d.Revoked != 0:
		drain = d.DrainUntil
	case u.Disabled != 0:
		drain = u.Disabled + drainMillis
	case !u.Live(now):
		drain = u.ValidUntil + drainMillis
	case !d.Confirmed:
		info.PushOnly, info.Held = true, errs.UnconfirmedDevice
		return info, nil
	default:
		return info, nil
	}
	info.PushOnly, info.Held, info.MayPush = true, errs.RevokedDevice, now < drain
	return info, nil
}

// drainMillis is how long a revoked device may still push.
const drainMillis = int64(limits.DrainDays) * 24 * 3600 * 1000

// DeviceByID returns a device by either id of its pair, at most limits.RevocationLag old. The caller must not change
// what it points to. Code: not-found.
func (s *Service) DeviceByID(ctx context.Context, id string) (DeviceInfo, error) {
	now := s.now()
	if d, ok := s.states.devices.get(id); ok && s.states.fresh(d.loaded, d.life, now) {
		return *d, nil
	}
	life := s.states.life.Load()
	var info *DeviceInfo
	err := s.store.View(ctx, func(r Reader) error {
		d, err := r.Device(id)
		if err != nil {
			return err
		}
		info, err = describe(r, d, now)
		return err
	})
	if err != nil {
		return DeviceInfo{}, errs.Wrap("look up device", err)
	}
	info.loaded, info.life = now, life
	s.states.devices.put(id, info)
	return *info, nil
}

// state returns a session's state, at most limits.RevocationLag old.
func (s *Service) state(ctx context.Context, id string) (*sessionState, error) {
	now := s.now()
	if st, ok := s.states.sessions.get(id); ok && s.states.fresh(st.loaded, st.life, now) {
		return st, nil
	}
	st := &sessionState{loaded: now, life: s.states.life.Load()}
	err := s.store.View(ctx, func(r Reader) (err error) {
		if st.session, err = r.Session(id); err != nil {
			return err
		}
		if st.user, err = r.User(st.session.User); err != nil {
			return err
		}
		if st.session.Kind != PhoneSession {
			return nil
		}
		d, err := r.Device(st.session.Device)
		if err != nil {
			return err
		}
		st.device, err = describeOf(r, d, st.user, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.states.sessions.put(id, st)
	s.contacts.note(id, st.session.SeenGen, now)
	return st, nil
}

// Authenticate turns a bearer access token into a principal. Codes: token-invalid, token-expired, token-reused (the session
// ended because a spent refresh token came back), device-revoked (its drain time is over).
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	const op = "authenticate"
	v, err := s.verifyAccess(token)
	if err != nil {
		return Principal{}, err
	}
	st, err := s.state(ctx, v.session)
	if err != nil {
		if errs.CodeOf(err) == errs.NotFound {
			return Principal{}, errs.New(errs.TokenInvalid, op, "no such session")
		}
		return Principal{}, errs.Wrap(op, err)
	}
	if st.user.ID != v.user || st.session.Kind == BrowserSession {
		return Principal{}, errs.New(errs.TokenInvalid, op, "the token does not fit its session")
	}
	p, err := s.principal(st, v.push)
	if err != nil {
		return Principal{}, err
	}
	if v.gen > st.session.SeenGen {
		s.contacts.note(v.session, v.gen, s.now())
	}
	return p, nil
}

// principal says what a session may do now. push: the token itself may only push.
func (s *Service) principal(st *sessionState, push bool) (Principal, error) {
	const op = "authenticate"
	now := s.now()
	p := Principal{UserID: st.user.ID, Login: st.user.Login, Name: st.user.Name, Role: st.user.Role, Area: st.user.Area,
		SessionID: st.session.ID, Browser: st.session.Kind == BrowserSession}
	phone := st.session.Kind == PhoneSession
	reused := st.session.Ended != 0 && st.session.Why == EndedReuse
	switch {
	case reused && phone && now < st.session.Ended+drainMillis:
		p.PushOnly, p.Held = true, errs.RevokedDevice
	case reused:
		return Principal{}, errs.New(errs.TokenReused, op, "the session ended by reuse")
	case push && phone && now < st.session.Expires+drainMillis:
		p.PushOnly, p.Held = true, errs.RevokedDevice
	case st.session.Ended != 0:
		return Principal{}, errs.New(errs.TokenExpired, op, "the session ended: %s", st.session.Why)
	case now >= st.session.Expires:
		return Principal{}, errs.New(errs.TokenExpired, op, "the session is over")
	}
	if !phone {
		if !st.user.Live(now) {
			return Principal{}, errs.New(errs.TokenExpired, op, "the account is disabled or its access has ended")
		}
		return p, nil
	}
	d := st.device
	if !d.MayPush {
		return Principal{}, errs.New(errs.DeviceRevoked, op, "revoked, and the time to push is over").
			WithHint("The office can prolong it, or take a pack from the phone.")
	}
	p.Area, p.Street, p.Grids = d.Street, d.Street, d.Grids
	p.Device, p.RegistryDevice = d.ID, d.RegistryID
	p.PushOnly = p.PushOnly || d.PushOnly
	if d.Held != "" {
		p.Held = d.Held
	}
	return p, nil
}
