package bench

import (
	"context"
	"fmt"
	"runtime"

	"ruhu/internal/errs"
	"ruhu/schema/xlsform"
)

// formSheets is an XLSForm whose survey has n rows: fifty questions a group, in two languages.
func formSheets(n int) xlsform.Sheets {
	rows := [][]string{{"type", "name", "label::中文 (zh)", "label::English (en)", "relevant", "constraint", "calculation"}}
	for i := len(rows); i < n; i++ {
		name, before := fmt.Sprintf("q%d", i), fmt.Sprintf("${q%d}", i-1)
		switch i % 50 {
		case 1:
			rows = append(rows, []string{"begin_group", name, "部分", "Section"})
		case 0:
			rows = append(rows, []string{"end_group"})
		case 2, 12, 22, 32, 42:
			rows = append(rows, []string{"select_one yn", name, "第 " + name + " 项同意吗？", "Do you agree with " + name + "?"})
		case 3, 13, 23, 33, 43:
			rows = append(rows, []string{"calculate", name, "", "", "", "", "concat(" + before + ", '-')"})
		default:
			rows = append(rows, []string{"integer", name, "多少？", "How many?", "1 = 1", ". >= 0 and . < 150"})
		}
	}
	return xlsform.Sheets{
		{Name: "survey", Rows: append(rows, []string{"end_group"})},
		{Name: "choices", Rows: [][]string{{"list_name", "name", "label::中文 (zh)", "label::English (en)"}, {"yn", "1", "是", "Yes"}, {"yn", "0", "否", "No"}}},
	}
}

// formConversion measures turning a workbook into a form.
func formConversion(context.Context, *Options) ([]Line, error) {
	const op = "form bench"
	src, err := xlsform.WriteXLSX(formSheets(1000))
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var mem0, mem1 runtime.MemStats
	runtime.ReadMemStats(&mem0)
	before := selfCPU()
	const rounds = 20
	for range rounds {
		if _, err := xlsform.Convert(src, xlsform.Options{Name: "bench"}); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	spent := selfCPU() - before
	runtime.ReadMemStats(&mem1)
	return []Line{
		{Bench: "xlsform", What: "a workbook of 1,000 rows to an XForm", Unit: "CPU-ms", Value: 1000 * spent / rounds},
		{Bench: "xlsform", What: "a workbook of 1,000 rows to an XForm", Unit: "MB allocated", Value: float64(mem1.TotalAlloc-mem0.TotalAlloc) / rounds / (1 << 20)},
	}, nil
}
