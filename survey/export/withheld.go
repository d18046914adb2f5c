package export

import (
	"strings"

	"ruhu/schema"
	"ruhu/survey"
)

// silent marks what is no answer at all and needs no mention.
const silent = "-"

// withheld says why a question does not leave; "" where it does.
func (p *Plan) withheld(q *schema.Node) (zh, en string) {
	switch {
	case p.opts.whole():
		return "", ""
	case q.Control == schema.Note || q.Control == schema.Trigger || q.Control == schema.Hidden && q.Name != survey.CaseQuestion:
		return silent, silent
	case q.Name == survey.CaseQuestion:
		return "由 case_key 代替", "replaced by case_key"
	case q.InMeta || q.Control == schema.Meta:
		return "时间与设备信息不导出", "times and devices do not leave"
	case q.Type == schema.Geopoint || q.Type == schema.Geotrace || q.Type == schema.Geoshape:
		return "位置不导出", "locations do not leave"
	case q.Type == schema.Binary || q.Control == schema.Upload:
		return "附件不导出", "attachments do not leave"
	case p.party[q.Name]:
		return "政治面貌不导出", "party membership does not leave"
	case p.opts.Correction:
		return "", ""
	case q.Type == schema.Time || q.Type == schema.DateTime || q.Type == schema.Date:
		return "日期与时间不导出", "dates and times do not leave"
	case q.Type == schema.Barcode || q.Type == schema.Intent:
		return "外部编号不导出", "codes from outside do not leave"
	case q.Control == schema.Calculate:
		if strings.Contains(q.Calculation, "property(") {
			return "时间与设备信息不导出", "times and devices do not leave"
		}
		if q.Type == schema.Int || q.Type == schema.Decimal || q.Type == schema.Boolean {
			return "", ""
		}
		return "文本型计算项可能带出其他回答", "a computed text may carry other answers"
	case q.Selects() && !openList(q), q.Type == schema.Int, q.Type == schema.Decimal, q.Type == schema.Boolean:
		return "", ""
	case q.Name == "village_code":
		return "由 village 代替", "replaced by village"
	}
	return "文字回答不导出", "free text is withheld"
}

// tellsOf lists the questions that tell the answer to one: it, what is calculated from it, and so on.
func tellsOf(name string, questions []*schema.Node) map[string]bool {
	told := map[string]bool{name: true}
	for grown := true; grown; {
		grown = false
		for _, q := range questions {
			if told[q.Name] || q.Calculation == "" {
				continue
			}
			for other := range told {
				if mentions(q.Calculation, other) {
					told[q.Name], grown = true, true
				}
			}
		}
	}
	return told
}

// mentions reports whether an expression names a question.
func mentions(expr, name string) bool {
	for rest := expr; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		before, after := i == 0 || !isNameByte(rest[i-1]), i+len(name) == len(rest) || !isNameByte(rest[i+len(name)])
		if before && after {
			return true
		}
		rest = rest[i+len(name):]
	}
}

func isNameByte(b byte) bool {
	return b == '_' || b == '-' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
