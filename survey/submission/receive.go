package submission

import (
	"context"

	"ruhu/internal/errs"
)

// Service receives submissions. Safe for concurrent use.
type Service struct {
	Config
}

// Receive takes one post: the submission's XML and the files that came with it. It returns when all of it is durable.
// incomplete says that the client marked the post as not its last; it changes nothing, the record exists from the first.
// Codes: submission-unreadable (not a submission), unknown-form (form or version: nothing is kept, the client keeps it),
// too-large, out-of-area (the user has no grid, or the record lies in another street), over-quota, busy, disk-full.
func (s *Service) Receive(ctx context.Context, who Submitter, xml []byte, files Files, incomplete bool) (Outcome, error) {
	return Outcome{}, errs.New(errs.Internal, "receive submission", "not composed")
}
