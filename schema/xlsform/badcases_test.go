package xlsform_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// badCase is a form and the faults it must be refused with, each as "place: code".
type badCase struct {
	name, md string
	want     []string
}

func TestBadForms(t *testing.T) {
	for _, c := range badCases {
		t.Run(c.name, func(t *testing.T) {
			r, err := convertText(t, c.md)
			var got []string
			for _, f := range r.Faults {
				if !f.Warning {
					got = append(got, f.Place()+": "+f.Code)
					require.NotEmpty(t, f.HintZH, f)
					require.NotEmpty(t, f.HintEN, f)
				}
			}
			require.Error(t, err)
			require.Equal(t, c.want, got, "%v", r.Faults)
		})
	}
}

var badCases = []badCase{
	{"everything at once", `
| survey |
|  | type | name | label | relevant | parameters | constraint |
|  | selct_one yn | a | A | | | |
|  | text | 2b | B | | | |
|  | integer | c | C | ${nobody} = 1 | | |
|  | text | c | D | | lines=3 | |
|  | range | e | E | | end=x | |
|  | text | f | F | 1 + ( | | nope(.) |
|  | begin group | g | G | | | |
| choices |
|  | list_name | name | label |
|  | yn |  | Yes |
|  | yn | n | No |
|  | yn | n | No again |`,
		[]string{"survey row 2, type: unknown-type", "survey row 3, name: name", "survey row 4, relevant: reference-unknown", "survey row 5, name: name-twice", "survey row 6, parameters: range",
			"survey row 7, relevant: xpath", "survey row 7, constraint: unknown-function", "survey row 8, type: unclosed", "choices row 2, name: choice-no-name", "choices row 4, name: choice-twice"}},
	{"no survey", `
| survy |
|  | type | name |
|  | text | a |
| choices |
|  | list_name | name |`, []string{"survey: no-survey"}},
	{"no type column", `
| survey |
|  | typ | name | label |
|  | text | a | A |`, []string{"survey row 1, type: column-missing"}},
	{"no list_name column", `
| survey |
|  | type | name | label |
|  | select_one fuel | a | A |
|  | select_one heat | b | B |
| choices |
|  | list | name | label |
|  | fuel | c | C |`, []string{"choices row 1, list_name: column-missing"}},
	{"columns twice", `
| survey |
|  | type | name | label | label | relevant | relevance |
|  | text | a | A | B | | |`, []string{"survey row 1, label: duplicate-column", "survey row 1, relevance: duplicate-column"}},
	{"ends without a beginning", `
| survey |
|  | type | name | label |
|  | begin group | g | G |
|  | end repeat | | |
|  | end group | | |`, []string{"survey row 3, type: unopened", "survey row 4, type: unopened"}},
	{"names", `
| survey |
|  | type | name | label |
|  | text | | A |
|  | text | meta | B |
|  | begin repeat | data | C |
|  | text | x | X |
|  | end repeat | | |
|  | begin group | g | G |
|  | begin repeat | r | R |
|  | end repeat | | |
|  | end group | | |
|  | begin repeat | r | R |
|  | end repeat | | |
|  | audit | log | |`, []string{"survey row 2, name: no-name", "survey row 3, name: name-reserved", "survey row 4, name: repeat-name", "survey row 11, name: repeat-name", "survey row 13, name: audit-name"}},
	{"no type, no calculation, no label", `
| survey |
|  | type | name | label | guidance_hint |
|  | | a | A | |
|  | calculate | b | | |
|  | text | c | | for you |`, []string{"survey row 2, type: no-type", "survey row 3, calculation: no-calculation", "survey row 4, label: no-label"}},
	{"lists", `
| survey |
|  | type | name | label | choice_filter |
|  | select_one fuell | a | A | |
|  | select_one | b | B | |
|  | select_multiple fuel | c | C | |
|  | select_one fuel or_other | d | D | x = 1 |
|  | select_one_external fuel | e | E | x = 1 |
|  | select_one_from_file towns.txt | f | F | |
| choices |
|  | list_name | name | label | x |
|  | fuel | hard coal | Coal | 1 |`, []string{"survey row 2, type: no-list", "survey row 3, type: no-list", "survey row 5, choice_filter: or-other", "survey row 6, type: no-external", "survey row 7, type: file-ending", "choices row 2, name: choice-space"}},
	{"references", `
| survey |
|  | type | name | label | calculation | trigger |
|  | text | a | A ${b | | |
|  | begin group | g | G | | |
|  | text | q | Q | | |
|  | end group | | | | |
|  | begin group | h | H | | |
|  | text | q | Q | | |
|  | end group | | | | |
|  | text | c | ${q} | | |
|  | calculate | d | | 1 | |
|  | text | e | E | | ${d} |
|  | text | f | F | | ${g} |
|  | text | k | K | | a |`, []string{"survey row 2, label: reference", "survey row 9, label: reference-twice", "survey row 11, trigger: trigger-hidden", "survey row 12, trigger: reference-unknown", "survey row 13, trigger: reference"}},
	{"circles", `
| survey |
|  | type | name | label | calculation |
|  | calculate | a | | ${b} + 1 |
|  | calculate | b | | ${a} + 1 |`, []string{"survey row 2: cycle"}},
	{"parameters", `
| survey |
|  | type | name | label | parameters |
|  | text | a | A | rows=many |
|  | image | b | B | max-pixels=big app=camera |
|  | audio | c | C | quality=best |
|  | geopoint | d | D | capture-accuracy=near |
|  | geotrace | e | E | incremental=false |
|  | select_one x | f | F | seed=3 |
|  | select_one x | g | G | randomize=maybe |
|  | audit | | | location-priority=balanced |
|  | geoshape | h | H | reference-geometry=nowhere |
|  | range | i | I | step=0 |
|  | text | j | J | rows |
| choices |
|  | list_name | name | label |
|  | x | 1 | X |`, []string{"survey row 2, parameters: parameter", "survey row 3, parameters: parameter", "survey row 3, parameters: app", "survey row 4, parameters: parameter", "survey row 5, parameters: parameter",
		"survey row 6, parameters: parameter", "survey row 7, parameters: parameter", "survey row 8, parameters: parameter", "survey row 9, parameters: parameter", "survey row 10, parameters: parameter", "survey row 11, parameters: range", "survey row 12, parameters: parameters"}},
	{"external data", `
| survey |
|  | type | name | label | calculation |
|  | begin repeat | r | R | |
|  | csv-external | a | | |
|  | end repeat | | | |
|  | csv-external | towns | | |
|  | begin group | g | G | |
|  | xml-external | towns | | |
|  | end group | | | |
|  | calculate | p | | pulldata('fuel', 'a', 'b', 'c') |
| choices |
|  | list_name | name | label |
|  | fuel | 1 | F |`, []string{"survey row 3, type: external-in-repeat", "survey row 7, name: instance-conflict", "survey row 7, type: instance-conflict", "choices row 2, list_name: instance-conflict"}},
	{"table-list", `
| survey |
|  | type | name | label | appearance |
|  | begin group | t | T | table-list |
|  | select_one a | q1 | Q1 | |
|  | select_one b | q2 | Q2 | |
|  | end group | | | |
| choices |
|  | list_name | name | label |
|  | a | 1 | A |
|  | b | 1 | B |`, []string{"survey row 4, type: table-list"}},
	{"search()", `
| survey |
|  | type | name | label | appearance |
|  | select_one a | q1 | Q1 | search('x') |
|  | select_one a | q2 | Q2 | |
|  | select_one_from_file b.csv | q3 | Q3 | search('x') |
| choices |
|  | list_name | name | label |
|  | a | 1 | A |`, []string{"survey row 2, appearance: search-list", "survey row 4, appearance: search-file"}},
	{"loops", `
| survey |
|  | type | name | label |
|  | begin loop | a | A |
|  | end loop | | |
|  | begin loop over x | b | B |
|  | begin repeat | r | R |
|  | end repeat | | |
|  | end loop | | |
| choices |
|  | list_name | name | label |
|  | x | 1st | One |
|  | x | two | Two |`, []string{"survey row 2, type: loop-list", "survey row 5, type: repeat-name", "choices row 2, name: name"}},
	{"counts", `
| survey |
|  | type | name | label | repeat_count |
|  | integer | r_count | N | |
|  | begin repeat | r | R | 3 |
|  | end repeat | | | |`, []string{"survey row 3, repeat_count: name-twice"}},
	{"settings", `
| survey |
|  | type | name | label |
|  | text | a | A |
| settings |
|  | name | omit_instanceID | public_key | instance_name |
|  | my form | yes | KEY | ${nobody} |`, []string{"settings row 2, name: name", "settings row 2, omit_instanceID: instance-id", "settings row 2, instance_name: reference-unknown"}},
	{"entities", `
| survey |
|  | type | name | label | save_to |
|  | text | a | A | nobody#x |
|  | text | b | B | one |
|  | text | c | C | people#label |
|  | text | d | D | people#__x |
|  | text | e | E | people#a b |
|  | text | f | F | people#a#b |
|  | text | g | G | people#x |
|  | text | h | H | people#x |
|  | begin group | k | K | people#y |
|  | end group | | | |
| entities |
|  | list_name | label | entity_id | update_if | create_if |
|  | people | ${a} | | | |
|  | __own | ${a} | | | |
|  | a.b | ${a} | | | |
|  | two words | ${a} | | | |
|  | people | ${a} | | | |
|  | plain | | | | |
|  | changed | ${a} | | true() | |
|  | both | ${a} | ${a} | | true() |
|  | | ${a} | | | |`, []string{"survey row 2, save_to: save-to", "survey row 3, save_to: save-to", "survey row 4, save_to: save-to", "survey row 5, save_to: save-to", "survey row 6, save_to: save-to", "survey row 7, save_to: save-to",
		"survey row 9, save_to: save-to", "survey row 10, save_to: save-to", "entities row 3, list_name: entity-name", "entities row 4, list_name: entity-name", "entities row 5, list_name: entity-name", "entities row 6, list_name: entity-twice",
		"entities row 7, label: entity-no-label", "entities row 7, list_name: entity-place", "entities row 8, entity_id: entity-no-id", "entities row 8, list_name: entity-place",
		"entities row 9, update_if: entity-no-update", "entities row 9, list_name: entity-place", "entities row 10, list_name: entity-no-name"}},
	{"entities without a sheet, and with an odd column", `
| survey |
|  | type | name | label | save_to |
|  | text | a | A | x |`, []string{"survey row 2, save_to: save-to"}},
	{"entities of two repeats", `
| survey |
|  | type | name | label | save_to |
|  | begin repeat | r | R | |
|  | text | a | A | x |
|  | end repeat | | | |
|  | begin repeat | s | S | |
|  | text | b | B | y |
|  | end repeat | | | |
| entities |
|  | list_name | label | wat |
|  | one | 'L' | |`, []string{"survey row 6, save_to: entity-scope", "entities row 1, wat: entities-column"}},
	{"media", `
| survey |
|  | type | name | label | media::smell | big-image |
|  | text | a | A | rose | b.png |`, []string{"survey row 2, media::smell: media-kind", "survey row 2, big-image: big-image"}},
}
