package xlsform

import (
	"slices"
	"sort"
	"strings"
)

// containers are the form, groups and repeats from the root down to an element.
func containers(e *element) []*element {
	var list []*element
	for ; e != nil; e = e.parent {
		list = append(list, e)
	}
	slices.Reverse(list)
	return list
}

// scope is the nearest repeat around or at a container, or the form: entities of one scope come and go together.
func scope(e *element) *element {
	for e.kind != isRepeat && e.parent != nil {
		e = e.parent
	}
	return e
}

// repeatsAbove counts the repeats from the root down to the element.
func repeatsAbove(e *element) int {
	n := 0
	for ; e != nil; e = e.parent {
		if e.kind == isRepeat {
			n++
		}
	}
	return n
}

// within reports whether e is around or at inner.
func within(e, inner *element) bool {
	for ; inner != nil; inner = inner.parent {
		if inner == e {
			return true
		}
	}
	return false
}

func pathOf(e *element) string {
	var b strings.Builder
	for _, x := range containers(e) {
		b.WriteByte('/')
		if x.kind == isSurvey {
			b.WriteString(survey)
		} else {
			b.WriteString(x.name)
		}
	}
	return b.String()
}

// wish is where an entity's block would best stand.
type wish struct {
	d        *declaration
	scope    *element
	best     *element   // preferred container
	lineages []*element // containers of its save_to questions
}

// wishOf finds the container for a declaration: the deepest one that all of its questions lie in or below.
func (c *converter) wishOf(d *declaration) (wish, bool) {
	w := wish{d: d, scope: c.root, best: c.root}
	if d.repeat != "" {
		if !c.chosenRepeat(d) {
			return w, false
		}
	}
	if len(d.refs) == 0 {
		return w, true
	}
	for _, ref := range d.refs {
		if s := scope(ref.in); repeatsAbove(s) > repeatsAbove(w.scope) {
			w.scope = s
		}
	}
	var deepest *element
	for _, ref := range d.refs {
		if ref.property != "" && !slices.Contains(w.lineages, ref.in) {
			w.lineages = append(w.lineages, ref.in)
		}
		if scope(ref.in) == w.scope && (deepest == nil || len(containers(ref.in)) > len(containers(deepest))) {
			deepest = ref.in
		}
	}
	w.best = deepest
	if len(w.lineages) > 0 {
		w.best = common(w.lineages)
		if repeatsAbove(w.best) < repeatsAbove(w.scope) {
			w.best = w.scope
		}
	}
	fine := true
	for _, ref := range d.refs {
		s := scope(ref.in)
		ok := within(s, w.scope)
		if ref.property != "" {
			ok = ok && s == w.scope
		}
		if ok {
			continue
		}
		fine = false
		const hintZH, hintEN = "请用 calculate 把值复制到同一重复组内", "copy the value into the same repeat with a calculate"
		if ref.property != "" {
			c.fault(ref.row.at("save_to"), "entity-scope", "实体列表 "+quoted(d.dataset)+" 的其他引用在 "+pathOf(w.scope)+"，与此处 "+pathOf(ref.in)+" 不相容",
				"the entity list "+quoted(d.dataset)+" has a reference in "+pathOf(w.scope)+", which does not go with this save_to in "+pathOf(ref.in), hintZH, hintEN)
		} else {
			c.fault(d.at("list_name"), "entity-scope", "实体列表 "+quoted(d.dataset)+" 引用的 "+quoted(ref.question)+" 在 "+pathOf(ref.in)+"，与 "+pathOf(w.scope)+" 不相容",
				"the entity list "+quoted(d.dataset)+" refers to "+quoted(ref.question)+" in "+pathOf(ref.in)+", which does not go with its reference in "+pathOf(w.scope), hintZH, hintEN)
		}
	}
	return w, fine
}

// chosenRepeat takes the column repeat, with which an author chooses the repeat.
func (c *converter) chosenRepeat(d *declaration) bool {
	name, sole := soleReference(d.repeat)
	el := c.byName[name]
	switch {
	case !sole:
		c.fault(d.at("repeat"), "entity-repeat", "repeat 应为 ${重复组}："+quoted(d.repeat), "the column repeat holds one reference like ${name}: "+quoted(d.repeat), "请写成 ${重复组名}", "write ${name of the repeat}")
	case el == nil:
		c.fault(d.at("repeat"), "entity-repeat", "survey 表中没有 "+quoted(name), "the repeat "+quoted(name)+" was not found in the survey sheet", "请检查名称", "check the name")
	case el.kind != isRepeat:
		c.fault(d.at("repeat"), "entity-repeat", quoted(name)+" 不是重复组", quoted(name)+" is not a repeat", "请写重复组的名称", "name a repeat")
	default:
		d.refs = append(d.refs, entityRef{in: el, row: el.row, question: name})
		return true
	}
	return false
}

// common is the deepest container that all lie in.
func common(list []*element) *element {
	path := containers(list[0])
	for _, e := range list[1:] {
		other := containers(e)
		n := 0
		for n < len(path) && n < len(other) && path[n] == other[n] {
			n++
		}
		path = path[:n]
	}
	return path[len(path)-1]
}

// placeEntities chooses a container for each declaration. A container holds one; where the best is taken, the next one
// up within the scope is tried. A lone entity of the form itself stands in the form's own meta block.
func (c *converter) placeEntities() map[*element]*declaration {
	taken := map[*element]*declaration{}
	var wishes []wish
	for _, d := range c.declared {
		if w, ok := c.wishOf(d); ok {
			wishes = append(wishes, w)
		}
	}
	if len(wishes) == 1 && wishes[0].scope == c.root {
		taken[c.root] = wishes[0].d
		return taken
	}
	sort.SliceStable(wishes, func(i, j int) bool { return wishes[i].d.row < wishes[j].d.row })
	reserved := map[*element]*declaration{}
	for _, w := range wishes {
		var other *declaration
		placed := false
		for at := w.best; at != nil; at = at.parent {
			if d := reserved[at]; d != nil {
				other = d
				conflict := false
				for _, l := range w.lineages {
					if reserved[l] != nil {
						other, conflict = reserved[l], true
						break
					}
				}
				if conflict {
					break
				}
			} else {
				taken[at], reserved[at] = w.d, w.d
				for _, l := range w.lineages {
					for up := l; up != at && up != nil; up = up.parent {
						reserved[up] = w.d
					}
				}
				placed = true
				break
			}
			if at == w.scope {
				break
			}
		}
		if !placed && other != nil {
			c.fault(w.d.at("list_name"), "entity-place", "范围 "+pathOf(w.scope)+" 内没有可放实体的分组，已被第 "+itoa(other.row)+" 行的实体占用",
				"each form, group or repeat holds one entity, and there is none left in "+pathOf(w.scope)+": row "+itoa(other.row)+" of the entities sheet has it",
				"请为该实体的题目另设分组", "put this entity's questions into a group of their own")
		}
	}
	return taken
}

// entityElement builds meta/entity of a declaration.
func entityElement(d *declaration, inRepeat bool) *element {
	e := &element{kind: isEntity, name: "entity"}
	fixed := func(name, text string) *element {
		return e.add(&element{kind: isAttr, name: name, text: text})
	}
	computed := func(el *element, expr string) {
		el.bind.put("calculate", expr)
		el.bind.put("readonly", "true()")
		el.bind.put("type", "string")
	}
	fixed("dataset", d.dataset)
	if d.id == "" || d.createIf != "" {
		if create := fixed("create", "1"); d.createIf != "" {
			computed(create, d.createIf)
		}
	}
	if d.id != "" {
		if update := fixed("update", "1"); d.updateIf != "" {
			computed(update, d.updateIf)
		}
		item := "instance('" + d.dataset + "')/root/item[name=" + d.id + "]"
		computed(fixed("baseVersion", ""), item+"/__version")
		computed(fixed("trunkVersion", ""), item+"/__trunkVersion")
		computed(fixed("branchId", ""), item+"/__branchId")
	}
	id := fixed("id", "")
	id.bind.put("readonly", "true()")
	id.bind.put("type", "string")
	if d.id != "" {
		id.bind.put("calculate", d.id)
	} else {
		id.actions = append(id.actions, action{name: "setvalue", event: eventFirstLoad, value: "uuid()"})
		if inRepeat {
			id.actions = append(id.actions, action{name: "setvalue", event: eventNewRepeat, value: "uuid()"})
		}
	}
	if d.label != "" {
		computed(e.add(&element{kind: isQuestion, name: "label", typ: "calculate"}), d.label)
	}
	return e
}

// addMeta adds the form's meta block, and those of entities within groups and repeats.
func (c *converter) addMeta() {
	c.index()
	own := &element{kind: isGroup, name: "meta", bodyless: true}
	if len(c.declared) > 0 {
		taken := c.placeEntities()
		c.root.walk(func(e *element) {
			d := taken[e]
			switch {
			case d == nil:
			case e == c.root:
				own.add(entityElement(d, false))
			default:
				meta := &element{kind: isGroup, name: "meta", bodyless: true, parent: e}
				meta.add(entityElement(d, repeatsAbove(e) > 0))
				c.blocks = append(c.blocks, meta)
			}
		})
		for _, meta := range c.blocks {
			meta.parent.add(meta)
		}
		c.entityVersion = "2024.1.0"
		for e := range taken {
			if len(c.declared) > 1 || repeatsAbove(e) > 0 {
				c.entityVersion = "2025.1.0"
			}
		}
	}
	for _, el := range c.meta {
		own.add(el)
	}
	if !c.settings.noInstanceID {
		id := own.add(&element{kind: isQuestion, name: "instanceID", typ: "calculate"})
		id.bind.put("readonly", "true()")
		id.bind.put("jr:preload", c.settings.instanceID)
		c.names["instanceID"]++
	}
	if c.settings.instanceName != "" {
		name := own.add(&element{kind: isQuestion, name: "instanceName", typ: "calculate"})
		name.bind.put("calculate", c.settings.instanceName)
	}
	if len(own.children) > 0 {
		c.root.add(own)
	}
}
