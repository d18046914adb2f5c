package sync

import (
	"strings"

	"ruhu/sync/crdt"
)

// The roles whose hands reach a record.
const (
	RoleWorker    = "worker"
	RoleReviewer  = "reviewer"
	RoleRegistrar = "registrar"
)

// Paths of the record itself.
const (
	PathStatus      = "@status"
	PathComments    = "@comments"
	PathDisposition = "@disposition"
	PathWithdrawal  = "@withdrawal"
	PathAssignee    = "@assignee"
	PathGrid        = "@grid"
	PathMovedFrom   = "@moved_from"
	PathDuplicate   = "@duplicate" // what the office decided about another record of the same case and form
	// PathSubmission says what the office has to know of how a record was posted: words, single spaces between them.
	PathSubmission = "@submission"
)

// Stored values of "@status", and "erased", which is shown only.
const (
	StatusDraft       = "draft"
	StatusSubmitted   = "submitted"
	StatusApproved    = "approved"
	StatusReturned    = "returned"
	StatusNeedsReview = "needs_review"
	StatusRestricted  = "restricted"
	StatusErased      = "erased"
)

// RoleMayWrite says who writes which path that starts with "@". The office's own "@assignee", "@grid", "@moved_from" and
// "@duplicate" are nobody's here: Office alone lets them through. A row is asked for with an empty cell at its path.
func RoleMayWrite(role string, cell crdt.Cell) bool {
	question := crdt.Path(cell.Path).Question()
	top, _, _ := strings.Cut(question, "/")
	switch top {
	case PathStatus:
		if question != PathStatus || cell.Null {
			return false
		}
		switch cell.Value {
		case StatusDraft, StatusSubmitted:
			return role == RoleWorker || role == RoleRegistrar && cell.Value == StatusSubmitted
		case StatusApproved, StatusReturned, StatusNeedsReview:
			return role == RoleReviewer
		case StatusRestricted:
			return role == RoleRegistrar
		}
		return false
	case PathDisposition, PathWithdrawal:
		return role == RoleWorker
	case PathComments:
		return role == RoleReviewer
	}
	return false
}

// officeOnly reports whether a path is written through the office API alone.
func officeOnly(path string) bool {
	return path == PathAssignee || path == PathGrid || path == PathMovedFrom || path == PathDuplicate
}

// mayWrite checks every "@" path of a change set, rows included; office opens the paths of the office API too, posted the
// one of OpenRosa submissions.
// Set, Add and Del are sorted, and "@" sorts before every other first character of a path.
func (s *Service) mayWrite(role string, c *crdt.ChangeSet, office, posted bool) bool {
	for _, cell := range c.Set {
		if !crdt.Path(cell.Path).IsRecord() {
			break
		}
		if !(office && officeOnly(cell.Path)) && !(posted && cell.Path == PathSubmission) && !s.RoleMayWrite(role, cell) {
			return false
		}
	}
	for _, rows := range [2][]string{c.Add, c.Del} {
		for _, row := range rows {
			if !crdt.Path(row).IsRecord() {
				break
			}
			if !s.RoleMayWrite(role, crdt.Cell{Path: row}) {
				return false
			}
		}
	}
	return true
}
