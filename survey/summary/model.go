package summary

import (
	"ruhu/survey/disclosure"
)

// Format names the shape of the JSON. A new shape gets a new number.
const Format = "ruhu-street-summary/1"

// Summary is a street's summary, masked. Everything in it may be shown to whoever may see the summary.
type Summary struct {
	Format     string        `json:"format"`
	Street     Place         `json:"street"`
	District   Place         `json:"district"`
	Survey     Titled        `json:"survey"`
	Form       Titled        `json:"form"`
	Versions   []string      `json:"versions"`
	Mode       string        `json:"mode"`
	Statuses   []string      `json:"statuses"`
	Release    bool          `json:"release"`
	Demo       bool          `json:"demo"`
	Snapshot   string        `json:"snapshot"`
	Date       string        `json:"date"`
	Threshold  int64         `json:"threshold"`
	Taking     Participation `json:"participation"`
	Coverage   []CoverageRow `json:"coverage,omitempty"` // forms asked at the doors of the frame
	Outcomes   []OutcomeRow  `json:"outcomes,omitempty"`
	Rates      []Rate        `json:"rates,omitempty"`
	Visits     *Effort       `json:"visits,omitempty"`
	Questions  []Question    `json:"questions"`
	Suppressed []Suppressed  `json:"suppressed"`
	Method     []Words       `json:"method"`
	// Cells are all published counts by name, in releases: the next release is checked against them.
	Cells map[string]int64 `json:"cells,omitempty"`

	ledger *disclosure.System
}

// Ledger tells what can be recovered from the summary: every count it shows and every sum that is known to hold,
// and nothing of the truth.
func (s *Summary) Ledger() *disclosure.System { return s.ledger }

// Participation says how many records there are, and how many of them hold an interview. Stopped is the rest: no consent,
// or not of age.
type Participation struct {
	Records      Count          `json:"records"`
	Participants Count          `json:"participants"`
	Stopped      Count          `json:"stopped"`
	Villages     []VillageCount `json:"villages"`
}

// VillageCount is how many take part in a village.
type VillageCount struct {
	Place
	N Count `json:"n"`
}

// Place is an area with its names. Merged stands for the areas below it that cannot be shown alone, together.
type Place struct {
	Code   string `json:"code"`
	Kind   string `json:"kind"`
	Name   Words  `json:"name"`
	Merged bool   `json:"merged,omitempty"`
}

// Titled is a survey or form.
type Titled struct {
	ID    string `json:"id"`
	Title Words  `json:"title"`
}

// CoverageRow says how far the field work has come in one area.
type CoverageRow struct {
	Place
	Households   Count  `json:"households"`
	Assigned     Count  `json:"assigned"`
	Visited      Count  `json:"visited"`
	Completed    Count  `json:"completed"`
	AssignedPct  Figure `json:"assigned_pct"`
	VisitedPct   Figure `json:"visited_pct"`
	CompletedPct Figure `json:"completed_pct"`
}

// OutcomeRow counts households of an area by the group of their final disposition.
type OutcomeRow struct {
	Place
	NotVisited Count            `json:"not_visited"`
	Groups     map[string]Count `json:"groups"` // I P R NC O UH UO NE; UH without those never visited
}

// Rate is one of AAPOR's outcome rates in percent (E: the eligible share).
type Rate struct {
	Code    string `json:"code"`
	Value   Figure `json:"value"`
	Formula string `json:"formula"`
	Label   Words  `json:"label"`
}

// Effort is how many visits it took.
type Effort struct {
	Attempts     Count  `json:"attempts"`
	PerCompleted Figure `json:"per_completed"`
}

// Question is what was answered to one question.
type Question struct {
	Path     string        `json:"path"`
	Label    Words         `json:"label"`
	Kind     string        `json:"kind"`
	AskedOf  Words         `json:"asked_of"`
	Asked    Count         `json:"asked"`    // who was asked
	Answered Count         `json:"answered"` // who gave an answer that counts
	Basis    string        `json:"basis"`    // what percentages divide by: answered, or asked where answered is hidden
	Choices  []Choice      `json:"choices"`
	Beside   []Choice      `json:"beside"` // refused, don't know, no answer: outside the denominator, in percent of asked
	Net      *Net          `json:"net,omitempty"`
	Villages *VillageTable `json:"villages,omitempty"`
}

// Choice is one line of a distribution. Value is "" for no answer at all.
type Choice struct {
	Value    string  `json:"value"`
	Label    Words   `json:"label"`
	N        Count   `json:"n"`
	Percent  Figure  `json:"percent"`
	Weighted *Figure `json:"weighted,omitempty"` // sample: weighted percentage
	SE       *Figure `json:"se,omitempty"`       // sample: its design-based standard error, in points
	Low      Figure  `json:"low"`
	High     Figure  `json:"high"`
}

// Net sums up a five-point scale: the two best, the two worst, and their difference.
type Net struct {
	Top       Count  `json:"top"`
	TopPct    Figure `json:"top_pct"`
	Bottom    Count  `json:"bottom"`
	BottomPct Figure `json:"bottom_pct"`
	Net       Figure `json:"net"`
}

// VillageTable sets the villages side by side. Percentages divide by all who were asked.
type VillageTable struct {
	Columns []VillageColumn `json:"columns"`
	Rows    []VillageRow    `json:"rows"`
}

// VillageColumn is a column of a village table.
type VillageColumn struct {
	ID    string `json:"id"`
	Label Words  `json:"label"`
}

// VillageRow is one village, or the merged rest.
type VillageRow struct {
	Place
	Asked Count         `json:"asked"`
	Cells []VillageCell `json:"cells"`
}

// VillageCell is one cell of a village table.
type VillageCell struct {
	N       Count  `json:"n"`
	Percent Figure `json:"percent"`
}

// Suppressed says where something is hidden, and why.
type Suppressed struct {
	Where  Words `json:"where"`
	Reason Words `json:"reason"`
}
