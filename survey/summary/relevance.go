package summary

import (
	"regexp"
	"strings"

	"ruhu/schema"
)

// condition is one simple relevance: a question is asked of those who chose Value at Path.
type condition struct {
	path, value string
}

// equals matches `/data/consent = '1'`, `../consent=1` and `selected(/data/heard, '4')`.
var conditionForms = []string{
	`^\s*([./\w-]+)\s*=\s*["']?([^"'\s]+)["']?\s*$`,
	`^\s*selected\(\s*([./\w-]+)\s*,\s*["']([^"']+)["']\s*\)\s*$`,
}

// routing reads the simple relevances of a form.
type routing struct {
	forms []*regexp.Regexp
	byRef map[string]*schema.Node
}

func newRouting(f *schema.Form) *routing {
	r := &routing{byRef: map[string]*schema.Node{}}
	for _, s := range conditionForms {
		r.forms = append(r.forms, regexp.MustCompile(s))
	}
	for _, q := range f.Questions() {
		r.byRef[q.Ref] = q
	}
	return r
}

// conditions lists the simple conditions that a question and the groups around it set, outermost first. Others are left
// out: then more respondents count as asked than were, and those not asked stand beside, never among the answers.
func (r *routing) conditions(q *schema.Node) []condition {
	var list []condition
	if p := q.Parent(); p != nil {
		list = r.conditions(p)
	}
	for _, part := range strings.Split(q.Relevant, " and ") {
		for _, form := range r.forms {
			m := form.FindStringSubmatch(part)
			if m == nil {
				continue
			}
			if n := r.resolve(q, m[1]); n != nil && n.Selects() && n.Repeat() == nil {
				list = append(list, condition{n.Path, m[2]})
			}
			break
		}
	}
	return list
}

func (r *routing) resolve(q *schema.Node, ref string) *schema.Node {
	if strings.HasPrefix(ref, "/") {
		return r.byRef[ref]
	}
	base := q.Ref
	for strings.HasPrefix(ref, "../") {
		cut := strings.LastIndexByte(base, '/')
		if cut < 0 {
			return nil
		}
		base, ref = base[:cut], ref[3:]
	}
	return r.byRef[base+"/"+ref]
}
