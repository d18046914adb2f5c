package bench

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/errs"
	"ruhu/schema/instance"
	"ruhu/survey"
	"ruhu/survey/entity"
)

const wellsForm = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><h:title>Wells</h:title>
<model entities:entities-version="2025.1.0"><instance><data id="wells" version="1"><well><state/><depth/><note/><meta><entity dataset="wells" id="" create="" update="" baseVersion="" trunkVersion="" branchId=""><label/></entity></meta></well><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/well/state" type="string" entities:saveto="state"/><bind nodeset="/data/well/depth" type="int" entities:saveto="depth"/><bind nodeset="/data/well/note" type="string" entities:saveto="note"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head>
<h:body><repeat nodeset="/data/well"><input ref="/data/well/state"><label>s</label></input></repeat></h:body></h:html>`

// entityList measures a list of 100,000 entities of which 100 change: what a client that asks again gets and costs.
func entityList(ctx context.Context, o *Options) ([]Line, error) {
	const entities, batch, changed = 100_000, 500, 100
	a, err := app.Open(ctx, o.dir("entities"), app.Options{Clock: o.Clock})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if _, _, _, err := a.Survey.AddForm(ctx, survey.NewForm{XML: []byte(wellsForm), By: auth.OperatorID}); err != nil {
		return nil, err
	}
	m := entityBench{ctx: ctx, o: o, a: a, viewer: entity.Viewer{Worker: "us_bench", Street: street}}
	begin := o.Clock.Now()
	for i := 0; i < entities; i += batch {
		nodes := make([]instance.EntityNode, batch)
		for k := range nodes {
			nodes[k] = instance.EntityNode{Path: fmt.Sprintf("well[r%d]", k), Dataset: "wells", ID: wellID(i + k), Create: true, Label: fmt.Sprintf("%d号井", i+k), HasLabel: true,
				Properties: map[string]string{"state": "有水", "depth": fmt.Sprint((i + k) % 90), "note": "村东头老槐树旁"}}
		}
		if err := m.apply(fmt.Sprint("create-", i), nodes); err != nil {
			return nil, err
		}
	}
	made := o.Clock.Now().Sub(begin).Seconds()
	whole, err := m.fetch("")
	if err != nil {
		return nil, err
	}
	same, err := m.fetch(whole.version)
	if err != nil {
		return nil, err
	}
	begin = o.Clock.Now()
	for i := range changed {
		n := i * (entities / changed)
		if err := m.apply(fmt.Sprint("update-", i), []instance.EntityNode{{Dataset: "wells", Path: "well[r0]", ID: wellID(n), Update: true, BaseVersion: "1", TrunkVersion: "1",
			BranchID: fmt.Sprint("branch-", i), Properties: map[string]string{"state": "枯"}}}); err != nil {
			return nil, err
		}
	}
	updated := o.Clock.Now().Sub(begin).Seconds()
	delta, err := m.fetch(whole.version)
	if err != nil {
		return nil, err
	}
	if delta.rows != changed || whole.rows != entities || same.version != whole.version {
		return nil, errs.New(errs.Internal, "entities", "%d and %d rows", whole.rows, delta.rows)
	}
	line := func(what, unit string, value, floor float64) Line {
		return Line{Bench: "entities", What: what, Unit: unit, Value: value, Floor: floor}
	}
	return []Line{
		line("taking in, 500 a submission, sealed and fsynced", "entities/s wall", entities/made, 0),
		line("an update, a submission each, fsynced", "updates/s wall", changed/updated, 0),
		line("whole list of 100,000 as CSV", "bytes", float64(whole.plain), 0),
		line("whole list of 100,000 as CSV, gzip", "bytes", float64(whole.zipped), 0),
		line("whole list of 100,000 as CSV, gzip", "ms", whole.ms, 0),
		line("nothing new, 304 (floor: whole list)", "ms", same.mark, whole.ms),
		line("100 changes as a delta, gzip (floor: whole list)", "bytes", float64(delta.zipped), float64(whole.zipped)),
		line("100 changes as a delta, gzip (floor: whole list)", "ms", delta.ms, whole.ms),
	}, nil
}

func wellID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

type entityBench struct {
	ctx    context.Context
	o      *Options
	a      *app.App
	viewer entity.Viewer
}

func (m *entityBench) apply(inst string, nodes []instance.EntityNode) error {
	return m.a.Entities.Apply(m.ctx, entity.Submission{Record: "record-" + inst, Instance: inst, Street: street, Form: m.a.Survey.Snapshot().Get("wells", "1")}, nodes)
}

// fetched is one look at a list.
type fetched struct {
	version       string
	mark, ms      float64 // to know the version; and to have it all compressed
	plain, zipped int64
	rows          int
}

func (m *entityBench) fetch(after string) (f fetched, err error) {
	begin := m.o.Clock.Now()
	l, err := m.a.Entities.Open(m.ctx, m.viewer, "wells", after)
	if err != nil {
		return f, err
	}
	f.version, f.mark, f.rows = l.Version, m.o.Clock.Now().Sub(begin).Seconds()*1000, -1
	var wire counter
	zip := gzip.NewWriter(&wire)
	if err := l.Write(m.ctx, io.MultiWriter(zip, &rowCounter{&f})); err != nil {
		return f, err
	}
	if err := zip.Close(); err != nil {
		return f, errs.Wrap("entities", err)
	}
	f.zipped, f.ms = int64(wire), m.o.Clock.Now().Sub(begin).Seconds()*1000
	return f, nil
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// rowCounter counts lines; no value of this list has a line end in it.
type rowCounter struct{ f *fetched }

func (c *rowCounter) Write(b []byte) (int, error) {
	c.f.plain += int64(len(b))
	for _, x := range b {
		if x == '\n' {
			c.f.rows++
		}
	}
	return len(b), nil
}
