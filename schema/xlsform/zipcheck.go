package xlsform

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// archive is a zip whose entries have been looked at before any of them is unpacked.
type archive struct {
	files map[string]*zip.File // by name, without a leading slash, in lower case
	left  int64                // bytes that may still be unpacked
}

// refusal is why a workbook is not read at all.
type refusal struct{ fault schema.Fault }

// Error returns the fault in English.
func (r *refusal) Error() string { return r.fault.EN }

func refuse(code, zh, en, hintZH, hintEN string) *refusal {
	return &refusal{schema.Fault{Code: code, ZH: zh, EN: en, HintZH: hintZH, HintEN: hintEN}}
}

const (
	saveHintZH = "请用 Excel、WPS 或 LibreOffice 另存为 .xlsx"
	saveHintEN = "save the form as .xlsx with Excel, WPS or LibreOffice"
)

// openArchive checks the zip's directory: how many entries, whether two have one name or lie over each other, what they
// say they unpack to.
func openArchive(src []byte) (*archive, *refusal) {
	switch {
	case len(src) > limits.XLSXBytes:
		return nil, refuse("limit", fmt.Sprintf("文件超过 %d 字节", limits.XLSXBytes), fmt.Sprintf("the workbook has more than %d bytes", limits.XLSXBytes),
			"请删去图片，把长选项列表放到 CSV 文件中", "remove pictures, move long choice lists to a CSV file")
	case bytes.HasPrefix(src, []byte("\xd0\xcf\x11\xe0")):
		return nil, refuse("not-a-workbook", "这是旧版 .xls 文件，或带密码的工作簿", "this is an old .xls file, or a workbook with a password", "请去掉密码并另存为 .xlsx", "remove the password and save it as .xlsx")
	case !bytes.HasPrefix(src, []byte("PK")):
		return nil, refuse("not-a-workbook", "这不是 .xlsx 文件", "this is not an .xlsx file", saveHintZH, saveHintEN)
	}
	broken := func(zh, en string) *refusal {
		return refuse("zip", "工作簿文件已损坏："+zh, "the workbook is damaged: "+en, saveHintZH, saveHintEN)
	}
	r, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return nil, broken("压缩包无法读取", "the zip cannot be read")
	}
	if len(r.File) > limits.XLSXParts {
		return nil, refuse("limit", fmt.Sprintf("工作簿含有超过 %d 个部件", limits.XLSXParts), fmt.Sprintf("the workbook has more than %d parts", limits.XLSXParts), saveHintZH, saveHintEN)
	}
	a := &archive{files: map[string]*zip.File{}, left: limits.XLSXPartBytes}
	type extent struct{ start, end int64 }
	var extents []extent
	for _, f := range r.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if strings.HasSuffix(name, "/") {
			continue
		}
		if a.files[name] != nil {
			return nil, broken("两个部件同名", "two parts have one name")
		}
		a.files[name] = f
		start, err := f.DataOffset()
		if err != nil {
			return nil, broken("部件缺少文件头", "a part has no header")
		}
		if f.CompressedSize64 > uint64(len(src)) {
			return nil, broken("部件比文件还大", "a part is larger than the file")
		}
		extents = append(extents, extent{start, start + int64(f.CompressedSize64)})
	}
	sort.Slice(extents, func(i, j int) bool { return extents[i].start < extents[j].start })
	const header = 30 // bytes of a part's header before its name
	for i := range extents {
		if extents[i].end > int64(len(src)) || i > 0 && extents[i].start < extents[i-1].end+header {
			return nil, broken("部件相互重叠", "two parts lie over each other")
		}
	}
	return a, nil
}

// part unpacks one entry; nil where there is none.
func (a *archive) part(name string) ([]byte, *refusal) {
	f := a.files[strings.ToLower(strings.TrimPrefix(path.Clean("/"+name), "/"))]
	if f == nil {
		return nil, nil
	}
	tooMuch := refuse("limit", fmt.Sprintf("工作簿解压后超过 %d 字节", limits.XLSXPartBytes), fmt.Sprintf("the workbook unpacks to more than %d bytes", limits.XLSXPartBytes),
		"请删去多余的表和空行，把长选项列表放到 CSV 文件中", "remove sheets and empty rows that are not needed, move long choice lists to a CSV file")
	if f.UncompressedSize64 > uint64(a.left) {
		return nil, tooMuch
	}
	const small = 1 << 20
	if f.UncompressedSize64 > small && f.UncompressedSize64 > limits.XLSXRatio*max(f.CompressedSize64, 1) {
		return nil, refuse("zip-bomb", "工作簿的压缩比异常", "a part of the workbook unpacks to far more than a form's words would", saveHintZH, saveHintEN)
	}
	in, err := f.Open()
	if err != nil {
		return nil, refuse("zip", "工作簿文件已损坏：部件无法解压", "the workbook is damaged: a part cannot be unpacked", saveHintZH, saveHintEN)
	}
	defer in.Close()
	var out bytes.Buffer
	out.Grow(int(min(f.UncompressedSize64, uint64(a.left))))
	n, err := io.Copy(&out, io.LimitReader(in, a.left+1))
	if n > a.left {
		return nil, tooMuch
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, refuse("zip", "工作簿文件已损坏：部件无法解压", "the workbook is damaged: a part cannot be unpacked", saveHintZH, saveHintEN)
	}
	a.left -= n
	return out.Bytes(), nil
}
