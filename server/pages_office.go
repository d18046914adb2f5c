package server

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/pages"
	"ruhu/survey"
)

// maxStreets is how many streets the office page shows; a city has fewer.
const maxStreets = 400

var noOffice = pages.Words{ZH: "网格员在手机上工作，这里没有内容。", EN: "Workers work on the phone; there is nothing here."}

// officePage lists the streets of the person's area with their forms, and counts where the person may see them.
func (s *Server) officePage(ec echo.Context, c *call) error {
	ctx := ec.Request().Context()
	p := c.principal
	view := pages.Office{Frame: s.frame(ec, c, "街道", "Streets"), Nothing: pages.Words{
		ZH: "您的区域里还没有街道。请管理员导入区域（ruhu area import）。",
		EN: "No street in your area yet. Ask the administrator to import areas (ruhu area import)."}}
	if p.Role == auth.Worker {
		view.Nothing = noOffice
		return s.render(ec, http.StatusOK, "office", view)
	}
	view.Counts = holds(p, auth.SummariesRead) == nil
	view.Releases = !view.Counts && holds(p, auth.ReleasesRead) == nil
	streets, _, err := s.Survey.Areas(ctx, actor(p), "", survey.Street, "", maxStreets)
	if err != nil {
		return err
	}
	var forms []formUse
	var counts map[string]map[string]pages.StreetForm
	if view.Counts {
		if forms, err = s.summaryForms(ctx); err != nil {
			return err
		}
		if counts, err = s.streetCounts(ctx, p.Area); err != nil {
			return err
		}
	}
	for _, a := range streets {
		st := pages.Street{Code: a.Code, Name: pages.Words{ZH: a.NameZH, EN: a.NameEN}, District: s.areaName(ctx, a.Parent)}
		if st.Villages, err = s.villages(ctx, p, a.Code); err != nil {
			return err
		}
		for _, f := range forms {
			row := counts[a.Code][f.id]
			row.ID, row.Title, row.Kind = f.id, f.title, f.kind
			row.Href = "/office/streets/" + a.Code + "?form=" + url.QueryEscape(f.id)
			st.Forms = append(st.Forms, row)
		}
		if view.Releases {
			if st.Forms, err = s.releasedForms(ctx, c, a.Code); err != nil {
				return err
			}
		}
		view.Streets = append(view.Streets, st)
	}
	return s.render(ec, http.StatusOK, "office", view)
}

// formUse is a form that has a summary.
type formUse struct {
	id          string
	title, kind pages.Words
}

// summaryForms lists the forms of all surveys whose records are summarised: not the registry's.
func (s *Server) summaryForms(ctx context.Context) ([]formUse, error) {
	surveys, err := s.Survey.Surveys(ctx)
	if err != nil {
		return nil, err
	}
	var list []formUse
	seen := map[string]bool{}
	for _, sv := range surveys {
		for _, u := range sv.Forms {
			if u.Kind.Registry() || seen[u.Form] {
				continue
			}
			seen[u.Form] = true
			f := formUse{id: u.Form, title: pages.Words{ZH: u.Form, EN: u.Form}, kind: pages.Words{ZH: sv.Title.ZH, EN: sv.Title.EN}}
			if form := s.Survey.Snapshot().Latest(u.Form); form != nil {
				f.title = pages.Words{ZH: form.Title("zh"), EN: form.Title("en")}
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// summaryForm is the form a summary is made of where none is named: the first sentiment form, else the first form.
func (s *Server) summaryForm(ctx context.Context, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	forms, err := s.summaryForms(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range forms {
		if info, ok := s.Survey.Info(f.id); ok && info.Kind == survey.KindSentiment {
			return f.id, nil
		}
	}
	if len(forms) > 0 {
		return forms[0].id, nil
	}
	return "", errs.New(errs.NotFound, "summary", "no survey has a form yet").
		WithHint("请先添加调查与表单。 Add a survey and its forms first.")
}

// streetCounts counts records by street and form.
func (s *Server) streetCounts(ctx context.Context, area string) (map[string]map[string]pages.StreetForm, error) {
	out := map[string]map[string]pages.StreetForm{}
	err := s.Records.Snapshot(ctx, func(snap survey.Snapshot) error {
		list, err := snap.Statuses(survey.RowFilter{Area: area})
		if err != nil {
			return err
		}
		for _, n := range list {
			forms := out[n.Street]
			if forms == nil {
				forms = map[string]pages.StreetForm{}
				out[n.Street] = forms
			}
			row := forms[n.Form]
			switch n.Status {
			case survey.StatusDraft, survey.StatusRestricted, survey.StatusErased:
				continue
			case survey.StatusSubmitted, survey.StatusNeedsReview:
				row.Waiting += n.N
			case survey.StatusApproved:
				row.Approved += n.N
			case survey.StatusReturned:
				row.Returned += n.N
			}
			row.Total += n.N
			row.Conflicts += n.Conflicts
			forms[n.Form] = row
		}
		return nil
	})
	return out, errs.Wrap("count records", err)
}

// releasedForms lists the newest release of each form of a street.
func (s *Server) releasedForms(ctx context.Context, c *call, street string) ([]pages.StreetForm, error) {
	list, _, err := s.Releases.ListReleases(ctx, street, "", 200)
	if err != nil {
		return nil, err
	}
	var rows []pages.StreetForm
	seen := map[string]bool{}
	for _, r := range list {
		if seen[r.Form] {
			continue
		}
		seen[r.Form] = true
		rows = append(rows, pages.StreetForm{ID: r.Form, Title: s.formTitle(r.Form), Kind: pages.Words{ZH: r.ByName, EN: r.ByName}, Release: r.ID,
			Released: s.civilDate(c, r.At), Href: "/office/streets/" + street + "?release=" + url.QueryEscape(r.ID)})
	}
	return rows, nil
}

func (s *Server) formTitle(id string) pages.Words {
	if form := s.Survey.Snapshot().Latest(id); form != nil {
		return pages.Words{ZH: form.Title("zh"), EN: form.Title("en")}
	}
	return pages.Words{ZH: id, EN: id}
}

// civilDate writes a date as a person reads it, in the server's zone.
func (s *Server) civilDate(c *call, ms int64) string {
	t := time.UnixMilli(ms).In(s.Survey.Zone)
	if c.lang == "en" {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2006年1月2日")
}

func (s *Server) areaName(ctx context.Context, code string) pages.Words {
	if a, err := s.Survey.Area(ctx, code); err == nil {
		return pages.Words{ZH: a.NameZH, EN: a.NameEN}
	}
	return pages.Words{}
}

func (s *Server) villages(ctx context.Context, p auth.Principal, street string) (int, error) {
	n, after := 0, ""
	for {
		list, next, err := s.Survey.Areas(ctx, actor(p), street, survey.Village, after, 500)
		if err != nil {
			return 0, err
		}
		n += len(list)
		if next == "" {
			return n, nil
		}
		after = next
	}
}

// streetPage shows a street's summary.
func (s *Server) streetPage(ec echo.Context, c *call) error {
	if lang := ec.QueryParam("lang"); lang == "zh" || lang == "en" {
		c.lang = lang
	}
	b, err := s.summaryPage(ec.Request().Context(), c, ec.Param("code"), ec.QueryParam("form"), ec.QueryParam("release"))
	if err != nil {
		return err
	}
	return ec.HTMLBlob(http.StatusOK, b)
}

// summaryPage makes a street's summary as a whole page, live or frozen.
func (s *Server) summaryPage(ctx context.Context, c *call, street, form, release string) ([]byte, error) {
	c.header.Set("Content-Security-Policy", pagePolicy)
	area, err := s.Survey.Area(ctx, street)
	if err != nil {
		return nil, err
	}
	rel, err := s.chooseRelease(ctx, c.principal, street, form, release)
	if err != nil {
		return nil, err
	}
	view := pages.Summary{Street: pages.Words{ZH: area.NameZH, EN: area.NameEN}}
	var body []byte
	query := url.Values{}
	if rel != nil {
		form, body = rel.Form, rel.HTML
		if c.lang == "en" && len(rel.HTMLEN) > 0 {
			body = rel.HTMLEN
		}
		view.By, view.Released = rel.ByName, s.civilDate(c, rel.At)
		query.Set("release", rel.ID)
	} else {
		if form, err = s.summaryForm(ctx, form); err != nil {
			return nil, err
		}
		if body, err = s.Summaries.HTML(ctx, street, form, c.lang); err != nil {
			return nil, errs.Wrap("summary", err)
		}
		query.Set("form", form)
	}
	view.Form = s.formTitle(form)
	view.JSON = "/v1/streets/" + street + "/summary?" + query.Encode()
	view.Body = template.HTML(body) // made and escaped by survey/summary
	view.Frame = pages.Frame{Lang: c.lang, Path: "/office/streets/" + street, Query: template.URL(query.Encode()), Demo: s.Demo,
		Who: c.principal.Name, Role: string(c.principal.Role), Area: c.principal.Area, CSRF: s.auth.CSRFToken(c.principal), Title: view.Street}
	var page bytes.Buffer
	if err := s.pageSet.Render(&page, "summary", view); err != nil {
		return nil, errs.WrapCode(errs.Internal, "summary", err)
	}
	return page.Bytes(), nil
}
