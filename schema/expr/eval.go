package expr

import (
	"math"
	"time"

	"ruhu/internal/limits"
)

// Machine evaluates expressions. It is not safe for concurrent use; one machine serves any number of evaluations, which
// share its budget of steps until Reset.
type Machine struct {
	env   Env
	steps int
	err   *Error
	depth int

	origin Node // the node an expression is about: current()
	at     Node // the context node
	pos    int  // its position in a predicate, 0 outside
	size   int

	stack    []Node   // node sets of the evaluation under way
	stacks   [][]Node // of evaluations that wait for it, by level
	level    int
	words    []byte // texts being put together
	zone     *time.Location
	patterns map[string]*pattern
}

// NewMachine returns a machine for an Env.
func NewMachine(env Env) *Machine {
	m := &Machine{}
	m.Reset(env)
	return m
}

// Reset makes the machine as new, keeping its memory.
func (m *Machine) Reset(env Env) {
	m.env, m.zone, m.steps, m.err = env, env.Zone, env.Steps, nil
	if cap(m.words) > 64<<10 {
		m.words = nil
	}
	if m.zone == nil {
		m.zone = time.UTC
	}
	if m.steps <= 0 {
		m.steps = DefaultSteps
	}
}

// Left returns how many steps the machine may still do.
func (m *Machine) Left() int { return m.steps }

// Eval evaluates an expression about a node. It may be called from within an Env's functions, on the same machine. The
// error is an *Error.
func (e *Expr) Eval(m *Machine, about Node) (Value, error) { return e.EvalIn(m, about, about) }

// EvalIn evaluates an expression that is a predicate: it asks about one node (current()) and is tried at another ("." and
// relative paths).
func (e *Expr) EvalIn(m *Machine, about, at Node) (Value, error) {
	origin, before, pos, size, stack := m.origin, m.at, m.pos, m.size, m.stack
	if m.level == len(m.stacks) {
		m.stacks = append(m.stacks, nil)
	}
	m.stack = m.stacks[m.level][:0]
	m.level++
	m.depth++
	m.origin, m.at, m.pos, m.size = about, at, 0, 0
	if m.depth > limits.ExpressionEvalDepth {
		m.fail(fault(Limit, 0, "", "表达式互相依赖过深", "expressions depend on one another too deeply"))
	}
	v := m.eval(e.root)
	m.depth--
	m.level--
	m.stacks[m.level] = m.stack
	m.origin, m.at, m.pos, m.size, m.stack = origin, before, pos, size, stack
	if m.err != nil {
		err := m.err
		m.err = nil
		return Value{}, err
	}
	return v, nil
}

// step takes n steps off the budget; false where it is used up.
func (m *Machine) step(n int) bool {
	if m.steps -= n; m.steps < 0 {
		m.steps = 0
		m.fail(fault(Limit, 0, "", "表达式计算量过大", "the expression takes too much work"))
	}
	return m.err == nil
}

func (m *Machine) fail(err *Error) Value {
	if m.err == nil {
		m.err = err
	}
	return Value{}
}

func (m *Machine) eval(x expression) Value {
	if m.steps--; m.steps < 0 {
		m.step(0)
	}
	if m.err != nil {
		return Value{}
	}
	switch x := x.(type) {
	case *literal:
		return x.v
	case *location:
		return m.locate(x)
	case *call:
		return m.call(x)
	case *negation:
		return Number(-m.number(m.eval(x.a)))
	case *operation:
		if m.depth++; m.depth > limits.ExpressionEvalDepth {
			m.fail(fault(Limit, x.pos, "", "表达式嵌套过深", "the expression is nested too deeply"))
		}
		v := m.operate(x)
		m.depth--
		return v
	}
	return Value{}
}

func (m *Machine) operate(x *operation) Value {
	a := m.eval(x.a)
	switch x.op {
	case opOr:
		return Bool(a.True() || m.eval(x.b).True())
	case opAnd:
		return Bool(a.True() && m.eval(x.b).True())
	}
	b := m.eval(x.b)
	if m.err != nil {
		return Value{}
	}
	switch x.op {
	case opEqual:
		return Bool(m.equal(a, b, true))
	case opUnequal:
		return Bool(m.equal(a, b, false))
	case opLess, opLessEqual, opGreater, opGreaterEqual:
		return Bool(m.order(x.op, a, b))
	case opUnion:
		return m.union(x, a, b)
	}
	p, q := m.number(a), m.number(b)
	switch x.op {
	case opPlus:
		return Number(p + q)
	case opMinus:
		return Number(p - q)
	case opTimes:
		return Number(p * q)
	case opDiv:
		return Number(p / q)
	}
	return Number(math.Mod(p, q))
}

func (m *Machine) call(c *call) Value {
	f := c.fn
	if f == nil {
		return m.fail(faultf(Unknown, c.pos, c.name, "未知函数 %s()", "there is no function %s()", c.name))
	}
	if n := len(c.args); n < f.least || n > f.most && f.most >= 0 || f.odd && n%2 == 0 || f.even && n%2 == 1 {
		return m.fail(faultf(Arity, c.pos, c.name, "%s() 需要 %s 个参数", "%s() takes %s arguments", c.name, f.wants()))
	}
	if m.depth++; m.depth > limits.ExpressionEvalDepth {
		m.fail(fault(Limit, c.pos, c.name, "表达式嵌套过深", "the expression is nested too deeply"))
	}
	v := f.run(m, c)
	m.depth--
	if v.kind == kindText && len(v.s) > limits.ExpressionText {
		return m.fail(fault(Limit, c.pos, c.name, "文本过长", "a text grows too long"))
	}
	return v
}

// text evaluates an argument as a text.
func (m *Machine) text(c *call, i int) string { return m.eval(c.args[i]).String() }

func (m *Machine) figure(c *call, i int) float64 { return m.number(m.eval(c.args[i])) }

// whole evaluates an argument as a whole number, cut towards zero; NaN is 0.
func (m *Machine) whole(c *call, i int) int {
	n := math.Trunc(m.figure(c, i))
	switch {
	case math.IsNaN(n):
		return 0
	case n > math.MaxInt32:
		return math.MaxInt32
	case n < math.MinInt32:
		return math.MinInt32
	}
	return int(n)
}

// set evaluates an argument that must be a set of nodes.
func (m *Machine) set(c *call, i int) []Node {
	v := m.eval(c.args[i])
	if v.kind != kindNodes && m.err == nil {
		m.fail(faultf(Mismatch, c.pos, c.name, "%s() 的第 %d 个参数应为节点", "argument %[2]d of %[1]s() must be nodes", c.name, i+1))
	}
	return v.nodes
}
