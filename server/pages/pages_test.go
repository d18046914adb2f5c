package pages_test

import (
	"bytes"
	"html/template"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/pages"
)

const hostile = `"><script>__pwned=1</script><img src=x onerror=__pwned=1>'{{.}}`

func views(lang string) map[string]any {
	f := pages.Frame{Lang: lang, Path: "/office/", Demo: true, Who: hostile, Role: "reviewer", Area: "990101001", CSRF: hostile,
		Title: pages.Words{ZH: hostile, EN: hostile}}
	w := pages.Words{ZH: hostile, EN: hostile}
	return map[string]any{
		"home":    pages.Home{Frame: f},
		"login":   pages.Login{Frame: f, Username: hostile, Fault: hostile, Hint: hostile, Next: hostile},
		"problem": pages.Problem{Frame: f, Status: 404, Message: hostile, Hint: hostile, Request: hostile},
		"office": pages.Office{Frame: f, Counts: true, Nothing: w, Streets: []pages.Street{{Code: "990101001", Name: w, District: w, Villages: 3,
			Forms: []pages.StreetForm{{ID: "f", Title: w, Kind: w, Total: 12, Waiting: 3, Conflicts: 1, Approved: 8, Href: "/office/streets/990101001?form=f"}}},
			{Code: "990101002", Name: w}}},
		"summary": pages.Summary{Frame: f, Street: w, Form: w, Body: template.HTML("<p>made elsewhere</p>"), Released: hostile, By: hostile, JSON: "/v1/x"},
	}
}

func TestPagesEscapeAndStayWithinTheirPolicy(t *testing.T) {
	set, err := pages.New()
	require.NoError(t, err)
	inline := regexp.MustCompile(`(?i)<style|<script[^>]*>[^<]|\sstyle=|\son[a-z]+=|javascript:|https?://`)
	for _, lang := range []string{"zh", "en"} {
		for name, view := range views(lang) {
			var b bytes.Buffer
			require.NoError(t, set.Render(&b, name, view), name)
			page := b.String()
			require.Contains(t, page, "&#34;&gt;&lt;script&gt;", "%s shows the words it was given", name)
			require.NotContains(t, page, "<script", name)
			require.NotContains(t, page, "<img", name)
			plain := regexp.MustCompile(`&[a-z0-9#]+;[^<]*`).ReplaceAllString(page, "")
			require.Empty(t, inline.FindString(plain), "%s %s", lang, name)
			if lang == "zh" {
				require.Contains(t, page, `lang="zh-CN"`)
				require.Contains(t, page, "演示数据")
			}
		}
	}
}
