// Package snapshot names what summaries and exports were read from.
package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Of is everything that decides what a summary or an export holds. Two with the same Of are the same bytes.
type Of struct {
	Kind   string            `json:"kind"`   // summary, export
	Heads  map[string]uint64 `json:"heads"`  // street -> sequence, as read in one transaction
	Forms  []string          `json:"forms"`  // id@version, in order of adding
	Policy any               `json:"policy"` // what is hidden; a struct with fixed fields
	Filter any               `json:"filter"` // area, statuses, format; a struct with fixed fields
}

// ID returns the lower-case hex SHA-256 of the canonical JSON.
func (o Of) ID() (string, error) {
	b, err := json.Marshal(o) // struct fields in order, map keys sorted
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Short is the part of an id that file names carry.
func Short(id string) string { return id[:min(len(id), 16)] }
