package xlsform

import "strings"

// headerRules say which headers a sheet knows.
type headerRules struct {
	known   map[string]bool     // taken as they are
	aliases map[string][]string // other ways to write them
	wanted  string              // a column that must be there
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// mediaAliases are the short ways to write media columns.
var mediaAliases = map[string][]string{
	"image": {"media", "image"}, "big-image": {"media", "big-image"}, "audio": {"media", "audio"}, "video": {"media", "video"},
}

func withMedia(m map[string][]string) map[string][]string {
	for k, v := range mediaAliases {
		m[k] = v
	}
	return m
}

var surveyHeaders = headerRules{
	wanted: "type",
	known: words(`name label type hint guidance_hint default bind control instance media trigger choice_filter parameters itemset
		choices list_name query sms_field actions extra_data flat`),
	aliases: withMedia(map[string][]string{
		"sms_option": {"sms_option"}, "sms_separator": {"sms_separator"}, "sms_allow_media": {"sms_allow_media"},
		"sms_date_format": {"sms_date_format"}, "sms_datetime_format": {"sms_datetime_format"}, "sms_response": {"sms_response"},
		"compact_tag": {"instance", "odk:tag"},
		"read_only":   {"bind", "readonly"}, "readonly": {"bind", "readonly"},
		"relevant": {"bind", "relevant"}, "relevance": {"bind", "relevant"},
		"required": {"bind", "required"}, "constraint": {"bind", "constraint"},
		"constraining_message": {"bind", "jr:constraintMsg"}, "constraint_message": {"bind", "jr:constraintMsg"},
		"requiredmsg": {"bind", "jr:requiredMsg"}, "required_message": {"bind", "jr:requiredMsg"},
		"noapperrorstring": {"bind", "jr:noAppErrorString"}, "no_app_error_string": {"bind", "jr:noAppErrorString"},
		"calculation": {"bind", "calculate"}, "calculate": {"bind", "calculate"},
		"caption": {"label"}, "command": {"type"}, "tag": {"name"}, "value": {"name"},
		"appearance": {"control", "appearance"}, "count": {"control", "jr:count"}, "repeat_count": {"control", "jr:count"},
		"jr:count": {"control", "jr:count"}, "autoplay": {"control", "autoplay"}, "rows": {"control", "rows"}, "body": {"control"},
		"save_to": {"bind", "entities:saveto"},
	}),
}

var choicesHeaders = headerRules{
	wanted:  "name",
	known:   words("name label media sms_option extra_data"),
	aliases: withMedia(map[string][]string{"caption": {"label"}, "list_name": {"list name"}, "value": {"name"}}),
}

var externalHeaders = headerRules{known: choicesHeaders.known, aliases: choicesHeaders.aliases}

var entitiesHeaders = headerRules{
	known:   words("dataset entity_id create_if update_if label repeat"),
	aliases: map[string][]string{"list_name": {"dataset"}},
}

var settingsHeaders = headerRules{
	known: words(`name title id_string version default_language style instance_name instance_xmlns namespaces attribute public_key
		submission_url auto_send auto_delete client_editable allow_choice_duplicates clean_text_values omit_instanceID add_none_option
		delimiter prefix flat label bind children control hint media type instance choices sms_keyword sms_separator sms_allow_media
		sms_date_format sms_datetime_format sms_response sms_field file_name entity_version extra_data`),
	aliases: map[string][]string{
		"form_title": {"title"}, "set_form_title": {"title"}, "form_id": {"id_string"}, "set_form_id": {"id_string"}, "prefix": {"prefix"},
	},
}

// readColumns finds out what the headers of a sheet mean.
func (c *converter) readColumns(t *table, rules headerRules) {
	double := false
	for _, col := range t.columns {
		double = double || strings.Contains(col.header, "::")
	}
	said := map[string]string{}
	kept := t.columns[:0]
	for _, col := range t.columns {
		alias := false
		col.path, alias = meaning(col.header, double, rules)
		key := strings.Join(col.path, "\x00")
		if other, twice := said[key]; twice {
			if alias {
				c.fault(place{t.name, 1, col.header}, "duplicate-column", "列 "+other+" 与 "+col.header+" 是同一列的不同写法",
					"the headers "+other+" and "+col.header+" are different names for the same column", "请改名或删去其中一列", "rename or remove one of them")
				continue
			}
			c.warn(place{t.name, 1, col.header}, "duplicate-column", "列 "+other+" 与 "+col.header+" 含义相同，以后者为准",
				"the headers "+other+" and "+col.header+" mean the same column; the last one counts", "请删去其中一列", "remove one of them")
		}
		said[key] = col.header
		kept = append(kept, col)
	}
	t.columns = kept
	if rules.wanted != "" && !t.has(rules.wanted) && (len(t.rows) > 0 || t.name == survey) {
		hintZH, hintEN := "请在第一行加上该列名", "add the header to the first row"
		if near := c.nearHeader(t, rules.wanted); near != "" {
			hintZH, hintEN = "是否把 "+near+" 写错了？", "is "+near+" a misspelling of it?"
		}
		c.fault(place{t.name, 1, rules.wanted}, "column-missing", t.name+" 表缺少 "+rules.wanted+" 列", "the sheet "+t.name+" has no column "+rules.wanted, hintZH, hintEN)
	}
}

func (c *converter) nearHeader(t *table, wanted string) string {
	var list []string
	for _, col := range t.columns {
		list = append(list, col.header)
	}
	return c.closest(wanted, list)
}

// meaning reads a header: what the column holds, and whether it is another name for it.
func meaning(header string, double bool, rules headerRules) (path []string, alias bool) {
	if rules.known[header] && rules.aliases[header] == nil {
		return []string{header}, false
	}
	plain := snake(header)
	if rules.known[plain] && rules.aliases[plain] == nil {
		return []string{plain}, plain != header
	}
	var parts []string
	if double || strings.Contains(header, "::") {
		parts = strings.Split(header, "::")
	} else {
		parts = strings.Split(header, ":")
		for i := range parts { // "jr:count" within single colons is one word
			if strings.TrimSpace(parts[i]) == "jr" && i+1 < len(parts) {
				parts = append(append(append([]string{}, parts[:i]...), "jr:"+strings.TrimSpace(parts[i+1])), parts[i+2:]...)
				break
			}
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	first := snake(parts[0])
	switch {
	case rules.aliases[first] != nil:
		return append(append([]string{}, rules.aliases[first]...), parts[1:]...), true
	case rules.known[first]:
		return append([]string{first}, parts[1:]...), first != header
	}
	return parts, false
}
