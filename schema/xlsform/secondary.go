package xlsform

import (
	"strings"
)

// writeInstances writes the secondary instances: files first, then the choice lists; one of each name.
func (c *converter) writeInstances() {
	seen := map[string]string{}
	put := func(e *element, id, src string) {
		if other, there := seen[id]; there {
			if other != src && e != nil && e.row != nil {
				c.fault(e.row.at("type"), "instance-conflict", "名称 "+quoted(id)+" 同时指向 "+other+" 和 "+src, "the same instance id "+quoted(id)+" would stand for "+other+" and "+src, "请改文件名", "rename one of the files")
			}
			return
		}
		seen[id] = src
		c.xml.empty("instance", [2]string{"id", id}, [2]string{"src", src})
	}
	lastSaved := false
	c.root.walk(func(e *element) {
		if e.kind == isExternal {
			kind := strings.TrimSuffix(e.typ, "-external")
			put(e, e.name, fileAddress(e.name+"."+kind))
			return
		}
		for _, name := range pulled(e) {
			put(e, name, "jr://file-csv/"+name+".csv")
		}
		if kind := ending(e.itemset); kind != "" && e.kind == isQuestion {
			put(e, strings.TrimSuffix(e.itemset, kind), fileAddress(e.itemset))
		}
		lastSaved = lastSaved || usesLastSaved(e)
	})
	if lastSaved {
		put(nil, "__last-saved", "jr://instance/last-saved")
	}
	for _, l := range c.listOrder {
		if l.searched {
			continue
		}
		if other, there := seen[l.name]; there {
			c.fault(place{choices, l.firstLine, "list_name"}, "instance-conflict", "选项列表 "+quoted(l.name)+" 与外部数据 "+other+" 同名", "the choice list "+quoted(l.name)+" has the name of the external data "+other,
				"请改列表名或文件名", "rename the list or the file")
			continue
		}
		c.writeList(l)
	}
}

func fileAddress(name string) string {
	if strings.HasSuffix(name, ".csv") {
		return "jr://file-csv/" + name
	}
	return "jr://file/" + name
}

// logic are the bind's attributes that hold expressions over data.
var logic = []string{"calculate", "constraint", "readonly", "required", "relevant"}

func usesLastSaved(e *element) bool {
	if hasLastSaved(e.byDefault) || hasLastSaved(e.filter) {
		return true
	}
	for _, key := range logic {
		if text, ok := e.bind.get(key); ok && hasLastSaved(text) {
			return true
		}
	}
	return false
}

// pulled are the files that pulldata() in the element's expressions reads.
func pulled(e *element) []string {
	var names []string
	look := func(text string) {
		for rest := text; ; {
			i := strings.Index(rest, "pulldata")
			if i < 0 {
				return
			}
			rest = strings.TrimLeft(rest[i+len("pulldata"):], " \t\r\n")
			if !strings.HasPrefix(rest, "(") {
				continue
			}
			name, tail, ok := strings.Cut(rest[1:], ",")
			if !ok {
				return
			}
			if name = strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(name)); name != "" {
				names = append(names, name)
			}
			rest = tail
		}
	}
	for _, key := range logic {
		if text, ok := e.bind.get(key); ok && strings.Contains(text, "pulldata(") {
			look(text)
		}
	}
	for _, text := range []string{e.filter, e.byDefault} {
		if strings.Contains(text, "pulldata(") {
			look(text)
		}
	}
	return names
}

func (c *converter) writeList(l *list) {
	w := c.xml
	w.open("instance", [2]string{"id", l.name})
	if len(l.choices) == 0 {
		w.empty("root")
		w.close("instance")
		return
	}
	w.open("root")
	for i := range l.choices {
		if w.full {
			return
		}
		ch := &l.choices[i]
		w.open("item")
		if l.itext {
			w.words("itextId", []part{{text: l.name + "-" + itoa(i)}})
		}
		w.words("name", []part{{text: ch.name}})
		if !l.itext && ch.label.plain != "" {
			w.words("label", []part{{text: ch.label.plain}})
		}
		for _, x := range ch.extra {
			w.words(x[0], []part{{text: x[1]}})
		}
		if ch.sms != "" {
			w.words("sms_option", []part{{text: ch.sms}})
		}
		w.close("item")
	}
	w.close("root")
	w.close("instance")
}
