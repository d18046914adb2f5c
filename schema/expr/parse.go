package expr

import (
	"slices"
	"strings"

	"ruhu/internal/limits"
)

// Expr is a parsed expression. It never changes and may be evaluated by any number of goroutines at once.
type Expr struct {
	src    string
	root   expression
	paths  []*location
	calls  []*call
	faults []*Error
	traits Trait
}

// String returns the expression as it was written.
func (e *Expr) String() string { return e.src }

// Parse reads an expression. The error is an *Error of kind Syntax, Unsupported or Limit. Functions that nobody has, wrong
// numbers of arguments and literal patterns that cannot be matched do not keep it from being read: see Faults.
func Parse(src string) (*Expr, error) {
	if len(src) > limits.ExpressionBytes {
		return nil, faultf(Limit, 0, "", "表达式超过 %d 字节", "the expression is longer than %d bytes", limits.ExpressionBytes)
	}
	p := parser{lex: lexer{src: src}, e: &Expr{src: src}}
	p.advance()
	root := p.expression(1)
	if p.err == nil && p.at.kind != tokenEnd {
		p.unexpected()
	}
	if p.err != nil {
		return nil, p.err
	}
	p.e.root = root
	slices.SortStableFunc(p.e.faults, func(a, b *Error) int { return a.Pos - b.Pos })
	return p.e, nil
}

// Faults returns what is wrong with an expression that could be read: unknown functions, wrong numbers of arguments,
// patterns that cannot be matched; in order of place.
func (e *Expr) Faults() []*Error { return e.faults }

type parser struct {
	lex   lexer
	at    token
	e     *Expr
	err   *Error
	depth int
	preds int // predicates around the present place
}

func (p *parser) advance() {
	if p.err != nil {
		return
	}
	t, err := p.lex.next()
	if err != nil {
		p.err, p.at = err, token{pos: err.Pos}
		return
	}
	p.at = t
}

func (p *parser) fail(err *Error) {
	if p.err == nil {
		p.err = err
	}
	p.at = token{pos: err.Pos}
}

func (p *parser) unexpected() {
	if p.err != nil {
		return
	}
	switch p.at.kind {
	case tokenEnd:
		p.fail(fault(Syntax, p.at.pos, "", "表达式不完整", "the expression ends too early"))
	case tokenSign, tokenOperator, tokenStar:
		p.fail(faultf(Syntax, p.at.pos, "", "%s 的位置不对", "%s cannot stand here", p.sign()))
	case tokenName, tokenVariable:
		p.fail(faultf(Syntax, p.at.pos, p.at.text, "%s 之前缺少运算符", "an operator is missing before %s", p.at.text))
	default:
		p.fail(fault(Syntax, p.at.pos, "", "两个值之间缺少运算符", "an operator is missing between two values"))
	}
}

func (p *parser) sign() string {
	if p.at.kind == tokenStar {
		return "*"
	}
	return p.at.text
}

func (p *parser) is(sign string) bool { return p.at.kind == tokenSign && p.at.text == sign }

func (p *parser) take(sign string) bool {
	if !p.is(sign) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(sign string) {
	if p.err == nil && !p.take(sign) {
		if p.at.kind == tokenEnd {
			p.fail(faultf(Syntax, p.at.pos, "", "缺少 %s", "%s is missing", sign))
		} else {
			p.unexpected()
		}
	}
}

func (p *parser) deeper() bool {
	if p.depth++; p.depth > limits.ExpressionDepth*2 {
		p.fail(fault(Limit, p.at.pos, "", "括号嵌套过深", "brackets are nested too deeply"))
		return false
	}
	return true
}

// expression reads operators that bind at least as tightly as least.
func (p *parser) expression(least int) expression {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	left := p.unary()
	for p.err == nil {
		op, tight := binding(p.at)
		if tight < least || tight == 0 {
			break
		}
		pos := p.at.pos
		p.advance()
		left = &operation{op: op, a: left, b: p.expression(tight + 1), pos: pos}
	}
	return left
}

func (p *parser) unary() expression {
	minus := 0
	for p.err == nil && p.at.kind == tokenOperator && p.at.text == "-" {
		minus++
		p.advance()
	}
	if minus == 0 {
		return p.path()
	}
	x := p.expression(8) // a union binds tighter than a minus
	if minus%2 == 0 {
		return &negation{&negation{x}}
	}
	return &negation{x}
}

// path reads a location path, or a primary expression with its predicates and the steps behind it.
func (p *parser) path() expression {
	if p.err != nil {
		return nil
	}
	switch p.at.kind {
	case tokenSign:
		switch p.at.text {
		case "(":
			return p.filtered(p.group)
		case "/", "//", ".", "..", "@":
			return p.location()
		}
	case tokenNumber:
		v := p.at.number
		return p.filtered(func() expression { p.advance(); return &literal{Number(v)} })
	case tokenText:
		s := p.at.text
		return p.filtered(func() expression { p.advance(); return &literal{Text(s)} })
	case tokenVariable:
		name, pos := p.at.text, p.at.pos
		p.fail(faultf(Unsupported, pos, name, "不支持变量 $%s", "variables such as $%s are not supported", name))
		return nil
	case tokenStar:
		return p.location()
	case tokenName:
		if p.calls() {
			return p.filtered(p.call)
		}
		return p.location()
	}
	p.unexpected()
	return nil
}

func (p *parser) group() expression {
	p.advance()
	x := p.expression(1)
	p.expect(")")
	return x
}

// calls reports whether the name here is a function's: a bracket follows, and it is no node test.
func (p *parser) calls() bool {
	switch p.at.text {
	case "node", "text", "comment", "processing-instruction":
		return false
	}
	rest := strings.TrimLeft(p.lex.src[p.lex.pos:], " \t\r\n")
	return strings.HasPrefix(rest, "(")
}

// filtered reads a primary expression with what follows it.
func (p *parser) filtered(primary func() expression) expression {
	pos := p.at.pos
	x := primary()
	if p.err != nil || !p.is("[") && !p.is("/") && !p.is("//") {
		return x
	}
	l := &location{start: startFilter, from: x, pos: pos, inside: p.preds > 0, handle: -1}
	l.filter = p.predicates()
	if c, ok := x.(*call); ok && c.name == "current" && len(l.filter) == 0 {
		l.start, l.from = startCurrent, nil
	}
	p.steps(l)
	p.e.paths = append(p.e.paths, l)
	return l
}

func (p *parser) location() expression {
	l := &location{pos: p.at.pos, inside: p.preds > 0, handle: -1}
	switch {
	case p.take("/"):
		l.start = startRoot
		if p.startsStep() {
			p.step(l)
		}
	case p.is("//"):
		l.start = startRoot
	default:
		p.step(l)
	}
	p.steps(l)
	p.e.paths = append(p.e.paths, l)
	return l
}

func (p *parser) startsStep() bool {
	switch p.at.kind {
	case tokenName, tokenStar:
		return true
	case tokenSign:
		return p.at.text == "." || p.at.text == ".." || p.at.text == "@"
	}
	return false
}

// steps reads the steps behind a first one.
func (p *parser) steps(l *location) {
	for p.err == nil {
		switch {
		case p.take("/"):
		case p.take("//"):
			l.steps = append(l.steps, step{axis: axisDescendantOrSelf, test: testNode})
		default:
			return
		}
		if len(l.steps) > limits.PathSegments*2 {
			p.fail(fault(Limit, p.at.pos, "", "路径过长", "a path has too many steps"))
			return
		}
		if p.err == nil && !p.startsStep() {
			p.unexpected()
			return
		}
		p.step(l)
	}
}

func (p *parser) step(l *location) {
	s := step{}
	switch {
	case p.take("."):
		s.axis, s.test = axisSelf, testNode
		s.pred = p.predicates()
		l.steps = append(l.steps, s)
		return
	case p.take(".."):
		s.axis, s.test = axisParent, testNode
		s.pred = p.predicates()
		l.steps = append(l.steps, s)
		return
	case p.take("@"):
		s.axis = axisAttribute
	case p.at.kind == tokenName && strings.HasPrefix(strings.TrimLeft(p.lex.src[p.lex.pos:], " \t\r\n"), "::"):
		a, ok := axes[p.at.text]
		if !ok {
			p.fail(faultf(Unsupported, p.at.pos, p.at.text, "不支持轴 %s::", "the axis %s:: is not supported", p.at.text))
			return
		}
		s.axis = a
		p.advance()
		p.advance()
	}
	switch p.at.kind {
	case tokenStar:
		s.test = testAny
		p.advance()
	case tokenName:
		p.nameTest(&s)
	default:
		p.unexpected()
		return
	}
	s.pred = p.predicates()
	l.steps = append(l.steps, s)
}

func (p *parser) nameTest(s *step) {
	name, pos := p.at.text, p.at.pos
	p.advance()
	if !p.is("(") {
		s.name = local(name)
		if s.name == "*" {
			s.test = testAny
		}
		return
	}
	switch name {
	case "node":
		s.test = testNode
	case "text":
		s.test = testText
	case "comment", "processing-instruction":
		s.test = testNone
	default:
		p.fail(faultf(Syntax, pos, name, "路径中不能调用函数 %s()", "the function %s() cannot stand inside a path", name))
		return
	}
	p.advance()
	if s.test == testNone && p.at.kind == tokenText {
		p.advance()
	}
	p.expect(")")
}

func (p *parser) predicates() []expression {
	var list []expression
	for p.err == nil && p.take("[") {
		p.preds++
		list = append(list, p.expression(1))
		p.preds--
		p.expect("]")
	}
	return list
}

func (p *parser) call() expression {
	c := &call{name: p.at.text, pos: p.at.pos}
	p.advance()
	p.expect("(")
	for p.err == nil && !p.is(")") {
		c.args = append(c.args, p.expression(1))
		if !p.is(")") {
			p.expect(",")
			if p.err == nil && p.is(")") {
				p.unexpected()
			}
		}
		if len(c.args) > limits.ExpressionArguments {
			p.fail(faultf(Limit, c.pos, c.name, "%s() 的参数过多", "%s() has too many arguments", c.name))
		}
	}
	p.expect(")")
	if p.err == nil {
		p.known(c)
	}
	return c
}

// known finds a call's function and notes what is wrong with the call.
func (p *parser) known(c *call) {
	p.e.calls = append(p.e.calls, c)
	c.fn = functions[c.name]
	switch n := len(c.args); {
	case c.fn == nil:
		p.note(faultf(Unknown, c.pos, c.name, "未知函数 %s()", "there is no function %s()", c.name))
		return
	case n < c.fn.least || n > c.fn.most && c.fn.most >= 0 || c.fn.odd && n%2 == 0 || c.fn.even && n%2 == 1:
		p.note(faultf(Arity, c.pos, c.name, "%s() 需要 %s 个参数，写了 %d 个", "%s() takes %s arguments, not %d", c.name, c.fn.wants(), n))
	}
	p.e.traits |= c.fn.traits(c, p.preds > 0)
	if c.name == "regex" && len(c.args) == 2 {
		if lit, ok := c.args[1].(*literal); ok {
			re, err := compile(lit.v.s)
			if err != nil {
				err.Pos = c.pos
				p.note(err)
			}
			c.re = re
		}
	}
}

func (p *parser) note(err *Error) {
	if len(p.e.faults) < 100 {
		p.e.faults = append(p.e.faults, err)
	}
}
