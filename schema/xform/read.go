// Package xform reads ODK XForms into the model of package schema and derives what the phone needs. Uploaded
// bytes are never changed: the caller keeps and serves them as they came.
package xform

import (
	"crypto/md5" // #nosec: OpenRosa names forms by MD5
	"crypto/sha256"
	"fmt"
	"sort"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
)

// Read reads an XForm. It returns every fault it finds, with lines and hints in both languages; where one of them
// is not a warning the form is nil and the error is form-faults. It never panics and asks for nothing outside src.
// Beside what the form declares the model holds what every phone adds: meta/deprecatedID and a row id field in
// each repeat (marked Added), so that a phone's answers and the form agree.
func Read(src []byte) (*schema.Form, []schema.Fault, error) {
	r, err := read(src)
	if err != nil {
		return nil, r.faults, err
	}
	return r.form, r.faults, nil
}

// reader holds what is known while a form is read.
type reader struct {
	src    []byte
	form   *schema.Form
	faults []schema.Fault

	root, model, body *element
	primary           *element                // the primary instance's root element
	itext             map[string]*itextEntry  // text id -> words
	nodes             map[string]*schema.Node // "/data/a/b" in local names -> node
	origins           map[*schema.Node][]*element
	bindIDs           map[string]string // bind id -> nodeset
	instances         map[string]*element
	sources           map[string]string // instance id -> src
	lists             map[string]*schema.ChoiceList
	attachments       map[string]bool
	added             []Addition
	asked             map[*schema.Node]*element // the control of each question
	listNames         map[string]bool
	spaced            map[*schema.ChoiceList]string // a value with a space in it, of lists that have one
	choices           int
	tooMany           bool
	exprs             map[string]*parsed
	newRepeat         map[string]bool // pattern paths that get a uuid when their repeat is made
}

func read(src []byte) (*reader, error) {
	const op = "read form"
	r := &reader{src: src, form: &schema.Form{SHA256: sha256.Sum256(src), MD5: md5.Sum(src)},
		itext: map[string]*itextEntry{}, nodes: map[string]*schema.Node{}, origins: map[*schema.Node][]*element{}, bindIDs: map[string]string{},
		instances: map[string]*element{}, sources: map[string]string{}, lists: map[string]*schema.ChoiceList{},
		attachments: map[string]bool{}, asked: map[*schema.Node]*element{},
		listNames: map[string]bool{}, spaced: map[*schema.ChoiceList]string{}, newRepeat: map[string]bool{}, exprs: map[string]*parsed{}}
	r.root, r.faults = parse(src)
	if r.root == nil {
		return r, schema.FaultsError(op, r.faults)
	}
	if r.skeleton() {
		r.readItext()
		r.readInstances()
		r.readPrimary()
		r.readBinds()
		r.readActions(r.model, "")
		r.readSubmission()
		r.readActions(r.body, "")
		r.readBody(r.body, r.form.Root, false)
		r.settle()
		r.readEntities()
		r.addRowFields()
		r.lint()
	}
	r.form.Attachments = sorted(r.attachments)
	if err := schema.FaultsError(op, r.faults); err != nil {
		r.sort()
		return r, err
	}
	if err := r.form.Seal(); err != nil {
		r.fault(r.primary, "", "tree", "表单结构有误："+err.Error(), err.Error(), "", "")
		r.sort()
		return r, errs.Wrap(op, err)
	}
	r.sort()
	return r, nil
}

func (r *reader) sort() {
	sort.SliceStable(r.faults, func(i, j int) bool { return r.faults[i].Line < r.faults[j].Line })
}

// skeleton finds html, head, model, body and the primary instance; false where there is no form to read.
func (r *reader) skeleton() bool {
	r.form.Namespaces = map[string]string{}
	for _, a := range r.root.attrs {
		switch {
		case a.Name.Space == "xmlns":
			r.form.Namespaces[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			r.form.Namespaces[""] = a.Value
		}
	}
	const hintZH, hintEN = "请确认这是 ODK XForm（或 XLSForm 转换得到的 XML）", "make sure that this is an ODK XForm, or the XML made from an XLSForm"
	if r.root.name != "html" {
		r.fault(r.root, "", "not-an-xform", "根元素应为 html，而不是 "+r.root.name, "the root element is "+r.root.name+", not html", hintZH, hintEN)
		return false
	}
	head := r.root.child("head")
	r.model, r.body = head.child("model"), r.root.child("body")
	if r.model == nil || r.body == nil {
		r.fault(r.root, "", "not-an-xform", "缺少 head/model 或 body", "head/model or body is missing", hintZH, hintEN)
		return false
	}
	if title := head.child("title"); title != nil {
		r.form.Titles = schema.Plain(title.text())
	}
	r.form.Style = r.body.attr("class")
	for _, instance := range r.model.elements("instance") {
		if list := instance.elements(""); instance.attr("src") == "" && len(list) > 0 {
			r.primary = list[0]
			break
		}
	}
	if r.primary == nil {
		r.fault(r.model, "", "no-instance", "没有主实例", "there is no primary instance", hintZH, hintEN)
		return false
	}
	r.form.RootName = r.primary.name
	if len(r.primary.name) > limits.IDBytes {
		r.note(faultTooMany(r.primary.line))
		return false
	}
	r.form.ID = strings.TrimSpace(r.primary.attr("id"))
	if r.form.ID == "" { // the elder way: the namespace is the id
		r.form.ID = strings.TrimSpace(r.primary.attr("xmlns"))
	}
	if r.form.ID == "" {
		r.fault(r.primary, "", "no-form-id", "主实例没有 id 属性", "the primary instance has no id attribute",
			"请在 settings 中填写 form_id", "give the form a form_id in its settings")
	}
	r.form.Version = strings.TrimSpace(r.primary.attr("version"))
	if v, ok := r.primary.attrNS(nsOpenRosa, "version"); ok && r.form.Version == "" {
		r.form.Version = strings.TrimSpace(v)
	}
	if max(len(r.form.ID), len(r.form.Version)) > limits.FormIDBytes {
		r.fault(r.primary, "", "limit", fmt.Sprintf("表单的 id 或 version 超过 %d 字节", limits.FormIDBytes), fmt.Sprintf("the form's id or version is longer than %d bytes", limits.FormIDBytes),
			"请使用较短的 form_id 和 version", "choose a shorter form_id and version")
		return false
	}
	r.form.EntitiesVer = r.model.attrOf(nsEntities, "entities-version")
	return true
}

func (r *reader) readSubmission() {
	s := r.model.child("submission")
	if s == nil {
		return
	}
	r.form.Submission = schema.Submission{
		Action: s.attr("action"), Method: s.attr("method"), PublicKey: s.attr("base64RsaPublicKey"),
		AutoSend: s.attrOf(nsOpenRosa, "auto-send"), AutoDelete: s.attrOf(nsOpenRosa, "auto-delete"),
		ClientEditable: s.attrOf(nsODK, "client-editable") == "true",
	}
	if r.form.Submission.PublicKey != "" {
		r.warn(s, "", "encrypted", "表单已加密：答案原样保存，无法在此查看", "the form is encrypted: answers are kept as they come and cannot be read here", "", "")
	}
}

// readActions reads setvalue, setgeopoint and recordaudio of the model or of a control.
func (r *reader) readActions(parent *element, inside string) {
	for _, e := range parent.elements("") {
		switch e.name {
		case "setvalue", "setgeopoint", "recordaudio":
		default:
			continue
		}
		ref := firstOf(e.attr("ref"), r.bindIDs[e.attr("bind")])
		context := "/" + r.form.RootName
		if inside != "" {
			context = inside
		}
		target, attribute, ok := r.resolve(context, ref)
		if !ok || target == nil {
			r.warn(e, ref, "action-no-node", e.name+" 指向不存在的节点", e.name+" targets a node that does not exist", "请检查名称", "check the name")
			continue
		}
		value := e.attr("value")
		if value == "" {
			value = e.text()
		}
		events := firstOf(e.attr("event"), e.attrOf("http://www.w3.org/2001/xml-events", "event"))
		a := schema.Action{Kind: e.name, Events: strings.Join(strings.Fields(events), " "), Target: patternOfRef(target.Ref), Value: value}
		if attribute != "" {
			a.Target += "/@" + attribute
		}
		if inside != "" {
			a.Inside = patternOfRef(inside)
		}
		if a.Kind == "setvalue" && squeeze(a.Value) == "uuid()" && strings.Contains(a.Events, "odk-new-repeat") {
			r.newRepeat[a.Target] = true
		}
		r.form.Actions = append(r.form.Actions, a)
	}
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}

// attach notes a file that a jr:// address names: "jr://images/a.jpg" gives "a.jpg".
func (r *reader) attach(address string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(address), "jr://")
	if !ok {
		return strings.TrimSpace(address)
	}
	kind, name, ok := strings.Cut(rest, "/")
	if !ok || kind == "instance" || name == "" || name == "-" {
		return ""
	}
	r.attachments[name] = true
	return name
}
