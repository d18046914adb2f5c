package xlsform

import "sync"

// kindOf says how a question type appears in an XForm.
type kindOf struct {
	tag   string // the control's element; "" = no control
	media string // upload: what may be chosen
	bind  [][2]string
	hint  string
}

// The names of question types that rules speak of.
const (
	typeSelectOne      = "select one"
	typeSelectMultiple = "select all that apply"
	typeSelectExternal = "select one external"
	typeRank           = "rank"
)

// questionTypes returns all types that a row may have, in the spelling pyxform knows.
var questionTypes = sync.OnceValue(func() map[string]kindOf {
	m := map[string]kindOf{}
	add := func(k kindOf, names ...string) {
		for _, n := range names {
			m[n] = k
		}
	}
	input := func(kind string, names ...string) {
		add(kindOf{tag: "input", bind: [][2]string{{"type", kind}}}, names...)
	}
	upload := func(media string, names ...string) {
		add(kindOf{tag: "upload", media: media, bind: [][2]string{{"type", "binary"}}}, names...)
	}
	preload := func(how, kind, params string, names ...string) {
		add(kindOf{bind: [][2]string{{"jr:preload", how}, {"type", kind}, {"jr:preloadParams", params}}}, names...)
	}
	ranged := func(most, name string) {
		add(kindOf{tag: "input", bind: [][2]string{{"type", "int"}, {"constraint", "0 <= . and . <= " + most}}, hint: "Enter a number 0-" + most + "."}, name)
	}
	input("string", "text", "string", "q string", "add text prompt")
	input("int", "integer", "int", "q int", "add integer prompt")
	input("decimal", "decimal", "q decimal", "add decimal prompt")
	input("date", "date", "q date", "add date prompt")
	input("time", "time")
	input("dateTime", "dateTime", "datetime", "date time", "q dateTime", "q date time", "add dateTime prompt", "add date time prompt")
	input("geopoint", "geopoint", "gps", "location", "q geopoint", "q location", "add location prompt")
	input("geotrace", "geotrace", "q geotrace")
	input("geoshape", "geoshape", "q geoshape")
	input("barcode", "barcode", "q barcode", "add barcode prompt")
	input("string", typeSelectExternal)
	add(kindOf{tag: "input", bind: [][2]string{{"readonly", "true()"}, {"type", "string"}}}, "note", "q note", "add note prompt")
	add(kindOf{tag: "input", bind: [][2]string{{"type", "int"}, {"constraint", "0 <= . and . <= 100"}}}, "percentage")
	add(kindOf{tag: "input", bind: [][2]string{{"type", "string"}, {"constraint", `regex(., '^\d*$')`}}, hint: "Enter numbers only."}, "phone number")
	ranged("31", "number of days in last month")
	ranged("183", "number of days in last six months")
	ranged("365", "number of days in last year")
	upload("image/*", "photo", "image", "q picture", "q image", "add image prompt")
	upload("audio/*", "audio", "q audio", "add audio prompt")
	upload("video/*", "video", "q video", "add video prompt")
	upload("application/*", "file", "add file prompt")
	upload("osm/*", osm)
	add(kindOf{tag: "select1", bind: [][2]string{{"type", "string"}}}, typeSelectOne, "select one using", "q select1", "add select one prompt using")
	add(kindOf{tag: "select", bind: [][2]string{{"type", "string"}}}, typeSelectMultiple, "select all that apply from", "select multiple from", "select multiple using", "q select", "add select multiple prompt using")
	add(kindOf{tag: "odk:rank", bind: [][2]string{{"type", "odk:rank"}}}, typeRank)
	add(kindOf{tag: "range", bind: [][2]string{{"type", "int"}}}, "range")
	add(kindOf{tag: "trigger", bind: [][2]string{{"type", "string"}}}, "acknowledge", "q acknowledge", "add acknowledge prompt")
	add(kindOf{tag: "trigger"}, "trigger")
	add(kindOf{bind: [][2]string{{"type", "string"}}}, "calculate", "q calculate", "add calculate prompt", "hidden")
	add(kindOf{bind: [][2]string{{"type", "binary"}}}, "audit", "background-audio")
	add(kindOf{bind: [][2]string{{"type", "geopoint"}}}, "start-geopoint")
	add(kindOf{tag: "trigger", bind: [][2]string{{"type", "geopoint"}}}, "background-geopoint")
	preload("timestamp", "dateTime", "start", "start", "start time", "get start time")
	preload("timestamp", "dateTime", "end", "end", "end time", "get end time")
	preload("date", "date", "today", "today", "get today")
	preload("property", "string", "deviceid", "deviceid", "imei", "device id", "get device id")
	preload("property", "string", "subscriberid", "subscriberid", "subscriber id", "get subscriber id")
	preload("property", "string", "simserial", "simserial", "sim id", "get sim id")
	preload("property", "string", "phonenumber", "phonenumber", "get phone number")
	preload("property", "string", "username", "username")
	preload("property", "string", "email", "email")
	for _, p := range []string{"subscriberid", "phonenumber", "simserial", "deviceid", "username", "email"} {
		preload("property", "string", "uri:"+p, "uri:"+p)
	}
	return m
})

// typeAliases are other names of types that rows treat specially.
var typeAliases = map[string]string{
	"imei": "deviceid", "image": "photo", "add image prompt": "photo", "add photo prompt": "photo",
	"add audio prompt": "audio", "add video prompt": "video", "add file prompt": "file",
}

// selectCommands are the ways to begin the type of a select, in the order they are tried.
var selectCommands = []struct {
	command, kind string
	file          bool
}{
	{"add select one prompt using", typeSelectOne, false},
	{"add select multiple prompt using", typeSelectMultiple, false},
	{"select all that apply from", typeSelectMultiple, false},
	{"select one from", typeSelectOne, false},
	{"select1", typeSelectOne, false},
	{"select_one", typeSelectOne, false},
	{"select one", typeSelectOne, false},
	{"select_multiple", typeSelectMultiple, false},
	{"select all that apply", typeSelectMultiple, false},
	{"select_one_external", typeSelectExternal, false},
	{"select_one_from_file", typeSelectOne, true},
	{"select_multiple_from_file", typeSelectMultiple, true},
	{"select one from file", typeSelectOne, true},
	{"select multiple from file", typeSelectMultiple, true},
	{"rank", typeRank, false},
}

// isSelectCommand reports whether a type is the beginning of a select's and nothing more.
func isSelectCommand(typ string) bool {
	for _, s := range selectCommands {
		if s.command == typ {
			return true
		}
	}
	return false
}

// authorTypes are the types people write today: what a misspelling is compared with.
var authorTypes = []string{
	"text", "integer", "decimal", "date", "time", "dateTime", "note", "calculate", "hidden", "acknowledge", "trigger", "barcode",
	"geopoint", "geotrace", "geoshape", "image", "audio", "video", "file", "range", "rank", "start", "end", "today", "deviceid",
	"username", "phonenumber", "email", "audit", "start-geopoint", "background-audio", "background-geopoint", "csv-external", "xml-external",
	"select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "select_one_external",
	"begin_group", "end_group", "begin_repeat", "end_repeat", "begin_loop", "end_loop", "percentage",
}
