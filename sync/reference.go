package sync

import (
	"context"
	"iter"

	"ruhu/sync/wire"
)

// Viewer is who pulls: one worker's pair of devices, with what it may see at this moment.
type Viewer struct {
	Device         string // answers
	RegistryDevice string
	Worker         string
	Street         string
	Grids          []string // granted now
}

// Reference is what a phone needs beside records: surveys, forms, households, assignments. The lines are opaque here.
type Reference interface {
	// Sections names what there is for a viewer, each with a version that changes whenever a line of the section would.
	// A section whose version a phone holds is not sent again.
	Sections(ctx context.Context, v Viewer) ([]Section, error)
	// Lines yields a section's lines in a fixed order. When the version changes between two pages of one section, the
	// section is begun again.
	Lines(ctx context.Context, v Viewer, kind wire.Kind) iter.Seq2[wire.PullLine, error]
}

// Section is one kind of reference lines.
type Section struct {
	Kind    wire.Kind // survey, form, household, assignment
	Version string
}

// NoReference is a Reference without sections.
type NoReference struct{}

// Sections returns none.
func (NoReference) Sections(context.Context, Viewer) ([]Section, error) { return nil, nil }

// Lines yields nothing.
func (NoReference) Lines(context.Context, Viewer, wire.Kind) iter.Seq2[wire.PullLine, error] {
	return func(func(wire.PullLine, error) bool) {}
}
