package errs

import (
	_ "embed"
	"encoding/json"
	"sort"
)

//go:embed catalogue.json
var catalogueJSON []byte

// Entry describes one code: what HTTP status it maps to, which exit code a command ends with, and
// the sentences a person reads.
type Entry struct {
	Code   Code   `json:"code"`
	HTTP   int    `json:"http"` // 0 = never an HTTP status of its own (verdicts, flags)
	Exit   int    `json:"exit"` // 1 failed, 2 usage, 3 not found, 4 refused by a rule, 5 damaged data
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	HintZH string `json:"hint_zh,omitempty"`
	HintEN string `json:"hint_en,omitempty"`
}

var catalogue = func() map[Code]Entry {
	var list []Entry
	if err := json.Unmarshal(catalogueJSON, &list); err != nil {
		panic("errs: catalogue.json: " + err.Error())
	}
	m := make(map[Code]Entry, len(list))
	for _, e := range list {
		if _, twice := m[e.Code]; twice {
			panic("errs: catalogue.json: code twice: " + string(e.Code))
		}
		m[e.Code] = e
	}
	return m
}()

// Lookup returns the catalogue entry of a code; unknown codes give the entry of Internal and false.
func Lookup(c Code) (Entry, bool) {
	e, ok := catalogue[c]
	if !ok {
		e = catalogue[Internal]
	}
	return e, ok
}

// All returns the catalogue in order of code.
func All() []Entry {
	list := make([]Entry, 0, len(catalogue))
	for _, e := range catalogue {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list
}

// CatalogueJSON returns the bytes shared with the phone.
func CatalogueJSON() []byte { return catalogueJSON }
