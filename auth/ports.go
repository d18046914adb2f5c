package auth

import (
	"context"
)

// Store keeps accounts, devices, enrolments, sessions and the audit log. Implementations: store/sqlite/core, and
// authtest.Memory. Methods that look up one thing answer with the code not-found where it is missing.
type Store interface {
	// View runs fn on one snapshot.
	View(ctx context.Context, fn func(r Reader) error) error
	// Update runs fn in the one writer's transaction and returns after it is durable. An error of fn takes back
	// what fn did and nothing else. fn may run more than once. Codes: busy, disk-full, read-only, fail-stop.
	Update(ctx context.Context, fn func(tx Tx) error) error
}

// Reader reads one snapshot. Lists come in the order named, strictly after the key of the query, at most Limit.
type Reader interface {
	User(id string) (User, error)
	UserByLogin(login string) (User, error) // without regard to case
	Users(q UserQuery) ([]User, error)      // by id
	Grants(worker string) ([]Grant, error)  // all ever, by grid, then From
	Enrolment(id string) (Enrolment, error)
	EnrolmentByCode(hash [32]byte) (Enrolment, error)
	Enrolments(q EnrolmentQuery) ([]Enrolment, error) // newest first: by Created, then ID, falling
	Device(id string) (Device, error)                 // by dv_… or rg_…
	Devices(q DeviceQuery) ([]Device, error)          // by id
	Revocation(device string) (Revocation, error)
	AppUserByKey(hash [32]byte) (AppUser, error)
	AppUserByName(username string) (AppUser, error)
	// AppUserOf returns the app user that was drawn with an enrolment.
	AppUserOf(enrolment string) (AppUser, error)
	ResearchAccessByID(id string) (ResearchAccess, error)
	ResearchAccess(q ResearchQuery) ([]ResearchAccess, error) // newest first: by From, then ID, falling
	Session(id string) (Session, error)
	Sessions(q SessionQuery) ([]Session, error) // by id
	AuditHead() (AuditHead, error)              // the zero head of an empty log
	Audit(q AuditQuery) ([]AuditEntry, error)
}

// Tx is the writer's transaction.
type Tx interface {
	Reader
	// PutUser inserts or replaces. Code: conflict where another account has the login.
	PutUser(u User) error
	// PutGrant inserts or replaces the grant of (Worker, Grid, From).
	PutGrant(g Grant) error
	PutEnrolment(e Enrolment) error
	PutDevice(d Device) error
	PutRevocation(r Revocation) error
	// PutAppUser inserts, or sets Used of the one that is there.
	PutAppUser(a AppUser) error
	// PutResearchAccess inserts, or sets Ended and EndedBy of the one that is there.
	PutResearchAccess(g ResearchAccess) error
	PutSession(s Session) error
	// Touch raises a session's LastSeen and SeenGen, and LastSeen of its device; an unknown session is no error.
	Touch(session string, gen uint64, at int64) error
	// UseProof remembers a signed message until a time; false where it is remembered already.
	UseProof(hash [32]byte, until int64) (fresh bool, err error)
	// Prune removes sessions that ended or expired before, and proofs that need not be remembered any more.
	Prune(sessionsBefore, proofsBefore int64) error
	// AppendAudit stores an entry whose Seq and Hash are set already.
	AppendAudit(e AuditEntry) error
}

// UserQuery selects accounts.
type UserQuery struct {
	Area  string // within
	Role  Role   // "" = all
	After string // id
	Limit int
}

// EnrolmentQuery selects enrolments.
type EnrolmentQuery struct {
	Area      string // of the street
	OpenAt    int64  // only those open at that time; 0 = all
	AfterTime int64  // key of the last one of the page before: Created and ID; zero = from the newest
	AfterID   string
	Limit     int
}

// DeviceQuery selects devices.
type DeviceQuery struct {
	Area   string // of the street
	Worker string // "" = all
	// SilentSince, where not 0, keeps those that are not revoked, were heard of once, and not since then.
	SilentSince int64
	After       string // id
	Limit       int
}

// ResearchQuery selects research grants.
type ResearchQuery struct {
	User      string // "" = all
	Area      string // within
	LiveAt    int64  // only those that hold at that time; 0 = all
	AfterTime int64  // key of the last one of the page before: From and ID; zero = from the newest
	AfterID   string
	Limit     int
}

// SessionQuery selects live sessions: neither ended nor expired at Now.
type SessionQuery struct {
	User   string
	Device string
	Now    int64
	After  string
	Limit  int
}

// KeyStore keeps the service's secrets, outside the databases and their backups: files of rights 0600, or sealed.
type KeyStore interface {
	// LoadKey returns the bytes kept under a name. Code: not-found.
	LoadKey(name string) ([]byte, error)
	// CreateKey keeps bytes under a new name, durably. Code: conflict where the name exists, also when two
	// processes race.
	CreateKey(name string, b []byte) error
	// ReplaceKey puts other bytes under a name, durably and atomically.
	ReplaceKey(name string, b []byte) error
}

// Journal takes what must survive the loss or rollback of core.db. Append returns after the entry is on the disk.
type Journal interface {
	AppendAuth(ctx context.Context, e JournalEntry) error
}

// JournalKind says what an entry of the journal records.
type JournalKind string

// The kinds of journal entry.
const (
	JournalRevoked   JournalKind = "revoked"   // Device, Registry, Until (drain), By
	JournalWithdrawn JournalKind = "withdrawn" // Worker, Grid
	JournalAuditHead JournalKind = "audit"     // Seq, Hash of the audit log
)

// JournalEntry is one line of the journal. Replaying entries twice or in another order does no harm.
type JournalEntry struct {
	Kind     JournalKind `json:"kind"`
	At       int64       `json:"at"`
	By       string      `json:"by,omitempty"`
	Device   string      `json:"device,omitempty"`
	Registry string      `json:"registry,omitempty"`
	Until    int64       `json:"until,omitempty"`
	Worker   string      `json:"worker,omitempty"`
	Grid     string      `json:"grid,omitempty"`
	Seq      uint64      `json:"seq,omitempty"`
	Hash     string      `json:"hash,omitempty"`
}

// Areas tells whether an area code exists. nil in Config = every well-formed code does.
type Areas interface {
	AreaExists(ctx context.Context, code string) (bool, error)
}
