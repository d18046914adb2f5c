package compare

import (
	"slices"
	"sort"
	"strings"

	"ruhu/schema"
)

// form tells what differs in the title and the languages.
func (c *comparison) form() {
	if zh, en := c.rewording(c.old.Titles, c.next.Titles); zh != "" {
		c.say(Title, "", "标题："+zh+"。", "the title: "+en)
	}
	for _, lang := range c.next.Languages {
		if !hasLanguage(c.old, lang) {
			c.say(LanguageAdded, "", "新增语言 "+lang+"。", "language added: "+lang)
		}
	}
	for _, lang := range c.old.Languages {
		if !hasLanguage(c.next, lang) {
			c.say(LanguageRemoved, "", "删去语言 "+lang+"；旧版本仍有。", "language removed: "+lang+". Older versions keep it")
		}
	}
	if c.old.Default != c.next.Default {
		c.say(Style, "", say("首选语言由 %s 改为 %s。", quoteZH(c.old.Default), quoteZH(c.next.Default)),
			say("the language shown first was %s, is %s", quoteEN(c.old.Default), quoteEN(c.next.Default)))
	}
	if c.old.Style != c.next.Style {
		c.say(Style, "", say("样式由 %s 改为 %s。", quoteZH(c.old.Style), quoteZH(c.next.Style)),
			say("the style was %s, is %s", quoteEN(c.old.Style), quoteEN(c.next.Style)))
	}
}

// tables tells what differs in the tables the form looks things up in; those that questions choose from are told there, and
// files that come or go among the attachments.
func (c *comparison) tables() {
	told := map[string]bool{}
	for _, f := range []*schema.Form{c.old, c.next} {
		for _, q := range f.Questions() {
			if q.Choices != nil && q.Choices.List != nil {
				told[q.Choices.List.Name] = true
			}
		}
	}
	for i := range c.next.Instances {
		is := &c.next.Instances[i]
		was := c.old.Table(is.ID)
		switch {
		case told[is.ID] || was == nil && is.Src != "":
		case was == nil:
			c.say(TableAdded, "", "新增查询表 "+is.ID+"。", "table added: "+is.ID)
		case was.Src != is.Src || !slices.Equal(was.Tree.Nodes, is.Tree.Nodes) || was.Rows != is.Rows:
			c.say(TableChanged, "", say("查询表 %s 改变（%d 行，原 %d 行）；旧记录中算出的值不重算。", is.ID, is.Rows, was.Rows),
				say("the table %s changed (%d rows, were %d). Values computed from it in older records are not computed again", is.ID, is.Rows, was.Rows))
		}
	}
	for i := range c.old.Instances {
		if t := &c.old.Instances[i]; !told[t.ID] && t.Src == "" && c.next.Table(t.ID) == nil {
			c.say(TableRemoved, "", "删去查询表 "+t.ID+"。", "table removed: "+t.ID)
		}
	}
}

func (c *comparison) attachments() {
	for _, name := range c.next.Attachments {
		if !slices.Contains(c.old.Attachments, name) {
			c.say(AttachmentAdded, "", "新增附件 "+name+"。", "file added: "+name)
		}
	}
	for _, name := range c.old.Attachments {
		if !slices.Contains(c.next.Attachments, name) {
			c.say(AttachmentRemoved, "", "不再需要附件 "+name+"。", "file no longer needed: "+name)
		}
	}
}

func (c *comparison) entities() {
	find := func(list []schema.Entity, e schema.Entity) (schema.Entity, bool) {
		for _, x := range list {
			if x.Dataset == e.Dataset && x.Path == e.Path {
				return x, true
			}
		}
		return schema.Entity{}, false
	}
	for _, e := range c.next.Entities {
		old, was := find(c.old.Entities, e)
		if !was {
			c.say(EntityAdded, e.Path, say("新版本写入实体列表 %s；旧记录不补写。", e.Dataset), say("the form now writes to the entity list %s. Older records are not written to it afterwards", e.Dataset))
			continue
		}
		if a, b := entityText(old), entityText(e); a != b {
			c.say(EntityChanged, e.Path, say("实体列表 %s 的写法由 %s 改为 %s；已有实体不变。", e.Dataset, quoteZH(a), quoteZH(b)),
				say("what is written to the entity list %s was %s, is %s. Entities that exist stay as they are", e.Dataset, quoteEN(a), quoteEN(b)))
		}
	}
	for _, e := range c.old.Entities {
		if _, is := find(c.next.Entities, e); !is {
			c.say(EntityRemoved, e.Path, say("新版本不再写入实体列表 %s；已有实体保留。", e.Dataset), say("the form no longer writes to the entity list %s. Entities that exist stay", e.Dataset))
		}
	}
}

func entityText(e schema.Entity) string {
	var parts []string
	if e.Create {
		parts = append(parts, "create")
	}
	if e.Update {
		parts = append(parts, "update")
	}
	if e.HasLabel {
		parts = append(parts, "label")
	}
	saved := make([]string, 0, len(e.SavedTo))
	for _, s := range e.SavedTo {
		saved = append(saved, s.Property+"="+s.Path)
	}
	sort.Strings(saved)
	return strings.Join(append(parts, saved...), " ")
}

func (c *comparison) actions() {
	text := func(a schema.Action) string {
		return strings.TrimSpace(a.Kind + " " + a.Target + " " + expression(a.Value) + " " + a.Events)
	}
	list := func(f *schema.Form) (all []string, target map[string]string) {
		target = map[string]string{}
		for _, a := range f.Actions {
			s := text(a)
			all = append(all, s)
			target[s] = a.Target
		}
		return all, target
	}
	was, wasAt := list(c.old)
	is, isAt := list(c.next)
	for _, s := range is {
		if _, ok := wasAt[s]; !ok {
			c.say(ActionAdded, isAt[s], "新增自动动作 "+quoteZH(s)+"。", "action added: "+quoteEN(s))
		}
	}
	for _, s := range was {
		if _, ok := isAt[s]; !ok {
			c.say(ActionRemoved, wasAt[s], "删去自动动作 "+quoteZH(s)+"。", "action removed: "+quoteEN(s))
		}
	}
}

// sending tells how the form is sent: whether answers are encrypted on the phone, and whether clients may edit.
func (c *comparison) sending() {
	a, b := c.old.Submission, c.next.Submission
	switch {
	case (a.PublicKey == "") != (b.PublicKey == ""):
		if b.PublicKey != "" {
			c.say(Submission, "", "新版本在手机上加密，服务器读不到回答；旧记录不变。", "answers are encrypted on the phone now, and the server cannot read them. Older records stay as they are")
		} else {
			c.say(Submission, "", "新版本不再在手机上加密；旧的加密记录不变。", "answers are no longer encrypted on the phone. Older encrypted records stay as they are")
		}
	case a.PublicKey != b.PublicKey:
		c.say(Submission, "", "加密公钥改变；旧记录须用旧私钥解密。", "the public key changed. Older records need the older private key")
	}
	if a.ClientEditable != b.ClientEditable {
		was, is := say("%t", a.ClientEditable), say("%t", b.ClientEditable)
		c.say(Submission, "", say("client_editable 由 %s 改为 %s。", was, is), say("client_editable was %s, is %s", was, is))
	}
	x, y := a, b
	x.PublicKey, y.PublicKey, x.ClientEditable, y.ClientEditable = "", "", false, false
	if x != y {
		c.say(Submission, "", "提交方式改变（地址、自动发送或自动删除）。", "how the form is sent changed (address, automatic sending or deleting)")
	}
}
