package survey

// Outcome is the AAPOR group a disposition belongs to; rates are computed from these.
type Outcome string

// The groups.
const (
	OutcomeComplete       Outcome = "I"
	OutcomePartial        Outcome = "P"
	OutcomeRefusal        Outcome = "R"
	OutcomeNonContact     Outcome = "NC"
	OutcomeOther          Outcome = "O"
	OutcomeUnknownHousing Outcome = "UH"
	OutcomeUnknownOther   Outcome = "UO"
	OutcomeNotEligible    Outcome = "NE"
)

// Disposition is what one attempt at a door ended in.
type Disposition struct {
	Code    string
	Outcome Outcome
	Words
}

// Dispositions returns the list in order of precedence: where a household was visited several times, the entry that stands
// first here is its final disposition. An interview beats everything; what was learned from a person (refusal, death,
// illness) beats a door nobody opened; a known non-eligible beats not knowing; "not visited" is last.
func Dispositions() []Disposition {
	return []Disposition{
		{"1.1", OutcomeComplete, Words{"完成", "complete"}},
		{"1.2", OutcomePartial, Words{"部分完成", "partial"}},
		{"2.12", OutcomeRefusal, Words{"中途退出", "break-off"}},
		{"2.112", OutcomeRefusal, Words{"本人拒访", "known respondent refused"}},
		{"2.111", OutcomeRefusal, Words{"户拒访", "household refused"}},
		{"2.31", OutcomeOther, Words{"去世", "dead"}},
		{"2.32", OutcomeOther, Words{"身心不便", "physically or mentally unable"}},
		{"2.33", OutcomeOther, Words{"语言", "language"}},
		{"2.36", OutcomeOther, Words{"其他", "other"}},
		{"4.70", OutcomeNotEligible, Words{"无合格受访者", "no eligible respondent"}},
		{"4.80", OutcomeNotEligible, Words{"满额", "quota filled"}},
		{"4.51", OutcomeNotEligible, Words{"单位门店", "business or organisation"}},
		{"4.61", OutcomeNotEligible, Words{"空置房", "vacant"}},
		{"4.62", OutcomeNotEligible, Words{"季节性居住或外出全年", "seasonal or away all year"}},
		{"4.10", OutcomeNotEligible, Words{"不在本村", "not in this village"}},
		{"2.25", OutcomeNonContact, Words{"受访人不在或已约定", "respondent away, or appointment"}},
		{"2.24", OutcomeNonContact, Words{"家中无人", "nobody at home"}},
		{"2.23", OutcomeNonContact, Words{"进不了门或楼", "no entry to the building"}},
		{"3.21", OutcomeUnknownOther, Words{"未能筛选", "not screened"}},
		{"3.90", OutcomeUnknownOther, Words{"未知其他", "unknown, other"}},
		{"3.18", OutcomeUnknownHousing, Words{"找不到地址", "address not found"}},
		{"3.17", OutcomeUnknownHousing, Words{"不能到达或危险", "cannot be reached, or unsafe"}},
		{"3.11", OutcomeUnknownHousing, Words{"未去", "not attempted"}},
	}
}

// NotAttempted is the disposition of a household nobody has visited yet.
const NotAttempted = "3.11"

// dispositionRank maps code to place in Dispositions.
func dispositionRank() map[string]int {
	list := Dispositions()
	m := make(map[string]int, len(list))
	for i, d := range list {
		m[d.Code] = i
	}
	return m
}

// OutcomeOf returns the group of a disposition code; "" for a code that is none.
func OutcomeOf(code string) Outcome {
	for _, d := range Dispositions() {
		if d.Code == code {
			return d.Outcome
		}
	}
	return ""
}

// FinalDisposition returns the final code of a household from those of its attempts, in any order; codes that are none do
// not count. No attempt: 3.11.
func FinalDisposition(attempts []string) string {
	list := Dispositions()
	best := len(list) - 1
	rank := dispositionRank()
	for _, code := range attempts {
		if r, ok := rank[code]; ok && r < best {
			best = r
		}
	}
	return list[best].Code
}
