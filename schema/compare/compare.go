// Package compare says in words, in Chinese and English, what differs between two versions of a form, and what that
// means for the records that exist already.
package compare

import "ruhu/schema"

// Kind is what sort of difference an entry tells.
type Kind string

// The kinds. Refused is a change that no version may bring; see schema.TypeChanges.
const (
	TypeRefused       Kind = "type-refused"
	OtherForm         Kind = "other-form"
	Title             Kind = "title"
	LanguageAdded     Kind = "language-added"
	LanguageRemoved   Kind = "language-removed"
	QuestionAdded     Kind = "question-added"
	QuestionRemoved   Kind = "question-removed"
	QuestionMoved     Kind = "question-moved"
	GroupAdded        Kind = "group-added"
	GroupRemoved      Kind = "group-removed"
	GroupMoved        Kind = "group-moved"
	RepeatAdded       Kind = "repeat-added"
	RepeatRemoved     Kind = "repeat-removed"
	RepeatMoved       Kind = "repeat-moved"
	Order             Kind = "order"
	ControlChanged    Kind = "control"
	Label             Kind = "label"
	Hint              Kind = "hint"
	Guidance          Kind = "guidance"
	Media             Kind = "media"
	Relevance         Kind = "relevance"
	Constraint        Kind = "constraint"
	ConstraintMessage Kind = "constraint-message"
	Required          Kind = "required"
	RequiredMessage   Kind = "required-message"
	Calculation       Kind = "calculation"
	ReadOnly          Kind = "read-only"
	Default           Kind = "default"
	Appearance        Kind = "appearance"
	Parameters        Kind = "parameters"
	RepeatCount       Kind = "repeat-count"
	SaveTo            Kind = "save-to"
	ListAdded         Kind = "list-added"
	ListRemoved       Kind = "list-removed"
	ChoiceAdded       Kind = "choice-added"
	ChoiceRemoved     Kind = "choice-removed"
	ChoiceLabel       Kind = "choice-label"
	ChoiceData        Kind = "choice-data"
	ChoiceOrder       Kind = "choice-order"
	ChoiceFilter      Kind = "choice-filter"
	TableAdded        Kind = "table-added"
	TableRemoved      Kind = "table-removed"
	TableChanged      Kind = "table-changed"
	AttachmentAdded   Kind = "attachment-added"
	AttachmentRemoved Kind = "attachment-removed"
	EntityAdded       Kind = "entity-added"
	EntityRemoved     Kind = "entity-removed"
	EntityChanged     Kind = "entity-changed"
	ActionAdded       Kind = "action-added"
	ActionRemoved     Kind = "action-removed"
	Submission        Kind = "submission"
	Style             Kind = "style"
)

// Change is one difference. Path is the pattern path of the node concerned in the newer version, in the older one for
// what was removed, "" for the form itself. The words name what was and what is, and what becomes of older records.
type Change struct {
	Kind    Kind   `json:"kind"`
	Path    string `json:"path,omitempty"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Refused bool   `json:"refused,omitempty"` // the newer version cannot be added beside the older one
}

// Msg returns the words in "zh" or "en".
func (c Change) Msg(lang string) string {
	if schema.LanguageCode(lang) == "zh" {
		return c.ZH
	}
	return c.EN
}

// Versions lists what differs from old to next, empty where nothing that the model holds does. The order is fixed: what is
// refused, the form itself, the nodes of next in form order, choices at the first question that uses their list, what was
// removed in the order of old, then tables, files, entities, actions and how the form is sent. Both forms must be sealed.
func Versions(old, next *schema.Form) []Change {
	c := &comparison{old: old, next: next}
	if old.ID != next.ID {
		c.say(OtherForm, "", say("这是另一份表单：%s 与 %s。", old.ID, next.ID), say("these are different forms: %s and %s", old.ID, next.ID))
	}
	c.refused()
	c.form()
	c.match()
	c.nodes()
	c.removed()
	c.tables()
	c.attachments()
	c.entities()
	c.actions()
	c.sending()
	return c.out
}

type comparison struct {
	old, next *schema.Form
	out       []Change

	from  map[*schema.Node]*schema.Node // node of next -> node of old it came from
	gone  map[*schema.Node]bool         // nodes of old that are matched with none
	moved map[*schema.Node]bool         // nodes of next that stand elsewhere in the order
	lists map[[2]*schema.ChoiceList]bool
}

func (c *comparison) say(kind Kind, path, zh, en string) {
	c.out = append(c.out, Change{Kind: kind, Path: path, ZH: zh, EN: en})
}

func (c *comparison) refused() {
	for _, f := range schema.TypeChanges(c.old, c.next) {
		c.out = append(c.out, Change{Kind: TypeRefused, Path: f.Path, Refused: true,
			ZH: say("不能改变 %s 的类型：%s。新旧记录同列在一张表中，同一路径只能有一种含义；%s。", f.Path, f.ZH, f.HintZH),
			EN: say("the type of %s cannot change: it %s. Records of all versions stand in one table, so a path means one thing for ever: %s", f.Path, f.EN, f.HintEN)})
	}
}
