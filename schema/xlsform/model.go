package xlsform

import (
	"sort"
	"strings"

	"ruhu/internal/limits"
)

var namespaces = [][2]string{
	{"xmlns", "http://www.w3.org/2002/xforms"}, {"xmlns:h", "http://www.w3.org/1999/xhtml"}, {"xmlns:ev", "http://www.w3.org/2001/xml-events"},
	{"xmlns:xsd", "http://www.w3.org/2001/XMLSchema"}, {"xmlns:jr", "http://openrosa.org/javarosa"},
	{"xmlns:orx", "http://openrosa.org/xforms"}, {"xmlns:odk", "http://www.opendatakit.org/xforms"},
}

const entitiesNamespace = "http://www.opendatakit.org/xforms/entities"

// write writes the XForm.
func (c *converter) write() []byte {
	c.xml = &xmlWriter{}
	w := c.xml
	w.b.WriteString("<?xml version=\"1.0\"?>\n")
	w.open("h:html", c.namespaceAttributes()...)
	w.open("h:head")
	w.words("h:title", []part{{text: c.settings.title}})
	model := [][2]string{{"odk:xforms-version", "1.0.0"}}
	if c.entityVersion != "" {
		model = append(model, [2]string{"entities:entities-version", c.entityVersion})
	}
	w.open("model", model...)
	c.writeSubmission()
	t := c.collect()
	c.warnLanguages(t.langs)
	c.writeItext(t)
	w.open("instance")
	c.writeInstance(c.root, false)
	w.close("instance")
	c.writeInstances()
	c.root.walk(c.writeBinds)
	w.close("model")
	w.close("h:head")
	var body [][2]string
	if c.settings.style != "" {
		body = append(body, [2]string{"class", c.settings.style})
	}
	w.open("h:body", body...)
	for _, e := range c.root.children {
		c.writeControl(e)
	}
	w.close("h:body")
	w.close("h:html")
	if !w.room() {
		c.fault(place{survey, 0, ""}, "limit", "生成的表单超过 "+itoa(limits.XMLBytes)+" 字节", "the form made of it has more than "+itoa(limits.XMLBytes)+" bytes", "请把长选项列表放到 CSV 文件中", "move long choice lists to a CSV file")
		return nil
	}
	return []byte(w.b.String())
}

func (c *converter) namespaceAttributes() [][2]string {
	out := append([][2]string(nil), namespaces...)
	add := func(prefix, uri string) {
		key := "xmlns:" + prefix
		for _, n := range out {
			if n[0] == key {
				return
			}
		}
		out = append(out, [2]string{key, uri})
	}
	for pair := range strings.FieldsSeq(c.settings.namespaces) {
		if prefix, uri, ok := strings.Cut(pair, "="); ok && isPlainName(prefix) && !strings.Contains(uri, "=") {
			if uri = strings.Trim(uri, `"'`); uri != "" {
				add(prefix, uri)
			}
		}
	}
	if c.entityVersion != "" {
		add("entities", entitiesNamespace)
	}
	return out
}

func (c *converter) writeSubmission() {
	s := &c.settings
	var attrs [][2]string
	add := func(key, text string) {
		if text != "" {
			attrs = append(attrs, [2]string{key, text})
		}
	}
	add("action", s.submissionURL)
	if s.submissionURL != "" {
		add("method", "post")
	}
	add("base64RsaPublicKey", s.publicKey)
	add("orx:auto-send", s.autoSend)
	add("orx:auto-delete", s.autoDelete)
	if s.clientEditable {
		add("odk:client-editable", "true")
	}
	if len(attrs) > 0 {
		c.xml.empty("submission", attrs...)
	}
}

// writeItext writes the words of all languages. A text that one language lacks is "-" there, so that nobody reads
// another question's words.
func (c *converter) writeItext(t *translations) {
	if len(t.langs) == 0 {
		return
	}
	w := c.xml
	w.open("itext")
	for _, lang := range t.langs {
		attrs := [][2]string{{"lang", lang}}
		if lang == c.settings.language {
			attrs = append(attrs, [2]string{"default", "true()"})
		}
		w.open("translation", attrs...)
		for _, id := range t.order {
			if w.full {
				return
			}
			w.open("text", [2]string{"id", id})
			entry := t.byLang[lang][id]
			for _, kind := range textForms {
				if t.kinds[id][kind] {
					c.writeForm(entry, kind)
				}
			}
			w.close("text")
		}
		w.close("translation")
	}
	w.close("itext")
}

func (c *converter) writeForm(entry *texts, kind string) {
	f := form{kind: kind, text: "-"}
	if entry != nil {
		for _, x := range entry.forms {
			if x.kind == kind {
				f = x
			}
		}
	}
	parts := c.parts(f.text, f.from)
	switch kind {
	case "long":
		c.xml.words("value", parts)
	case "guidance":
		c.xml.words("value", parts, [2]string{"form", kind})
	default:
		if f.text == "-" {
			return
		}
		folder := kind
		if kind == "image" || kind == "big-image" {
			folder = "images"
		}
		c.xml.words("value", append([]part{{text: "jr://" + folder + "/"}}, parts...), [2]string{"form", kind})
	}
}

// instanceAttributes are those that the author gives to the instance's nodes.
func (c *converter) instanceAttributes(e *element) [][2]string {
	var attrs [][2]string
	for _, a := range e.inst {
		attrs = append(attrs, [2]string{a.key, c.resolve(a.value.plain, e, inside{})})
	}
	return attrs
}

// writeInstance writes a node of the primary instance. A repeat stands twice: as the template of its rows and as its first
// row; within a template and within the row of an outer repeat's second copy it stands as it would there.
func (c *converter) writeInstance(e *element, template bool) {
	if e.kind == isExternal {
		return
	}
	attrs := c.instanceAttributes(e)
	switch e.kind {
	case isSurvey:
		attrs = append(attrs, c.rootAttributes()...)
	case isEntity:
		for _, child := range e.children {
			if child.kind == isAttr {
				attrs = append(attrs, [2]string{child.name, child.text})
			}
		}
	case isQuestion:
		var text []part
		if e.byDefault != "" && !e.dynamic {
			text = []part{{text: e.byDefault}}
		}
		c.xml.words(e.name, text, attrs...)
		return
	}
	var inner []*element
	for _, child := range e.children {
		if child.kind != isAttr && child.kind != isExternal {
			inner = append(inner, child)
		}
	}
	flat := e.flat && e.kind == isGroup
	if len(inner) == 0 && !flat {
		c.xml.empty(e.name, attrs...)
		return
	}
	if !flat {
		c.xml.open(e.name, attrs...)
	}
	for _, child := range inner {
		if child.kind == isRepeat && !template {
			c.writeTemplate(child)
			c.writeInstance(child, true)
			continue
		}
		c.writeInstance(child, template)
	}
	if !flat {
		c.xml.close(e.name)
	}
}

// writeTemplate writes a repeat's template; repeats within it have their own.
func (c *converter) writeTemplate(e *element) {
	c.xml.open(e.name, [2]string{"jr:template", ""})
	for _, child := range e.children {
		if child.kind == isRepeat {
			c.writeTemplate(child)
			continue
		}
		c.writeInstance(child, false)
	}
	c.xml.close(e.name)
}

func (c *converter) rootAttributes() [][2]string {
	s := &c.settings
	var attrs [][2]string
	for _, a := range s.attributes {
		if a.key != "id" && a.key != "version" {
			attrs = append(attrs, [2]string{a.key, a.value.plain})
		}
	}
	attrs = append(attrs, [2]string{"id", s.id})
	for _, pair := range [][2]string{{"xmlns", s.xmlns}, {"version", s.version}, {"odk:prefix", s.prefix}, {"odk:delimiter", s.delimiter}} {
		if pair[1] != "" {
			attrs = append(attrs, pair)
		}
	}
	return attrs
}

// writeBinds writes an element's bind and the actions of the model that set it.
func (c *converter) writeBinds(e *element) {
	if attrs := c.bindAttributes(e); len(attrs) > 0 {
		c.xml.empty("bind", append([][2]string{{"nodeset", e.xpath()}}, attrs...)...)
	}
	for _, a := range e.actions {
		if a.event != eventNewRepeat {
			c.writeAction(e, a)
		}
	}
}

// bindAttributes are those of the question's type with what the row says over them.
func (c *converter) bindAttributes(e *element) [][2]string {
	if e.flat && e.section() || e.kind == isExternal {
		return nil
	}
	var attrs attributes
	if e.kind == isQuestion && e.row != nil || e.typ == "calculate" {
		for _, b := range questionTypes()[e.typ].bind {
			attrs.put(b[0], b[1])
		}
	}
	for _, a := range e.bind {
		*attrs.at(a.key) = a.value
	}
	var out [][2]string
	for i := range attrs {
		key, v := attrs[i].key, &attrs[i].value
		if key == "calculate" && len(e.triggers) > 0 {
			continue
		}
		text := v.plain
		switch {
		case (key == messageKeys[0] || key == messageKeys[1] || key == messageKeys[2]) && translatedMessage(key, v):
			text = "jr:itext('" + e.xpath() + ":" + key + "')"
		case v.byLanguage():
			text = v.langs[0].text
		}
		for _, l := range logic {
			if yes, known := yesNo(text); l == key && known && !strings.HasSuffix(text, ")") {
				text = "false()"
				if yes {
					text = "true()"
				}
			}
		}
		out = append(out, [2]string{key, c.resolve(text, e, inside{})})
	}
	return out
}

func (c *converter) writeAction(e *element, a action) {
	attrs := [][2]string{{"ref", e.xpath()}, {"event", a.event}}
	if a.name == "setvalue" && a.value != "" {
		attrs = append(attrs, [2]string{"value", c.resolve(a.value, e, inside{})})
	}
	if a.quality != "" {
		attrs = append(attrs, [2]string{"odk:quality", a.quality})
	}
	c.xml.empty(a.name, attrs...)
}

// sortedKeys is used where a map's order would show.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
