package instance

import "ruhu/schema"

// baseRow is a row of the version that was edited.
type baseRow struct {
	id    string
	cells map[string]string // path below the row -> canonical text
}

func indexRows(base *Instance) map[string][]baseRow {
	rows := map[string][]baseRow{}
	for _, row := range base.Rows {
		rows[row.Repeat] = append(rows[row.Repeat], baseRow{id: row.ID})
	}
	return rows
}

// matchBase returns for each row the id of the base's row it goes on from, "" where there is none.
func (r *reader) matchBase(path string, repeat *schema.Node, rows []*element, ids []rowID) []string {
	base := r.base[path]
	found := make([]string, len(rows))
	for i := range rows {
		if i < len(base) {
			found[i] = base[i].id
		}
	}
	return found
}
