package survey

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

const (
	surveyFileBytes = 1 << 20
	maxEditHours    = 24 * 14
	maxLinkTTLDays  = 365
	maxThreshold    = 1000
)

// ParseSurvey reads the description of a survey. All faults are returned at once with line and field, code import-faults.
//
//	id: huiji-2026            title: {zh: …, en: …}      mode: census | sample
//	forms: [{id: hh_sentiment, kind: sentiment}, …]      legal_basis: consent
//	notice: {zh: …, en: …}    open: 2026-09-01           close: 2026-12-01
//	retention: pipl_minimum | statistical_2y             edit_hours: 24
//	link_ttl_days: 30         threshold: 10              pia: name of the impact assessment
func ParseSurvey(r io.Reader) (Survey, error) {
	const op = "read survey"
	data, err := io.ReadAll(io.LimitReader(r, surveyFileBytes+1))
	if err != nil {
		return Survey{}, errs.WrapCode(errs.BadRequest, op, err)
	}
	if len(data) > surveyFileBytes {
		return Survey{}, errs.New(errs.TooLarge, op, "over %d bytes", surveyFileBytes)
	}
	p := surveyParser{s: Survey{State: SurveyPlanned, Mode: Census, Retention: RetentionMinimum, EditHours: limits.EditHours,
		LinkTTLDays: limits.LinkTTLDays, Threshold: limits.ThresholdDefault}}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		p.faults.add(yamlLine(err), 0, "", "不是有效的 YAML。", "not valid YAML: "+printable(strings.TrimPrefix(err.Error(), "yaml: ")))
		return Survey{}, p.faults.err(errs.ImportFaults, op)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		p.faults.add(1, 0, "", "文件应是“字段: 值”的列表。", "the file must be a list of \"field: value\"")
		return Survey{}, p.faults.err(errs.ImportFaults, op)
	}
	p.survey(doc.Content[0])
	p.rules()
	return p.s, p.faults.err(errs.ImportFaults, op)
}

func yamlLine(err error) int {
	m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

type surveyParser struct {
	s      Survey
	faults Faults
	lines  map[string]int // field -> line
}

func (p *surveyParser) fault(n *yaml.Node, field, zh, en string) {
	p.faults.add(n.Line, n.Column, field, zh, en)
}

func (p *surveyParser) survey(m *yaml.Node) {
	fields := map[string]func(*yaml.Node, string){
		"id":            p.id,
		"title":         func(n *yaml.Node, f string) { p.s.Title = p.words(n, f, limits.NameRunes) },
		"forms":         p.forms,
		"legal_basis":   func(n *yaml.Node, f string) { p.s.LegalBasis = p.text(n, f, limits.NameRunes) },
		"notice":        p.notice,
		"mode":          func(n *yaml.Node, f string) { p.s.Mode = Mode(p.oneOf(n, f, string(Census), string(Sample))) },
		"open":          func(n *yaml.Node, f string) { p.s.Open = p.date(n, f) },
		"close":         func(n *yaml.Node, f string) { p.s.Close = p.date(n, f) },
		"retention":     func(n *yaml.Node, f string) { p.s.Retention = p.oneOf(n, f, RetentionMinimum, RetentionStatistical) },
		"edit_hours":    func(n *yaml.Node, f string) { p.s.EditHours = p.number(n, f, 0, maxEditHours) },
		"link_ttl_days": func(n *yaml.Node, f string) { p.s.LinkTTLDays = p.number(n, f, 0, maxLinkTTLDays) },
		"threshold":     func(n *yaml.Node, f string) { p.s.Threshold = p.number(n, f, limits.ThresholdMin, maxThreshold) },
		"pia":           func(n *yaml.Node, f string) { p.s.PIA = p.text(n, f, limits.NameRunes) },
	}
	p.lines = make(map[string]int, len(fields))
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		read, known := fields[key.Value]
		switch {
		case !known:
			p.fault(key, printable(key.Value), "不认识这个字段。", "unknown field")
		case p.lines[key.Value] != 0:
			p.fault(key, key.Value, "字段重复。", "the field stands twice")
		default:
			p.lines[key.Value] = key.Line
			read(value, key.Value)
		}
	}
}

func (p *surveyParser) id(n *yaml.Node, field string) {
	p.s.ID = p.text(n, field, 64)
	if p.s.ID != "" && !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`).MatchString(p.s.ID) {
		p.fault(n, field, "只能用字母、数字和 . _ -。", "holds letters, digits and . _ - only")
	}
}

func (p *surveyParser) text(n *yaml.Node, field string, maxRunes int) string {
	if n.Kind != yaml.ScalarNode {
		p.fault(n, field, "应是文字。", "must be text")
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if n.Tag == "!!null" {
		s = ""
	}
	if len([]rune(s)) > maxRunes {
		p.fault(n, field, "太长（最多 "+itoa(maxRunes)+" 字）。", "too long ("+itoa(maxRunes)+" characters at most)")
	}
	return s
}

// words reads {zh: …, en: …}; a plain text stands for both.
func (p *surveyParser) words(n *yaml.Node, field string, maxRunes int) Words {
	if n.Kind == yaml.ScalarNode {
		s := p.text(n, field, maxRunes)
		return Words{ZH: s, EN: s}
	}
	if n.Kind != yaml.MappingNode {
		p.fault(n, field, "应写作 {zh: …, en: …}。", "must be {zh: …, en: …}")
		return Words{}
	}
	var w Words
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch key.Value {
		case "zh":
			w.ZH = p.text(value, field+".zh", maxRunes)
		case "en":
			w.EN = p.text(value, field+".en", maxRunes)
		default:
			p.fault(key, field+"."+printable(key.Value), "只能有 zh 和 en。", "only zh and en are known")
		}
	}
	if w.ZH == "" {
		p.fault(n, field+".zh", "缺少中文。", "the Chinese text is missing")
	}
	if w.EN == "" {
		p.fault(n, field+".en", "缺少英文。", "the English text is missing")
	}
	return w
}

func (p *surveyParser) notice(n *yaml.Node, field string) {
	const maxNotice = 20_000
	w := p.words(n, field, maxNotice)
	if w.ZH != "" || w.EN != "" {
		p.s.Notices = []Notice{{Version: 1, Hash: HashNotice(w), Words: w}}
	}
}

func (p *surveyParser) oneOf(n *yaml.Node, field string, allowed ...string) string {
	s := p.text(n, field, limits.NameRunes)
	if !slices.Contains(allowed, s) {
		list := strings.Join(allowed, ", ")
		p.fault(n, field, "须为 "+list+" 之一。", "must be one of "+list)
		return allowed[0]
	}
	return s
}

func (p *surveyParser) date(n *yaml.Node, field string) string {
	s := p.text(n, field, limits.NameRunes)
	if _, err := time.Parse(time.DateOnly, s); err != nil && s != "" {
		p.fault(n, field, "日期须写作 2026-11-23。", "a date is written 2026-11-23")
		return ""
	}
	return s
}

func (p *surveyParser) number(n *yaml.Node, field string, least, most int) int {
	v, err := strconv.Atoi(p.text(n, field, limits.NameRunes))
	if err != nil || v < least || v > most {
		p.fault(n, field, "须为 "+itoa(least)+" 到 "+itoa(most)+" 的整数。", "must be a whole number from "+itoa(least)+" to "+itoa(most))
		return max(least, 0)
	}
	return v
}

// forms reads [{id, kind}, …] or {id: kind, …}.
func (p *surveyParser) forms(n *yaml.Node, field string) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.form(n.Content[i], n.Content[i], n.Content[i+1])
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if item.Kind != yaml.MappingNode {
				p.fault(item, field, "每份表单须写作 {id: …, kind: …}。", "each form must be {id: …, kind: …}")
				continue
			}
			var id, kind *yaml.Node
			for i := 0; i+1 < len(item.Content); i += 2 {
				switch item.Content[i].Value {
				case "id", "form":
					id = item.Content[i+1]
				case "kind":
					kind = item.Content[i+1]
				default:
					p.fault(item.Content[i], "forms."+printable(item.Content[i].Value), "不认识这个字段。", "unknown field")
				}
			}
			p.form(item, id, kind)
		}
	default:
		p.fault(n, field, "应是表单列表。", "must be a list of forms")
	}
}

func (p *surveyParser) form(at, id, kind *yaml.Node) {
	var u FormUse
	if id == nil {
		p.fault(at, "forms.id", "缺少表单编号。", "the form's id is missing")
	} else {
		u.Form = p.text(id, "forms.id", limits.IDBytes)
		if u.Form == "" {
			p.fault(id, "forms.id", "缺少表单编号。", "the form's id is missing")
		}
	}
	if kind == nil {
		p.fault(at, "forms.kind", "缺少表单类别。", "the form's kind is missing")
	} else {
		names := make([]string, 0, len(Kinds()))
		for _, k := range Kinds() {
			names = append(names, string(k))
		}
		u.Kind = Kind(p.text(kind, "forms.kind", limits.NameRunes))
		if !slices.Contains(Kinds(), u.Kind) {
			p.fault(kind, "forms.kind", "类别须为 "+strings.Join(names, ", ")+" 之一。", "kind must be one of "+strings.Join(names, ", "))
		}
	}
	if _, twice := p.s.Use(u.Form); twice && u.Form != "" {
		p.fault(at, "forms.id", "表单重复。", "the form stands twice")
		return
	}
	p.s.Forms = append(p.s.Forms, u)
}

// rules checks what fields ask of one another.
func (p *surveyParser) rules() {
	missing := func(field, zh, en string) { p.faults.add(p.lines[field], 0, field, zh, en) }
	if p.s.ID == "" {
		missing("id", "缺少编号。", "the id is missing")
	}
	if p.s.Title == (Words{}) && p.lines["title"] == 0 {
		missing("title", "缺少标题。", "the title is missing")
	}
	if len(p.s.Forms) == 0 && p.lines["forms"] == 0 {
		missing("forms", "缺少表单。", "the forms are missing")
	}
	if p.s.LegalBasis == "" {
		missing("legal_basis", "须写明法律依据。", "the legal basis must be named")
	}
	sentiment := slices.ContainsFunc(p.s.Forms, func(u FormUse) bool { return u.Kind == KindSentiment || u.Kind == KindCandidate })
	if sentiment && p.s.LegalBasis != "" && !restsOnConsent(p.s.LegalBasis) {
		missing("legal_basis", "民情问卷和意向人选访谈只能以个人同意（consent）为依据。", "opinion and candidate forms rest on consent, not on a statutory duty")
	}
	if sentiment && len(p.s.Notices) == 0 && p.lines["notice"] == 0 {
		missing("notice", "缺少告知书，入户时须先念告知书。", "the notice that is read before consent is missing")
	}
	if p.s.Open != "" && p.s.Close != "" && p.s.Close < p.s.Open {
		missing("close", "结束日期早于开始日期。", "the close date lies before the open date")
	}
}

func restsOnConsent(basis string) bool {
	b := strings.ToLower(basis)
	return strings.Contains(b, "consent") || strings.Contains(b, "同意")
}
