package compare

import (
	"slices"
	"strings"

	"ruhu/schema"
)

// choices compares the lists of two select questions, once for each pair of lists however many questions share it.
func (c *comparison) choices(a, b *schema.Node) {
	if b.Choices == nil || a.Choices == nil || a.Choices.List == nil || b.Choices.List == nil {
		c.firstList(b)
		return
	}
	if was, is := a.Choices.Filter, b.Choices.Filter; expression(was) != expression(is) {
		c.say(ChoiceFilter, b.Path, say("%s 的选项筛选由 %s 改为 %s。", b.Path, quoteZH(was), quoteZH(is)),
			say("the choice filter of %s was %s, is %s", b.Path, quoteEN(was), quoteEN(is)))
	}
	pair := [2]*schema.ChoiceList{a.Choices.List, b.Choices.List}
	if c.lists[pair] {
		return
	}
	c.lists[pair] = true
	was, is := pair[0], pair[1]
	if was.Src != is.Src || was.Open != is.Open {
		c.say(ListAdded, b.Path, say("%s 的选项来源由 %s 改为 %s；旧记录的回答保留。", b.Path, source(was), source(is)),
			say("the choices of %s came from %s and come from %s now. Answers of older records stay", b.Path, source(was), source(is)))
	}
	used := c.usedBy(is)
	whereZH, whereEN := listed(used, true), listed(used, false)
	for _, item := range is.Items {
		at, ok := was.Place(item.Value)
		if !ok {
			c.say(ChoiceAdded, b.Path, say("新增选项 %s %s（%s）；旧记录作答时没有这一项。", item.Value, quoteZH(item.Label.In("zh")), whereZH),
				say("choice added: %s %s (%s). Who answered an older version could not choose it", item.Value, quoteEN(item.Label.In("en")), whereEN))
			continue
		}
		old := was.Items[at]
		if zh, en := c.rewording(old.Label, item.Label); zh != "" {
			c.say(ChoiceLabel, b.Path, say("选项 %s 的文字：%s（%s）；旧记录选的是旧的文字。", item.Value, zh, whereZH),
				say("the label of choice %s: %s (%s). Older records chose the older words", item.Value, en, whereEN))
		}
		if x, y := columnsOf(old), columnsOf(item); !slices.Equal(x, y) {
			c.say(ChoiceData, b.Path, say("选项 %s 的附加列由 %s 改为 %s（%s）。", item.Value, quoteZH(listed(x, true)), quoteZH(listed(y, true)), whereZH),
				say("the columns of choice %s were %s, are %s (%s)", item.Value, quoteEN(listed(x, false)), quoteEN(listed(y, false)), whereEN))
		}
	}
	for _, item := range was.Items {
		if _, ok := is.Place(item.Value); !ok {
			c.say(ChoiceRemoved, b.Path, say("删去选项 %s %s（%s）；选过它的旧记录不变，仍计入。", item.Value, quoteZH(item.Label.In("zh")), whereZH),
				say("choice removed: %s %s (%s). Older records that chose it stay, and count", item.Value, quoteEN(item.Label.In("en")), whereEN))
		}
	}
	if reordered(was, is) {
		c.say(ChoiceOrder, b.Path, say("选项的顺序改变（%s）。", whereZH), say("the choices stand in another order (%s)", whereEN))
	}
}

// firstList notes the list of a new select question as told: the question names it.
func (c *comparison) firstList(n *schema.Node) {
	if n.Choices != nil && n.Choices.List != nil {
		c.lists[[2]*schema.ChoiceList{nil, n.Choices.List}] = true
	}
}

func (c *comparison) usedBy(l *schema.ChoiceList) []string {
	var paths []string
	for _, q := range c.next.Questions() {
		if q.Choices != nil && q.Choices.List == l {
			paths = append(paths, q.Path)
		}
	}
	return paths
}

func source(l *schema.ChoiceList) string {
	if l.Src != "" {
		return l.Src
	}
	return l.Name
}

// reordered reports whether the choices that both lists have stand in another order.
func reordered(was, is *schema.ChoiceList) bool {
	last := -1
	for _, item := range is.Items {
		if at, ok := was.Place(item.Value); ok {
			if at < last {
				return true
			}
			last = at
		}
	}
	return false
}

// columnsOf writes a choice's columns for filters; the names under which its words stand in the form mean nothing.
func columnsOf(c schema.Choice) []string {
	list := parametersOf(c.Props)
	return slices.DeleteFunc(list, func(s string) bool { return strings.HasPrefix(s, "itextId=") })
}
