package wire_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/sync/crdt"
	"ruhu/sync/wire"
)

var update = flag.Bool("update", false, "write the vector files anew")

// vector is one line and what every decoder, in whatever language, must say of it. Lines that are no UTF-8 stand in
// base64. The file is shared with the TypeScript decoder.
type vector struct {
	Name   string `json:"name"`
	Line   string `json:"line,omitempty"`
	Base64 string `json:"base64,omitempty"`
	Code   string `json:"code,omitempty"`   // why it is refused; absent = accepted
	ID     string `json:"id,omitempty"`     // of the bytes
	Encode string `json:"encode,omitempty"` // what a canonical author would have sent, where accepted
}

const head = `"v":1,"device":"dv_7k2m","seq":41,"epoch":"ep_5c","at":1795420800123,"nonce":"q83vEjRWeJCrze8SNFZ4kA","record":"0192f0c4-0000-7000-8000-000000000001","form":"hh_sentiment","version":"2026112301","grid":"990101001201003"`

// with returns a line with the usual members and what is given; without leaves a member out.
func with(rest string) string { return "{" + head + rest + "}" }

func without(key, rest string) string {
	members := strings.Split(head, ",")
	var kept []string
	for _, m := range members {
		if !strings.HasPrefix(m, `"`+key+`":`) {
			kept = append(kept, m)
		}
	}
	return "{" + strings.Join(kept, ",") + rest + "}"
}

func swap(key, value string) string {
	line := without(key, `,"set":{"q1":"2"}`)
	return `{"` + key + `":` + value + "," + line[1:]
}

const one = `,"set":{"q1":"2"}`

func vectors() []vector {
	many := func(n int, f string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, f, i)
		}
		return b.String()
	}
	ok := func(name, line string) vector { return vector{Name: name, Line: line} }
	no := func(code errs.Code, name, line string) vector {
		return vector{Name: name, Line: line, Code: string(code)}
	}
	list := []vector{
		ok("the design's example", with(`,"ctx":{"dv_7k2m":39,"dv_of19":7},"set":{"q1":"2","members[r7f3]/age":"34","@status":"submitted"},"add":["members[r9aa]"],"del":["members[r1b0]"]`)),
		ok("spaces between tokens", `{ "set" : { "q1" : "2" } , `+head+" }\t\r"),
		ok("keys in any order", `{"set":{"b":"1","a":null},`+head+`}`),
		ok("every escape", with(`,"set":{"q1":"\"\\\/\b\f\n\r\t\u4e2d\ud83d\ude00"}`)+"")}
	list[3].Code, list[3].Name = string(errs.Malformed), "control characters XML cannot carry, escaped"
	list = append(list,
		ok("escapes that may be", with(`,"set":{"q1":"\"\\\/\n\r\t\u4e2d\ud83d\ude00\u2028"}`)),
		ok("escaped key", with(`,"set":{"\u0071\u0031":"2"}`)),
		ok("text of any script in paths", with(`,"set":{"家庭/人数":"4","成员[r1]/年龄":"3"}`)),
		ok("empty answers and cleared ones", with(`,"set":{"q1":"","q2":null}`)),
		ok("only a row added", with(`,"add":["a[r1]"]`)),
		ok("only a row deleted", with(`,"del":["a[r1]"]`)),
		ok("a row written next to one deleted", with(`,"set":{"a[r2]/x":"1"},"del":["a[r1]"]`)),
		ok("nested rows", with(`,"add":["a[r1]/b[r2]"],"set":{"a[r1]/b[r2]/c[r3]/x":"1"}`)),
		ok("a device of the registry", swap("device", `"rg_7k2m"`)),
		ok("a clock far in the past", swap("at", "-62135596800000")),
		ok("an empty version", swap("version", `""`)),
		ok("the greatest seq", swap("seq", "9007199254740991")),
		ok("500 writes", with(`,"set":{`+many(500, `"q%d":"1"`)+`}`)),
		ok("a value of 16 KiB", with(`,"set":{"q":"`+strings.Repeat("x", 16<<10)+`"}`)),
		ok("comments", with(`,"set":{"@comments[c1]/text":"once more please","@comments[c1]/path":"q1"}`)),

		no(errs.Malformed, "nothing", "{}"),
		no(errs.Malformed, "no object", "[]"),
		no(errs.Malformed, "a word", "hello"),
		no(errs.Malformed, "cut in the middle", with(one)[:200]),
		no(errs.Malformed, "two values", with(one)+"{}"),
		no(errs.Malformed, "a comma too many", with(one+",")),
		no(errs.Malformed, "a comment", with(one)+"//x"),
		no(errs.Malformed, "single quotes", strings.ReplaceAll(with(one), `"`, "'")),
		no(errs.Malformed, "NaN", swap("at", "NaN")),
		no(errs.Malformed, "a leading zero", swap("seq", "041")),
		no(errs.Malformed, "a plus sign", swap("seq", "+41")),
		no(errs.Malformed, "a number as text", swap("seq", `"41"`)),
		no(errs.Malformed, "text as a number", swap("record", "7")),
		no(errs.Malformed, "seq 0", swap("seq", "0")),
		no(errs.Malformed, "a negative seq", swap("seq", "-1")),
		no(errs.Malformed, "another protocol", swap("v", "2")),
		no(errs.Malformed, "unknown key", with(one+`,"extra":1`)),
		no(errs.Malformed, "empty device", swap("device", `""`)),
		no(errs.Malformed, "a colon in a device", swap("device", `"dv:1"`)),
		no(errs.Malformed, "a nonce that can be guessed", swap("nonce", `"1"`)),
		no(errs.Malformed, "a slash in a record", swap("record", `"../x"`)),
		no(errs.Malformed, "a grid of letters", swap("grid", `"abc"`)),
		no(errs.Malformed, "no form", swap("form", `""`)),
		no(errs.Malformed, "writes nothing", "{"+head+"}"),
		no(errs.Malformed, "a set that saw itself", with(`,"ctx":{"dv_7k2m":41}`+one)),
		no(errs.Malformed, "a set that saw its future", with(`,"ctx":{"dv_7k2m":50}`+one)),
		no(errs.Malformed, "a context with seq 0", with(`,"ctx":{"dv_a":0}`+one)),
		no(errs.Malformed, "a value that is a number", with(`,"set":{"q1":2}`)),
		no(errs.Malformed, "a value that is true", with(`,"set":{"q1":true}`)),
		no(errs.Malformed, "a value that is a list", with(`,"set":{"q1":["2"]}`)),
		no(errs.Malformed, "a value for a row", with(`,"set":{"a[r1]":"2"}`)),
		no(errs.Malformed, "a question added", with(`,"add":["q1"]`)),
		no(errs.Malformed, "a row deleted and written", with(`,"set":{"a[r1]/x":"1"},"del":["a[r1]"]`)),
		no(errs.Malformed, "a row deleted and written far below", with(`,"set":{"a[r1]/b[r2]/x":"1"},"del":["a[r1]"]`)),
		no(errs.Malformed, "a row deleted and added", with(`,"add":["a[r1]"],"del":["a[r1]"]`)),
		no(errs.Malformed, "a row added in a deleted one", with(`,"add":["a[r1]/b[r2]"],"del":["a[r1]"]`)),
		no(errs.Malformed, "a raw newline in a value", with(",\"set\":{\"q1\":\"a\nb\"}")),
		no(errs.Malformed, "a zero byte in a value", with(`,"set":{"q1":"\u0000"}`)),
		no(errs.Malformed, "a noncharacter in a value", with(`,"set":{"q1":"\uffff"}`)),
		no(errs.Malformed, "an escape that is none", with(`,"set":{"q1":"\x41"}`)),
		no(errs.Malformed, "half an escape", with(`,"set":{"q1":"\u00"}`)),
		no(errs.DuplicateKey, "a key twice", with(one+`,"seq":41`)),
		no(errs.DuplicateKey, "set twice", with(one+one)),
		no(errs.DuplicateKey, "a key in another case", with(one+`,"SEQ":42`)),
		no(errs.DuplicateKey, "only in another case", strings.Replace(with(one), `"device"`, `"Device"`, 1)),
		no(errs.DuplicateKey, "a path twice", with(`,"set":{"q1":"1","q1":"2"}`)),
		no(errs.DuplicateKey, "a path twice, once escaped", with(`,"set":{"q1":"1","\u00711":"2"}`)),
		no(errs.DuplicateKey, "paths that differ in case", with(`,"set":{"q1":"1","Q1":"2"}`)),
		no(errs.DuplicateKey, "a device twice", with(`,"ctx":{"dv_a":1,"dv_a":2}`+one)),
		no(errs.DuplicateKey, "devices that differ in case", with(`,"ctx":{"dv_a":1,"DV_a":2}`+one)),
		no(errs.DuplicateKey, "a row twice", with(`,"add":["a[r1]","a[r1]"]`)),
		no(errs.BadUTF8, "a lone high surrogate", with(`,"set":{"q1":"\ud83d"}`)),
		no(errs.BadUTF8, "a lone low surrogate", with(`,"set":{"q1":"\ude00"}`)),
		no(errs.BadUTF8, "surrogates the wrong way round", with(`,"set":{"q1":"\ude00\ud83d"}`)),
		no(errs.BadUTF8, "a high surrogate before another escape", with(`,"set":{"q1":"\ud83d\u0041"}`)),
		no(errs.UnsafeNumber, "a seq past 2^53", swap("seq", "9007199254740992")),
		no(errs.UnsafeNumber, "a number of 40 digits", swap("at", "1234567890123456789012345678901234567890")),
		no(errs.UnsafeNumber, "a fraction", swap("seq", "41.0")),
		no(errs.UnsafeNumber, "an exponent", swap("seq", "41e0")),
		no(errs.UnsafeNumber, "minus zero", swap("at", "-0")),
		no(errs.UnsafeNumber, "an unsafe context", with(`,"ctx":{"dv_a":9007199254740993}`+one)),
		no(errs.TooDeep, "deep lists", with(`,"set":{"q1":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`)),
		no(errs.TooDeep, "a thousand open lists", strings.Repeat("[", 1000)),
		no(errs.Limit, "501 writes", with(`,"set":{`+many(501, `"q%d":"1"`)+`}`)),
		no(errs.Limit, "501 writes of all kinds", with(`,"set":{`+many(499, `"q%d":"1"`)+`},"add":["a[r1]"],"del":["a[r2]"]`)),
		no(errs.Limit, "a context of 501 devices", with(`,"ctx":{`+many(501, `"dv_%d":1`)+`}`+one)),
		no(errs.Limit, "a value over 16 KiB", with(`,"set":{"q":"`+strings.Repeat("x", 16<<10+1)+`"}`)),
		no(errs.Limit, "a path over 512 bytes", with(`,"set":{"`+strings.Repeat("x", 513)+`":"1"}`)),
		no(errs.Limit, "nine rows deep", with(`,"set":{"`+strings.Repeat("a[r]/", 9)+`x":"1"}`)),
		no(errs.Limit, "33 segments", with(`,"set":{"`+strings.Repeat("a/", 32)+`x":"1"}`)),
		no(errs.Limit, "a long record id", swap("record", `"`+strings.Repeat("r", 129)+`"`)),
		vector{Name: "bytes that are no UTF-8", Base64: base64.StdEncoding.EncodeToString([]byte(with(",\"set\":{\"q1\":\"\xff\"}"))), Code: string(errs.BadUTF8)},
		vector{Name: "a surrogate in UTF-8", Base64: base64.StdEncoding.EncodeToString([]byte(with(",\"set\":{\"q1\":\"\xed\xa0\x80\"}"))), Code: string(errs.BadUTF8)},
		vector{Name: "an overlong slash", Base64: base64.StdEncoding.EncodeToString([]byte(with(",\"set\":{\"a\xc0\xafb\":\"1\"}"))), Code: string(errs.BadUTF8)},
	)
	for _, key := range []string{"v", "device", "seq", "epoch", "at", "nonce", "record", "form", "version", "grid"} {
		list = append(list, no(errs.Malformed, "without "+key, without(key, one)))
	}
	for _, p := range []string{"", "/", "a/", "/a", "a//b", "a[]/b", "a[r1", "a]/b", "a[r1]b", "a[r1][r2]/b", "a[r 1]/b", "a b", "a.b[r]/", "1a", "-a", "a@b", "@", "a:b", "a[r/1]/b", `a\\b`, "a*", "../a"} {
		list = append(list, no(errs.Malformed, "path "+p, with(`,"set":{"`+p+`":"1"}`)))
	}
	for _, p := range []string{"a", "_a", "a-b.c", "a/b/c", "@status", "@comments[id]/text", "a[0192f0c4-0000-7000-8000-000000000001]/b", "a[uuid:1]/b", "été", "a1/b2[r]/c3"} {
		list = append(list, ok("path "+p, with(`,"set":{"`+p+`":"1"}`)))
	}
	return list
}

func (v vector) bytes() []byte {
	if v.Base64 != "" {
		b, _ := base64.StdEncoding.DecodeString(v.Base64)
		return b
	}
	return []byte(v.Line)
}

const vectorFile = "testdata/vectors.json"

func TestEveryDecoderSaysTheSameOfTheSharedLines(t *testing.T) {
	if *update {
		list := vectors()
		for i := range list {
			list[i].ID = crdt.IDOf(list[i].bytes()).String()
			if c, err := wire.Decode(list[i].bytes()); err == nil {
				list[i].Encode = string(c.Encode())
			}
		}
		b, err := json.MarshalIndent(list, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vectorFile, append(b, '\n'), 0o644))
	}
	b, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	var list []vector
	require.NoError(t, json.Unmarshal(b, &list))
	require.Len(t, list, len(vectors()), "the file is older than the test: run with -update")
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) {
			c, err := wire.Decode(v.bytes())
			require.Equal(t, v.ID, crdt.IDOf(v.bytes()).String())
			require.Equal(t, errs.Code(v.Code), errs.CodeOf(err), "%v", err)
			if err != nil {
				return
			}
			require.Equal(t, v.Encode, string(c.Encode()))
			again, err := wire.Decode(c.Encode())
			require.NoError(t, err)
			require.Equal(t, c.Encode(), again.Encode())
		})
	}
}
