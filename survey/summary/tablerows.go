package summary

import (
	"slices"

	"ruhu/survey/disclosure"
)

// tableRows are the rows of a table that can be masked: places with a shown base, and the merged rest of their siblings. What one
// row would tell twice is in it once. Where something of the merged places is shown in another table, each of them has a row too,
// though nobody is shown it: what the merged row tells of them all, less what is known of the one, tells of the others.
type tableRows struct {
	axis       disclosure.Axis
	members    [][]int     // places of each row
	mergedInto []int       // parent place of a merged row, -1
	inner      []bool      // rows of single places whose base is hidden
	lacks      bool        // some places are not shown alone
	empty      []int       // places with a base of zero
	twins      map[int]int // places of which all is told by the place above: nobody is elsewhere below it
}

func (t *tableRows) add(label string, parent, mergedInto int, inner bool, members ...int) int {
	t.members = append(t.members, members)
	t.mergedInto = append(t.mergedInto, mergedInto)
	t.inner = append(t.inner, inner)
	return t.axis.Add(label, parent)
}

// twinsOf lists the places that show what a place shows.
func (t *tableRows) twinsOf(place int) (list []int) {
	for i, above := range t.twins {
		if above == place {
			list = append(list, i)
		}
	}
	return list
}

func (t *tableRows) innerRows() (n int) {
	for _, inner := range t.inner {
		if inner {
			n++
		}
	}
	return n
}

// fixedElsewhere reports whether another table shows something of a place in a column.
func (c column) fixedElsewhere(place int) bool { return c.fixed != nil && c.fixed(place) }

func (k *masker) rows(l layout) tableRows {
	out := tableRows{twins: map[int]int{}}
	at := map[int]int{} // place -> row
	rest := map[int][]int{}
	beside := k.shownBeside(l)
	var parents []int
	for i, p := range k.places {
		base, in := l.base(i)
		if !in {
			continue
		}
		parentRow := -1
		if p.parent >= 0 {
			r, ok := at[p.parent]
			if !ok {
				if n, shownBase := base.Value(); shownBase && n == 0 {
					out.empty = append(out.empty, i)
				}
				continue // below a place that is not in the table
			}
			parentRow = r
		}
		switch n, ok := base.Value(); {
		case !ok && p.parent >= 0:
			if rest[p.parent] == nil {
				parents = append(parents, p.parent)
			}
			rest[p.parent] = append(rest[p.parent], i)
		case !ok:
		case n == 0:
			out.empty = append(out.empty, i)
		case p.parent >= 0 && beside[p.parent] == alone:
			at[i], out.twins[i] = parentRow, p.parent
		default:
			at[i] = out.add(p.area.Code, parentRow, -1, false, i)
		}
	}
	out.lacks = len(parents) > 0
	for _, p := range parents {
		under := at[p]
		if beside[p] != nobody {
			under = out.add(k.places[p].area.Code+"+", at[p], p, false, rest[p]...)
		}
		known := func(i int) bool {
			return slices.ContainsFunc(l.cols, func(c column) bool { return c.fixedElsewhere(i) })
		}
		if slices.ContainsFunc(rest[p], known) {
			for _, i := range rest[p] {
				out.add(k.places[i].area.Code, under, -1, true, i)
			}
		}
	}
	return out
}

// what is shown below a place.
const (
	nobody  = iota // no base at all: a merged row would say the same as the place itself
	alone          // one base, and nobody's is hidden: its row says the same
	several        // rows that say more
)

func (k *masker) shownBeside(l layout) map[int]int {
	shown, hidden := map[int]int{}, map[int]bool{}
	for i, p := range k.places {
		if base, in := l.base(i); in && base.hidden {
			hidden[p.parent] = true
		} else if in && base.n > 0 {
			shown[p.parent]++
		}
	}
	out := map[int]int{}
	for p, n := range shown {
		if out[p] = several; n == 1 && !hidden[p] {
			out[p] = alone
		}
	}
	return out
}
