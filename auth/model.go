package auth

// All times are milliseconds since the Unix epoch; 0 = never.

// User is an account. Workers that only enrol a phone have no Login and no Hash.
type User struct {
	ID         string // us_…
	Login      string // unique without regard to case; "" = cannot sign in with a password
	Name       string // shown
	Role       Role
	Area       string // area code, "" = the whole installation; workers: their first street
	Hash       string // PHC string, "" = no password
	ValidUntil int64  // dated access (researchers), 0 = no end
	Disabled   int64
	Created    int64
	Changed    int64
}

// Live reports whether the account may do anything at now.
func (u User) Live(now int64) bool {
	return u.Disabled == 0 && (u.ValidUntil == 0 || now < u.ValidUntil)
}

// Grant says that a worker may work in a grid from From until Until (0 = still). A grid may be granted again later:
// a further Grant.
type Grant struct {
	Worker string
	Grid   string
	From   int64
	Until  int64
	By     string // user id
}

// Open reports whether the grant holds at now.
func (g Grant) Open(now int64) bool { return g.From <= now && (g.Until == 0 || now < g.Until) }

// Device is one phone's pair of devices: one worker on one installation in one street. Never deleted, ids never reused.
type Device struct {
	ID         string // dv_…, answers
	RegistryID string // rg_…, registry
	Street     string
	Worker     string
	Name       string // what the worker calls the phone
	Platform   string
	PublicKey  []byte // uncompressed P-256 point, 65 bytes; nil = the phone gave none
	Enrolled   int64
	LastSeen   int64
	Confirmed  bool // false after re-admission by certificate: pushes go to quarantine until an admin confirms
	Revoked    int64
	RevokedBy  string
	Reason     string
	DrainUntil int64  // when revoked: until then it may push
	ForkOf     string // the device this one was enrolled instead of, after a fork
	Enrolment  string // id of the enrolment it used, "" for forks and re-admissions
}

// Revocation is what outlives core.db through the journal: a device id that must never be trusted again, even where a
// restored database does not know the device.
type Revocation struct {
	Device     string // dv_…
	At         int64
	DrainUntil int64
	By         string
	Reason     string
}

// Enrolment is a one-time code, without the code.
type Enrolment struct {
	ID        string // en_…
	CodeHash  [32]byte
	Worker    string // us_…
	Name      string // a new worker's name, "" for a further phone
	Street    string
	Grids     []string
	Created   int64
	CreatedBy string
	Expires   int64
	Used      int64
	Device    string // dv_… that used it
	Revoked   int64
}

// State names what a code is worth at now: open, used, revoked or expired.
func (e Enrolment) State(now int64) string {
	switch {
	case e.Used != 0:
		return "used"
	case e.Revoked != 0:
		return "revoked"
	case now >= e.Expires:
		return "expired"
	}
	return "open"
}

// SessionKind says how a session is carried.
type SessionKind string

// The kinds of session.
const (
	PhoneSession   SessionKind = "phone"   // tokens of an enrolled device
	ToolSession    SessionKind = "tool"    // tokens of a password login
	BrowserSession SessionKind = "browser" // the office's cookie
)

// Why a session ended.
const (
	EndedLogout     = "logout"
	EndedReuse      = "reuse"      // a spent refresh token came back: push-only from then on
	EndedSuperseded = "superseded" // the device began another session by its certificate
	EndedByAdmin    = "admin"
	EndedPassword   = "password" // the password was changed
)

// Session is a family of tokens, or an office cookie.
type Session struct {
	ID       string // tokens: random; cookie: derived from the cookie's hash
	Kind     SessionKind
	User     string
	Device   string // phone sessions
	Created  int64
	Expires  int64 // absolute
	LastSeen int64
	Ended    int64
	Why      string
	IP       string // where it began
	Agent    string

	// Tokens only: the refresh token of generation Gen is the live one; the one before is answered with the same
	// successor again until the successor was seen in use.
	Gen      uint64
	Refresh  [32]byte // hash of the live token
	Prev     [32]byte // hash of the one before, zero at generation 1
	Idle     int64    // the live token expires
	Rotated  int64    // when the live token was issued
	SeenGen  uint64   // the highest generation whose access token was used
	PushOnly bool
}
