package crdt

// Write is one live value at a path.
type Write struct {
	Dot
	Value string
	Null  bool
}

// Register is a path with its live writes (siblings), sorted by device, then seq.
type Register struct {
	Path     string
	Siblings []Write
}

// Mark is one live '+' or '-' at a row.
type Mark struct {
	Dot
	Minus bool
}

// Birth is the least (effective time, dot) of all '+' ever written at a row.
type Birth struct {
	Time int64
	Dot
}

// Row is a repeat row: its live marks sorted by dot, and its birth.
// A row that only ever saw '-' has no birth (HasBirth false).
type Row struct {
	Path     string
	Marks    []Mark
	Birth    Birth
	HasBirth bool
}

// State is what a record has become after a set of merged change sets. The zero value is the state before the first.
// Registers and Rows are sorted by path; Withheld is sorted and free of prefixes of one another.
// A state with Erased set holds nothing else: erased is the top element.
type State struct {
	Erased    bool
	VV        VV
	Registers []Register
	Rows      []Row
	Times     map[Dot]int64 // effective time of each dot that lives or gave birth
	StatusCtx map[Dot]VV    // ctx of each live "@status" sibling
	Withheld  []string
}
