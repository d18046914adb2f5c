package export

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/survey"
	"ruhu/survey/snapshot"
	"ruhu/sync"
)

// Format is a file format.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Options say what is exported, for whom.
type Options struct {
	Form     string
	Versions []*schema.Form // all versions of the form, oldest first
	Area     string         // records at or below; "" = all
	Statuses []string       // shown statuses; empty = approved only
	Format   Format
	// Correction makes the reviewer's file: free text, unsettled answers, author code, date, conflict, resolved_by.
	Correction bool
	// Whole lets a correction file hold every value as it came: places, times, names of files, notes and hidden fields too.
	// For forms that keep no opinions and no candidates (survey.Kind.Protected); without Correction it says nothing.
	Whole  bool
	Demo   bool   // invented data: every row says so
	Master []byte // key of the pseudonyms, at least 32 bytes; never leaves
	Grant  string // for whom; two grants cannot join their exports
}

func (o *Options) check() error {
	const op = "export"
	switch {
	case len(o.Versions) == 0:
		return errs.New(errs.NotFound, op, "no form %s", o.Form)
	case o.Format != CSV && o.Format != XLSX:
		return errs.New(errs.UnsupportedMedia, op, "format %q", o.Format)
	case len(o.Master) < 32:
		return errs.New(errs.Internal, op, "no pseudonym key")
	}
	for _, s := range o.Statuses {
		if !slices.Contains(survey.Statuses(), s) || s == survey.StatusErased || s == survey.StatusRestricted {
			return errs.New(errs.Invalid, op, "status %q cannot be exported", s)
		}
	}
	if slices.Contains(o.Statuses, survey.StatusDraft) && !o.Correction {
		return errs.New(errs.Rule, op, "drafts are in correction files only")
	}
	return nil
}

func (o *Options) whole() bool { return o.Whole && o.Correction }

// statuses are sorted: their order says nothing.
func (o *Options) statuses() []string {
	if len(o.Statuses) == 0 {
		return []string{survey.StatusApproved}
	}
	list := slices.Clone(o.Statuses)
	slices.Sort(list)
	return slices.Compact(list)
}

func (o *Options) filter() survey.RowFilter {
	return survey.RowFilter{Form: o.Form, Area: o.Area, Statuses: o.statuses()}
}

// layoutVersion changes when the same records would give other bytes.
const layoutVersion = 1

// snapshotID names what is exported.
func (o *Options) snapshotID(heads []sync.Head) (string, error) {
	of := snapshot.Of{Kind: "export", Heads: map[string]uint64{}}
	for _, h := range heads {
		if survey.Within(o.Area, h.Street) || survey.Within(h.Street, o.Area) {
			of.Heads[h.Street] = h.Seq
		}
	}
	for _, f := range o.Versions {
		of.Forms = append(of.Forms, f.Key().String())
	}
	of.Policy = struct {
		Layout     int  `json:"layout"`
		Correction bool `json:"correction"`
		Demo       bool `json:"demo"`
		Whole      bool `json:"whole,omitempty"`
	}{layoutVersion, o.Correction, o.Demo, o.whole()}
	of.Filter = struct {
		Area     string   `json:"area"`
		Statuses []string `json:"statuses"`
		Format   Format   `json:"format"`
	}{o.Area, o.statuses(), o.Format}
	id, err := of.ID()
	return id, errs.Wrap("export", err)
}
