package xform

import "ruhu/schema"

// need says that a node's answer, or whether it is asked, depends on another node.
type need struct {
	to    *schema.Node
	value bool // of its answer: a calculation, or a node that needs itself
}

// findCycles refuses calculations that need their own result, also by way of what hides a question: clients refuse such forms.
// Conditions that hide each other are no circle, no value depends on them. Paths with predicates (the row before) are left out.
func (r *reader) findCycles(graph map[*schema.Node][]need) {
	knot := knots(r.form.Root, graph)
	said := map[int]bool{}
	walk(r.form.Root, func(_, n *schema.Node) {
		for _, e := range graph[n] {
			if !e.value || knot[e.to] != knot[n] || e.to != n && said[knot[n]] {
				continue
			}
			said[knot[n]] = true
			r.fault(r.origins[n][0], localNames(n.Ref), "cycle", "题目依赖自身的答案，经由 "+localNames(e.to.Ref), "the question depends on its own answer, by way of "+localNames(e.to.Ref),
				"请打断循环", "break the circle")
		}
	})
}

// knots numbers the nodes so that two have the same number where each can be reached from the other (Tarjan, without recursion).
func knots(root *schema.Node, graph map[*schema.Node][]need) map[*schema.Node]int {
	type frame struct {
		n    *schema.Node
		next int
	}
	var (
		met     = map[*schema.Node]int{} // in which order nodes were met, from 1
		low     = map[*schema.Node]int{} // the first node met that is reached from here
		knot    = map[*schema.Node]int{}
		waiting []*schema.Node
		stack   []frame
	)
	enter := func(n *schema.Node) {
		met[n] = len(met) + 1
		low[n] = met[n]
		waiting = append(waiting, n)
		stack = append(stack, frame{n: n})
	}
	walk(root, func(_, start *schema.Node) {
		if met[start] > 0 {
			return
		}
		enter(start)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next < len(graph[top.n]) {
				to := graph[top.n][top.next].to
				top.next++
				if met[to] == 0 {
					enter(to)
				} else if knot[to] == 0 {
					low[top.n] = min(low[top.n], met[to])
				}
				continue
			}
			n := top.n
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				above := stack[len(stack)-1].n
				low[above] = min(low[above], low[n])
			}
			if low[n] < met[n] {
				continue
			}
			for {
				last := waiting[len(waiting)-1]
				waiting = waiting[:len(waiting)-1]
				knot[last] = met[n]
				if last == n {
					break
				}
			}
		}
	})
	return knot
}
