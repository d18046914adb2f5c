package expr

import (
	"slices"
	"strconv"
	"strings"
)

// function is what the evaluator knows of one function.
type function struct {
	least, most int // arguments; most < 0 = any number
	odd, even   bool
	trait       Trait
	run         func(m *Machine, c *call) Value
}

// wants says how many arguments the function takes.
func (f *function) wants() string {
	switch {
	case f.odd:
		return strconv.Itoa(f.least) + ", " + strconv.Itoa(f.least+2) + " … " + strconv.Itoa(f.most)
	case f.even:
		return strconv.Itoa(f.least) + ", " + strconv.Itoa(f.least+2) + " …"
	case f.most < 0:
		return "≥ " + strconv.Itoa(f.least)
	case f.least == f.most:
		return strconv.Itoa(f.least)
	}
	return strconv.Itoa(f.least) + "–" + strconv.Itoa(f.most)
}

// traits says what a call's value hangs on; inside means that it stands in a predicate.
func (f *function) traits(c *call, inside bool) Trait {
	switch {
	case c.name == "position" && inside && len(c.args) == 0:
		return 0
	case c.name == "randomize" && len(c.args) == 2:
		return 0
	case strings.HasPrefix(c.name, "format-date") && len(c.args) == 2:
		if lit, ok := c.args[1].(*literal); ok && !strings.Contains(lit.v.s, "%a") && !strings.Contains(lit.v.s, "%b") {
			return 0
		}
	}
	return f.trait
}

// Function is a function of the language, for who wants to explain or complete expressions.
type Function struct {
	Name  string
	Least int // arguments
	Most  int // -1 = any number
}

// Functions returns all functions by name.
func Functions() []Function {
	list := make([]Function, 0, len(functions))
	for name, f := range functions {
		list = append(list, Function{Name: name, Least: f.least, Most: f.most})
	}
	slices.SortFunc(list, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// IsFunction reports whether somebody has a function of this name.
func IsFunction(name string) bool { return functions[name] != nil }

// Takes reports whether a function takes so many arguments.
func Takes(name string, n int) bool {
	f := functions[name]
	return f != nil && n >= f.least && (n <= f.most || f.most < 0) && !(f.odd && n%2 == 0) && !(f.even && n%2 == 1)
}

var functions = map[string]*function{
	"true":    {run: func(*Machine, *call) Value { return Bool(true) }},
	"false":   {run: func(*Machine, *call) Value { return Bool(false) }},
	"boolean": {least: 1, most: 1, run: func(m *Machine, c *call) Value { return Bool(m.eval(c.args[0]).True()) }},
	"not":     {least: 1, most: 1, run: func(m *Machine, c *call) Value { return Bool(!m.eval(c.args[0]).True()) }},
	"boolean-from-string": {least: 1, most: 1, run: func(m *Machine, c *call) Value {
		s := m.text(c, 0)
		return Bool(s == "1" || strings.EqualFold(s, "true"))
	}},
	"if":                 {least: 3, most: 3, run: fnIf},
	"coalesce":           {least: 2, most: 2, run: fnCoalesce},
	"once":               {least: 1, most: 1, trait: Keeps, run: fnOnce},
	"depend":             {least: 1, most: -1, run: func(m *Machine, c *call) Value { return m.eval(c.args[0]) }},
	"checklist":          {least: 2, most: -1, run: fnChecklist},
	"weighted-checklist": {least: 2, most: -1, even: true, run: fnWeightedChecklist},
	"regex":              {least: 2, most: 2, run: fnRegex},

	"string":            {least: 0, most: 1, run: func(m *Machine, c *call) Value { return Text(m.own(c)) }},
	"concat":            {least: 1, most: -1, run: fnConcat},
	"join":              {least: 1, most: -1, run: fnJoin},
	"contains":          {least: 2, most: 2, run: fnTexts(func(s, t string) Value { return Bool(strings.Contains(s, t)) })},
	"starts-with":       {least: 2, most: 2, run: fnTexts(func(s, t string) Value { return Bool(strings.HasPrefix(s, t)) })},
	"ends-with":         {least: 2, most: 2, run: fnTexts(func(s, t string) Value { return Bool(strings.HasSuffix(s, t)) })},
	"substring-before":  {least: 2, most: 2, run: fnTexts(before)},
	"substring-after":   {least: 2, most: 2, run: fnTexts(after)},
	"substr":            {least: 2, most: 3, run: fnSubstr},
	"substring":         {least: 2, most: 3, run: fnSubstring},
	"string-length":     {least: 0, most: 1, run: fnLength},
	"normalize-space":   {least: 0, most: 1, run: fnNormalize},
	"translate":         {least: 3, most: 3, run: fnTranslate},
	"replace":           {least: 3, most: 3, run: fnReplace},
	"upper-case":        {least: 1, most: 1, run: func(m *Machine, c *call) Value { return Text(strings.ToUpper(m.text(c, 0))) }},
	"lower-case":        {least: 1, most: 1, run: func(m *Machine, c *call) Value { return Text(strings.ToLower(m.text(c, 0))) }},
	"digest":            {least: 2, most: 3, run: fnDigest},
	"base64-decode":     {least: 1, most: 1, run: fnBase64},
	"extract-signed":    {least: 2, most: 2, run: fnExtractSigned},
	"selected":          {least: 2, most: 2, run: fnSelected},
	"is-selected":       {least: 2, most: 2, run: fnSelected},
	"selected-at":       {least: 2, most: 2, run: fnSelectedAt},
	"count-selected":    {least: 1, most: 1, run: fnCountSelected},
	"jr:choice-name":    {least: 2, most: 2, trait: Language, run: fnChoiceName},
	"jr:itext":          {least: 1, most: 1, trait: Language, run: fnItext},
	"uuid":              {least: 0, most: 1, trait: Chance, run: fnUUID},
	"version":           {trait: Device, run: func(m *Machine, _ *call) Value { return Text(m.env.Version) }},
	"property":          {least: 1, most: 1, trait: Device, run: fnProperty},
	"pulldata":          {least: 4, most: 4, trait: Table, run: fnPulldata},
	"search":            {least: 1, most: 6, trait: Outside, run: fnOutside},
	"lang":              {least: 1, most: 1, trait: Language, run: fnOutside},
	"instance":          {least: 1, most: 1, trait: Table, run: fnInstance},
	"current":           {run: func(m *Machine, _ *call) Value { return nodeset(m.one(m.origin)) }},
	"id":                {least: 1, most: 1, trait: Outside, run: fnOutside},
	"name":              {least: 0, most: 1, run: fnName},
	"local-name":        {least: 0, most: 1, run: fnName},
	"namespace-uri":     {least: 0, most: 1, trait: Outside, run: fnOutside},
	"position":          {least: 0, most: 1, trait: Place, run: fnPosition},
	"last":              {run: func(m *Machine, _ *call) Value { return Number(float64(max(m.size, 1))) }},
	"count":             {least: 1, most: 1, run: func(m *Machine, c *call) Value { return Number(float64(len(m.set(c, 0)))) }},
	"count-non-empty":   {least: 1, most: 1, run: fnCountNonEmpty},
	"indexed-repeat":    {least: 3, most: 11, odd: true, trait: Place, run: fnIndexedRepeat},
	"randomize":         {least: 1, most: 2, trait: Chance, run: fnRandomize},
	"area":              {least: 1, most: 1, trait: Measure, run: fnArea},
	"enclosed-area":     {least: 1, most: 1, trait: Measure, run: fnArea},
	"distance":          {least: 1, most: -1, trait: Measure, run: fnDistance},
	"geofence":          {least: 2, most: 2, run: fnGeofence},
	"intersects":        {least: 1, most: 1, run: fnIntersects},
	"number":            {least: 0, most: 1, run: fnNumber},
	"int":               {least: 1, most: 1, run: fnInt},
	"round":             {least: 1, most: 2, run: fnRound},
	"sum":               {least: 1, most: 1, run: fnSum},
	"min":               {least: 1, most: -1, run: fnLeast},
	"max":               {least: 1, most: -1, run: fnMost},
	"random":            {trait: Chance, run: fnRandom},
	"pi":                {run: func(*Machine, *call) Value { return Number(pi) }},
	"pow":               {least: 2, most: 2, run: fnPow},
	"atan2":             {least: 2, most: 2, run: fnAtan2},
	"today":             {trait: Clock, run: fnToday},
	"now":               {trait: Clock, run: fnNow},
	"date":              {least: 1, most: 1, run: fnDate},
	"string-date":       {least: 1, most: 1, run: fnDate},
	"date-time":         {least: 1, most: 1, run: fnDateTime},
	"decimal-date-time": {least: 1, most: 1, run: fnDecimalDateTime},
	"decimal-date":      {least: 1, most: 1, run: fnDecimalDateTime},
	"decimal-time":      {least: 1, most: 1, run: fnDecimalTime},
	"format-date":       {least: 2, most: 2, trait: Language, run: fnFormatDate},
	"format-date-time":  {least: 2, most: 2, trait: Language, run: fnFormatDate},

	"abs": fnOf(abs), "floor": fnOf(floor), "ceiling": fnOf(ceil), "sqrt": fnOf(sqrt), "exp": fnOf(exp), "exp10": fnOf(exp10), "log": fnOf(log),
	"log10": fnOf(log10), "sin": fnOf(sin), "cos": fnOf(cos), "tan": fnOf(tan), "asin": fnOf(asin), "acos": fnOf(acos), "atan": fnOf(atan),

	"instance-last-saved": {trait: Outside, run: fnOutside}, "username": client("username"), "deviceid": client("deviceid"),
	"phonenumber": client("phonenumber"), "email": client("email"), "simserial": client("simserial"), "subscriberid": client("subscriberid"),
	"thousandsep": {least: 1, most: 2, trait: Outside, run: fnOutside}, "format-number": {least: 1, most: 3, trait: Outside, run: fnOutside},
	"odk:generate": {least: 0, most: -1, trait: Outside, run: fnOutside}, "odk:decode": {least: 0, most: -1, trait: Outside, run: fnOutside},
	"odk-generate":   {least: 0, most: -1, trait: Outside, run: fnOutside},
	"normalize-text": {least: 1, most: 1, trait: Outside, run: fnOutside},
}

func client(name string) *function {
	return &function{trait: Device, run: func(m *Machine, c *call) Value { return m.property(c, name) }}
}

// fnOutside answers for functions that only a client can carry out.
func fnOutside(m *Machine, c *call) Value {
	return m.fail(faultf(Missing, c.pos, c.name, "%s() 只能由客户端计算", "%s() can only be carried out by a client", c.name))
}
