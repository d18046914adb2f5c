package xlsform

import "strings"

// declaration is one row of the entities sheet.
type declaration struct {
	row                                   int
	dataset                               string
	id, createIf, updateIf, label, repeat string
	columns                               map[string]string
	refs                                  []entityRef
	refers                                map[string]bool // names the declaration refers to
	saved                                 map[string]int  // property -> row that saves it
}

// entityRef says that a question has to do with an entity: it saves a property, or the declaration refers to it.
type entityRef struct {
	in                 *element // the group, repeat or form the question lies in
	row                *row
	property, question string
}

func (d *declaration) at(what string) place {
	column := d.columns[what]
	if column == "" {
		column = what
	}
	return place{entities, d.row, column}
}

// readEntities reads the entities sheet.
func (c *converter) readEntities() {
	t := c.table(entities)
	if t == nil {
		c.warnMisspelt(entities)
		return
	}
	c.readColumns(t, entitiesHeaders)
	columns := map[string]string{}
	for _, col := range t.columns {
		key := col.path[0]
		if !entitiesHeaders.known[key] || len(col.path) > 1 {
			hintZH, hintEN := "请检查列名或删去该列", "check the header or remove the column"
			if near := c.closest(snake(col.header), []string{"list_name", "entity_id", "create_if", "update_if", "label"}); near != "" {
				hintZH, hintEN = "是否应为 "+near+"？", "did you mean "+near+"?"
			}
			c.fault(place{entities, 1, col.header}, "entities-column", "entities 表不支持列 "+quoted(col.header), "the column "+quoted(col.header)+" of the entities sheet is not supported", hintZH, hintEN)
			continue
		}
		columns[key] = col.header
	}
	if columns["dataset"] != "" {
		columns["list_name"] = columns["dataset"]
	}
	seen := map[string]int{}
	for _, r := range t.rows {
		d := &declaration{row: r.n, columns: columns, refers: map[string]bool{}, saved: map[string]int{}}
		for _, col := range t.columns {
			cell := straight(r.cell(col))
			if len(col.path) > 1 {
				continue
			}
			switch col.path[0] {
			case "dataset":
				d.dataset = cell
			case "entity_id":
				d.id = cell
			case "create_if":
				d.createIf = cell
			case "update_if":
				d.updateIf = cell
			case "label":
				d.label = cell
			case "repeat":
				d.repeat = cell
			}
		}
		if !c.checkDeclaration(d) {
			continue
		}
		if other, twice := seen[d.dataset]; twice {
			c.fault(d.at("list_name"), "entity-twice", "实体列表 "+quoted(d.dataset)+" 与第 "+itoa(other)+" 行重复", "the entity list "+quoted(d.dataset)+" stands twice; row "+itoa(other)+" has it too", "每个列表只写一行", "one row for each list")
			continue
		}
		seen[d.dataset] = d.row
		for _, expr := range []string{d.id, d.createIf, d.updateIf, d.label} {
			list, _ := references(expr)
			for _, ref := range list {
				d.refers[ref.name] = true
			}
		}
		c.declared = append(c.declared, d)
	}
}

func (c *converter) checkDeclaration(d *declaration) bool {
	const hintZH, hintEN = "请改列表名", "rename the list"
	switch {
	case d.dataset == "":
		c.fault(d.at("list_name"), "entity-no-name", "实体列表没有名称", "entity lists must have a name", "请填写 list_name", "fill in its list_name")
		return false
	case strings.HasPrefix(d.dataset, "__"):
		c.fault(d.at("list_name"), "entity-name", "实体列表名不能以两个下划线开头："+quoted(d.dataset), "the name of an entity list must not begin with two underscores: "+quoted(d.dataset), hintZH, hintEN)
		return false
	case strings.Contains(d.dataset, "."):
		c.fault(d.at("list_name"), "entity-name", "实体列表名不能含句点："+quoted(d.dataset), "the name of an entity list must not contain a period: "+quoted(d.dataset), hintZH, hintEN)
		return false
	case !isName(d.dataset):
		c.fault(d.at("list_name"), "entity-name", "实体列表名无效："+quoted(d.dataset), "the name of the entity list is invalid: "+quoted(d.dataset)+"; "+nameRuleEN, nameRuleZH, hintEN)
		return false
	}
	switch {
	case d.id == "" && d.updateIf != "":
		c.fault(d.at("entity_id"), "entity-no-id", "实体列表 "+quoted(d.dataset)+" 有 update_if 而无 entity_id", "the entity list "+quoted(d.dataset)+" has an update_if but no entity_id, which updating needs",
			"请填写 entity_id；若只新建，请改用 create_if", "fill in entity_id, or use create_if to create only")
	case d.id != "" && d.createIf != "" && d.updateIf == "":
		c.fault(d.at("update_if"), "entity-no-update", "实体列表 "+quoted(d.dataset)+" 同时有 create_if 和 entity_id，须有 update_if", "the entity list "+quoted(d.dataset)+" has create_if and entity_id, so it needs an update_if",
			"请填写 update_if；若只新建，请删去 entity_id", "fill in update_if, or remove entity_id to create only")
	case d.id == "" && d.label == "":
		c.fault(d.at("label"), "entity-no-label", "实体列表 "+quoted(d.dataset)+" 没有 label，新建实体时必须有", "the entity list "+quoted(d.dataset)+" has no label, which creating entities needs",
			"请填写 label；若只更新，请填写 entity_id", "fill in label, or entity_id to update only")
	}
	return true
}

// saveTo takes the column save_to: the property, and the list it belongs to where several are declared ("list#property").
func (c *converter) saveTo(r *row, el *element, group bool) {
	c.noteReferred(r)
	v := el.bind.find("entities:saveto")
	if v == nil || v.plain == "" {
		return
	}
	bad := func(zh, en, hintZH, hintEN string) { c.fault(r.at("save_to"), "save-to", zh, en, hintZH, hintEN) }
	if len(c.declared) == 0 {
		if c.sheets.Get(entities) == nil || !c.fatalIn(entities) {
			bad("使用 save_to 须有 entities 表", "to save entity properties with save_to, add an entities sheet and declare an entity", "请添加 entities 表", "add an entities sheet")
		}
		return
	}
	property := v.plain
	d := c.declared[0]
	switch list, name, has := strings.Cut(property, "#"); {
	case strings.Count(property, "#") > 1:
		bad("save_to 最多含一个 #："+quoted(property), "a save_to has at most one #: "+quoted(property), "请写成 列表#属性", "write list#property")
		return
	case has:
		property = name
		if d = c.declaration(list); d == nil {
			bad("entities 表中没有列表 "+quoted(list), "the entity list "+quoted(list)+" was not found on the entities sheet", "请检查列表名", "check the list's name")
			return
		}
	case len(c.declared) > 1:
		bad("声明了多个实体列表时，save_to 须写明列表："+quoted(property), "with several entity lists save_to names the list the property belongs to: "+quoted(property), "请写成 列表#属性", "write list#property")
		return
	}
	v.plain = property
	lower := strings.ToLower(property)
	switch {
	case group:
		bad("分组不能保存为实体属性", "groups and repeats can't be saved as entity properties", "请移到组内的题目", "put it on a question inside")
		return
	case lower == "name" || lower == "label":
		bad("实体属性名不能为 name 或 label", "entity property names must not be 'name' or 'label'", "请改名", "choose another name")
		return
	case strings.HasPrefix(property, "__"):
		bad("实体属性名不能以两个下划线开头："+quoted(property), "entity property names must not begin with two underscores: "+quoted(property), "请改名", "choose another name")
		return
	case !isName(property):
		bad("实体属性名无效："+quoted(property), "the entity property name "+quoted(property)+" is invalid: "+nameRuleEN, nameRuleZH+"；例如 "+usable(property), "for example "+usable(property))
		return
	}
	if other, twice := d.saved[property]; twice {
		bad("实体属性 "+quoted(property)+" 与第 "+itoa(other)+" 行重复", "the property "+quoted(property)+" is saved to twice; row "+itoa(other)+" does so too", "请改名或删去其中一个", "rename or remove one of them")
		return
	}
	d.saved[property] = r.n
	d.refs = append(d.refs, entityRef{in: c.top().el, row: r, property: property})
}

// fatalIn reports whether a sheet has a fault that keeps the form from being used.
func (c *converter) fatalIn(sheet string) bool {
	for _, f := range c.faults {
		if f.Sheet == sheet && !f.Warning {
			return true
		}
	}
	return false
}

func (c *converter) declaration(dataset string) *declaration {
	for _, d := range c.declared {
		if d.dataset == dataset {
			return d
		}
	}
	return nil
}

// noteReferred notes that a declaration refers to the row's question.
func (c *converter) noteReferred(r *row) {
	for _, d := range c.declared {
		if d.refers[r.name] {
			d.refs = append(d.refs, entityRef{in: c.top().el, row: r, question: r.name})
		}
	}
}
