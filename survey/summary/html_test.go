package summary_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey"
	"ruhu/survey/summary"
)

var update = flag.Bool("update", false, "write the golden files")

func fragment(t testing.TB, s *summary.Summary, lang string) string {
	var b bytes.Buffer
	require.NoError(t, s.Fragment(&b, lang))
	return b.String()
}

func TestHTMLGolden(t *testing.T) {
	s := build(t, newWorld(t, 1, size{villages: 3, grids: 2, households: 90, interviews: 0.4, mode: survey.Census}))
	for _, lang := range []string{"zh", "en"} {
		file := filepath.Join("testdata", "summary."+lang+".html")
		got := fragment(t, s, lang)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "run with -update if this change is meant")
	}
}

func TestHTMLNeedsNothingThePolicyForbids(t *testing.T) {
	s := build(t, newWorld(t, 1, size{villages: 4, grids: 2, households: 60, interviews: 0.3, mode: survey.Sample}))
	for _, lang := range []string{"zh", "en"} {
		html := fragment(t, s, lang)
		require.NotContains(t, html, "<script")
		require.NotContains(t, html, "style=")
		require.NotContains(t, html, "<style")
		require.NotRegexp(t, `\son[a-z]+=`, html)
		require.NotRegexp(t, `(?:src|href)="(?:https?:)?//`, html)
		require.NotContains(t, html, "ZgotmplZ")
		require.Contains(t, html, map[string]string{"zh": "演示数据", "en": "Demonstration data"}[lang])
		require.Contains(t, html, map[string]string{"zh": "未公布（保护受访者）", "en": "withheld to protect respondents"}[lang])
	}
	var page bytes.Buffer
	require.NoError(t, s.Page(&page, "zh"))
	require.Contains(t, page.String(), ".sum-tiles{")
	require.NotContains(t, page.String(), "<link")
}

func TestHTMLShowsNoSmallWholeNumber(t *testing.T) {
	tag := regexp.MustCompile(`<[^>]*>`)
	number := regexp.MustCompile(`[-+]?\d+(\.\d+)?`)
	for seed := range uint64(3) {
		w := newWorld(t, seed, size{villages: 5, grids: 3, households: 60, interviews: 0.25, mode: survey.Census})
		for i := range w.in.Areas { // names without digits, so that every number on the page is a figure
			w.in.Areas[i].NameZH, w.in.Areas[i].NameEN = "村", "village"
		}
		s := build(t, w)
		html := fragment(t, s, "zh")
		body := html[:strings.Index(html, `<div class="sum-method">`)]
		body = regexp.MustCompile(`<b>[A-Z]+\d</b>`).ReplaceAllString(body, "")
		for _, label := range labels(w) {
			body = strings.ReplaceAll(body, ">"+label+"<", "><")
			body = strings.ReplaceAll(body, ">"+label+" %<", "><")
		}
		for _, cell := range regexp.MustCompile(`<(?:td|b|i)[^>]*>[^<]*</(?:td|b|i)>`).FindAllString(body, -1) {
			for _, n := range number.FindAllString(tag.ReplaceAllString(cell, ""), -1) {
				if strings.Contains(n, ".") {
					continue // a percentage
				}
				v, err := strconv.Atoi(n)
				require.NoError(t, err)
				require.False(t, v >= 1 && v < 10, "the page shows %s in %s", n, cell)
			}
		}
	}
}

func labels(w *world) []string {
	var list []string
	for _, q := range w.form.Questions() {
		list = append(list, q.Label.In("zh"))
		for _, c := range q.ChoiceItems() {
			list = append(list, c.Label.In("zh"))
		}
	}
	return list
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	w := newWorld(t, 1, size{villages: 2, grids: 2, households: 60, interviews: 0.3, mode: survey.Census})
	w.in.Street.NameZH = `<img src=x onerror=alert(1)>`
	w.in.Areas[0].NameZH = `"><script>alert(1)</script>`
	html := fragment(t, build(t, w), "zh")
	require.NotContains(t, html, "<img")
	require.NotContains(t, html, "<script")
	require.Contains(t, html, "&lt;img")
}

func TestStructuralCountsAreOnThePage(t *testing.T) {
	s := build(t, newWorld(t, 1, size{villages: 2, grids: 2, households: 60, interviews: 0.3, mode: survey.Census}))
	html := fragment(t, s, "zh")
	for _, c := range summary.StructuralCounts() {
		require.Contains(t, html, c.What.ZH)
	}
}
