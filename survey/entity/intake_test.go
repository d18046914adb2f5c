package entity

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/instance"
)

const someID = "0192f000-0000-4000-8000-00000000000a"

func TestWhatANodeSays(t *testing.T) {
	one := func(n instance.EntityNode) (Addressed, FaultCode) {
		if n.Dataset == "" {
			n.Dataset = "wells"
		}
		if n.ID == "" {
			n.ID = someID
		}
		changes, faults := Read(Submission{Instance: "uuid:i", Edits: "uuid:h", At: 5}, []instance.EntityNode{n})
		require.Equal(t, 1, len(changes)+len(faults))
		if len(faults) == 1 {
			return Addressed{}, faults[0].Code
		}
		return changes[0], ""
	}
	a, code := one(instance.EntityNode{Create: true, ID: "uuid:" + strings.ToUpper(someID), Label: "well", HasLabel: true, Properties: map[string]string{"state": "", "name": "x"}, BaseVersion: "3"})
	require.Empty(t, code)
	require.Equal(t, someID, a.ID)
	require.Equal(t, Change{Kind: Create, Instance: "uuid:i", Edits: "uuid:h", At: 5, Set: map[string]string{"": "well", "state": ""}}, a.Change, "a creation has no base; reserved names are no properties")
	a, _ = one(instance.EntityNode{Update: true, BaseVersion: "4", TrunkVersion: "3", BranchID: "b", HasLabel: true, Label: "  ", Properties: map[string]string{"state": ""}})
	require.Equal(t, Change{Kind: Update, Instance: "uuid:i", Edits: "uuid:h", At: 5, Base: 4, Trunk: 3, Branch: "b", Set: map[string]string{"state": ""}}, a.Change,
		"a blank label changes nothing, a blank property is set to nothing")
	a, _ = one(instance.EntityNode{Create: true, Update: true, BaseVersion: "2", Label: "x", HasLabel: true})
	require.Equal(t, Update, a.Kind, "an upsert of what is there")
	a, _ = one(instance.EntityNode{Create: true, Update: true, BranchID: "b", Label: "x", HasLabel: true})
	require.Equal(t, Create, a.Kind, "an upsert of what is not")
	a, code = one(instance.EntityNode{Update: true, BaseVersion: "2.0"})
	require.Empty(t, code)
	require.Equal(t, int64(2), a.Base)
	for _, c := range []struct {
		n    instance.EntityNode
		code FaultCode
	}{
		{instance.EntityNode{Create: true, Dataset: "a.b", Label: "x"}, BadList},
		{instance.EntityNode{Create: true, Dataset: "__x", Label: "x"}, BadList},
		{instance.EntityNode{Create: true, ID: "7", Label: "x"}, BadID},
		{instance.EntityNode{Create: true, ID: someID + "0", Label: "x"}, BadID},
		{instance.EntityNode{Create: true}, NoLabel},
		{instance.EntityNode{Update: true, BaseVersion: "-1"}, BadBase},
		{instance.EntityNode{Update: true, BaseVersion: "1.5"}, BadBase},
		{instance.EntityNode{Update: true, TrunkVersion: "NaN"}, BadBase},
		{instance.EntityNode{Update: true, BaseVersion: "99999999999999999999"}, BadBase},
		{instance.EntityNode{Update: true, BranchID: strings.Repeat("b", 200)}, BadBase},
		{instance.EntityNode{Update: true, Properties: map[string]string{"x": strings.Repeat("y", limits.LongValueBytes+1)}}, TooLarge},
	} {
		_, code := one(c.n)
		require.Equal(t, c.code, code, "%+v", c.n)
	}
	changes, faults := Read(Submission{}, []instance.EntityNode{{Dataset: "wells", ID: "bad"}})
	require.Empty(t, changes)
	require.Empty(t, faults, "a node that asks for nothing is no fault")
}

func TestOnlyWhatTheFormDeclares(t *testing.T) {
	form := &schema.Form{Entities: []schema.Entity{{Dataset: "wells", Create: true}, {Dataset: "trees", Path: "tree", Update: true}}}
	for _, c := range []struct {
		n    instance.EntityNode
		good bool
	}{
		{instance.EntityNode{Dataset: "wells", Create: true}, true},
		{instance.EntityNode{Dataset: "wells", Update: true}, false},
		{instance.EntityNode{Dataset: "trees", Update: true, Path: "tree[r1]"}, true},
		{instance.EntityNode{Dataset: "trees", Update: true}, false},
		{instance.EntityNode{Dataset: "other", Create: true}, false},
	} {
		c.n.ID, c.n.Label = someID, "x"
		changes, faults := Read(Submission{Form: form}, []instance.EntityNode{c.n})
		require.Equal(t, c.good, len(changes) == 1, "%+v", c.n)
		require.Equal(t, c.good, len(faults) == 0, "%+v", c.n)
	}
}

func TestPlacesAreOfTheStreet(t *testing.T) {
	const street = "990101001"
	for _, c := range []struct {
		properties map[string]string
		place      string
	}{
		{nil, street},
		{map[string]string{"grid": "990101001201001", "village": "990101001202"}, "990101001201001"},
		{map[string]string{"grid": "", "village": "990101001202"}, "990101001202"},
		{map[string]string{"grid_code": "990101001201001"}, "990101001201001"},
		{map[string]string{"grid": "990101002201001"}, street},
		{map[string]string{"grid": "990101"}, street},
		{map[string]string{"village_code": "99010100120x"}, street},
	} {
		require.Equal(t, c.place, PlaceOf(street, c.properties), "%v", c.properties)
	}
	require.Equal(t, []string{street, "990101001201", "990101001201001", "990101001201002"}, placesOf(street, []string{"990101001201002", "990101001201001", "990101002201001"}))
}

func FuzzRead(f *testing.F) {
	f.Add("wells", someID, true, false, "", "", "", "label", "state", "dry")
	f.Add("wells", "uuid:"+someID, true, true, "3", "2.0", "b", " ", "name", "")
	f.Add("__x", "x", false, true, "-1", "1e400", "\x00", "", "", "")
	f.Fuzz(func(t *testing.T, dataset, id string, create, update bool, base, trunk, branch, label, property, value string) {
		n := instance.EntityNode{Dataset: dataset, ID: id, Create: create, Update: update, BaseVersion: base, TrunkVersion: trunk, BranchID: branch, Label: label, HasLabel: true,
			Properties: map[string]string{property: value}}
		changes, faults := Read(Submission{Instance: "i"}, []instance.EntityNode{n})
		if len(changes)+len(faults) > 1 || (create || update) != (len(changes)+len(faults) == 1) {
			t.Fatalf("%d changes, %d faults", len(changes), len(faults))
		}
		for _, fault := range faults {
			if utf8.ValidString(dataset) && !utf8.ValidString(fault.List) {
				t.Fatal("cut within a letter")
			}
		}
		for i := range changes {
			c := changes[i].Change
			c.Number = 1
			e := Derive(0, []Change{c})
			if c.Kind == Create && !e.Shown() {
				t.Fatalf("%+v is not shown", c)
			}
		}
	})
}
