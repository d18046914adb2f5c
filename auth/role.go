package auth

import (
	"slices"
	"strings"

	"ruhu/internal/errs"
)

// Role is what an account is for. Every account has exactly one.
type Role string

// The seven roles. Liaisons, first secretaries, back-checkers and tellers are workers.
const (
	Worker     Role = "worker"     // collects in granted grids; sees own work only
	Reviewer   Role = "reviewer"   // street office: answers by case number, never who lives there
	Registrar  Role = "registrar"  // households, contacts, assignments, withdrawals; never answers
	Researcher Role = "researcher" // de-identified microdata
	Viewer     Role = "viewer"     // released summaries
	Auditor    Role = "auditor"    // the audit log and verify
	Admin      Role = "admin"      // accounts, devices, areas, forms, settings; never answers
)

// Roles returns all roles in the order of the documentation.
func Roles() []Role {
	return []Role{Worker, Reviewer, Registrar, Researcher, Viewer, Auditor, Admin}
}

// ParseRole returns the role of that name. Code: invalid.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", errs.New(errs.Invalid, "parse role", "no role %q", clip(s, 40)).
		WithHint("One of: worker reviewer registrar researcher viewer auditor admin.")
}

// AreaWidth is the number of digits of each level: district, street, village, grid.
const (
	DistrictWidth = 6
	StreetWidth   = 9
	VillageWidth  = 12
	GridWidth     = 15
)

// CheckArea reports whether code is an area code (6, 9, 12 or 15 digits) or "", the whole installation.
// Code: invalid.
func CheckArea(code string) error {
	switch len(code) {
	case 0, DistrictWidth, StreetWidth, VillageWidth, GridWidth:
	default:
		return errs.New(errs.Invalid, "check area", "area code %q has %d digits", clip(code, 20), len(code)).
			WithHint("District 6, street 9, village 12, grid 15 digits.")
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return errs.New(errs.Invalid, "check area", "area code %q is not all digits", clip(code, 20))
		}
	}
	return nil
}

// Within reports whether area is outer or lies below it. "" contains everything and lies within "" only.
// Both must be area codes.
func Within(area, outer string) bool { return strings.HasPrefix(area, outer) }

// StreetOf returns the street of a street, village or grid code; "" for a district or the whole.
func StreetOf(area string) string {
	if len(area) < StreetWidth {
		return ""
	}
	return area[:StreetWidth]
}

func clip(s string, n int) string {
	if len(s) <= n {
		return strings.ToValidUTF8(s, "?")
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
