package export

import (
	"strings"

	"ruhu/schema"
	"ruhu/survey"
)

// codebook writes one line for each column, one for each value of a closed list, and one for each question that was left
// out, with the reason.
func (p *Plan) codebook(out sink) error {
	line := func(cells ...string) error {
		for _, c := range cells {
			optional(out, c)
		}
		return out.end()
	}
	if err := line("table", "column", "question", "holds", "type", "value", "label_zh", "label_en", "note"); err != nil {
		return err
	}
	for i := range p.Tables {
		t := &p.Tables[i]
		for j := range t.Columns {
			c := &t.Columns[j]
			kind, zh, en := columnType(c), c.Title.In("zh"), c.Title.In("en")
			if c.Path == "" {
				zh, en = recordColumn(c.what)
			}
			if err := line(t.Name, c.Name, c.Path, c.What(), kind, c.Choice, zh, en, c.Lang); err != nil {
				return err
			}
			if c.what != wCode && c.what != wOrdered {
				continue
			}
			for _, v := range choiceList(p.opts.Versions, c.Path) {
				note := ""
				if survey.MissingCode(v.Value) {
					note = "missing"
				}
				if err := line(t.Name, c.Name, c.Path, "value", "", v.Value, v.Label.In("zh"), v.Label.In("en"), note); err != nil {
					return err
				}
			}
		}
		for _, o := range t.Omitted {
			if err := line(t.Name, "", o.Path, "withheld", "", "", o.ReasonZH, o.ReasonEN, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func columnType(c *Column) string {
	switch c.what {
	case wTick, wNumber, wIndex, wParent, wWeight, wFPC1, wFPC2, wKnown:
		if c.Node != nil && c.Node.Type == schema.Decimal {
			return "decimal"
		}
		if strings.HasPrefix(string(c.what), "fpc") || c.what == wWeight {
			return "decimal"
		}
		return "integer"
	}
	return "text"
}

func recordColumn(w what) (zh, en string) {
	words := map[what][2]string{
		wKey:        {"问卷代号(只在本次导出内有效)", "pseudonym of the record, good for this export only"},
		wIndex:      {"重复组中的序号", "place of the row in its repeat"},
		wParent:     {"上级重复组中的序号", "place of the enclosing row"},
		wNote:       {"演示数据标记", "marks invented data"},
		wVersion:    {"表单版本", "form version"},
		wVillage:    {"村(社区)代码，12 位文本", "village code, 12 digits, text"},
		wGrid:       {"网格代码，15 位文本", "grid code, 15 digits, text"},
		wRecord:     {"记录编号", "record id"},
		wStatus:     {"状态", "status"},
		wStratum:    {"层", "stratum"},
		wPSU:        {"初级抽样单元代号", "pseudonym of the primary sampling unit"},
		wWeight:     {"权数", "weight"},
		wFPC1:       {"第一阶段有限总体数", "population of the first stage"},
		wFPC2:       {"第二阶段有限总体数", "population of the second stage"},
		wKnown:      {"1 样本号有效；0 样本号不在抽样名单，权数为默认值", "1 the case was drawn; 0 it was not, design values are defaults"},
		wAuthor:     {"入户人员代号", "worker code"},
		wDate:       {"提交日期", "civil date of submission"},
		wConflict:   {"有争议的题目", "questions in conflict"},
		wResolvedBy: {"核定人代号", "code of who settled them"},
		wFlags:      {"标记", "flags"},
	}
	return words[w][0], words[w][1]
}
