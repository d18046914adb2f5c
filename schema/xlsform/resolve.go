package xlsform

import (
	"strings"

	"ruhu/internal/limits"
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
	size := 0
	for _, t := range template {
		t.walk(func(*element) { size++ })
	}
	if c.unrolled += size * len(l.choices); c.unrolled > limits.FormNodes {
		c.fault(e.row.at("type"), "limit", "loop 展开后题目过多", "the loop makes too many questions", "请缩短选项列表或改用 repeat", "shorten the list, or use a repeat")
		return
	}
	for _, t := range template {
		t.walk(func(x *element) {
			if x.kind == isRepeat && len(l.choices) > 1 {
				c.fault(x.row.at("type"), "repeat-name", "loop 内不能有重复组："+quoted(x.name), "a repeat cannot lie in a loop: its name would stand more than once: "+quoted(x.name), "请把重复组移到 loop 外", "move the repeat out of the loop")
			}
		})
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
			group.add(c.copiedFor(t, ch))
		}
		if c.filled > limits.XLSXWords {
			c.fault(e.row.at("type"), "limit", "loop 展开后的文字过长", "the words of the loop's questions are too long, times its choices", "请缩短选项列表或题目", "shorten the list or the questions")
			return
		}
	}
}

// copiedFor copies a loop's question for one choice: %(name)s and %(label)s stand for the choice's.
func (c *converter) copiedFor(e *element, ch *choice) *element {
	label := ch.label.plain
	if label == "" && len(ch.label.langs) > 0 {
		label = ch.label.langs[0].text
	}
	fill := func(label string) func(string) string {
		r := strings.NewReplacer("%(name)s", ch.name, "%(label)s", label, "%%", "%")
		return func(s string) string {
			c.filled += len(s) + strings.Count(s, "%(name)s")*len(ch.name) + strings.Count(s, "%(label)s")*len(label)
			if c.filled > limits.XLSXWords || !strings.Contains(s, "%") {
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
	where := surveyed(text)
	var b strings.Builder
	at := 0
	for _, ref := range list {
		b.WriteString(text[at:ref.start])
		b.WriteString(c.pathFor(where, ref, from, in))
		at = ref.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// pathFor is the path of one reference: relative where both lie in the same repeat, else from the root.
func (c *converter) pathFor(where *surroundings, ref reference, from *element, in inside) string {
	target := c.byName[ref.name]
	if target == nil || c.twice[ref.name] {
		return " " + ref.name + " " // a fault has been noted
	}
	if ref.lastSaved {
		return " instance('__last-saved')" + target.xpath() + " "
	}
	if from != nil && where.relative(ref) {
		if path := relative(target, from, in.parent); path != "" {
			if in.current || where.inPredicate(ref) {
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
