package xform

import (
	"strconv"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// readChoices reads the inline items or the itemset of a select.
func (r *reader) readChoices(n *schema.Node, e *element) {
	search, isSearch := searchFile(n.Appearance)
	n.Choices = &schema.Choices{}
	if set := e.child("itemset"); set != nil {
		r.readItemset(n, set)
	} else {
		list := &schema.ChoiceList{Name: localNames(n.Ref)}
		seen := map[string]bool{}
		for _, item := range e.elements("item") {
			label, _ := r.textOf(item.child("label"), n.Ref)
			value := strings.TrimSpace(item.child("value").text())
			if ref := item.child("value"); ref == nil || value == "" {
				r.fault(item, n.Ref, "choice-no-value", "选项没有值", "a choice has no value", "请填写值", "give it a value")
				continue
			}
			r.addChoice(item, n, list, schema.Choice{Value: value, Label: label}, seen)
		}
		if len(list.Items) == 0 {
			r.warn(e, n.Ref, "no-choices", "没有选项", "there are no choices", "请添加选项", "add choices")
		}
		r.keep(list)
		r.checkSpaces(e, n, list)
		n.Choices.List = list
	}
	if isSearch {
		n.Choices.Search = strings.TrimSpace(n.Appearance)
		if search != "" {
			r.attachments[search] = true
		}
		n.Choices.List = r.openList(localNames(n.Ref)+":search", search)
	}
}

func (r *reader) addChoice(e *element, n *schema.Node, l *schema.ChoiceList, c schema.Choice, seen map[string]bool) {
	if seen[c.Value] {
		r.warn(e, n.Ref, "choice-twice", "选项值 "+quoted(c.Value)+" 出现两次", "the choice "+quoted(c.Value)+" stands twice", "请改名", "rename one of them")
	}
	seen[c.Value] = true
	if strings.ContainsAny(c.Value, " \t\r\n") {
		r.spaced[l] = c.Value
	}
	if r.choices++; r.choices == limits.FormChoices+1 {
		r.note(faultTooMany(lineOf(e)))
	}
	if r.choices <= limits.FormChoices {
		l.Items = append(l.Items, c)
	}
}

// checkSpaces warns of values with spaces where several values stand in one answer: they can never be told apart.
func (r *reader) checkSpaces(e *element, n *schema.Node, l *schema.ChoiceList) {
	if value, ok := r.spaced[l]; ok && n.Control != schema.SelectOne {
		r.warn(e, n.Ref, "choice-space", "多选题的选项值 "+quoted(value)+" 含空格", "the choice "+quoted(value)+" of a multiple select has a space",
			"请去掉空格", "write it without spaces")
	}
}

// searchFile returns the CSV file of a search('file', …) appearance.
func searchFile(appearance string) (string, bool) {
	i := strings.Index(appearance, "search(")
	if i < 0 || i > 0 && appearance[i-1] != ' ' {
		return "", false
	}
	name, ok := firstLiteral(appearance[i+len("search("):])
	if !ok {
		return "", true
	}
	return csvName(name), true
}

// firstLiteral returns the quoted text that s begins with.
func firstLiteral(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", false
	}
	name, _, ok := strings.Cut(s[1:], s[:1])
	return name, ok
}

func csvName(name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	return name + ".csv"
}

func (r *reader) openList(name, src string) *schema.ChoiceList {
	if l := r.lists[name]; l != nil {
		return l
	}
	l := &schema.ChoiceList{Name: name, Open: true, Src: src}
	r.lists[name] = l
	r.keep(l)
	return l
}

func (r *reader) keep(l *schema.ChoiceList) {
	r.listNames[l.Name] = true
	r.form.Lists = append(r.form.Lists, l)
}

// readItemset reads a nodeset: instance('id')/root/item[filter], optionally in randomize(…), or a path into the
// form's own repeats, whose choices are only known while it is filled in.
func (r *reader) readItemset(n *schema.Node, set *element) {
	c := n.Choices
	c.Nodeset = strings.TrimSpace(set.attr("nodeset"))
	c.ValueRef, c.LabelRef = strings.TrimSpace(set.child("value").refOr("")), strings.TrimSpace(set.child("label").refOr(""))
	if c.ValueRef == "" {
		c.ValueRef = "name"
		r.fault(set, n.Ref, "itemset-no-value", "itemset 没有 value", "the itemset has no value", "请写明选项值", "name the choice's value")
	}
	nodeset := c.Nodeset
	if inner, ok := strings.CutPrefix(nodeset, "randomize("); ok && strings.HasSuffix(inner, ")") {
		c.Random = true
		parts := splitArguments(strings.TrimSuffix(inner, ")"))
		nodeset = strings.TrimSpace(parts[0])
		if len(parts) > 1 {
			c.Seed = strings.TrimSpace(parts[1])
		}
	}
	id, path, filter, ok := splitNodeset(nodeset)
	if !ok {
		c.List = r.openList(localNames(n.Ref)+":nodeset", "")
		return
	}
	c.Filter = filter
	instance := r.instances[id]
	if instance == nil {
		r.fault(set, n.Ref, "no-such-instance", "没有实例 "+quoted(id), "there is no instance "+quoted(id),
			"请检查名称，或添加选项列表", "check the name, or add the list of choices")
		c.List = r.openList(id, "")
		return
	}
	if src := r.sources[id]; src != "" {
		c.List = r.openList(id, r.attach(src))
		return
	}
	c.List = r.listOf(id, instance, path, c, n, set)
}

// listOf builds the list of a secondary instance once for each pair of value and label columns.
func (r *reader) listOf(id string, instance *element, path []string, c *schema.Choices, n *schema.Node, set *element) *schema.ChoiceList {
	key := id + "\x00" + strings.Join(path, "/") + "\x00" + c.ValueRef + "\x00" + c.LabelRef
	if l := r.lists[key]; l != nil {
		r.checkSpaces(set, n, l)
		return l
	}
	name := id
	for i := 2; r.listNames[name]; i++ {
		name = id + ":" + strconv.Itoa(i)
	}
	l := &schema.ChoiceList{Name: name}
	r.lists[key] = l
	r.keep(l)
	items := []*element{instance}
	for _, step := range path {
		var next []*element
		for _, e := range items {
			next = append(next, e.elements(step)...)
		}
		items = next
	}
	seen := map[string]bool{}
	for _, item := range items {
		choice := schema.Choice{}
		for _, column := range item.elements("") {
			switch words := column.text(); column.name {
			case c.ValueRef:
				choice.Value = words
			default:
				if choice.Props == nil {
					choice.Props = map[string]string{}
				}
				choice.Props[column.name] = words
			}
		}
		choice.Label = r.itemLabel(item, n, c)
		if choice.Value == "" {
			r.warn(item, n.Ref, "choice-no-value", "选项没有值", "a choice has no value", "请填写值", "give it a value")
			continue
		}
		r.addChoice(item, n, l, choice, seen)
		if r.choices > limits.FormChoices {
			break
		}
	}
	r.checkSpaces(set, n, l)
	if len(l.Items) == 0 {
		r.warn(set, n.Ref, "no-choices", "没有选项", "there are no choices", "请添加选项", "add choices")
	}
	return l
}

func (r *reader) itemLabel(item *element, n *schema.Node, c *schema.Choices) schema.Text {
	ref := c.LabelRef
	if inner, ok := strings.CutPrefix(ref, "jr:itext("); ok {
		column := item.child(strings.TrimSpace(strings.TrimSuffix(inner, ")")))
		if column == nil {
			return schema.Text{}
		}
		text, _ := r.textRef(column, n.Ref, "jr:itext('"+column.text()+"')")
		return text
	}
	return schema.Plain(item.child(ref).text())
}

func (e *element) refOr(other string) string {
	if e == nil {
		return other
	}
	return e.attr("ref")
}

// splitNodeset takes instance('id')/root/item[filter] apart. false for anything else.
func splitNodeset(nodeset string) (id string, path []string, filter string, ok bool) {
	rest, ok := strings.CutPrefix(nodeset, "instance(")
	if !ok {
		return "", nil, "", false
	}
	if id, ok = firstLiteral(rest); !ok {
		return "", nil, "", false
	}
	_, rest, ok = strings.Cut(rest, ")")
	if !ok || !strings.HasPrefix(rest, "/") {
		return "", nil, "", false
	}
	if i := strings.IndexByte(rest, '['); i >= 0 {
		if !strings.HasSuffix(strings.TrimSpace(rest), "]") {
			return "", nil, "", false
		}
		filter = strings.TrimSpace(rest[i:])
		filter = strings.TrimSpace(filter[1 : len(filter)-1])
		rest = rest[:i]
	}
	for _, step := range strings.Split(rest[1:], "/") {
		if step = strings.TrimSpace(step); step == "" || strings.ContainsAny(step, "()*.@ ") {
			return "", nil, "", false
		}
		path = append(path, step)
	}
	return id, path, filter, true
}

// splitArguments splits at the commas outside of quotes, parentheses and brackets.
func splitArguments(s string) []string {
	var parts []string
	depth, quote, from := 0, byte(0), 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}
