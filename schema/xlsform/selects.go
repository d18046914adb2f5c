package xlsform

import (
	"path"
	"strings"
)

// selection is the type of a select, taken apart.
type selection struct {
	kind, command, list string
	file, other         bool
}

// ending returns the file name's ending where it is one of external data.
func ending(name string) string {
	switch e := path.Ext(name); e {
	case ".csv", ".xml", ".geojson":
		return e
	}
	return ""
}

func (c *converter) selectQuestion(r *row, el *element, s selection, p parameters) {
	el.typ = s.kind
	el.itemset = s.list
	switch {
	case s.kind == typeSelectExternal:
		c.selectExternal(r, s)
		el.query = r.filter != ""
	case s.file:
		c.selectFile(r, el, s, p)
	case strings.Contains(s.list, "${"):
		if _, sole := soleReference(s.list); !sole {
			c.fault(r.at("type"), "reference", "选项来源应为 ${题目}："+quoted(s.list), "the choices come from "+quoted(s.list)+", which is no ${name}", referenceHintZH, referenceHintEN)
		}
	default:
		c.selectList(r, s)
	}
	if !s.file {
		p = p.only(c, r, "randomize", "seed")
	}
	c.randomize(r, el, p)
	if s.other {
		c.orOtherAllowed(r, s)
	}
	c.tableRow(r, el, s)
	if s.kind == typeSelectMultiple && c.settings.noneOption {
		c.addNone(el, s)
	}
	c.top().el.add(el)
	c.listen(el)
	if s.other && c.lists[s.list] != nil {
		other := &element{kind: isQuestion, name: r.name + "_other", typ: "text", row: r, label: value{plain: "Specify other."}}
		other.bind.put("relevant", "selected(../"+r.name+", 'other')")
		if n, twice := c.top().names[other.name]; twice {
			c.fault(r.at("type"), "name-twice", "or_other 需要的名称 "+quoted(other.name)+" 已被第 "+itoa(n)+" 行使用",
				"or_other needs a question "+quoted(other.name)+", but row "+itoa(n)+" has that name", "请改名", "rename that question")
			return
		}
		c.top().names[other.name] = r.n
		c.top().el.add(other)
	}
}

func (c *converter) selectExternal(r *row, s selection) {
	switch {
	case r.filter == "":
		c.fault(r.at("choice_filter"), "external-no-filter", "select_one_external 须有 choice_filter", "select_one_external is only meant for filtered selects", "请填写 choice_filter，或改用 select_one", "give it a choice_filter, or use select_one")
	case c.external == nil:
		hintZH, hintEN := "请添加 external_choices 表，含 list_name 与 name 两列", "add a sheet external_choices with the columns list_name and name"
		if near := c.nearSheets(externalChoices); near != "" {
			hintZH, hintEN = "是否把 "+near+" 写错了？", "is "+near+" a misspelling of it?"
		}
		c.fault(r.at("type"), "no-external", "缺少 external_choices 表", "there should be an external_choices sheet", hintZH, hintEN)
	case !c.external[s.list]:
		c.fault(r.at("type"), "no-list", "external_choices 表中没有列表 "+quoted(s.list), "list name not in the external_choices sheet: "+quoted(s.list), "请检查列表名", "check the list's name")
	}
}

// selectFile checks a select whose choices come from a file.
func (c *converter) selectFile(r *row, el *element, s selection, p parameters) {
	kind := ending(s.list)
	if kind == "" || strings.Count(s.list, ".") != 1 {
		c.fault(r.at("type"), "file-ending", "文件名须以 .csv、.xml 或 .geojson 结尾："+quoted(s.list), "the file name "+quoted(s.list)+" should end with .csv, .xml or .geojson",
			"例如 "+s.command+" villages.csv", "for example "+s.command+" villages.csv")
		return
	}
	p = p.only(c, r, "randomize", "seed", "value", "label")
	el.valueRef, el.labelRef = "name", "label"
	if kind == ".geojson" {
		el.valueRef, el.labelRef = "id", "title"
	}
	for name, into := range map[string]*string{"value": &el.valueRef, "label": &el.labelRef} {
		v, given := p[name]
		if !given {
			continue
		}
		if !columnWord(v) {
			c.fault(r.at("parameters"), "parameter", "参数 "+name+" 不是有效的列名："+quoted(v), "the parameter "+name+" has a value which is not valid: "+quoted(v), nameRuleZH, nameRuleEN)
			continue
		}
		*into = v
	}
	c.instanceFile(r, strings.TrimSuffix(s.list, kind), kind, r.at("type"), false)
}

// columnWord reports whether s can name a column of a file: ASCII letters, digits, - _ and . with a letter first.
func columnWord(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != ""
}

func (c *converter) selectList(r *row, s selection) {
	l := c.lists[s.list]
	if l == nil {
		c.missingList(r, s.list)
		return
	}
	if s.kind != typeSelectMultiple || l.noSpaces {
		return
	}
	l.noSpaces = true
	for i := range l.choices {
		if name := l.choices[i].name; strings.Contains(name, " ") {
			c.fault(place{choices, l.choices[i].row, "name"}, "choice-space", "多选题的选项值不能有空格："+quoted(name), "choice names with spaces cannot be used in a select_multiple: "+quoted(name)+" in "+quoted(s.list),
				"请用下划线代替空格", "use underscores instead")
		}
	}
}

// missingList says that a list is not there.
func (c *converter) missingList(r *row, name string) {
	if len(c.listOrder) == 0 && len(c.choiceColumns) > 0 && !c.listColumn() {
		if !c.saidListColumn {
			c.saidListColumn = true
			c.fault(place{choices, 1, "list_name"}, "column-missing", "choices 表缺少 list_name 列", "the sheet choices has no column list_name", "请在第一行加上该列名", "add the header to the first row")
		}
		return
	}
	if len(c.listOrder) == 0 {
		hintZH, hintEN := "请添加 choices 表，含 list_name、name、label 三列", "add a sheet choices with the columns list_name, name and label"
		if near := c.nearSheets(choices); near != "" {
			hintZH, hintEN = "是否把 "+near+" 写错了？", "is "+near+" a misspelling of it?"
		}
		c.fault(r.at("type"), "no-list", "没有选项列表 "+quoted(name)+"：choices 表不存在或为空", "list name not in choices sheet: "+quoted(name)+"; there is no choices sheet, or it is empty", hintZH, hintEN)
		return
	}
	c.fault(r.at("type"), "no-list", "choices 表中没有列表 "+quoted(name), "list name not in choices sheet: "+quoted(name), c.nearListZH(name), c.nearListEN(name))
}

// listColumn reports whether the choices sheet says which list a choice belongs to.
func (c *converter) listColumn() bool {
	for _, col := range c.choiceColumns {
		if col.path[0] == "list name" {
			return true
		}
	}
	return false
}

func (c *converter) nearList(name string) string {
	var names []string
	for _, l := range c.listOrder {
		names = append(names, l.name)
	}
	return c.closest(name, names)
}

func (c *converter) nearListZH(name string) string {
	if near := c.nearList(name); near != "" {
		return "是否应为 " + shown(near) + "？"
	}
	return "请在 choices 表中添加该列表"
}

func (c *converter) nearListEN(name string) string {
	if near := c.nearList(name); near != "" {
		return "did you mean " + shown(near) + "?"
	}
	return "add the list to the choices sheet"
}

func (c *converter) randomize(r *row, el *element, p parameters) {
	random, given := p["randomize"]
	seed, seeded := p["seed"]
	if given && !c.oneOf(r, "randomize", random, "true", "false") {
		return
	}
	if seeded {
		_, sole := soleReference(seed)
		_, number := decimal(seed)
		switch {
		case !given:
			c.fault(r.at("parameters"), "parameter", "使用 seed 时须有 randomize=true", "parameters must include randomize=true to use a seed", "请加上 randomize=true", "add randomize=true")
		case !sole && !number:
			c.fault(r.at("parameters"), "parameter", "seed 应为数字或 ${题目}："+quoted(seed), "the seed must be a number or a reference to another field: "+quoted(seed), "请填写数字或 ${题目}", "write a number or ${name}")
		}
	}
	el.randomize = random == "true"
	el.seed = seed
}

// orOtherAllowed adds "other" to the list; a filter would never let it through.
func (c *converter) orOtherAllowed(r *row, s selection) {
	c.orOther = true
	switch l := c.lists[s.list]; {
	case r.filter != "":
		c.fault(r.at("choice_filter"), "or-other", "or_other 不能与 choice_filter 同用", "choice filter not supported with or_other", "请自行添加“其他”选项和填空题", "write the choice 'other' and its question yourself")
	case l == nil && (s.file || s.kind == typeSelectExternal):
		c.fault(r.at("type"), "or-other", "or_other 须有 choices 表中的列表", "or_other needs a list of the choices sheet", "请自行添加“其他”填空题", "write the question for 'other' yourself")
	case l != nil:
		l.addOther()
	}
}

// addNone adds the choice none, which goes with no other.
func (c *converter) addNone(el *element, s selection) {
	l := c.lists[s.list]
	if l == nil {
		return
	}
	if l.none {
		return
	}
	l.none = true
	none := choice{name: "none"}
	none.label.plain = "None"
	l.choices = append(l.choices, none)
	const alone = "(.='none' or not(selected(., 'none')))"
	if v := el.bind.find("constraint"); v != nil && v.plain != "" {
		v.plain += " and " + alone
	} else {
		el.bind.put("constraint", alone)
	}
}

// tableRow makes a select within a table-list one of its rows; before the first a row of labels is put.
func (c *converter) tableRow(r *row, el *element, s selection) {
	if !c.inTable {
		return
	}
	l := c.lists[s.list]
	if c.tableList == nil {
		if r.filter != "" {
			c.fault(r.at("choice_filter"), "table-list", "table-list 不能与 choice_filter 同用", "choice filter not supported for table-list appearance", "请删去 choice_filter", "remove the choice_filter")
		}
		if l == nil {
			return
		}
		c.tableList = l
		head := &element{kind: isQuestion, name: "reserved_name_for_field_list_labels_" + itoa(r.n), typ: s.kind, row: r, itemset: s.list, label: value{plain: " "}}
		head.control.put("appearance", "label")
		c.top().el.add(head)
	}
	if l != c.tableList {
		c.fault(r.at("type"), "table-list", "table-list 内各题须用同一选项列表："+quoted(c.tableList.name)+" 与 "+quoted(s.list),
			"badly formatted table list, list names don't match: "+quoted(c.tableList.name)+" and "+quoted(s.list), "请用同一列表", "use one list")
		return
	}
	el.control.put("appearance", "list-nolabel")
}

// readExternalChoices reads the sheet that becomes itemsets.csv.
func (c *converter) readExternalChoices() {
	t := c.table(externalChoices)
	if t == nil || len(t.rows) == 0 {
		return
	}
	raw := append([]column(nil), t.columns...)
	c.readColumns(t, externalHeaders)
	c.external = map[string]bool{}
	listColumn := t.columnOf("list name")
	if listColumn == nil {
		c.fault(place{externalChoices, 1, "list_name"}, "column-missing", "external_choices 表缺少 list_name 列", "the sheet external_choices has no column list_name", "请在第一行加上该列名", "add the header to the first row")
		return
	}
	for _, r := range t.rows {
		c.external[straight(r.cell(*listColumn))] = true
	}
	c.files = append(c.files, File{Name: "itemsets.csv", Bytes: itemsetsCSV(raw, t.rows)})
}
