package compare

import (
	"sort"
	"strings"

	"ruhu/schema"
)

// match finds for every node of next the node of old it came from: the one at its path; else the one gone question of
// the same name elsewhere; else the one gone question with the same words and the same kind of answer. Where two could be
// meant, none is: a wrong guess would tell people that answers moved.
func (c *comparison) match() {
	c.from = map[*schema.Node]*schema.Node{}
	c.gone = map[*schema.Node]bool{}
	c.lists = map[[2]*schema.ChoiceList]bool{}
	var fresh []*schema.Node
	c.next.Walk(func(n *schema.Node) {
		if was := c.old.Node(n.Path); was != nil {
			c.from[n] = was
			return
		}
		fresh = append(fresh, n)
	})
	c.old.Walk(func(n *schema.Node) {
		if c.next.Node(n.Path) == nil {
			c.gone[n] = true
		}
	})
	for _, key := range []func(*schema.Node) string{byName, c.byWords} {
		was, is := map[string][]*schema.Node{}, map[string][]*schema.Node{}
		for n := range c.gone {
			if k := key(n); k != "" {
				was[k] = append(was[k], n)
			}
		}
		for _, n := range fresh {
			if k := key(n); k != "" && c.from[n] == nil {
				is[k] = append(is[k], n)
			}
		}
		for k, list := range is {
			if old := was[k]; len(list) == 1 && len(old) == 1 {
				c.from[list[0]] = old[0]
				delete(c.gone, old[0])
			}
		}
	}
	c.order()
}

func byName(n *schema.Node) string {
	if n.Added || n.InMeta {
		return ""
	}
	return string(n.Kind) + "\x00" + answerKind(n) + "\x00" + n.Name
}

func (c *comparison) byWords(n *schema.Node) string {
	if n.Kind != schema.Question || n.Label.Empty() || n.Added {
		return ""
	}
	parts := []string{answerKind(n)}
	for _, lang := range c.languagesOf(n.Label, schema.Text{}) {
		parts = append(parts, lang, n.Label.Words[lang])
	}
	for _, item := range n.ChoiceItems() {
		parts = append(parts, item.Value)
	}
	return strings.Join(parts, "\x00")
}

// answerKind tells answers apart that cannot stand for each other.
func answerKind(n *schema.Node) string {
	switch {
	case n.Kind != schema.Question:
		return ""
	case n.Control == schema.Select, n.Control == schema.Rank, n.Control == schema.Note:
		return string(n.Control)
	}
	return string(n.Type)
}

// order finds the nodes that stand elsewhere among their siblings: those outside the longest run of siblings, taken with
// gaps, that kept their order.
func (c *comparison) order() {
	c.moved = map[*schema.Node]bool{}
	place := map[*schema.Node]int{}
	c.old.Walk(func(n *schema.Node) { place[n] = len(place) })
	c.among(c.next.Root, place)
	c.next.Walk(func(n *schema.Node) { c.among(n, place) })
}

func (c *comparison) among(parent *schema.Node, place map[*schema.Node]int) {
	var kept []*schema.Node // came from the same parent
	var was []int
	for _, n := range parent.Children {
		old := c.from[n]
		if old == nil || n.Added || old.Path != n.Path {
			continue
		}
		kept = append(kept, n)
		was = append(was, place[old])
	}
	stay := longestRise(was)
	for i, n := range kept {
		if !stay[i] {
			c.moved[n] = true
		}
	}
}

// longestRise marks the members of a longest strictly increasing subsequence.
func longestRise(seq []int) []bool {
	tails, before := []int{}, make([]int, len(seq))
	for i, v := range seq {
		k := sort.Search(len(tails), func(k int) bool { return seq[tails[k]] >= v })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	in := make([]bool, len(seq))
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			in[i] = true
		}
	}
	return in
}
