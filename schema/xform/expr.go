package xform

import (
	"errors"
	"strings"

	"ruhu/schema"
	"ruhu/schema/expr"
)

// parsed is what the reader needs to know of an expression without evaluating it.
type parsed struct {
	err    *expr.Error
	faults []*expr.Error
	refs   []expr.Ref
	calls  []expr.Called
	union  bool // a | b: refused by the phone's engine
}

// parse reads an expression once, however often a form holds it.
func (r *reader) parseExpr(src string) *parsed {
	if p := r.exprs[src]; p != nil {
		return p
	}
	p := &parsed{union: strings.IndexByte(src, '|') >= 0 && strings.IndexByte(unquoted(src), '|') >= 0}
	e, err := expr.Parse(src)
	if err == nil {
		p.faults, p.refs, p.calls = e.Faults(), e.Refs(), e.Calls()
	} else if !errors.As(err, &p.err) {
		p.err = &expr.Error{Kind: expr.Syntax, EN: err.Error(), ZH: err.Error()}
	}
	r.exprs[src] = p
	return p
}

// unquoted returns an expression without its literal texts.
func unquoted(src string) string {
	var b strings.Builder
	for rest := src; rest != ""; {
		i := strings.IndexAny(rest, `'"`)
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		_, rest, _ = strings.Cut(rest[i+1:], rest[i:i+1])
	}
	return b.String()
}

// lint reads every expression of the form for what would keep it from running.
func (r *reader) lint() {
	graph := map[*schema.Node][]need{}
	walk(r.form.Root, func(parent, n *schema.Node) {
		if parent.Relevant != "" || len(graph[parent]) > 0 {
			graph[n] = append(graph[n], need{to: parent}) // what hides a group hides what is in it
		}
		if n.Added {
			return
		}
		for _, e := range []struct {
			attribute, expr string
			derives         bool
		}{
			{"relevant", n.Relevant, true}, {"required", n.Required, false}, {"constraint", n.Constraint, false},
			{"calculate", n.Calculation, true}, {"readonly", n.ReadOnly, false}, {"jr:count", n.Count, false},
		} {
			for _, to := range r.lintExpr(n, e.attribute, e.expr) {
				if e.derives && (to != n || !keepsItself(e.expr)) {
					graph[n] = append(graph[n], need{to, e.attribute == "calculate" || to == n})
				}
			}
		}
		if n.Choices != nil && (n.Choices.List == nil || n.Choices.List.Src != itemsetsFile) { // a query of it is no XPath: its columns may begin with digits
			r.lintExpr(n, "choice filter", n.Choices.Filter)
			r.lintExpr(n, "itemset", n.Choices.Nodeset)
		}
	})
	r.findCycles(graph)
}

func (r *reader) lintExpr(n *schema.Node, attribute, src string) []*schema.Node {
	if src == "" {
		return nil
	}
	defer func(from int) {
		for i := from; i < len(r.faults); i++ {
			r.faults[i].Column = attribute
		}
	}(len(r.faults))
	at := r.origins[n][0]
	if e := r.asked[n]; e != nil {
		at = e
	}
	path := localNames(n.Ref)
	seen := r.parseExpr(src)
	if seen.err != nil {
		r.fault(at, path, "xpath", attribute+" 表达式有误："+seen.err.ZH, "the "+attribute+" expression cannot be read: "+seen.err.EN,
			"请改正表达式", "correct the expression")
		return nil
	}
	for _, f := range seen.faults {
		switch f.Kind {
		case expr.Unknown:
			r.fault(at, path, "unknown-function", attribute+" 表达式使用未知函数 "+f.Name+"()", "the "+attribute+" expression calls "+f.Name+"(), which does not exist",
				"请检查函数名", "check the function's name")
		case expr.Arity:
			r.fault(at, path, "arguments", attribute+" 表达式："+f.ZH, "the "+attribute+" expression: "+f.EN, "请检查参数个数", "check what stands between the brackets")
		default:
			r.warn(at, path, "unsupported", attribute+" 表达式："+f.ZH, "the "+attribute+" expression: "+f.EN, "", "")
		}
	}
	for _, call := range seen.calls {
		if call.Name != "instance" || len(call.Literals) != 1 || call.Literals[0] == "" || r.instances[call.Literals[0]] != nil || attribute == "itemset" {
			continue
		}
		r.warn(at, path, "no-such-instance", attribute+" 表达式引用没有的实例 "+quoted(call.Literals[0]), "the "+attribute+" expression refers to the instance "+quoted(call.Literals[0])+", which does not exist",
			"请检查名称，或添加选项列表或附件", "check the name, or add the list or the file")
	}
	if seen.union {
		r.warn(at, path, "union", attribute+" 表达式使用并集 |，手机无法打开", "the "+attribute+" expression uses a union (|), which the phone cannot open",
			"请改写，不用 |", "write it without |")
	}
	var targets []*schema.Node
	for _, ref := range seen.refs {
		if !ref.Absolute && !ref.Inside && !ref.Foreign && len(ref.Steps) == 1 && ref.Steps[0] == "." {
			targets = append(targets, n)
			continue
		}
		if !ref.Plain || ref.Inside || ref.Foreign || len(ref.Steps) < 2 && !ref.Absolute {
			continue
		}
		p := strings.Join(ref.Steps, "/")
		if ref.Absolute {
			p = "/" + p
		}
		key, plain := join(n.Ref, p)
		if !plain || strings.Trim(p, "./") == "" {
			continue
		}
		to := r.nodes[key]
		if to == nil && attribute != "choice filter" && attribute != "itemset" {
			r.warn(at, path, "ref-unknown", attribute+" 表达式引用不存在的 "+p, "the "+attribute+" expression refers to "+p+", which does not exist",
				"请检查名称", "check the name")
		}
		if to != nil {
			targets = append(targets, to)
		}
	}
	return targets
}

// keepsItself reports whether an expression may name its own question: to keep an answer that is there.
func keepsItself(expr string) bool {
	return strings.Contains(expr, "coalesce(") || strings.Contains(expr, "if(") || strings.Contains(expr, "once(")
}

// attachFromExpressions notes the CSV files that pulldata names.
func (r *reader) attachFromExpressions() {
	walk(r.form.Root, func(_, n *schema.Node) {
		for _, src := range []string{n.Calculation, n.Relevant, n.Constraint, n.Required, n.Default} {
			if !strings.Contains(src, "pulldata") {
				continue
			}
			for _, call := range r.parseExpr(src).calls {
				if call.Name != "pulldata" || call.Args == 0 {
					continue
				}
				if name := call.Literals[0]; name != "" && !strings.HasPrefix(name, "@") && r.instances[name] == nil {
					r.attachments[csvName(name)] = true
				}
			}
		}
	})
}
