package spec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/spec"
)

const contract = `
paths:
  /v1/things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, maxLength: 5}}]
    get:
      operationId: getThing
      x-ruhu-action: things.read things.list
      x-ruhu-area: query:street
      parameters: [{name: street, in: query, required: true, schema: {type: string, pattern: "^[0-9]{9}$"}}]
  /v1/things:import:
    post:
      operationId: importThings
      x-ruhu-action: public
      x-ruhu-area: none
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, minLength: 1, maxLength: 3}
                kind: {type: string, enum: [a, b]}
                n: {type: [integer, "null"], minimum: 1}
                list: {type: array, maxItems: 2, items: {$ref: "#/components/schemas/T"}}
                more: {type: object, additionalProperties: {type: [string, "null"]}}
components:
  schemas:
    T: {type: boolean}
`

func TestParse(t *testing.T) {
	s, err := spec.Parse([]byte(contract))
	require.NoError(t, err)
	require.Len(t, s.Operations, 2)
	get, ok := s.Route("GET", "/v1/things/:id")
	require.True(t, ok)
	require.Equal(t, []string{"things.read", "things.list"}, get.Actions)
	require.Equal(t, spec.Area{Kind: spec.AreaQuery, Name: "street"}, get.Area)
	require.Empty(t, get.Params[0].Schema.CheckText("id", "12345"))
	require.NotEmpty(t, get.Params[0].Schema.CheckText("id", "123456"))
	post, ok := s.Route("POST", `/v1/things\:import`)
	require.True(t, ok)
	require.Empty(t, post.Actions, "public")
	_, ok = s.Route("PUT", "/v1/things/:id")
	require.False(t, ok)

	check := func(body string) (paths []string) {
		v, err := spec.DecodeStrict([]byte(body))
		require.NoError(t, err)
		for _, f := range post.Body.Check(v) {
			paths = append(paths, f.Path)
		}
		return paths
	}
	require.Empty(t, check(`{"name":"中文字","kind":"b","n":null,"list":[true],"more":{"q1":null,"q2":"x"}}`))
	require.Equal(t, []string{"name"}, check(`{}`))
	require.Equal(t, []string{"name", "x"}, check(`{"name":"","x":1}`))
	require.Equal(t, []string{"name", "kind", "n", "list", "more.q"}, check(`{"name":"1234","kind":"c","n":0,"list":[true,true,true],"more":{"q":1}}`))
	require.Equal(t, []string{"n", "list[1]"}, check(`{"name":"a","n":1.5,"list":[true,"x"]}`))
	require.Equal(t, []string{""}, check(`[]`))
}

func TestParseRefusesOpenEnds(t *testing.T) {
	for name, doc := range map[string]string{
		"no action":              "paths: {/a: {get: {operationId: a, x-ruhu-area: none}}}",
		"no area":                "paths: {/a: {get: {operationId: a, x-ruhu-action: b}}}",
		"an unknown area":        "paths: {/a: {get: {operationId: a, x-ruhu-action: b, x-ruhu-area: everywhere}}}",
		"an area with no param":  "paths: {/a: {get: {operationId: a, x-ruhu-action: b, x-ruhu-area: 'path:code'}}}",
		"an operation twice":     "paths: {/a: {get: {operationId: a, x-ruhu-action: b, x-ruhu-area: none}}, /b: {get: {operationId: a, x-ruhu-action: b, x-ruhu-area: none}}}",
		"a reference to nothing": "paths: {/a: {get: {operationId: a, x-ruhu-action: b, x-ruhu-area: none, parameters: [{$ref: '#/components/parameters/X'}]}}}",
	} {
		_, err := spec.Parse([]byte(doc))
		require.Error(t, err, name)
	}
}
