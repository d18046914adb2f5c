package entity_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/clock"
	"ruhu/schema/instance"
	"ruhu/store/keys"
	"ruhu/store/sqlite/core"
	"ruhu/store/sqlite/linkdb"
	"ruhu/store/sqlite/registrydb"
	"ruhu/survey"
	"ruhu/survey/entity"
)

const (
	street  = "990101001"
	village = "990101001201"
	gridA   = "990101001201001"
	gridB   = "990101001201002"
	farOff  = "990101001202001"
)

var (
	admin     = survey.Actor{ID: "us_admin", Role: "admin"}
	registrar = survey.Actor{ID: "us_registrar", Role: "registrar", Area: street}
	officer   = survey.Actor{ID: "us_officer", Role: "reviewer", Area: street}
	stranger  = survey.Actor{ID: "us_stranger", Role: "reviewer", Area: "990101002"}
	wang      = entity.Viewer{Worker: "us_wang", Street: street, Grids: []string{gridA}}
	li        = entity.Viewer{Worker: "us_li", Street: street, Grids: []string{gridB}}
)

type locked struct {
	mu gosync.Mutex
	r  *rand.ChaCha8
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

// town is entity lists on real files.
type town struct {
	t      *testing.T
	dir    string
	random *locked
	ring   *keys.Ring
	frame  *registrydb.DB
	store  *registrydb.Entities
	survey *survey.Service
	lists  *entity.Service
	clock  *clock.Manual
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, dir: t.TempDir(), random: &locked{r: rand.NewChaCha8([32]byte{6})}, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	var err error
	w.ring, err = keys.Open(filepath.Join(w.dir, "keys"), w.random)
	require.NoError(t, err)
	c, err := core.Open(filepath.Join(w.dir, "core.db"), nil)
	require.NoError(t, err)
	links, err := linkdb.Open(filepath.Join(w.dir, "link.db"), w.ring.Slots(keys.Registry), w.ring.Derive("link"), nil)
	require.NoError(t, err)
	w.open()
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.NoError(t, links.Close())
		require.NoError(t, w.frame.Close())
		require.NoError(t, w.ring.Close())
	})
	w.survey, err = survey.New(context.Background(), survey.Config{Catalog: c.Survey(), Registry: w.frame, Links: links, Clock: w.clock, Rand: w.random, WorkerKey: make([]byte, 32)})
	require.NoError(t, err)
	w.lists = entity.New(w.store, w.survey, w.clock)
	return w
}

func (w *town) open() {
	w.t.Helper()
	var err error
	w.frame, err = registrydb.Open(filepath.Join(w.dir, "registry.db"), w.ring.Sealer("registry-identity"), w.random, nil)
	require.NoError(w.t, err)
	w.store = w.frame.Entities(w.ring.Slots(keys.Registry))
}

// form is a form that writes to a list.
func form(id, list, attributes string, properties ...string) []byte {
	var nodes, binds strings.Builder
	for _, p := range properties {
		fmt.Fprintf(&nodes, "<q_%s/>", p)
		fmt.Fprintf(&binds, `<bind nodeset="/data/q_%s" type="string" entities:saveto="%s"/>`, p, p)
	}
	return fmt.Appendf(nil, `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><h:title>%s</h:title><model entities:entities-version="2024.1.0">
<instance><data id="%s" version="1">%s<meta><instanceID/><entity dataset="%s" id="" %s><label/></entity></meta></data></instance>
<instance id="%s" src="jr://file-csv/%s.csv"/>%s<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body/></h:html>`, id, id, nodes.String(), list, attributes, list, list, binds.String())
}

func (w *town) publish(xml []byte) {
	w.t.Helper()
	_, _, _, err := w.survey.AddForm(context.Background(), survey.NewForm{XML: xml, By: "us_admin"})
	require.NoError(w.t, err)
}

func wells(t *testing.T) *town {
	w := newTown(t)
	w.publish(form("well_visit", "wells", `create="" update="" baseVersion="" trunkVersion="" branchId=""`, "state", "grid", "depth"))
	return w
}

func id(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// send brings one node as a submission of its own, whose record has the instance's name.
func (w *town) send(inst string, n instance.EntityNode) {
	w.t.Helper()
	if n.Dataset == "" {
		n.Dataset = "wells"
	}
	require.NoError(w.t, w.lists.Apply(context.Background(), entity.Submission{Record: "rec-" + inst, Instance: inst, Street: street, Worker: "us_wang",
		Form: w.survey.Snapshot().Get("well_visit", "1"), Received: 1}, []instance.EntityNode{n}))
}

func creation(n int, label string, properties map[string]string) instance.EntityNode {
	return instance.EntityNode{ID: id(n), Create: true, Label: label, HasLabel: true, Properties: properties}
}

func update(n int, branch string, base, trunk string, properties map[string]string) instance.EntityNode {
	return instance.EntityNode{ID: id(n), Update: true, BaseVersion: base, TrunkVersion: trunk, BranchID: branch, Properties: properties}
}

// csv returns a list as a viewer gets it.
func (w *town) csv(v entity.Viewer, list, after string) (version string, whole bool, rows [][]string) {
	w.t.Helper()
	l, err := w.lists.Open(context.Background(), v, list, after)
	require.NoError(w.t, err)
	var b bytes.Buffer
	require.NoError(w.t, l.Write(context.Background(), &b))
	rows, err = csv.NewReader(&b).ReadAll()
	require.NoError(w.t, err)
	return l.Version, l.Whole, rows
}

// bytesOnDisk returns what lies in registry.db and its log.
func (w *town) bytesOnDisk() []byte {
	w.t.Helper()
	require.NoError(w.t, w.frame.File().Checkpoint(context.Background()))
	b, err := os.ReadFile(filepath.Join(w.dir, "registry.db"))
	require.NoError(w.t, err)
	return b
}
