package xlsform

import (
	"fmt"
	"regexp"
	"strings"

	"ruhu/internal/limits"
)

const (
	referenceHintZH = "引用写作 ${题目名}"
	referenceHintEN = "a reference is written ${name of a question}"
)

// checkReferences looks at every ${} of the sheets: it must name one question or group.
func (c *converter) checkReferences() {
	names := sortedKeys(c.names)
	c.checkCells(c.table1, names, func(path []string) bool { return path[0] == "type" || path[0] == "name" || path[0] == "trigger" })
	if t := c.table(settings); t != nil && len(t.rows) > 0 {
		t.rows = t.rows[:1]
		c.checkCells(c.plain(t), names, nil)
	}
	if t := c.table(entities); t != nil {
		c.checkCells(c.plain(t), names, func(path []string) bool {
			h := snake(path[0])
			return h == "list_name" || h == "dataset" || h == "repeat"
		})
	}
	for _, l := range c.listOrder {
		for i := range l.choices {
			ch := &l.choices[i]
			look := func(v *value, column string) {
				v.each(func(text string) { c.checkCell(place{choices, ch.row, orElse(v.column, column)}, text, names) })
			}
			look(&ch.label, "label")
			for j := range ch.media {
				look(&ch.media[j].file, ch.media[j].kind)
			}
		}
	}
}

func orElse(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// plain gives each column of a table its header as its meaning, where the meaning has not been read.
func (c *converter) plain(t *table) *table {
	for i := range t.columns {
		if t.columns[i].path == nil {
			t.columns[i].path = []string{t.columns[i].header}
		}
	}
	return t
}

func (c *converter) checkCells(t *table, names []string, skip func(path []string) bool) {
	for i := range t.rows {
		for _, col := range t.columns {
			if cell := t.rows[i].cell(col); strings.Contains(cell, "${") && (skip == nil || !skip(col.path)) {
				c.checkCell(place{t.name, t.rows[i].n, col.header}, cell, names)
			}
		}
	}
}

func (c *converter) checkCell(at place, text string, names []string) {
	if c.overfull() || !strings.Contains(text, "${") {
		return
	}
	list, broken := references(text)
	if broken {
		c.fault(at, "reference", "引用写法有误："+quoted(text), "a reference is malformed: "+quoted(text), referenceHintZH, referenceHintEN)
	}
	if !c.refer(at, len(list)) {
		return
	}
	for _, ref := range list {
		switch {
		case c.names[ref.name] == 0:
			hintZH, hintEN := "请检查名称", "check the name"
			if near := c.closest(ref.name, names); near != "" {
				hintZH, hintEN = "是否应为 ${"+shown(near)+"}？", "did you mean ${"+shown(near)+"}?"
			}
			c.fault(at, "reference-unknown", "survey 表中没有 "+quoted(ref.name), "there is no question or group named "+quoted(ref.name), hintZH, hintEN)
		case c.names[ref.name] > 1 || c.twice[ref.name]:
			c.fault(at, "reference-twice", "名称 "+quoted(ref.name)+" 出现多次，无法确定所指", "the name "+quoted(ref.name)+" stands more than once, so the reference is ambiguous", "请改名，使名称唯一", "rename one of them")
		}
	}
}

// refer counts references; false where the form has more than any is written with.
func (c *converter) refer(at place, n int) bool {
	if c.referred += n; !c.overfull() {
		return true
	}
	c.fault(at, "limit", fmt.Sprintf("整个表单的引用超过 %d 处", limits.FormReferences), fmt.Sprintf("the form has more than %d references", limits.FormReferences), "请减少 ${} 引用", "use fewer references")
	return false
}

func (c *converter) overfull() bool { return c.referred > limits.FormReferences }

// checkTriggers finds triggers that nobody can change.
func (c *converter) checkTriggers() {
	for _, r := range c.rows {
		for part := range strings.SplitSeq(r.trigger, ",") {
			name, sole := soleReference(strings.TrimSpace(part))
			if !sole {
				continue
			}
			el := c.byName[name]
			switch {
			case !c.asked[name] || el == nil:
				hintZH, hintEN := "trigger 须为一道题目", "a trigger is a question"
				if near := c.closest(name, c.questionNames()); near != "" {
					hintZH, hintEN = "是否应为 ${"+shown(near)+"}？", "did you mean ${"+shown(near)+"}?"
				}
				c.fault(r.at("trigger"), "reference-unknown", "survey 表中没有题目 "+quoted(name), "there is no question named "+quoted(name), hintZH, hintEN)
			case c.twice[name]:
				c.fault(r.at("trigger"), "reference-twice", "名称 "+quoted(name)+" 出现多次，无法确定所指", "the name "+quoted(name)+" stands more than once, so the trigger is ambiguous", "请改名，使名称唯一", "rename one of them")
			case !c.visible(el):
				c.fault(r.at("trigger"), "trigger-hidden", "题目 "+quoted(name)+" 不显示，不能作为 trigger", "the question "+quoted(name)+" is not user-visible, so it can't be a trigger", "请选一道显示的题目", "choose a question that is shown")
			}
		}
	}
}

func (c *converter) questionNames() []string {
	if c.askedList == nil {
		c.askedList = sortedKeys(c.asked)
	}
	return c.askedList
}

// visible reports whether a question has a control.
func (c *converter) visible(e *element) bool {
	if e.kind != isQuestion || e.typ == "calculate" {
		return false
	}
	_, computed := e.bind.get("calculate")
	if (computed || len(e.triggers) > 0) && e.label.empty() && e.hint.empty() {
		return false
	}
	return questionTypes()[e.typ].tag != ""
}

// checkGeoReferences holds that a reference geometry is a list, a file's data, an entity list or a repeat.
func (c *converter) checkGeoReferences() {
	for _, g := range c.geoRefs {
		name, sole := soleReference(g.target)
		switch {
		case sole && c.byName[name] != nil && c.byName[name].kind == isRepeat:
		case c.lists[g.target] != nil, c.external2[g.target] != "", c.declaration(g.target) != nil:
		default:
			c.fault(g.at, "parameter", "reference-geometry 找不到 "+quoted(g.target), "reference-geometry names nothing that is there: "+quoted(g.target),
				"请填写选项列表、实体列表、附件的名称，或 ${重复组}", "name a choice list, an entity list, a file's base name, or ${a repeat}")
		}
	}
}

var searchCall = regexp.MustCompile(`search\(.*?\)`)

// checkSearch finds the selects whose choices a client looks up with search(): their choices stand in the body.
func (c *converter) checkSearch() {
	searched, plain := map[string][]*element{}, map[string][]*element{}
	c.root.walk(func(e *element) {
		switch questionTypes()[e.typ].tag {
		case "select", "select1", "odk:rank":
		default:
			return
		}
		if e.kind != isQuestion {
			return
		}
		appearance, _ := e.control.get("appearance")
		if len(appearance) <= 7 || !searchCall.MatchString(appearance) {
			plain[e.itemset] = append(plain[e.itemset], e)
			return
		}
		if ending(e.itemset) != "" {
			c.fault(e.row.at("appearance"), "search-file", "从文件选择的题目不能使用 search()："+quoted(e.name), "the select from a file "+quoted(e.name)+" cannot use search()", "请改用 choices 表中的列表", "use a list of the choices sheet")
			return
		}
		e.search = true
		searched[e.itemset] = append(searched[e.itemset], e)
		if l := c.lists[e.itemset]; l != nil {
			l.searched = true
		}
	})
	for name, list := range searched {
		for _, e := range list {
			if others := plain[name]; len(others) > 0 {
				c.fault(e.row.at("appearance"), "search-list", "列表 "+quoted(name)+" 同时被未使用 search() 的题目 "+quoted(others[0].name)+" 使用",
					"the question "+quoted(e.name)+" uses search(), but its list "+quoted(name)+" is used without it by "+quoted(others[0].name), "请为 search() 另建列表", "make a list of its own for search()")
			}
		}
	}
}
