package xlsform

import (
	"sort"
	"strings"

	"golang.org/x/text/language"
)

// checkLabels refuses questions that show nothing.
func (c *converter) checkLabels() {
	c.root.walk(func(e *element) {
		if e.kind != isQuestion || e.row == nil || !c.visible(e) {
			return
		}
		appearance, _ := e.control.get("appearance")
		switch {
		case e.label.empty() && appearance == "label": // it heads a table: what is below it has the words
			e.label.plain = " "
		case e.label.empty() && len(e.media) == 0 && e.hint.empty() && questionTypes()[e.typ].hint == "":
			c.fault(e.row.at("label"), "no-label", "题目 "+quoted(e.name)+" 没有标签或提示", "the question "+quoted(e.name)+" has no label or hint", "请填写 label；不需显示的题目请用 calculate 或 hidden", "fill in its label; use calculate or hidden for what is not shown")
		}
	})
}

// checkTranslations warns of columns that are there in one language and missing in another, and of language names that
// no machine understands.
func (c *converter) checkTranslations() {
	type seen struct {
		columns map[string]bool
		order   []string
	}
	look := func(sheet string, cols []column) {
		langs := map[string]*seen{}
		var order []string
		all := map[string]bool{}
		for _, col := range cols {
			path := col.path
			if len(path) > 1 && (path[0] == "media" || path[0] == "bind") {
				path = path[1:]
			}
			name := ""
			switch path[0] {
			case "label", "image", "big-image", "audio", "video":
				name = path[0]
			case "hint", "guidance_hint":
				if sheet == survey {
					name = path[0]
				}
			case "jr:constraintMsg", "jr:requiredMsg":
				if sheet == survey {
					name = plainColumn([]string{"bind", path[0]})
				}
			}
			if name == "" || len(path) > 2 {
				continue
			}
			lang := defaultLanguage
			if len(path) == 2 {
				lang = path[1]
			}
			if langs[lang] == nil {
				langs[lang] = &seen{columns: map[string]bool{}}
				order = append(order, lang)
			}
			langs[lang].columns[name] = true
			all[name] = true
		}
		if len(langs) == 0 || len(langs) == 1 && langs[defaultLanguage] != nil {
			return
		}
		c.translated = true
		sort.Strings(order)
		for _, lang := range order {
			var missing []string
			for name := range all {
				if !langs[lang].columns[name] {
					missing = append(missing, name)
				}
			}
			if len(missing) == 0 {
				continue
			}
			sort.Strings(missing)
			list := strings.Join(missing, ", ")
			c.warn(place{sheet, 1, missing[0]}, "translation-missing", "语言 "+quoted(lang)+" 缺少列："+list, "language "+quoted(lang)+" is missing the "+sheet+" columns "+list,
				"请为每种语言补上这些列", "add the columns for each language")
		}
	}
	look(survey, c.table1.columns)
	look(choices, c.choiceColumns)
}

// warnLanguages says what only shows once everything is read: language names without a code, or_other in several languages.
func (c *converter) warnLanguages(langs []string) {
	if c.orOther && c.translated {
		c.warn(place{survey, 0, ""}, "or-other", "多语言表单使用 or_other：“其他”的选项和题目不会翻译", "the form uses or_other with translations: the choice 'other' and its question are not translated",
			"请自行添加“其他”选项和填空题", "write the choice and its question yourself")
	}
	var bad []string
	for _, lang := range langs {
		if lang == defaultLanguage || len(lang) < 3 {
			continue
		}
		open := strings.LastIndexByte(lang, '(')
		if open < 0 || !strings.HasSuffix(lang, ")") || !languageTag(lang[strings.IndexByte(lang, '(')+1:len(lang)-1]) {
			bad = append(bad, shown(lang))
		}
	}
	if len(bad) > 0 {
		c.warn(place{survey, 1, ""}, "language-code", "语言名称没有机器可读的代码："+strings.Join(bad, ", "), "these languages have no machine-readable code: "+strings.Join(bad, ", "),
			"写作 中文 (zh)、English (en)", "write English (en), 中文 (zh)")
	}
}

// languageTag reports whether s is a language tag that is registered: en, zh, zh-Hans, cmn.
func languageTag(s string) bool {
	_, err := language.Parse(s)
	return err == nil && s != ""
}
