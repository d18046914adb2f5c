// Package instruments is the built-in survey pack: the forms of the field practice, complete in Chinese and
// English, as XForms. They are embedded, installed by the demonstration and offered by the console.
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

// Instrument is one built-in form.
type Instrument struct {
	ID       string
	Kind     Kind
	Registry bool   // its records belong to the registry stream, not to the answers
	XML      []byte // the form's bytes; do not change them
}

//go:embed *.xml
var files embed.FS

// All returns the built-in forms.
func All() []Instrument {
	return []Instrument{
		{ID: HouseholdSentiment, Kind: Sentiment, XML: bytesOf(HouseholdSentiment)},
		{ID: CandidateInterview, Kind: Candidate, XML: bytesOf(CandidateInterview)},
		{ID: VisitLog, Kind: Visit, Registry: true, XML: bytesOf(VisitLog)},
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

// bytesOf returns an embedded form. The files are part of the binary: a missing one is a mistake in this package.
func bytesOf(id string) []byte {
	b, err := files.ReadFile(id + ".xml")
	if err != nil {
		panic("instruments: " + err.Error())
	}
	return b
}
