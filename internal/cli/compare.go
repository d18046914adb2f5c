package cli

import (
	"fmt"
	"strings"

	"ruhu/internal/app"
)

type formCompareCmd struct {
	dataFlag
	ID   string `arg:"" help:"Form id."`
	Old  string `arg:"" help:"Older version; - for none."`
	New  string `arg:"" help:"Newer version; - for none."`
	Lang string `help:"Language of the words." enum:"zh,en,both" default:"both"`
}

// Run prints one line a change: its kind, the path, and what it means, in both languages unless one is asked for.
func (c formCompareCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		list, err := a.Survey.FormChanges(e.ctx, c.ID, plainVersion(c.Old), plainVersion(c.New))
		if err != nil {
			return err
		}
		if len(list) == 0 && !e.json {
			_, err := fmt.Fprintln(e.io.Out, "没有差别。 No difference.")
			return err
		}
		for _, ch := range list {
			words := map[string][]string{"zh": {ch.ZH}, "en": {ch.EN}, "both": {ch.ZH, ch.EN}}[c.Lang]
			if err := e.print(ch, "%-18s %s\n%s", ch.Kind, or(ch.Path, "-"), "    "+strings.Join(words, "\n    ")+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
}
