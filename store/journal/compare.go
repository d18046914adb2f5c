package journal

import (
	"slices"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// Behind is what a stream's database lacks of what the journal knows of it. The zero value: nothing.
type Behind struct {
	Stream  sync.Stream
	Epoch   string // the journal's last epoch, where the database does not know it
	Streets []StreetBehind
}

// StreetBehind is a street whose history is not the one the journal knows.
type StreetBehind struct {
	Journal  sync.Head // the last head noted
	Database sync.Head
}

// Missing is how many entries of the street's log the database lacks; 0 = it has as many, but others.
func (s StreetBehind) Missing() uint64 {
	if s.Database.Seq >= s.Journal.Seq {
		return 0
	}
	return s.Journal.Seq - s.Database.Seq
}

// Any reports whether the database is older than the journal, or has another history: a new epoch must begin.
func (b Behind) Any() bool { return b.Epoch != "" || len(b.Streets) > 0 }

// Compare holds a stream's database against the journal. Where Any, the caller begins a new epoch before anything is
// served, and in every case notes the database's heads again (Note), so that streets at rest are known in a new epoch too.
func (j *Journal) Compare(stream sync.Stream, r sync.Reader) (Behind, error) {
	const op = "compare with journal"
	out := Behind{Stream: stream}
	heads, err := j.Heads(stream)
	if err != nil {
		return out, errs.Wrap(op, err)
	}
	last, err := j.LastEpoch(stream)
	if err != nil {
		return out, errs.Wrap(op, err)
	}
	now, former, err := r.Epoch()
	if err != nil {
		return out, errs.Wrap(op, err)
	}
	if last != "" && last != now && !slices.Contains(former, last) {
		out.Epoch = last
	}
	for _, noted := range heads {
		have, err := r.Head(noted.Street)
		if err != nil {
			return out, errs.Wrap(op, err)
		}
		if have.Seq >= noted.Seq {
			chain, ok, err := r.ChainAt(noted.Street, noted.Seq)
			if err != nil {
				return out, errs.Wrap(op, err)
			}
			if ok && chain == noted.Chain {
				continue
			}
		}
		out.Streets = append(out.Streets, StreetBehind{Journal: noted, Database: have})
	}
	return out, nil
}
