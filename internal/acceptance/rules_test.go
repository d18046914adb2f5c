package acceptance_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/servertest"
	replica "ruhu/sync/phone"
)

// ruled is a form whose rules look at two answers at once: a constraint, a condition, and a calculation in rows.
const ruled = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Rooms</h:title><model>
<instance><data id="rooms" version="1"><adults/><members/><dog/><breed/><spare/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/adults" type="int" required="true()"/>
<bind nodeset="/data/members" type="int" required="true()" constraint=". &gt;= /data/adults" jr:constraintMsg="No more adults than members"/>
<bind nodeset="/data/dog" type="string"/><bind nodeset="/data/breed" type="string" relevant="/data/dog = 'yes'" required="true()"/>
<bind nodeset="/data/spare" type="int" calculate="/data/members - /data/adults"/>
</model></h:head><h:body><input ref="/data/adults"><label>Adults</label></input><input ref="/data/members"><label>Members</label></input>
<input ref="/data/dog"><label>Dog</label></input><input ref="/data/breed"><label>Breed</label></input></h:body></h:html>`

func (d *desk) addForm(src string) {
	var b bytes.Buffer
	b.WriteString("--x\r\nContent-Disposition: form-data; name=\"form\"; filename=\"form.xml\"\r\nContent-Type: application/xml\r\n\r\n")
	b.WriteString(src)
	b.WriteString("\r\n--x--\r\n")
	d.Do("POST", "/v1/forms", b.Bytes(), servertest.With("Content-Type", "multipart/form-data; boundary=x")).Want(201)
}

// Two people change one household while both are offline, each rightly. Together it cannot be: nobody may have seen it, so
// the record is kept as it is and says which rule is broken. The office asks again; the correction takes the flag away and
// brings what is calculated along.
func TestTwoEditsEachRightBreakARuleTogether(t *testing.T) {
	s := start(t)
	s.desk("admin").addForm(ruled)
	author, second := s.handset(street1, "孙三"), s.handset(street1, "李四")
	office := s.desk("reviewer-1")
	sess, err := author.New(replica.Answers, "rooms", "1", author.Status().Grids[0])
	require.NoError(t, err)
	for path, v := range map[string]string{"adults": "2", "members": "4", "spare": "2", "dog": "yes", "breed": "collie"} {
		sess.Set(path, v)
	}
	_, err = sess.Submit(t.Context())
	require.NoError(t, err)
	id := sess.Record()
	author.sync()
	require.Empty(t, s.flags(office, id), "what one person wrote rightly is not flagged")
	office.handOver(id, author.worker()+" "+second.worker())
	author.sync()
	second.sync()

	author.edit(id, "adults", "4", "spare", "0", "dog", "no") // four adults of four
	second.edit(id, "members", "3", "spare", "1")             // three members, two of them adults
	author.sync()
	second.sync()
	author.sync()

	r := office.record(id)
	require.Empty(t, r.Conflicts, "no question was answered twice")
	require.Equal(t, "4", *r.Answers["adults"])
	require.Equal(t, "3", *r.Answers["members"], "the record is kept as it is")
	require.Equal(t, "collie", *r.Answers["breed"])
	require.Equal(t, []string{"invalid-after-merge:members", "irrelevant-answer:breed", "calculated-differs:spare"}, s.flags(office, id))
	one := "-1"
	require.Equal(t, []api.BrokenRule{
		{Path: "members", Rule: "constraint", Flag: "invalid-after-merge", Merged: true, Message: map[string]string{"": "No more adults than members"}},
		{Path: "breed", Rule: "relevant", Flag: "irrelevant-answer"},
		{Path: "spare", Rule: "calculated", Flag: "calculated-differs", Merged: true, Value: &one}}, r.Broken)
	s.requireSame(id, author, second)

	office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]any{"members": "6", "breed": nil}, "reason": "asked again by phone"}).Want(200)
	r = office.record(id)
	require.Empty(t, s.flags(office, id))
	require.Empty(t, r.Broken)
	require.Contains(t, string(office.Get("/v1/records/"+id).Want(200).Body), `"broken":[]`)
	require.Equal(t, "2", *r.Answers["spare"], "what is calculated was worked out again, in the same change")
	require.Equal(t, 1, office.history(id)["spare=2"]-1, "once by its author, once by the office")
	author.sync()
	second.sync()
	s.requireSame(id, author, second)
	require.Equal(t, "2", second.shown(id, "spare"))
}

// flags returns a record's flags but those of its case number, which this form does not have.
func (s *site) flags(d *desk, id string) []string {
	var r api.Record
	d.Get("/v1/records/" + id).Want(200).JSON(&r)
	return r.Flags
}
