package xlsform

import "strings"

// row is one row of the survey sheet.
type row struct {
	n                     int
	typ, name             string
	label, hint, guidance value
	media                 medias
	bind, control, inst   attributes
	byDefault             string
	filter, params        string
	trigger, intent       string
	disabled              string
	smsField              string
	flat                  bool              // a group without a node of its own: any word in the column says so
	columns               map[string]string // what a cell means -> how the sheet writes its header; shared by all rows
}

// at names the place of a cell of the row.
func (r *row) at(what string) place {
	column := r.columns[what]
	if column == "" {
		column = what
	}
	return place{survey, r.n, column}
}

// surveyRows reads the rows of the survey sheet.
func (c *converter) surveyRows(t *table) []*row {
	columns := map[string]string{}
	for _, col := range t.columns {
		key := plainColumn(col.path)
		if columns[key] == "" {
			columns[key] = col.header
		}
	}
	rows := make([]*row, 0, len(t.rows))
	for i := range t.rows {
		r := &row{n: t.rows[i].n, columns: columns}
		for _, col := range t.columns {
			cell := t.rows[i].cell(col)
			if cell == "" {
				continue
			}
			if c.settings.tidyText {
				cell = single(cell)
			}
			r.set(col, straight(cell))
		}
		r.settle(c.settings.language)
		rows = append(rows, r)
	}
	return rows
}

// plainColumn is the plain name of a column for messages: "relevant" for bind::relevant.
func plainColumn(path []string) string {
	if len(path) == 1 {
		return path[0]
	}
	switch path[0] + "::" + path[1] {
	case "bind::jr:constraintMsg":
		return "constraint_message"
	case "bind::jr:requiredMsg":
		return "required_message"
	case "bind::readonly":
		return "read_only"
	case "bind::calculate":
		return "calculation"
	case "bind::entities:saveto":
		return "save_to"
	case "control::jr:count":
		return "repeat_count"
	}
	switch path[0] {
	case "bind", "control", "media":
		return path[1]
	}
	return path[0]
}

func (r *row) set(col column, text string) {
	lang := ""
	rest := col.path[1:]
	switch col.path[0] {
	case "type":
		r.typ = text
	case "name":
		r.name = text
	case "label":
		r.label.set(first(rest), text, col.header)
	case "hint":
		r.hint.set(first(rest), text, col.header)
	case "guidance_hint":
		r.guidance.set(first(rest), text, col.header)
	case "default":
		r.byDefault = text
	case "choice_filter":
		r.filter = text
	case "parameters":
		r.params = text
	case "trigger":
		r.trigger = text
	case "intent":
		r.intent = text
	case "disabled":
		r.disabled = text
	case "sms_field":
		r.smsField = text
	case "flat":
		r.flat = true
	case "media", "bind", "control", "instance":
		if len(rest) == 0 {
			return
		}
		lang = first(rest[1:])
		switch col.path[0] {
		case "media":
			r.media.at(rest[0]).set(lang, text, col.header)
		case "bind":
			r.bind.at(rest[0]).set(lang, text, col.header)
		case "control":
			r.control.at(rest[0]).set(lang, text, col.header)
		case "instance":
			r.inst.at(rest[0]).set(lang, text, col.header)
		}
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (r *row) settle(lang string) {
	r.label.settle(lang)
	r.hint.settle(lang)
	r.guidance.settle(lang)
	for i := range r.media {
		r.media[i].file.settle(lang)
	}
	for i := range r.bind {
		r.bind[i].value.settle(lang)
	}
}

func (r *row) appearance() string {
	s, _ := r.control.get("appearance")
	return s
}

func (r *row) calculation() string {
	s, _ := r.bind.get("calculate")
	return s
}

// blank reports a row that is a comment: it has words, but neither a type, a name nor a label.
func (r *row) blank() bool { return r.typ == "" && r.name == "" && r.label.empty() }

// controlOf reads "begin group", "end_repeat", "begin loop over list": what it begins or ends and the list's name.
func controlOf(typ string) (begin, end bool, kind, list string) {
	word, rest := typ, ""
	for _, w := range []string{"begin", "end"} {
		if len(typ) > len(w) && strings.HasPrefix(typ, w) && (typ[len(w)] == ' ' || typ[len(w)] == '_') {
			word, rest = w, typ[len(w)+1:]
		}
	}
	if rest == "" {
		return false, false, "", ""
	}
	for _, k := range []struct{ word, kind string }{{"looped group", "repeat"}, {"group", "group"}, {"lgroup", "repeat"}, {"repeat", "repeat"}, {"loop", "loop"}} {
		tail, ok := strings.CutPrefix(rest, k.word)
		if !ok {
			continue
		}
		if tail == "" {
			return word == "begin", word == "end", k.kind, ""
		}
		if word == "begin" && tail[0] == ' ' {
			list = strings.TrimPrefix(tail[1:], "over ")
			if list != "" && !strings.Contains(list, " ") {
				return true, false, k.kind, list
			}
		}
	}
	return false, false, "", ""
}

// selectOf reads the type of a select: its kind, its list or file, whether "or other" follows.
func selectOf(typ string) (kind, command, list string, file, other, ok bool) {
	for _, s := range selectCommands {
		rest, found := strings.CutPrefix(typ, s.command+" ")
		if !found {
			continue
		}
		name, tail, more := strings.Cut(rest, " ")
		if name == "" {
			continue
		}
		if more {
			if tail != "or_other" && tail != "or other" && tail != "or specify other" {
				continue
			}
		}
		return s.kind, s.command, name, s.file, more, true
	}
	return "", "", "", false, false, false
}
