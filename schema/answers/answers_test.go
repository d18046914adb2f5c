package answers_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/answers"
	"ruhu/schema/instruments"
)

func who() answers.Subject {
	return answers.Subject{Case: "4711", Village: "990101001201", Grid: "990101001201003", NoticeHash: strings.Repeat("ab", 32),
		Start: time.Date(2026, 11, 23, 14, 5, 0, 0, time.FixedZone("", 8*3600))}
}

func form(t testing.TB, id string) *schema.Form {
	t.Helper()
	f, err := instruments.Read(id)
	require.NoError(t, err)
	return f
}

// asked says by hand, apart from the generator, whether a question of a built-in form is relevant, for the interviews and the
// visit log; schema/judge holds all forms against their rules.
func asked(id, path string, v map[string]string) bool {
	switch id {
	case instruments.HouseholdSentiment:
		adult := v["consent"] == "1" && v["adult"] == "1"
		switch path {
		case "case_id", "village_code", "consent":
			return true
		case "consent_ver", "adult":
			return v["consent"] == "1"
		case "concern_main":
			return strings.Contains(v["concerns"], " ")
		case "heard":
			return v["aware_elec"] == "1"
		}
		return adult
	case instruments.CandidateInterview:
		switch path {
		case "consent":
			return true
		case "post_sought", "both_posts":
			return v["willing"] == "1" || v["willing"] == "2"
		case "party":
			return v["consent_party"] == "1"
		}
		return v["consent"] == "1"
	}
	switch path {
	case "appointment_dt":
		return v["disposition"] == "2.25"
	case "refuse_reason":
		return strings.HasPrefix(v["disposition"], "2.11")
	}
	return true
}

func TestWhatIsDrawnIsValid(t *testing.T) {
	byHand := map[string]bool{instruments.HouseholdSentiment: true, instruments.CandidateInterview: true, instruments.VisitLog: true}
	// a second person confirms a tally, and nobody's board is photographed
	apart := map[string]bool{"confirmed": true, "notices/photo": true}
	for _, i := range instruments.All() {
		f := form(t, i.ID)
		seen := map[string]bool{}
		for seed := range uint64(400) {
			got, err := answers.Generate(f, who(), nil, rand.New(rand.NewPCG(seed, 1)))
			require.NoError(t, err)
			for path, value := range got.Values {
				seen[path] = true
				require.Empty(t, f.Check(path, value), "%s %s %q", i.ID, path, value)
				require.True(t, !byHand[i.ID] || f.Node(path).InMeta || f.Node(path).Preload != "" || asked(i.ID, path, got.Values), "%s %s is not asked here", i.ID, path)
			}
			for k, row := range got.Rows {
				for name, value := range row.Values {
					path := row.Repeat + "/" + name
					seen[path] = true
					require.Empty(t, f.Check(fmt.Sprintf("%s[r%d]/%s", row.Repeat, k, name), value), "%s %s %q", i.ID, path, value)
				}
			}
			for _, n := range f.Questions() {
				if byHand[i.ID] && n.Required == "true()" && asked(i.ID, n.Path, got.Values) {
					require.NotEmpty(t, got.Values[n.Path], "%s %s is required", i.ID, n.Path)
				}
			}
			if i.ID == instruments.HouseholdSentiment {
				require.LessOrEqual(t, strings.Count(got.Values["concerns"], " "), 2)
				require.Contains(t, []string{"1.1", "2.112", "4.70"}, got.Disposition)
				if got.Disposition == "1.1" {
					require.GreaterOrEqual(t, len(got.Values), 33)
				} else {
					require.NotContains(t, got.Values, "s_road")
				}
				for _, list := range []string{got.Values["concerns"], got.Values["heard"]} {
					require.False(t, strings.Contains(list, " ") && (strings.Contains(list, "-9") || strings.HasSuffix(list, " 0")), list)
				}
				if main := got.Values["concern_main"]; main != "" {
					require.Contains(t, strings.Fields(got.Values["concerns"]), main)
				}
			}
		}
		for _, n := range f.Questions() {
			if n.Asked() && !apart[n.Path] {
				require.True(t, seen[n.Path], "%s %s is drawn at times", i.ID, n.Path)
			}
		}
	}
}

func TestTheSameSeedDrawsTheSameInterview(t *testing.T) {
	f := form(t, instruments.HouseholdSentiment)
	one, err := answers.Generate(f, who(), nil, rand.New(rand.NewPCG(7, 7)))
	require.NoError(t, err)
	two, err := answers.Generate(f, who(), nil, rand.New(rand.NewPCG(7, 7)))
	require.NoError(t, err)
	require.Equal(t, one, two)
	three, err := answers.Generate(f, who(), nil, rand.New(rand.NewPCG(8, 7)))
	require.NoError(t, err)
	require.NotEqual(t, one, three)
}

func TestTheTruthIsFollowed(t *testing.T) {
	f := form(t, instruments.HouseholdSentiment)
	truth := answers.Truth{"s_road": {"1": 0, "2": 3, "3": 0, "4": 1, "5": 0, "-98": 0, "-99": 0}, "consent": {"0": 0}, "adult": {"0": 0},
		"concerns": {"2": 1, "-98": 0, "-99": 0}, "concern_txt": {"said": 1}}
	rng := rand.New(rand.NewPCG(1, 2))
	count := map[string]int{}
	const n = 2000
	for range n {
		got, err := answers.Generate(f, who(), truth, rng)
		require.NoError(t, err)
		count[got.Values["s_road"]]++
		require.Equal(t, "1.1", got.Disposition)
		require.NotEmpty(t, got.Values["concern_txt"])
		require.NotEmpty(t, got.Values["concerns"])
	}
	require.Equal(t, n, count["2"]+count["4"])
	require.InDelta(t, 0.75, float64(count["2"])/n, 0.03)
}

func TestShuffleAgreesWithTheClients(t *testing.T) {
	// seen in @getodk/xforms-engine 0.22.0
	require.Equal(t, "s_env s_order s_open s_elder s_light s_clinic s_road s_water s_office", strings.Join(answers.Shuffle(answers.Battery(), 1887775662), " "))
	require.Equal(t, "s_open s_order s_clinic s_road s_env s_office s_elder s_light s_water", strings.Join(answers.Shuffle(answers.Battery(), 292264579), " "))
}

func TestOnlyBuiltInFormsAreDrawn(t *testing.T) {
	other := &schema.Form{ID: "other", Root: &schema.Node{}}
	require.NoError(t, other.Seal())
	_, err := answers.Generate(other, who(), nil, rand.New(rand.NewPCG(1, 1)))
	require.Equal(t, errs.UnknownForm, errs.CodeOf(err))
	other.ID = instruments.HouseholdSentiment
	_, err = answers.Generate(other, who(), nil, rand.New(rand.NewPCG(1, 1)))
	require.Equal(t, errs.UnknownPath, errs.CodeOf(err))
}

func BenchmarkGenerate(b *testing.B) {
	f := form(b, instruments.HouseholdSentiment)
	rng := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := answers.Generate(f, who(), nil, rng); err != nil {
			b.Fatal(err)
		}
	}
}
