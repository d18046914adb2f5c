package answers

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// rows draws n rows of a repeat; each sees a fresh map under the repeat's pattern paths.
func (d *draw) rows(repeat string, n int, fill func(i int)) {
	outer := d.out.Values
	for i := range n {
		d.out.Values = map[string]string{}
		fill(i)
		row := Row{Repeat: repeat, Values: make(map[string]string, len(d.out.Values))}
		for path, v := range d.out.Values {
			row.Values[strings.TrimPrefix(path, repeat+"/")] = v
		}
		d.out.Rows = append(d.out.Rows, row)
	}
	d.out.Values = outer
}

// village returns chance that is the same for every sheet of a village: what does not change between two waves.
func (d *draw) village() *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(d.who.Village)) // a hash does not fail
	return rand.New(rand.NewPCG(h.Sum64(), 0x5ee7))
}

// day writes the date some days after the subject's.
func (d *draw) day(after int) string { return d.who.Start.AddDate(0, 0, after).Format(time.DateOnly) }

// days counts from one date to another as the forms do.
func days(from, to string) int {
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, to)
	return int(b.Sub(a).Hours() / 24)
}

// split shares total out by weights.
func (d *draw) split(total int, weights ...float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	out := make([]int, len(weights))
	for range total {
		at := d.rng.Float64() * sum
		k := 0
		for k < len(weights)-1 && at >= weights[k] {
			at -= weights[k]
			k++
		}
		out[k]++
	}
	return out
}

// appraisal draws a session and its tally; who confirms it does so in a change set of their own.
func (d *draw) appraisal() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("village_code", d.who.Village)
	held := d.day(-d.rng.IntN(5))
	d.set("held_on", held)
	body := d.one("body", 0.25, 0.35, 0.35, 0.05)
	d.one("chaired_by", 0.7, 0.25, 0.05)
	d.set("session_id", d.who.Village+"-"+held+"-"+body)
	entitled := 24 + d.rng.IntN(60)
	present := entitled - d.rng.IntN(entitled/5+1)
	returned := present - d.rng.IntN(3)
	invalid := d.rng.IntN(3)
	valid := returned - invalid
	for name, n := range map[string]int{"entitled_n": entitled, "present_n": present, "issued": present, "returned": returned, "valid": valid, "invalid": invalid} {
		d.set(name, number(n))
	}
	mood := 0.6 + 0.8*d.rng.Float64()
	posts := []string{"", "1", "4", "2", "3", "5", "6"}
	d.rows("targets", 4+d.rng.IntN(4), func(i int) {
		if i == 0 {
			d.set("targets/target_type", "1")
		} else {
			d.set("targets/target_type", "2")
			d.set("targets/post", posts[min(i, len(posts)-1)])
		}
		votes := d.split(valid, 0.5*mood, 0.28, 0.14/mood, 0.08)
		for k, n := range votes {
			d.set("targets/n"+number(k+1), number(n))
		}
	})
	d.set("teller", "T"+number(100+d.rng.IntN(400)))
	d.set("scrutineer", "T"+number(500+d.rng.IntN(400)))
}

// sheet draws a village sheet; the subject's attempt is the wave.
func (d *draw) sheet() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("village_code", d.who.Village)
	d.set("wave", number(min(max(d.who.Attempt, 1), 4)))
	if len(d.several("method", 0.5, 5)) == 0 {
		d.set("method", "5")
	}
	place := d.village()
	households := 260 + place.IntN(900)
	people := households*3 + place.IntN(households)
	electors := people * (70 + place.IntN(12)) / 100
	reps := 25 + place.IntN(40)
	due := 4 + place.IntN(5)
	candidates := 5 + d.rng.IntN(10)
	willing := d.rng.IntN(candidates + 1)
	for name, n := range map[string]int{
		"hh_n": households, "pop_n": people, "electorate_n": electors, "reps_n": reps, "reports_due": due, "reports_received": due - d.rng.IntN(2),
		"cand_n": candidates, "cand_willing_n": willing, "cand_both_n": d.rng.IntN(willing + 1),
		"n_banner": 2 + d.rng.IntN(12), "n_event": d.rng.IntN(6), "n_wechat": 1 + d.rng.IntN(4), "n_led": d.rng.IntN(3),
	} {
		d.set(name, number(n))
	}
	d.set("reps_basis", number(1+place.IntN(2)))
	d.one("about", 0.3, 0.7)
	d.roster()
	d.one("run_state", 0.62, 0.25, 0.11, 0.02)
	d.one("team_grade", 0.2, 0.5, 0.25, 0.05)
	if d.rng.Float64() < 0.8 {
		d.set("call_posted_on", d.day(-5-d.rng.IntN(20)))
	}
	d.matters()
	d.milestones()
	d.notices()
}

func (d *draw) roster() {
	vacancies, committee, women := 0, 0, 0
	posts := []string{"1", "2", "3", "3", "4", "5", "6", "6"}
	shared := d.rng
	d.rng = d.village() // the team is the same in every wave
	defer func() { d.rng = shared }()
	both := d.rng.Float64() < 0.6
	d.rows("roster", len(posts), func(i int) {
		post := posts[i]
		d.set("roster/post", post)
		filled := d.one("roster/filled", 0.93, 0.07) == "1"
		if both && post == "4" {
			d.set("roster/filled", "0") // the secretary holds it
			filled = false
		}
		if !filled {
			vacancies++
			return
		}
		d.one("roster/age_band", 0.04, 0.19, 0.31, 0.33, 0.12, 0.01)
		d.one("roster/edu", 0.01, 0.17, 0.34, 0.29, 0.17, 0.02)
		sex := d.one("roster/sex", 0.68, 0.32, 0)
		holds := false
		if post == "1" || post == "4" {
			holds = both && post == "1"
			d.set("roster/both_posts", map[bool]string{true: "1", false: "0"}[holds])
		}
		if post >= "4" || holds {
			committee++
			if sex == "2" {
				women++
			}
		}
	})
	d.set("vacancies", number(vacancies))
	d.set("committee_n", number(committee))
	d.set("committee_women", number(women))
}

func (d *draw) matters() {
	d.rows("matters", d.rng.IntN(4), func(int) {
		d.one("matters/theme", 2, 3, 2, 3, 1.5, 1, 1, 0.5, 1, 1, 0.5, 0.5)
		since := -5 - d.rng.IntN(90)
		d.set("matters/since", d.day(since))
		d.one("matters/hh_affected", 0.5, 0.35, 0.15)
		if d.one("matters/stage", 0.3, 0.45, 0.2, 0.05) != "3" {
			d.set("matters/next_date", d.day(d.rng.IntN(20)))
		}
		if d.rng.Float64() < 0.5 {
			list := placesOfMatters()
			d.set("matters/note", list[d.rng.IntN(len(list))])
		}
	})
}

func (d *draw) milestones() {
	d.rows("milestones", 4, func(i int) {
		d.set("milestones/gate", number(i+1))
		planned := d.day(-20 + 12*i)
		d.set("milestones/planned", planned)
		if i > 1 || d.rng.Float64() < 0.2 {
			d.set("milestones/done", "0")
			return
		}
		actual := d.day(-20 + 12*i - 2 + d.rng.IntN(10-8*i))
		d.set("milestones/done", "1")
		d.set("milestones/actual", actual)
		d.set("milestones/slip_days", number(days(planned, actual)))
	})
}

func (d *draw) notices() {
	d.rows("notices", 1+d.rng.IntN(3), func(i int) {
		d.set("notices/kind", number(i+1))
		posted, need := -25+7*i, 5+2*d.rng.IntN(2)
		d.set("notices/posted_on", d.day(posted))
		d.set("notices/need_days", number(need))
		if i == 2 {
			return // it still hangs
		}
		stood := need - 1 + d.rng.IntN(4)
		d.set("notices/removed_on", d.day(posted+stood))
		d.set("notices/on_time", map[bool]string{true: "1", false: "0"}[stood >= need])
	})
}

// followup draws what became of one wish for a reply.
func (d *draw) followup() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("matter_id", d.uuid())
	if d.who.Case != "" {
		d.set("household", d.who.Case)
	}
	d.set("village_code", d.who.Village)
	d.one("theme", 2, 3, 2, 3, 1.5, 1, 1, 0.5, 1, 1, 0.5, 0.5)
	d.one("channel_in", 0.8, 0.1, 0.08, 0.02)
	received := -d.rng.IntN(10)
	d.set("received_on", d.day(received))
	d.set("contact_ok", "1")
	d.one("owner_unit", 0.5, 0.2, 0.2, 0.07, 0.03)
	d.set("due_on", d.day(received+7+d.rng.IntN(14)))
	stage := d.one("stage", 0.2, 0.3, 0.42, 0.05, 0.03)
	if d.rng.Float64() < 0.6 {
		list := doneAbout()
		d.set("action", list[d.rng.IntN(len(list))])
	}
	if stage == "3" {
		d.set("closed_on", d.day(-d.rng.IntN(1-received)))
	}
	if stage != "3" || d.one("reply_given", 0.85, 0.15) == "0" {
		d.set("reply_given", "0")
		return
	}
	d.one("resolved_view", usualSatisfied()...)
	d.one("reopened", 0.08, 0.92)
}

// backcheck asks a few questions of an interview again. Answers agree with Subject.First as often as people do: nearly always
// where nothing can have changed, often where it should not have, mostly where it may have.
func (d *draw) backcheck() {
	d.set("meta/instanceID", "uuid:"+d.uuid())
	d.set("case_id", d.who.Case)
	d.set("village_code", d.who.Village)
	d.out.Disposition, d.out.Minutes = "2.112", 1
	if d.one("consent", 0.95, 0.05) == "0" {
		return
	}
	d.out.Disposition, d.out.Minutes = "1.1", 4+d.rng.IntN(9)
	d.set("consent_ver", d.who.NoticeHash)
	d.set("start", moment(d.who.Start))
	d.set("end", moment(d.who.Start.Add(time.Duration(d.out.Minutes)*time.Minute)))
	if d.one("visited", 0.97, 0.03) == "0" {
		return
	}
	again := func(path string, agrees float64, draw func()) {
		if v, ok := d.who.First[path]; ok && d.rng.Float64() < agrees {
			d.set(path, v)
			return
		}
		draw()
	}
	again("resid", 0.98, func() { d.one("resid", 0.8, 0.12, 0.08) })
	again("sex", 0.99, func() { d.one("sex", 0.48, 0.51, 0.01) })
	again("edu", 0.96, func() { d.one("edu", 0.22, 0.36, 0.22, 0.11, 0.07, 0.01, 0.01) })
	again("meet12", 0.85, d.meetings)
	again("aware_elec", 0.92, func() { d.one("aware_elec", 0.72, 0.28) })
	again("s_road", 0.75, func() { d.one("s_road", usualSatisfied()...) })
	again("concern_main", 0.7, func() { d.one("concern_main") })
}

func placesOfMatters() []string {
	return []string{"村东主路两处塌陷，雨后难行", "灌溉渠中段淤堵", "垃圾收集点清运不及时", "三组路灯不亮", "老年食堂选址意见不一"}
}

func doneAbout() []string {
	return []string{"已现场查看，列入本月维修", "已转街道业务科室", "已协调清运，每日一次", "已当面说明政策", "路灯已修复"}
}
