package xform

import (
	"strings"

	"ruhu/schema"
)

var controls = map[string]schema.Control{
	"input": schema.Input, "secret": schema.Input, "textarea": schema.Input, "select": schema.Select, "select1": schema.SelectOne,
	"rank": schema.Rank, "range": schema.Range, "upload": schema.Upload, "trigger": schema.Trigger,
}

// itemsetsFile holds the choices of inputs with a query.
const itemsetsFile = "itemsets.csv"

// readBody reads controls, groups and repeats below a body element; context is the node references start from.
func (r *reader) readBody(parent *element, context *schema.Node, inRepeat bool) {
	for _, e := range parent.elements("") {
		if control, ok := controls[e.name]; ok {
			r.readControl(e, control, context)
			continue
		}
		switch e.name {
		case "group":
			r.readGroup(e, context)
		case "repeat":
			r.readRepeat(e, context)
		case "label", "hint", "setvalue", "setgeopoint", "recordaudio":
		default:
			r.warn(e, "", "unknown-element", "未知的元素 "+e.name, "the element "+e.name+" is not known", "", "")
		}
	}
}

// target resolves the node an element of the body stands for; nil with a fault where there is none.
func (r *reader) target(e *element, context *schema.Node) *schema.Node {
	ref := firstOf(e.attr("ref"), e.attr("nodeset"), r.bindIDs[e.attr("bind")])
	n, attribute, plain := r.resolve(context.Ref, ref)
	switch {
	case ref == "":
		r.fault(e, "", "no-ref", e.name+" 没有 ref", e.name+" has no ref", "请写明对应的节点", "name the node it stands for")
	case !plain || attribute != "":
		r.fault(e, ref, "ref-not-a-path", e.name+" 的 ref 不是路径", "the ref of "+e.name+" is not a path", "请写完整路径", "write a full path")
		n = nil
	case n == nil:
		r.fault(e, ref, "ref-no-node", e.name+" 指向不存在的节点", e.name+" stands for a node that does not exist",
			"请检查名称，或在主实例中补上", "check the name, or add it to the primary instance")
	}
	return n
}

func (r *reader) readGroup(e *element, context *schema.Node) {
	inner := context
	if firstOf(e.attr("ref"), e.attr("nodeset"), e.attr("bind")) != "" {
		n := r.target(e, context)
		if n == nil {
			n = context
		} else if n.Kind == schema.Question {
			if len(n.Children) == 0 && r.asked[n] == nil {
				n.Kind = schema.Group
			}
		}
		if n != context {
			r.describe(n, e)
			inner = n
		}
	}
	r.readBody(e, inner, false)
	r.readActions(e, inner.Ref)
}

func (r *reader) readRepeat(e *element, context *schema.Node) {
	n := r.target(e, context)
	if n == nil {
		r.readBody(e, context, true)
		return
	}
	if n == r.form.Root {
		r.fault(e, n.Ref, "repeat-root", "整个表单不能是重复组", "the whole form cannot be a repeat", "", "")
		return
	}
	n.Kind = schema.Repeat
	n.InBody = true
	n.Count = firstOf(strings.TrimSpace(e.attrOf(nsJavaRosa, "count")), n.Count)
	if v := strings.TrimSpace(e.attrOf(nsJavaRosa, "noAddRemove")); v == "true()" || v == "true" {
		n.NoAddRemove = true
	}
	r.describe(n, e)
	r.readBody(e, n, true)
	r.readActions(e, n.Ref)
}

// describe takes label, hint and appearance of a group or repeat. The group around a repeat names the repeat, so
// what is there already stays.
func (r *reader) describe(n *schema.Node, e *element) {
	n.InBody = true
	if label := e.child("label"); label != nil && n.Label.Empty() {
		n.Label, _ = r.textOf(label, n.Ref)
	}
	if hint := e.child("hint"); hint != nil && n.Hint.Empty() {
		n.Hint, n.Guidance = r.textOf(hint, n.Ref)
	}
	n.Appearance = firstOf(strings.TrimSpace(e.attr("appearance")), n.Appearance)
	if v := e.attr("intent"); v != "" {
		setParameter(n, "intent", v)
	}
}

func (r *reader) readControl(e *element, control schema.Control, context *schema.Node) {
	if control == schema.Trigger && firstOf(e.attr("ref"), e.attr("nodeset"), e.attr("bind")) == "" {
		return // something to read or to tap that leaves no answer
	}
	n := r.target(e, context)
	if n == nil {
		return
	}
	if n.Kind != schema.Question {
		r.fault(e, n.Ref, "control-of-group", e.name+" 指向分组", e.name+" stands for a group", "请指向题目", "let it name a question")
		return
	}
	if r.asked[n] != nil {
		r.warn(e, n.Ref, "asked-twice", "同一题目出现两次", "the question stands twice in the body", "手机可能拒绝此表单", "phones may refuse this form")
		return
	}
	r.asked[n] = e
	n.InBody, n.Control = true, control
	n.Line = e.line
	if label := e.child("label"); label != nil {
		n.Label, _ = r.textOf(label, n.Ref)
	}
	if hint := e.child("hint"); hint != nil {
		n.Hint, n.Guidance = r.textOf(hint, n.Ref)
	}
	for _, a := range e.attrs {
		switch v := strings.TrimSpace(a.Value); a.Name.Local {
		case "ref", "nodeset", "bind", "xmlns":
		case "appearance":
			n.Appearance = v
		case "mediatype":
			n.MediaType = v
		case "query":
			if control == schema.Input { // a choice from itemsets.csv
				n.Control = schema.SelectOne
				r.attachments[itemsetsFile] = true
				n.Choices = &schema.Choices{Nodeset: v, List: r.openList(itemsetsFile, itemsetsFile)}
			}
		default:
			setParameter(n, a.Name.Local, v)
		}
	}
	switch n.Control {
	case schema.Select, schema.SelectOne, schema.Rank:
		if n.Choices == nil {
			r.readChoices(n, e)
		}
		if n.Type != "" && n.Type != schema.String {
			r.warn(e, n.Ref, "select-type", "选择题的类型是 "+string(n.Type)+"，手机可能无法打开", "the type of a select is "+string(n.Type)+", which phones may not open", "请改为 string", "make it string")
		}
	case schema.Upload:
		if n.Type != "" && n.Type != schema.Binary {
			r.warn(e, n.Ref, "upload-type", "上传题的类型应为 binary", "the type of an upload should be binary", "", "")
		}
		n.Type = schema.Binary
	case schema.Range:
		r.checkRange(n, e)
	}
	r.readActions(e, n.Ref)
}

func (r *reader) checkRange(n *schema.Node, e *element) {
	for _, name := range []string{"start", "end", "step"} {
		if n.Parameters[name] == "" {
			r.fault(e, n.Ref, "range-parameter", "range 缺少 "+name, "the range has no "+name, "请填写 start、end、step", "give start, end and step")
		}
	}
}

// settle gives every node its final type and control once body and binds are known.
func (r *reader) settle() {
	for _, n := range r.nodes {
		if n.Kind != schema.Question {
			n.Type, n.Control = "", ""
			continue
		}
		if n.Type == "" {
			n.Type = schema.String
		}
		locked := strings.ReplaceAll(n.ReadOnly, " ", "") == "true()"
		switch {
		case n.Control == "" && (n.InMeta || n.Preload != ""):
			n.Control = schema.Meta
		case n.Calculation != "" && (n.Control == "" || n.Control == schema.Input && locked):
			n.Control = schema.Calculate
		case n.Control == "":
			n.Control = schema.Hidden
		case n.Control == schema.Input && locked:
			n.Control = schema.Note
		}
	}
	if r.nodes["/"+r.form.RootName+"/meta/instanceID"] == nil && r.nodes["/"+r.form.RootName+"/instanceID"] == nil {
		r.warn(r.primary, "", "no-instance-id", "表单没有 meta/instanceID", "the form has no meta/instanceID", "手机会自动补上", "phones get one added")
	}
	r.attachFromExpressions()
}
