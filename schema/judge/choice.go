package judge

import (
	"strings"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// choices is a select whose choices depend on other answers.
type choices struct {
	set   *expr.Expr         // the whole nodeset, where the filter cannot be tried item by item
	items map[string][]int32 // value -> items of the table
	table *table
	value string // name of the column with the value
}

// compileChoices makes a choice filter ready. Lists from files and from the form's own rows are looked up as they stand.
func (f *Form) compileChoices(i int) {
	c := f.nodes[i].node.Choices
	if c == nil || c.Filter == "" && !fromRows(c) || c.ValueRef == "" || strings.ContainsAny(c.ValueRef, "/()[]") {
		return
	}
	nodeset := c.Nodeset
	if inner, ok := strings.CutPrefix(nodeset, "randomize("); ok && c.Random {
		nodeset = first(strings.TrimSuffix(inner, ")"))
	}
	whole, err := expr.Parse(nodeset)
	if err != nil || len(whole.Faults()) > 0 {
		if err == nil {
			err = whole.Faults()[0]
		}
		f.fault(i, RuleChoice, err)
		return
	}
	r := &rule{e: whole, slot: -1, traits: whole.Traits()}
	f.reads(i, r)
	f.bind(i, whole)
	r.files = f.needTables(whole)
	out := &choices{value: c.ValueRef}
	if t, path := f.itemsOf(whole); t != nil && path != nil {
		if filter, err := expr.Parse(c.Filter); err == nil && len(filter.Faults()) == 0 && filter.Traits()&expr.Place == 0 && !positional(filter) {
			f.bindFilter(i, filter)
			r.e, out.table, out.items = filter, t, t.index(path, c.ValueRef)
		}
	}
	if out.table == nil {
		out.set = whole
	}
	f.nodes[i].filter, f.nodes[i].choices = r, out
}

// fromRows reports that the choices are the form's own rows.
func fromRows(c *schema.Choices) bool {
	return c.List != nil && c.List.Open && c.List.Src == "" && strings.HasPrefix(c.Nodeset, "/")
}

// first returns the first argument of a list of arguments.
func first(s string) string {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			return s[:i]
		}
	}
	return s
}

// positional reports whether a predicate may choose by place.
func positional(e *expr.Expr) bool {
	for _, c := range e.Calls() {
		if c.Name == "position" || c.Name == "last" {
			return true
		}
	}
	_, fixed := e.Constant()
	return fixed
}

// itemsOf returns the table and the steps to the items of instance('id')/root/item[…].
func (f *Form) itemsOf(e *expr.Expr) (*table, []string) {
	for _, r := range e.Refs() {
		if !r.Foreign {
			continue
		}
		calls := e.Calls()
		if len(calls) == 0 || calls[0].Name != "instance" || calls[0].Pos != r.Pos {
			return nil, nil
		}
		return f.tables[calls[0].Literals[0]], r.Steps
	}
	return nil, nil
}

// index finds the items below the steps by their value.
func (t *table) index(steps []string, column string) map[string][]int32 {
	set := []int32{0}
	for _, s := range steps {
		var next []int32
		for _, at := range set {
			for _, n := range t.nodes[at].Children(nil, s) {
				next = append(next, n.(*entry).at+1)
			}
		}
		set = next
	}
	out := make(map[string][]int32, len(set))
	for _, at := range set {
		for _, n := range t.nodes[at].Children(nil, column) {
			out[n.Text()] = append(out[n.Text()], at)
			break
		}
	}
	return out
}

// offered reports whether every value of an answer is a choice that the filter leaves.
func (r *run) offered(n *place, f *field) (bool, error) {
	for rest := n.text; rest != ""; {
		value := rest
		if f.node.Control != schema.SelectOne {
			value, rest, _ = strings.Cut(rest, " ")
		} else {
			rest = ""
		}
		ok, err := r.offers(n, f, value)
		if err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

func (r *run) offers(n *place, f *field, value string) (bool, error) {
	c := f.choices
	if c.set == nil {
		for _, at := range c.items[value] {
			v, err := f.filter.e.EvalIn(&r.machine, n, &c.table.nodes[at])
			if err != nil {
				return false, err
			}
			if v.True() {
				return true, nil
			}
		}
		return false, nil
	}
	v, err := c.set.Eval(&r.machine, n)
	if err != nil {
		return false, err
	}
	items, _ := v.Nodes()
	var few [1]expr.Node
	for _, item := range items {
		if list := item.Children(few[:0], c.value); len(list) > 0 && list[0].Text() == value {
			return true, nil
		}
	}
	return false, nil
}
