package instance

import (
	"strings"

	"ruhu/schema"
)

// baseRow is a row of the version that was edited.
type baseRow struct {
	id    string
	cells map[string]Value // by path below the row, without those of rows within
}

func indexRows(base *Instance) map[string][]baseRow {
	rows := map[string][]baseRow{}
	at := map[string]map[string]Value{}
	for _, row := range base.Rows {
		cells := map[string]Value{}
		at[row.Path()] = cells
		rows[row.Repeat] = append(rows[row.Repeat], baseRow{id: row.ID, cells: cells})
	}
	for _, v := range base.Values {
		if shut := strings.LastIndexByte(v.Path, ']'); shut >= 0 && shut+2 < len(v.Path) {
			if cells := at[v.Path[:shut+1]]; cells != nil {
				cells[v.Path[shut+2:]] = v
			}
		}
	}
	return rows
}

// maxPairs bounds the work of matching rows; beyond it rows are matched by their place.
const maxPairs = 250_000

// matchBase returns for each row the id of the base's row it goes on from, "" where there is none. A client that knows no
// row ids sends rows by place alone; when one in the middle was removed, those behind it would seem rewritten. So rows are
// matched in order such that the most answers stay where they were.
func (r *reader) matchBase(path string, repeat *schema.Node, rows []*element, ids []rowID) []string {
	found := make([]string, len(rows))
	taken := make(map[string]bool, len(ids))
	var open []int
	for i, id := range ids {
		if taken[id.id] = true; id.id == "" {
			open = append(open, i)
		}
	}
	var base []baseRow
	for _, b := range r.base[path] {
		if !taken[b.id] {
			base = append(base, b)
		}
	}
	if len(base) == 0 || len(open) == 0 {
		return found
	}
	if len(base)*len(open) > maxPairs {
		for k := 0; k < min(len(base), len(open)); k++ {
			found[open[k]] = base[k].id
		}
		return found
	}
	score := make([][]int, len(open))
	for i, k := range open {
		score[i] = make([]int, len(base))
		cells := map[string]string{}
		r.cellsOf(cells, "", repeat, rows[k])
		for j, b := range base {
			score[i][j] = 1 + 1000*alike(cells, b.cells)
		}
	}
	for i, j := range pairs(score) {
		if j >= 0 {
			found[open[i]] = base[j].id
		}
	}
	return found
}

// pairs chooses, in order on both sides, the pairs of rows and columns whose scores add up to the most; -1 where a row
// has no partner. Of equal choices the one nearest to the same place is taken.
func pairs(score [][]int) []int {
	n, m := len(score), len(score[0])
	best := make([][]int, n+1) // best[i][j]: the most that rows from i and columns from j can reach
	for i := range best {
		best[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j+1]+score[i][j], best[i+1][j], best[i][j+1])
		}
	}
	chosen := make([]int, n)
	for i, j := 0, 0; i < n; {
		switch {
		case j == m:
			chosen[i] = -1
			i++
		case best[i][j] == best[i+1][j+1]+score[i][j]:
			chosen[i] = j
			i++
			j++
		case best[i][j] == best[i][j+1]:
			j++
		default:
			chosen[i] = -1
			i++
		}
	}
	return chosen
}

// cellsOf gathers a row's answers, those of rows within left out.
func (r *reader) cellsOf(cells map[string]string, at string, node *schema.Node, e *element) {
	for _, c := range e.kids {
		n := r.known(node, c.name)
		switch {
		case n == nil || n.Kind == schema.Repeat:
		case n.Kind == schema.Group:
			r.cellsOf(cells, join(at, c.name), n, c)
		default:
			cells[join(at, c.name)] = c.text
		}
	}
}

// alike counts the answers that are the same in both.
func alike(cells map[string]string, base map[string]Value) int {
	n := 0
	for path, text := range cells {
		if b, ok := base[path]; ok && text != "" && (text == b.Sent || text == b.Text) {
			n++
		}
	}
	return n
}
