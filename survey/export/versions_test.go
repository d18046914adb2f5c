package export_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/survey"
	"ruhu/survey/export"
)

// A later version offers one choice more and asks one question more: in the rows of the earlier one both are blank, which
// means not asked, never 0.
func TestRowsOfTwoVersionsStandInOneTable(t *testing.T) {
	first := built(t, instruments.HouseholdSentiment)
	var src string
	for _, i := range instruments.All() {
		if i.ID == first.ID {
			src = string(i.XML)
		}
	}
	src = strings.Replace(src, `version="`+first.Version+`"`, `version="2027"`, 1)
	at := strings.Index(src, `<instance id="channel">`)
	src = src[:at] + strings.Replace(src[at:], "<item>", "<item><itextId>channel-0</itextId><name>77</name></item><item>", 1)
	src = strings.ReplaceAll(src, "read_board", "read_wall")
	second, faults, err := xform.Read([]byte(src))
	require.NoError(t, err, faults)
	w := newTown(t, first, second)
	answers := func(more ...string) map[string]string {
		v := map[string]string{"consent": "1", "adult": "1", "aware_elec": "1"}
		for i := 0; i < len(more); i += 2 {
			v[more[i]] = more[i+1]
		}
		return v
	}
	w.add(t, first, 1, "990101001201001", survey.StatusApproved, answers("heard", "1 4", "read_board", "2"), nil)
	w.add(t, first, 2, "990101001201001", survey.StatusApproved, answers("heard", "0"), nil)
	w.add(t, second, 3, "990101001201001", survey.StatusApproved, answers("heard", "77 1", "read_wall", "3"), nil)
	w.add(t, second, 4, "990101001201001", survey.StatusApproved, answers("heard", "4"), nil)
	_, out := write(t, plan(t, export.Options{Versions: []*schema.Form{first, second}}), w)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	got := map[string][]string{}
	for i, name := range rows[0] {
		for _, r := range rows[1:] {
			got[name] = append(got[name], r[i])
		}
	}
	require.ElementsMatch(t, []string{first.Version, first.Version, "2027", "2027"}, got["form_version"])
	for k, version := range got["form_version"] {
		if version == first.Version {
			require.Empty(t, got["heard_77"][k])
			require.Empty(t, got["read_wall"][k])
		} else {
			require.Contains(t, []string{"0", "1"}, got["heard_77"][k])
			require.Empty(t, got["read_board"][k])
		}
		require.NotEmpty(t, got["heard_1"][k])
	}
	require.ElementsMatch(t, []string{"", "", "1", "0"}, got["heard_77"])
}
