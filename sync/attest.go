package sync

import (
	"ruhu/internal/errs"
	"ruhu/sync/wire"
)

// attest stores an author's signature over its running hash, once it is found to be over the log's own.
func (c *chunk) attest(it *wire.Item) error {
	a := it.Att
	code := c.stop
	switch {
	case code != "":
	case !c.signed:
		code = errs.Malformed
	case a.Seq > c.dev.Have:
		code = errs.Gap
	default:
		head, err := headAt(c.tx, &c.dev, a.Seq)
		if err != nil {
			return err
		}
		if head != a.Head {
			code = errs.Fork
		}
	}
	if code != "" {
		c.verdict(wire.Verdict{Attest: a.Seq, Status: wire.Refused, Code: code})
		return nil
	}
	if a.Seq > c.dev.Attested {
		if err := c.tx.PutAttestation(Attestation{Device: c.dev.ID, Seq: a.Seq, Head: a.Head, Sig: a.Sig}); err != nil {
			return err
		}
		c.dev.Attested, c.stored = a.Seq, true
	}
	c.verdict(wire.Verdict{Attest: a.Seq, Status: wire.Stored})
	return nil
}

// erasedMark takes back an erased marker this server once sent: after a restore it may have forgotten the erasure.
func (c *chunk) erasedMark(it *wire.Item) error {
	m := it.Mark
	if !c.run.s.keys.checkErasedProof(c.run.s.Stream, m.Record, m.Proof) {
		c.verdict(wire.Verdict{Erased: m.Record, Status: wire.Refused, Code: errs.Malformed})
		return nil
	}
	if _, err := c.erase(c.author.Street, m.Record, "handed back after a restore", true); err != nil {
		return err
	}
	c.verdict(wire.Verdict{Erased: m.Record, Status: wire.Stored})
	return nil
}
