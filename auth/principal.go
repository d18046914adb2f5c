package auth

import (
	"ruhu/internal/errs"
)

// Principal is who asks. It is made by Authenticate, AuthenticateCookie or Operator, and never stored.
// The zero Principal may do nothing.
type Principal struct {
	UserID string
	Login  string // "" for workers that only enrol
	Name   string
	Role   Role
	Area   string // area code, "" = the whole installation; for workers the street of their phone

	// Phones only.
	Device         string   // dv_…
	RegistryDevice string   // rg_…
	Street         string   // the one street of the pair
	Grids          []string // granted now, in this street, sorted
	PushOnly       bool     // reads are refused: revoked device, or a session that ended by token reuse
	// Held is the code under which everything this phone pushes goes to quarantine: revoked-device,
	// unconfirmed-device, or "" where pushes merge.
	Held errs.Code

	SessionID string
	// Browser says that the principal came by cookie: writes need CheckCSRF.
	Browser bool
	Request string // the request id the server sets, copied into audit entries
}

// OperatorID is the actor of commands run on the machine itself.
const OperatorID = "operator"

// Operator is the principal of commands run on the machine itself: an admin of the whole installation, named in the audit
// log by OperatorID and the command's name. Whoever can run it can read the data directory anyway.
func Operator(command string) Principal {
	return Principal{UserID: OperatorID, Name: command, Role: Admin, Request: "cli"}
}

// Narrow returns the area a list is to be filtered by: the asked one where it lies within the principal's area, the
// principal's own where none was asked. For workers own means the street of the phone; the caller filters by Grids.
// Codes: invalid, out-of-area.
func (p Principal) Narrow(asked string) (string, error) {
	if asked == "" {
		return p.Area, nil
	}
	if err := CheckArea(asked); err != nil {
		return "", err
	}
	if !Within(asked, p.Area) {
		return "", errs.New(errs.OutOfArea, "narrow", "%s lies outside %s", asked, p.Area)
	}
	return asked, nil
}

// May reports whether Authorize would allow it.
func (p Principal) May(a Action, area string) bool { return Authorize(p, a, area) == nil }
