package uploads

import (
	"errors"
	"syscall"

	"ruhu/internal/errs"
)

// storage gives an error of the disk its code.
func storage(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.WrapCode(errs.DiskFull, op, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES):
		return errs.WrapCode(errs.ReadOnly, op, err)
	}
	return errs.WrapCode(errs.Internal, op, err)
}
