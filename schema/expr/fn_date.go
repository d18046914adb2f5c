package expr

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const dayMillis = 86_400_000

// civilDays returns the days from 1970-01-01 to an instant by the calendar and clock of the zone: a date is a whole number
// whatever daylight saving does.
func (m *Machine) civilDays(t time.Time) float64 {
	t = t.In(m.zone)
	days := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
	within := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second +
		time.Duration(t.Nanosecond())
	return float64(days) + float64(within.Milliseconds())/dayMillis
}

// fromDays is the reverse of civilDays.
func (m *Machine) fromDays(days float64) (time.Time, bool) {
	if math.IsNaN(days) || math.Abs(days) > 3_000_000 {
		return time.Time{}, false
	}
	whole := math.Floor(days)
	t := time.Date(1970, 1, 1, 0, 0, 0, 0, m.zone).AddDate(0, 0, int(whole))
	return t.Add(time.Duration(math.Round((days-whole)*dayMillis)) * time.Millisecond), true
}

// parseDate reads a date, or a date and time with or without an offset; without, it is in the zone.
func (m *Machine) parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 40 || !isDigit(s[0]) {
		return time.Time{}, false
	}
	day, clock, timed := strings.Cut(s, "T")
	year, rest, ok1 := digits(day, 4, 4, '-')
	month, rest, ok2 := digits(rest, 1, 2, '-')
	date, rest, ok3 := digits(rest, 1, 2, 0)
	if !ok1 || !ok2 || !ok3 || rest != "" || year < 1 || month < 1 || month > 12 || date < 1 || date > daysIn(year, month) {
		return time.Time{}, false
	}
	if !timed {
		return time.Date(year, time.Month(month), date, 0, 0, 0, 0, m.zone), true
	}
	within, zone, ok := m.parseClock(clock)
	if !ok {
		return time.Time{}, false
	}
	h, rem := within/time.Hour, within%time.Hour
	return time.Date(year, time.Month(month), date, int(h), int(rem/time.Minute), int(rem%time.Minute/time.Second), int(rem%time.Second), zone), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// digits reads between least and most digits and then end (0 = nothing).
func digits(s string, least, most int, end byte) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && isDigit(s[i]) {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i < least {
		return 0, s, false
	}
	if end != 0 {
		if i == len(s) || s[i] != end {
			return 0, s, false
		}
		i++
	}
	return n, s[i:], true
}

// parseClock reads hh:mm[:ss[.fff]] with an optional offset.
func (m *Machine) parseClock(s string) (within time.Duration, zone *time.Location, ok bool) {
	zone = m.zone
	if i := strings.IndexAny(s, "Zz+-"); i >= 0 {
		if zone, ok = offset(s[i:]); !ok {
			return 0, nil, false
		}
		s = s[:i]
	}
	hour, rest, ok1 := digits(s, 1, 2, ':')
	minute, rest, ok2 := digits(rest, 1, 2, 0)
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, nil, false
	}
	within = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	if rest == "" {
		return within, zone, true
	}
	if rest[0] != ':' {
		return 0, nil, false
	}
	second, rest, ok3 := digits(rest[1:], 1, 2, 0)
	if !ok3 || second > 59 {
		return 0, nil, false
	}
	within += time.Duration(second) * time.Second
	if rest == "" {
		return within, zone, true
	}
	if rest[0] != '.' || len(rest) < 2 || len(rest) > 10 {
		return 0, nil, false
	}
	unit := time.Second
	for _, c := range []byte(rest[1:]) {
		if !isDigit(c) {
			return 0, nil, false
		}
		unit /= 10
		within += time.Duration(c-'0') * unit
	}
	return within, zone, true
}

func offset(s string) (*time.Location, bool) {
	if s == "Z" || s == "z" {
		return time.UTC, true
	}
	hour, rest, ok := digits(s[1:], 2, 2, 0)
	if !ok || hour > 14 {
		return nil, false
	}
	minute := 0
	if rest != "" {
		if minute, rest, ok = digits(strings.TrimPrefix(rest, ":"), 2, 2, 0); !ok || rest != "" || minute > 59 {
			return nil, false
		}
	}
	seconds := hour*3600 + minute*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

const dateTimeLayout = "2006-01-02T15:04:05.000Z07:00"

func fnToday(m *Machine, _ *call) Value { return Text(m.env.Now.In(m.zone).Format(time.DateOnly)) }

func fnNow(m *Machine, _ *call) Value { return Text(m.env.Now.In(m.zone).Format(dateTimeLayout)) }

// instant evaluates an argument as a date: an empty text or NaN is none; what is no date is an error.
func (m *Machine) instant(c *call, i int) (t time.Time, there bool) {
	v := m.eval(c.args[i])
	if m.err != nil {
		return t, false
	}
	if v.kind != kindNumber && v.kind != kindBool {
		s := v.String()
		if s == "" {
			return t, false
		}
		if t, ok := m.parseDate(s); ok {
			return t, true
		}
	}
	days := m.number(v)
	if math.IsNaN(days) && v.kind == kindNumber {
		return t, false
	}
	if t, ok := m.fromDays(days); ok {
		return t, true
	}
	m.fail(faultf(Mismatch, c.pos, c.name, "%s() 的参数不是日期", "%s() is given what is no date", c.name))
	return t, false
}

func fnDate(m *Machine, c *call) Value {
	t, ok := m.instant(c, 0)
	if !ok {
		return Text("")
	}
	return Text(t.In(m.zone).Format(time.DateOnly))
}

func fnDateTime(m *Machine, c *call) Value {
	t, ok := m.instant(c, 0)
	if !ok {
		return Text("")
	}
	return Text(t.In(m.zone).Format(dateTimeLayout))
}

// fnDecimalDateTime counts days from 1970-01-01T00:00:00Z, with fractions.
func fnDecimalDateTime(m *Machine, c *call) Value {
	v := m.eval(c.args[0])
	if v.kind == kindNumber {
		return v
	}
	s := v.String()
	if f, ok := ParseNumber(s); ok {
		return Number(f)
	}
	t, ok := m.parseDate(s)
	if !ok {
		return Number(math.NaN())
	}
	return Number(float64(t.UnixMilli()) / dayMillis)
}

// fnDecimalTime is the part of the day that has passed, by the clock of the zone.
func fnDecimalTime(m *Machine, c *call) Value {
	s := m.text(c, 0)
	if t, ok := m.parseDate(s); ok {
		days := m.civilDays(t)
		return Number(days - math.Floor(days))
	}
	within, zone, ok := m.parseClock(strings.TrimSpace(s))
	if !ok {
		return Number(math.NaN())
	}
	if zone != m.zone { // an offset: move the clock to the zone, as it stands on the day of now
		day := m.env.Now.In(zone)
		t := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone).Add(within)
		days := m.civilDays(t)
		return Number(days - math.Floor(days))
	}
	return Number(float64(within.Milliseconds()) / dayMillis)
}

func fnFormatDate(m *Machine, c *call) Value {
	t, ok := m.instant(c, 0)
	format := m.text(c, 1)
	if !ok || m.err != nil {
		return Text("")
	}
	s, ok := formatDate(t.In(m.zone), format)
	if !ok {
		return m.fail(faultf(Unsupported, c.pos, c.name, "%s() 的格式无法识别", "%s() has a format that cannot be read", c.name))
	}
	return Text(s)
}

func formatDate(t time.Time, format string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			return "", false
		}
		switch format[i] {
		case '%':
			b.WriteByte('%')
		case 'Y':
			b.WriteString(padded(t.Year(), 4))
		case 'y':
			b.WriteString(padded(t.Year()%100, 2))
		case 'm':
			b.WriteString(padded(int(t.Month()), 2))
		case 'n':
			b.WriteString(padded(int(t.Month()), 1))
		case 'b':
			b.WriteString(t.Month().String()[:3])
		case 'B':
			b.WriteString(t.Month().String())
		case 'd':
			b.WriteString(padded(t.Day(), 2))
		case 'e':
			b.WriteString(padded(t.Day(), 1))
		case 'H':
			b.WriteString(padded(t.Hour(), 2))
		case 'h':
			b.WriteString(padded(t.Hour(), 1))
		case 'M':
			b.WriteString(padded(t.Minute(), 2))
		case 'S':
			b.WriteString(padded(t.Second(), 2))
		case '3':
			b.WriteString(padded(t.Nanosecond()/1_000_000, 3))
		case 'a':
			b.WriteString(t.Weekday().String()[:3])
		case 'A':
			b.WriteString(t.Weekday().String())
		case 'W':
			_, week := t.ISOWeek()
			b.WriteString(padded(week, 1))
		default:
			return "", false
		}
	}
	return b.String(), true
}

// padded writes a number with zeros before it.
func padded(n, width int) string {
	s := strconv.Itoa(n)
	if len(s) < width {
		return strings.Repeat("0", width-len(s)) + s
	}
	return s
}
