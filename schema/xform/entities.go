package xform

import (
	"strings"

	"ruhu/internal/limits"
	"ruhu/schema"
)

// entityVersions are the versions of the entities specification whose forms are understood.
var entityVersions = []string{"2022.1", "2023.1", "2024.1", "2025.1"}

// readEntities records the entity declarations of the form.
func (r *reader) readEntities() {
	if v := r.form.EntitiesVer; v != "" {
		known := false
		for _, e := range entityVersions {
			known = known || v == e || strings.HasPrefix(v, e+".")
		}
		if !known {
			r.fault(r.model, "", "entities-version", "不支持的 entities 版本 "+quoted(v), "the entities version "+quoted(v)+" is not supported",
				"支持："+strings.Join(entityVersions, "、"), "supported: "+strings.Join(entityVersions, ", "))
			return
		}
	}
	walk(r.form.Root, func(parent, n *schema.Node) {
		if n.Name != "entity" || parent.Name != "meta" {
			return
		}
		e := r.origins[n][0]
		if len(r.form.Entities) == limits.FormEntities {
			r.overLimit(e)
			return
		}
		d := schema.Entity{Dataset: strings.TrimSpace(e.attr("dataset"))}
		owner := strings.TrimSuffix(localNames(parent.Ref), "/meta")
		d.Path = patternOfRef(owner)
		_, d.Create = e.attrNS("", "create")
		_, d.Update = e.attrNS("", "update")
		d.HasLabel = e.child("label") != nil
		if d.Dataset == "" || strings.HasPrefix(d.Dataset, "__") || strings.Contains(d.Dataset, ".") {
			r.fault(e, localNames(n.Ref), "entity-dataset", "实体的 dataset 名称无效", "the entity's dataset has no valid name",
				"名称不能为空、不能含点、不能以 __ 开头", "it must not be empty, hold a dot or begin with __")
		}
		r.form.Entities = append(r.form.Entities, d)
	})
	r.readSaveTo()
}

// readSaveTo gives each entity the questions that become its properties: those of its group or of groups within.
func (r *reader) readSaveTo() {
	properties := map[string]string{}
	walk(r.form.Root, func(_, n *schema.Node) {
		if n.SaveTo == "" {
			return
		}
		path, best := patternOfRef(n.Ref), -1
		dataset, property, several := strings.Cut(n.SaveTo, "#")
		if !several {
			dataset, property = "", n.SaveTo
		}
		for i, d := range r.form.Entities {
			within := d.Path == "" || strings.HasPrefix(path, d.Path+"/")
			if within && (dataset == "" || dataset == d.Dataset) && (best < 0 || len(d.Path) > len(r.form.Entities[best].Path)) {
				best = i
			}
		}
		if best < 0 {
			r.warn(r.origins[n][0], n.Ref, "saveto-no-entity", "题目写入实体，但表单没有声明实体，答案不会写入", "the question is saved to an entity, but none is declared: it is kept as an answer only",
				"请在 entities 表中声明", "declare it on the entities sheet")
			return
		}
		d := &r.form.Entities[best]
		if lower := strings.ToLower(property); lower == "name" || lower == "label" || property == "" || strings.HasPrefix(property, "__") {
			r.fault(r.origins[n][0], n.Ref, "saveto-name", "实体属性名 "+quoted(property)+" 不可用", "the entity property "+quoted(property)+" is a reserved name",
				"请换一个名称", "choose another name")
		}
		key := d.Dataset + "\x00" + strings.ToLower(property)
		if was, twice := properties[key]; twice && was != property {
			r.fault(r.origins[n][0], n.Ref, "saveto-case", "实体属性 "+quoted(property)+" 与 "+quoted(was)+" 仅大小写不同",
				"the entity properties "+quoted(property)+" and "+quoted(was)+" differ only in case", "请统一写法", "write them alike")
		}
		properties[key] = property
		d.SavedTo = append(d.SavedTo, schema.SaveTo{Path: path, Property: property})
	})
}

func walk(n *schema.Node, visit func(parent, n *schema.Node)) {
	for _, c := range n.Children {
		visit(n, c)
		walk(c, visit)
	}
}
