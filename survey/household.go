package survey

import (
	"io"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
)

// Household is one door of the frame. Address and Label are identity: they live in the registry, sealed, and are never
// joined with answers.
type Household struct {
	Code     string  `json:"household"`
	Grid     string  `json:"grid"`
	Address  string  `json:"address"`      // registry only
	Label    string  `json:"label_public"` // what the worker reads on the list: "blue gate by the well"
	Stratum  string  `json:"stratum"`
	PSU      string  `json:"psu"` // the grid where the file leaves it empty
	Weight   float64 `json:"weight"`
	FPC1     float64 `json:"fpc1"` // 0 = none
	FPC2     float64 `json:"fpc2"`
	Selected bool    `json:"selected"`
}

// householdCode is what a household code may look like: it stands in URLs of the registry and on paper lists.
const householdCodePattern = `^[\p{L}\p{N}][\p{L}\p{N}._/#-]{0,63}$`

const (
	maxAddressRunes = 200
	maxLabelRunes   = 60
	maxDesignBytes  = 64
)

// HouseholdLookups is what an import of households asks about what is already there.
type HouseholdLookups struct {
	Area      func(code string) (Area, bool)
	Household func(code string) (Household, bool) // nil = nothing there yet
}

var householdColumns = []string{"household", "grid", "address", "label_public", "stratum", "psu", "weight", "fpc1", "fpc2", "selected"}

// ParseHouseholds reads a frame (columns household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected; CSV
// or XLSX). A household that is there already is replaced, but never moves to another street. scope is the subtree the
// importer may write ("" = all). All faults at once, code import-faults; then nothing is returned.
func ParseHouseholds(r io.Reader, scope string, known HouseholdLookups) ([]Household, error) {
	const op = "import households"
	want := make([]column, len(householdColumns))
	for i, name := range householdColumns {
		want[i] = column{name, name == "household" || name == "grid"}
	}
	t, err := readTable(r, op, want)
	if err != nil {
		return nil, err
	}
	p := householdParser{table: t, known: known, scope: scope, code: regexp.MustCompile(householdCodePattern),
		first: make(map[string]int, len(t.rows)), grids: map[string]bool{}}
	list := make([]Household, 0, len(t.rows))
	for _, row := range t.rows {
		list = append(list, p.parse(row))
	}
	if len(t.rows) == 0 && len(t.faults.List) == 0 {
		t.faults.add(0, 0, "", "文件里没有数据行。", "the file has no rows")
	}
	if err := t.faults.err(errs.ImportFaults, op); err != nil {
		return nil, err
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list, nil
}

// check holds the rules a single household must keep; code invalid.
func (h *Household) check() error {
	const op = "household"
	switch {
	case !regexp.MustCompile(householdCodePattern).MatchString(h.Code):
		return errs.New(errs.Invalid, op, "the household code is not right")
	case utf8.RuneCountInString(h.Address) > maxAddressRunes || utf8.RuneCountInString(h.Label) > maxLabelRunes:
		return errs.New(errs.Invalid, op, "address or label is too long")
	case startsFormula(h.Address) || startsFormula(h.Label) || startsFormula(h.Stratum) || startsFormula(h.PSU):
		return errs.New(errs.Invalid, op, "a text begins with = + - or @")
	case len(h.Stratum) > maxDesignBytes || len(h.PSU) > maxDesignBytes:
		return errs.New(errs.Invalid, op, "stratum or psu is too long")
	case !(h.Weight > 0) || math.IsInf(h.Weight, 0) || !(h.FPC1 >= 0) || !(h.FPC2 >= 0):
		return errs.New(errs.Invalid, op, "weight, fpc1 or fpc2 is not right")
	}
	return nil
}

type householdParser struct {
	*table
	known HouseholdLookups
	scope string
	code  *regexp.Regexp
	first map[string]int  // household -> line
	grids map[string]bool // grids found good
}

func (p *householdParser) parse(row tableRow) Household {
	c := row.cells
	h := Household{Code: c[0], Grid: c[1], Address: c[2], Label: c[3], Stratum: c[4], PSU: c[5]}
	p.identity(row, &h)
	p.place(row, &h)
	if h.PSU == "" {
		h.PSU = h.Grid
	}
	for i, s := range [...]string{c[4], c[5]} {
		if len(s) > maxDesignBytes {
			p.fault(row, 4+i, "太长（最多 64 字节）。", "too long (64 bytes at most)")
		}
	}
	ok := false
	if h.Weight, ok = p.number(row, 6, 1); ok && h.Weight <= 0 {
		p.fault(row, 6, "权重须大于 0。", "weight must be greater than 0")
	}
	for i, f := range [...]*float64{&h.FPC1, &h.FPC2} {
		ok := false
		if *f, ok = p.number(row, 7+i, 0); ok && (*f < 0 || c[7+i] != "" && *f == 0) {
			p.fault(row, 7+i, "须大于 0，或留空。", "must be greater than 0, or empty")
		}
	}
	switch strings.ToLower(c[9]) {
	case "", "1", "yes", "true", "y", "是":
		h.Selected = true
	case "0", "no", "false", "n", "否":
	default:
		p.fault(row, 9, "须为 1 或 0。", "must be 1 or 0")
	}
	return h
}

func (p *householdParser) identity(row tableRow, h *Household) {
	switch line, twice := p.first[h.Code]; {
	case h.Code == "":
		p.fault(row, 0, "缺少户号。", "the household code is missing")
	case !p.code.MatchString(h.Code):
		p.fault(row, 0, "户号只能用字母、数字和 . _ / # -，最多 64 个。", "a household code holds letters, digits and . _ / # - only, at most 64")
	case twice:
		p.fault(row, 0, "户号重复，前一处在第 "+itoa(line)+" 行。", "household stands twice, first in line "+itoa(line))
	default:
		p.first[h.Code] = row.line
	}
	if utf8.RuneCountInString(h.Address) > maxAddressRunes {
		p.fault(row, 2, "地址太长（最多 200 字）。", "the address is too long (200 characters at most)")
	}
	if utf8.RuneCountInString(h.Label) > maxLabelRunes {
		p.fault(row, 3, "标签太长（最多 60 字）。", "the label is too long (60 characters at most)")
	}
}

func (p *householdParser) place(row tableRow, h *Household) {
	switch {
	case KindOf(h.Grid) != Grid:
		p.fault(row, 1, "网格代码须为 15 位数字（请按文本保存）。", "a grid code has 15 digits (stored as text)")
		return
	case !Within(p.scope, h.Grid):
		p.fault(row, 1, "不在您负责的区域。", "outside your area")
		return
	}
	if !p.grids[h.Grid] {
		if a, ok := p.known.Area(h.Grid); !ok || a.Kind != Grid {
			p.fault(row, 1, "没有这个网格，请先导入区域。", "there is no such grid; import the areas first")
			return
		}
		p.grids[h.Grid] = true
	}
	if p.known.Household == nil {
		return
	}
	if old, there := p.known.Household(h.Code); there && StreetOf(old.Grid) != StreetOf(h.Grid) {
		p.fault(row, 1, "此户属于另一街道，不能改动。", "the household belongs to another street and cannot move")
	}
}

// number reads a finite decimal number, def where the cell is empty; false where it is none, which is noted.
func (p *householdParser) number(row tableRow, i int, def float64) (float64, bool) {
	s := row.cells[i]
	if s == "" {
		return def, true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(s, "xX_") || f > 1e12 {
		p.fault(row, i, "不是数字。", "not a number")
		return def, false
	}
	return f, true
}
