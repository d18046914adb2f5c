package limits

// Expressions: what one of a form may hold, and what working it out may take.
const (
	ExpressionBytes     = 64 << 10
	ExpressionArguments = 1000
	ExpressionEvalDepth = 1500    // expressions within expressions that wait for one another
	ExpressionText      = 1 << 20 // bytes of a text made on the way
	ExpressionPattern   = 2 << 10 // bytes of a pattern of regex()
)
