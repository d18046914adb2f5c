package xlsform

import (
	"strings"
)

// question takes a row that is neither a group nor a setting.
func (c *converter) question(r *row) {
	c.asked[r.name] = true
	el := newElement(isQuestion, r)
	c.saveTo(r, el, false)
	c.readTrigger(r, el)
	params := c.parameters(r)
	c.readDefault(r, el)
	c.deprecated(r)

	switch r.typ {
	case "csv-external", "xml-external":
		c.externalInstance(r, el)
		return
	case "calculate":
		if r.calculation() == "" && !el.dynamic {
			c.fault(r.at("calculation"), "no-calculation", "calculate 没有表达式", "missing calculation", "请填写 calculation", "fill in its calculation")
		}
	case "range":
		c.rangeQuestion(r, el, params)
	case "text":
		if rows, ok := params.only(c, r, "rows")["rows"]; ok && c.whole(r, "rows", rows, 1) {
			el.control.put("rows", rows)
		}
	case "photo":
		c.photo(r, el, params)
	case "audio":
		if q, ok := params.only(c, r, "quality")["quality"]; ok && c.oneOf(r, "quality", q, "voice-only", "low", "normal", "external") {
			el.bind.put("odk:quality", q)
		}
	case "background-audio":
		a := action{name: "odk:recordaudio", event: eventLoad}
		if q, ok := params.only(c, r, "quality")["quality"]; ok && c.oneOf(r, "quality", q, "voice-only", "low", "normal") {
			a.quality = q
		}
		el.actions = append(el.actions, a)
	case "geopoint", "geotrace", "geoshape":
		c.geo(r, el, params)
	case "start-geopoint":
		el.actions = append(el.actions, action{name: "odk:setgeopoint", event: eventFirstLoad})
	case "background-geopoint":
		c.backgroundGeopoint(r, el)
	default:
		if kind, command, list, file, other, ok := selectOf(r.typ); ok {
			c.selectQuestion(r, el, selection{kind, command, list, file, other}, params)
			return
		}
		if r.typ == osm || strings.HasPrefix(r.typ, osm+" ") {
			c.osmQuestion(r, el)
			break
		}
		switch k, known := questionTypes()[r.typ]; {
		case !known && !isSelectCommand(r.typ):
			c.unknownType(r)
			return
		case !known || k.tag == "select" || k.tag == "select1" || k.tag == "odk:rank":
			c.fault(r.at("type"), "no-list", "选择题没有选项列表："+quoted(r.typ), "the select names no choice list: "+quoted(r.typ), "请写成 select_one 列表名", "write select_one LIST")
			return
		}
	}
	c.top().el.add(el)
	c.listen(el)
}

// deprecated warns of metadata that phones no longer give.
func (c *converter) deprecated(r *row) {
	if r.typ == "subscriberid" || r.typ == "simserial" {
		c.warn(r.at("type"), "deprecated", r.typ+" 在多数设备上已不可用", r.typ+" is no longer supported on most devices", "仅旧版 Collect 支持", "only old versions of Collect support it")
	}
}

func (c *converter) unknownType(r *row) {
	hintZH, hintEN := "请查阅 XLSForm 的题型列表", "see the list of question types of XLSForm"
	word, rest, _ := strings.Cut(r.typ, " ")
	near := c.closest(r.typ, authorTypes)
	if near == "" {
		if near = c.closest(word, authorTypes); near != "" && rest != "" {
			near += " " + rest
		}
	}
	if near == "" {
		if _, ok := questionTypes()[strings.ToLower(r.typ)]; ok {
			near = strings.ToLower(r.typ)
		}
	}
	if near != "" {
		hintZH, hintEN = "是否应为 "+shown(near)+"？", "did you mean "+shown(near)+"?"
	}
	c.fault(r.at("type"), "unknown-type", "未知题型 "+quoted(r.typ), "unknown question type "+quoted(r.typ), hintZH, hintEN)
}

// readDefault notes a default; one that is worked out becomes an action when the form opens, and when a repeat's row
// is made.
func (c *converter) readDefault(r *row, el *element) {
	if r.byDefault == "" || !dynamic(r.byDefault, r.typ) {
		return
	}
	el.dynamic = true
	el.actions = append(el.actions, action{name: "setvalue", event: eventFirstLoad, value: r.byDefault})
	for _, f := range c.stack {
		if f.kind == "repeat" {
			el.actions = append(el.actions, action{name: "setvalue", event: eventNewRepeat, value: r.byDefault})
			return
		}
	}
}

// readTrigger reads "${a}, ${b}".
func (c *converter) readTrigger(r *row, el *element) {
	if r.trigger == "" {
		return
	}
	for part := range strings.SplitSeq(r.trigger, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, sole := soleReference(part)
		if !sole {
			c.fault(r.at("trigger"), "reference", "trigger 应为 ${题目}，多个以逗号分隔："+quoted(r.trigger),
				"the trigger "+quoted(r.trigger)+" is invalid: write ${name}, several of them with commas between", referenceHintZH, referenceHintEN)
			return
		}
		if !c.refer(r.at("trigger"), 1) {
			return
		}
		el.triggers = append(el.triggers, name)
	}
}

// listen notes what is to be set when a trigger changes.
func (c *converter) listen(el *element) {
	for _, name := range el.triggers {
		t := triggered{target: el, geopoint: el.typ == "background-geopoint"}
		t.value, _ = el.bind.get("calculate")
		c.triggers[name] = append(c.triggers[name], t)
	}
}

func (c *converter) backgroundGeopoint(r *row, el *element) {
	if len(el.triggers) == 0 {
		c.fault(r.at("trigger"), "no-trigger", "background-geopoint 须有 trigger", "a background-geopoint needs a trigger", "请填写 trigger", "fill in its trigger")
	}
	if r.calculation() != "" {
		c.fault(r.at("calculation"), "calculation", "background-geopoint 不能有 calculation", "a background-geopoint cannot have a calculation", "请清空 calculation", "empty its calculation")
	}
}

// externalInstance takes a row that only names a file.
func (c *converter) externalInstance(r *row, el *element) {
	for _, f := range c.stack {
		if f.kind == "repeat" {
			c.fault(r.at("type"), "external-in-repeat", "外部数据不能放在重复组内", "an external instance cannot lie inside a repeat", "请移到重复组外", "move it out of the repeat")
			return
		}
	}
	el.kind = isExternal
	ending := "." + strings.TrimSuffix(r.typ, "-external")
	c.instanceFile(r, r.name, ending, r.at("name"), true)
	c.top().el.add(el)
}

// instanceFile notes that a file is read under a name; two files under one name cannot be told apart.
func (c *converter) instanceFile(r *row, name, ending string, at place, alone bool) {
	other, there := c.external2[name]
	switch {
	case there && alone && other == ending+"!":
		c.fault(at, "instance-twice", "外部数据名称 "+quoted(name)+" 重复", "the name "+quoted(name)+" of an external instance stands twice", "请改名", "rename one of them")
	case there && strings.TrimSuffix(other, "!") != ending:
		c.fault(at, "instance-conflict", "名称 "+quoted(name)+" 同时指向 "+name+strings.TrimSuffix(other, "!")+" 和 "+name+ending,
			"the same instance id would stand for two files: "+name+strings.TrimSuffix(other, "!")+" and "+name+ending, "请改文件名", "rename one of the files")
	}
	if alone {
		ending += "!"
	}
	if !there || alone {
		c.external2[name] = ending
	}
}

func (c *converter) photo(r *row, el *element, params parameters) {
	params = params.only(c, r, "max-pixels", "app")
	if r.byDefault != "" && !strings.Contains(r.byDefault, "jr://images/") {
		el.byDefault = "jr://images/" + r.byDefault
		for i := range el.actions {
			el.actions[i].value = el.byDefault
		}
	}
	if pixels, ok := params["max-pixels"]; ok {
		if c.whole(r, "max-pixels", pixels, 0) {
			el.bind.put("orx:max-pixels", pixels)
		}
	} else {
		c.warn(r.at("parameters"), "max-pixels", "建议用 max-pixels 参数限制图片大小", "use the max-pixels parameter to speed up sending and save space", "例如 max-pixels=1024", "for example max-pixels=1024")
	}
	app, ok := params["app"]
	if appearance := r.appearance(); !ok || appearance != "" && appearance != "annotate" {
		return
	}
	if problemZH, problemEN := packageProblem(app); problemEN != "" {
		c.fault(r.at("parameters"), "app", "参数 app 不是有效的 Android 包名："+problemZH, "the parameter app is no Android package name: "+problemEN, "例如 com.example.camera", "for example com.example.camera")
		return
	}
	el.control.put("intent", app)
}

// packageProblem says why an Android package name is none.
func packageProblem(name string) (zh, en string) {
	if !strings.Contains(name, ".") {
		return "至少要有一个 .", "it needs at least one ."
	}
	for part := range strings.SplitSeq(name, ".") {
		switch {
		case part == "":
			return "有空的一段", "one of its parts is empty"
		case part[0] == '_' || part[0] >= '0' && part[0] <= '9':
			return "每一段须以字母开头", "each part begins with a letter"
		}
		for _, r := range part {
			if r != '_' && !(r >= 'a' && r <= 'z') && !(r >= 'A' && r <= 'Z') && !(r >= '0' && r <= '9') {
				return "只能用字母、数字、. 和 _", "it may hold letters, digits, . and _ only"
			}
		}
	}
	return "", ""
}
