package xlsform

import (
	"ruhu/internal/limits"
	"ruhu/schema"
)

// converter holds what is known while a workbook is read.
type converter struct {
	opt    Options
	sheets Sheets

	faults []schema.Fault
	noted  map[faultKey]bool
	fatal  bool
	more   int

	compared  int // words compared with misspelt ones
	unrolled  int // questions that loops made
	filled    int // bytes of words that loops made
	referred  int // references met
	askedList []string

	settings       formSettings
	lists          map[string]*list
	listOrder      []*list
	choiceColumns  []column
	saidListColumn bool
	external       map[string]bool // lists of external_choices; nil where there is no such sheet
	files          []File

	declared      []*declaration
	blocks        []*element // meta blocks of entities within groups
	entityVersion string

	root      *element
	rows      []*row
	table1    *table // the survey sheet
	stack     []*frame
	tableList *list // the list of the table-list group that is open
	inTable   bool
	meta      []*element

	names      map[string]int // how often a name stands in the survey
	byName     map[string]*element
	twice      map[string]bool // names that more than one element has
	asked      map[string]bool // names of questions, not of groups
	repeats    map[string]int
	external2  map[string]string // secondary instances from files: name -> ending
	triggers   map[string][]triggered
	geoRefs    []geoReference
	orOther    bool
	translated bool
	xml        *xmlWriter
}

// triggered is a value that is set when another question changes.
type triggered struct {
	target   *element
	value    string
	geopoint bool
}

type geoReference struct {
	target string
	at     place
}

// Convert makes an XForm of a workbook. The error is form-faults where a fault keeps the form from being used; the
// result's list holds every fault and warning either way. It never panics, takes bounded time and memory whatever the
// bytes are, and gives the same bytes for the same workbook.
func Convert(src []byte, opt Options) (Result, error) {
	const op = "read workbook"
	sheets, faults := readWorkbook(src)
	if len(faults) > 0 {
		return Result{Faults: faults}, schema.FaultsError(op, faults)
	}
	return ConvertTables(sheets, opt)
}

// ConvertTables is Convert for sheets that are text already.
func ConvertTables(sheets Sheets, opt Options) (Result, error) {
	c := &converter{opt: opt, sheets: sheets, noted: map[faultKey]bool{}, names: map[string]int{}, asked: map[string]bool{},
		repeats: map[string]int{}, external2: map[string]string{}, triggers: map[string][]triggered{}}
	c.read()
	out := Result{}
	if c.root != nil {
		xml := c.write()
		if !c.fatal {
			out.XML, out.Files = xml, c.files
		}
		c.judge(xml)
	}
	out.Faults = c.listed()
	return out, schema.FaultsError("convert form", out.Faults)
}

// read takes all sheets in; every fault is noted and what can be read goes on being read.
func (c *converter) read() {
	c.table1 = c.table(survey)
	if c.table1 == nil {
		hintZH, hintEN := "请添加名为 survey 的工作表", "add a sheet named survey"
		if near := c.nearSheets(survey); near != "" {
			hintZH, hintEN = "是否把 "+near+" 写错了？", "is "+near+" a misspelling of it?"
		}
		c.fault(place{survey, 0, ""}, "no-survey", "缺少 survey 表", "there is no sheet named survey", hintZH, hintEN)
		return
	}
	c.readSettings()
	c.readExternalChoices()
	c.readChoices()
	c.readEntities()
	c.readColumns(c.table1, surveyHeaders)
	if !c.table1.has("type") {
		return
	}
	c.checkTranslations()
	c.rows = c.surveyRows(c.table1)
	c.readSurvey()
	c.unroll(c.root)
	if c.filled > limits.XLSXWords {
		c.root = nil
		return
	}
	if c.settings.flat {
		flatten(c.root, "")
	}
	c.addMeta()
	c.index()
	c.checkReferences()
	if c.overfull() {
		c.root = nil
		return
	}
	c.checkTriggers()
	c.checkGeoReferences()
	c.checkSearch()
	c.checkLabels()
}
