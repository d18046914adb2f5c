package expr

import (
	"math"
	"strconv"
	"strings"
)

// earthRadius is the equatorial radius in metres that clients reckon with.
const earthRadius = 6_378_100.0

type point struct{ lat, lon float64 }

// points reads the points of an argument: a trace or shape, or several nodes with a point each. false where one is none.
func (m *Machine) points(v Value) ([]point, bool) {
	var list []point
	for i := range size(v) {
		s := item(v, i).String()
		m.step(1 + len(s)/16)
		if strings.TrimSpace(s) == "" {
			continue
		}
		for rest := strings.TrimRight(strings.TrimSpace(s), ";"); ; {
			one, tail, more := strings.Cut(rest, ";")
			p, ok := parsePoint(one)
			if !ok {
				return nil, false
			}
			list = append(list, p)
			if !more {
				break
			}
			rest = tail
		}
	}
	return list, true
}

func parsePoint(s string) (point, bool) {
	parts := strings.Fields(s)
	if len(parts) < 2 || len(parts) > 4 {
		return point{}, false
	}
	lat, err1 := strconv.ParseFloat(parts[0], 64)
	lon, err2 := strconv.ParseFloat(parts[1], 64)
	ok := err1 == nil && err2 == nil && math.Abs(lat) <= 90 && math.Abs(lon) <= 180
	return point{lat, lon}, ok
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// fnArea is the area inside the points in square metres, on a plane through the first.
func fnArea(m *Machine, c *call) Value {
	list, ok := m.points(m.eval(c.args[0]))
	if !ok {
		return Number(math.NaN())
	}
	if len(list) < 3 {
		return Number(0)
	}
	metre := 2 * math.Pi * earthRadius / 360
	sum, x0, y0 := 0.0, 0.0, 0.0
	for i, p := range list[1:] {
		x, y := (p.lon-list[0].lon)*metre*math.Cos(radians(p.lat)), (p.lat-list[0].lat)*metre
		if i > 0 {
			sum += (y0*x - x0*y) / 2
		}
		x0, y0 = x, y
	}
	return Number(math.Abs(sum))
}

// fnDistance is the length of the way along the points in metres.
func fnDistance(m *Machine, c *call) Value {
	var way []point
	for i := range c.args {
		list, ok := m.points(m.eval(c.args[i]))
		if !ok {
			return Number(math.NaN())
		}
		way = append(way, list...)
	}
	sum := 0.0
	for i := 1; i < len(way); i++ {
		sum += between(way[i-1], way[i])
	}
	return Number(sum)
}

func between(p, q point) float64 {
	a, b, d := radians(p.lat), radians(q.lat), radians(p.lon-q.lon)
	return math.Acos(min(max(math.Sin(a)*math.Sin(b)+math.Cos(a)*math.Cos(b)*math.Cos(d), -1), 1)) * earthRadius
}

// fnGeofence reports whether a point lies in a shape.
func fnGeofence(m *Machine, c *call) Value {
	at, ok := m.points(m.eval(c.args[0]))
	shape, ok2 := m.points(m.eval(c.args[1]))
	if !ok || !ok2 || len(at) != 1 || len(shape) < 3 {
		return Bool(false)
	}
	p, inside := at[0], false
	for i := 1; i < len(shape); i++ {
		a, b := shape[i-1], shape[i]
		if (b.lat > p.lat) != (a.lat > p.lat) && p.lon < (a.lon-b.lon)*(p.lat-b.lat)/(a.lat-b.lat)+b.lon {
			inside = !inside
		}
	}
	return Bool(inside)
}

// fnIntersects reports whether a trace or shape crosses itself.
func fnIntersects(m *Machine, c *call) Value {
	way, ok := m.points(m.eval(c.args[0]))
	if !ok {
		return Bool(false)
	}
	closed := len(way) > 2 && way[0] == way[len(way)-1]
	for i := 1; i < len(way); i++ {
		for j := i + 1; j < len(way); j++ {
			if !m.step(1) {
				return Value{}
			}
			next := j == i+1 || closed && i == 1 && j == len(way)-1
			if next && !folds(way[i-1], way[i], way[j-1], way[j]) || !next && !crosses(way[i-1], way[i], way[j-1], way[j]) {
				continue
			}
			return Bool(true)
		}
	}
	return Bool(false)
}

// turn is positive where the way from a over b to c bends left, 0 where it is straight.
func turn(a, b, c point) float64 { return (b.lon-a.lon)*(c.lat-a.lat) - (b.lat-a.lat)*(c.lon-a.lon) }

func onLine(a, b, p point) bool {
	return turn(a, b, p) == 0 && p.lon >= min(a.lon, b.lon) && p.lon <= max(a.lon, b.lon) && p.lat >= min(a.lat, b.lat) && p.lat <= max(a.lat, b.lat)
}

func crosses(a, b, c, d point) bool {
	if turn(a, b, c)*turn(a, b, d) < 0 && turn(c, d, a)*turn(c, d, b) < 0 {
		return true
	}
	return onLine(a, b, c) || onLine(a, b, d) || onLine(c, d, a) || onLine(c, d, b)
}

// folds reports whether two lines that share an end lie on one another beyond it.
func folds(a, b, c, d point) bool {
	switch {
	case b == c && a != b && d != c:
		return onLine(a, b, d) || onLine(c, d, a)
	case d == a && a != b && d != c:
		return onLine(a, b, c) || onLine(c, d, b)
	}
	return false
}
