package xlsform

// translations are the form's words by language, in the order they come up.
type translations struct {
	langs  []string
	byLang map[string]map[string]*texts
	order  []string // text ids
	known  map[string]bool
	kinds  map[string]map[string]bool // text id -> forms that any language has
}

// texts are the forms of one text in one language: "long", "guidance", "image"…
type texts struct {
	forms []form
}

type form struct {
	kind, text string
	from       *element // what references in the text are relative to
}

func newTranslations() *translations {
	return &translations{byLang: map[string]map[string]*texts{}, known: map[string]bool{}, kinds: map[string]map[string]bool{}}
}

func (t *translations) add(lang, id, kind, text string, from *element) {
	if t.byLang[lang] == nil {
		t.byLang[lang] = map[string]*texts{}
		t.langs = append(t.langs, lang)
	}
	if !t.known[id] {
		t.known[id] = true
		t.order = append(t.order, id)
		t.kinds[id] = map[string]bool{}
	}
	t.kinds[id][kind] = true
	entry := t.byLang[lang][id]
	if entry == nil {
		entry = &texts{}
		t.byLang[lang][id] = entry
	}
	for i := range entry.forms {
		if entry.forms[i].kind == kind {
			entry.forms[i].text, entry.forms[i].from = text, from
			return
		}
	}
	entry.forms = append(entry.forms, form{kind, text, from})
}

// textForms are all forms in the order they are written.
var textForms = []string{"long", "guidance", "image", "big-image", "audio", "video"}

// collect gathers the words of choices and questions.
func (c *converter) collect() *translations {
	t := newTranslations()
	lang := c.settings.language
	for _, l := range c.listOrder {
		if !l.itext {
			continue
		}
		for i := range l.choices {
			ch, id := &l.choices[i], l.name+"-"+itoa(i)
			for _, w := range ch.label.in(lang) {
				t.add(w.lang, id, "long", w.text, nil)
			}
			for _, m := range ch.media {
				for _, w := range m.file.in(lang) {
					t.add(w.lang, id, m.kind, w.text, nil)
				}
			}
		}
	}
	c.root.walk(func(e *element) {
		if e.kind != isQuestion && e.kind != isGroup && e.kind != isRepeat {
			return
		}
		c.collectMessages(t, e)
		if e.label.byLanguage() || len(e.media) > 0 {
			for _, w := range e.label.in(lang) {
				t.add(w.lang, e.xpath()+":label", "long", w.text, e)
			}
		}
		if e.hint.byLanguage() || !e.hint.empty() && !e.guidance.empty() {
			for _, w := range e.hint.in(lang) {
				t.add(w.lang, e.xpath()+":hint", "long", w.text, e)
			}
		}
		for _, w := range e.guidance.in(lang) {
			t.add(w.lang, e.xpath()+":hint", "guidance", w.text, e)
		}
	})
	c.root.walk(func(e *element) {
		if e.kind != isQuestion && e.kind != isGroup && e.kind != isRepeat {
			return
		}
		for _, m := range e.media {
			for _, w := range m.file.in(lang) {
				t.add(w.lang, e.xpath()+":label", m.kind, w.text, e)
			}
		}
	})
	return t
}

// messageKeys are the attributes of a bind whose words may differ by language.
var messageKeys = []string{"jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"}

// translatedMessage reports whether a message stands in the translations: it differs by language or holds a reference.
func translatedMessage(key string, v *value) bool {
	return v.byLanguage() || key != "jr:noAppErrorString" && hasReference(v.plain)
}

func (c *converter) collectMessages(t *translations, e *element) {
	for _, key := range messageKeys {
		if v := e.bind.find(key); v != nil && translatedMessage(key, v) {
			for _, w := range v.in(c.settings.language) {
				t.add(w.lang, e.xpath()+":"+key, "long", w.text, e)
			}
		}
	}
}
