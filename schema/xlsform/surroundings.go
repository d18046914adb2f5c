package xlsform

import (
	"sort"
	"strings"
)

// surroundings are what stands around the references of one expression, found once for all of them.
type surroundings struct {
	text     string
	brackets [][2]int // where [ … ] stand, in an expression that asks an instance(); nil in others
	calls    [][2]int // where the calls of indexed-repeat() stand, up to their first closing bracket
	args     []map[string]int
}

const indexedRepeat = "indexed-repeat("

func surveyed(text string) *surroundings {
	w := &surroundings{text: text}
	if i := strings.Index(text, "instance("); i >= 0 && strings.Contains(text[i:], ")") {
		w.brackets = spans(text, "[", ']')
	}
	w.calls = spans(text, indexedRepeat, ')')
	w.args = make([]map[string]int, len(w.calls))
	return w
}

// spans returns where runs from an opening word to the next closing byte begin and end.
func spans(text, opening string, closing byte) [][2]int {
	var list [][2]int
	for at := 0; ; {
		i := strings.Index(text[at:], opening)
		if i < 0 {
			return list
		}
		start := at + i
		shut := strings.IndexByte(text[start:], closing)
		if shut < 0 {
			return list
		}
		at = start + shut + 1
		list = append(list, [2]int{start, at})
	}
}

// inPredicate reports whether a reference stands in brackets of an expression that asks an instance().
func (w *surroundings) inPredicate(ref reference) bool {
	i := sort.Search(len(w.brackets), func(i int) bool { return w.brackets[i][1] >= ref.end })
	return i < len(w.brackets) && ref.start >= w.brackets[i][0]
}

// relative reports whether a reference may be written relative to where it stands. indexed-repeat() wants paths from the
// root: of the node, of each repeat; its positions may be relative. Which of several calls a reference belongs to is found
// as pyxform finds it (it looks at every other call), so that both write the same paths.
func (w *surroundings) relative(ref reference) bool {
	n := len(w.calls)
	if n == 0 {
		return true
	}
	i := sort.Search(n, func(i int) bool { return ref.end <= w.calls[i][1] })
	i += i % 2
	if i >= n {
		return n%2 == 1
	}
	call := w.calls[i]
	if ref.end < call[0] || ref.start > call[1] {
		return true
	}
	if w.args[i] == nil {
		w.args[i] = map[string]int{}
		for n, arg := range strings.Split(w.text[call[0]+len(indexedRepeat):call[1]-1], ",") {
			list, _ := references(arg)
			for _, r := range list {
				if !r.lastSaved {
					w.args[i][r.name] = n
				}
			}
		}
	}
	arg, there := w.args[i][ref.name]
	return there && arg != 0 && arg != 1 && arg != 3 && arg != 5
}
