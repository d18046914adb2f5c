package summary

import (
	"fmt"
	"strings"

	"ruhu/survey"
)

// method says how the figures were made, for the last page.
func method(in *Input) []Words {
	var zh, en []string
	for _, s := range in.Statuses {
		w := statusWords(s)
		zh, en = append(zh, w.ZH), append(en, w.EN)
	}
	list := []Words{
		{"统计的问卷状态：" + strings.Join(zh, "、") + "。有争议、待核定的答案在核定前不计入任何选项。",
			"Records counted: " + strings.Join(en, ", ") + ". Answers in dispute count for no choice until the office settles them."},
		{"入户结果按 AAPOR 编码归类，一户多次入户时取优先级最高的一次；从未入户的户计为“未知是否合格”(UH)。“完成”指有计入的问卷的户；登记为完成而没有计入的问卷(已撤回、未到达、未计入)的户归入“其他原因”。e 为已知是否合格的户中合格户所占比例。",
			"Visits are grouped by AAPOR disposition; of several visits to a household the one of highest precedence counts; households never visited count as of unknown eligibility (UH). An interview is a household with a record that counts; visits logged as complete without one (withdrawn, not arrived, not counted) stand under “other”. e is the eligible share of the households whose eligibility is known."},
		{"百分比的分母是给出有效回答的人；“拒答”“说不清”列在旁边，不入分母。作答人数须隐去时，改以全部被问到的人为分母，并注明。各村(社区)一律以全部被问到的人为分母。",
			"Percentages divide by those who gave a valid answer; refused and don't know stand beside, outside the denominator. Where the number of answers must be hidden, all who were asked are the denominator, and it says so. In village tables all who were asked are the denominator."},
		{"五级量表：前两级合计、后两级合计、净值(前两级减后两级)。",
			"Five-point scales: the two best, the two worst, and net (best less worst)."},
		{fmt.Sprintf("保护受访者：少于 %d 人的数不公布；由其他数能把范围推算到小于 %d 的，也不公布。隐去一个数，同时隐去由它算出的百分比、区间和图形。不能单独公布的村(社区)合并为一行；网格不单独公布。",
			in.Policy.Threshold, in.Policy.Threshold),
			fmt.Sprintf("Protection: counts below %d are not published, nor those that other figures would pin down to a range narrower than %d. A hidden count hides its percentage, interval and bar. Villages that cannot be shown alone stand together in one row; grids are not shown.",
				in.Policy.Threshold, in.Policy.Threshold)},
	}
	if in.Survey.Mode == survey.Sample {
		return append(list, Words{
			"抽样调查：百分比为未加权比例与加权估计；区间为 95% Wilson 区间，按设计(层、初级单元、权数)的有效样本量计算，标准误为泰勒线性化。",
			"Sample: percentages unweighted and weighted; intervals are 95% Wilson intervals at the effective sample size of the design (strata, PSUs, weights); standard errors by Taylor linearisation.",
		})
	}
	return append(list, Words{
		"全覆盖调查：没有抽样误差，不给出±。“可能范围”是假定所有没有回答的户(或被问到而未答的人)都不这样回答、或都这样回答时的两端。",
		"Full coverage: there is no sampling error and no ± is given. The possible range has as its ends that everybody who did not answer would have answered otherwise, or the same.",
	})
}
