package app

import (
	"context"
	"syscall"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server"
)

// health says whether the directory takes work.
type health struct{ app *App }

var _ server.Health = health{}

// Ready reads from every file and looks how much room the disk has.
func (h health) Ready(ctx context.Context) error {
	const op = "ready"
	if err := h.app.Core.Ping(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := h.Epoch(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(h.app.Dir, &st); err != nil {
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	if free := st.Bavail * uint64(st.Bsize); free < limits.FreeDiskFloor {
		return errs.New(errs.DiskFull, op, "%d MiB free", free>>20)
	}
	return nil
}

// Epoch returns the present epoch.
func (h health) Epoch(ctx context.Context) (string, error) {
	now, _, err := h.app.Answers.Epoch(ctx)
	return now, err
}

// AuditHeads returns the ends of the audit log that the journal noted.
func (h health) AuditHeads(ctx context.Context) ([]auth.AuditHead, error) {
	return h.app.auditHeads(ctx)
}
