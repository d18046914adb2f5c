package summary

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"ruhu/internal/errs"
	"ruhu/survey"
)

// CSSPath is where a server serves CSS; the fragment links to it.
const CSSPath = "/assets/summary.css"

//go:embed assets/summary.css
var css []byte

//go:embed assets/summary.html
var page string

// CSS returns the style sheet of the fragment.
func CSS() []byte { return css }

// Fragment writes the summary as a piece of a page of the server: no script, no inline style, its style sheet linked at
// CSSPath. lang is zh or en.
func (s *Summary) Fragment(w io.Writer, lang string) error { return s.render(w, lang, "fragment") }

// Page writes the summary as a page of its own, with its style inside, to keep as a file or print.
func (s *Summary) Page(w io.Writer, lang string) error { return s.render(w, lang, "page") }

func (s *Summary) render(w io.Writer, lang, name string) error {
	const op = "render summary"
	v := view{lang: lang}
	t, err := template.New("").Funcs(v.funcs()).Parse(page)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, s); err != nil {
		return errs.Wrap(op, err)
	}
	_, err = w.Write(b.Bytes())
	return errs.Wrap(op, err)
}

// view is what the template asks for in one language.
type view struct{ lang string }

func (v view) t(zh, en string) string { return Words{zh, en}.In(v.lang) }

func (v view) funcs() template.FuncMap {
	return template.FuncMap{
		"t": v.t, "w": func(w Words) string { return w.In(v.lang) },
		"css": func() string { return CSSPath }, "style": func() template.CSS { return template.CSS(css) },
		"withheld": v.withheld, "structural": StructuralCounts, "groups": outcomeGroups,
		"sample": func(s *Summary) bool { return s.Mode == string(survey.Sample) },
		"status": func(s string) string { return statusWords(s).In(v.lang) },
		"short":  func(s string) string { return s[:min(len(s), 16)] },
		"hidden": Count.Hidden, "num": v.num, "cell": v.cell, "percentCell": v.percentCell,
		"plain": func(f Figure) string { return or(f.String(), "–") }, "pct": v.pct, "share": v.share, "rate": v.rate, "signed": v.signed,
		"opt": func(f *Figure) string {
			if f == nil {
				return "–"
			}
			return or(f.String(), "–")
		},
		"interval": interval, "bar": bar, "tone": tone,
		"simpleBar": func(f Figure) template.HTML { return bar(f, Figure{}, Figure{}, "") },
		"rowClass":  rowClass,
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (v view) withheld() string {
	return v.t("未公布（保护受访者）", "withheld to protect respondents")
}

func (v view) num(c Count) template.HTML {
	if c.hidden {
		return template.HTML(`<span class="withheld"><span>` + v.t("未公布", "withheld") + `</span></span>`)
	}
	return template.HTML(fmt.Sprint(c.n))
}

func (v view) hiddenCell() template.HTML {
	return template.HTML(`<td class="withheld" title="` + v.withheld() + `"><span>` + v.t("未公布", "withheld") + `</span></td>`)
}

func (v view) cell(c Count) template.HTML {
	if c.hidden {
		return v.hiddenCell()
	}
	return template.HTML(fmt.Sprintf("<td>%d</td>", c.n))
}

func (v view) percentCell(c VillageCell) template.HTML {
	if c.N.hidden {
		return v.hiddenCell()
	}
	return template.HTML("<td>" + or(c.Percent.String(), "–") + "</td>")
}

func (v view) pct(f Figure) template.HTML {
	if !f.known {
		return template.HTML(`<span class="withheld"><span>` + v.t("未公布", "withheld") + `</span></span>`)
	}
	return template.HTML(f.String() + " %")
}

func (v view) share(f Figure) string {
	if !f.known {
		return "– "
	}
	return f.String() + " % "
}

func (v view) signed(f Figure) template.HTML {
	if f.known && f.v > 0 {
		return template.HTML("+" + f.String())
	}
	if f.known {
		return template.HTML(f.String())
	}
	return v.pct(f)
}

func (v view) rate(f Figure) template.HTML {
	if !f.known {
		return template.HTML(`<i class="withheld" title="` + v.withheld() + `"><span>` + v.t("未公布", "withheld") + `</span></i>`)
	}
	return template.HTML("<i>" + f.String() + " %</i>")
}

func interval(c Choice) string {
	if !c.Low.known || !c.High.known {
		return "–"
	}
	return c.Low.String() + " – " + c.High.String()
}

// bar draws a share with what is not known about it; nothing where the share is hidden.
func bar(f, low, high Figure, tone string) template.HTML {
	if !f.known {
		return ""
	}
	out := fmt.Sprintf(`<svg class="b %s" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true"><rect width="%.1f" height="16"/>`, tone, min(f.v, 100))
	if low.known && high.known {
		out += fmt.Sprintf(`<path d="M%.1f 4v8M%.1f 8H%.1fM%.1f 4v8"/>`, low.v, low.v, high.v, high.v)
	}
	return template.HTML(out + "</svg>")
}

// tone gives the same answer the same colour everywhere.
func tone(kind, value string) string {
	if kind == string(kindLikert) {
		return "s" + value
	}
	return ""
}

func rowClass(p Place) string {
	switch {
	case p.Merged:
		return "merged"
	case p.Kind == string(survey.Street):
		return "total"
	}
	return ""
}

// group is a column of the outcome table.
type group struct {
	Code  string
	Label Words
}

func outcomeGroups() []group {
	return []group{
		{string(survey.OutcomeComplete), Words{"完成", "Completed"}}, {string(survey.OutcomePartial), Words{"部分完成", "Partial"}},
		{string(survey.OutcomeRefusal), Words{"拒访", "Refused"}}, {string(survey.OutcomeNonContact), Words{"未接触到", "No contact"}},
		{string(survey.OutcomeOther), Words{"其他原因", "Other"}}, {string(survey.OutcomeUnknownHousing), Words{"未知有无住户", "Unknown household"}},
		{string(survey.OutcomeUnknownOther), Words{"未知其他", "Unknown, other"}}, {string(survey.OutcomeNotEligible), Words{"不合格", "Not eligible"}},
	}
}
