package auth_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
)

// declaredActions reads the constants of action.go.
func declaredActions(t *testing.T) []auth.Action {
	f, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	require.NoError(t, err)
	var list []auth.Action
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			list = append(list, auth.Action(text))
		}
		return true
	})
	return list
}

func TestTableAndConstantsAreTheSame(t *testing.T) {
	var table []auth.Action
	for _, r := range auth.Permissions() {
		table = append(table, r.Action)
		require.NotEmpty(t, r.Roles, "%s is held by nobody", r.Action)
		require.NotEmpty(t, r.Sees, r.Action)
		for role, scope := range r.Roles {
			_, err := auth.ParseRole(string(role))
			require.NoError(t, err)
			require.Contains(t, []auth.Scope{auth.ScopeAll, auth.ScopeArea, auth.ScopeGrids, auth.ScopeOwn}, scope)
		}
	}
	require.ElementsMatch(t, declaredActions(t), table)
}

func TestNoRoleHoldsIdentityAndAnswers(t *testing.T) {
	for _, role := range auth.Roles() {
		sees := map[auth.Sight][]auth.Action{}
		for _, r := range auth.Permissions() {
			// A worker stands at the door and sees what he himself wrote: own work is not a view into others'.
			if scope, ok := r.Roles[role]; ok && scope != auth.ScopeOwn {
				sees[r.Sees] = append(sees[r.Sees], r.Action)
			}
		}
		require.False(t, len(sees[auth.SeesIdentity]) > 0 && len(sees[auth.SeesAnswers]) > 0, "%s sees %v", role, sees)
	}
	for role, want := range map[auth.Role]auth.Sight{auth.Registrar: auth.SeesIdentity, auth.Reviewer: auth.SeesAnswers} {
		n := 0
		for _, r := range auth.Permissions() {
			if _, ok := r.Roles[role]; ok && r.Sees == want {
				n++
			}
		}
		require.Positive(t, n, "%s must see %s, or the test above proves nothing", role, want)
	}
}

func TestWhoMayNot(t *testing.T) {
	never := map[auth.Role][]auth.Action{
		auth.Worker:     {auth.RecordsRead, auth.RecordsReview, auth.UsersRead, auth.RegistryRead, auth.ExportsCreate, auth.ReleasesRead, auth.AuditRead},
		auth.Reviewer:   {auth.RegistryRead, auth.RegistryWrite, auth.AssignmentsRead, auth.VisitsRead, auth.WithdrawalsErase, auth.RecordsEraseOwn, auth.RecordsEraseBulk, auth.UsersManage, auth.AuditRead},
		auth.Registrar:  {auth.RecordsList, auth.RecordsRead, auth.RecordsHistory, auth.QuarantineRead, auth.AttachmentsRead, auth.ExportsCreate, auth.SummariesRead},
		auth.Researcher: {auth.RecordsRead, auth.RegistryRead, auth.SummariesRead, auth.ExportsCorrection, auth.AttachmentsRead},
		auth.Viewer:     {auth.SummariesRead, auth.RecordsList, auth.ExportsCreate, auth.RegistryRead, auth.QualityRead},
		auth.Auditor:    {auth.RecordsRead, auth.RegistryRead, auth.SummariesRead, auth.ReleasesRead, auth.UsersRead},
		auth.Admin:      {auth.RecordsRead, auth.RecordsReview, auth.RegistryRead, auth.ExportsCreate, auth.AuditRead, auth.WithdrawalsErase, auth.SyncPull},
	}
	for role, actions := range never {
		p := auth.Principal{UserID: "us_x", Role: role, Area: ""}
		for _, a := range actions {
			require.Equal(t, errs.Forbidden, errs.CodeOf(auth.Authorize(p, a, "")), "%s %s", role, a)
		}
	}
}

func TestAuthorizeByArea(t *testing.T) {
	office := auth.Principal{UserID: "us_x", Role: auth.Reviewer, Area: "990101001"}
	worker := auth.Principal{UserID: "us_w", Role: auth.Worker, Area: "990101001", Grids: []string{"990101001201001"}}
	whole := auth.Principal{UserID: "us_a", Role: auth.Reviewer}
	for _, c := range []struct {
		p    auth.Principal
		a    auth.Action
		area string
		want errs.Code
	}{
		{office, auth.RecordsRead, "990101001", ""},
		{office, auth.RecordsRead, "990101001201", ""},
		{office, auth.RecordsRead, "990101001201001", ""},
		{office, auth.RecordsRead, "990101002", errs.OutOfArea},
		{office, auth.RecordsRead, "990101", errs.OutOfArea},
		{office, auth.RecordsRead, "", errs.OutOfArea},
		{office, auth.RecordsRead, "9901010012", errs.OutOfArea},      // not a code
		{office, auth.RecordsRead, "990101001201x", errs.OutOfArea},   // not a code
		{office, auth.RecordsRead, "99010100120100a", errs.OutOfArea}, // not digits
		{office, auth.RecordsRead, "990101001/../", errs.OutOfArea},   // not a code
		{office, auth.RecordsRead, "990101001%", errs.OutOfArea},      // not a code
		{office, auth.FormsRead, "990102", ""},                        // not about an area
		{office, auth.AttachmentsUpload, "990101001", errs.Forbidden}, // not the role's
		{office, "records.READ", "990101001", errs.Forbidden},         // no such action
		{office, "", "990101001", errs.Forbidden},                     // no such action
		{whole, auth.RecordsRead, "", ""},
		{whole, auth.RecordsRead, "110101", ""},
		{worker, auth.AreasRead, "990101001201001", ""},
		{worker, auth.AreasRead, "990101001201002", errs.OutOfArea},
		{worker, auth.AreasRead, "990101001", errs.OutOfArea},
		{worker, auth.SyncPush, "", ""},
		{auth.Principal{}, auth.FormsRead, "", errs.Unauthenticated},
		{auth.Principal{UserID: "us_x", Role: "root"}, auth.FormsRead, "", errs.Forbidden},
		{auth.Principal{UserID: "us_x"}, auth.FormsRead, "", errs.Forbidden},
	} {
		require.Equal(t, c.want, errs.CodeOf(auth.Authorize(c.p, c.a, c.area)), "%s %s %q", c.p.Role, c.a, c.area)
	}
}

func TestPushOnlyPrincipalMayOnlyPush(t *testing.T) {
	p := auth.Principal{UserID: "us_w", Role: auth.Worker, PushOnly: true, Held: errs.RevokedDevice, Grids: []string{"990101001201001"}}
	may := map[auth.Action]bool{auth.SyncPush: true, auth.AttachmentsUpload: true, auth.PacksPush: true, auth.SelfRead: true}
	for _, r := range auth.Permissions() {
		if _, ok := r.Roles[auth.Worker]; !ok {
			continue
		}
		err := auth.Authorize(p, r.Action, "990101001201001")
		if may[r.Action] {
			require.NoError(t, err, r.Action)
		} else {
			require.Equal(t, errs.DeviceRevoked, errs.CodeOf(err), r.Action)
		}
	}
	p.Held = errs.UnconfirmedDevice
	require.Equal(t, errs.UnconfirmedDevice, errs.CodeOf(auth.Authorize(p, auth.SyncPull, "")))
}

func TestNarrow(t *testing.T) {
	p := auth.Principal{UserID: "us_x", Role: auth.Reviewer, Area: "990101001"}
	for asked, want := range map[string]string{"": "990101001", "990101001": "990101001", "990101001203": "990101001203"} {
		got, err := p.Narrow(asked)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for asked, want := range map[string]errs.Code{"990101": errs.OutOfArea, "990101002": errs.OutOfArea, "99": errs.Invalid, strings.Repeat("9", 400): errs.Invalid} {
		_, err := p.Narrow(asked)
		require.Equal(t, want, errs.CodeOf(err))
	}
}

func TestPermissionsCannotBeChangedFromOutside(t *testing.T) {
	auth.Permissions()[0].Roles[auth.Worker] = auth.ScopeAll
	for _, r := range auth.Permissions() {
		r.Roles[auth.Viewer] = auth.ScopeAll
	}
	_, ok := auth.ScopeOf(auth.Viewer, auth.RecordsRead)
	require.False(t, ok)
}
