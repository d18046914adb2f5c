package survey

import (
	"crypto/sha256"
	"encoding/hex"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
)

// Kind says what a form is for; the rules that bind it follow from it.
type Kind string

// The kinds of forms.
const (
	KindSentiment Kind = "sentiment" // opinions asked at the door: consent, no identity, short edit window
	KindCandidate Kind = "candidate" // a named volunteer; identity in the registry
	KindVillage   Kind = "village"   // one sheet a village and wave
	KindAppraisal Kind = "appraisal" // session and tally of an appraisal; never single ballots
	KindVisit     Kind = "visit"     // one row an attempt at a door; registry stream
	KindFollowup  Kind = "followup"  // what a household asked for; registry stream
	KindBackcheck Kind = "backcheck" // a second visit by another worker; shares the case of the sentiment form
	KindOther     Kind = "other"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{KindSentiment, KindCandidate, KindVillage, KindAppraisal, KindVisit, KindFollowup, KindBackcheck, KindOther}
}

// Registry reports whether records of this kind go through the registry stream.
func (k Kind) Registry() bool { return k == KindVisit || k == KindFollowup }

// Protected reports whether a form's answers are opinions or say who would stand for office: of those not even a correction
// file holds places, times or files.
func (k Kind) Protected() bool {
	return k == KindSentiment || k == KindCandidate || k == KindBackcheck
}

// DrawsCases reports whether each selected household gets a case number of its own for a form of this kind.
func (k Kind) DrawsCases() bool { return k == KindSentiment || k == KindOther }

// UsesCases reports whether records of this kind name a case.
func (k Kind) UsesCases() bool { return k.DrawsCases() || k == KindBackcheck }

// Mode says how households come into a survey.
type Mode string

// The modes.
const (
	Census Mode = "census" // every selected household; no sampling error, nonresponse bounds instead
	Sample Mode = "sample" // a design with strata, PSUs, weights
)

// State is where a survey stands.
type State string

// The states of a survey, in order; there is no way back.
const (
	SurveyPlanned State = "planned"
	SurveyOpen    State = "open"
	SurveyClosed  State = "closed"
)

// Retention policies.
const (
	RetentionMinimum     = "pipl_minimum"   // as short as the purpose allows
	RetentionStatistical = "statistical_2y" // an approved statistical survey: raw forms 2 years
)

// Words is a text in both languages.
type Words struct {
	ZH string `json:"zh" yaml:"zh"`
	EN string `json:"en" yaml:"en"`
}

// Notice is one version of what is read aloud before consent. Hash is the SHA-256 of its canonical text; the form
// stores it in each record, so it can be proved what a respondent was told.
type Notice struct {
	Version int    `json:"version"`
	Hash    string `json:"hash"`
	Words
}

// HashNotice returns the hash of a notice's words.
func HashNotice(w Words) string {
	sum := sha256.Sum256([]byte("ruhu-notice:" + w.ZH + "\x00" + w.EN))
	return hex.EncodeToString(sum[:])
}

// FormUse is a form as a survey uses it.
type FormUse struct {
	Form string `json:"form"`
	Kind Kind   `json:"kind"`
}

// Survey is what is asked, of whom, on what legal basis, until when.
type Survey struct {
	ID          string    `json:"id"`
	Title       Words     `json:"title"`
	Forms       []FormUse `json:"forms"`
	LegalBasis  string    `json:"legal_basis"`
	Notices     []Notice  `json:"notices"` // oldest first; the last is in force
	Mode        Mode      `json:"mode"`
	Open        string    `json:"open"`  // civil date the field work is to begin, "" = when opened
	Close       string    `json:"close"` // civil date it is to end
	Retention   string    `json:"retention"`
	EditHours   int       `json:"edit_hours"`
	LinkTTLDays int       `json:"link_ttl_days"`
	Threshold   int       `json:"threshold"`
	PIA         string    `json:"pia"` // the impact assessment: file name or reference; required before opening
	State       State     `json:"state"`
	OpenedAt    int64     `json:"opened_at,omitempty"` // ms
	ClosedAt    int64     `json:"closed_at,omitempty"` // ms; field close, from which the link's days count
}

// Notice returns the notice in force; false where the survey has none.
func (s *Survey) Notice() (Notice, bool) {
	if len(s.Notices) == 0 {
		return Notice{}, false
	}
	return s.Notices[len(s.Notices)-1], true
}

// Use returns how the survey uses a form.
func (s *Survey) Use(form string) (FormUse, bool) {
	for _, u := range s.Forms {
		if u.Form == form {
			return u, true
		}
	}
	return FormUse{}, false
}

// CaseForm returns the form whose case numbers a form's records carry: its own where its kind draws cases, the first
// sentiment form for a back-check, "" where it has none.
func (s *Survey) CaseForm(form string) string {
	u, ok := s.Use(form)
	switch {
	case !ok:
		return ""
	case u.Kind.DrawsCases():
		return form
	case u.Kind == KindBackcheck:
		for _, other := range s.Forms {
			if other.Kind == KindSentiment {
				return other.Form
			}
		}
	}
	return ""
}

// CheckSentiment refuses a sentiment form that asks for name, phone, image, audio or location, or that saves to an entity
// list. Code sentiment-identity, with one fault a question or declaration, each named.
func CheckSentiment(f *schema.Form) error {
	var faults Faults
	for _, q := range f.IdentityQuestions() {
		faults.add(q.Line, 0, q.Path, q.Path+"："+q.ZH, q.Path+": "+q.EN)
	}
	addEntityFaults(&faults, f)
	return faults.err(errs.SentimentIdentity, "check sentiment form")
}

// FormInfo is what projection and access need to know of a form beside its model.
type FormInfo struct {
	Survey     string
	Kind       Kind
	Mode       Mode
	EditHours  int
	Threshold  int
	NoticeHash []string // all versions, oldest first
}

// InfoOf returns a form's use in a survey with defaults filled.
func (s *Survey) InfoOf(u FormUse) FormInfo {
	info := FormInfo{Survey: s.ID, Kind: u.Kind, Mode: s.Mode, EditHours: s.EditHours, Threshold: max(s.Threshold, limits.ThresholdMin)}
	for _, n := range s.Notices {
		info.NoticeHash = append(info.NoticeHash, n.Hash)
	}
	return info
}
