package logdb

import (
	"context"
	"crypto/ecdsa"
	"fmt"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// Fault is one thing that is not what was written.
type Fault struct {
	Record string // "" where it belongs to no record
	Place  string // table, street and sequence, device: where to look
	What   string
}

// Check says what Verify is to compare with and who hears of it.
type Check struct {
	Fault    func(Fault)
	Progress func(records int64) // nil = nobody asks
	// Journalled are places that the journal knows of.
	Journalled []sync.Head
	// PublicKey returns a device's key, false where it is not known (the signature is then not checked); nil = none is.
	PublicKey func(device string) (*ecdsa.PublicKey, bool)
}

// Checked counts what Verify read.
type Checked struct {
	Records    int64
	Changesets int64
	Stale      int64 // packed rows that Project would make otherwise now: no fault, Rebuild brings them up to date
}

// Verify reads the whole log on one snapshot and reports every fault it finds: the file's structure, hash chains, ids of
// bodies, seals, the replay of each record in merge order against its state and digest, running hashes and attestations of
// devices, what records add against aggregates. It changes nothing. An error means that it could not go on.
func (l *Log) Verify(ctx context.Context, c Check) (Checked, error) {
	v := &verifier{Check: c}
	err := l.view(ctx, func(r *reader) error {
		v.reader = r
		for _, step := range []struct {
			what string
			run  func() error
		}{{"structure", v.structure}, {"epochs", v.epochs}, {"streets", v.streets}, {"heads", v.heads}, {"devices", v.devices}, {"attestations", v.attestations},
			{"records", v.records}, {"aggregates", v.aggregates}, {"tallies", v.tallies}, {"cases", v.cases}, {"outcomes", v.outcomes}, {"withdrawals", v.withdrawals},
			{"submissions", v.verifySubmissions}, {"attachments", v.blobRefs}, {"unsettled lines", v.unsettledLines}} {
			if err := ctx.Err(); err != nil {
				return errs.WrapCode(errs.Interrupted, "verify", err)
			}
			// A page that cannot be read ends its step only.
			if err := step.run(); err != nil {
				if ctx.Err() != nil {
					return errs.WrapCode(errs.Interrupted, "verify", ctx.Err())
				}
				v.fault("", step.what, "%v", err)
			}
		}
		return nil
	})
	return v.Checked, err
}

type verifier struct {
	Check
	*reader
	Checked
	cells    map[blockKey]map[int64]cell
	counts   map[tallyKey]tally
	names    map[int64]bool
	hashes   map[string]map[string]bool // withdrawal hashes by record
	blobs    map[int64]map[[32]byte]bool
	bodiless []string
}

func (v *verifier) fault(record, place, format string, args ...any) {
	v.Fault(Fault{record, place, fmt.Sprintf(format, args...)})
}

// each runs over rows; a row that cannot be read is a fault, and the walk goes on where SQLite can.
func (v *verifier) structure() error {
	rows, err := v.tx.Query("PRAGMA integrity_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if text != "ok" {
			v.fault("", "structure", "%s", text)
		}
	}
	return rows.Err()
}

func (v *verifier) epochs() error {
	_, _, err := v.Epoch()
	return err
}

func (v *verifier) heads() error {
	for _, want := range v.Journalled {
		have, err := v.Head(want.Street)
		if err != nil {
			return err
		}
		place := fmt.Sprintf("street %s", want.Street)
		if have.Seq < want.Seq {
			v.fault("", place, "ends at %d, the journal knows %d", have.Seq, want.Seq)
			continue
		}
		if chain, ok, err := v.ChainAt(want.Street, want.Seq); err != nil {
			return err
		} else if want.Seq > 0 && (!ok || chain != want.Chain) {
			v.fault("", place, "has another history at %d than the journal knows", want.Seq)
		}
	}
	return nil
}
