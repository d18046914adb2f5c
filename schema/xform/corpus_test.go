package xform_test

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/xform"
)

// refused are the corpus forms that must not get in, with the code of the fault that says why.
var refused = map[string]string{
	"one-question-entity-registration-broken.xml":  "entities-version",
	"one-question-entity-registration-v2020.1.xml": "entities-version",
	"invalid-form.xml":                           "cycle",
	"test-web-forms__simple-dag-cycle.xml":       "cycle",
	"test-web-forms__xpath-syntax-error.xml":     "xpath",
	"test-web-forms__xpath-unknown-function.xml": "unknown-function",
}

// TestCorpus reads the forms that ODK's clients are tested with. They stand beside the project, not in it.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/xforms/*/*.xml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Log("SKIPPED: the folder ../shared/corpus/xforms is not beside the project")
		return
	}
	read := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		name := filepath.Base(file)
		form, faults, err := xform.Read(src)
		if code, ok := refused[name]; ok {
			require.Nil(t, form, name)
			require.Equal(t, errs.FormFaults, errs.CodeOf(err), name)
			require.True(t, hasFault(faults, code), "%s: %v", name, faults)
			continue
		}
		require.NoError(t, err, name)
		require.False(t, schema.Fatal(faults), name)
		read++
		require.NotEmpty(t, form.ID, name)
		phone, added, err := xform.Phone(src)
		require.NoError(t, err, name)
		require.True(t, within(src, phone), "%s: phone.xml only adds to what came", name)
		again, _, err := xform.Read(phone)
		require.NoError(t, err, "%s: %s", name, phone)
		require.Equal(t, paths(form), paths(again), name)
		require.Equal(t, form.ID, again.ID, name)
		_, more, err := xform.Phone(phone)
		require.NoError(t, err, name)
		require.Empty(t, more, "%s: what was added (%v) is found again", name, added)
	}
	t.Logf("%d of %d forms read, %d refused as they must be", read, len(files), len(refused))
}

// within reports whether all bytes of src stand in phone in their order; the slash of an element that was opened apart.
func within(src, phone []byte) bool {
	i := 0
	for _, b := range phone {
		for i < len(src) && src[i] == '/' && b != '/' {
			i++
		}
		if i < len(src) && src[i] == b {
			i++
		}
	}
	return i == len(src)
}

func hasFault(faults []schema.Fault, code string) bool {
	for _, f := range faults {
		if f.Code == code && !f.Warning && f.Line > 0 && f.ZH != "" && f.EN != "" {
			return true
		}
	}
	return false
}

func paths(f *schema.Form) string {
	var list []string
	f.Walk(func(n *schema.Node) {
		list = append(list, n.Path+" "+string(n.Kind)+" "+string(n.Type)+" "+string(n.Control)+" "+n.RowField)
	})
	sort.Strings(list)
	return strings.Join(list, "\n")
}
