package xlsform

import "strings"

// formSettings are what the settings sheet says, with what counts where it is silent.
type formSettings struct {
	name, title, id, version           string
	language                           string // default_language
	style, instanceName, namespaces    string
	xmlns, prefix, delimiter           string
	publicKey, submissionURL           string
	autoSend, autoDelete               string
	clientEditable, choiceTwice        bool
	tidyText, noInstanceID, noneOption bool
	flat                               bool
	instanceID                         string
	attributes                         attributes
	columns                            map[string]string
	row                                int
}

const defaultLanguage = "default"

// readSettings reads the settings sheet; only its first row counts.
func (c *converter) readSettings() {
	s := &c.settings
	*s = formSettings{name: "data", id: c.opt.Name, language: defaultLanguage, tidyText: true, instanceID: "uid", columns: map[string]string{}}
	if s.id == "" {
		s.id = "data"
	}
	t := c.table(settings)
	if t == nil || len(t.rows) == 0 {
		c.warnMisspelt(settings)
		s.title = s.id
		return
	}
	both := t.columnByHeader("id_string")
	if both != nil && t.columnByHeader("form_id") != nil {
		c.warn(place{settings, 1, "id_string"}, "duplicate-column", "form_id 与 id_string 同时存在，以 form_id 为准",
			"both form_id and id_string are given; form_id counts", "请删去 id_string 列", "remove the column id_string")
		t.drop("id_string")
	}
	c.readColumns(t, settingsHeaders)
	first := t.rows[0]
	s.row = first.n
	if len(t.rows) > 1 {
		c.warn(place{settings, t.rows[1].n, ""}, "settings-rows", "settings 表只有第一行有效", "only the first row of the settings counts", "请删去其余各行", "remove the other rows")
	}
	given := map[string]string{}
	for _, col := range t.columns {
		cell := straight(first.cell(col))
		if cell == "" {
			continue
		}
		if col.path[0] == "attribute" && len(col.path) > 1 {
			s.attributes.put(col.path[1], cell)
			continue
		}
		if len(col.path) == 1 {
			given[col.path[0]], s.columns[col.path[0]] = cell, col.header
		}
	}
	c.applySettings(given)
}

func (t *table) columnByHeader(header string) *column {
	for i := range t.columns {
		if t.columns[i].header == header {
			return &t.columns[i]
		}
	}
	return nil
}

func (t *table) drop(header string) {
	for i := range t.columns {
		if t.columns[i].header == header {
			t.columns = append(t.columns[:i:i], t.columns[i+1:]...)
			return
		}
	}
}

// setting names the place of a setting.
func (c *converter) setting(name string) place {
	column := c.settings.columns[name]
	if column == "" {
		column = name
	}
	return place{settings, max(c.settings.row, 1), column}
}

func (c *converter) applySettings(given map[string]string) {
	s := &c.settings
	for name, into := range map[string]*string{
		"name": &s.name, "title": &s.title, "id_string": &s.id, "version": &s.version, "default_language": &s.language, "style": &s.style,
		"instance_name": &s.instanceName, "namespaces": &s.namespaces, "instance_xmlns": &s.xmlns, "prefix": &s.prefix, "delimiter": &s.delimiter,
		"public_key": &s.publicKey, "submission_url": &s.submissionURL, "auto_send": &s.autoSend, "auto_delete": &s.autoDelete,
		"instance_id": &s.instanceID,
	} {
		if v := given[name]; v != "" {
			*into = v
		}
	}
	for name, into := range map[string]*bool{
		"client_editable": &s.clientEditable, "allow_choice_duplicates": &s.choiceTwice, "clean_text_values": &s.tidyText,
		"omit_instanceID": &s.noInstanceID, "add_none_option": &s.noneOption, "flat": &s.flat,
	} {
		v := given[name]
		if v == "" {
			continue
		}
		yes, known := yesNo(v)
		if !known {
			yes, known = yesNo(strings.ToLower(v))
		}
		if !known {
			c.warn(c.setting(name), "yes-no", name+" 应为 yes 或 no，未采用 "+quoted(v), "the setting "+name+" is yes or no; "+quoted(v)+" is not taken",
				"请填写 yes 或 no", "write yes or no")
			continue
		}
		*into = yes
	}
	if s.title == "" {
		s.title = s.id
	}
	if !isName(s.name) {
		c.fault(c.setting("name"), "name", "name 不能作为名称："+quoted(s.name), "the name "+quoted(s.name)+" is invalid: "+nameRuleEN, nameRuleZH, "use letters, digits and underscores, a letter first")
	}
	if s.noInstanceID && s.publicKey != "" {
		c.fault(c.setting("omit_instanceID"), "instance-id", "加密表单不能省略 instanceID", "instanceID cannot be omitted: encryption needs it", "请删去 omit_instanceID", "remove omit_instanceID")
	}
	for pair := range strings.FieldsSeq(s.namespaces) {
		if prefix, uri, ok := strings.Cut(pair, "="); !ok || !isPlainName(prefix) || uri == "" || strings.Contains(uri, "=") {
			c.warn(c.setting("namespaces"), "namespace", "无法识别的命名空间 "+quoted(pair), "the namespace "+quoted(pair)+" is not understood",
				`请写成 prefix="uri"`, `write prefix="uri"`)
		}
	}
}

const (
	nameRuleZH = "名称须以字母或下划线开头，其后可用字母、数字、下划线、连字符和句点"
	nameRuleEN = "names begin with a letter or underscore; after that letters, digits, underscores, hyphens and periods"
)

// warnMisspelt says that a sheet that is missing may be there under a misspelt name.
func (c *converter) warnMisspelt(sheet string) {
	if near := c.nearSheets(sheet); near != "" {
		c.warn(place{sheet, 0, ""}, "sheet-misspelt", "没有 "+sheet+" 表，但有名称相近的 "+near, "there is no sheet "+sheet+", but one with a similar name: "+near,
			"请改名；若与表单无关，请在表名前加下划线", "rename it; put an underscore before the name of a sheet that is not meant")
	}
}

// nearSheets lists sheets whose names are nearly that of a missing one.
func (c *converter) nearSheets(sheet string) string {
	var list []string
	for _, s := range c.sheets {
		name := sheetName(s.Name)
		if strings.HasPrefix(name, "_") || distance(name, sheet, 3) > 2 {
			continue
		}
		known := false
		for _, k := range knownSheets {
			known = known || name == k
		}
		if !known {
			list = append(list, quoted(s.Name))
		}
	}
	return strings.Join(list, ", ")
}
