package xlsform

import (
	"strings"

	"ruhu/internal/limits"
)

// maxGroups is how deep groups and repeats may lie within each other: the XForm may be limits.XMLDepth deep.
const maxGroups = (limits.XMLDepth - 6) / 2

// frame is a group that has begun and not ended.
type frame struct {
	el    *element
	names map[string]int // name -> row
	lower map[string]int
	row   *row
	kind  string
}

func newFrame(el *element, kind string, r *row) *frame {
	return &frame{el: el, kind: kind, row: r, names: map[string]int{}, lower: map[string]int{}}
}

func (c *converter) top() *frame { return c.stack[len(c.stack)-1] }

// readSurvey builds the tree of the form out of the rows.
func (c *converter) readSurvey() {
	c.root = &element{kind: isSurvey, name: c.settings.name}
	c.stack = []*frame{newFrame(c.root, "", nil)}
	for _, r := range c.rows {
		c.readRow(r)
	}
	for _, f := range c.stack[1:] {
		c.fault(place{survey, f.row.n, f.row.at("type").column}, "unclosed", quoted(f.row.name)+" 没有对应的 end_"+f.kind,
			"unmatched 'begin_"+f.kind+"': no 'end_"+f.kind+"' was found for "+quoted(f.row.name), "请在该组末尾加一行 end_"+f.kind, "add a row end_"+f.kind+" where it ends")
	}
}

func (c *converter) readRow(r *row) {
	if r.disabled != "" {
		c.warn(r.at("disabled"), "disabled", "disabled 列不属于规范", "the column disabled is not part of the specification", "建议改用 relevant", "use relevant instead")
		if yes, _ := yesNo(r.disabled); yes {
			return
		}
	}
	if r.typ == "" {
		if r.blank() {
			c.warn(place{survey, r.n, ""}, "comment", "该行没有类型、名称和标签，已跳过", "the row has no type, name or label and is skipped", "", "")
			return
		}
		c.fault(r.at("type"), "no-type", "题目没有类型", "question with no type", "请填写 type", "fill in its type")
		return
	}
	if alias := typeAliases[r.typ]; alias != "" {
		r.typ = alias
	}
	c.checkMedia(r)
	if r.typ == "audit" {
		c.audit(r)
		return
	}
	if c.settingRow(r) {
		return
	}
	begin, end, kind, listName := controlOf(r.typ)
	if end {
		c.endGroup(r, kind)
		return
	}
	if !c.nameRow(r, begin) {
		if begin { // keep the balance of begin and end
			c.stack = append(c.stack, newFrame(c.top().el, kind, r))
		}
		return
	}
	if begin {
		c.beginGroup(r, kind, listName)
		return
	}
	c.question(r)
}

// settingRow takes a row whose type is a setting: an old way to name the form.
func (c *converter) settingRow(r *row) bool {
	switch r.typ {
	case "form_title", "set form title", "set_form_title":
		c.settings.title = r.name
	case "form_id", "set form id", "set_form_id":
		c.settings.id = r.name
	default:
		return false
	}
	return true
}

// nameRow checks the name of a question or group; false where the row has none that can be used.
func (c *converter) nameRow(r *row, group bool) bool {
	if r.name == "" {
		if r.typ != "note" {
			c.fault(r.at("name"), "no-name", "题目或分组没有名称", "question or group with no name", "请填写 name", "fill in its name")
			return false
		}
		r.name = "generated_note_name_" + itoa(r.n)
	}
	if !isName(r.name) || len(r.name) > limits.IDBytes {
		c.fault(r.at("name"), "name", "名称无效："+quoted(r.name), "the name "+quoted(r.name)+" is invalid: "+nameRuleEN, nameRuleZH+"；例如 "+usable(r.name), "for example "+usable(r.name))
		return false
	}
	f := c.top()
	if r.name == "meta" {
		c.fault(r.at("name"), "name-reserved", "名称 meta 留给表单的元数据", "the name 'meta' is reserved for the form's metadata", "请改名", "choose another name")
		return false
	}
	if other, twice := f.names[r.name]; twice {
		c.fault(r.at("name"), "name-twice", "名称 "+quoted(r.name)+" 与第 "+itoa(other)+" 行重复",
			"the name "+quoted(r.name)+" stands twice in the same group; row "+itoa(other)+" has it too", "请改名", "rename one of them")
		return false
	}
	if other, twice := f.lower[strings.ToLower(r.name)]; twice {
		c.warn(r.at("name"), "name-case", "名称 "+quoted(r.name)+" 与第 "+itoa(other)+" 行只有大小写不同",
			"the name "+quoted(r.name)+" differs only in letter case from row "+itoa(other), "有些软件不分大小写，请改名", "some programs do not tell them apart: rename one")
	}
	f.names[r.name], f.lower[strings.ToLower(r.name)] = r.n, r.n
	c.names[r.name]++
	return true
}

func (c *converter) endGroup(r *row, kind string) {
	if v := r.bind.find("entities:saveto"); v != nil && v.plain != "" {
		c.fault(r.at("save_to"), "save-to", "分组不能保存为实体属性", "groups and repeats can't be saved as entity properties", "请移到组内的题目", "put it on a question inside")
	}
	f := c.top()
	if len(c.stack) == 1 || f.kind != kind {
		hintZH, hintEN := "请删去该行，或补上 begin_"+kind, "remove the row, or add begin_"+kind
		if len(c.stack) > 1 {
			hintZH = "第 " + itoa(f.row.n) + " 行开始的是 begin_" + f.kind + "，请用 end_" + f.kind + " 结束"
			hintEN = "row " + itoa(f.row.n) + " began a " + f.kind + ": end it with end_" + f.kind
		}
		c.fault(r.at("type"), "unopened", "end_"+kind+" 没有对应的 begin_"+kind, "unmatched 'end_"+kind+"': no 'begin_"+kind+"' was found", hintZH, hintEN)
		if len(c.stack) == 1 {
			return
		}
	}
	c.stack = c.stack[:len(c.stack)-1]
	c.inTable, c.tableList = false, nil
}

// newElement takes over what a row says.
func newElement(kind elementKind, r *row) *element {
	return &element{kind: kind, name: r.name, typ: r.typ, row: r, label: r.label, hint: r.hint, guidance: r.guidance, media: r.media,
		bind: append(attributes(nil), r.bind...), control: append(attributes(nil), r.control...), inst: append(attributes(nil), r.inst...),
		byDefault: r.byDefault, filter: r.filter}
}

func (c *converter) beginGroup(r *row, kind, listName string) {
	el := newElement(map[string]elementKind{"group": isGroup, "repeat": isRepeat, "loop": isLoop}[kind], r)
	el.typ = kind
	el.flat = c.settings.flat || r.flat && kind == "group"
	parent := c.top().el
	if len(c.stack) > maxGroups {
		if len(c.stack) == maxGroups+1 {
			c.fault(r.at("type"), "limit", "分组嵌套超过 "+itoa(maxGroups)+" 层", "groups lie more than "+itoa(maxGroups)+" deep within each other", "请减少分组嵌套", "use fewer groups within groups")
		}
		c.stack = append(c.stack, newFrame(parent, kind, r))
		return
	}
	c.saveTo(r, el, true)
	if kind == "repeat" {
		c.nameRepeat(r)
		if r.label.empty() && len(r.media) == 0 {
			c.warn(r.at("label"), "repeat-no-label", "重复组 "+quoted(r.name)+" 没有标签", "the repeat "+quoted(r.name)+" has no label", "请填写 label", "give it a label")
		}
	}
	if required, ok := el.bind.get("required"); ok {
		if yes, known := yesNo(required); yes || !known {
			c.warn(r.at("required"), "group-required", "分组不能设为必答", "groups, repeats and loops cannot be required", "请移到组内的题目", "put it on a question inside")
		}
	}
	if kind == "loop" {
		c.beginLoop(r, el, listName)
	}
	c.countOf(r, el, parent)
	if r.intent != "" {
		el.control.put("intent", r.intent)
	}
	generated := c.tableGroup(r, el)
	parent.add(el)
	c.stack = append(c.stack, newFrame(el, kind, r))
	if generated != nil {
		el.add(generated)
	}
}

func (c *converter) nameRepeat(r *row) {
	if r.name == c.settings.name {
		c.fault(r.at("name"), "repeat-name", "重复组不能与表单根节点同名："+quoted(r.name), "the repeat "+quoted(r.name)+" has the name of the form's root", "请改名", "rename it")
	}
	if other, twice := c.repeats[r.name]; twice {
		c.fault(r.at("name"), "repeat-name", "重复组名称 "+quoted(r.name)+" 与第 "+itoa(other)+" 行重复", "the repeat name "+quoted(r.name)+" stands twice in the form; row "+itoa(other)+" has it too",
			"重复组名称在整份表单中须唯一", "names of repeats must be unique in the whole form")
	}
	c.repeats[r.name] = r.n
}

func (c *converter) beginLoop(r *row, el *element, listName string) {
	el.loopList = listName
	switch {
	case listName == "":
		c.fault(r.at("type"), "loop-list", "loop 没有选项列表", "a loop without the name of a choice list", "请写成 begin loop over 列表名", "write begin loop over LIST")
	case c.lists[listName] == nil:
		c.missingList(r, listName)
	}
}

// countOf makes a field for a repeat's count where it is more than one reference.
func (c *converter) countOf(r *row, el, parent *element) {
	count := el.control.find("jr:count")
	if count == nil || count.plain == "" {
		return
	}
	if _, sole := soleReference(count.plain); sole {
		return
	}
	name := r.name + "_count"
	field := &element{kind: isQuestion, name: name, typ: "calculate", row: r}
	field.bind.put("readonly", "true()")
	field.bind.put("calculate", count.plain)
	if other, twice := c.top().names[name]; twice {
		c.fault(r.at("repeat_count"), "name-twice", "repeat_count 需要的字段名 "+quoted(name)+" 已被第 "+itoa(other)+" 行使用",
			"repeat_count needs a field "+quoted(name)+", but row "+itoa(other)+" has that name", "请改名", "rename that question")
		return
	}
	c.top().names[name] = r.n
	parent.add(field)
	count.plain = "${" + name + "}"
	c.names[name]++
}

// tableGroup begins a table-list: its label becomes a note within, so that it shows above the table.
func (c *converter) tableGroup(r *row, el *element) *element {
	appearance := r.appearance()
	if appearance == "" {
		return nil
	}
	kept, table := []string{"field-list"}, false
	for _, w := range strings.Fields(appearance) {
		if w == "table-list" {
			table = true
		} else {
			kept = append(kept, w)
		}
	}
	if !table {
		return nil
	}
	c.inTable, c.tableList = true, nil
	el.control.put("appearance", strings.Join(kept, " "))
	if el.label.empty() && el.hint.empty() {
		return nil
	}
	note := &element{kind: isQuestion, name: "generated_table_list_label_" + itoa(r.n), typ: "note", row: r, label: el.label, hint: el.hint}
	el.label, el.hint = value{}, value{}
	return note
}
