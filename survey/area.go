package survey

import (
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// AreaKind is a level of the administrative tree.
type AreaKind string

// The levels, each with the length of its codes.
const (
	District AreaKind = "district" // 6 digits
	Street   AreaKind = "street"   // 9
	Village  AreaKind = "village"  // 12
	Grid     AreaKind = "grid"     // 15
)

// Area is one node of the tree. Its parent's code is a prefix of its own.
type Area struct {
	Code   string   `json:"code"`
	NameZH string   `json:"name_zh"`
	NameEN string   `json:"name_en"`
	Kind   AreaKind `json:"kind"`
	Parent string   `json:"parent"`
}

// Digits returns the length of this level's codes, 0 for an unknown level.
func (k AreaKind) Digits() int {
	switch k {
	case District:
		return 6
	case Street:
		return 9
	case Village:
		return 12
	case Grid:
		return 15
	}
	return 0
}

// KindOf returns the level a code belongs to, "" where it is no area code.
func KindOf(code string) AreaKind {
	if !allDigits(code) {
		return ""
	}
	for _, k := range [...]AreaKind{District, Street, Village, Grid} {
		if k.Digits() == len(code) {
			return k
		}
	}
	return ""
}

// StreetOf returns the street a village or grid lies in, or the street itself; "" for a district or no code.
func StreetOf(code string) string { return cut(code, 9) }

// VillageOf returns the village a grid lies in, or the village itself; "" for anything above.
func VillageOf(code string) string { return cut(code, 12) }

func cut(code string, n int) string {
	if len(code) < n {
		return ""
	}
	return code[:n]
}

// Within reports whether code lies at or below area; "" as area holds everything.
func Within(area, code string) bool { return strings.HasPrefix(code, area) }

func allDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ParseAreas reads a list of areas (columns code,name_zh,name_en,kind,parent; CSV or XLSX). known answers for areas
// already there; scope is the subtree the importer may write ("" = all). All faults are returned at once, code
// import-faults; then no areas are.
func ParseAreas(r io.Reader, scope string, known func(code string) (Area, bool)) ([]Area, error) {
	const op = "import areas"
	t, err := readTable(r, op, []column{{"code", true}, {"name_zh", true}, {"name_en", false}, {"kind", true}, {"parent", true}})
	if err != nil {
		return nil, err
	}
	list := make([]Area, 0, len(t.rows))
	byCode := make(map[string]int, len(t.rows))
	for _, row := range t.rows {
		a := Area{Code: row.cells[0], NameZH: row.cells[1], NameEN: row.cells[2], Kind: AreaKind(row.cells[3]), Parent: row.cells[4]}
		t.checkArea(row, a, scope)
		if first, twice := byCode[a.Code]; twice && a.Code != "" {
			t.fault(row, 0, "代码重复，前一处在第 "+itoa(t.rows[first].line)+" 行。", "code stands twice, first in line "+itoa(t.rows[first].line))
		} else {
			byCode[a.Code] = len(list)
		}
		list = append(list, a)
	}
	for i, a := range list {
		if a.Parent == "" || KindOf(a.Parent) == "" {
			continue
		}
		if _, inFile := byCode[a.Parent]; inFile {
			continue
		}
		if _, there := known(a.Parent); !there {
			t.fault(t.rows[i], 4, "上级区域不存在。", "the parent area does not exist")
		}
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

func (t *table) checkArea(row tableRow, a Area, scope string) {
	digits := a.Kind.Digits()
	if digits == 0 {
		t.fault(row, 3, "级别须为 district、street、village 或 grid。", "kind must be district, street, village or grid")
	}
	switch {
	case !allDigits(a.Code):
		t.fault(row, 0, "代码须全为数字（请按文本保存）。", "code must be digits (stored as text)")
	case digits != 0 && len(a.Code) != digits:
		t.fault(row, 0, "该级别的代码须为 "+itoa(digits)+" 位。", "a code of this kind has "+itoa(digits)+" digits")
	case !Within(scope, a.Code):
		t.fault(row, 0, "不在您负责的区域。", "outside your area")
	}
	if a.NameZH == "" {
		t.fault(row, 1, "缺少中文名称。", "the Chinese name is missing")
	}
	for i, name := range [...]string{a.NameZH, a.NameEN} {
		if utf8.RuneCountInString(name) > limits.NameRunes {
			t.fault(row, 1+i, "名称太长。", "the name is too long")
		}
	}
	switch {
	case a.Kind == District && a.Parent != "" && !strings.HasPrefix(a.Code, a.Parent):
		t.fault(row, 4, "上级代码不是本代码的前缀。", "parent is not a prefix of code")
	case a.Kind == District:
	case a.Parent == "":
		t.fault(row, 4, "缺少上级代码。", "the parent is missing")
	case !strings.HasPrefix(a.Code, a.Parent) || (digits != 0 && len(a.Parent) != digits-3):
		t.fault(row, 4, "上级代码须是本代码的前 "+itoa(max(digits-3, 0))+" 位。", "parent must be the first "+itoa(max(digits-3, 0))+" digits of code")
	}
}
