package spec_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/server/spec"
)

func TestDecodeStrictRefusesWhatOthersRepair(t *testing.T) {
	for name, body := range map[string]string{
		"a key twice":              `{"street":"1","street":"2"}`,
		"a key in another case":    `{"street":"1","STREET":"2"}`,
		"bad UTF-8":                "{\"a\":\"\xff\"}",
		"a lone surrogate":         `{"a":"\ud800"}`,
		"a low surrogate alone":    `{"a":"\udc00x"}`,
		"a high one with no low":   `{"a":"\ud800\u0041"}`,
		"past 2^53":                `{"a":9007199254740993}`,
		"a number out of range":    `{"a":1e999}`,
		"NaN":                      `{"a":NaN}`,
		"two values":               `{} {}`,
		"nothing":                  ``,
		"half":                     `{"a":`,
		"a trailing comma":         `{"a":1,}`,
		"too deep":                 strings.Repeat("[", 40) + strings.Repeat("]", 40),
		"a comment":                `{"a":1/**/}`,
		"an escaped duplicate key": `{"a":1,"\u0061":2}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := spec.DecodeStrict([]byte(body))
			require.Equal(t, errs.BadRequest, errs.CodeOf(err))
		})
	}
}

func TestDecodeStrictKeepsWhatIsRight(t *testing.T) {
	v, err := spec.DecodeStrict([]byte(` {"b":[1,2.5,"\ud83d\ude00","\\ud800",null,true],"a":{}} `))
	require.NoError(t, err)
	require.Equal(t, spec.Object{
		{Name: "b", Value: []any{spec.Number{Value: 1, Integer: true}, spec.Number{Value: 2.5}, "😀", `\ud800`, nil, true}},
		{Name: "a", Value: spec.Object{}},
	}, v)
}

func FuzzDecodeStrict(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\ud83d\ude00"]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := spec.DecodeStrict(b); err != nil {
			require.Nil(t, v)
		}
	})
}
