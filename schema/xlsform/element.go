package xlsform

// elementKind says what a node of the form is.
type elementKind byte

const (
	isSurvey elementKind = iota
	isGroup
	isRepeat
	isLoop     // a group once it is unrolled
	isQuestion // anything with a value: asked, worked out, metadata
	isExternal // only names a file with an instance
	isEntity   // meta/entity
	isAttr     // an attribute of the entity
)

// element is a node of the form.
type element struct {
	kind                  elementKind
	name                  string
	typ                   string // of questions: the type as questionTypes knows it
	row                   *row   // the row it comes from; nil for what the form adds
	label, hint, guidance value
	media                 medias
	bind, control, inst   attributes
	byDefault             string
	dynamic               bool
	filter                string
	itemset               string // list name, file name or ${reference}
	query                 bool   // select from external_choices
	randomize             bool
	seed                  string
	valueRef, labelRef    string // select from a file: parameters value and label
	triggers              []string
	actions               []action
	loopList              string
	flat, bodyless        bool
	search                bool // choices stand in the body for search()
	text                  string
	tags                  []choice // of an osm question

	parent   *element
	children []*element
	path     string
}

// action is a setvalue, odk:setgeopoint or odk:recordaudio.
type action struct {
	name, event, value string
	quality            string
}

const (
	eventFirstLoad = "odk-instance-first-load"
	eventLoad      = "odk-instance-load"
	eventNewRepeat = "odk-new-repeat"
	eventChanged   = "xforms-value-changed"
)

func (e *element) add(child *element) *element {
	child.parent = e
	e.children = append(e.children, child)
	return child
}

// section reports whether the element holds others.
func (e *element) section() bool {
	return e.kind == isSurvey || e.kind == isGroup || e.kind == isRepeat || e.kind == isLoop
}

// xpath is the element's path in the instance; flat groups have no node.
func (e *element) xpath() string {
	if e.path == "" {
		above := ""
		if e.parent != nil {
			above = e.parent.xpath()
		}
		switch {
		case e.flat && e.section():
			e.path = above
		case e.kind == isAttr:
			e.path = above + "/@" + e.name
		default:
			e.path = above + "/" + e.name
		}
	}
	return e.path
}

// walk visits the element and everything below it in order.
func (e *element) walk(f func(*element)) {
	f(e)
	for _, child := range e.children {
		child.walk(f)
	}
}

// inRepeat returns the nearest repeat around the element, or nil.
func (e *element) inRepeat() *element {
	for up := e.parent; up != nil; up = up.parent {
		if up.kind == isRepeat {
			return up
		}
	}
	return nil
}

// copied returns a deep copy without a parent, its own texts changed by f: a loop's question for one choice. What lies
// in a group of the loop stays as it is, as pyxform leaves it.
func (e *element) copied(f func(string) string) *element {
	out := *e
	out.parent, out.children, out.path = nil, nil, ""
	out.name, out.byDefault, out.filter, out.itemset = f(e.name), f(e.byDefault), f(e.filter), f(e.itemset)
	for _, v := range []*value{&out.label, &out.hint, &out.guidance} {
		v.change(f)
	}
	out.media = append(medias(nil), e.media...)
	for i := range out.media {
		out.media[i].file.change(f)
	}
	for _, list := range []*attributes{&out.bind, &out.control, &out.inst} {
		*list = append(attributes(nil), *list...)
		for i := range *list {
			(*list)[i].value.change(f)
		}
	}
	for _, child := range e.children {
		out.add(child.copied(func(s string) string { return s }))
	}
	return &out
}
