package xlsform_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xlsform"
)

// thousand is a form of a thousand rows in two languages: groups, repeats, selects, references, constraints.
func thousand(t testing.TB) []byte {
	survey := [][]string{{"type", "name", "label::中文 (zh)", "label::English (en)", "hint::中文 (zh)", "hint::English (en)", "required", "relevant", "constraint", "constraint_message::中文 (zh)", "constraint_message::English (en)", "calculation"}}
	for g := range 50 {
		name := fmt.Sprintf("g%d", g)
		kind := "group"
		if g%5 == 0 {
			kind = "repeat"
		}
		survey = append(survey, []string{"begin_" + kind, name, "部分", "Section", "", "", "", ""})
		for q := range 17 {
			id := fmt.Sprintf("q%d_%d", g, q)
			before := fmt.Sprintf("${q%d_%d}", g, max(q-1, 0))
			switch q % 4 {
			case 0:
				survey = append(survey, []string{"select_one yn", id, "是否同意第 " + id + " 项？", "Do you agree with " + id + "?", "单选", "One", "yes"})
			case 1:
				survey = append(survey, []string{"integer", id, "上一题为 " + before + "，多少？", "You said " + before + ". How many?", "", "", "", before + " = 1", ". >= 0 and . < 150", "太大", "Too many"})
			case 2:
				survey = append(survey, []string{"text", id, "说明", "Explain", "", "", "", before + " > 3"})
			default:
				survey = append(survey, []string{"calculate", id, "", "", "", "", "", "", "", "", "", "concat(" + before + ", '-')"})
			}
		}
		survey = append(survey, []string{"end_" + kind})
	}
	choices := [][]string{{"list_name", "name", "label::中文 (zh)", "label::English (en)"}, {"yn", "1", "是", "Yes"}, {"yn", "0", "否", "No"}}
	for i := range 300 {
		choices = append(choices, []string{"village", fmt.Sprintf("%012d", i), fmt.Sprintf("第 %d 村", i), fmt.Sprintf("Village %d", i)})
	}
	src, err := xlsform.WriteXLSX(xlsform.Sheets{{Name: "survey", Rows: survey}, {Name: "choices", Rows: choices}, {Name: "settings", Rows: [][]string{{"form_id", "version"}, {"bench", "1"}}}})
	require.NoError(t, err)
	return src
}

func BenchmarkConvertThousandRows(b *testing.B) {
	src := thousand(b)
	r, err := xlsform.Convert(src, xlsform.Options{})
	require.NoError(b, err, "%v", r.Faults)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xlsform.Convert(src, xlsform.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
