package schema

import (
	"regexp"
	"strings"
)

// Identity is a question that would tell who answered.
type Identity struct {
	Path   string `json:"path"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"` // name, phone, id-number, address, contact, image, audio, video, file, geo, barcode
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

type identityRule struct {
	reason, zh, en string
	names          *regexp.Regexp // over the words of the question's name, joined by "_"
	labels         *regexp.Regexp // over one clause of a label, in lower case
}

var identityRules = []identityRule{
	{"name", "姓名", "a person's name",
		regexp.MustCompile(`(^|_)(name|names|fullname|full_name|firstname|lastname|surname|nickname|xingming|xm|mingzi|signature|qianming)(_|$)|姓名|名字|签名`),
		regexp.MustCompile(`姓名|名字|尊姓|贵姓|您叫什么|签名|签字|\b(your|full|first|last|family|given|respondent'?s?|person'?s?) names?\b|^names?\b|\bsurname\b|\bsignature\b`)},
	{"phone", "电话", "a telephone number",
		regexp.MustCompile(`(^|_)(phone|phonenumber|phone_number|telephone|tel|mobile|cellphone|dianhua|shouji|shoujihao|lianxidianhua)(_|$)|电话|手机`),
		regexp.MustCompile(`电话|手机号|联系方式|\b(phone|telephone|mobile|cell) ?(number|no\b)|^(phone|telephone|mobile)\b`)},
	{"id-number", "证件号码", "an identity number",
		regexp.MustCompile(`(^|_)(idcard|id_card|id_number|id_no|idno|national_id|passport|sfz|sfzh|shenfenzheng|bankcard|bank_card|plate|chepai)(_|$)|身份证|银行卡|车牌`),
		regexp.MustCompile(`身份证|护照号|证件号|银行卡|车牌|\b(identity|id) (card|number|no\b)|\bpassport\b|\bbank (card|account)\b|\blicen[cs]e plate\b`)},
	{"address", "住址门牌", "an address",
		regexp.MustCompile(`(^|_)(address|addr|house_no|house_number|housenumber|door_no|street_no|dizhi|zhuzhi|menpai)(_|$)|地址|住址|门牌`),
		regexp.MustCompile(`地址|住址|门牌|\b(home|street|postal|your|house) address\b|^address\b|\bhouse (number|no\b)`)},
	{"contact", "通信账号", "an e-mail or chat account",
		regexp.MustCompile(`(^|_)(email|e_mail|mail|wechat|weixin|wx|qq)(_|$)|微信|邮箱`),
		regexp.MustCompile(`邮箱|微信号|qq号|\be-?mail\b|\bwechat (id|account)\b`)},
}

// of names things, not people: "village_name", "name of the clinic".
var thingNamed = regexp.MustCompile(`village|community|street|district|town|county|area|grid|school|clinic|hospital|shop|company|team|group|committee|project|road|crop|form|file|list|村名|社区名|学校|公司|单位|项目`)

var negated = regexp.MustCompile(`请勿|切勿|勿|不要|不得|不必|不用|无需|无须|不含|\b(no|not|never|without|don't|do not)\b`)

var clauses = regexp.MustCompile(`[（）()，,;；。.!！？?/\n]+`)

// IdentityQuestions lists the questions that would identify the respondent, in form order, with the reason: by name
// and label (Chinese and English), by type and by control. A sentiment form that has any is refused. Labels
// that ask people *not* to write names are understood.
func (f *Form) IdentityQuestions() []Identity {
	var found []Identity
	add := func(n *Node, reason, zh, en string) {
		found = append(found, Identity{Path: n.Path, Line: n.Line, Reason: reason, ZH: zh, EN: en})
	}
	for _, n := range f.questions {
		if reason, zh, en := n.identityByType(); reason != "" {
			add(n, reason, zh, en)
			continue
		}
		if n.Control == Meta || n.Control == Note || n.Selects() || n.Control == Trigger || n.Control == Range {
			continue
		}
		for _, rule := range identityRules {
			if rule.matches(n) {
				add(n, rule.reason, "题目询问"+rule.zh, "the question asks for "+rule.en)
				break
			}
		}
	}
	for _, a := range f.Actions {
		n := f.Node(a.Target)
		switch {
		case n == nil:
		case a.Kind == "setgeopoint" && n.Type != Geopoint:
			add(n, "geo", "表单自动记录位置", "the form records the position")
		case a.Kind == "recordaudio" && n.Type != Binary:
			add(n, "audio", "表单自动录音", "the form records sound")
		}
	}
	return found
}

func (n *Node) identityByType() (reason, zh, en string) {
	switch {
	case n.Type == Geopoint || n.Type == Geotrace || n.Type == Geoshape:
		return "geo", "题目记录位置", "the question records a position"
	case n.Type == Barcode:
		return "barcode", "题目扫描条码或二维码", "the question scans a code"
	case n.Name == "audit" && n.InMeta:
		for p := range n.Parameters {
			if strings.HasPrefix(p, "location-") {
				return "geo", "审计日志记录位置", "the audit log records positions"
			}
		}
		return "", "", ""
	case n.Preload == "property" && strings.Contains(" phonenumber phone_number simserial sim_serial subscriberid email ", " "+strings.ToLower(n.PreloadParams)+" "):
		return "phone", "表单读取手机号或账号", "the form reads the phone's number or account"
	case n.Type == Binary:
		switch kind, _, _ := strings.Cut(n.MediaType, "/"); kind {
		case "image", "audio", "video":
			return kind, "题目采集图像、声音或视频", "the question takes a picture, sound or video"
		}
		if strings.Contains(n.Name, "audio") {
			return "audio", "表单录音", "the form records sound"
		}
		return "file", "题目收取文件", "the question takes a file"
	}
	return "", "", ""
}

func (r identityRule) matches(n *Node) bool {
	name := nameWords(n.Name)
	if r.names.MatchString(name) && !(r.reason == "name" && thingNamed.MatchString(name)) {
		return true
	}
	for _, text := range []Text{n.Label, n.Hint} {
		for _, words := range text.Words {
			for _, clause := range clauses.Split(strings.ToLower(words), -1) {
				clause = strings.TrimSpace(clause)
				if r.labels.MatchString(clause) && !negated.MatchString(clause) && !(r.reason == "name" && thingNamed.MatchString(clause)) {
					return true
				}
			}
		}
	}
	return false
}

// nameWords splits a question's name into lower-case words joined by "_": "headName2" gives "head_name".
func nameWords(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			if lower {
				b.WriteByte('_')
			}
			b.WriteRune(r + 'a' - 'A')
			lower = false
			continue
		case r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			r = '_'
		}
		lower = r >= 'a' && r <= 'z'
		b.WriteRune(r)
	}
	return strings.Trim(b.String(), "_")
}
