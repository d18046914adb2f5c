// Package instruments is the built-in survey pack: the seven forms of the field practice, complete in Chinese and
// English. Each is kept three times: NAME.md, the XLSForm as tables that people read and change; NAME.xlsx, the same as
// a workbook; NAME.xml, the XForm converted from it, which is what is installed. A test holds the three together; run it
// with -update after a change. The forms are embedded, installed by the demonstration and offered by the console.
//
// The forms name two files that the server makes for every survey: villages.csv (name = village code, label) and
// notice.csv (name, label, hash; the row "current" is the notice in force).
package instruments

import (
	"embed"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/xform"
)

// Kind is what a form is for; a survey names it with each of its forms.
type Kind string

// The kinds of the built-in forms.
const (
	Sentiment Kind = "sentiment"
	Appraised Kind = "appraisal"
	Candidate Kind = "candidate"
	Village   Kind = "village"
	Followed  Kind = "followup"
	Visit     Kind = "visit"
	Checked   Kind = "backcheck"
)

// Ids of the built-in forms.
const (
	HouseholdSentiment = "hh_sentiment"        // I1
	Appraisal          = "appraisal"           // I2
	CandidateInterview = "candidate_interview" // I3
	VillageSheet       = "village_sheet"       // I4
	FollowUp           = "followup"            // I5
	VisitLog           = "visit_log"           // I6
	BackCheck          = "backcheck"           // I7
)

// Instrument is one built-in form. Its bytes must not be changed.
type Instrument struct {
	ID       string
	Kind     Kind
	Registry bool   // its records belong to the registry stream, not to the answers
	XML      []byte // the XForm
	XLSX     []byte // the workbook it was made of
	Tables   string // the same as Markdown tables
}

//go:embed *.xml *.xlsx *.md
var files embed.FS

// All returns the built-in forms, I1 to I7.
func All() []Instrument {
	return []Instrument{
		load(HouseholdSentiment, Sentiment, false),
		load(Appraisal, Appraised, false),
		load(CandidateInterview, Candidate, false),
		load(VillageSheet, Village, false),
		load(FollowUp, Followed, true),
		load(VisitLog, Visit, true),
		load(BackCheck, Checked, false),
	}
}

// Read returns the model of a built-in form, or an error with the code not-found.
func Read(id string) (*schema.Form, error) {
	for _, i := range All() {
		if i.ID == id {
			form, _, err := xform.Read(i.XML)
			return form, err
		}
	}
	return nil, errs.New(errs.NotFound, "read built-in form", "there is no built-in form %q", id)
}

func load(id string, kind Kind, registry bool) Instrument {
	return Instrument{ID: id, Kind: kind, Registry: registry, XML: bytesOf(id + ".xml"), XLSX: bytesOf(id + ".xlsx"), Tables: string(bytesOf(id + ".md"))}
}

// bytesOf returns an embedded file. The files are part of the binary: a missing one is a mistake in this package.
func bytesOf(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic("instruments: " + err.Error())
	}
	return b
}
