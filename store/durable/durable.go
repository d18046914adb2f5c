// Package durable makes files survive a power cut: fsync of a file, of its folder, and atomic
// replacement. It calls the C library's fsync rather than the bare system call so that one shim in
// front of the C library sees every sync of the program, SQLite's and ours alike
// (internal/faulttest cuts the power there).
package durable

/*
#include <errno.h>
#include <unistd.h>

static int ruhu_fsync(int fd) { return fsync(fd) == 0 ? 0 : errno; }
*/
import "C"

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"ruhu/internal/errs"
)

// Sync returns when what was written to f is on stable storage.
func Sync(f *os.File) error {
	rc := C.ruhu_fsync(C.int(f.Fd()))
	runtime.KeepAlive(f)
	if rc != 0 {
		return &os.PathError{Op: "fsync", Path: f.Name(), Err: syscall.Errno(rc)}
	}
	return nil
}

// SyncDir makes names created, renamed or removed in a folder durable.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return Sync(f)
}

// WriteFile replaces path by data atomically and durably: a reader, or a start after a power cut, sees
// the old bytes or the new ones, whole.
func WriteFile(path string, data []byte, perm os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(perm); err != nil {
		tmp.Close()
		return err
	}
	if err := Sync(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// WriteError gives a failed write or sync its code: disk-full, read-only, or fail-stop, after which nothing may be
// acknowledged any more. An error with a code keeps it; nil stays nil.
func WriteError(op string, err error) error {
	var coded *errs.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &coded):
		return errs.Wrap(op, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.WrapCode(errs.DiskFull, op, err)
	case errors.Is(err, syscall.EROFS):
		return errs.WrapCode(errs.ReadOnly, op, err)
	case errors.Is(err, syscall.EIO):
		return errs.WrapCode(errs.FailStop, op, err)
	}
	return errs.Wrap(op, err)
}
