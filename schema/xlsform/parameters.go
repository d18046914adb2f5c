package xlsform

import (
	"sort"
	"strconv"
	"strings"
)

// parameters are the words of the column parameters: "start=1 end=5".
type parameters map[string]string

// parameters reads the column; blanks, commas and semicolons separate.
func (c *converter) parameters(r *row) parameters {
	p := parameters{}
	rest := strings.Trim(r.params, " \t\r\n,;")
	bad := false
	for rest != "" {
		key, tail := word(rest)
		tail = strings.TrimLeft(tail, " \t\r\n,;")
		if key == "" || !strings.HasPrefix(tail, "=") {
			bad = true
			break
		}
		text, tail := word(strings.TrimLeft(tail[1:], " \t\r\n,;"))
		if text == "" {
			bad = true
			break
		}
		key = strings.ToLower(key)
		switch key {
		case "value", "label", "reference-geometry", "tick_labelset", "seed":
		default:
			text = strings.ToLower(text)
		}
		p[key] = text
		rest = strings.TrimLeft(tail, " \t\r\n,;")
	}
	if bad {
		c.fault(r.at("parameters"), "parameters", "参数应写成 名称=值："+quoted(r.params), "parameters must be in the form of key1=value1 key2=value2: "+quoted(r.params),
			"例如 start=1 end=10", "for example start=1 end=10")
	}
	return p
}

// word takes the next word up to a separator or "=".
func word(s string) (string, string) {
	if i := strings.IndexAny(s, " \t\r\n=,;"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// only refuses parameters that the type does not know, and returns the others.
func (p parameters) only(c *converter, r *row, accepted ...string) parameters {
	var odd []string
	out := parameters{}
	for key, text := range p {
		known := false
		for _, a := range accepted {
			known = known || a == key
		}
		if !known {
			odd = append(odd, key)
			continue
		}
		out[key] = text
	}
	if len(odd) > 0 {
		sort.Strings(odd)
		list := append([]string(nil), accepted...)
		sort.Strings(list)
		hintZH, hintEN := "可用："+strings.Join(list, ", "), "accepted: "+strings.Join(list, ", ")
		if near := c.closest(odd[0], accepted); near != "" {
			hintZH, hintEN = "是否应为 "+near+"？"+hintZH, "did you mean "+near+"? "+hintEN
		}
		c.fault(r.at("parameters"), "parameter", "该题型没有参数 "+quoted(strings.Join(odd, ", ")), "the type has no parameter "+quoted(strings.Join(odd, ", ")), hintZH, hintEN)
	}
	return out
}

// whole refuses a parameter that is no whole number of at least most.
func (c *converter) whole(r *row, name, text string, least int) bool {
	n, err := strconv.Atoi(text)
	if err == nil && n >= least {
		return true
	}
	c.fault(r.at("parameters"), "parameter", "参数 "+name+" 应为整数："+quoted(text), "the parameter "+name+" must have an integer value: "+quoted(text), "请填写整数", "write a whole number")
	return false
}

func (c *converter) oneOf(r *row, name, text string, allowed ...string) bool {
	for _, a := range allowed {
		if text == a {
			return true
		}
	}
	list := strings.Join(allowed, ", ")
	c.fault(r.at("parameters"), "parameter", "参数 "+name+" 的值无效："+quoted(text), "invalid value for "+name+": "+quoted(text), "可用："+list, "one of: "+list)
	return false
}

// audit reads the row that asks for an audit log.
func (c *converter) audit(r *row) {
	if r.name != "" && r.name != "audit" {
		c.fault(r.at("name"), "audit-name", "audit 的名称须留空", "audits must always be named 'audit'", "请清空 name", "leave its name blank")
	}
	r.name = "audit"
	el := newElement(isQuestion, r)
	p := c.parameters(r).only(c, r, "track-changes", "track-changes-reasons", "identify-user", "location-priority", "location-min-interval", "location-max-age")
	for _, name := range []string{"track-changes", "identify-user"} {
		if v, ok := p[name]; ok && c.oneOf(r, name, v, "true", "false") {
			el.bind.put("odk:"+name, v)
		}
	}
	if v, ok := p["track-changes-reasons"]; ok && c.oneOf(r, "track-changes-reasons", v, "on-form-edit") {
		el.bind.put("odk:track-changes-reasons", v)
	}
	priority, a := p["location-priority"]
	interval, b := p["location-min-interval"]
	age, d := p["location-max-age"]
	switch {
	case a && b && d:
		fine := c.oneOf(r, "location-priority", priority, "no-power", "low-power", "balanced", "high-accuracy")
		fine = c.whole(r, "location-min-interval", interval, 0) && fine
		fine = c.whole(r, "location-max-age", age, 0) && fine
		if !fine {
			break
		}
		i, _ := strconv.Atoi(interval)
		if n, _ := strconv.Atoi(age); n < i {
			c.fault(r.at("parameters"), "parameter", "location-max-age 不能小于 location-min-interval", "location-max-age must be at least location-min-interval", "请改大 location-max-age", "raise location-max-age")
		}
		el.bind.put("odk:location-max-age", age)
		el.bind.put("odk:location-min-interval", interval)
		el.bind.put("odk:location-priority", priority)
	case a || b || d:
		c.fault(r.at("parameters"), "parameter", "记录位置须同时给出 location-priority、location-min-interval 和 location-max-age",
			"location-priority, location-min-interval and location-max-age are required together", "请补全三个参数", "give all three")
	}
	c.meta = append(c.meta, el)
}

// geo reads the parameters of places, lines and areas.
func (c *converter) geo(r *row, el *element, p parameters) {
	if r.typ == "geopoint" {
		p = p.only(c, r, "allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy")
		for _, pair := range [][2]string{{"capture-accuracy", "accuracyThreshold"}, {"warning-accuracy", "unacceptableAccuracyThreshold"}} {
			name, attr := pair[0], pair[1]
			v, ok := p[name]
			if !ok {
				continue
			}
			if _, err := strconv.ParseFloat(v, 64); err != nil {
				c.fault(r.at("parameters"), "parameter", "参数 "+name+" 应为数字："+quoted(v), "the parameter "+name+" must have a numeric value: "+quoted(v), "请填写数字", "write a number")
				continue
			}
			el.control.put(attr, v)
		}
	} else {
		p = p.only(c, r, "allow-mock-accuracy", "incremental", "reference-geometry")
		if v, ok := p["incremental"]; ok {
			if yes, _ := yesNo(v); yes {
				el.control.put("incremental", "true")
			} else {
				c.fault(r.at("parameters"), "parameter", "参数 incremental 只能为 true 或不写", "the parameter incremental may be true or left out", "请写 incremental=true 或删去", "write incremental=true or leave it out")
			}
		}
	}
	if v, ok := p["allow-mock-accuracy"]; ok && c.oneOf(r, "allow-mock-accuracy", v, "true", "false") {
		el.bind.put("odk:allow-mock-accuracy", v)
	}
	if v, ok := p["reference-geometry"]; ok {
		c.geoRefs = append(c.geoRefs, geoReference{v, r.at("parameters")})
		el.itemset = v
	}
}
