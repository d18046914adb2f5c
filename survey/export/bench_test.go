package export_test

import (
	"context"
	"encoding/csv"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/survey"
	"ruhu/survey/export"
)

// big repeats the records of a small town: the bytes are what counts.
func big(b *testing.B, n int) (*town, *schema.Form) {
	w, form := sentimentTown(b, 500, survey.StatusApproved)
	small := w.records
	w.records = make([]survey.PackedRecord, n)
	for i := range w.records {
		w.records[i] = small[i%len(small)]
	}
	return w, form
}

const benchRecords = 100_000

func benchExport(b *testing.B, format export.Format, n int) {
	w, form := big(b, n)
	p := plan(b, export.Options{Versions: []*schema.Form{form}, Format: format})
	b.ReportAllocs()
	for b.Loop() {
		_, err := p.Write(context.Background(), w, io.Discard, nil)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkCSV(b *testing.B)  { benchExport(b, export.CSV, benchRecords) }
func BenchmarkXLSX(b *testing.B) { benchExport(b, export.XLSX, benchRecords/10) }

// BenchmarkFloor reads the same packed rows and writes the answers with encoding/csv, nothing else.
func BenchmarkFloor(b *testing.B) {
	w, _ := big(b, benchRecords)
	var p survey.Packed
	b.ReportAllocs()
	for b.Loop() {
		out := csv.NewWriter(io.Discard)
		row := make([]string, 0, 64)
		for rec := range w.Rows(survey.RowFilter{}) {
			require.NoError(b, survey.Unpack(rec.Packed, &p))
			row = row[:0]
			for i := range p.Cells {
				row = append(row, p.Cells[i].Value)
			}
			if err := out.Write(row); err != nil {
				b.Fatal(err)
			}
		}
		out.Flush()
	}
	b.ReportMetric(float64(benchRecords)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
