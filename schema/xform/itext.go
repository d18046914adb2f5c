package xform

import (
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// itextEntry is one text of the itext block in all its languages and forms.
type itextEntry struct {
	words    map[string]string            // language -> words
	guidance map[string]string            // language -> words of form="guidance"
	media    map[string]map[string]string // language -> kind -> file
	line     int
}

func (r *reader) readItext() {
	block := r.model.child("itext")
	for _, t := range block.elements("translation") {
		lang := strings.TrimSpace(t.attr("lang"))
		if lang == "" {
			r.fault(t, "", "itext-no-lang", "translation 没有 lang", "a translation has no lang", "请写明语言", "name the language")
			continue
		}
		if len(r.form.Languages) == limits.FormLanguages {
			r.note(faultTooMany(t.line))
			return
		}
		for _, known := range r.form.Languages {
			if known == lang {
				r.fault(t, "", "itext-lang-twice", "语言 "+quoted(lang)+" 出现两次", "the language "+quoted(lang)+" stands twice", "", "")
			}
		}
		r.form.Languages = append(r.form.Languages, lang)
		if d, ok := t.attrNS("", "default"); ok && d != "false()" && d != "false" {
			r.form.Default = lang
		}
		for _, text := range t.elements("text") {
			r.readText(lang, text)
		}
	}
	if entry := r.itext["/"+r.form.RootName+":label"]; entry != nil && len(entry.words) > 0 {
		r.form.Titles = schema.Text{Words: entry.words} // h:title has one language; a text for the root gives the others
	}
	if r.form.Default == "" && len(r.form.Languages) > 0 {
		r.form.Default = r.form.Languages[0]
	}
}

func (r *reader) readText(lang string, text *element) {
	id := text.attr("id")
	entry := r.itext[id]
	if entry == nil {
		entry = &itextEntry{words: map[string]string{}, guidance: map[string]string{}, media: map[string]map[string]string{}, line: text.line}
		r.itext[id] = entry
	}
	rank := -1
	for _, v := range text.elements("value") {
		words := v.text()
		switch form := v.attr("form"); form {
		case "", "long", "short":
			if better := map[string]int{"short": 0, "long": 1, "": 2}[form]; better > rank {
				rank, entry.words[lang] = better, words
			}
		case "guidance", "print":
			if form == "guidance" || entry.guidance[lang] == "" {
				entry.guidance[lang] = words
			}
		default:
			if entry.media[lang] == nil {
				entry.media[lang] = map[string]string{}
			}
			if name := r.attach(words); name != "" {
				entry.media[lang][form] = name
			}
		}
	}
}

func (e *itextEntry) text() schema.Text {
	t := schema.Text{}
	if len(e.words) > 0 {
		t.Words = e.words
	}
	if len(e.media) > 0 {
		t.Media = e.media
	}
	return t
}

// textOf reads a label, hint or value element: words, or a reference into itext, or a computed text.
func (r *reader) textOf(e *element, path string) (text, guidance schema.Text) {
	if e == nil {
		return schema.Text{}, schema.Text{}
	}
	ref, has := e.attrNS("", "ref")
	if !has {
		return schema.Plain(e.text()), schema.Text{}
	}
	return r.textRef(e, path, ref)
}

// textRef resolves jr:itext('id'); another expression is kept as it is.
func (r *reader) textRef(e *element, path, ref string) (text, guidance schema.Text) {
	id, ok := itextID(ref)
	if !ok {
		return schema.Text{Expr: strings.TrimSpace(ref)}, schema.Text{}
	}
	entry := r.itext[id]
	if entry == nil { // "id;short" names one form of a text
		if plain, form, ok := strings.Cut(id, ";"); ok && !strings.Contains(form, ";") {
			entry = r.itext[plain]
		}
	}
	if entry == nil {
		if words := e.text(); words != "" { // what a client without itext shows
			r.warn(e, path, "itext-missing", "itext 中没有文字 "+quoted(id)+"，改用元素自身的文字", "the text "+quoted(id)+" is not in itext; the element's own words stand for it", "", "")
			return schema.Plain(words), schema.Text{}
		}
		r.fault(e, path, "itext-missing", "itext 中没有文字 "+quoted(id), "the text "+quoted(id)+" is not in itext",
			"请补上译文或改正引用", "add the text or correct the reference")
		return schema.Text{}, schema.Text{}
	}
	r.checkTranslated(e, path, id, entry)
	guidance = schema.Text{}
	if len(entry.guidance) > 0 {
		guidance.Words = entry.guidance
	}
	return entry.text(), guidance
}

// checkTranslated warns once for a text that some languages lack.
func (r *reader) checkTranslated(e *element, path, id string, entry *itextEntry) {
	if entry.line < 0 || len(entry.words) == 0 {
		return
	}
	var missing []string
	for _, lang := range r.form.Languages {
		if _, ok := entry.words[lang]; !ok {
			missing = append(missing, lang)
		}
	}
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		r.warn(e, path, "untranslated", "文字 "+quoted(id)+" 缺少译文："+list, "the text "+quoted(id)+" is missing in "+list, "", "")
	}
	entry.line = -1
}

// itextID returns the id of jr:itext('id'), also in the form jr:itext("id").
func itextID(ref string) (string, bool) {
	ref = strings.TrimSpace(ref)
	rest, ok := strings.CutPrefix(ref, "jr:itext(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return "", false
	}
	rest = strings.TrimSpace(strings.TrimSuffix(rest, ")"))
	if len(rest) < 2 || rest[0] != '\'' && rest[0] != '"' || rest[len(rest)-1] != rest[0] {
		return "", false
	}
	return rest[1 : len(rest)-1], true
}
