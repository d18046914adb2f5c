package instance_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/schema/xform"
)

func village(t testing.TB) *schema.Form {
	t.Helper()
	src, err := os.ReadFile("../xform/testdata/village.xml")
	require.NoError(t, err)
	form, _, err := xform.Read(src)
	require.NoError(t, err)
	return form
}

const sent = `<?xml version='1.0' ?><data id="village_test" version="2026-1" xmlns:orx="http://openrosa.org/xforms">
<start>2026-11-23T19:47:50.683-00:00</start><household><who>张三 &amp; 李四</who><size>+04</size></household>
<members><age>30</age><jobs/><jobs/><likes/></members><members><age>x</age></members>
<visits><key>uuid:1</key><photo> a.jpg </photo></visits><visits><key>a b</key><photo>a.jpg</photo></visits>
<household><who>zwei</who></household><start>again</start><new><deep>1</deep></new>
<orx:meta><orx:instanceID>uuid:x</orx:instanceID><orx:audit>audit.csv</orx:audit>
<entity dataset="people" create="1" id="e1"><label>张三</label></entity></orx:meta></data>`

func values(i *instance.Instance) map[string]string {
	m := map[string]string{}
	for _, v := range i.Values {
		m[v.Path] = v.Text
	}
	return m
}

func TestASubmissionIsReadByPath(t *testing.T) {
	form := village(t)
	head, err := instance.Peek([]byte(sent))
	require.NoError(t, err)
	require.Equal(t, instance.Head{FormID: "village_test", Version: "2026-1", Root: "data", InstanceID: "uuid:x"}, head)
	got, err := instance.Read(form, []byte(sent), instance.Options{})
	require.NoError(t, err)
	v := values(got)
	require.Equal(t, "2026-11-23T19:47:50.683Z", v["start"])
	require.Equal(t, "张三 & 李四", v["household/who"])
	require.Equal(t, "4", v["household/size"])
	require.Equal(t, "again", v["start.2"])
	require.Equal(t, "1", v["new/deep"])
	require.Equal(t, []string{"a.jpg", "audit.csv"}, got.Files)
	require.NotContains(t, v, "plot")
	require.Len(t, got.Rows, 7)
	require.Equal(t, "uuid:1", got.Rows[4].ID)
	require.True(t, got.Rows[4].Own)
	require.Len(t, got.Entities, 1)
	require.Equal(t, "张三", got.Entities[0].Label)
	require.True(t, got.Entities[0].Create)
	for _, value := range got.Values {
		if strings.HasSuffix(value.Path, "/age") {
			require.Equal(t, value.Text == "30", value.Fits)
		}
	}
	again, err := instance.Write(form, got)
	require.NoError(t, err)
	back, err := instance.Read(form, again, instance.Options{})
	require.NoError(t, err, "%s", again)
	require.Equal(t, v, values(back))
}

func TestWhatIsNoSubmissionIsRefused(t *testing.T) {
	for name, src := range map[string]string{
		"empty": "", "no id": "<data/>", "doctype": `<!DOCTYPE a><a id="x"/>`, "two": `<a id="x"/><b/>`, "after": `<a id="x"/><?go?>`,
		"long id": `<a id="x"><meta><instanceID>` + strings.Repeat("i", 250) + `</instanceID></meta></a>`, "bad": "<a id='x'>\x01</a>", "entity": "<a id='x'>&secretanswer;</a>",
		"deep": strings.Repeat("<a id='x'>", 40) + strings.Repeat("</a>", 40),
	} {
		_, err := instance.Peek([]byte(src))
		require.Equal(t, errs.SubmissionUnreadable, errs.CodeOf(err), name)
		require.NotContains(t, err.Error(), "secret")
	}
}

// wide is a form of 250 questions and a filled-in submission of it.
func wide(b *testing.B) (*schema.Form, []byte) {
	b.Helper()
	var instanceXML, answers strings.Builder
	for i := range 250 {
		fmt.Fprintf(&instanceXML, "<q%d/>", i)
		fmt.Fprintf(&answers, "<q%d>答案 %d</q%d>", i, i, i)
	}
	form, _, err := xform.Read([]byte(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>w</h:title><model><instance><data id="wide">` +
		instanceXML.String() + `<meta><instanceID/></meta></data></instance></model></h:head><h:body/></h:html>`))
	require.NoError(b, err)
	return form, []byte(`<data id="wide">` + answers.String() + `<meta><instanceID>uuid:1</instanceID></meta></data>`)
}

func BenchmarkRead(b *testing.B) {
	form, src := wide(b)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := instance.Read(form, src, instance.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	form, src := wide(b)
	got, err := instance.Read(form, src, instance.Options{})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := instance.Write(form, got); err != nil {
			b.Fatal(err)
		}
	}
}
