package xlsform

import (
	"math/big"
	"strconv"
	"strings"
)

// decimal reads a number exactly; false for what is none or would be absurdly long.
func decimal(s string) (*big.Rat, bool) {
	mantissa, exponent, has := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "e")
	if has {
		if n, err := strconv.Atoi(exponent); err != nil || n > 30 || n < -30 {
			return nil, false
		}
	}
	if len(s) > 60 || strings.Trim(mantissa, "+-.0123456789") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(strings.TrimSpace(s))
}

// rangeQuestion checks a range's parameters against each other and writes them onto its control.
func (c *converter) rangeQuestion(r *row, el *element, p parameters) {
	p = p.only(c, r, "start", "end", "step", "tick_interval", "placeholder", "tick_labelset")
	for name, text := range map[string]string{"start": "1", "end": "10", "step": "1"} {
		if _, given := p[name]; !given {
			p[name] = text
		}
	}
	bad := func(zh, en, hintZH, hintEN string) { c.fault(r.at("parameters"), "range", zh, en, hintZH, hintEN) }
	number := map[string]*big.Rat{}
	names := []string{"start", "end", "step", "tick_interval", "placeholder"}
	whole := true
	for _, name := range names {
		text, given := p[name]
		if !given {
			continue
		}
		n, ok := decimal(text)
		if !ok {
			bad("range 的参数 "+name+" 应为数字："+quoted(text), "the range's parameter "+name+" must be a number: "+quoted(text), "请填写数字", "write a number")
			continue
		}
		number[name] = n
		whole = whole && n.IsInt()
	}
	labels := p["tick_labelset"]
	appearance := r.appearance()
	plain := appearance == "" || appearance == "vertical" || appearance == "no-ticks" || appearance == "vertical no-ticks"
	if !plain && (p["tick_interval"] != "" || p["placeholder"] != "" || labels != "") {
		bad("该外观不支持 tick_interval、placeholder、tick_labelset", "tick_interval, placeholder and tick_labelset do not go with this appearance",
			"可用外观：vertical、no-ticks 或留空", "they go with vertical, no-ticks or no appearance")
	}
	if start, end, step := number["start"], number["end"], number["step"]; start != nil && end != nil && step != nil {
		c.checkRange(bad, number, start, end, step, labels, appearance)
	}
	for _, pair := range [][2]string{{"start", "start"}, {"end", "end"}, {"step", "step"}, {"tick_interval", "odk:tick-interval"}, {"placeholder", "odk:placeholder"}} {
		if text, given := p[pair[0]]; given {
			el.control.put(pair[1], text)
		}
	}
	if !whole {
		el.bind.put("type", "decimal")
	}
	el.itemset = labels
}

// checkRange holds the rules between a range's numbers.
func (c *converter) checkRange(bad func(zh, en, hintZH, hintEN string), number map[string]*big.Rat, start, end, step *big.Rat, labels, appearance string) {
	low, high := start, end
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	width := new(big.Rat).Sub(high, low)
	fits := func(name string) bool {
		n := number[name]
		switch {
		case n.Sign() == 0:
			bad("range 的参数 "+name+" 不能为 0", "the range's parameter "+name+" must not be 0", "请填写非零数字", "write another number")
		case n.Cmp(width) > 0:
			bad("range 的参数 "+name+" 大于 start 与 end 之差", "the range's parameter "+name+" is larger than the range", "请改小 "+name, "make "+name+" smaller")
		default:
			return true
		}
		return false
	}
	if !fits("step") {
		return
	}
	inside := func(n *big.Rat) bool { return n.Cmp(low) >= 0 && n.Cmp(high) <= 0 }
	steps := func(n, by *big.Rat) bool {
		return by.Sign() == 0 || new(big.Rat).Quo(new(big.Rat).Sub(n, start), by).IsInt()
	}
	if tick := number["tick_interval"]; tick != nil && fits("tick_interval") && !new(big.Rat).Quo(tick, step).IsInt() {
		bad("range 的参数 tick_interval 应为 step 的倍数", "the range's parameter tick_interval must be a multiple of step", "请改为 step 的倍数", "choose a multiple of step")
	}
	if at := number["placeholder"]; at != nil {
		if !steps(at, step) {
			bad("range 的参数 placeholder 应为 step 的倍数", "the range's parameter placeholder must be a multiple of step", "请改为 step 的倍数", "choose a multiple of step")
		}
		if !inside(at) {
			bad("range 的参数 placeholder 应在 start 与 end 之间", "the range's parameter placeholder must be between start and end", "请改 placeholder", "change placeholder")
		}
	}
	if labels == "" {
		return
	}
	l := c.lists[labels]
	if l == nil {
		bad("tick_labelset 的列表不在 choices 表中："+quoted(labels), "tick_labelset is no list of the choices sheet: "+quoted(labels), c.nearListZH(labels), c.nearListEN(labels))
		return
	}
	named := map[string]bool{}
	for i := range l.choices {
		n, ok := decimal(l.choices[i].name)
		where := " (" + choices + " " + itoa(l.choices[i].row) + ")"
		switch {
		case !ok:
			bad("tick_labelset 的选项值应为数字："+quoted(l.choices[i].name), "the choices of tick_labelset must be numbers: "+quoted(l.choices[i].name)+where, "请改选项的 name", "change the choice's name")
			continue
		case !inside(n):
			bad("tick_labelset 的选项值应在 start 与 end 之间："+quoted(l.choices[i].name), "the choices of tick_labelset must be between start and end: "+quoted(l.choices[i].name)+where, "请改选项的 name", "change the choice's name")
		case number["tick_interval"] != nil && !steps(n, number["tick_interval"]), number["tick_interval"] == nil && !steps(n, step):
			bad("tick_labelset 的选项值应落在刻度上："+quoted(l.choices[i].name), "the choices of tick_labelset must lie on a tick: "+quoted(l.choices[i].name)+where, "请改选项的 name", "change the choice's name")
		}
		named[n.RatString()] = true
	}
	if strings.Contains(appearance, "no-ticks") && (len(named) != 2 || !named[start.RatString()] || !named[end.RatString()]) {
		bad("外观 no-ticks 时 tick_labelset 只能有 start 与 end 两项", "with the appearance no-ticks, tick_labelset has just the choices start and end", "请只保留两项", "keep those two")
	}
}
