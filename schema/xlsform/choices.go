package xlsform

// choice is one row of the choices sheet.
type choice struct {
	row   int
	name  string
	label value
	media medias
	sms   string
	extra [][2]string // other columns, for choice_filter
}

// list is a choice list.
type list struct {
	name      string
	choices   []choice
	itext     bool // labels stand in the translations
	searched  bool // used by search(): its choices stand in the body
	firstLine int
	other     bool // holds the choice other
	none      bool
	noSpaces  bool // names have been looked at
}

// readChoices reads the choices sheet into lists, in the order they are first named.
func (c *converter) readChoices() {
	t := c.table(choices)
	c.lists = map[string]*list{}
	if t == nil || len(t.rows) == 0 {
		if t != nil {
			c.readColumns(t, choicesHeaders)
			c.choiceColumns = t.columns
		}
		return
	}
	c.readColumns(t, choicesHeaders)
	c.choiceColumns = t.columns
	bad := map[string]bool{}
	for _, col := range t.columns {
		if h := col.path[0]; h != "list name" && !isName(h) {
			bad[h] = true
			c.warn(place{choices, 1, col.header}, "choices-column", "列名不能作为 XML 名称，该列未采用："+quoted(col.header),
				"column headers must be names without spaces; the column "+quoted(col.header)+" is left out", "请改列名", "rename the column")
		}
	}
	nameless, listless := t.header("name", "name"), t.header("list_name", "list name")
	for _, r := range t.rows {
		l, ch := c.readChoice(t, r, bad)
		if l == "" {
			if ch.name != "" && c.listColumn() {
				c.warn(place{choices, r.n, listless}, "choice-no-list", "该选项没有 list_name，未采用", "the choice has no list_name and is left out", "请填写 list_name", "fill in its list_name")
			}
			continue
		}
		into := c.lists[l]
		if into == nil {
			into = &list{name: l, firstLine: r.n}
			c.lists[l] = into
			c.listOrder = append(c.listOrder, into)
		}
		if ch.name == "" {
			c.fault(place{choices, r.n, nameless}, "choice-no-name", "选项没有 name", "the choice has no name", "请填写 name，它是保存的值", "give it a name: that is the value kept")
			continue
		}
		if ch.label.empty() {
			c.warn(place{choices, r.n, t.header("label", "label")}, "choice-no-label", "选项没有 label", "the choice has no label", "请填写 label", "give it a label")
		}
		into.choices = append(into.choices, ch)
	}
	for _, l := range c.listOrder {
		c.checkList(l, nameless)
	}
}

func (c *converter) readChoice(t *table, r tableRecord, bad map[string]bool) (listName string, ch choice) {
	ch.row = r.n
	for _, col := range t.columns {
		cell := straight(r.cell(col))
		if cell == "" {
			continue
		}
		rest := col.path[1:]
		switch h := col.path[0]; h {
		case "list name":
			listName = cell
		case "name":
			ch.name = cell
		case "label":
			ch.label.set(first(rest), cell, col.header)
		case "media":
			if len(rest) > 0 {
				ch.media.at(rest[0]).set(first(rest[1:]), cell, col.header)
			}
		case "sms_option":
			ch.sms = cell
		default:
			if !bad[h] && len(rest) == 0 {
				ch.extra = append(ch.extra, [2]string{h, cell})
			}
		}
	}
	ch.label.settle(c.settings.language)
	for i := range ch.media {
		ch.media[i].file.settle(c.settings.language)
	}
	return listName, ch
}

// checkList finds names that stand twice and whether the list needs translations.
func (c *converter) checkList(l *list, column string) {
	seen := make(map[string]int, len(l.choices))
	for i := range l.choices {
		ch := &l.choices[i]
		if other, twice := seen[ch.name]; twice && !c.settings.choiceTwice {
			c.fault(place{choices, ch.row, column}, "choice-twice", "选项列表 "+quoted(l.name)+" 中 name 重复："+quoted(ch.name)+"（见第 "+itoa(other)+" 行）",
				"the name "+quoted(ch.name)+" stands twice in the list "+quoted(l.name)+" (row "+itoa(other)+" has it too)",
				"请改名；若确需重复，设置 allow_choice_duplicates 为 yes", "rename one; where it is meant, set allow_choice_duplicates to yes")
		} else if !twice {
			seen[ch.name] = ch.row
		}
		l.other = l.other || ch.name == "other"
		l.none = l.none || ch.name == "none"
		for j := range ch.media {
			if m := &ch.media[j]; !mediaKind(m.kind) {
				c.warn(place{choices, ch.row, m.file.column}, "media-kind", "不支持的媒体类型 "+quoted(m.kind), "the media type "+quoted(m.kind)+" is not supported", mediaHintZH, mediaHintEN)
			}
		}
	}
	l.needItext()
}

func (l *list) needItext() {
	l.itext = false
	for i := range l.choices {
		ch := &l.choices[i]
		if len(ch.media) > 0 || ch.label.byLanguage() || hasReference(ch.label.plain) {
			l.itext = true
			return
		}
	}
}

const (
	mediaHintZH = "可用 image、big-image、audio、video"
	mediaHintEN = "use image, big-image, audio or video"
)

func mediaKind(kind string) bool {
	return kind == "image" || kind == "big-image" || kind == "audio" || kind == "video"
}

// checkMedia refuses media beside a question that no client shows.
func (c *converter) checkMedia(r *row) {
	for i := range r.media {
		if m := &r.media[i]; !mediaKind(m.kind) {
			c.fault(place{survey, r.n, m.file.column}, "media-kind", "不支持的媒体类型 "+quoted(m.kind), "the media type "+quoted(m.kind)+" is not supported", mediaHintZH, mediaHintEN)
		}
	}
	if big := r.media.find("big-image"); big != nil && r.media.find("image") == nil {
		c.fault(place{survey, r.n, big.column}, "big-image", "使用 big-image 时还须有 image", "to use big-image there must be an image too", "请同时填写 image", "fill in image as well")
	}
}

// addOther adds the choice that or_other stands for, in every language the list speaks.
func (l *list) addOther() {
	if l.other {
		return
	}
	l.other = true
	other := choice{name: "other"}
	for i := range l.choices {
		for _, t := range l.choices[i].label.langs {
			other.label.set(t.lang, "Other", "")
		}
	}
	if !other.label.byLanguage() {
		other.label.plain = "Other"
	}
	l.choices = append(l.choices, other)
	l.needItext()
}
