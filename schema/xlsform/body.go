package xlsform

import "strings"

// controlAttributes are those the author and the type give to a control, references resolved.
func (c *converter) controlAttributes(e *element) [][2]string {
	var attrs [][2]string
	for _, a := range e.control {
		if a.key == "tag" {
			continue
		}
		attrs = append(attrs, [2]string{a.key, c.resolve(a.value.plain, e, inside{})})
	}
	return attrs
}

// writeControl writes what a person sees of an element.
func (c *converter) writeControl(e *element) {
	switch e.kind {
	case isGroup:
		c.writeGroup(e)
	case isRepeat:
		c.writeRepeat(e)
	case isQuestion:
		if c.visible(e) {
			c.writeQuestion(e)
		}
	}
}

func (c *converter) writeGroup(e *element) {
	if e.bodyless {
		return
	}
	attrs := c.controlAttributes(e)
	if !e.flat {
		attrs = append(attrs, [2]string{"ref", e.xpath()})
	}
	if e.label.empty() && len(e.children) == 0 {
		c.xml.empty("group", attrs...)
		return
	}
	c.xml.open("group", attrs...)
	if !e.label.empty() {
		c.writeLabel(e)
	}
	for _, child := range e.children {
		c.writeControl(child)
	}
	c.xml.close("group")
}

func (c *converter) writeRepeat(e *element) {
	c.xml.open("group", [2]string{"ref", e.xpath()})
	if !e.label.empty() || len(e.media) > 0 {
		c.writeLabel(e)
	}
	c.xml.open("repeat", append([][2]string{{"nodeset", e.xpath()}}, c.controlAttributes(e)...)...)
	for _, child := range e.children {
		c.writeControl(child)
	}
	e.walk(func(x *element) {
		if x.inRepeat() != e {
			return
		}
		for _, a := range x.actions {
			if a.event == eventNewRepeat {
				c.writeAction(x, a)
			}
		}
	})
	c.xml.close("repeat")
	c.xml.close("group")
}

func (c *converter) writeLabel(e *element) {
	if e.label.byLanguage() || len(e.media) > 0 {
		c.xml.empty("label", [2]string{"ref", "jr:itext('" + e.xpath() + ":label')"})
		return
	}
	c.xml.words("label", c.parts(e.label.plain, e))
}

func (c *converter) writeHint(e *element) {
	kind := questionTypes()[e.typ]
	switch {
	case e.hint.byLanguage() || !e.guidance.empty():
		c.xml.empty("hint", [2]string{"ref", "jr:itext('" + e.xpath() + ":hint')"})
	case e.hint.plain != "":
		c.xml.words("hint", c.parts(e.hint.plain, e))
	case kind.hint != "":
		c.xml.words("hint", []part{{text: kind.hint}})
	}
}

func (c *converter) writeQuestion(e *element) {
	kind := questionTypes()[e.typ]
	attrs := [][2]string{{"ref", e.xpath()}}
	if kind.media != "" {
		if _, given := e.control.get("mediatype"); !given {
			attrs = append(attrs, [2]string{"mediatype", kind.media})
		}
	}
	attrs = append(attrs, c.controlAttributes(e)...)
	if e.query {
		query := "instance('" + e.itemset + "')/root/item"
		if e.filter != "" {
			query += "[" + c.resolve(e.filter, e, inside{current: true}) + "]"
		}
		attrs = append(attrs, [2]string{"query", query})
	}
	c.xml.open(kind.tag, attrs...)
	c.writeLabel(e)
	c.writeHint(e)
	switch {
	case kind.tag == "select" || kind.tag == "select1" || kind.tag == "odk:rank":
		c.writeItemset(e)
	case e.itemset != "" && (e.typ == "geopoint" || e.typ == "geotrace" || e.typ == "geoshape"):
		c.writeGeometry(e)
	case e.typ == osm:
		c.writeTags(e)
	case kind.tag == "range" && e.itemset != "":
		c.writeSource(e, itemset{nodeset: "instance('" + e.itemset + "')/root/item", value: "name", label: "label"})
	}
	for _, t := range c.triggers[e.name] {
		if c.byName[e.name] == e {
			c.writeTriggered(e, t)
		}
	}
	c.xml.close(kind.tag)
}

// writeTriggered writes what is set when the question's value changes.
func (c *converter) writeTriggered(e *element, t triggered) {
	name := "setvalue"
	attrs := [][2]string{{"ref", t.target.xpath()}, {"event", eventChanged}}
	if t.geopoint {
		name = "odk:setgeopoint"
	} else if t.value != "" {
		attrs = append(attrs, [2]string{"value", c.resolve(t.value, e, inside{})})
	}
	c.xml.empty(name, attrs...)
}

// itemset is where a select's choices come from.
type itemset struct{ nodeset, value, label string }

func (c *converter) writeItemset(e *element) {
	if e.search {
		c.writeInline(e)
		return
	}
	var s itemset
	filter := ""
	source, fromAnswers := soleReference(e.itemset)
	switch {
	case ending(e.itemset) != "":
		s = itemset{"instance('" + strings.TrimSuffix(e.itemset, ending(e.itemset)) + "')/root/item", e.valueRef, e.labelRef}
	case fromAnswers && source != "":
		path := strings.TrimSpace(c.resolve(e.itemset, e, inside{parent: true}))
		cut := strings.LastIndexByte(path, '/')
		name := path[cut+1:]
		s = itemset{path[:max(cut, 0)], name, name}
		filter = "./" + name + " != ''"
	default:
		s = itemset{"instance('" + e.itemset + "')/root/item", "name", "label"}
	}
	if e.filter != "" {
		filter = c.resolve(e.filter, e, inside{current: true, parent: fromAnswers})
		if fromAnswers {
			filter = strings.ReplaceAll(strings.ReplaceAll(filter, "current()/"+s.nodeset, "."), s.nodeset, ".")
		}
	}
	if filter != "" {
		s.nodeset += "[" + filter + "]"
	}
	switch {
	case e.randomize && e.seed != "":
		s.nodeset = "randomize(" + s.nodeset + ", " + strings.TrimSpace(c.resolve(e.seed, e, inside{})) + ")"
	case e.randomize:
		s.nodeset = "randomize(" + s.nodeset + ")"
	}
	c.writeSource(e, s)
}

// writeSource writes an itemset; labels of a list that is translated are looked up.
func (c *converter) writeSource(e *element, s itemset) {
	if l := c.lists[e.itemset]; l != nil && l.itext && s.label == "label" {
		s.label = "jr:itext(itextId)"
	}
	c.xml.open("itemset", [2]string{"nodeset", s.nodeset})
	c.xml.empty("value", [2]string{"ref", s.value})
	c.xml.empty("label", [2]string{"ref", s.label})
	c.xml.close("itemset")
}

// writeGeometry writes the places a map shows beside the question's own: those of a list, of a file or of a repeat's rows.
func (c *converter) writeGeometry(e *element) {
	s := itemset{"instance('" + e.itemset + "')/root/item", "name", "label"}
	filter := ""
	if name, sole := soleReference(e.itemset); sole && c.byName[name] != nil {
		s = itemset{c.byName[name].xpath(), "geometry", "geometry"}
		filter = "./geometry != ''"
	}
	if e.filter != "" {
		filter = strings.ReplaceAll(c.resolve(e.filter, e, inside{current: true}), s.nodeset, ".")
	}
	if filter != "" {
		s.nodeset += "[" + filter + "]"
	}
	c.writeSource(e, s)
}

// writeInline writes the choices of a select that uses search().
func (c *converter) writeInline(e *element) {
	l := c.lists[e.itemset]
	if l == nil {
		return
	}
	for i := range l.choices {
		if c.xml.full {
			return
		}
		ch := &l.choices[i]
		c.xml.open("item")
		if l.itext {
			c.xml.empty("label", [2]string{"ref", "jr:itext('" + l.name + "-" + itoa(i) + "')"})
		} else {
			c.xml.words("label", c.parts(ch.label.plain, e))
		}
		c.xml.words("value", []part{{text: ch.name}})
		c.xml.close("item")
	}
}
