package summary_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/survey"
	"ruhu/survey/summary"
)

// A second version drops a question, asks another and takes a choice off a list; the records were made with the first.
func TestRecordsOfAnEarlierVersionAreNotLost(t *testing.T) {
	w := newWorld(t, 5, size{villages: 6, grids: 4, households: 60, interviews: 0.6, mode: survey.Sample})
	before, err := summary.Build(w.in)
	require.NoError(t, err)

	var src []byte
	for _, i := range instruments.All() {
		if i.ID == instruments.HouseholdSentiment {
			src = i.XML
		}
	}
	newer := strings.ReplaceAll(strings.ReplaceAll(string(src), "read_board", "read_wall"), `version="`+w.form.Version+`"`, `version="2027"`)
	at := strings.Index(newer, "<instance id=\"others_present\">")
	require.Positive(t, at)
	cut := strings.Index(newer[at:], "<name>3</name>") + at
	begin, end := strings.LastIndex(newer[:cut], "<item>"), strings.Index(newer[cut:], "</item>")+cut+len("</item>")
	newer = newer[:begin] + newer[end:]
	next, _, err := xform.Read([]byte(newer))
	require.NoError(t, err)
	require.Len(t, next.Node("others_present").ChoiceItems(), 3)

	w.in.Cells = w.stream()
	w.in.Older, w.in.Form, w.in.Versions = append(w.in.Older, w.form), next, []string{w.form.Version, next.Version}
	after, err := summary.Build(w.in)
	require.NoError(t, err)

	path := func(s *summary.Summary, path string) *summary.Question {
		for i := range s.Questions {
			if s.Questions[i].Path == path {
				return &s.Questions[i]
			}
		}
		return nil
	}
	for i, q := range before.Questions {
		got := path(after, q.Path)
		require.NotNil(t, got, q.Path)
		if q.Path == "read_board" {
			require.Equal(t, q.Choices[0].N, got.Choices[0].N)
			require.Contains(t, got.AskedOf.EN, "only version "+w.form.Version+" asks this question")
			require.Equal(t, before.Questions[i-1].Path, after.Questions[i-1].Path, "it stands where it stood")
			continue
		}
		if q.Path == "others_present" {
			require.Equal(t, "村干部（只有版本 "+w.form.Version+" 有此项）", got.Choices[3].Label.ZH)
			require.Equal(t, q.Choices[3].N, got.Choices[3].N)
			continue
		}
		require.Equal(t, q.Choices, got.Choices, q.Path)
	}
	require.Len(t, path(after, "others_present").Choices, 4, "who chose what is no longer offered still counts")
	fresh := path(after, "read_wall")
	require.Contains(t, fresh.AskedOf.ZH, "只有版本 2027 问到此题")
	n, ok := fresh.Answered.Value()
	require.True(t, !ok || n == 0)
}
