package auth

import (
	"slices"

	"ruhu/internal/errs"
)

// Scope says how far a role may take an action.
type Scope string

// The scopes.
const (
	// ScopeAll: the action is not about an area (forms, settings).
	ScopeAll Scope = "all"
	// ScopeArea: the object's area is the account's area or lies below it.
	ScopeArea Scope = "area"
	// ScopeGrids: the object's area is one of the worker's grids of this moment.
	ScopeGrids Scope = "grids"
	// ScopeOwn: only what the asker made or was handed; the owner of the data (sync, sessions, exports) decides per
	// object, the area is not asked.
	ScopeOwn Scope = "own"
)

// Sight says what an action puts before the asker's eyes.
type Sight string

// What an action shows.
const (
	SeesNothing  Sight = "nothing"  // administration, ids, counts of objects
	SeesFigures  Sight = "figures"  // aggregates
	SeesAnswers  Sight = "answers"  // answers of single respondents
	SeesIdentity Sight = "identity" // who lives where
)

// Rule is one line of the permission table: an action, what it shows and who holds it how far. A role that is not named
// does not hold the action.
type Rule struct {
	Action Action
	Sees   Sight
	Roles  map[Role]Scope
}

type grants = map[Role]Scope

func table() []Rule {
	all := func(s Scope) grants {
		g := grants{}
		for _, r := range Roles() {
			g[r] = s
		}
		return g
	}
	office := grants{Reviewer: ScopeOwn, Registrar: ScopeOwn, Researcher: ScopeOwn, Viewer: ScopeOwn, Auditor: ScopeOwn, Admin: ScopeOwn}
	admin := grants{Admin: ScopeArea}
	reviewer := grants{Reviewer: ScopeArea}
	registrar := grants{Registrar: ScopeArea}
	return []Rule{
		{SelfRead, SeesNothing, all(ScopeOwn)},
		{SelfPassword, SeesNothing, office},

		{UsersRead, SeesNothing, admin},
		{UsersManage, SeesNothing, admin},
		{SessionsManage, SeesNothing, admin},
		{WorkersRead, SeesNothing, grants{Reviewer: ScopeArea, Registrar: ScopeArea, Admin: ScopeArea}},
		{EnrolmentsRead, SeesNothing, admin},
		{EnrolmentsCreate, SeesNothing, admin},
		{EnrolmentsRevoke, SeesNothing, admin},
		{DevicesRead, SeesNothing, grants{Reviewer: ScopeArea, Admin: ScopeArea}},
		{DevicesRevoke, SeesNothing, admin},
		{DevicesConfirm, SeesNothing, admin},
		{DevicesDrain, SeesNothing, grants{Reviewer: ScopeArea, Admin: ScopeArea}},
		{GrantsManage, SeesNothing, admin},
		{ResearchGrant, SeesNothing, admin},

		{AreasRead, SeesNothing, grants{Reviewer: ScopeArea, Registrar: ScopeArea, Researcher: ScopeArea, Viewer: ScopeArea, Auditor: ScopeArea, Admin: ScopeArea, Worker: ScopeGrids}},
		{AreasManage, SeesNothing, admin},
		{SurveysRead, SeesNothing, all(ScopeAll)},
		{SurveysManage, SeesNothing, grants{Admin: ScopeAll}},
		{FormsRead, SeesNothing, all(ScopeAll)},
		{FormsManage, SeesNothing, grants{Admin: ScopeAll}},

		{RegistryRead, SeesIdentity, registrar},
		{RegistryWrite, SeesIdentity, registrar},
		{AssignmentsRead, SeesIdentity, registrar},
		{AssignmentsWrite, SeesIdentity, registrar},
		{VisitsRead, SeesIdentity, registrar},

		{RecordsList, SeesAnswers, reviewer},
		{RecordsRead, SeesAnswers, reviewer},
		{RecordsHistory, SeesAnswers, reviewer},
		{RecordsChange, SeesAnswers, reviewer},
		{RecordsReview, SeesAnswers, reviewer},
		{RecordsHandover, SeesAnswers, reviewer},
		{RecordsMove, SeesAnswers, reviewer},
		{RecordsRestrict, SeesNothing, registrar},
		{RecordsEraseOwn, SeesAnswers, grants{Worker: ScopeOwn}},
		{RecordsEraseBulk, SeesNothing, admin},
		{WithdrawalsErase, SeesNothing, registrar},
		{QuarantineRead, SeesAnswers, reviewer},
		{QuarantineSettle, SeesAnswers, reviewer},

		{SyncPush, SeesNothing, grants{Worker: ScopeOwn}},
		{SyncPull, SeesAnswers, grants{Worker: ScopeOwn}},
		{PacksPush, SeesNothing, grants{Worker: ScopeOwn, Reviewer: ScopeArea, Registrar: ScopeArea, Admin: ScopeArea}},
		{EventsRead, SeesNothing, grants{Worker: ScopeOwn, Reviewer: ScopeArea, Registrar: ScopeArea, Researcher: ScopeArea, Viewer: ScopeArea, Admin: ScopeArea}},
		{AttachmentsUpload, SeesNothing, grants{Worker: ScopeOwn}},
		{AttachmentsRead, SeesAnswers, grants{Worker: ScopeOwn, Reviewer: ScopeArea}},

		{SummariesRead, SeesFigures, reviewer},
		{ReleasesRead, SeesFigures, grants{Reviewer: ScopeArea, Researcher: ScopeArea, Viewer: ScopeArea}},
		{ReleasesCreate, SeesFigures, reviewer},
		{ExportsCreate, SeesAnswers, grants{Reviewer: ScopeArea, Researcher: ScopeArea}},
		{ExportsRead, SeesAnswers, grants{Reviewer: ScopeArea, Researcher: ScopeArea}},
		{ExportsCorrection, SeesAnswers, reviewer},
		{CodebooksRead, SeesNothing, grants{Reviewer: ScopeAll, Researcher: ScopeAll, Admin: ScopeAll}},
		{QualityRead, SeesFigures, reviewer},
		{ProgressRead, SeesFigures, grants{Reviewer: ScopeArea, Admin: ScopeArea}},

		{AuditRead, SeesNothing, grants{Auditor: ScopeArea}},
		{AuditVerify, SeesNothing, grants{Auditor: ScopeAll, Admin: ScopeAll}},
		{SettingsManage, SeesNothing, grants{Admin: ScopeAll}},
		{BackupsCreate, SeesNothing, grants{Admin: ScopeAll}},
	}
}

// rules is never written after it is made.
var rules = func() map[Action]Rule {
	m := map[Action]Rule{}
	for _, r := range table() {
		m[r.Action] = r
	}
	return m
}()

// Permissions returns the whole table in the order of action.go. The caller owns the copy.
func Permissions() []Rule { return table() }

// ScopeOf returns how far a role may take an action; false where it does not hold it.
func ScopeOf(role Role, a Action) (Scope, bool) {
	s, ok := rules[a].Roles[role]
	return s, ok
}

// drainActions is what a push-only principal may still do.
func drainActions(a Action) bool {
	return a == SyncPush || a == AttachmentsUpload || a == PacksPush || a == SelfRead
}

// Authorize returns nil where p may do a to an object in area. Lists pass the area that Principal.Narrow returned.
//
// area is the object's own area code; "" means the whole installation, which only an account without an area contains.
// It is not looked at under ScopeAll and ScopeOwn.
//
// Codes: unauthenticated (no principal), forbidden (the role does not hold the action; also an unknown action or role),
// out-of-area, device-revoked and unconfirmed-device (a push-only principal asks for more than pushing).
func Authorize(p Principal, a Action, area string) error {
	if p.UserID == "" {
		return errs.New(errs.Unauthenticated, "authorize", "no principal for %s", a)
	}
	scope, ok := ScopeOf(p.Role, a)
	if !ok {
		return errs.New(errs.Forbidden, "authorize", "%s does not hold %s", p.Role, a)
	}
	if p.PushOnly && !drainActions(a) {
		if p.Held == errs.UnconfirmedDevice {
			return errs.New(errs.UnconfirmedDevice, "authorize", "not confirmed since a restore, asks for %s", a)
		}
		return errs.New(errs.DeviceRevoked, "authorize", "push-only token asks for %s", a)
	}
	inside := true
	switch scope {
	case ScopeAll, ScopeOwn:
	case ScopeArea:
		inside = CheckArea(area) == nil && Within(area, p.Area)
	case ScopeGrids:
		inside = len(area) == GridWidth && slices.Contains(p.Grids, area)
	default:
		inside = false
	}
	if !inside {
		return errs.New(errs.OutOfArea, "authorize", "%s in %s lies outside %s", a, clip(area, 20), p.Area)
	}
	return nil
}
