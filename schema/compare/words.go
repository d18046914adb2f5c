package compare

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"ruhu/schema"
)

const (
	shownRunes = 120 // a label longer than that is cut in a message
	shownItems = 12  // names listed before "and n more"
)

func say(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// cut shortens a text to what a sentence can hold, at a whole character, on one line.
func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > shownRunes {
		return string(r[:shownRunes]) + "…"
	}
	return s
}

func quoteZH(s string) string {
	if s == "" {
		return "（空）"
	}
	return "“" + cut(s) + "”"
}

func quoteEN(s string) string {
	if s == "" {
		return "(none)"
	}
	return "“" + cut(s) + "”"
}

func listed(names []string, zh bool) string {
	sep, more := ", ", " and %d more"
	if zh {
		sep, more = "、", "等%d项"
	}
	if len(names) <= shownItems {
		return strings.Join(names, sep)
	}
	left := len(names) - shownItems
	if zh {
		left = len(names)
	}
	return strings.Join(names[:shownItems], sep) + fmt.Sprintf(more, left)
}

// kindWords names a node's kind, and a question's control.
func kindWords(n *schema.Node) (zh, en string) {
	switch n.Kind {
	case schema.Group:
		return "分组", "group"
	case schema.Repeat:
		return "重复组", "repeat"
	}
	switch n.Control {
	case schema.SelectOne:
		return "单选", "select one"
	case schema.Select:
		return "多选", "select multiple"
	case schema.Rank:
		return "排序", "rank"
	case schema.Range:
		return "滑块", "range"
	case schema.Upload:
		return "附件", "file"
	case schema.Trigger:
		return "确认", "acknowledge"
	case schema.Note:
		return "说明", "note"
	case schema.Calculate:
		return "计算", "calculation"
	case schema.Hidden:
		return "隐藏字段", "hidden field"
	case schema.Meta:
		return "元数据", "metadata"
	}
	switch n.Type {
	case schema.Int:
		return "整数", "whole number"
	case schema.Decimal:
		return "小数", "number"
	case schema.Date, schema.Time, schema.DateTime:
		return "日期时间", "date or time"
	case schema.Geopoint, schema.Geotrace, schema.Geoshape:
		return "位置", "position"
	case schema.String:
		return "文字", "text"
	}
	return string(n.Type), string(n.Type)
}

// named is how a node is called in a sentence: its path, kind and label.
func named(n *schema.Node) (zh, en string) {
	kindZH, kindEN := kindWords(n)
	if zh = n.Label.In("zh"); zh != "" {
		zh = "，" + quoteZH(zh)
	}
	if en = n.Label.In("en"); en != "" {
		en = ": " + quoteEN(en)
	}
	return say("%s（%s%s）", n.Path, kindZH, zh), say("%s (%s%s)", n.Path, kindEN, en)
}

// expression brings an expression to one spelling: blanks that mean nothing go, those in literals stay.
func expression(s string) string {
	var b strings.Builder
	var literal rune
	gap := false
	last := ' '
	for _, r := range s {
		if literal != 0 {
			b.WriteRune(r)
			if r == literal {
				literal = 0
			}
			last = r
			continue
		}
		switch r {
		case ' ', '\t', '\n', '\r':
			gap = b.Len() > 0
			continue
		case '\'', '"':
			literal = r
		}
		if gap && joins(last) && joins(r) {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// joins reports whether two such characters would become one word without the blank between them.
func joins(r rune) bool {
	return r == '_' || r == '-' || r == '.' || r == '$' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f || r == '\'' || r == '"'
}

// languagesOf returns the languages of one or both texts: those of the form in its order, then others by name; "" stands for
// words without a language.
func (c *comparison) languagesOf(a, b schema.Text) []string {
	var list []string
	for _, words := range []map[string]string{a.Words, b.Words} {
		for lang := range words {
			if !slices.Contains(list, lang) {
				list = append(list, lang)
			}
		}
	}
	place := func(lang string) int {
		if i := slices.Index(c.next.Languages, lang); i >= 0 {
			return i
		}
		return len(c.next.Languages)
	}
	sort.Slice(list, func(i, j int) bool {
		if x, y := place(list[i]), place(list[j]); x != y {
			return x < y
		}
		return list[i] < list[j]
	})
	return list
}

// rewording tells how a text differs, a language after the other; both empty where it does not. Words in a language only
// one version has are the language's matter, not the text's.
func (c *comparison) rewording(a, b schema.Text) (zh, en string) {
	var zhs, ens []string
	add := func(lang, was, is string) {
		if was == is {
			return
		}
		tagZH, tagEN := "", ""
		if lang != "" {
			tagZH, tagEN = lang+" ", lang+" "
		}
		zhs = append(zhs, tagZH+quoteZH(was)+"改为"+quoteZH(is))
		ens = append(ens, tagEN+quoteEN(was)+" became "+quoteEN(is))
	}
	if a.Expr != "" || b.Expr != "" {
		add("", expression(a.Expr), expression(b.Expr))
	}
	for _, lang := range c.languagesOf(a, b) {
		if lang != "" && hasLanguage(c.old, lang) != hasLanguage(c.next, lang) {
			continue
		}
		add(lang, a.Words[lang], b.Words[lang])
	}
	return strings.Join(zhs, "；"), strings.Join(ens, "; ")
}

func hasLanguage(f *schema.Form, lang string) bool {
	return slices.Contains(f.Languages, lang)
}

// mediaOf writes a text's media as sorted "language kind file" lines.
func mediaOf(t schema.Text) []string {
	var list []string
	for lang, kinds := range t.Media {
		for kind, file := range kinds {
			list = append(list, strings.TrimSpace(lang+" "+kind+" "+file))
		}
	}
	sort.Strings(list)
	return list
}

// parametersOf writes parameters as sorted "key=value".
func parametersOf(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k, v := range m {
		list = append(list, k+"="+v)
	}
	sort.Strings(list)
	return list
}
