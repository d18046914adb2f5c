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

// before orders births: by time, then device, then seq.
func (b Birth) before(o Birth) bool {
	if b.Time != o.Time {
		return b.Time < o.Time
	}
	return b.Dot.Compare(o.Dot) < 0
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
// Registers and Rows are sorted by path; Withheld is sorted and no entry covers another.
// A state with Erased set holds nothing else: erased is the top element.
//
// Read it freely; change it only through Apply, Void, Erase and Withhold, which keep what Times and StatusCtx promise.
// A State is not safe for concurrent use while it changes.
type State struct {
	Erased    bool
	VV        VV
	Registers []Register
	Rows      []Row
	Times     map[Dot]int64 // effective time of each dot that lives or gave birth
	StatusCtx map[Dot]VV    // ctx of each live "@status" sibling; an empty ctx has no entry
	Withheld  []string      // see Withhold for what a prefix covers
}

// StatusPath is the path of a record's status.
const StatusPath = "@status"

// Clone returns a state that shares nothing that can change.
func (s *State) Clone() *State {
	out := &State{Erased: s.Erased, VV: s.VV.Clone()}
	writes := 0
	for i := range s.Registers {
		writes += len(s.Registers[i].Siblings)
	}
	if s.Registers != nil {
		arena := make([]Write, 0, writes)
		out.Registers = make([]Register, len(s.Registers))
		for i, r := range s.Registers {
			from := len(arena)
			arena = append(arena, r.Siblings...)
			out.Registers[i] = Register{Path: r.Path, Siblings: arena[from:len(arena):len(arena)]}
		}
	}
	if s.Rows != nil {
		out.Rows = make([]Row, len(s.Rows))
		for i, r := range s.Rows {
			r.Marks = append([]Mark(nil), r.Marks...)
			out.Rows[i] = r
		}
	}
	if s.Times != nil {
		out.Times = make(map[Dot]int64, len(s.Times))
		for d, t := range s.Times {
			out.Times[d] = t
		}
	}
	if s.StatusCtx != nil {
		out.StatusCtx = make(map[Dot]VV, len(s.StatusCtx))
		for d, v := range s.StatusCtx {
			out.StatusCtx[d] = v.Clone()
		}
	}
	out.Withheld = append([]string(nil), s.Withheld...)
	return out
}
