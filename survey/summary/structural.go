package summary

// Structural is a number on a summary that counts no respondent, household or answer, and so may be small.
type Structural struct {
	What Words
	Why  Words
}

// StructuralCounts lists every such number. Nothing else below the threshold may be on a summary.
func StructuralCounts() []Structural {
	return []Structural{
		{Words{"街道、村(社区)的数目与代码", "streets and villages: how many, and their codes"},
			Words{"行政区划是公开的。", "the administrative division is public"}},
		{Words{"题目、选项的数目与编号", "questions and choices: how many, and their codes"},
			Words{"问卷是公开的。", "the questionnaire is public"}},
		{Words{"阈值、置信水平、快照编号、表单版本、日期", "threshold, confidence level, snapshot id, form versions, dates"},
			Words{"说明怎样得到这份汇总，与受访者无关。", "they say how the summary was made and concern no respondent"}},
		{Words{"覆盖情况中的零", "zeros of the coverage table and of missing answers"},
			Words{"“尚未入户”“无人拒答”不透露任何人的回答。1 至阈值之间的数一律不公布。", "nobody visited yet, nobody refused a question: no one's answer is told. Counts from 1 to the threshold are never shown"}},
	}
}
