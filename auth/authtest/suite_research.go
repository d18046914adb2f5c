package authtest

import (
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

func researchIsDated(b *Bench) {
	require := require.New(b.T)
	u := b.User("scholar", auth.Researcher, Street)
	until := b.Clock.Now().Add(30 * 24 * time.Hour)
	give := func(by auth.Principal, user, area, purpose string, until time.Time) (auth.ResearchAccess, error) {
		b.Clock.Advance(time.Second)
		return b.GrantResearch(b.ctx(), by, user, area, purpose, until)
	}
	_, err := give(b.Admin(), u.ID, "", "论文", until)
	b.code(errs.Invalid, err)
	_, err = give(b.Admin(), u.ID, Street, "", until)
	b.code(errs.Invalid, err)
	_, err = give(b.Admin(), u.ID, Street, "论文", b.Clock.Now())
	b.code(errs.Invalid, err)
	_, err = give(b.Admin(), u.ID, Street, "论文", b.Clock.Now().Add(limits.ResearchMaxTTL+time.Hour))
	b.code(errs.Invalid, err)
	_, err = give(b.Admin(), "us_none", Street, "论文", until)
	b.code(errs.NotFound, err)
	_, err = give(b.Admin(), b.User("viewer", auth.Viewer, Street).ID, Street, "论文", until)
	b.code(errs.Rule, err)
	b.User("chief", auth.Admin, Street)
	_, err = give(b.Principal("chief"), u.ID, Other[:9], "论文", until)
	b.code(errs.OutOfArea, err)
	_, err = give(b.Principal("scholar"), u.ID, Street, "论文", until)
	b.code(errs.Forbidden, err)

	none, err := b.ResearchGrantOf(b.ctx(), u.ID)
	require.NoError(err)
	require.Empty(none)
	first, err := give(b.Admin(), u.ID, Street, "论文", until)
	require.NoError(err)
	second, err := give(b.Admin(), u.ID, Street[:6], "课题", until)
	require.NoError(err)
	id, err := b.ResearchGrantOf(b.ctx(), u.ID)
	require.NoError(err)
	require.Equal(second.ID, id)
	got, err := b.UserByID(b.ctx(), u.ID)
	require.NoError(err)
	require.Equal(Street[:6], got.Area)
	require.Equal(until.UnixMilli(), got.ValidUntil)

	list, next, err := b.ResearchGrants(b.ctx(), b.Admin(), auth.ResearchFilter{}, "")
	require.NoError(err)
	require.Empty(next)
	require.Equal([]auth.ResearchAccess{second}, list)
	var all []string
	for cursor := ""; ; {
		list, next, err = b.ResearchGrants(b.ctx(), b.Admin(), auth.ResearchFilter{User: u.ID, All: true, Limit: 1}, cursor)
		require.NoError(err)
		for _, g := range list {
			all = append(all, g.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	require.Equal([]string{second.ID, first.ID}, all)
	list, _, err = b.ResearchGrants(b.ctx(), b.Principal("chief"), auth.ResearchFilter{All: true}, "")
	require.NoError(err)
	require.Len(list, 1, "a district's grant is not a street's")
	b.code(errs.OutOfArea, b.EndResearch(b.ctx(), b.Principal("chief"), second.ID))
	b.code(errs.NotFound, b.EndResearch(b.ctx(), b.Admin(), "gr_none"))

	require.NoError(b.EndResearch(b.ctx(), b.Admin(), first.ID), "one that is over")
	b.Principal("scholar")
	require.NoError(b.EndResearch(b.ctx(), b.Admin(), second.ID))
	_, err = b.Login(b.ctx(), auth.LoginRequest{Login: "scholar", Password: Password, Browser: true, IP: "192.0.2.1"})
	require.Error(err)
	third, err := give(b.Admin(), u.ID, Street, "再续", b.Clock.Now().Add(time.Hour))
	require.NoError(err)
	b.Principal("scholar")
	b.Clock.Advance(2 * time.Hour)
	_, err = b.Login(b.ctx(), auth.LoginRequest{Login: "scholar", Password: Password, Browser: true, IP: "192.0.2.1"})
	require.Error(err, "it ends by itself")
	list, _, err = b.ResearchGrants(b.ctx(), b.Admin(), auth.ResearchFilter{}, "")
	require.NoError(err)
	require.Empty(list)
	require.False(third.Live(b.Clock.Now().UnixMilli()))
}
