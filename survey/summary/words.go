package summary

import "ruhu/schema"

// Words is a text in both languages.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In returns the text of a language, the Chinese one where the other is missing.
func (w Words) In(lang string) string {
	if lang == "en" && w.EN != "" {
		return w.EN
	}
	return w.ZH
}

func wordsOf(t schema.Text, fallback string) Words {
	w := Words{ZH: t.In("zh"), EN: t.In("en")}
	if w.ZH == "" {
		w.ZH = fallback
	}
	if w.EN == "" {
		w.EN = w.ZH
	}
	return w
}
