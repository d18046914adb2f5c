package survey_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/survey"
)

func anyArea(string) bool { return true }

func TestShapesAreBounded(t *testing.T) {
	ring := strings.Repeat("[113.1,34.1],[113.2,34.2],", limits.ShapePoints/2)
	_, err := survey.ParseShapes(strings.NewReader(fmt.Sprintf(`{"type":"FeatureCollection","features":[{"properties":{"code":"990101001"},"geometry":{"type":"Polygon","coordinates":[[[113,34],%s[113,34]]]}}]}`, ring)), "", anyArea)
	require.Equal(t, errs.TooLarge, errs.CodeOf(err))
	_, err = survey.ParseShapes(strings.NewReader(`{"type":"FeatureCollection","features":[`+strings.Repeat(`{},`, limits.ShapeFeatures)+`{}]}`), "", anyArea)
	require.Equal(t, errs.TooLarge, errs.CodeOf(err))
	_, err = survey.ParseShapes(strings.NewReader(strings.Repeat(" ", limits.BodyBytes+1)), "", anyArea)
	require.Equal(t, errs.TooLarge, errs.CodeOf(err))
}

// FuzzParseShapes feeds bytes that are no GeoJSON: an answer or a code comes back, and every shape taken is a geometry again.
func FuzzParseShapes(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101001"},"geometry":{"type":"Polygon","coordinates":[[[113,34],[113.1,34],[113.1,34.1],[113,34]]]}}]}`))
	f.Add([]byte(`{"features":[{"properties":{"code":990101001},"geometry":{"type":"MultiPolygon","coordinates":[[[[1e400,2]]]]}}],"type":"FeatureCollection"}`))
	f.Add([]byte(`{"type":1,"features":null}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		list, err := survey.ParseShapes(bytes.NewReader(src), "990101", anyArea)
		if err != nil {
			require.NotEqual(t, errs.Internal, errs.CodeOf(err))
			require.Nil(t, list)
			return
		}
		for _, s := range list {
			require.True(t, survey.Within("990101", s.Code))
			var g struct {
				Type        string
				Coordinates [][][][2]float64
			}
			require.NoError(t, json.Unmarshal(s.Geometry, &g))
			require.Equal(t, "MultiPolygon", g.Type)
			for _, polygon := range g.Coordinates {
				for _, ring := range polygon {
					require.GreaterOrEqual(t, len(ring), 4)
					require.Equal(t, ring[0], ring[len(ring)-1])
				}
			}
		}
	})
}
