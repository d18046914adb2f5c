package crdt

import (
	"maps"
	"slices"
)

// Covers reports whether d is at or below v.
func (v VV) Covers(d Dot) bool { return d.Seq <= v[d.Device] }

// Within reports whether every entry of v is covered by o.
func (v VV) Within(o VV) bool {
	for device, seq := range v {
		if seq > o[device] {
			return false
		}
	}
	return true
}

// Clone returns a copy; a nil vector stays nil.
func (v VV) Clone() VV { return maps.Clone(v) }

// Join returns the least vector that covers both. Neither is changed.
func (v VV) Join(o VV) VV {
	out := make(VV, max(len(v), len(o)))
	for device, seq := range v {
		out.raise(device, seq)
	}
	for device, seq := range o {
		out.raise(device, seq)
	}
	return out
}

// Meet returns the greatest vector that both cover. Neither is changed.
func (v VV) Meet(o VV) VV {
	out := make(VV, min(len(v), len(o)))
	for device, seq := range v {
		if m := min(seq, o[device]); m > 0 {
			out[device] = m
		}
	}
	return out
}

// Equal reports whether both cover the same dots; an entry of 0 is no entry.
func (v VV) Equal(o VV) bool { return v.Within(o) && o.Within(v) }

// Raise makes v cover d.
func (v VV) Raise(d Dot) { v.raise(d.Device, d.Seq) }

func (v VV) raise(device string, seq uint64) {
	if seq > v[device] {
		v[device] = seq
	}
}

// Devices returns the devices v names, sorted.
func (v VV) Devices() []string {
	out := make([]string, 0, len(v))
	for device, seq := range v {
		if seq > 0 {
			out = append(out, device)
		}
	}
	slices.Sort(out)
	return out
}
