package xlsform

import (
	"regexp"
	"strconv"
	"strings"
)

// readStyles finds out which cell styles show numbers as dates.
func (b *workbook) readStyles(name string) *refusal {
	formats := map[int]string{}
	section := ""
	_, err := b.read(name, &visitor{f: func(n node, depth int) {
		switch {
		case depth == 1:
			section = n.name
		case n.name == "numFmt":
			if id, err := strconv.Atoi(n.attr("numFmtId")); err == nil {
				formats[id] = n.attr("formatCode")
			}
		case n.name == "xf" && section == "cellXfs" && depth == 2:
			id, _ := strconv.Atoi(n.attr("numFmtId"))
			code, own := formats[id]
			if !own {
				code = builtinFormats[id]
			}
			b.dates = append(b.dates, dateFormat(code))
			b.spans = append(b.spans, spanFormat(code))
		}
	}})
	return err
}

// builtinFormats are the numbered formats of dates and times.
var builtinFormats = map[int]string{
	14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
	22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
}

var (
	quotedFormat  = regexp.MustCompile(`"[^"]*"`)
	bracketFormat = regexp.MustCompile(`\[[^\]]*\]`)
	spanPart      = regexp.MustCompile(`(?i)\[(hh?|mm?|ss?)\]`)
	escapedFormat = regexp.MustCompile(`[\\_].`)
)

// dateFormat reports whether a format shows a number as a date or a time.
func dateFormat(code string) bool {
	if len(code) > 255 {
		return false
	}
	code, _, _ = strings.Cut(code, ";")
	code = quotedFormat.ReplaceAllString(code, "")
	if spanPart.MatchString(code) {
		return true
	}
	code = escapedFormat.ReplaceAllString(bracketFormat.ReplaceAllString(code, ""), "")
	return !strings.Contains(strings.ToLower(code), "general") && strings.ContainsAny(code, "dmhysDMHYS")
}

// spanFormat reports whether a format shows a number as a length of time: [h]:mm.
func spanFormat(code string) bool {
	if len(code) > 255 {
		return false
	}
	return spanPart.MatchString(quotedFormat.ReplaceAllString(code, ""))
}
