package survey

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// ConfirmQuestion is the name of the question by which a second person confirms the tally of an appraisal.
const ConfirmQuestion = "confirmed"

// tally flags the tally of an appraisal that nobody but its author stands for: the confirmation must come from a device that
// wrote none of the figures. What is confirmed is not judged, and nothing is hidden: the office sees the flag.
func (w *projection) tally() {
	if w.info.Kind != KindAppraisal || w.form == nil || !slices.Contains(LiveStatuses(), w.out.Status) {
		return
	}
	confirm := w.form.Find(ConfirmQuestion)
	if confirm == nil || confirm.Repeat() != nil {
		return
	}
	shown, ok := w.s.Shown(confirm.Path)
	confirmed := ok && !shown.Null && shown.Value == "1"
	for i, n := range w.nodes {
		if !confirmed {
			break
		}
		if n == nil || n.Type != schema.Int || !n.Asked() {
			continue
		}
		if by, ok := w.s.Shown(w.packed.Cells[i].Path); ok && by.Device == shown.Device {
			confirmed = false
		}
	}
	if !confirmed {
		w.out.Flags = append(w.out.Flags, string(errs.TallyUnconfirmed))
	}
}
