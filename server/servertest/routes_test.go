package servertest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/server"
	"ruhu/server/api"
	"ruhu/server/servertest"
	"ruhu/survey"
)

// everybody lists the seven roles.
const everybody = "worker reviewer registrar researcher viewer auditor admin"

// routeCase is what one operation answers to whom. It is written by hand, so that a slip in openapi.yaml or in the
// permission table shows as a difference.
type routeCase struct {
	op string
	// allow lists the roles that hold the action; "public" = nobody has to be signed in.
	allow string
	// own and other are what an allowed role gets for an object in its own street and in the other one: a status, or
	// a problem's code. other "" = the operation has no place.
	own, other string
	send       func(m *matrix, c *servertest.Client, street string) *servertest.Answer
}

func get(path string) func(*matrix, *servertest.Client, string) *servertest.Answer {
	return func(m *matrix, c *servertest.Client, street string) *servertest.Answer {
		return c.Get(m.fill(path, street))
	}
}

func do(method, path string, body any) func(*matrix, *servertest.Client, string) *servertest.Answer {
	return func(m *matrix, c *servertest.Client, street string) *servertest.Answer {
		b := body
		if text, ok := b.(string); ok {
			b = m.fill(text, street)
		}
		return c.Do(method, m.fill(path, street), b, servertest.With("Idempotency-Key", m.key()))
	}
}

func routeCases() []routeCase {
	tus := servertest.With("Tus-Resumable", "1.0.0")
	return []routeCase{
		{"login", "public", "200", "", do("POST", "/v1/auth/login", `{"username":"viewer-1","password":"`+servertest.Password+`"}`)},
		{"refresh", "public", "token-invalid", "", do("POST", "/v1/auth/refresh", `{"refresh_token":"rt_x"}`)},
		{"enrolDevice", "public", "code-unknown", "", do("POST", "/v1/devices", `{"code":"0","name":"x","platform":"x"}`)},
		{"tusOptions", "public", "200", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("OPTIONS", "/v1/attachments/", nil)
		}},
		{"errorCatalogue", "public", "200", "", get("/v1/errors")},
		{"healthz", "public", "200", "", get("/healthz")},
		{"readyz", "public", "200", "", get("/readyz")},

		{"me", everybody, "200", "", get("/v1/me")},
		{"logout", everybody, "204", "", func(m *matrix, c *servertest.Client, street string) *servertest.Answer {
			return m.again(c).Post("/v1/auth/logout", nil)
		}},
		{"changeOwnPassword", "reviewer registrar researcher viewer auditor admin", "bad-credentials", "",
			do("POST", "/v1/me/password", `{"old":"wrong","new":"another-long-password"}`)},

		{"listDevices", "reviewer admin", "200", "", get("/v1/devices")},
		{"revokeDevice", "admin", "204", "out-of-area", do("DELETE", "/v1/devices/{device}", `{"reason":"lost"}`)},
		{"confirmDevice", "admin", "204", "out-of-area", do("POST", "/v1/devices/{device}/confirm", nil)},
		{"prolongDrain", "reviewer admin", "204", "out-of-area", do("POST", "/v1/devices/{revoked}/drain", `{"until":"{soon}"}`)},
		{"createEnrolment", "admin", "201", "out-of-area", do("POST", "/v1/enrolments", `{"name":"李四","grids":["{grid}"]}`)},
		{"listEnrolments", "admin", "200", "", get("/v1/enrolments")},
		{"revokeEnrolment", "admin", "204", "out-of-area", do("DELETE", "/v1/enrolments/{enrolment}", nil)},

		{"createEnrolments", "admin", "201", "invalid", do("POST", "/v1/enrolments:batch", `{"items":[{"name":"甲","grids":["{grid}"]}]}`)},
		{"listWorkers", "reviewer registrar admin", "200", "out-of-area", get("/v1/workers?street={street}")},
		{"deleteAssignment", "registrar", "204", "not-found", do("DELETE", "/v1/assignments/{assignment}", nil)},
		{"summariseAssignments", "registrar", "200", "out-of-area", get("/v1/assignments:summary?within={street}")},

		{"listAreaShapes", everybody, "200", "out-of-area", get("/v1/areas/shapes?under={street}")},
		{"loadAreaShapes", "admin", "200", "import-faults", do("POST", "/v1/areas/shapes", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"{street}\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[113,34],[113.1,34],[113.1,34.1],[113,34]]]}}]}")},
		{"dropAreaShapes", "admin", "200", "out-of-area", do("DELETE", "/v1/areas/shapes?under={street}", nil)},
		{"listVisits", "registrar", "200", "not-found", get("/v1/households/{household}/visits")},
		{"listContacts", "registrar", "200", "out-of-area", get("/v1/contacts?within={street}")},
		{"putContact", "registrar", "201", "out-of-area", do("POST", "/v1/contacts", `{"grid":"{grid}","name":"某人","purpose":"followup"}`)},
		{"deleteContact", "registrar", "not-found", "not-found", do("DELETE", "/v1/contacts/co_none", nil)},
		{"listFollowups", "registrar", "200", "out-of-area", get("/v1/followups?within={street}")},
		{"getFollowup", "registrar", "not-found", "not-found", get("/v1/followups/{record}")}, // an interview is none
		{"changeFollowup", "registrar", "not-found", "not-found", do("POST", "/v1/followups/{record}/changes", `{"ctx":"x","set":{"stage":"1"},"reason":"r"}`)},
		{"listUnconfirmed", "registrar admin", "200", "out-of-area", get("/v1/unconfirmed-erasures?street={street}")},
		{"exportAudit", "auditor", "200", "", get("/v1/audit.csv")},
		{"draftRelease", "reviewer", "200", "out-of-area", get("/v1/streets/{street}/release-draft?form=hh_sentiment")},

		{"listResearchGrants", "admin", "200", "", get("/v1/research-grants")},
		{"grantResearch", "admin", "rule", "out-of-area", do("POST", "/v1/research-grants", `{"user":"{viewer}","area":"{street}","purpose":"p","until":"{soon}"}`)},
		{"endResearch", "admin", "not-found", "", do("DELETE", "/v1/research-grants/gr_none", nil)},

		{"listUsers", "admin", "200", "", get("/v1/users")},
		{"createUser", "admin", "201", "out-of-area", do("POST", "/v1/users", `{"name":"u{n}","role":"viewer","area":"{street}"}`)},
		{"changeUser", "admin", "200", "out-of-area", do("PATCH", "/v1/users/{viewer}", `{"display":"新名"}`)},
		{"changeGrants", "admin", "200", "out-of-area", do("POST", "/v1/users/{worker}/grants", `{"add":["{grid}"]}`)},
		{"listAreas", everybody, "200", "out-of-area", get("/v1/areas?within={street}")},
		{"createArea", "admin", "201", "import-faults", do("POST", "/v1/areas", `{"code":"{street}2{nn}","name_zh":"新村","name_en":"New","kind":"village"}`)},
		{"importAreas", "admin", "200", "import-faults", do("POST", "/v1/areas:import", "code,name_zh,name_en,kind,parent\n{street}201,村,Village,village,{street}\n")},

		{"listSurveys", everybody, "200", "", get("/v1/surveys")},
		{"createSurvey", "admin", "invalid", "", do("POST", "/v1/surveys", `{"id":"s","title":{"zh":"一","en":"one"},"forms":[],"legal_basis":"consent"}`)},
		{"openSurvey", "admin", "200", "", do("POST", "/v1/surveys/demo/open", nil)},
		{"closeSurvey", "admin", "not-found", "", do("POST", "/v1/surveys/none/close", nil)},
		{"listHouseholds", "registrar", "200", "out-of-area", get("/v1/households?within={street}")},
		{"createHousehold", "registrar", "201", "out-of-area", do("POST", "/v1/households", `{"household":"N{n}","grid":"{grid}"}`)},
		{"importHouseholds", "registrar", "200", "import-faults", do("POST", "/v1/households:import", "household,grid\nM{n},{grid}\n")},
		{"listAssignments", "registrar", "200", "out-of-area", get("/v1/assignments?within={street}")},
		{"createAssignments", "registrar", "201", "out-of-area", do("POST", "/v1/assignments", `{"grid":"{grid}","worker":"{worker}","form":"hh_sentiment"}`)},
		{"importAssignments", "registrar", "200", "import-faults", do("POST", "/v1/assignments:import", "grid,worker,form\n{grid},{worker},hh_sentiment\n")},

		{"listForms", everybody, "200", "", get("/v1/forms")},
		{"addForm", "admin", "bad-request", "", otherPart("/v1/forms")},
		{"checkForm", "admin", "bad-request", "", otherPart("/v1/forms:check")},
		{"getForm", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}")},
		{"closeForm", "admin", "not-found", "", do("POST", "/v1/forms/none/1/close", nil)},
		{"formXML", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}/form.xml")},
		{"phoneXML", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}/phone.xml")},
		{"formModel", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}/model.json")},

		{"formChanges", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}/changes?from={version}")},
		{"formFiles", everybody, "200", "", get("/v1/forms/hh_sentiment/{version}/files")},
		{"formFile", everybody, "not-found", "", get("/v1/forms/hh_sentiment/{version}/files/none.csv")},

		{"push", "worker reviewer registrar admin", "", "", nil}, // see TestPushBelongsToItsAuthor
		{"pushPacks", "worker reviewer registrar admin", "bad-request", "", do("POST", "/v1/packs", "no pack")},
		{"pull", "worker", "200", "", get("/v1/sync/pull")},
		{"events", "worker reviewer registrar researcher viewer admin", "200", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("HEAD", "/v1/sync/events", nil)
		}},

		{"tusCreate", "worker", "invalid", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("POST", "/v1/attachments/", nil, tus, servertest.With("Upload-Length", "3"))
		}},
		{"tusHead", "worker", "404", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("HEAD", "/v1/attachments/up_none", nil, tus)
		}},
		{"tusPatch", "worker", "not-found", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("PATCH", "/v1/attachments/up_none", []byte("x"), tus, servertest.With("Content-Type", "application/offset+octet-stream"))
		}},
		{"tusDelete", "worker", "not-found", "", func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
			return c.Do("DELETE", "/v1/attachments/up_none", nil, tus)
		}},
		{"getAttachment", "worker reviewer", "not-found", "not-found", get("/v1/attachments/{hash}")},

		{"listRecords", "reviewer", "200", "out-of-area", get("/v1/records?area={street}")},
		{"countRecords", "reviewer", "200", "out-of-area", get("/v1/records:counts?area={street}")},
		{"sampleRecords", "reviewer", "rule", "out-of-area", do("POST", "/v1/records:sample", `{"queue":{"area":"{street}"}}`)},
		{"approveRecords", "reviewer", "200", "200", do("POST", "/v1/records:approve", `{"records":[{"record":"{record}","ctx":"x"}]}`)}, // each is refused by itself
		{"recordsBeside", "reviewer", "200", "not-found", get("/v1/records/{record}/beside")},
		{"listDuplicates", "reviewer", "200", "out-of-area", get("/v1/duplicates?street={street}")},
		{"getDuplicate", "reviewer", "not-found", "not-found", get("/v1/duplicates/none")},
		{"settleDuplicate", "reviewer", "not-found", "not-found", do("POST", "/v1/duplicates/none", `{"act":"keep","seen":[{"record":"{record}","ctx":"x"}],"reason":"r"}`)},
		{"overview", "reviewer registrar admin", "200", "out-of-area", get("/v1/overview?street={street}")},
		{"coverage", "reviewer registrar admin", "200", "out-of-area", get("/v1/coverage?within={street}")},
		{"progress", "reviewer admin", "200", "out-of-area", get("/v1/progress?street={street}")},

		{"getRecord", "reviewer", "200", "not-found", get("/v1/records/{record}")},
		{"recordHistory", "reviewer", "200", "not-found", get("/v1/records/{record}/history")},
		{"changeRecord", "reviewer", "bad-request", "not-found", do("POST", "/v1/records/{record}/changes", `{"ctx":"x","set":{"@grid":"{grid}"},"reason":"r"}`)},
		{"listSubmissions", "reviewer", "200", "not-found", get("/v1/records/{record}/submissions")},
		{"getSubmission", "reviewer", "not-found", "not-found", get("/v1/records/{record}/submissions/uuid:none")},
		{"editURL", "reviewer", "rule", "not-found", do("POST", "/v1/records/{record}/edit-url", `{"return_url":"/office/"}`)},
		{"entityListCSV", "worker", "not-found", "", get("/v1/entity-lists/none/list.csv")},
		{"listEntityLists", "reviewer", "200", "out-of-area", get("/v1/entity-lists?street={street}")},
		{"listEntities", "reviewer", "200", "out-of-area", get("/v1/entity-lists/none/entities?street={street}")},
		{"getEntity", "reviewer", "not-found", "out-of-area", get("/v1/entity-lists/none/entities/none?street={street}")},
		{"decideEntity", "reviewer", "not-found", "out-of-area", do("POST", "/v1/entity-lists/none/entities/none?street={street}", `{"version":1,"settle":true}`)},
		{"listEntityFaults", "reviewer", "200", "out-of-area", get("/v1/entity-faults?street={street}")},
		{"dropEntityFault", "reviewer", "not-found", "out-of-area", do("DELETE", "/v1/entity-faults/none?street={street}", nil)},
		{"reviewRecord", "reviewer", "bad-request", "not-found", do("POST", "/v1/records/{record}/review", `{"ctx":"x","decision":"approve"}`)},
		{"eraseRecord", "worker", "204", "forbidden", do("DELETE", "/v1/records/{fresh}", `{"reason":"asked to"}`)},
		{"listLost", "reviewer", "200", "out-of-area", get("/v1/lost?street={street}")},
		{"listQuarantine", "reviewer", "200", "out-of-area", get("/v1/quarantine?street={street}")},
		{"getQuarantined", "reviewer", "200", "not-found", get("/v1/quarantine/{held}")},
		{"settleQuarantine", "reviewer", "204", "not-found", do("POST", "/v1/quarantine/{held}", `{"act":"discard","reason":"test"}`)},
		{"withdraw", "registrar", "withdrawal-unknown", "", do("POST", "/v1/withdrawals", `{"code":"0000 0000 0000"}`)},
		{"restrict", "registrar", "200", "not-found", do("POST", "/v1/restrictions", `{"household":"{household}","on":false,"reason":"r"}`)},
		{"listErasures", "admin", "out-of-area", "", get("/v1/erasures")}, // an administrator of a street only
		{"requestErasure", "admin", "out-of-area", "", do("POST", "/v1/erasures", `{"records":["none"],"reason":"r"}`)},
		{"confirmErasure", "admin", "out-of-area", "", do("POST", "/v1/erasures/er_none/confirm", nil)},

		{"summary", "reviewer researcher viewer", "", "out-of-area", nil}, // own: see TestSummaries
		{"summaryHTML", "reviewer researcher viewer", "", "out-of-area", nil},
		{"listReleases", "reviewer researcher viewer", "200", "out-of-area", get("/v1/streets/{street}/releases")},
		{"createRelease", "reviewer", "not-found", "out-of-area", do("POST", "/v1/streets/{street}/releases", `{"form":"none"}`)},
		{"listExports", "reviewer researcher", "200", "", get("/v1/exports")},
		{"createExport", "reviewer researcher", "", "out-of-area", nil}, // own: see TestExports
		{"getExport", "reviewer researcher", "not-found", "", get("/v1/exports/ex_none")},
		{"cancelExport", "reviewer researcher", "not-found", "", do("DELETE", "/v1/exports/ex_none", nil)},
		{"exportFile", "reviewer researcher", "not-found", "", get("/v1/exports/ex_none/file")},

		{"listAudit", "auditor", "200", "", get("/v1/audit")},
		{"verifyAudit", "auditor admin", "200", "", do("POST", "/v1/audit/verify", nil)},
	}
}

// place-holding senders for routes whose own street has a test of its own.
func (m *matrix) sender(rc routeCase) func(*matrix, *servertest.Client, string) *servertest.Answer {
	switch rc.op {
	case "summary":
		return get("/v1/streets/{street}/summary")
	case "summaryHTML":
		return get("/v1/streets/{street}/summary.html")
	case "createExport":
		return do("POST", "/v1/exports", `{"form":"hh_sentiment","format":"csv","area":"{street}"}`)
	case "push":
		return do("POST", "/v1/sync/push", []byte("{}\n"))
	}
	return rc.send
}

// matrix holds objects in both streets for the walk.
type matrix struct {
	t       *testing.T
	w       *servertest.World
	n       int
	record  map[string]string
	viewers map[string]string
}

func (m *matrix) key() string {
	m.n++
	return "matrix-" + strconv.Itoa(m.n)
}

// again gives a session of its own to whoever c is, so that ending it hurts nobody.
func (m *matrix) again(c *servertest.Client) *servertest.Client {
	for name, p := range m.w.People {
		if p.User == c.User {
			m.w.Clock.Advance(3 * time.Second)
			return m.w.SignIn(name)
		}
	}
	if c.Token == "" {
		return c
	}
	for street := range m.w.Phones {
		if m.w.Phones[street].User == c.User {
			return m.w.Enrol(m.w.Code(street, "临时")).Client
		}
	}
	return c
}

// fill puts the ids of objects in a street into a template; those that an operation uses up are made anew.
func (m *matrix) fill(text, street string) string {
	phone := m.w.Phones[street]
	for strings.Contains(text, "{") {
		i := strings.Index(text, "{")
		j := strings.Index(text[i:], "}")
		if j < 0 || strings.ContainsAny(text[i+1:i+j], `":, `) {
			next := strings.Index(text[i+1:], "{")
			if next < 0 {
				return text
			}
			return text[:i+1] + m.fill(text[i+1:], street)
		}
		m.n++
		var value string
		switch name := text[i+1 : i+j]; name {
		case "street":
			value = street
		case "grid":
			value = servertest.Grid(street, 201, 3)
		case "n":
			value = strconv.Itoa(m.n)
		case "nn":
			value = fmt.Sprintf("%02d", m.n%90+10)
		case "version":
			value = m.w.Version
		case "soon":
			value = m.w.Clock.Now().Add(48 * time.Hour).Format(time.RFC3339)
		case "hash":
			sum := sha256.Sum256([]byte(street))
			value = hex.EncodeToString(sum[:])
		case "worker":
			value = phone.User
		case "viewer":
			value = m.viewers[street]
		case "household":
			value = fmt.Sprintf("H%s-0-01", street[6:])
		case "device":
			value = m.w.Enrol(m.w.Code(street, "某人")).Device
		case "revoked":
			value = m.w.Enrol(m.w.Code(street, "某人")).Device
			m.w.People["admin"].Do("DELETE", "/v1/devices/"+value, map[string]string{"reason": "x"}).Want(204)
		case "assignment":
			value = survey.Assignment{Grid: servertest.Grid(street, 202, 4), Form: servertest.Form, Worker: phone.User}.ID()
		case "enrolment":
			var e api.Enrolment
			m.w.People["admin"].Post("/v1/enrolments", map[string]any{"name": "某人", "grids": []string{servertest.Grid(street, 201, 3)}}).Want(201).JSON(&e)
			value = e.ID
		case "record":
			value = m.record[street]
		case "fresh":
			value = m.interview(street)
		case "held":
			value = m.held(street)
		default:
			m.t.Fatalf("no %s", name)
		}
		text = text[:i] + value + text[i+j+1:]
	}
	return text
}

// interview pushes a submitted interview and returns its id.
func (m *matrix) interview(street string) string {
	p := m.w.Phones[street]
	id := servertest.NewRecord()
	verdicts, _ := p.Push(p.Set(id, servertest.Form, m.w.Version, servertest.Grid(street, 201, 3), nil, map[string]string{"@status": "submitted"}))
	require.Equal(m.t, "merged", string(verdicts[0].Status), verdicts[0].Code)
	return id
}

// held pushes a set of a form nobody knows and returns the id under which the office settles it.
func (m *matrix) held(street string) string {
	p := m.w.Phones[street]
	p.Push(p.Set(servertest.NewRecord(), "unknown_form", "1", servertest.Grid(street, 201, 3), nil, map[string]string{"q1": "1"}))
	reviewer := m.w.People["reviewer-1"]
	if street == servertest.Street2 {
		reviewer = m.w.People["reviewer-2"]
	}
	var page api.QuarantinePage
	reviewer.Get("/v1/quarantine?limit=200&street=" + street).Want(200).JSON(&page)
	require.NotEmpty(m.t, page.Items)
	return page.Items[len(page.Items)-1].ID
}

func outcome(a *servertest.Answer) string {
	if code := a.Code(); code != "" {
		return code
	}
	return strconv.Itoa(a.Status)
}

// TestEveryRouteAsEveryRole walks the whole contract.
func TestEveryRouteAsEveryRole(t *testing.T) {
	w := servertest.Start(t)
	m := &matrix{t: t, w: w, record: map[string]string{}, viewers: map[string]string{}}
	for n, street := range []string{servertest.Street1, servertest.Street2} {
		m.record[street] = m.interview(street)
		m.viewers[street] = w.People[fmt.Sprintf("viewer-%d", n+1)].User
	}
	revoked := w.Enrol(w.Code(servertest.Street1, "离岗"))
	w.People["admin"].Do("DELETE", "/v1/devices/"+revoked.Device, map[string]string{"reason": "left"}).Want(204)

	contract, err := server.Contract()
	require.NoError(t, err)
	cases := map[string]routeCase{}
	for _, rc := range routeCases() {
		require.NotContains(t, cases, rc.op)
		cases[rc.op] = rc
	}
	without := 0
	for _, op := range contract.Operations {
		if _, ok := cases[op.ID]; !ok {
			t.Errorf("%s has no case", op.ID)
			without++
		}
	}
	require.Zero(t, without, "routes without a case")
	require.Len(t, cases, len(contract.Operations), "cases without a route")

	for _, rc := range routeCases() {
		send := m.sender(rc)
		check := func(who, want string, c *servertest.Client, street string) {
			w.Clock.Advance(100 * time.Millisecond) // nobody is held back by a limiter
			answer := send(m, c, street)
			got := outcome(answer)
			if entry, isCode := errs.Lookup(errs.Code(want)); isCode && len(answer.Body) == 0 {
				want = strconv.Itoa(entry.HTTP) // HEAD: the status is all there is
			}
			require.Equal(t, want, got, "%s as %s in %s", rc.op, who, street)
		}
		roles := strings.Fields(rc.allow)
		for _, role := range strings.Fields(everybody) {
			c := w.People[role+"-1"]
			if role == "worker" {
				c = w.Phones[servertest.Street1].Client
			}
			switch {
			case rc.allow == "public":
				check(role, rc.own, c, servertest.Street1)
			case !slices.Contains(roles, role):
				check(role, "forbidden", c, servertest.Street1)
			default:
				if rc.own != "" {
					check(role, rc.own, c, servertest.Street1)
				}
				if rc.other != "" {
					check(role, rc.other, c, servertest.Street2)
				}
			}
		}
		nobody := "unauthenticated"
		if rc.allow == "public" {
			nobody = rc.own
		}
		check("nobody", nobody, w.Anonymous(), servertest.Street1)

		gone := "device-revoked"
		switch {
		case rc.op == "push", rc.op == "pushPacks", rc.op == "logout":
			continue
		case rc.allow == "public", strings.HasPrefix(rc.op, "tus"), rc.op == "me":
			gone = rc.own
		case !slices.Contains(roles, "worker"):
			gone = "forbidden"
		}
		check("a revoked phone", gone, revoked.Client, servertest.Street1)
	}
	require.NotContains(t, w.Log.String(), servertest.Password)
	require.NotContains(t, w.Log.String(), "秘密路")
}

// otherPart uploads a part that a form does not have.
func otherPart(path string) func(*matrix, *servertest.Client, string) *servertest.Answer {
	return func(_ *matrix, c *servertest.Client, _ string) *servertest.Answer {
		return c.Do("POST", path, []byte("--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--x--\r\n"),
			servertest.With("Content-Type", "multipart/form-data; boundary=x"))
	}
}
