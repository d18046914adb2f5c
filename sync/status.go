package sync

import "ruhu/sync/crdt"

// ReasonArrivedAfterReview is why an approval no longer counts.
const ReasonArrivedAfterReview = "arrived-after-review"

// Status is the shown status of a record, derived from its state alone (sync.md section 6a).
type Status struct {
	Shown  string // draft submitted approved returned needs_review restricted erased
	Reason string // arrived-after-review where an approval does not count any more, else ""
	// Reopened: a live "returned" opens the record on its author's phone, whatever is shown. Never for a restricted one.
	Reopened bool
}

// StatusOf derives the shown status. It is a pure function: every replica that holds the state shows the same.
func StatusOf(s *crdt.State) Status {
	if s.Erased {
		return Status{Shown: StatusErased}
	}
	live := s.Siblings(PathStatus)
	if len(live) == 0 {
		return Status{Shown: StatusDraft}
	}
	first := statusValue(live[0])
	differ, restricted, returned := false, false, false
	for _, w := range live {
		v := statusValue(w)
		differ = differ || v != first
		restricted = restricted || v == StatusRestricted
		returned = returned || v == StatusReturned
	}
	out := Status{Shown: first, Reopened: returned && !restricted}
	switch {
	case restricted:
		out.Shown = StatusRestricted
	case differ:
		out.Shown = StatusNeedsReview
	case first == StatusApproved && !anyApprovalCounts(s, live):
		out.Shown, out.Reason = StatusNeedsReview, ReasonArrivedAfterReview
	}
	return out
}

func statusValue(w crdt.Write) string {
	if w.Null || w.Value == "" {
		return StatusDraft
	}
	return w.Value
}

// anyApprovalCounts reports whether the author of one of the live approvals had every live answer on the screen.
func anyApprovalCounts(s *crdt.State, live []crdt.Write) bool {
	for _, w := range live {
		if approvalCounts(s, w.Dot) {
			return true
		}
	}
	return false
}

// approvalCounts reports whether every live answer and row mark is in the approval's ctx, or was written with it.
func approvalCounts(s *crdt.State, approval crdt.Dot) bool {
	ctx := s.StatusCtx[approval]
	for i := range s.Registers {
		if crdt.Path(s.Registers[i].Path).IsRecord() {
			continue
		}
		for _, w := range s.Registers[i].Siblings {
			if w.Dot != approval && !ctx.Covers(w.Dot) {
				return false
			}
		}
	}
	for i := range s.Rows {
		if crdt.Path(s.Rows[i].Path).IsRecord() {
			continue
		}
		for _, m := range s.Rows[i].Marks {
			if m.Dot != approval && !ctx.Covers(m.Dot) {
				return false
			}
		}
	}
	return true
}
