package survey

// The shown statuses of a record; sync derives them, a stored "@status" is only one input.
const (
	StatusDraft       = "draft"
	StatusSubmitted   = "submitted"
	StatusApproved    = "approved"
	StatusReturned    = "returned"
	StatusNeedsReview = "needs_review"
	StatusRestricted  = "restricted"
	StatusErased      = "erased"
)

// Statuses lists them in order of a record's life.
func Statuses() []string {
	return []string{StatusDraft, StatusSubmitted, StatusReturned, StatusNeedsReview, StatusApproved, StatusRestricted, StatusErased}
}

// LiveStatuses are what a live summary counts: everything submitted and not withheld from use.
func LiveStatuses() []string {
	return []string{StatusSubmitted, StatusReturned, StatusNeedsReview, StatusApproved}
}
