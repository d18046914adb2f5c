package survey

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Shape is the outline of an area: a GeoJSON geometry, Polygon or MultiPolygon, in longitude and latitude.
type Shape struct {
	Code     string
	Geometry []byte // compact JSON
}

// ParseShapes reads a GeoJSON FeatureCollection whose features carry their area's code as the property "code". All faults at
// once, code import-faults, each with the number of its feature as the line; then nothing is returned.
func ParseShapes(r io.Reader, scope string, known func(code string) bool) ([]Shape, error) {
	const op = "load shapes"
	p := shapeParser{scope: scope, known: known, first: map[string]int{}}
	src, err := io.ReadAll(io.LimitReader(r, limits.BodyBytes+1))
	switch {
	case err != nil:
		return nil, errs.Wrap(op, err)
	case len(src) > limits.BodyBytes:
		return nil, errs.New(errs.TooLarge, op, "more than %d bytes", limits.BodyBytes)
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if err := p.collection(json.NewDecoder(bytes.NewReader(src))); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if len(p.list) == 0 && len(p.faults.List) == 0 {
		p.faults.add(0, 0, "features", "文件里没有图形。", "the file has no features")
	}
	if err := p.faults.err(errs.ImportFaults, op); err != nil {
		return nil, err
	}
	return p.list, nil
}

type shapeParser struct {
	scope  string
	known  func(code string) bool
	first  map[string]int // code -> feature
	points int
	list   []Shape
	faults Faults
}

// rawFeature is one feature before it is looked at.
type rawFeature struct {
	Type       string `json:"type"`
	Properties struct {
		Code any `json:"code"`
	} `json:"properties"`
	Geometry *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

func notGeoJSON(err error) error {
	if err == nil {
		err = errors.New("no FeatureCollection")
	}
	var coded *errs.Error
	if errors.As(err, &coded) {
		return err
	}
	return errs.WrapCode(errs.UnsupportedMedia, "read GeoJSON", err)
}

// collection walks the file feature by feature.
func (p *shapeParser) collection(d *json.Decoder) error {
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return notGeoJSON(err)
	}
	kind, walked := "", false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return notGeoJSON(err)
		}
		switch name {
		case "type":
			err = d.Decode(&kind)
		case "features":
			if walked {
				return notGeoJSON(errors.New("features stand twice"))
			}
			walked = true
			err = p.features(d)
		case "crs":
			var crs json.RawMessage
			if err = d.Decode(&crs); err == nil && !lonLat(crs) {
				p.faults.add(0, 0, "crs", "坐标系须为 WGS 84 经纬度（CRS84）。", "coordinates are longitude and latitude in WGS 84 (CRS84)")
			}
		default:
			var other json.RawMessage
			err = d.Decode(&other)
		}
		if err != nil {
			return notGeoJSON(err)
		}
	}
	if _, err := d.Token(); err != nil {
		return notGeoJSON(err)
	}
	if kind != "FeatureCollection" || !walked {
		return notGeoJSON(nil)
	}
	return nil
}

// lonLat reports whether the old way of naming a coordinate system names the only one that GeoJSON has.
func lonLat(crs json.RawMessage) bool {
	return bytes.Equal(crs, []byte("null")) || bytes.Contains(crs, []byte("CRS84")) || bytes.Contains(crs, []byte("4326"))
}

func (p *shapeParser) features(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return notGeoJSON(err)
	}
	for n := 1; d.More(); n++ {
		if n > limits.ShapeFeatures {
			return errs.New(errs.TooLarge, "read GeoJSON", "more than %d features", limits.ShapeFeatures)
		}
		var f rawFeature
		if err := d.Decode(&f); err != nil {
			var wrong *json.UnmarshalTypeError
			if !errors.As(err, &wrong) {
				return notGeoJSON(err)
			}
			p.faults.add(n, 0, wrong.Field, "这一项的结构不对。", "this member has another structure than GeoJSON gives it")
			continue
		}
		if err := p.feature(n, &f); err != nil {
			return err
		}
	}
	_, err := d.Token()
	if err != nil {
		return notGeoJSON(err)
	}
	return nil
}

func (p *shapeParser) feature(n int, f *rawFeature) error {
	code := ""
	switch c := f.Properties.Code.(type) {
	case string:
		code = c
	case float64:
		code = strconv.FormatFloat(c, 'f', -1, 64)
	case json.Number:
		code = c.String()
	}
	switch {
	case KindOf(code) == "":
		p.faults.add(n, 0, "code", "属性 code 须为 6、9、12 或 15 位区划代码。", "the property code is an area code of 6, 9, 12 or 15 digits")
	case !Within(p.scope, code):
		p.faults.add(n, 0, "code", "不在您负责的区域。", "the area is not yours")
	case p.first[code] > 0:
		p.faults.add(n, 0, "code", "与第 "+itoa(p.first[code])+" 个图形的代码相同。", "the same code as feature "+itoa(p.first[code]))
	case !p.known(code):
		p.faults.add(n, 0, "code", "没有这个区域，请先导入区域。", "there is no such area; import it first")
	}
	p.first[code] = n
	if f.Geometry == nil {
		p.faults.add(n, 0, "geometry", "没有图形。", "the feature has no geometry")
		return nil
	}
	var polygons [][][][]float64
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		var one [][][]float64
		err = json.Unmarshal(f.Geometry.Coordinates, &one)
		polygons = [][][][]float64{one}
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		p.faults.add(n, 0, "geometry", "图形须为面（Polygon 或 MultiPolygon）。", "the geometry is a Polygon or a MultiPolygon")
		return nil
	}
	if err != nil {
		p.faults.add(n, 0, "geometry", "坐标不是数字。", "coordinates are not numbers")
		return nil
	}
	out, ok := p.outline(n, polygons)
	if p.points > limits.ShapePoints {
		return errs.New(errs.TooLarge, "read GeoJSON", "more than %d points", limits.ShapePoints)
	}
	if ok {
		p.list = append(p.list, Shape{code, out})
	}
	return nil
}

// outline checks rings and writes them with six decimals, leaving out points that thereby fall together.
func (p *shapeParser) outline(n int, polygons [][][][]float64) ([]byte, bool) {
	fault := func(zh, en string) ([]byte, bool) {
		p.faults.add(n, 0, "geometry", zh, en)
		return nil, false
	}
	b := []byte(`{"type":"MultiPolygon","coordinates":[`)
	if len(polygons) == 0 {
		return fault("没有图形。", "the geometry is empty")
	}
	for i, rings := range polygons {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		if len(rings) == 0 {
			return fault("没有图形。", "the geometry is empty")
		}
		for j, ring := range rings {
			p.points += len(ring)
			if p.points > limits.ShapePoints {
				return nil, false
			}
			if j > 0 {
				b = append(b, ',')
			}
			if len(ring) < 4 {
				return fault("每个环至少四个点。", "a ring has at least four points")
			}
			b = append(b, '[')
			var last, firstPoint [2]float64
			kept := 0
			for k, at := range ring {
				if len(at) < 2 || len(at) > 3 || !(math.Abs(at[0]) <= 180) || !(math.Abs(at[1]) <= 90) {
					return fault("坐标须为经度、纬度（度）。", "a position is longitude and latitude in degrees")
				}
				point := [2]float64{round6(at[0]), round6(at[1])}
				if k == 0 {
					firstPoint = point
				} else if k == len(ring)-1 && point != firstPoint {
					return fault("环没有闭合：首尾两点须相同。", "a ring is not closed: its last point is its first")
				} else if point == last && k < len(ring)-1 {
					continue
				}
				if kept > 0 {
					b = append(b, ',')
				}
				b = append(b, '[')
				b = strconv.AppendFloat(b, point[0], 'f', -1, 64)
				b = append(b, ',')
				b = strconv.AppendFloat(b, point[1], 'f', -1, 64)
				b = append(b, ']')
				last, kept = point, kept+1
			}
			if kept < 4 {
				return fault("图形太小。", "the ring is too small to be drawn")
			}
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, "]}"...), true
}

// round6 keeps six decimals, about a tenth of a metre.
func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }
