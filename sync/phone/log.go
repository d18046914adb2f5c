package phone

import (
	"crypto/ecdsa"
	"crypto/elliptic"

	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

// log is everything one device ever wrote, seq 1 first. Entries stay for ever as ids; their bytes go when they are safe.
type log struct {
	logMeta
	entries []*entry
	heads   []wire.Head // heads[n] after n entries, as far as computed
}

func (l *log) last() uint64 { return uint64(len(l.entries)) }

func (l *log) at(seq uint64) *entry {
	if seq == 0 || seq > l.last() {
		return nil
	}
	return l.entries[seq-1]
}

// head returns the running hash of ids 1..n.
func (l *log) head(n uint64) wire.Head {
	if len(l.heads) == 0 {
		l.heads = append(l.heads, wire.Head{})
	}
	for uint64(len(l.heads)) <= n {
		i := len(l.heads)
		id, err := crdt.ParseID(l.entries[i-1].ID)
		if err != nil {
			id = crdt.ID{} // a damaged entry: the heads differ
		}
		l.heads = append(l.heads, l.heads[i-1].Next(id))
	}
	return l.heads[n]
}

// rename gives an entry the id under which the server has it.
func (l *log) rename(e *entry, id crdt.ID) {
	e.ID = id.String()
	if uint64(len(l.heads)) > e.Seq {
		l.heads = l.heads[:e.Seq]
	}
}

func (l *log) key() *ecdsa.PrivateKey {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), l.Key)
	if err != nil {
		return nil
	}
	return k
}

// unacked returns the first seq the server is not known to have, last()+1 where it has all.
func (l *log) unacked() uint64 {
	for _, e := range l.entries {
		if !e.Acked {
			return e.Seq
		}
	}
	return l.last() + 1
}

// nameless returns the first seq whose id is not known here, because its entry was damaged, last()+1 where all are: up to
// there the running hash means something.
func (l *log) nameless() uint64 {
	for _, e := range l.entries {
		if e.ID == "" {
			return e.Seq
		}
	}
	return l.last() + 1
}

// lost reports whether an entry is to be declared void: the server lacks it, the bytes are gone, and no declaration stands.
// One whose beginning was answered as something else stands no longer.
func (l *log) lost(e *entry) bool {
	return e.Line == nil && !e.Acked && (e.From == 0 || l.at(e.From).From != e.From)
}

// ackUpTo notes that the server has 1..have and nothing beyond.
func (l *log) ackUpTo(have uint64, ch changes) {
	for _, e := range l.entries {
		if acked := e.Seq <= have; e.Acked != acked {
			e.Acked = acked
			ch.put(keyEntry(l.Device, e.Seq), e)
		}
	}
	l.Known = true
}

// ack notes that the server has 1..seq, and leaves what is known of later ones.
func (l *log) ack(seq uint64, ch changes) {
	for _, e := range l.entries[:seq] {
		if !e.Acked {
			e.Acked = true
			ch.put(keyEntry(l.Device, e.Seq), e)
		}
	}
	l.Known = true
}

// lastOf returns the last set of a record at or below a seq, 0 where there is none.
func (l *log) lastOf(record string, upTo uint64) uint64 {
	for seq := min(upTo, l.last()); seq > 0; seq-- {
		if l.at(seq).Record == record {
			return seq
		}
	}
	return 0
}

// kept reports whether bytes of any set are still here.
func (l *log) kept() bool {
	for _, e := range l.entries {
		if e.Line != nil {
			return true
		}
	}
	return false
}
