package xlsform

import (
	"bytes"
	"strings"
)

// itemsetsCSV writes the sheet external_choices as the file clients read it from: every cell in quotes.
func itemsetsCSV(columns []column, rows []tableRecord) []byte {
	var b bytes.Buffer
	write := func(i int, cell string) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		b.WriteByte('"')
	}
	for i, col := range columns {
		write(i, col.header)
	}
	b.WriteString("\r\n")
	for _, r := range rows {
		for i, col := range columns {
			write(i, r.cell(col))
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}
