package xform

import (
	"strings"

	"ruhu/schema"
)

// readBinds applies the binds to the nodes.
func (r *reader) readBinds() {
	bound := map[*schema.Node]bool{}
	binds := r.model.elements("bind")
	for _, e := range binds {
		if id := e.attr("id"); id != "" {
			r.bindIDs[id] = firstOf(e.attr("nodeset"), e.attr("ref"))
		}
	}
	for _, e := range binds {
		ref := firstOf(e.attr("nodeset"), e.attr("ref"))
		n, attribute, plain := r.resolve("/"+r.form.RootName, ref)
		switch {
		case !plain:
			r.fault(e, ref, "bind-nodeset", "bind 的 nodeset 不是路径", "the bind's nodeset is not a path", "请写完整路径", "write a full path")
			continue
		case n == nil:
			r.warn(e, ref, "bind-no-node", "bind 指向不存在的节点", "the bind names a node that does not exist", "请检查名称", "check the name")
			continue
		case attribute != "":
			continue // an attribute of an entity: its expressions are the form's, its value no answer
		case bound[n]:
			r.warn(e, ref, "bind-twice", "同一节点有两个 bind", "the node has two binds", "请合并", "merge them")
		}
		bound[n] = true
		r.applyBind(n, e, ref)
	}
}

func (r *reader) applyBind(n *schema.Node, e *element, ref string) {
	for _, a := range e.attrs {
		v := strings.TrimSpace(a.Value)
		switch name := a.Name.Local; {
		case a.Name.Space == "":
			switch name {
			case "type":
				n.Type = r.typeOf(e, ref, v)
			case "relevant":
				n.Relevant = v
			case "required":
				n.Required = v
			case "constraint":
				n.Constraint = v
			case "calculate":
				n.Calculation = v
			case "readonly":
				n.ReadOnly = v
			case "nodeset", "ref", "id", "p3ptype":
			default:
				setParameter(n, name, v)
			}
		case sameSpace(a.Name.Space, nsJavaRosa):
			switch name {
			case "constraintMsg":
				n.ConstraintMsg = r.message(e, ref, v)
			case "requiredMsg":
				n.RequiredMsg = r.message(e, ref, v)
			case "preload":
				n.Preload = v
			case "preloadParams":
				n.PreloadParams = v
			default:
				setParameter(n, name, v)
			}
		case sameSpace(a.Name.Space, nsEntities):
			if name == "saveto" {
				n.SaveTo = v
			}
		case a.Name.Space == "xmlns":
		default:
			setParameter(n, name, v)
		}
	}
}

func setParameter(n *schema.Node, name, value string) {
	if n.Parameters == nil {
		n.Parameters = map[string]string{}
	}
	n.Parameters[name] = value
}

func (r *reader) message(e *element, path, v string) schema.Text {
	if strings.HasPrefix(v, "jr:itext(") {
		text, _ := r.textRef(e, path, v)
		return text
	}
	return schema.Plain(v)
}

var types = map[string]schema.Type{
	"": schema.String, "string": schema.String, "text": schema.String, "select": schema.String, "select1": schema.String, "rank": schema.String, "note": schema.String,
	"int": schema.Int, "integer": schema.Int, "long": schema.Int, "short": schema.Int,
	"decimal": schema.Decimal, "double": schema.Decimal, "float": schema.Decimal,
	"boolean": schema.Boolean, "date": schema.Date, "time": schema.Time, "datetime": schema.DateTime,
	"geopoint": schema.Geopoint, "geotrace": schema.Geotrace, "geoshape": schema.Geoshape,
	"binary": schema.Binary, "barcode": schema.Barcode, "intent": schema.Intent,
}

func (r *reader) typeOf(e *element, ref, name string) schema.Type {
	local := name
	if i := strings.IndexByte(name, ':'); i >= 0 {
		local = name[i+1:]
	}
	t, ok := types[strings.ToLower(local)]
	if !ok {
		r.warn(e, ref, "unknown-type", "未知类型 "+quoted(name)+"，按文本处理", "the type "+quoted(name)+" is not known; read as text",
			"请检查类型名", "check the type's name")
		return schema.String
	}
	return t
}
