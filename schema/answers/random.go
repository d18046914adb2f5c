package answers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"ruhu/schema"
	"ruhu/schema/instance"
)

// Random fills in any form: every kind of question gets a value of its type in its canonical form, choices come from
// their lists, repeats get none to three rows, some questions are left out and some are left empty. Values of lists that
// the form does not hold come from lists by file name (or by the list's name), and are made up where it has none. What a
// form's constraints and relevance say is not looked at. The same form and source of chance give the same submission.
func Random(form *schema.Form, rng *rand.Rand, lists map[string][]string) *instance.Instance {
	f := &filler{draw: draw{form: form, rng: rng}, lists: lists, out: &instance.Instance{}}
	f.out.Head = instance.Head{FormID: form.ID, Version: form.Version, Root: form.RootName, InstanceID: "uuid:" + f.uuid()}
	if form.Submission.PublicKey != "" {
		f.out.Encrypted, f.out.EncryptedFile, f.out.Root = true, "submission.xml.enc", "data"
		f.out.EncryptedKey = strings.Repeat("QUJD", 86)
		f.out.Media = []string{fmt.Sprintf("%d.jpg.enc", 1700000000+rng.IntN(1_000_000))}
		f.out.Files = append([]string{f.out.EncryptedFile}, f.out.Media...)
		return f.out
	}
	f.fill("", form.Root)
	return f.out
}

type filler struct {
	draw
	lists map[string][]string
	out   *instance.Instance
	files int
}

func (f *filler) fill(at string, parent *schema.Node) {
	for _, n := range parent.Children {
		path := n.Name
		if at != "" {
			path = at + "/" + n.Name
		}
		switch n.Kind {
		case schema.Repeat:
			for i := range f.rng.IntN(4) {
				row := instance.Row{Repeat: path, Ordinal: i, ID: f.uuid()}
				field := f.form.Node(n.Path + "/" + n.RowField)
				row.Own = field != nil && !field.Added
				if !row.Own {
					row.ID = instance.RowID(f.out.InstanceID, path, i)
				}
				f.out.Rows = append(f.out.Rows, row)
				if row.Own {
					f.value(row.Path()+"/"+n.RowField, row.ID, row.ID)
				}
				f.fill(row.Path(), n)
			}
		case schema.Group:
			f.entity(path, n)
			f.fill(path, n)
		default:
			if repeat := n.Repeat(); n.Added && n.Name != "instanceID" || repeat != nil && repeat == n.Parent() && repeat.RowField == n.Name {
				continue
			}
			f.answer(path, n)
		}
	}
}

func (f *filler) value(path, text, sent string) {
	f.out.Values = append(f.out.Values, instance.Value{Path: path, Text: text, Sent: sent, Fits: true})
}

func (f *filler) entity(path string, n *schema.Node) {
	if n.Name != "entity" || !n.InMeta || n.Parent().Name != "meta" {
		return
	}
	owner := strings.TrimSuffix(strings.TrimSuffix(path, "meta/entity"), "/")
	for _, d := range f.form.Entities {
		if d.Path != schema.PatternOf(owner) {
			continue
		}
		e := instance.EntityNode{Path: owner, Dataset: d.Dataset, ID: f.uuid(), Create: d.Create, Update: d.Update && !d.Create, HasLabel: d.HasLabel}
		if e.Update {
			e.BaseVersion = strconv.Itoa(1 + f.rng.IntN(5))
		}
		f.out.Entities = append(f.out.Entities, e)
		return
	}
}

// answer gives a question a value, leaves it empty, or leaves it out.
func (f *filler) answer(path string, n *schema.Node) {
	switch {
	case n.InMeta && n.Name == "instanceID":
		f.value(path, f.out.InstanceID, f.out.InstanceID)
		return
	case n.InMeta && n.Name == "deprecatedID":
		return
	case f.form.Node("meta/instanceID") == nil && n.Path == "instanceID":
		f.value(path, f.out.InstanceID, f.out.InstanceID)
		return
	}
	labels := n.InMeta && n.Name == "label" && n.Parent().Name == "entity"
	switch chance := f.rng.Float64(); {
	case chance < 0.1 && !labels:
		return
	case chance < 0.2 && !labels, n.Control == schema.Note:
		f.value(path, "", "")
		return
	}
	text := f.text(n)
	f.value(path, text, text)
	if n.Type == schema.Binary || n.Name == "audit" && n.InMeta {
		f.out.Values[len(f.out.Values)-1].Fits = false // a name that the sender chose, not yet a stored file's
		if text != "" && !slices.Contains(f.out.Files, text) {
			f.out.Files = append(f.out.Files, text)
		}
	}
	if n.Path == "meta/instanceName" {
		f.out.InstanceName = strings.TrimSpace(text)
	}
	if labels && len(f.out.Entities) > 0 {
		f.out.Entities[len(f.out.Entities)-1].Label = text
	}
}

func (f *filler) text(n *schema.Node) string {
	switch n.Control {
	case schema.SelectOne:
		return f.choose(n, 1)
	case schema.Select, schema.Rank:
		return f.choose(n, 1+f.rng.IntN(4))
	case schema.Trigger:
		return "OK"
	case schema.Range:
		return f.between(n)
	}
	switch n.Type {
	case schema.Int:
		return number(f.rng.IntN(2000) - 100)
	case schema.Decimal:
		return decimal(f.rng.IntN(4_000_000)-200_000, 1000)
	case schema.Boolean:
		return []string{"true", "false"}[f.rng.IntN(2)]
	case schema.Date:
		return fmt.Sprintf("20%02d-%02d-%02d", f.rng.IntN(40), 1+f.rng.IntN(12), 1+f.rng.IntN(28))
	case schema.Time:
		return f.clock()
	case schema.DateTime:
		return fmt.Sprintf("2026-%02d-%02dT%s", 1+f.rng.IntN(12), 1+f.rng.IntN(28), f.clock())
	case schema.Geopoint:
		return f.point()
	case schema.Geotrace:
		return f.point() + ";" + f.point()
	case schema.Geoshape:
		first := f.point()
		return strings.Join([]string{first, f.point(), f.point(), first}, ";")
	case schema.Binary:
		f.files++
		return fmt.Sprintf("附件 %d-%d.%s", f.files, f.rng.IntN(1000), extension(n))
	case schema.Barcode:
		return "69" + number(10_000_000+f.rng.IntN(90_000_000))
	}
	if n.InMeta && n.Name == "audit" {
		return "audit.csv"
	}
	words := []string{"张三", "村东头，第二家", `she said "yes"`, "a & b < c > d", "=1+1", "两行\n文字", "0012", "é̂ñ 🙂", "x", "一二三四五六七八九十", "tab\tbed", "'quoted'", "-5"}
	return words[f.rng.IntN(len(words))] + words[f.rng.IntN(len(words))]
}

func extension(n *schema.Node) string {
	switch kind, _, _ := strings.Cut(n.MediaType, "/"); {
	case n.Name == "audit":
		return "csv"
	case kind == "image":
		return "jpg"
	case kind == "audio":
		return "m4a"
	case kind == "video":
		return "mp4"
	}
	return "bin"
}

// choose draws up to most values of a question's list: in the list's order for a select, in any for a rank.
func (f *filler) choose(n *schema.Node, most int) string {
	var values []string
	for _, c := range n.ChoiceItems() {
		values = append(values, c.Value)
	}
	if list := n.Choices; len(values) == 0 && list != nil && list.List != nil {
		if values = f.lists[list.List.Src]; len(values) == 0 {
			values = f.lists[list.List.Name]
		}
	}
	if len(values) == 0 {
		values = []string{"v1", "v2", "第三"}
		if n.Choices != nil && n.Choices.List != nil && !n.Choices.List.Open {
			return "" // a list without choices takes no answer
		}
	}
	if n.Control == schema.SelectOne {
		return values[f.rng.IntN(len(values))]
	}
	var taken []string
	for _, v := range values {
		if len(taken) < most && !strings.ContainsAny(v, " \t\n") && !slices.Contains(taken, v) && f.rng.IntN(2) == 0 {
			taken = append(taken, v)
		}
	}
	if n.Control == schema.Rank {
		f.rng.Shuffle(len(taken), func(i, j int) { taken[i], taken[j] = taken[j], taken[i] })
	}
	return strings.Join(taken, " ")
}

// between draws a value of a range: a whole number of steps from its start.
func (f *filler) between(n *schema.Node) string {
	start, _ := strconv.ParseFloat(n.Parameters["start"], 64)
	end, _ := strconv.ParseFloat(n.Parameters["end"], 64)
	step, _ := strconv.ParseFloat(n.Parameters["step"], 64)
	if step == 0 || n.Type == schema.String && n.Choices != nil {
		return number(int(start))
	}
	steps := int((end-start)/step + 1e-9)
	if steps < 0 {
		steps = -steps
		step = -step
	}
	v := start + step*float64(f.rng.IntN(steps+1))
	if n.Type == schema.Int {
		return number(int(v))
	}
	return decimal(int(v*1000+0.5), 1000)
}

// decimal writes v/scale in its canonical form; scale is a power of ten.
func decimal(v, scale int) string {
	s := strconv.FormatFloat(float64(v)/float64(scale), 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

func (f *filler) clock() string {
	zone := []string{"", "Z", "+08:00", "-03:30"}[f.rng.IntN(4)]
	part := []string{"", ".5", ".683"}[f.rng.IntN(3)]
	return fmt.Sprintf("%02d:%02d:%02d%s%s", f.rng.IntN(24), f.rng.IntN(60), f.rng.IntN(60), part, zone)
}

func (f *filler) point() string {
	s := decimal(f.rng.IntN(180_000_000)-90_000_000, 1_000_000) + " " + decimal(f.rng.IntN(360_000_000)-180_000_000, 1_000_000)
	if f.rng.IntN(2) == 0 {
		s += " " + decimal(f.rng.IntN(90_000), 10) + " " + decimal(f.rng.IntN(900), 10)
	}
	return s
}
