package expr_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/expr"
)

func TestNumbersAreWrittenAndReadAsXPathDoes(t *testing.T) {
	check(t, []row{
		{"", "1 div 3", "0.3333333333333333"}, {"", "10 div 4", "2.5"}, {"", "1 div 0", "Infinity"}, {"", "-1 div 0", "-Infinity"}, {"", "0 div 0", "NaN"},
		{"", "-0", "0"}, {"", "- -3", "3"}, {"", "3000000000", "3000000000"}, {"", "100000000000000000000000", "100000000000000000000000"},
		{"", "0.1 + 0.2", "0.30000000000000004"}, {"", "1000000 * 1000000", "1000000000000"}, {"", "0.0000001", "0.0000001"}, {"", ".5", "0.5"}, {"", "5.", "5"},
		{"", "5 mod 2", "1"}, {"", "-5 mod 2", "-1"}, {"", "5 mod -2", "1"}, {"", "1.5 mod 0.5", "0"}, {"", "5 mod 0", "NaN"},
		{"", "number('  12 ')", "12"}, {"", "number('1e3')", "NaN"}, {"", "number('+1')", "NaN"}, {"", "number('')", "NaN"}, {"", "number('-.5')", "-0.5"},
		{"", "number('1.2.3')", "NaN"}, {"", "number(true())", "1"}, {"", "number(/data/empty)", "NaN"}, {"", "number(/data/nothere)", "NaN"},
		{"", "2 + 3 * 4 - 6 div 2", "11"}, {"", "-2 * -3", "6"}, {"", "2 - 3 - 4", "-5"}, {"", "2*3", "6"}, {"data/a", ". * 2", "10"},
		{"data", "-a", "-5"}, {"data", "a -b", "-2"}, {"data", "a - b", "-2"}, {"", "(1 + 2) * 3", "9"},
	})
}

func TestPathsFindNodes(t *testing.T) {
	check(t, []row{
		{"", "/data/a", "5"}, {"data/b", "../a", "5"}, {"data/b", ".", "7"}, {"data", "a", "5"}, {"data/g/x", "../../g/y", "2"}, {"data/g", "./y", "2"},
		{"", "count(/data/rep)", "3"}, {"", "count(//age)", "3"}, {"", "sum(//age)", "6"}, {"", "sum(/data/rep/v)", "30"}, {"", "count(/data/*)", "21"},
		{"", "/data/rep[2]/v", "20"}, {"", "/data/rep[position() = 2]/v", "20"}, {"", "/data/rep[id = 'r2']/v", "20"}, {"", "/data/rep[last()]/id", "r3"},
		{"", "/data/rep[v > 5][2]/id", "r2"}, {"", "count(/data/rep[v != ''])", "2"}, {"", "/data/rep[count(kid) = 1]/id", "r2"},
		{"data/rep[2]/v", "../id", "r2"}, {"data/rep[2]/v", "/data/rep/id", "r2"}, {"data/rep[2]/v", "sum(/data/rep/kid/age)", "3"},
		{"data/rep[2]/v", "count(/data/rep)", "3"}, {"data/rep[2]/v", "count(../../rep)", "3"}, {"data/rep[2]/v", "sum(../../rep/v)", "30"},
		{"data/rep[1]/kid[2]/age", "/data/rep/kid/age", "2"}, {"data/rep[1]/kid[2]/age", "count(/data/rep/kid)", "2"},
		{"data/rep[2]/v", "/data/rep[position() = position(current()/..) - 1]/v", "10"}, {"data/rep[2]/v", "position(..)", "2"}, {"data/rep[2]", "position()", "2"},
		{"data/rep[3]/v", "count(/data/rep[position() < position(current()/..)])", "2"},
		{"", "count(/data/a | /data/b | /data/a)", "2"}, {"", "(/data/b | /data/a)[1]", "5"}, {"", "/data/g/node()", "1"}, {"", "/data/g/x/text()", "1"},
		{"", "count(/data/rep/kid[1])", "2"}, {"", "count((/data/rep/kid)[1])", "1"}, {"", "/data/n/@type", "int"}, {"", "count(/data/*[@type])", "4"},
		{"data/g/y", "preceding-sibling::x", "1"}, {"data/g/x", "following-sibling::*", "2"}, {"data/g/x", "ancestor::data/a", "5"},
		{"data/rep[1]/kid[2]/age", "count(ancestor::*)", "3"}, {"data/rep[1]/kid[2]/age", "ancestor::*[1]/age", "2"}, {"", "/data/descendant::age[3]", "3"},
		{"data/g/x", "name(..)", "g"}, {"data/g/x", "local-name()", "x"}, {"", "child::data/child::a", "5"}, {"", "/data/orx:meta/orx:instanceID", "uuid:1"},
		{"", "instance('towns')/root/item[name = 't2']/label", "Two"}, {"", "count(instance('towns')/root/item[area = 'n'])", "2"},
		{"data/a", "count(instance('towns')/root/item[position() <= current()])", "3"}, {"data/g/x", "instance('towns')/root/item[position() = current()/../y]/name", "t2"},
		{"", "pulldata('towns', 'label', 'name', 't3')", "Three"}, {"", "pulldata('towns', 'label', 'name', 'none')", ""},
		{"", "indexed-repeat(/data/rep/v, /data/rep, 2)", "20"}, {"data/rep[1]/v", "indexed-repeat(/data/rep/v, /data/rep, position(..) + 1)", "20"},
		{"", "indexed-repeat(/data/rep/kid/age, /data/rep, 1, /data/rep/kid, 2)", "2"}, {"data/rep[2]/v", "indexed-repeat(../v, .., 1)", "10"},
		{"", "indexed-repeat(/data/rep/v, /data/rep, 0)", "10"}, {"", "indexed-repeat(/data/rep/v, /data/rep, 9)", ""},
		{"", "count(/)", "1"}, {"", "count(/data/nothing)", "0"},
	})
}

func TestComparisons(t *testing.T) {
	check(t, []row{
		{"", "/data/empty = ''", "true"}, {"", "/data/nothere = ''", "true"}, {"", "/data/nothere != 'x'", "true"}, {"", "/data/empty = 0", "false"},
		{"", "/data/a = 5", "true"}, {"", "/data/a = '5'", "true"}, {"", "/data/a = '5.0'", "false"}, {"", "/data/n = '5.0'", "true"}, {"", "/data/a = 5.0", "true"},
		{"", "/data/a != 5", "false"}, {"", "/data/empty < 5", "false"}, {"", "/data/empty >= 5", "false"}, {"", "number('x') = number('x')", "false"},
		{"", "number('x') != number('x')", "true"}, {"", "'abc' < 'abd'", "false"}, {"", "'2' < '10'", "true"}, {"", "0.1 + 0.2 = 0.3", "true"},
		{"", "/data/rep/v = 20", "true"}, {"", "/data/rep/v != 20", "true"}, {"", "/data/rep/v > 15", "true"}, {"", "/data/rep/v > 25", "false"},
		{"", "/data/rep/v = /data/rep/kid/age", "false"}, {"", "/data/day = '2020-02-28'", "true"}, {"", "/data/day < '2020-03-01'", "true"},
		{"", "/data/day < today()", "true"}, {"", "/data/moment > /data/day", "true"}, {"", "date('2020-02-28') = /data/day", "true"},
		{"", "true() = 'false'", "true"}, {"", "/data/no = true()", "false"}, {"", "/data/yes = true()", "true"}, {"", "boolean(/data/zero)", "false"},
		{"", "boolean(/data/empty)", "false"}, {"", "boolean(/data/rep)", "true"}, {"", "boolean('false')", "true"}, {"", "boolean(0)", "false"}, {"", "boolean(number('x'))", "false"},
		{"", "true() or 1 div 0 = nope", "true"}, {"", "false() and true() or true()", "true"}, {"", "1 < 2 = true()", "true"}, {"", "not(/data/a = 5 and /data/b = 8)", "true"},
	})
}

func TestFunctionsOfTexts(t *testing.T) {
	check(t, []row{
		{"", "concat('a', 1, true())", "a1true"}, {"", "concat(/data/rep/id)", "r1r2r3"}, {"", "concat(/data/rep/id, '-', 2)", "r1r2r3-2"}, {"", "join(', ', /data/rep/id)", "r1, r2, r3"},
		{"", "join('/', 'a', 'b', '')", "a/b/"}, {"", "join(',', /data/nothing)", ""}, {"", "contains('abc', 'b')", "true"}, {"", "contains('abc', '')", "true"}, {"", "starts-with('abc', 'b')", "false"},
		{"", "ends-with('abc', 'bc')", "true"}, {"", "substring-before('1999/04/01', '/')", "1999"}, {"", "substring-after('1999/04/01', '/')", "04/01"}, {"", "substring-after('abc', 'x')", ""},
		{"", "substr('hello', 1)", "ello"}, {"", "substr('hello', 1, 3)", "el"}, {"", "substr('hello', -3)", "llo"}, {"", "substr('hello', -3, -1)", "ll"}, {"", "substr('hello', 9)", ""},
		{"", "substr('入户调查', 1, 3)", "户调"}, {"", "substring('12345', 2, 3)", "234"}, {"", "substring('12345', 1.5, 2.6)", "234"}, {"", "substring('12345', 0, 3)", "12"},
		{"", "substring('12345', 0 div 0, 3)", ""}, {"", "substring('12345', -42, 1 div 0)", "12345"}, {"", "string-length('入户')", "2"}, {"data/word", "string-length()", "7"}, {"", "string-length('')", "0"},
		{"", "normalize-space('  a \n b  ')", "a b"}, {"data/word", "normalize-space()", "Ann Lee"}, {"", "translate('bar', 'abc', 'AB')", "BAr"}, {"", "translate('--aaa--', 'a-', 'A')", "AAA"},
		{"", "selected(/data/many, 'c')", "true"}, {"", "selected(/data/many, 'x')", "false"}, {"", "selected('bc', 'b')", "false"}, {"", "selected(/data/empty, '')", "true"}, {"", "is-selected('a b', ' b ')", "true"},
		{"", "selected-at(/data/many, 0)", "b"}, {"", "selected-at(/data/many, 3)", ""}, {"", "selected-at(/data/many, -1)", ""}, {"", "count-selected(/data/many)", "3"}, {"", "count-selected(/data/empty)", "0"},
		{"", "count-selected(' a  b ')", "2"}, {"", "boolean-from-string('1')", "true"}, {"", "boolean-from-string('TRUE')", "true"}, {"", "boolean-from-string('yes')", "false"},
		{"", "if(/data/a > 3, 'big', 'small')", "big"}, {"", "if(/data/empty, 1, 2)", "2"}, {"", "coalesce(/data/empty, 'z')", "z"}, {"", "coalesce(/data/a, 'z')", "5"}, {"", "coalesce('', '')", ""},
		{"data/a", "once('new')", "5"}, {"data/empty", "once('new')", "new"}, {"", "depend(1, 2, 3)", "1"}, {"", "checklist(2, 3, true(), false(), 1, 'x')", "true"}, {"", "checklist(-1, 1, 1, 1)", "false"},
		{"", "checklist(2, -1, /data/rep/v)", "true"}, {"", "weighted-checklist(3, 5, true(), 3, false(), 9)", "true"}, {"", "weighted-checklist(-1, 5, 1, 3, 1, 3)", "false"},
		{"", "jr:choice-name('x', '/data/a')", "/data/a=x"}, {"", "jr:itext('q1')", "text q1"}, {"", "version()", "v7"}, {"", "property('deviceid')", "dev1"},
		{"", "digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72"}, {"", "digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"", "digest('abc', 'SHA-256')", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="}, {"", "digest('', 'SHA-1', 'base64')", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
		{"", "substr(digest('abc', 'SHA-384', 'hex'), 0, 8)", "cb00753f"}, {"", "substr(digest('abc', 'sha-512', 'HEX'), 0, 8)", "ddaf35a1"},
		{"", "base64-decode('SGVsbG8=')", "Hello"}, {"", "base64-decode('SGVsbG8')", "Hello"}, {"", "base64-decode('%%')", ""},
		{"", "extract-signed('AAAA', 'AAAA')", ""}, {"", `concat("it's", '"')`, `it's"`}, {"", "string(1 = 1)", "true"}, {"", "string-length(uuid())", "36"}, {"", "string-length(uuid(8))", "8"},
		{"", "regex(uuid(), '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}')", "true"},
	})
}

func TestFunctionsOfNumbers(t *testing.T) {
	check(t, []row{
		{"", "int(2.9)", "2"}, {"", "int(-2.9)", "-2"}, {"", "int('x')", "NaN"}, {"", "round(2.5)", "3"}, {"", "round(-2.5)", "-2"}, {"", "round(1.234, 2)", "1.23"}, {"", "round(1.005, 2)", "1.01"},
		{"", "round(1234, -2)", "1200"}, {"", "round(1250, -2)", "1300"}, {"", "round(-1.5)", "-1"}, {"", "round(-1.25, 1)", "-1.2"}, {"", "round('x', 1)", "NaN"}, {"", "round(1.5, 99)", "NaN"},
		{"", "floor(-1.5)", "-2"}, {"", "ceiling(1.2)", "2"}, {"", "abs(-3)", "3"}, {"", "pow(2, 10)", "1024"}, {"", "sqrt(16)", "4"}, {"", "exp(0)", "1"}, {"", "exp10(2)", "100"}, {"", "log(1)", "0"},
		{"", "log10(1000)", "3"}, {"", "round(pi(), 4)", "3.1416"}, {"", "sin(0)", "0"}, {"", "cos(0)", "1"}, {"", "round(atan2(1, 1) * 4, 4)", "3.1416"}, {"", "sqrt(-1)", "NaN"},
		{"", "min(3, 1, 2)", "1"}, {"", "max(/data/rep/v)", "20"}, {"", "min(/data/rep/v)", "10"}, {"", "max(/data/empty)", "NaN"}, {"", "max(-5, -3)", "-3"}, {"", "max(/data/nothing)", "NaN"},
		{"", "sum(/data/nothing)", "0"}, {"", "count-non-empty(/data/rep/v)", "2"}, {"", "random() < 1", "true"}, {"", "random() >= 0", "true"},
	})
}

func TestDates(t *testing.T) {
	check(t, []row{
		{"", "today()", "2026-11-25"}, {"", "now()", "2026-11-25T09:30:00.000+08:00"}, {"", "date('2020-02-28')", "2020-02-28"}, {"", "date(0)", "1970-01-01"}, {"", "date(18321)", "2020-02-29"},
		{"", "date('2020-02-28T23:30:00.000-05:00')", "2020-02-29"}, {"", "date('')", ""}, {"", "date(-1)", "1969-12-31"}, {"", "number('1970-01-02')", "1"}, {"", "/data/day + 1", "18321"},
		{"", "date(/data/day + 2)", "2020-03-01"}, {"", "int((today() - date('2000-01-01')) div 365.25)", "26"}, {"", "/data/moment - /data/day", "0.5625"},
		{"", "date-time('2020-02-28')", "2020-02-28T00:00:00.000+08:00"}, {"", "decimal-date-time('1970-01-02T00:00:00Z')", "1"}, {"", "decimal-date-time('1970-01-01T08:00:00.000+08:00')", "0"},
		{"", "decimal-date-time('1970-01-01')", "-0.3333333333333333"}, {"", "decimal-date-time('x')", "NaN"}, {"", "decimal-time('12:00:00')", "0.5"}, {"", "decimal-time('18:00:00.000+08:00')", "0.75"},
		{"", "decimal-time('10:00:00.000Z')", "0.75"}, {"", "decimal-time('25:00:00')", "NaN"}, {"", "format-date('2020-02-08', '%Y/%m/%d')", "2020/02/08"}, {"", "format-date('2020-02-08', '%e.%n.%y %b %a')", "8.2.20 Feb Sat"},
		{"", "format-date-time('2020-02-28T13:05:09.045+08:00', '%H:%M:%S.%3 %h')", "13:05:09.045 13"}, {"", "format-date('', '%Y')", ""}, {"", "format-date('2020-02-08', '100%%')", "100%"},
		{"", "number('2021-02-29')", "NaN"}, {"", "number('2020-13-01')", "NaN"}, {"", "number('2020-1-5')", "18266"}, {"", "'2020-02-28T00:00:00.000+08:00' = 18320", "true"},
	})
}

func TestPlaces(t *testing.T) {
	check(t, []row{
		{"", "round(distance(/data/p1 | /data/p2))", "111319"}, {"", "round(distance(/data/shape))", "445258"}, {"", "round(area(/data/shape) div 1000000)", "12391"}, {"", "area(/data/p1)", "0"},
		{"", "distance('0 0;x y')", "NaN"}, {"", "distance('10 10;10 10')", "0"}, {"", "geofence(/data/spot, /data/shape)", "true"}, {"", "geofence('2 2', /data/shape)", "false"}, {"", "geofence('', /data/shape)", "false"},
		{"", "intersects(/data/bow)", "true"}, {"", "intersects(/data/shape)", "false"}, {"", "intersects('0 0;0 1;0 2')", "false"}, {"", "intersects('0 0;0 2;0 1')", "true"}, {"", "round(distance('0 0', '0 1'))", "111319"},
	})
}

func TestPatterns(t *testing.T) {
	check(t, []row{
		{"", "regex('abc', 'b')", "false"}, {"", "regex('abc', '.b.')", "true"}, {"", `regex('13800138000', '1\d{10}')`, "true"}, {"", `regex('a-b', '[a\-b]+')`, "true"}, {"", `regex('a', '[\-b]')`, "false"},
		{"", `regex('张三', '\p{IsHan}+')`, "true"}, {"", `regex('ab', '\p{Alpha}+')`, "true"}, {"", `regex('a1', '[\p{Alnum}_]+')`, "true"}, {"", `regex('A', '\u0041')`, "true"}, {"", `regex('a b', 'a\sb')`, "true"},
		{"", `regex('a.b', '\Qa.b\E')`, "true"}, {"", `regex('axb', '\Qa.b\E')`, "false"}, {"", `regex('x', '(?i)X')`, "true"}, {"", `regex('', '')`, "true"}, {"", `regex('ab', 'a|b')`, "false"},
		{"", `regex('aa', '^a+$')`, "true"}, {"", `regex('a', concat('[', 'a-c', ']'))`, "true"}, {"", `regex('a+b', 'a\+b')`, "true"}, {"", `regex('aaa', 'a+?')`, "true"}, {"", `regex(']', '[\]]')`, "true"},
	})
	root := tree(t, record)
	for _, src := range []string{`regex('a', '(?=a)a')`, `regex('aa', '(a)\1')`, `regex('a', 'a++')`, `regex('a', '[a-z&&[^b]]')`, `regex('a', '(')`, `regex('a', '((a{1000}){1000}){1000}')`} {
		e, err := expr.Parse(src)
		require.NoError(t, err)
		require.Len(t, e.Faults(), 1, src)
		require.Equal(t, expr.Unsupported, e.Faults()[0].Kind, src)
		_, err = eval(t, root, "", src)
		require.Error(t, err, src)
	}
}

func TestTheSeededOrderIsThatOfClients(t *testing.T) {
	// Known orders of A..F of the seeds that clients' own tests use.
	for seed, want := range map[int64]string{42: "AFCBDE", -42: "EDAFBC", 1: "BFEACD", 11111111: "ACDBFE"} {
		got := strings.Join(expr.Shuffle(strings.Split("ABCDEF", ""), seed), "")
		require.Equal(t, want, got, seed)
	}
}
