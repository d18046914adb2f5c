package phone

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"ruhu/sync/crdt"
	replica "ruhu/sync/phone"
)

// Show prints the phone and its records; with a record, its answers.
func Show(ctx context.Context, o Options, record string, w io.Writer) error {
	return with(ctx, o, func(h *Headless) error {
		if record != "" {
			v, err := h.View(record)
			if err != nil {
				return err
			}
			return h.showRecord(w, v)
		}
		return h.showAll(w)
	})
}

// shownRecord is a record for people and machines.
type shownRecord struct {
	Record    string              `json:"record"`
	Form      string              `json:"form"`
	Version   string              `json:"version,omitempty"`
	Grid      string              `json:"grid"`
	Case      string              `json:"case,omitempty"`
	Status    string              `json:"status"`
	Stub      bool                `json:"stub,omitempty"`
	Unsent    int                 `json:"unsent"`
	Held      int                 `json:"held,omitempty"`
	Conflicts []string            `json:"conflicts,omitempty"`
	Answers   map[string]*string  `json:"answers,omitempty"`
	Rows      map[string][]string `json:"rows,omitempty"`
}

func show(v *replica.View, answers bool) shownRecord {
	out := shownRecord{Record: v.Record, Form: v.Form, Version: v.Version, Grid: v.Grid, Case: v.Case, Status: v.Status, Stub: v.Base == nil && v.Status != "",
		Unsent: v.Unsent, Held: v.Held}
	if v.State == nil {
		return out
	}
	if shown, ok := v.State.Shown(crdt.StatusPath); ok && out.Status == "" {
		out.Status = shown.Value
	}
	out.Conflicts = v.State.Conflicts()
	if !answers {
		return out
	}
	out.Answers = map[string]*string{}
	for path, shown := range v.State.Visible {
		value := &shown.Value
		if shown.Null {
			value = nil
		}
		out.Answers[path] = value
	}
	for _, repeat := range v.State.Repeats() {
		if rows := v.State.RowsOf(repeat); len(rows) > 0 {
			if out.Rows == nil {
				out.Rows = map[string][]string{}
			}
			out.Rows[repeat] = rows
		}
	}
	return out
}

func (h *Headless) showRecord(w io.Writer, v *replica.View) error {
	r := show(v, true)
	if h.o.JSON {
		return printJSON(w, r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s", r.Record, r.Form, r.Grid, r.Status)
	if r.Unsent > 0 {
		fmt.Fprintf(&b, " (%d not yet sent)", r.Unsent)
	}
	b.WriteByte('\n')
	if v.State != nil {
		for path, shown := range v.State.Visible {
			value := shown.Value
			if shown.Null {
				value = "(cleared)"
			}
			mark := ' '
			if slices.Contains(r.Conflicts, path) {
				mark = '!'
			}
			fmt.Fprintf(&b, " %c %s = %s\n", mark, path, value)
		}
	}
	if r.Stub && v.State == nil {
		b.WriteString("  Only a stub is here: its answers are not on this phone.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (h *Headless) showAll(w io.Writer) error {
	st := h.Status()
	if h.o.JSON {
		if err := printJSON(w, map[string]any{"enrolled": st.Enrolled, "worker": st.Worker, "device": st.Devices[replica.Answers],
			"registry_device": st.Devices[replica.Registry], "grids": st.Grids, "epoch": st.Epoch, "unsent": st.Unsent, "waiting": st.Waiting,
			"quarantined": st.Quarantined, "void": st.Void, "unsafe": st.Unsafe, "records": st.Records, "stubs": st.Stubs,
			"complete": st.Complete, "revoked": st.Revoked, "forks": st.Forks}); err != nil {
			return err
		}
	} else if !st.Enrolled {
		_, err := fmt.Fprintln(w, "This phone is not enrolled. Run: ruhu phone --server URL --dir DIR enrol CODE")
		return err
	} else if _, err := fmt.Fprintf(w, "%s (%s), grids %s\nNot yet sent: %d. Waiting: %d. Held back: %d. Void: %d. Not yet backed up: %d. Complete: %v.\n",
		st.WorkerName, st.Devices[replica.Answers], strings.Join(st.Grids, " "), st.Unsent, st.Waiting, st.Quarantined, st.Void, st.Unsafe, st.Complete); err != nil {
		return err
	}
	for _, id := range h.Records() {
		v, err := h.View(id)
		if err != nil {
			continue // it left while we looked
		}
		r := show(v, false)
		if h.o.JSON {
			err = printJSON(w, r)
		} else {
			mark := ""
			if r.Unsent > 0 {
				mark = " not yet sent"
			}
			_, err = fmt.Fprintf(w, "  %s %s %s %s%s\n", r.Record, r.Form, r.Grid, r.Status, mark)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
