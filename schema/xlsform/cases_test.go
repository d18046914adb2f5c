package xlsform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

// goodCase is a form and some of what it must mean: each want is part of a line that meaning() lists, each not is in none.
type goodCase struct {
	name, md  string
	want, not []string
}

func convertText(t testing.TB, md string) (xlsform.Result, error) {
	t.Helper()
	sheets, err := xlsform.ParseMarkdown(md)
	require.NoError(t, err)
	return xlsform.ConvertTables(sheets, xlsform.Options{Name: "data"})
}

func TestGoodForms(t *testing.T) {
	for _, c := range slices.Concat(cases, structureCases) {
		t.Run(c.name, func(t *testing.T) {
			r, err := convertText(t, c.md)
			require.NoError(t, err, "%v", r.Faults)
			_, faults, err := xform.Read(r.XML)
			require.NoError(t, err, "%v", faults)
			lines := meaning(t, r.XML)
			all := strings.Join(lines, "\n")
			for _, w := range c.want {
				require.True(t, holds(lines, w), "no line has %q\n%s", w, all)
			}
			for _, w := range c.not {
				require.False(t, holds(lines, w), "a line has %q\n%s", w, all)
			}
		})
	}
}

func holds(lines []string, part string) bool {
	for _, l := range lines {
		if strings.Contains(l, part) {
			return true
		}
	}
	return false
}

// cases are forms of single questions, of each type and column.
var cases = []goodCase{
	{"a lone question", `
| survey |
|        | type    | name  | label |
|        | integer | rooms | 房间数 |`,
		[]string{"title data", "model [odk:xforms-version=1.0.0]", "/data [id=data]", "bind [nodeset=/data/rooms | type=int]",
			"bind [jr:preload=uid | nodeset=/data/meta/instanceID | readonly=true() | type=string]", "/h:body/input [ref=/data/rooms]", "/h:body/input/label [] 房间数"},
		[]string{"language"}},
	{"names and types in other letter cases and old words", `
| Survey |
|        | Command | Tag | Caption | Relevance | Read Only | Constraining  Message | Constraint |
|        | text    | a   | A       |           | yes       |                       |            |
|        | int     | b   | B       | ${a} = ’x’ |          | too “much”            | . < 3      |`,
		[]string{"bind [nodeset=/data/a | readonly=true() | type=string]", `bind [constraint=. < 3 | jr:constraintMsg=too "much" | nodeset=/data/b | relevant=/data/a = 'x' | type=int]`}, nil},
	{"every plain type", `
| survey |
|  | type | name | label |
|  | text | t01 | x |
|  | decimal | t02 | x |
|  | date | t03 | x |
|  | time | t04 | x |
|  | dateTime | t05 | x |
|  | datetime | t06 | x |
|  | note | t07 | x |
|  | barcode | t08 | x |
|  | acknowledge | t09 | x |
|  | trigger | t10 | x |
|  | audio | t11 | x |
|  | video | t12 | x |
|  | file | t13 | x |
|  | geopoint | t14 | x |
|  | gps | t15 | x |
|  | geotrace | t16 | x |
|  | geoshape | t17 | x |
|  | hidden | t18 | x |
|  | percentage | t19 | x |
|  | phone number | t20 | x |
|  | number of days in last month | t21 | x |
|  | add date prompt | t22 | x |`,
		[]string{"bind [nodeset=/data/t02 | type=decimal]", "bind [nodeset=/data/t03 | type=date]", "bind [nodeset=/data/t04 | type=time]", "bind [nodeset=/data/t05 | type=dateTime]",
			"bind [nodeset=/data/t06 | type=dateTime]", "bind [nodeset=/data/t07 | readonly=true() | type=string]", "bind [nodeset=/data/t08 | type=barcode]",
			"/h:body/trigger [ref=/data/t09]", "/h:body/trigger [ref=/data/t10]", "/h:body/upload [mediatype=audio/* | ref=/data/t11]", "/h:body/upload [mediatype=video/* | ref=/data/t12]",
			"/h:body/upload [mediatype=application/* | ref=/data/t13]", "bind [nodeset=/data/t15 | type=geopoint]", "bind [nodeset=/data/t16 | type=geotrace]", "bind [nodeset=/data/t17 | type=geoshape]",
			"bind [nodeset=/data/t18 | type=string]", "constraint=0 <= . and . <= 100", "/h:body/input/hint [] Enter numbers only.", "/h:body/input/hint [] Enter a number 0-31.", "bind [nodeset=/data/t22 | type=date]"},
		[]string{"ref=/data/t18", "nodeset=/data/t10"}},
	{"metadata", `
| survey |
|  | type | name |
|  | start | s |
|  | end | e |
|  | today | d |
|  | deviceid | dev |
|  | imei | im |
|  | username | u |
|  | phonenumber | p |
|  | email | m |
|  | uri:deviceid | ud |
|  | start-geopoint | here |
|  | background-audio | sound |
|  | audit |  |`,
		[]string{"bind [jr:preload=timestamp | jr:preloadParams=start | nodeset=/data/s | type=dateTime]", "bind [jr:preload=timestamp | jr:preloadParams=end | nodeset=/data/e | type=dateTime]",
			"bind [jr:preload=date | jr:preloadParams=today | nodeset=/data/d | type=date]", "jr:preloadParams=deviceid | nodeset=/data/im", "jr:preloadParams=username", "jr:preloadParams=phonenumber", "jr:preloadParams=email",
			"jr:preloadParams=uri:deviceid", "action odk:setgeopoint [event=odk-instance-first-load | ref=/data/here]", "bind [nodeset=/data/here | type=geopoint]",
			"action odk:recordaudio [event=odk-instance-load | ref=/data/sound]", "bind [nodeset=/data/meta/audit | type=binary]"},
		[]string{"/h:body/input", "/h:body/upload"}},
	{"parameters", `
| survey |
|  | type | name | label | parameters | appearance |
|  | text | words | x | rows=4 | |
|  | image | face | x | max-pixels=640, app=com.maker.camera | annotate |
|  | audio | voice | x | quality=voice-only | |
|  | background-audio | back |  | quality=low | |
|  | geopoint | spot | x | capture-accuracy=2.5; warning-accuracy=10 allow-mock-accuracy=true | |
|  | geotrace | way | x | incremental=yes | |
|  | audit | audit |  | location-priority=balanced location-min-interval=60 location-max-age=120 track-changes=true identify-user=true track-changes-reasons=on-form-edit | |`,
		[]string{"/h:body/input [ref=/data/words | rows=4]", "bind [nodeset=/data/face | orx:max-pixels=640 | type=binary]", "/h:body/upload [appearance=annotate | intent=com.maker.camera | mediatype=image/* | ref=/data/face]",
			"bind [nodeset=/data/voice | odk:quality=voice-only | type=binary]", "action odk:recordaudio [event=odk-instance-load | odk:quality=low | ref=/data/back]",
			"/h:body/input [accuracyThreshold=2.5 | ref=/data/spot | unacceptableAccuracyThreshold=10]", "odk:allow-mock-accuracy=true", "/h:body/input [incremental=true | ref=/data/way]",
			"odk:identify-user=true | odk:location-max-age=120 | odk:location-min-interval=60 | odk:location-priority=balanced | odk:track-changes-reasons=on-form-edit | odk:track-changes=true"}, nil},
	{"ranges", `
| survey |
|  | type | name | label | parameters | appearance |
|  | range | r1 | x | | |
|  | range | r2 | x | start=0 end=2.5 step=.5 | vertical |
|  | range | r3 | x | start=10 end=1 tick_interval=3 placeholder=4 | |
|  | range | r4 | x | start=0 end=4 tick_labelset=mood | no-ticks |
| choices |
|  | list_name | name | label |
|  | mood | 0 | bad |
|  | mood | 4 | good |`,
		[]string{"bind [nodeset=/data/r1 | type=int]", "/h:body/range [end=10 | ref=/data/r1 | start=1 | step=1]", "bind [nodeset=/data/r2 | type=decimal]", "/h:body/range [appearance=vertical | end=2.5 | ref=/data/r2 | start=0 | step=.5]",
			"/h:body/range [end=1 | odk:placeholder=4 | odk:tick-interval=3 | ref=/data/r3 | start=10 | step=1]", "/h:body/range/itemset [nodeset=instance('mood')/root/item]"}, nil},
	{"selects", `
| survey |
|  | type | name | label | parameters | choice_filter | appearance |
|  | select_one crop | a | x | | | |
|  | select_multiple crop | b | x | randomize=true | | columns-2 |
|  | select all that apply from crop | c | x | randomize=true seed=7 | | |
|  | rank crop | d | x | randomize=true seed=${s} | | |
|  | hidden | s | | | | |
|  | select one crop | e | x | | region = ${a} | |
| choices |
|  | list name | value | label | region |
|  | crop | rice | 稻 | south |
|  | crop | wheat | 麦 | north |
|  | unused | u | U | |`,
		[]string{"list crop 00001 name rice", "list crop 00001 label 稻", "list crop 00001 region south", "list unused 00001 name u", "/h:body/select1/itemset [nodeset=instance('crop')/root/item]",
			"/h:body/select [appearance=columns-2 | ref=/data/b]", "itemset [nodeset=randomize(instance('crop')/root/item)]", "itemset [nodeset=randomize(instance('crop')/root/item, 7)]",
			"/h:body/odk:rank/itemset [nodeset=randomize(instance('crop')/root/item, /data/s)]", "bind [nodeset=/data/d | type=odk:rank]", "itemset [nodeset=instance('crop')/root/item[region = /data/a ]]"}, nil},
	{"selects from files", `
| survey |
|  | type | name | label | parameters | choice_filter |
|  | select_one_from_file towns.csv | a | x | | |
|  | select_multiple_from_file towns.csv | b | x | value=code, label=Title | |
|  | select_one_from_file sites.xml | c | x | | town = ${a} |
|  | select_one_from_file wells.geojson | d | x | | |
|  | csv-external | prices | | | |
|  | xml-external | rules | | | |
|  | text | q | x | | |
| settings |
|  | instance_name |
|  | pulldata('ignored', 'a', 'b', ${q}) |`,
		[]string{"list [id=towns | src=jr://file-csv/towns.csv]", "list [id=sites | src=jr://file/sites.xml]", "list [id=wells | src=jr://file/wells.geojson]", "list [id=prices | src=jr://file-csv/prices.csv]",
			"list [id=rules | src=jr://file/rules.xml]", "/h:body/select/itemset/value [ref=code]", "/h:body/select/itemset/label [ref=Title]", "/h:body/select1/itemset/value [ref=id]", "/h:body/select1/itemset/label [ref=title]",
			"itemset [nodeset=instance('sites')/root/item[town = /data/a ]]"}, nil},
	{"pulldata and last-saved", `
| survey |
|  | type | name | label | calculation | default | relevant |
|  | text | q | x | | ${last-saved#q} | |
|  | calculate | v | | pulldata('prices', 'price', 'id', ${q}) + pulldata( "other" , 'a', 'b', 1) | | |
|  | text | w | Was ${last-saved#q} | | | ${last-saved#v} > 3 |`,
		[]string{"list [id=prices | src=jr://file-csv/prices.csv]", "list [id=other | src=jr://file-csv/other.csv]", "list [id=__last-saved | src=jr://instance/last-saved]",
			"action setvalue [event=odk-instance-first-load | ref=/data/q | value=instance('__last-saved')/data/q]", "relevant=instance('__last-saved')/data/v > 3", "/label [] Was <instance('__last-saved')/data/q>"}, nil},
	{"external choices", `
| survey |
|  | type | name | label | choice_filter |
|  | select_one state | state | State | |
|  | select_one_external city | city | City | state=${state} |
| choices |
|  | list_name | name | label |
|  | state | n | North |
| external_choices |
|  | list_name | name | label | state |
|  | city | 1a | One "A" | n |`,
		[]string{"/h:body/input [query=instance('city')/root/item[state= /data/state ] | ref=/data/city]", "bind [nodeset=/data/city | type=string]"}, []string{"list [id=city"}},
	{"or_other", `
| survey |
|  | type | name | label |
|  | select_one fuel or_other | heat | Heating |
|  | select_multiple fuel or specify other | cook | Cooking |
| choices |
|  | list_name | name | label::中文 (zh) | label::English (en) |
|  | fuel | coal | 煤 | Coal |`,
		[]string{"/instance/data/heat_other", "bind [nodeset=/data/heat_other | relevant=selected(../heat, 'other') | type=string]", "list fuel 00002 name other", "text 中文 (zh) fuel-1 [] Other", "text English (en) fuel-1 [] Other",
			"/h:body/input/label [] Specify other."}, []string{"list fuel 00003"}},
	{"languages", `
| survey |
|  | type | name | label | label::中文 (zh) | hint::中文 (zh) | guidance_hint | image::中文 (zh) | big-image::中文 (zh) | constraint | constraint_message::中文 (zh) | required | required_message |
|  | text | a | Plain | 普通 | 提示 | For the interviewer | a.png | big.png | . != '' | 不能为空 | yes | Needed ${b} |
|  | text | b | Only plain | | | | | | | | | |
| settings |
|  | default_language |
|  | English (en) |`,
		[]string{"language [default=true() | lang=English (en)]", "language [lang=中文 (zh)]", "text English (en) /data/a:label [] Plain", "text 中文 (zh) /data/a:label [] 普通", "text 中文 (zh) /data/a:hint [] 提示",
			"text English (en) /data/a:hint [] -", "text English (en) /data/a:hint [form=guidance] For the interviewer", "text 中文 (zh) /data/a:hint [form=guidance] -", "text 中文 (zh) /data/a:label [form=image] jr://images/a.png",
			"text 中文 (zh) /data/a:label [form=big-image] jr://images/big.png", "jr:constraintMsg=jr:itext('/data/a:jr:constraintMsg')", "jr:requiredMsg=jr:itext('/data/a:jr:requiredMsg')", "text English (en) /data/a:jr:requiredMsg [] Needed </data/b>",
			"required=true()", "/h:body/input/label [] Only plain"},
		[]string{"text English (en) /data/a:label [form=image]"}},
	{"languages with one colon", `
| survey |
|  | type | name | label:en | label:zh | bind:relevant | media:audio:en |
|  | text | a | A | 甲 | true() | a.mp3 |`,
		[]string{"text en /data/a:label [] A", "text zh /data/a:label [] 甲", "relevant=true()", "text en /data/a:label [form=audio] jr://audio/a.mp3"}, nil},
	{"media without a label", `
| survey |
|  | type | name | label | video |
|  | note | a | | how.mp4 |`,
		[]string{"text default /data/a:label [form=video] jr://video/how.mp4", "/h:body/input/label [ref=jr:itext('/data/a:label')]"}, nil},
	{"media of choices", `
| survey |
|  | type | name | label |
|  | select_one face | a | Which? |
| choices |
|  | list_name | name | label | image | audio::en |
|  | face | 1 | Happy | happy.png | happy.mp3 |
|  | face | 2 | Sad | | |`,
		[]string{"text default face-0 [] Happy", "text default face-0 [form=image] jr://images/happy.png", "text en face-0 [form=audio] jr://audio/happy.mp3", "text en face-1 [] -", "list face 00002 itextId face-1", "itemset/label [ref=jr:itext(itextId)]"},
		[]string{"list face 00001 label"}},
}

func TestItemsetsFile(t *testing.T) {
	for _, c := range cases {
		if c.name != "external choices" {
			continue
		}
		r, err := convertText(t, c.md)
		require.NoError(t, err)
		require.Len(t, r.Files, 1)
		require.Equal(t, "itemsets.csv", r.Files[0].Name)
		require.Equal(t, "\"list_name\",\"name\",\"label\",\"state\"\r\n\"city\",\"1a\",\"One \"\"A\"\"\",\"n\"\r\n", string(r.Files[0].Bytes))
	}
}

func ExampleConvertTables() {
	sheets, _ := xlsform.ParseMarkdown(`
| survey |
|        | type   | name | label |
|        | intger | age  | Age   |
|        | text   | 1a   | Name  |`)
	r, err := xlsform.ConvertTables(sheets, xlsform.Options{Name: "visit"})
	fmt.Println(r.XML == nil, err != nil)
	for _, f := range r.Faults {
		fmt.Println(f)
	}
	// Output:
	// true true
	// survey row 2, type: unknown question type 'intger' (did you mean integer?)
	// survey row 3, name: the name '1a' is invalid: names begin with a letter or underscore; after that letters, digits, underscores, hyphens and periods (for example _1a)
}
