package sync

import (
	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// strippedNonce stands where the nonce was: with the nonce, the id would let anybody try values until one fits.
const strippedNonce = "withheld"

// Strip returns what may stay of a stored body once path prefixes were withheld: the change set without the values there
// and without its nonce; nil where nothing it wrote is left. The bytes returned no longer hash to the line's id.
// false: nothing lay under the prefixes, body is returned as it is.
func Strip(body []byte, prefixes []string) ([]byte, bool, error) {
	if body == nil {
		return nil, false, nil
	}
	c, err := wire.Decode(body)
	if err != nil {
		return nil, false, errs.WrapCode(errs.Damaged, "strip", err)
	}
	out, taken := c.StripValues(prefixes)
	if !taken {
		return body, false, nil
	}
	return encodeStripped(out), true, nil
}

func encodeStripped(c *crdt.ChangeSet) []byte {
	if len(c.Set)+len(c.Add)+len(c.Del) == 0 {
		return nil
	}
	out := *c
	out.Nonce = strippedNonce
	return out.Encode()
}

// DecodeLine reads the body of a stored line, for replay and verification. A line of which withholding left nothing is an
// empty change set that only takes its place. Code: damaged.
func DecodeLine(l *Line) (*crdt.ChangeSet, error) {
	const op = "stored line"
	if l.Body == nil {
		if !l.Stripped {
			return nil, errs.New(errs.Damaged, op, "%s:%d has no body", l.Device, l.DevSeq)
		}
		return &crdt.ChangeSet{Device: l.Device, Seq: l.DevSeq, At: l.Effective, Record: l.Record, Form: l.Form,
			Version: l.Version, Grid: l.Grid}, nil
	}
	c, err := wire.Decode(l.Body)
	if err != nil {
		return nil, errs.WrapCode(errs.Damaged, op, err)
	}
	return c, nil
}
