package xform

import (
	"errors"
	"fmt"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/xmlread"
)

// maxFaults bounds what is listed of one form.
const (
	maxFaults = 500
	maxShown  = 160 // bytes of a name or path
)

// faultRead names why the bytes are no document that is read at all.
func faultRead(err error) schema.Fault {
	var x *xmlread.Error
	if !errors.As(err, &x) {
		x = &xmlread.Error{Code: xmlread.NotXML, Msg: err.Error()}
	}
	f := schema.Fault{Line: x.Line, Code: x.Code, EN: x.Msg, HintEN: "remove the line", HintZH: "请删去该行"}
	switch x.Code {
	case xmlread.Doctype:
		f.ZH = "表单中不得有 DOCTYPE 等声明"
	case xmlread.ProcInst:
		f.ZH = "表单中不得有处理指令"
	case xmlread.NotUTF8:
		f.ZH, f.HintZH, f.HintEN = "文件不是 UTF-8 编码", "请另存为 UTF-8", "save the file as UTF-8"
	case xmlread.TooLarge:
		f.Code, f.ZH = "limit", fmt.Sprintf("表单超过 %d 字节", limits.XMLBytes)
		f.HintEN, f.HintZH = "move long choice lists to a CSV file", "请把长选项列表放到 CSV 文件中"
	case xmlread.TooDeep:
		f.Code, f.ZH = "limit", fmt.Sprintf("元素嵌套超过 %d 层", limits.XMLDepth)
		f.HintEN, f.HintZH = "use fewer groups within groups", "请减少分组嵌套"
	case xmlread.TooMany:
		f = faultTooMany(x.Line)
	default:
		f.Code, f.EN, f.ZH = "xml", "not well-formed XML: "+x.Msg, "XML 格式错误："+x.Msg
		f.HintEN, f.HintZH = "export the form again from the tool that made it", "请从制作表单的工具重新导出"
	}
	return f
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
