package schema_test

import (
	"fmt"
	gosync "sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/schema"
)

func version(t *testing.T, v string, hash byte, nodes ...*schema.Node) *schema.Form {
	t.Helper()
	f := &schema.Form{ID: "f", Version: v, SHA256: [32]byte{hash}, Root: &schema.Node{Children: nodes}}
	require.NoError(t, f.Seal())
	return f
}

func node(name string, kind schema.Kind, typ schema.Type, control schema.Control, children ...*schema.Node) *schema.Node {
	return &schema.Node{Name: name, Kind: kind, Type: typ, Control: control, Children: children}
}

func TestSetKeepsAVersionForEver(t *testing.T) {
	var s schema.Set
	require.Nil(t, s.Get("f", "1"))
	q := func() *schema.Node { return node("q", schema.Question, schema.Int, schema.Input) }
	one := version(t, "1", 1, q())
	require.NoError(t, s.Add(one))
	require.NoError(t, s.Add(version(t, "1", 1, q())), "the same bytes again change nothing")
	require.Same(t, one, s.Get("f", "1"))
	require.Equal(t, errs.FormChanged, errs.CodeOf(s.Add(version(t, "1", 2, q()))))

	before := s.Snapshot()
	two := version(t, "2", 3, q(), node("new", schema.Question, schema.String, schema.Input))
	require.NoError(t, s.Add(two))
	require.Nil(t, before.Get("f", "2"), "a snapshot does not change")
	require.Equal(t, []*schema.Form{one, two}, s.Snapshot().Versions("f"))
	require.Same(t, two, s.Snapshot().Latest("f"))
	require.Nil(t, s.Snapshot().Latest("g"))
	require.Equal(t, []string{"f"}, s.Snapshot().IDs())
	require.Zero(t, testing.AllocsPerRun(20, func() { s.Get("f", "2") }))
}

func TestAPathKeepsItsType(t *testing.T) {
	text := func() *schema.Node { return node("q", schema.Question, schema.String, schema.Input) }
	for why, c := range map[string]struct {
		next *schema.Node
		code errs.Code
	}{
		"same":             {text(), ""},
		"choice of a text": {node("q", schema.Question, schema.String, schema.SelectOne), ""},
		"other type":       {node("q", schema.Question, schema.Int, schema.Input), errs.FormFaults},
		"several of one":   {node("q", schema.Question, schema.String, schema.Select), errs.FormFaults},
		"rank of one":      {node("q", schema.Question, schema.String, schema.Rank), errs.FormFaults},
		"group":            {node("q", schema.Group, "", ""), errs.FormFaults},
		"gone":             {node("other", schema.Question, schema.Int, schema.Input), ""},
	} {
		t.Run(why, func(t *testing.T) {
			var s schema.Set
			require.NoError(t, s.Add(version(t, "1", 1, text())))
			err := s.Add(version(t, "2", 2, c.next))
			require.Equal(t, c.code, errs.CodeOf(err))
			if err != nil {
				require.ErrorContains(t, err, "q: was string")
				require.Nil(t, s.Get("f", "2"))
			}
		})
	}
	group := version(t, "1", 1, node("g", schema.Group, "", "", text()))
	repeat := version(t, "2", 2, node("g", schema.Repeat, "", "", text()))
	faults := schema.TypeChanges(group, repeat)
	require.Len(t, faults, 2)
	require.Equal(t, "g/q", faults[1].Path)
	require.Contains(t, faults[1].EN, "in the repeat g")
	require.NotEmpty(t, faults[1].Msg("zh"))
	require.NotEmpty(t, faults[1].Hint("中文 (zh)"))
}

func TestSetServesReadersWhileFormsAreAdded(t *testing.T) {
	var s schema.Set
	var group gosync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 25 {
				f := version(t, fmt.Sprintf("%d-%d", w, i), byte(i))
				if err := s.Add(f); err != nil {
					t.Error(err)
				}
				if s.Get("f", f.Version) != f {
					t.Error("what was added is not there")
				}
			}
		})
	}
	group.Wait()
	require.Len(t, s.Snapshot().Versions("f"), 100)
	require.Error(t, s.Add(version(t, "x", 1), version(t, "x", 2)))
	require.Nil(t, s.Get("f", "x"), "all or none")
}

func TestIdentityQuestionsAreFound(t *testing.T) {
	labelled := func(name, label string, typ schema.Type, control schema.Control) *schema.Node {
		n := node(name, schema.Question, typ, control)
		n.Label = schema.Plain(label)
		return n
	}
	photo := labelled("p", "Picture", schema.Binary, schema.Upload)
	photo.MediaType = "image/*"
	sound := labelled("s", "Sound", schema.Binary, schema.Upload)
	sound.MediaType = "audio/*"
	preload := node("sim", schema.Question, schema.String, schema.Meta)
	preload.Preload, preload.PreloadParams = "property", "phonenumber"
	audit := &schema.Node{Name: "audit", Kind: schema.Question, Type: schema.Binary, Control: schema.Meta, InMeta: true,
		Parameters: map[string]string{"location-priority": "balanced"}}
	for reason, nodes := range map[string][]*schema.Node{
		"name": {labelled("head_name", "", schema.String, schema.Input), labelled("headName2", "", schema.String, schema.Input), labelled("q1", "您的姓名", schema.String, schema.Input),
			labelled("q1", "What is your full name?", schema.String, schema.Input), labelled("xingming", "", schema.String, schema.Input), labelled("姓名", "", schema.String, schema.Input)},
		"phone":     {labelled("phone", "", schema.String, schema.Input), labelled("q", "联系电话", schema.String, schema.Input), labelled("q", "Mobile number", schema.Int, schema.Input), preload},
		"id-number": {labelled("q", "身份证号", schema.String, schema.Input), labelled("sfz", "", schema.String, schema.Input)},
		"address":   {labelled("q", "家庭住址", schema.String, schema.Input), labelled("addr", "", schema.String, schema.Input)},
		"contact":   {labelled("wechat", "", schema.String, schema.Input), labelled("q", "E-mail", schema.String, schema.Input)},
		"geo":       {labelled("q", "", schema.Geopoint, schema.Input), labelled("q", "", schema.Geoshape, schema.Input), audit},
		"barcode":   {labelled("q", "", schema.Barcode, schema.Input)},
		"image":     {photo},
		"audio":     {sound},
	} {
		for _, n := range nodes {
			found := version(t, "1", 1, n).IdentityQuestions()
			require.Len(t, found, 1, "%s %s %v", reason, n.Name, n.Label.Words)
			require.Equal(t, reason, found[0].Reason)
			require.NotEmpty(t, found[0].ZH)
		}
	}
	for _, n := range []*schema.Node{
		labelled("concern_txt", "想补充的话（请勿写姓名电话）", schema.String, schema.Input),
		labelled("concern_txt", "Remarks, no names or phone numbers", schema.String, schema.Input),
		labelled("village_name", "Name of the village", schema.String, schema.Input),
		labelled("phone", "Do you own a telephone?", schema.String, schema.SelectOne),
		labelled("instanceName", "", schema.String, schema.Meta),
		labelled("team", "对村两委班子的评价", schema.String, schema.Input),
		labelled("renamed", "", schema.String, schema.Input),
		{Name: "audit", Kind: schema.Question, Type: schema.Binary, Control: schema.Meta, InMeta: true},
	} {
		require.Empty(t, version(t, "1", 1, n).IdentityQuestions(), "%s %v", n.Name, n.Label.Words)
	}
}

func TestTextSpeaksTheLanguageAsked(t *testing.T) {
	text := schema.Text{Words: map[string]string{"中文 (zh)": "是", "English (en)": "yes"}}
	require.Equal(t, "是", text.In("zh"))
	require.Equal(t, "yes", text.In("English (en)"))
	require.Equal(t, "yes", text.In("fr"))
	_, ok := text.Exactly("fr")
	require.False(t, ok)
	require.Equal(t, "x", schema.Plain("x").In("zh"))
	require.Empty(t, schema.Text{}.In("zh"))
	require.True(t, schema.Plain("").Empty())
	require.Equal(t, "zh", schema.LanguageCode(" 中文 (zh) "))
	require.Equal(t, "english", schema.LanguageCode("English"))
}
