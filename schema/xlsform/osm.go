package xlsform

import "strings"

// osmQuestion takes a question that opens a map editor; the sheet osm lists the tags it may set.
func (c *converter) osmQuestion(r *row, el *element) {
	_, name, _ := strings.Cut(r.typ, " ")
	el.typ = osm
	if name == "" {
		return
	}
	t := c.table(osm)
	if t == nil {
		return
	}
	c.readColumns(t, headerRules{known: choicesHeaders.known, aliases: choicesHeaders.aliases})
	for _, row := range t.rows {
		if list, tag := c.readChoice(t, row, nil); list == name && tag.name != "" {
			el.tags = append(el.tags, tag)
		}
	}
	if len(el.tags) == 0 {
		c.fault(r.at("type"), "no-list", "osm 表中没有列表 "+quoted(name), "list name not in the osm sheet: "+quoted(name), "请检查列表名", "check the list's name")
	}
}

// writeTags writes the tags of an osm question.
func (c *converter) writeTags(e *element) {
	for i := range e.tags {
		tag := &e.tags[i]
		c.xml.open("tag", [2]string{"key", tag.name})
		label := tag.label.plain
		if label == "" && len(tag.label.langs) > 0 {
			label = tag.label.langs[0].text
		}
		c.xml.words("label", c.parts(label, e))
		c.xml.close("tag")
	}
}

// flatten takes the groups' nodes out of the instance: what makes a group relevant then stands on each of its questions.
func flatten(e *element, above string) {
	for _, child := range e.children {
		relevant := above
		if own, _ := child.bind.get("relevant"); own != "" {
			relevant = own
			if above != "" {
				relevant = above + " and (" + own + ")"
			}
		}
		switch {
		case child.section() && len(child.children) > 0:
			child.flat = true
			flatten(child, relevant)
		case relevant != "":
			child.bind.put("relevant", relevant)
		}
	}
}
