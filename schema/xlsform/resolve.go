package xlsform

import (
	"strings"
)

// index notes every element under its name.
func (c *converter) index() {
	c.byName = map[string]*element{}
	c.twice = map[string]bool{}
	c.root.walk(func(e *element) {
		e.path = ""
		if e.kind == isAttr || e.kind == isEntity || e.kind == isExternal {
			return
		}
		if _, there := c.byName[e.name]; there {
			c.twice[e.name] = true
			return
		}
		c.byName[e.name] = e
	})
}

// unroll makes a group for each choice of a loop's list, its questions in each.
func (c *converter) unroll(e *element) {
	for _, child := range e.children {
		c.unroll(child)
	}
	if e.kind != isLoop {
		return
	}
	e.kind, e.typ = isGroup, "group"
	template := e.children
	e.children = nil
	l := c.lists[e.loopList]
	if l == nil {
		e.children = template
		return
	}
	if len(l.choices)*len(template) > 20_000 {
		c.fault(e.row.at("type"), "limit", "loop 展开后题目过多", "the loop makes too many questions", "请缩短选项列表或改用 repeat", "shorten the list, or use a repeat")
		return
	}
	for i := range l.choices {
		ch := &l.choices[i]
		if ch.name == "none" {
			continue
		}
		if !isName(ch.name) {
			c.fault(place{choices, ch.row, "name"}, "name", "loop 的选项名不能作为名称："+quoted(ch.name), "a loop over this list needs choice names that can be names: "+quoted(ch.name), nameRuleZH, nameRuleEN)
			continue
		}
		group := e.add(&element{kind: isGroup, typ: "group", name: ch.name, label: ch.label, row: e.row})
		for _, t := range template {
			group.add(t.copiedFor(ch))
		}
	}
}

// copiedFor copies a loop's question for one choice: %(name)s and %(label)s stand for the choice's.
func (e *element) copiedFor(ch *choice) *element {
	label := ch.label.plain
	if label == "" && len(ch.label.langs) > 0 {
		label = ch.label.langs[0].text
	}
	fill := func(label string) func(string) string {
		r := strings.NewReplacer("%(name)s", ch.name, "%(label)s", label, "%%", "%")
		return func(s string) string {
			if !strings.Contains(s, "%") {
				return s
			}
			return r.Replace(s)
		}
	}
	out := e.copied(fill(label))
	for _, v := range []struct{ from, to *value }{{&e.label, &out.label}, {&e.hint, &out.hint}, {&e.guidance, &out.guidance}} {
		for i, t := range v.from.langs {
			for _, l := range ch.label.langs {
				if l.lang == t.lang {
					v.to.langs[i].text = fill(l.text)(t.text)
				}
			}
		}
	}
	return out
}

// inside says how a reference is written in an expression.
type inside struct {
	current bool // relative paths begin at current(): the expression is a predicate over other nodes
	parent  bool // the reference is a select's source: its path goes by way of the repeat, so that all rows are meant
}

// resolve replaces every ${name} with the path from the element the expression belongs to.
func (c *converter) resolve(text string, from *element, in inside) string {
	list, _ := references(text)
	if len(list) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, ref := range list {
		b.WriteString(text[at:ref.start])
		b.WriteString(c.pathFor(text, ref, from, in))
		at = ref.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// pathFor is the path of one reference: relative where both lie in the same repeat, else from the root.
func (c *converter) pathFor(text string, ref reference, from *element, in inside) string {
	target := c.byName[ref.name]
	if target == nil || c.twice[ref.name] {
		return " " + ref.name + " " // a fault has been noted
	}
	if ref.lastSaved {
		return " instance('__last-saved')" + target.xpath() + " "
	}
	if from != nil && relativeIn(text, ref) {
		current := in.current || inInstancePredicate(text, ref)
		if path := relative(target, from, in.parent); path != "" {
			if current {
				return " current()/" + path + " "
			}
			return " " + path + " "
		}
	}
	return " " + target.xpath() + " "
}

// relative is the path from one element to another, "" where no repeat holds both.
func relative(target, from *element, parent bool) string {
	around := nearest(from, target, func(e *element) bool { return e.kind == isRepeat })
	if around == nil {
		return ""
	}
	if parent {
		outer := around.inRepeat()
		if target.inRepeat() == around && (outer == nil || from.inRepeat() != around) {
			return strings.Repeat("../", steps(from, around)+1) + strings.TrimPrefix(below(target, around.parent), "/")
		}
	}
	shared := nearest(from, target, func(e *element) bool { return e.kind == isRepeat || e.kind == isGroup })
	return strings.TrimSuffix(strings.Repeat("../", steps(from, shared)), "/") + below(target, shared)
}

// nearest is the deepest element of a kind that lies around both.
func nearest(a, b *element, kind func(*element) bool) *element {
	for up := a.parent; up != nil; up = up.parent {
		if kind(up) && b != up && within(up, b) {
			return up
		}
	}
	return nil
}

// steps counts the levels from an element up to one around it.
func steps(from, up *element) int {
	n := 0
	for ; from != up; from = from.parent {
		n++
	}
	return n
}

// below is the path of an element from one around it, with a leading slash.
func below(e, top *element) string {
	path := ""
	for ; e != top; e = e.parent {
		if e.flat && e.section() {
			continue
		}
		path = "/" + e.name + path
	}
	return path
}

// inInstancePredicate reports whether a reference stands in brackets behind an instance().
func inInstancePredicate(text string, ref reference) bool {
	i := strings.Index(text, "instance(")
	if i < 0 || !strings.Contains(text[i:], ")") {
		return false
	}
	for at := 0; ; {
		open := strings.IndexByte(text[at:], '[')
		if open < 0 {
			return false
		}
		open += at
		shut := strings.IndexByte(text[open:], ']')
		if shut < 0 {
			return false
		}
		if shut += open; ref.start >= open && ref.end <= shut+1 {
			return true
		}
		at = shut + 1
	}
}

// relativeIn reports whether a reference may be written relative to where it stands. indexed-repeat() wants paths from the
// root: of the node, of each repeat; its positions may be relative. Which of several calls a reference belongs to is found
// as pyxform finds it, so that both write the same paths.
func relativeIn(text string, ref reference) bool {
	calls := indexedRepeats(text)
	if len(calls) == 0 {
		return true
	}
	for i := 0; i < len(calls); i++ {
		call := calls[i]
		if ref.end > call[1] {
			if i++; i == len(calls) {
				return true
			}
			continue
		}
		if ref.end < call[0] || ref.start > call[1] {
			return true
		}
		arg := -1
		for n, a := range strings.Split(text[call[0]+len(indexedRepeat):call[1]-1], ",") {
			if strings.Contains(a, "${"+ref.name+"}") {
				arg = n
			}
		}
		return arg >= 0 && arg != 0 && arg != 1 && arg != 3 && arg != 5
	}
	return false
}

const indexedRepeat = "indexed-repeat("

// indexedRepeats returns where the calls of indexed-repeat() begin and where their first closing bracket ends.
func indexedRepeats(text string) [][2]int {
	var calls [][2]int
	for at := 0; ; {
		i := strings.Index(text[at:], indexedRepeat)
		if i < 0 {
			return calls
		}
		start := at + i
		shut := strings.IndexByte(text[start:], ')')
		if shut < 0 {
			return calls
		}
		calls = append(calls, [2]int{start, start + shut + 1})
		at = start + shut + 1
	}
}
