package expr

// node of the syntax tree: one of the types below.
type expression any

type literal struct{ v Value }

type operation struct {
	op   operator
	a, b expression
	pos  int
}

type negation struct{ a expression }

type variable struct {
	name string
	pos  int
}

type call struct {
	name string
	pos  int
	fn   *function // nil where nobody has it
	args []expression
	re   *pattern // regex() with a literal pattern
}

type location struct {
	start  start
	from   expression   // startFilter
	filter []expression // predicates of from
	steps  []step
	pos    int
	inside bool // stands in a predicate
	handle int  // of a bound path, -1 where it is walked
}

type start uint8

const (
	startContext start = iota
	startRoot
	startCurrent // current()/…
	startFilter
)

type step struct {
	axis axis
	test test
	name string // local name of a name test
	pred []expression
}

type test uint8

const (
	testName test = iota
	testAny       // *
	testNode      // node()
	testText      // text()
	testNone      // comment() and processing-instruction(): records have none
)

type axis uint8

const (
	axisChild axis = iota
	axisSelf
	axisParent
	axisAttribute
	axisDescendant
	axisDescendantOrSelf
	axisAncestor
	axisAncestorOrSelf
	axisFollowingSibling
	axisPrecedingSibling
)

var axes = map[string]axis{
	"child": axisChild, "self": axisSelf, "parent": axisParent, "attribute": axisAttribute, "descendant": axisDescendant,
	"descendant-or-self": axisDescendantOrSelf, "ancestor": axisAncestor, "ancestor-or-self": axisAncestorOrSelf,
	"following-sibling": axisFollowingSibling, "preceding-sibling": axisPrecedingSibling,
}

type operator uint8

const (
	opOr operator = iota
	opAnd
	opEqual
	opUnequal
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opPlus
	opMinus
	opTimes
	opDiv
	opMod
	opUnion
)

// binding says how tightly an operator binds; 0 for what is none.
func binding(t token) (operator, int) {
	if t.kind != tokenOperator {
		return 0, 0
	}
	switch t.text {
	case "or":
		return opOr, 1
	case "and":
		return opAnd, 2
	case "=":
		return opEqual, 3
	case "!=":
		return opUnequal, 3
	case "<":
		return opLess, 4
	case "<=":
		return opLessEqual, 4
	case ">":
		return opGreater, 4
	case ">=":
		return opGreaterEqual, 4
	case "+":
		return opPlus, 5
	case "-":
		return opMinus, 5
	case "*":
		return opTimes, 6
	case "div":
		return opDiv, 6
	case "mod":
		return opMod, 6
	case "|":
		return opUnion, 8
	}
	return 0, 0
}
