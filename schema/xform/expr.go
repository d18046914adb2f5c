package xform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// functions of XPath 1.0, of ODK XForms and of its clients. A form that calls another one would not run on a phone.
var functions = set(`
	last position count id local-name namespace-uri name string concat starts-with ends-with contains substring-before substring-after
	substring substr string-length normalize-space normalize-text translate boolean not true false lang number sum floor ceiling round
	text node comment processing-instruction
	if coalesce once selected selected-at count-selected jr:choice-name jr:itext indexed-repeat regex uuid int min max random pow
	boolean-from-string checklist weighted-checklist count-non-empty log log10 abs sin cos tan asin acos atan atan2 sqrt exp exp10 pi
	date date-time decimal-date-time decimal-time format-date format-date-time today now string-date area distance geofence intersects
	digest base64-decode extract-signed depend join randomize version instance current position pulldata search property
	instance-last-saved username deviceid phonenumber email simserial subscriberid thousandsep format-number digest
	odk:generate odk:decode odk-generate comment-status replace upper-case lower-case
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// lexed is what the reader needs to know of an expression without evaluating it.
type lexed struct {
	problem   string // why it cannot be an expression, in English; "" when it can
	problemZH string
	unknown   []string // functions that no client has
	paths     []string // plain location paths outside of predicates and of other instances
	union     bool     // a | b: refused by the phone's engine
}

// lex reads an expression's tokens. One pass, no recursion.
func lex(s string) lexed {
	var out lexed
	var stack []byte
	predicates := 0
	bad := func(zh, en string) lexed {
		out.problem, out.problemZH = en, zh
		return out
	}
	operand := false // the last token ended an operand
	foreign := false // the path goes on from a function's result or a predicate
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				return bad("引号没有配对", "a quote is not closed")
			}
			i += end + 2
			operand, foreign = true, false
			continue
		case c == '(' || c == '[':
			if len(stack) == limits.ExpressionDepth {
				return bad("括号嵌套过深", "brackets are nested too deeply")
			}
			stack = append(stack, c)
			if c == '[' {
				predicates++
			}
			operand, foreign = false, false
			i++
			continue
		case c == ')' || c == ']':
			open := byte('(')
			if c == ']' {
				open = '['
			}
			if len(stack) == 0 || stack[len(stack)-1] != open {
				return bad("括号没有配对", "a bracket is not matched")
			}
			stack = stack[:len(stack)-1]
			if c == ']' {
				predicates--
			}
			operand, foreign = true, true
			i++
			continue
		case c == '|':
			out.union = true
			operand, foreign = false, false
			i++
			continue
		case strings.IndexByte("+=<>,!*", c) >= 0:
			operand, foreign = c == '*' && !operand, false
			i++
			continue
		case c == '-' || c == '$':
			operand, foreign = false, false
			i++
			continue
		case c >= '0' && c <= '9':
			for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
				i++
			}
			operand, foreign = true, false
			continue
		}
		path := pathAt(s[i:])
		if path == "" {
			r, _ := utf8.DecodeRuneInString(s[i:])
			return bad("有无法识别的字符 "+quoted(string(r)), "it holds "+quoted(string(r))+", which no expression can")
		}
		rest := strings.TrimLeft(s[i+len(path):], " \t\r\n")
		call := strings.HasPrefix(rest, "(")
		switch {
		case call:
			name := path[strings.LastIndexByte(path, '/')+1:]
			if !functions[name] && !operatorWords[name] {
				out.unknown = append(out.unknown, name)
			}
			operand = false
		case operand && operatorWords[path]:
			operand = false
		case foreign && path[0] == '/', strings.HasPrefix(rest, "["), predicates > 0:
			operand = true
		default:
			out.paths = append(out.paths, path)
			operand = true
		}
		foreign = strings.HasPrefix(rest, "[")
		i += len(path)
	}
	if len(stack) > 0 {
		return bad("括号没有配对", "a bracket is not closed")
	}
	return out
}

var operatorWords = set("and or div mod")

// pathAt returns the run of name characters, slashes, dots, colons and @ that s begins with.
func pathAt(s string) string {
	for i, r := range s {
		if !(r == '/' || r == '.' || r == ':' || r == '@' || r == '_' || r == '-' && i > 0 || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)) {
			if r == '*' && i > 0 && (s[i-1] == '/' || s[i-1] == ':') {
				continue
			}
			return s[:i]
		}
	}
	return s
}

// lint reads every expression of the form for what would keep it from running.
func (r *reader) lint() {
	graph := map[*schema.Node][]*schema.Node{}
	walk(r.form.Root, func(_, n *schema.Node) {
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
				if e.derives && (e.attribute == "calculate" && to != n || to == n && !keepsItself(e.expr)) {
					graph[n] = append(graph[n], to)
				}
			}
		}
		if n.Choices != nil {
			r.lintExpr(n, "choice filter", n.Choices.Filter)
			r.lintExpr(n, "itemset", n.Choices.Nodeset)
		}
	})
	r.findCycles(graph)
}

func (r *reader) lintExpr(n *schema.Node, attribute, expr string) []*schema.Node {
	if expr == "" {
		return nil
	}
	at := r.origins[n][0]
	if e := r.asked[n]; e != nil {
		at = e
	}
	path := localNames(n.Ref)
	seen := lex(expr)
	if seen.problem != "" {
		r.fault(at, path, "xpath", attribute+" 表达式有误："+seen.problemZH, "the "+attribute+" expression cannot be read: "+seen.problem,
			"请改正表达式", "correct the expression")
		return nil
	}
	for _, name := range seen.unknown {
		r.fault(at, path, "unknown-function", attribute+" 表达式使用未知函数 "+name+"()", "the "+attribute+" expression calls "+name+"(), which does not exist",
			"请检查函数名", "check the function's name")
	}
	if seen.union {
		r.warn(at, path, "union", attribute+" 表达式使用并集 |，手机无法打开", "the "+attribute+" expression uses a union (|), which the phone cannot open",
			"请改写，不用 |", "write it without |")
	}
	var targets []*schema.Node
	for _, p := range seen.paths {
		if strings.Trim(p, "./") == "" || strings.Contains(p, "@") || strings.Contains(p, "*") {
			continue
		}
		key, plain := join(n.Ref, p)
		if !plain || !strings.Contains(p, "/") {
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

// findCycles refuses calculations that need their own result. Paths with predicates (the row before) are left out.
func (r *reader) findCycles(graph map[*schema.Node][]*schema.Node) {
	const unseen, open, done = 0, 1, 2
	state := map[*schema.Node]int{}
	type frame struct {
		n    *schema.Node
		next int
	}
	walk(r.form.Root, func(_, start *schema.Node) {
		if state[start] != unseen {
			return
		}
		stack := []frame{{n: start}}
		state[start] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(graph[top.n]) {
				state[top.n] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := graph[top.n][top.next]
			top.next++
			switch state[to] {
			case unseen:
				state[to] = open
				stack = append(stack, frame{n: to})
			case open:
				r.fault(r.origins[top.n][0], localNames(top.n.Ref), "cycle", "题目依赖自身的答案，经由 "+localNames(to.Ref), "the question depends on its own answer, by way of "+localNames(to.Ref),
					"请打断循环", "break the circle")
			}
		}
	})
}

// attachFromExpressions notes the CSV files that pulldata names.
func (r *reader) attachFromExpressions() {
	walk(r.form.Root, func(_, n *schema.Node) {
		for _, expr := range []string{n.Calculation, n.Relevant, n.Constraint, n.Required, n.Default} {
			for rest := expr; ; {
				i := strings.Index(rest, "pulldata(")
				if i < 0 {
					break
				}
				rest = rest[i+len("pulldata("):]
				if name, ok := firstLiteral(rest); ok && !strings.HasPrefix(name, "@") {
					if r.instances[name] == nil {
						r.attachments[csvName(name)] = true
					}
				}
			}
		}
	})
}
