package acceptance_test

import (
	"slices"
	"strings"

	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/survey/export"
)

// drawnRecord is what a drawn submission must look like in tables.
type drawnRecord struct {
	values map[string]string   // by path with row ids
	rows   map[string][]string // paths of rows, by the pattern of their repeat
	nested map[string]string   // pattern of a repeat -> that of the repeat around it, "" = none
}

func drawnTables(form *schema.Form, drawn *instance.Instance, blobs map[string]string) drawnRecord {
	d := drawnRecord{values: map[string]string{}, rows: map[string][]string{}, nested: map[string]string{}}
	for _, v := range drawn.Values {
		text := v.Text
		if blob, ok := blobs[text]; ok && form.Lookup(v.Path) != nil && (form.Lookup(v.Path).Type == schema.Binary || form.Lookup(v.Path).Name == "audit") {
			text = blob
		}
		d.values[v.Path] = text
	}
	for _, r := range drawn.Rows {
		pattern := schema.PatternOf(r.Path())
		d.rows[pattern] = append(d.rows[pattern], r.Path())
	}
	for _, r := range form.Repeats() {
		if around := r.Repeat(); around != nil {
			d.nested[r.Path] = around.Path
		}
	}
	return d
}

// signatures writes the rows that a table must have.
func (d drawnRecord) signatures(plan *export.Plan, t *export.Table) []string {
	if t.Repeat == "" {
		return []string{d.signature(t, "")}
	}
	list := []string{}
	for _, row := range d.rows[t.Repeat] {
		s := d.signature(t, row)
		if around := d.nested[t.Repeat]; around != "" {
			parent := &plan.Tables[slices.IndexFunc(plan.Tables, func(t export.Table) bool { return t.Repeat == around })]
			s = d.signature(parent, row[:strings.LastIndexByte(row[:strings.LastIndexByte(row, '[')], ']')+1]) + " > " + s
		}
		list = append(list, s)
	}
	return list
}

func (d drawnRecord) signature(t *export.Table, row string) string {
	var b strings.Builder
	for i := range t.Columns {
		c := &t.Columns[i]
		if !holdsAnswer(c) {
			continue
		}
		path := c.Path
		if row != "" {
			path = row + strings.TrimPrefix(c.Path, t.Repeat)
		}
		b.WriteString(c.Path + "=" + d.values[path] + "\n")
	}
	return b.String()
}

// signature writes an exported row as drawnRecord writes the one it should be.
func signature(t *export.Table, row tableRow) string {
	var b strings.Builder
	for i := range t.Columns {
		c := &t.Columns[i]
		if holdsAnswer(c) {
			b.WriteString(c.Path + "=" + armed(row[c.Name]) + "\n")
		}
	}
	return b.String()
}

// holdsAnswer leaves out what is derived from an answer: labels and ticks.
func holdsAnswer(c *export.Column) bool {
	return c.Path != "" && slices.Contains([]string{"code", "ordered", "number", "text"}, c.What())
}

// armed takes away the apostrophe that keeps spreadsheets from running a text.
func armed(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠ ", []rune(rest)[0]) {
		return rest
	}
	return s
}
