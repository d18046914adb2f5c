package xlsform

import "strings"

// The sheets that mean something.
const (
	survey          = "survey"
	choices         = "choices"
	settings        = "settings"
	externalChoices = "external_choices"
	entities        = "entities"
	osm             = "osm"
)

func sheetName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
