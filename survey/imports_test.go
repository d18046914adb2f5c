package survey

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ruhu/internal/errs"
)

const gridA, gridB = "990101001201001", "990101001201002"

func gridsKnown(code string) (Area, bool) {
	if code == gridA || code == gridB || code == "990101002201001" {
		return Area{Code: code, Kind: Grid}, true
	}
	return Area{}, false
}

// places returns "line:column:name" of every fault.
func places(t *testing.T, err error) []string {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, errs.ImportFaults, errs.CodeOf(err), "%v", err)
	var out []string
	for _, f := range FaultsOf(err).List {
		require.NotEmpty(t, f.ZH)
		require.NotEmpty(t, f.EN)
		out = append(out, fmt.Sprintf("%d:%d:%s", f.Line, f.Column, f.Name))
	}
	return out
}

func TestAreasFaultsAllAtOnce(t *testing.T) {
	none := func(string) (Area, bool) { return Area{}, false }
	file := "\xef\xbb\xbfcode,name_zh,name_en,kind,parent\r\n" +
		"990101,演示区,Demo,district,\r\n" +
		"990101001,东街,East,street,990101\r\n" +
		"99010100120,村,V,village,990101001\r\n" + // 11 digits
		"990101001201,,V,village,990101001\r\n" + // no name
		"990101001202,村,V,hamlet,990101001\r\n" + // kind
		"990101001203,村,V,village,990101002\r\n" + // parent no prefix
		"990101003,南街,South,street,990102\r\n" + // parent no prefix
		"990101001,东街,East,street,990101\r\n" + // twice
		"990101009301,村,V,village,990101009\r\n" // parent missing
	_, err := ParseAreas(strings.NewReader(file), "", none)
	require.Equal(t, []string{"4:1:code", "5:2:name_zh", "6:4:kind", "7:5:parent", "7:5:parent", "8:5:parent", "8:5:parent", "9:1:code", "10:5:parent"}, places(t, err))

	list, err := ParseAreas(strings.NewReader("code,name_zh,name_en,kind,parent\n990101,演示区,Demo,district,\n990101001,东街,East,street,990101\n"), "", none)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, Area{"990101001", "东街", "East", Street, "990101"}, list[1])

	_, err = ParseAreas(strings.NewReader("code,name_zh,name_en,kind,parent\n990101002,西街,West,street,990101\n"), "990101001", func(c string) (Area, bool) { return Area{Code: c}, true })
	require.Equal(t, []string{"2:1:code"}, places(t, err), "outside the importer's area")
}

func TestHouseholdsFaultsAllAtOnce(t *testing.T) {
	file := "household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected\n" +
		"H1," + gridA + ",1号院,蓝门,S1,,2.5,40,,1\n" +
		"H1," + gridA + ",,,,,,,,\n" + // twice
		",123,,,,,,,,\n" + // no code, bad grid
		"H3,990101001201999,,,,,0,,,\n" + // unknown grid, weight 0
		"H4," + gridB + ",=cmd|' /C calc'!A0,+x,,,abc,-1,0,maybe\n" +
		"H 5," + gridB + ",,,,,NaN,Inf,0x10,0\n"
	_, err := ParseHouseholds(strings.NewReader(file), "990101001", HouseholdLookups{Area: gridsKnown})
	require.Equal(t, []string{"3:1:household", "4:1:household", "4:2:grid", "5:2:grid", "5:7:weight",
		"6:3:address", "6:4:label_public", "6:7:weight", "6:8:fpc1", "6:9:fpc2", "6:10:selected",
		"7:1:household", "7:7:weight", "7:8:fpc1", "7:9:fpc2"}, places(t, err))
	require.NotContains(t, err.Error(), "calc", "a fault never repeats what could be an address")
	require.NotContains(t, fmt.Sprint(FaultsOf(err).List), "calc")
}

func TestHouseholdsDefaultsAndStreets(t *testing.T) {
	file := "grid,household,selected\r\n" + gridA + ",H1,\r\n" + gridB + ",H2,0\r\n\r\n"
	list, err := ParseHouseholds(strings.NewReader(file), "", HouseholdLookups{Area: gridsKnown})
	require.NoError(t, err)
	require.Equal(t, []Household{{Code: "H1", Grid: gridA, PSU: gridA, Weight: 1, Selected: true}, {Code: "H2", Grid: gridB, PSU: gridB, Weight: 1}}, list)

	there := func(code string) (Household, bool) { return Household{Code: code, Grid: "990101002201001"}, true }
	_, err = ParseHouseholds(strings.NewReader(file), "", HouseholdLookups{Area: gridsKnown, Household: there})
	require.Equal(t, []string{"2:1:grid", "3:1:grid"}, places(t, err), "a household never moves to another street")

	_, err = ParseHouseholds(strings.NewReader(file), "990101002", HouseholdLookups{Area: gridsKnown})
	require.Equal(t, []string{"2:1:grid", "3:1:grid"}, places(t, err))
}

func TestTablesThatAreNoTables(t *testing.T) {
	known := HouseholdLookups{Area: gridsKnown}
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty":          {"", []string{"0:0:"}},
		"header only":    {"household,grid\n", []string{"0:0:"}},
		"column missing": {"household,address\nH1,x\n", []string{"1:0:grid"}},
		"unknown column": {"household,grid,phone\nH1," + gridA + ",1\n", []string{"1:3:phone"}},
		"column twice":   {"household,grid,grid\nH1," + gridA + "," + gridB + "\n", []string{"1:3:grid"}},
		"open quote":     {"household,grid\n\"H1," + gridA + "\n", []string{"2:0:"}},
		"too many cells": {"household,grid\nH1," + gridA + ",x\n", []string{"2:3:"}},
		"not utf-8":      {"household,grid,address\nH1," + gridA + ",\xb6\xab\n", []string{"2:3:address"}},
		"line break":     {"household,grid,address\nH1," + gridA + ",\"a\nb\"\n", []string{"2:3:address"}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := ParseHouseholds(strings.NewReader(c.file), "", known)
			require.Equal(t, c.want, places(t, err))
			require.Nil(t, list)
		})
	}
	_, err := ParseHouseholds(strings.NewReader("PK\x03\x04 no zip"), "", known)
	require.Equal(t, errs.UnsupportedMedia, errs.CodeOf(err))
}

func TestXLSXImport(t *testing.T) {
	book := func(fill func(f *excelize.File)) *bytes.Reader {
		f := excelize.NewFile()
		for i, name := range []string{"household", "grid", "address", "weight"} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 1)
			require.NoError(t, f.SetCellValue("Sheet1", cell, name))
		}
		fill(f)
		var b bytes.Buffer
		require.NoError(t, f.Write(&b))
		return bytes.NewReader(b.Bytes())
	}
	known := HouseholdLookups{Area: gridsKnown}
	list, err := ParseHouseholds(book(func(f *excelize.File) {
		require.NoError(t, f.SetSheetRow("Sheet1", "A2", &[]any{"H1", gridA, "1号院", 2.5}))
		require.NoError(t, f.SetSheetRow("Sheet1", "A4", &[]any{"H2", int64(990101001201002), "", nil}))
	}), "", known)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, Household{Code: "H1", Grid: gridA, PSU: gridA, Address: "1号院", Weight: 2.5, Selected: true}, list[0])
	require.Equal(t, gridB, list[1].Grid, "a code that Excel stored as a number")

	_, err = ParseHouseholds(book(func(f *excelize.File) {
		require.NoError(t, f.SetSheetRow("Sheet1", "A2", &[]any{"H1", "12", "x", 1}))
		require.NoError(t, f.SetCellFormula("Sheet1", "D2", "1+1"))
	}), "", known)
	require.Equal(t, []string{"2:2:grid", "2:4:"}, places(t, err))
}

func TestAssignmentsFaults(t *testing.T) {
	known := AssignmentLookups{
		Area: gridsKnown,
		Household: func(c string) (Household, bool) {
			return Household{Code: c, Grid: gridA, Selected: c != "H0"}, c == "H1" || c == "H0"
		},
		Worker: func(n string) (string, bool) { return "us_" + n, n == "wang" || n == "li" },
		Form: func(id string) (Survey, FormUse, bool) {
			if id == "old" {
				return Survey{ID: "s0", State: SurveyClosed}, FormUse{Form: id}, true
			}
			return Survey{ID: "s1", State: SurveyOpen}, FormUse{Form: id, Kind: KindSentiment}, id == "q"
		},
	}
	file := "household,grid,worker,form,due\n" +
		"H1,,wang,q,2026-12-01\n" +
		",," + "wang,q,\n" + // neither
		"H9,,wang,q,\n" + // unknown household
		"H0,,zhao,none,tomorrow\n" + // not selected, unknown worker, unknown form, bad date
		"H1," + gridB + ",li,old,\n" + // other grid, closed
		"H1,,wang,q,\n" // twice
	_, err := ParseAssignments(strings.NewReader(file), "", known)
	require.Equal(t, []string{"3:1:household", "4:1:household", "5:1:household", "5:3:worker", "5:4:form", "5:5:due", "6:2:grid", "6:4:form", "7:3:worker"}, places(t, err))

	list, err := ParseAssignments(strings.NewReader("grid,worker,form\n"+gridB+",li,q\n"+gridA+",wang,q\n"), "", known)
	require.NoError(t, err)
	require.Equal(t, []Assignment{{Survey: "s1", Form: "q", Grid: gridA, Worker: "us_wang"}, {Survey: "s1", Form: "q", Grid: gridB, Worker: "us_li"}}, list)
	require.Len(t, list[0].ID(), 23)

	_, err = ParseAssignments(strings.NewReader("worker,form\nli,q\n"), "", known)
	require.Contains(t, places(t, err), "1:0:household")
}

func FuzzHouseholds(f *testing.F) {
	f.Add([]byte("household,grid\nH1," + gridA + "\n"))
	f.Add([]byte("\xef\xbb\xbfhousehold,grid,weight\r\nH1," + gridA + ",1e300\r\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := ParseHouseholds(bytes.NewReader(b), "", HouseholdLookups{Area: gridsKnown})
		if err != nil {
			require.Nil(t, list)
			return
		}
		for _, h := range list {
			require.NoError(t, h.check())
		}
	})
}
