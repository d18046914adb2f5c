package logdb

import (
	"fmt"

	"ruhu/sync"
	"ruhu/sync/wire"
)

// devices runs every device's hash again over its lines.
func (v *verifier) devices() error {
	rows, err := v.tx.Query(deviceColumns + "ORDER BY no")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		d, err := scanDevice(rows)
		if err != nil && d == nil {
			return err
		}
		place := "device " + d.ID
		if err != nil {
			v.fault("", place, "%v", err)
		}
		if err := v.device(d, place); err != nil {
			v.fault("", place, "%v", err)
		}
	}
	return rows.Err()
}

func (v *verifier) device(d *deviceRef, place string) error {
	stored := map[uint64][32]byte{}
	heads, err := v.tx.Query("SELECT seq, head FROM device_heads WHERE device = ?", d.no)
	if err != nil {
		return err
	}
	for heads.Next() {
		var seq uint64
		var head []byte
		if err := heads.Scan(&seq, &head); err != nil {
			return err
		}
		stored[seq] = hash32(head)
	}
	if err := heads.Err(); err != nil {
		return err
	}
	rows, err := v.tx.Query("SELECT dev_seq, id FROM lines WHERE device = ? ORDER BY dev_seq", d.no)
	if err != nil {
		return err
	}
	defer rows.Close()
	var head [32]byte
	n := uint64(0)
	for rows.Next() {
		var seq uint64
		var id []byte
		if err := rows.Scan(&seq, &id); err != nil {
			return err
		}
		n++
		if seq != n {
			v.fault("", place, "line %d is missing", n)
			n = seq
		}
		head = nextHead(head, hash32(id))
		if want, ok := stored[n]; ok != (n%headEvery == 0) || ok && want != head {
			v.fault("", place, "the running hash at %d is not that of its lines", n)
		}
		if n == d.Have && d.known && head != d.Head {
			v.fault("", place, "the running hash at %d is not that of its lines", n)
		}
		delete(stored, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != d.last || head != d.lastHead || len(stored) > 0 || d.known && d.Have > n {
		v.fault("", place, "has %d lines and a row for %d", n, d.last)
	}
	return nil
}

func (v *verifier) attestations() error {
	rows, err := v.tx.Query("SELECT device, seq, head, sig, crc FROM attestations ORDER BY device, seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a sync.Attestation
		var head []byte
		var crc int64
		if err := rows.Scan(&a.Device, &a.Seq, &head, &a.Sig, &crc); err != nil {
			return err
		}
		a.Head = hash32(head)
		place := fmt.Sprintf("attestation %s:%d", a.Device, a.Seq)
		if attestationCRC(&a) != crc {
			v.fault("", place, "does not pass its check")
			continue
		}
		at, err := v.HeadAt(a.Device, a.Seq)
		if err != nil || at != a.Head {
			v.fault("", place, "is not over this device's lines")
			continue
		}
		if v.PublicKey == nil {
			continue
		}
		if key, ok := v.PublicKey(a.Device); ok && !wire.VerifyAttest(key, a.Device, wire.Attest{Seq: a.Seq, Head: wire.Head(a.Head), Sig: a.Sig}) {
			v.fault("", place, "the signature is not the device's")
		}
	}
	return rows.Err()
}
