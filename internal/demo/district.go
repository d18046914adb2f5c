// Package demo makes an invented district and fills it with interviews that come in through the real
// sync of headless phones. Everything is drawn from one seed; nothing in it is a real place, person or
// opinion, and every page and export of it says 演示数据.
package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// District is the invented district: code 990101, three streets, thirty villages.
type District struct {
	Code, NameZH, NameEN string
	Streets              []Street
	Households           []Household // in order of grid, then door
	Workers              []Worker
}

// Street is a street of the demo district.
type Street struct {
	Code, NameZH, NameEN string
	Villages             []Village
}

// Village is a village or community with its grids.
type Village struct {
	Code, NameZH, NameEN string
	Community            bool
	Grids                []Grid
}

// Grid is what one worker walks.
type Grid struct {
	Code, NameZH, NameEN string
	Households           int
	Selected             int // households drawn for the survey
}

// Household is a door. Selected ones are to be interviewed.
type Household struct {
	Code, Grid, Village, Street string
	Address, Label              string
	Weight                      float64
	FPC1, FPC2                  int // grids in the village, households in the grid
	Selected                    bool
}

// Worker walks one or two neighbouring grids of one street.
type Worker struct {
	Name, Street string
	Grids        []string
}

// Size of the district: fixed by the story it is shaped after (16, 8 and 6 villages).
const (
	householdsTotal = 30_000
	workersTotal    = 90
	districtCode    = "990101"
)

var streetPlan = []struct {
	zh, en                string
	villages, communities int
}{
	{"晨光街道", "Chenguang Street", 13, 3},
	{"安和街道", "Anhe Street", 6, 2},
	{"柳湖街道", "Liuhu Street", 5, 1},
}

var villageNames = []struct{ zh, en string }{
	{"梨园", "Liyuan"}, {"东岗", "Donggang"}, {"石桥", "Shiqiao"}, {"柳林", "Liulin"}, {"新河", "Xinhe"}, {"杏坡", "Xingpo"},
	{"南湾", "Nanwan"}, {"青塘", "Qingtang"}, {"双井", "Shuangjing"}, {"高岭", "Gaoling"}, {"枣林", "Zaolin"}, {"白果", "Baiguo"},
	{"金沟", "Jingou"}, {"和苑", "Heyuan"}, {"春晖", "Chunhui"}, {"望湖", "Wanghu"}, {"北堰", "Beiyan"}, {"竹溪", "Zhuxi"},
	{"西渡", "Xidu"}, {"桑田", "Sangtian"}, {"磨盘", "Mopan"}, {"古槐", "Guhuai"}, {"阳光", "Yangguang"}, {"馨园", "Xinyuan"},
	{"芦荡", "Ludang"}, {"泉水", "Quanshui"}, {"荷塘", "Hetang"}, {"龙门", "Longmen"}, {"麦坡", "Maipo"}, {"湖滨", "Hubin"},
}

var (
	surnames = strings.Split("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜", "")
	givens   = strings.Split("安平和顺禾田春秋晨曦明远嘉宁思源子涵文博雨桐志诚佳音清扬一帆立新", "")
)

// NewDistrict draws the district. interviews is how many are wanted; about 1.45 times as many
// households are selected, spread over all grids in proportion to their size.
func NewDistrict(seed uint64, interviews int) *District {
	rng := rand.New(rand.NewPCG(seed, 0x9901))
	d := &District{Code: districtCode, NameZH: "演示区", NameEN: "Demo District"}
	name, grids := 0, []*Grid{}
	for s, plan := range streetPlan {
		street := Street{Code: fmt.Sprintf("%s%03d", districtCode, s+1), NameZH: plan.zh, NameEN: plan.en}
		for v := 0; v < plan.villages+plan.communities; v++ {
			n := villageNames[name]
			name++
			village := Village{NameZH: n.zh + "村", NameEN: n.en + " Village", Code: fmt.Sprintf("%s%03d", street.Code, 201+v)}
			if v >= plan.villages {
				village = Village{NameZH: n.zh + "社区", NameEN: n.en + " Community", Community: true,
					Code: fmt.Sprintf("%s%03d", street.Code, 1+v-plan.villages)}
			}
			for g := range 3 + rng.IntN(4) {
				village.Grids = append(village.Grids, Grid{Code: fmt.Sprintf("%s%03d", village.Code, g+1),
					NameZH: fmt.Sprintf("%s第%d网格", n.zh, g+1), NameEN: fmt.Sprintf("%s grid %d", n.en, g+1)})
			}
			street.Villages = append(street.Villages, village)
		}
		d.Streets = append(d.Streets, street)
	}
	for s := range d.Streets {
		for v := range d.Streets[s].Villages {
			for g := range d.Streets[s].Villages[v].Grids {
				grids = append(grids, &d.Streets[s].Villages[v].Grids[g])
			}
		}
	}
	spread(rng, grids, householdsTotal, func(g *Grid, n int) { g.Households = n })
	want := min(interviews*145/100+len(grids), householdsTotal)
	left := want
	for i, g := range grids {
		n := min(max(1, want*g.Households/householdsTotal), g.Households)
		if i == len(grids)-1 {
			n = min(max(1, left), g.Households)
		}
		g.Selected = n
		left -= n
	}
	d.drawHouseholds(rng)
	d.drawWorkers(rng)
	return d
}

// spread splits total over the grids, each within a third of the mean.
func spread(rng *rand.Rand, grids []*Grid, total int, set func(*Grid, int)) {
	weights, sum := make([]float64, len(grids)), 0.0
	for i := range weights {
		weights[i] = 0.67 + 0.66*rng.Float64()
		sum += weights[i]
	}
	left := total
	for i, g := range grids {
		n := int(float64(total) * weights[i] / sum)
		if i == len(grids)-1 {
			n = left
		}
		set(g, n)
		left -= n
	}
}

func (d *District) drawHouseholds(rng *rand.Rand) {
	for _, s := range d.Streets {
		for _, v := range s.Villages {
			for gi, g := range v.Grids {
				chosen := map[int]bool{}
				for _, i := range rng.Perm(g.Households)[:g.Selected] {
					chosen[i] = true
				}
				place := strings.TrimSuffix(strings.TrimSuffix(v.NameZH, "村"), "社区")
				for i := range g.Households {
					label := fmt.Sprintf("%d组%d号", gi+1, i+1)
					if v.Community {
						label = fmt.Sprintf("%d号楼%d单元%d室", gi*4+i/60+1, i/20%3+1, (i%20/4+1)*100+i%4+1)
					}
					d.Households = append(d.Households, Household{
						Code: fmt.Sprintf("%s%04d", g.Code, i+1), Grid: g.Code, Village: v.Code, Street: s.Code,
						Address: d.NameZH + s.NameZH + place + label, Label: label, Selected: chosen[i],
						Weight: float64(g.Households) / float64(g.Selected), FPC1: len(v.Grids), FPC2: g.Households,
					})
				}
			}
		}
	}
}

func (d *District) drawWorkers(rng *rand.Rand) {
	total := 0
	for _, s := range d.Streets {
		for _, v := range s.Villages {
			total += len(v.Grids)
		}
	}
	used, seen := 0, map[string]bool{}
	for si, s := range d.Streets {
		var codes []string
		for _, v := range s.Villages {
			for _, g := range v.Grids {
				codes = append(codes, g.Code)
			}
		}
		n := (workersTotal*len(codes) + total/2) / total
		if si == len(d.Streets)-1 {
			n = workersTotal - used
		}
		used += n
		for w := range n {
			name := ""
			for name == "" || seen[name] {
				name = surnames[rng.IntN(len(surnames))] + givens[rng.IntN(len(givens))] + givens[rng.IntN(len(givens))]
			}
			seen[name] = true
			from, to := w*len(codes)/n, (w+1)*len(codes)/n
			if to == from {
				to = from + 1
			}
			d.Workers = append(d.Workers, Worker{Name: name, Street: s.Code, Grids: codes[from:to]})
		}
	}
}
