package answers

import (
	"strings"
	"time"
)

// Battery names the nine satisfaction questions in the form's order.
func Battery() []string {
	return []string{"s_road", "s_water", "s_env", "s_light", "s_order", "s_clinic", "s_elder", "s_office", "s_open"}
}

// The usual weights of the five-point lists, then don't know and refused.
func usualSatisfied() []float64 { return []float64{0.18, 0.36, 0.26, 0.11, 0.04, 0.03, 0.02} }
func usualAgreeing() []float64  { return []float64{0.20, 0.34, 0.24, 0.12, 0.05, 0.03, 0.02} }

func (d *draw) sentiment() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("case_id", d.who.Case)
	d.set("village_code", d.who.Village)
	if d.one("consent", 0.96, 0.04) == "0" {
		d.out.Disposition, d.out.Minutes = "2.112", 1
		return
	}
	d.set("consent_ver", d.who.NoticeHash)
	if d.one("adult", 0.99, 0.01) == "0" {
		d.out.Disposition, d.out.Minutes = "4.70", 1
		return
	}
	d.one("mode", 0.7, 0.3)
	d.one("resid", 0.8, 0.12, 0.08)
	d.one("sex", 0.48, 0.51, 0.01)
	d.one("age_band", 0.09, 0.13, 0.19, 0.26, 0.19, 0.13, 0.01)
	d.one("edu", 0.22, 0.36, 0.22, 0.11, 0.07, 0.01, 0.01)

	seed := 1 + d.rng.Int64N(2147483646)
	d.set("battery_seed", number(int(seed)))
	d.set("battery_order", strings.Join(Shuffle(Battery(), seed), " "))
	for _, q := range Battery() {
		d.one(q, usualSatisfied()...)
	}
	d.one("r_trips", usualAgreeing()...)
	d.one("s_team", usualSatisfied()...)
	d.one("better", 0.55, 0.30, 0.09, 0.04, 0.02)

	if concerns := d.several("concerns", 0.14, 3, "-99", "-98"); len(concerns) > 1 {
		d.set("concern_main", concerns[d.rng.IntN(len(concerns))])
	}
	d.said("concern_txt", 0.12, remarks())
	d.one("want_visit", 0.15, 0.85)

	if d.one("aware_elec", 0.72, 0.28) == "1" {
		d.several("heard", 0.22, 9, "0")
	}
	d.one("aware_rule", 0.45, 0.55)
	if d.form.Node("aware_call") != nil { // a later version asks it
		d.one("aware_call", 0.35, 0.65)
	}
	d.meetings()
	d.one("read_board", 0.25, 0.50, 0.25)
	d.one("fair", usualAgreeing()...)
	d.one("others_present", 0.55, 0.33, 0.09, 0.03)

	d.out.Disposition = "1.1"
	d.out.Minutes = 9 + d.rng.IntN(16)
	d.set("start", moment(d.who.Start))
	d.set("end", moment(d.who.Start.Add(time.Duration(d.out.Minutes)*time.Minute+time.Duration(d.rng.IntN(60))*time.Second)))
}

// meetings draws a count with most people at few meetings.
func (d *draw) meetings() {
	switch at := d.rng.Float64(); {
	case at < d.weight("meet12", "-98", 0.04):
		d.set("meet12", "-98")
	case at < d.weight("meet12", "-98", 0.04)+d.weight("meet12", "-99", 0.02):
		d.set("meet12", "-99")
	default:
		n := 0
		for n < 60 && d.rng.Float64() < 0.55 {
			n++
		}
		d.set("meet12", number(n))
	}
}

func (d *draw) candidate() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	if d.one("consent", 0.97, 0.03) == "0" {
		d.out.Disposition, d.out.Minutes = "2.112", 1
		return
	}
	d.set("consent_ver", d.who.NoticeHash)
	if d.form.Node("case_id") != nil {
		d.set("case_id", d.uuid()[:8])
	}
	party := d.one("consent_party", 0.85, 0.15) == "1"
	d.one("incumbent", 0.55, 0.30, 0.15)
	willing := d.one("willing", 0.6, 0.25, 0.15) != "3"
	if willing {
		if len(d.several("post_sought", 0.5, 3)) == 0 {
			d.set("post_sought", "3")
		}
		d.one("both_posts", 0.4, 0.35, 0.25)
	}
	d.one("full_time", 0.6, 0.4)
	d.one("learned_via")
	d.one("age_band", 0.10, 0.27, 0.33, 0.22, 0.07, 0.01)
	d.one("edu", 0.02, 0.18, 0.33, 0.27, 0.17, 0.03)
	d.one("edu_now", 0.1, 0.9)
	d.several("background", 0.18, 6, "0")
	if party {
		d.one("party", 0.7, 0.1, 0.2)
	}
	d.set("years_village", number(d.rng.IntN(61)))
	d.several("exp_mgmt", 0.3, 4)
	d.several("skills", 0.25, 6)
	d.several("plan_theme", 0.2, 12)
	d.said("plan_txt", 0.4, plans())
	able := "0"
	if d.get("party") == "1" && d.get("both_posts") == "1" {
		able = "1"
	}
	d.set("can_both", able)
	d.out.Disposition, d.out.Minutes = "1.1", 12+d.rng.IntN(20)
}

func (d *draw) visit() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("household", d.who.Case)
	d.set("village_code", d.who.Village)
	d.set("grid_code", d.who.Grid)
	attempt := min(max(d.who.Attempt, 1), 6)
	d.set("attempt_no", number(attempt))
	d.set("visit_dt", d.who.Start.Format(time.DateOnly))
	half := "1"
	if d.who.Start.Hour() >= 12 {
		half = "2"
	}
	d.set("visit_half", half)
	kind := "1"
	if attempt > 1 {
		kind = "2"
	}
	d.set("visit_type", kind)
	d.one("worker_role", 0.9, 0.07, 0.03)
	near := d.rng.Float64() < 0.97
	d.set("in_village", map[bool]string{true: "1", false: "0"}[near])
	d.set("dist_band", map[bool]string{true: "1", false: "4"}[near])
	switch result := d.one("disposition", 0.66, 0.02, 0.03, 0.05, 0.01, 0.01, 0.12, 0.05, 0, 0.01, 0, 0, 0, 0, 0, 0, 0, 0, 0.01, 0.01, 0.01, 0.01, 0); {
	case result == "2.25":
		d.set("appointment_dt", d.who.Start.AddDate(0, 0, 1+d.rng.IntN(7)).Format(time.DateOnly))
	case strings.HasPrefix(result, "2.11"):
		d.one("refuse_reason", 0.5, 0.15, 0.2, 0.15)
	}
}

func remarks() []string {
	return []string{
		"村东头的路灯坏了很久", "希望自来水早晚水压稳一些", "垃圾清运再勤一点", "村卫生室缺常用药", "公开栏更新太慢",
		"下雨天主路积水", "想多办几次法律讲座", "老人吃饭的点儿能不能近一些", "办证要跑几趟，最好一次办完", "灌溉渠要清一清",
		"总的来说比以前好", "年轻人就业机会少",
	}
}

func plans() []string {
	return []string{"先把村里的路和灯修好", "把合作社做实，带大家卖好菜", "账目按月公开", "办好老年食堂", "请农技员定期来讲课"}
}
