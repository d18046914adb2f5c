package xlsform

// value is what a cell or several cells of one column say: words without a language, words by language, or both.
type value struct {
	plain  string
	langs  []langText
	column string // header of the first column that said something
}

type langText struct{ lang, text string }

func (v *value) empty() bool { return v.plain == "" && len(v.langs) == 0 }

// byLanguage reports whether the words differ by language.
func (v *value) byLanguage() bool { return len(v.langs) > 0 }

// set adds what a column says; lang is "" for a column without a language.
func (v *value) set(lang, text, column string) {
	if v.column == "" {
		v.column = column
	}
	if lang == "" {
		v.plain = text
		return
	}
	for i := range v.langs {
		if v.langs[i].lang == lang {
			v.langs[i].text = text
			return
		}
	}
	v.langs = append(v.langs, langText{lang, text})
}

// settle makes words without a language those of the form's default language where there are others; a column that
// names that language wins.
func (v *value) settle(lang string) {
	if len(v.langs) == 0 || v.plain == "" {
		return
	}
	for _, l := range v.langs {
		if l.lang == lang {
			v.plain = ""
			return
		}
	}
	v.langs = append([]langText{{lang, v.plain}}, v.langs...)
	v.plain = ""
}

// in returns the words of all languages; those without one are the default language's.
func (v *value) in(lang string) []langText {
	if v.plain != "" {
		return []langText{{lang, v.plain}}
	}
	return v.langs
}

// each calls f for every text.
func (v *value) each(f func(text string)) {
	if v.plain != "" {
		f(v.plain)
	}
	for _, l := range v.langs {
		f(l.text)
	}
}

// change replaces every text.
func (v *value) change(f func(string) string) {
	v.plain = f(v.plain)
	langs := make([]langText, len(v.langs))
	for i, l := range v.langs {
		langs[i] = langText{l.lang, f(l.text)}
	}
	v.langs = langs
}

// attribute is one attribute of a bind, a control or an instance node.
type attribute struct {
	key   string
	value value
}

type attributes []attribute

// get returns the text of an attribute and whether it is there.
func (a attributes) get(key string) (string, bool) {
	for i := range a {
		if a[i].key == key {
			return a[i].value.plain, true
		}
	}
	return "", false
}

func (a attributes) find(key string) *value {
	for i := range a {
		if a[i].key == key {
			return &a[i].value
		}
	}
	return nil
}

// put sets an attribute's text.
func (a *attributes) put(key, text string) { a.at(key).plain = text }

// at returns the attribute's value, added where it is missing.
func (a *attributes) at(key string) *value {
	if v := a.find(key); v != nil {
		return v
	}
	*a = append(*a, attribute{key: key})
	return &(*a)[len(*a)-1].value
}

func (a *attributes) drop(key string) {
	for i := range *a {
		if (*a)[i].key == key {
			*a = append((*a)[:i:i], (*a)[i+1:]...)
			return
		}
	}
}

// media is one kind of picture or sound beside a label.
type media struct {
	kind string
	file value
}

type medias []media

func (m medias) find(kind string) *value {
	for i := range m {
		if m[i].kind == kind {
			return &m[i].file
		}
	}
	return nil
}

func (m *medias) at(kind string) *value {
	if v := m.find(kind); v != nil {
		return v
	}
	*m = append(*m, media{kind: kind})
	return &(*m)[len(*m)-1].file
}

// yesNo reads the ways people write yes and no; known is false for other words.
func yesNo(s string) (yes, known bool) {
	switch s {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "true()":
		return true, true
	case "no", "No", "NO", "false", "False", "FALSE", "false()":
		return false, true
	}
	return false, false
}
