package compare

import (
	"slices"

	"ruhu/schema"
)

// nodes tells what is new and what changed, in the order of next.
func (c *comparison) nodes() {
	last := map[*schema.Node]*schema.Node{} // parent -> sibling before
	c.next.Walk(func(n *schema.Node) {
		before := last[n.Parent()]
		last[n.Parent()] = n
		if n.Added {
			return // every phone adds it to every version
		}
		was := c.from[n]
		if was == nil {
			c.added(n)
			return
		}
		if was.Path != n.Path {
			c.elsewhere(was, n)
		} else if c.moved[n] {
			c.reordered(n, before)
		}
		c.changed(was, n)
	})
}

func (c *comparison) added(n *schema.Node) {
	zh, en := named(n)
	switch n.Kind {
	case schema.Group:
		c.say(GroupAdded, n.Path, "新增分组 "+zh+"。", "group added: "+en)
	case schema.Repeat:
		c.say(RepeatAdded, n.Path, "新增重复组 "+zh+"；旧记录中没有行。", "repeat added: "+en+". Older records have no rows there")
	default:
		c.say(QuestionAdded, n.Path, "新增题目 "+zh+"；旧记录在此为空，含义是没有问过。", "question added: "+en+". Older records are blank there, which means not asked")
		c.firstList(n)
	}
}

func (c *comparison) elsewhere(was, n *schema.Node) {
	zh, en := named(n)
	switch n.Kind {
	case schema.Group:
		c.say(GroupMoved, n.Path, say("分组 %s 改到 %s。", was.Path, zh), say("group %s moved to %s", was.Path, en))
	case schema.Repeat:
		c.say(RepeatMoved, n.Path, say("重复组 %s 改到 %s；旧记录的行留在原路径下，另成一表。", was.Path, zh),
			say("repeat %s moved to %s. Rows of older records stay under their path, in a table of their own", was.Path, en))
	default:
		c.say(QuestionMoved, n.Path, say("题目 %s 改到 %s；旧记录的回答留在原路径，不会搬到新路径，导出时是两列。", was.Path, zh),
			say("question %s moved to %s. Answers of older records stay at their path and are not carried over: exports have two columns", was.Path, en))
	}
}

func (c *comparison) reordered(n, before *schema.Node) {
	if before == nil {
		c.say(Order, n.Path, n.Path+" 现在排在最前。", n.Path+" now stands first")
		return
	}
	c.say(Order, n.Path, say("%s 现在排在 %s 之后。", n.Path, before.Path), say("%s now stands after %s", n.Path, before.Path))
}

// removed tells what is gone, in the order of old.
func (c *comparison) removed() {
	c.old.Walk(func(n *schema.Node) {
		if !c.gone[n] || n.Added {
			return
		}
		zh, en := named(n)
		switch n.Kind {
		case schema.Group:
			c.say(GroupRemoved, n.Path, "删去分组 "+zh+"。", "group removed: "+en)
		case schema.Repeat:
			c.say(RepeatRemoved, n.Path, "删去重复组 "+zh+"；旧记录的行保留，仍可导出。", "repeat removed: "+en+". Rows of older records stay and are exported")
		default:
			c.say(QuestionRemoved, n.Path, "删去题目 "+zh+"；旧记录在此路径的回答保留，仍可导出。", "question removed: "+en+". Answers at this path stay in older records and are exported")
		}
	})
}

// changed tells what differs between two nodes that stand for each other.
func (c *comparison) changed(a, b *schema.Node) {
	c.control(a, b)
	c.texts(a, b)
	rule := func(kind Kind, nameZH, nameEN, was, is, meansZH, meansEN string) {
		if expression(was) == expression(is) {
			return
		}
		c.say(kind, b.Path, say("%s 的%s由 %s 改为 %s%s。", b.Path, nameZH, quoteZH(was), quoteZH(is), meansZH),
			say("%s of %s was %s, is %s%s", nameEN, b.Path, quoteEN(was), quoteEN(is), meansEN))
	}
	const ownZH, ownEN = "；旧记录仍按自己的版本判断", ". Older records are judged by their own version"
	rule(Relevance, "显示条件", "the relevance", a.Relevant, b.Relevant, ownZH, ownEN)
	rule(Required, "必答规则", "the required rule", truth(a.Required), truth(b.Required), ownZH, ownEN)
	rule(Constraint, "约束", "the constraint", a.Constraint, b.Constraint, ownZH, ownEN)
	rule(Calculation, "计算式", "the calculation", a.Calculation, b.Calculation, "；旧记录中的值不重算", ". Values in older records are not computed again")
	rule(ReadOnly, "只读规则", "the read-only rule", truth(a.ReadOnly), truth(b.ReadOnly), "", "")
	rule(Default, "默认值", "the default", a.Default, b.Default, "；旧记录不变", ". Older records stay as they are")
	rule(Appearance, "外观", "the appearance", a.Appearance, b.Appearance, "", "")
	if b.Kind == schema.Repeat {
		rule(RepeatCount, "行数", "the number of rows", count(a), count(b), "；旧记录的行不变", ". Rows of older records stay")
	}
	rule(SaveTo, "实体属性", "the entity property", a.SaveTo, b.SaveTo, "；已有实体不变", ". Entities that exist stay as they are")
	if was, is := c.settingsOf(a), c.settingsOf(b); !slices.Equal(was, is) {
		c.say(Parameters, b.Path, say("%s 的参数由 %s 改为 %s。", b.Path, quoteZH(listed(was, true)), quoteZH(listed(is, true))),
			say("the parameters of %s were %s, are %s", b.Path, quoteEN(listed(was, false)), quoteEN(listed(is, false))))
	}
	c.choices(a, b)
}

// truth writes "no rule" and "never" alike.
func truth(expr string) string {
	if expression(expr) == "false()" {
		return ""
	}
	return expr
}

func count(n *schema.Node) string {
	s := n.Count
	if n.NoAddRemove {
		s += " (noAddRemove)"
	}
	return s
}

func (c *comparison) settingsOf(n *schema.Node) []string {
	list := parametersOf(n.Parameters)
	for _, s := range [][2]string{{"mediatype", n.MediaType}, {"preload", n.Preload}, {"preload-params", n.PreloadParams}} {
		if s[1] != "" {
			list = append(list, s[0]+"="+s[1])
		}
	}
	if ch := n.Choices; ch != nil && ch.Random {
		list = append(list, "randomize=true", "seed="+expression(ch.Seed))
	}
	return list
}

func (c *comparison) control(a, b *schema.Node) {
	if a.Kind != b.Kind || a.Kind != schema.Question || a.Control == b.Control {
		return
	}
	zhA, enA := kindWords(a)
	zhB, enB := kindWords(b)
	if zhA == zhB {
		zhA, enA, zhB, enB = string(a.Control), string(a.Control), string(b.Control), string(b.Control)
	}
	c.say(ControlChanged, b.Path, say("%s 由%s改为%s；旧记录的回答保留，可能不在新的选项或范围内。", b.Path, zhA, zhB),
		say("%s was a %s, is a %s. Answers of older records stay, and may be none of the new choices", b.Path, enA, enB))
}

func (c *comparison) texts(a, b *schema.Node) {
	for _, t := range []struct {
		kind   Kind
		zh, en string
		a, b   schema.Text
	}{
		{Label, "题目文字", "the label", a.Label, b.Label},
		{Hint, "提示", "the hint", a.Hint, b.Hint},
		{Guidance, "访员说明", "the guidance", a.Guidance, b.Guidance},
		{ConstraintMessage, "约束提示", "the constraint message", a.ConstraintMsg, b.ConstraintMsg},
		{RequiredMessage, "必答提示", "the required message", a.RequiredMsg, b.RequiredMsg},
	} {
		if zh, en := c.rewording(t.a, t.b); zh != "" {
			meansZH, meansEN := "", ""
			if t.kind == Label {
				meansZH, meansEN = "；旧记录回答的是旧的文字", ". Older records answered the older words"
			}
			c.say(t.kind, b.Path, say("%s 的%s：%s%s。", b.Path, t.zh, zh, meansZH), say("%s of %s: %s%s", t.en, b.Path, en, meansEN))
		}
	}
	if was, is := mediaOf(a.Label), mediaOf(b.Label); !slices.Equal(was, is) {
		c.say(Media, b.Path, say("%s 的媒体由 %s 改为 %s。", b.Path, quoteZH(listed(was, true)), quoteZH(listed(is, true))),
			say("the media of %s were %s, are %s", b.Path, quoteEN(listed(was, false)), quoteEN(listed(is, false))))
	}
}
