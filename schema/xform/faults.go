package xform

import (
	"fmt"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// maxFaults bounds what is listed of one form.
const (
	maxFaults = 500
	maxShown  = 160 // bytes of a name or path
)

func faultXML(line int, err error) schema.Fault {
	why := cut(err.Error(), 2*maxShown)
	return schema.Fault{Line: line, Code: "xml", EN: "not well-formed XML: " + why, ZH: "XML 格式错误：" + why,
		HintEN: "export the form again from the tool that made it", HintZH: "请从制作表单的工具重新导出"}
}

func faultDoctype(line int) schema.Fault {
	return schema.Fault{Line: line, Code: "doctype", EN: "a DOCTYPE or another directive is not allowed in a form", ZH: "表单中不得有 DOCTYPE 等声明",
		HintEN: "remove the line", HintZH: "请删去该行"}
}

func faultProcInst(line int, target string) schema.Fault {
	target = cut(target, maxShown)
	return schema.Fault{Line: line, Code: "processing-instruction", EN: fmt.Sprintf("the processing instruction %q is not allowed in a form", target),
		ZH: fmt.Sprintf("表单中不得有处理指令 %q", target), HintEN: "remove the line", HintZH: "请删去该行"}
}

func faultTooLarge(n int) schema.Fault {
	return schema.Fault{Code: "limit", EN: fmt.Sprintf("the form has %d bytes; at most %d are read", n, limits.XMLBytes),
		ZH:     fmt.Sprintf("表单有 %d 字节，最多 %d", n, limits.XMLBytes),
		HintEN: "move long choice lists to a CSV file", HintZH: "请把长选项列表放到 CSV 文件中"}
}

func faultTooDeep(line int) schema.Fault {
	return schema.Fault{Line: line, Code: "limit", EN: fmt.Sprintf("elements are nested deeper than %d", limits.XMLDepth),
		ZH: fmt.Sprintf("元素嵌套超过 %d 层", limits.XMLDepth), HintEN: "use fewer groups within groups", HintZH: "请减少分组嵌套"}
}

func faultTooMany(line int) schema.Fault {
	return schema.Fault{Line: line, Code: "limit", EN: fmt.Sprintf("the form has more than %d elements, attributes and texts", limits.XMLNodes),
		ZH:     fmt.Sprintf("表单的元素、属性和文字超过 %d 个", limits.XMLNodes),
		HintEN: "move long choice lists to a CSV file", HintZH: "请把长选项列表放到 CSV 文件中"}
}

// fault notes something that keeps the form from being used.
func (r *reader) fault(e *element, path, code, zh, en, hintZH, hintEN string) {
	r.note(schema.Fault{Line: lineOf(e), Path: path, Code: code, ZH: zh, EN: en, HintZH: hintZH, HintEN: hintEN})
}

// warn notes something that is odd but can be used.
func (r *reader) warn(e *element, path, code, zh, en, hintZH, hintEN string) {
	r.note(schema.Fault{Line: lineOf(e), Path: path, Code: code, ZH: zh, EN: en, HintZH: hintZH, HintEN: hintEN, Warning: true})
}

func (r *reader) note(f schema.Fault) {
	f.Path, f.ZH, f.EN = cut(f.Path, maxShown), cut(f.ZH, 2*maxShown), cut(f.EN, 2*maxShown)
	if len(r.faults) < maxFaults || !f.Warning && len(r.faults) < 2*maxFaults {
		r.faults = append(r.faults, f)
	}
}

// cut shortens what a form can make as long as it likes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func quoted(s string) string { return fmt.Sprintf("%q", cut(s, maxShown)) }

func lineOf(e *element) int {
	if e == nil {
		return 0
	}
	return e.line
}
