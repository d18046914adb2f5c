package cli_test

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ruhu/internal/cli"
	"ruhu/schema/instruments"
	"ruhu/schema/xlsform"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ruhu": func() {
			os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// TestScripts runs the command line as an operator would; each script is one story with its exit codes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUHU_DATA", e.WorkDir+"/data")
			for _, in := range instruments.All() {
				if err := os.WriteFile(e.WorkDir+"/"+in.ID+".xml", in.XML, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"flip":     flip,
			"workbook": workbook,
		},
	})
}

// exits CODE ruhu ARGS…: runs the program and requires its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ruhu ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if e, ok := err.(interface{ ExitCode() int }); ok {
		got = itoa(e.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// flip FILE WORD: turns one bit of the first occurrence of a word in a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	at := indexOf(b, args[1])
	if at < 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

func indexOf(b []byte, word string) int {
	for i := 0; i+len(word) <= len(b); i++ {
		if string(b[i:i+len(word)]) == word {
			return i
		}
	}
	return -1
}

// workbook FROM.md TO.xlsx: writes the sheets of Markdown tables as a spreadsheet.
func workbook(ts *testscript.TestScript, neg bool, args []string) {
	sheets, err := xlsform.ParseMarkdown(ts.ReadFile(args[0]))
	ts.Check(err)
	b, err := xlsform.WriteXLSX(sheets)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}
