package survey

import (
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// keepsOpinions reports whether forms of a kind must not make entities: lists go to phones and outlive a withdrawal's sight.
func (k Kind) keepsOpinions() bool { return k == KindSentiment || k == KindBackcheck }

// checkNoEntities refuses a form of opinions that declares entities. Code sentiment-identity, one fault a declaration.
func checkNoEntities(f *schema.Form) error {
	var faults Faults
	addEntityFaults(&faults, f)
	return faults.err(errs.SentimentIdentity, "check entities of form "+f.ID)
}

func addEntityFaults(faults *Faults, f *schema.Form) {
	for _, e := range f.Entities {
		faults.add(lineOfEntity(f, e), 0, e.Dataset, "民情表单不得写入实体列表（"+e.Dataset+"）：受访者的意见不得留在列表里。请删除 entities 声明。",
			"a form of opinions must not save to the entity list "+e.Dataset+": what respondents say must not live on in lists. Remove the declaration of entities.")
	}
}

func lineOfEntity(f *schema.Form, e schema.Entity) int {
	path := "meta/entity"
	if e.Path != "" {
		path = e.Path + "/meta/entity"
	}
	if n := f.Node(path); n != nil {
		return n.Line
	}
	return 0
}

// checkEntityNames refuses names of lists and properties that cannot be one, or that differ only in case from those of other
// published forms: phones and spreadsheets would take one for the other. Code form-faults, all at once.
func checkEntityNames(f *schema.Form, published *schema.Forms) error {
	if len(f.Entities) == 0 {
		return nil
	}
	lists, properties := map[string]string{}, map[string]string{}
	for _, id := range published.IDs() {
		for _, other := range published.Versions(id) {
			for _, e := range other.Entities {
				lists[strings.ToLower(e.Dataset)] = e.Dataset
				for _, s := range e.SavedTo {
					properties[strings.ToLower(e.Dataset+"\x00"+s.Property)] = s.Property
				}
			}
		}
	}
	var faults []schema.Fault
	for _, e := range f.Entities {
		if !schema.EntityListName(e.Dataset) {
			faults = append(faults, nameFault(lineOfEntity(f, e), e.Path, "entity-dataset", "实体列表", "the entity list", e.Dataset))
		}
		if was, there := lists[strings.ToLower(e.Dataset)]; there && was != e.Dataset {
			faults = append(faults, caseFault(lineOfEntity(f, e), e.Path, "entity-dataset-case", "实体列表", "the entity list", e.Dataset, was))
		}
		for _, s := range e.SavedTo {
			line := 0
			if n := f.Node(s.Path); n != nil {
				line = n.Line
			}
			if !schema.EntityPropertyName(s.Property) {
				faults = append(faults, nameFault(line, s.Path, "saveto-name", "实体属性", "the entity property", s.Property))
			}
			was, there := properties[strings.ToLower(e.Dataset+"\x00"+s.Property)]
			if !there || was == s.Property {
				continue
			}
			faults = append(faults, caseFault(line, s.Path, "saveto-case", "实体属性", "the entity property", s.Property, was))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return errs.WrapCode(errs.FormFaults, "check entities", &FormFaults{faults})
}

func nameFault(line int, path, code, zh, en, name string) schema.Fault {
	return schema.Fault{Line: line, Path: path, Code: code,
		ZH: zh + " " + printable(name) + " 的名称不可用。", EN: en + " " + printable(name) + " has no usable name",
		HintZH: "以字母或下划线开头，只含字母、数字、- 和 _，不以 __ 开头；属性不得名为 name 或 label。",
		HintEN: "begin with a letter or _, use letters, digits, - and _ only, not __ at the beginning; a property is not called name or label"}
}

func caseFault(line int, path, code, zh, en, name, was string) schema.Fault {
	return schema.Fault{Line: line, Path: path, Code: code,
		ZH: zh + " " + printable(name) + " 与已有的 " + printable(was) + " 仅大小写不同。", EN: en + " " + printable(name) + " differs only in case from " + printable(was) + ", which is there",
		HintZH: "请使用已有的写法。", HintEN: "write it as it is there"}
}

// checkEntities is what publishing asks of a form's entities.
func (s *Service) checkEntities(f *schema.Form) error {
	if info, used := s.Info(f.ID); used && info.Kind.keepsOpinions() {
		if err := checkNoEntities(f); err != nil {
			return err
		}
	}
	return checkEntityNames(f, s.Snapshot())
}
