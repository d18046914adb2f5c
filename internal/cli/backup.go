package cli

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"time"

	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/store/sqlite"
)

// steps shows what a long operation is at. Its length is not known beforehand.
func (e *env) steps() sqlite.Progress {
	if e.json || !isTerminal(e.io.Err) {
		return func(string, int64) {}
	}
	last := ""
	return func(what string, done int64) {
		if what != last {
			last = what
			e.note(what)
		}
	}
}

type backupCmd struct {
	dataFlag
	Out string `required:"" help:"File to write." type:"path"`
}

// Run writes a consistent, sealed copy while the server may run, reads it back, and lets phones know what is safe.
func (c backupCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		r, err := a.Whole().Backup(e.ctx, c.Out, e.steps())
		if err != nil {
			return err
		}
		return e.print(r, "%s: %d bytes, %d records, %d change sets, %d attachments; read back and right; %d phones told\nThe keys are not in it: ruhu backup-keys --out FILE\n",
			r.File, r.Bytes, r.Records, r.Lines, r.Blobs, r.Phones)
	})
}

type backupKeysCmd struct {
	dataFlag
	Out string `required:"" help:"File to write; keep it apart from the backups and replace it after an erasure." type:"path"`
}

// Run writes every key.
func (c backupKeysCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		info, err := a.Whole().BackupKeys(c.Out)
		if err != nil {
			return err
		}
		return e.print(info, "%s written. Older key files can still read what was erased since: destroy them.\n", c.Out)
	})
}

type restoreCmd struct {
	File    string `arg:"" help:"Backup file." type:"existingfile"`
	Keys    string `required:"" help:"Key file written at or after the backup." type:"existingfile"`
	Data    string `required:"" help:"Data directory to make; missing or empty." placeholder:"DIR"`
	Journal string `help:"Journal folder of the lost directory, where it survived: what was erased or revoked since stays so." type:"existingdir"`
}

// Run makes a data directory of a backup and its keys. A new epoch begins: phones offer again what the backup lacks.
func (c restoreCmd) Run(e *env) error {
	backup, err := os.Open(c.File)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "open", err)
	}
	defer backup.Close()
	keys, err := os.Open(c.Keys)
	if err != nil {
		return errs.WrapCode(errs.NotFound, "open", err)
	}
	defer keys.Close()
	r, err := sqlite.Restore(e.ctx, backup, keys, c.Data, sqlite.RestoreOptions{Clock: e.clock, Rand: rand.Reader, Journal: c.Journal, Progress: e.steps()})
	if err != nil {
		return err
	}
	return e.print(r, "%s made from the backup of %s: %d records, %d attachments, new epoch %s; erased again: %d\nStart it with ruhu serve; phones bring back by themselves what they have.\n",
		c.Data, time.UnixMilli(r.At).Format(time.DateTime), r.Records, r.Blobs, r.Epoch, len(r.Erased))
}

type verifyCmd struct{ dataFlag }

// Run reads everything and names what is not what was written. Damaged data ends it with exit code 5; nothing is repaired.
func (c verifyCmd) Run(e *env) error {
	if _, err := os.Stat(c.Data); errors.Is(err, os.ErrNotExist) {
		return errs.New(errs.NotFound, "verify", "there is no folder %s", c.Data)
	}
	return c.with(e, func(a *app.App) error {
		r, err := a.Whole().Verify(e.ctx, e.steps())
		if err != nil {
			return err
		}
		var text strings.Builder
		for _, f := range r.Faults {
			text.WriteString(f.String() + "\n")
		}
		state := "ok"
		if !r.OK {
			state = "DAMAGED"
		}
		if err := e.print(r, "%s%s: %d records, %d change sets, %d attachments\n", text.String(), state, r.Records, r.Changesets, r.Blobs); err != nil {
			return err
		}
		return r.Err()
	})
}

type eraseCmd struct {
	dataFlag
	Record string `arg:"" help:"Record id."`
	Reason string `help:"Why; stands in the audit log." default:"by the operator"`
}

// Run erases one record: values leave every file and its key is destroyed. Replace the key file of your backups afterwards.
func (c eraseCmd) Run(e *env) error {
	if err := e.confirm("Erase record " + c.Record + "? Nothing brings it back."); err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error {
		known, err := a.Survey.EraseRecord(e.ctx, c.Record, c.Reason)
		if err != nil {
			return err
		}
		if !known {
			return errs.New(errs.NotFound, "erase", "no record %s; a marker was left, should it ever arrive", c.Record)
		}
		return e.print(map[string]any{"record": c.Record, "erased": true}, "%s erased. Write a new key file now (ruhu backup-keys) and destroy the old one.\n", c.Record)
	})
}
