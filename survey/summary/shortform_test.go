package summary_test

import (
	"github.com/stretchr/testify/require"

	"ruhu/schema"
	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

// shortForm has one question of each kind a summary shows and each kind of condition, so that many streets can be tried in
// little time.
const shortForm = `
| survey |
| | type | name | label | relevant | appearance |
| | select_one yn | consent | Consent | | |
| | select_one yn | adult | Of age | ${consent} = '1' | |
| | select_one sex | sex | Sex | ${adult} = '1' | |
| | select_one sat5 | road | Roads | ${adult} = '1' | likert |
| | select_one yn | met | Met the office | ${adult} = '1' | |
| | select_one how | how | How | ${met} = '1' | |
| | select_multiple want | want | What is wanted | ${adult} = '1' | |
| | select_one sat5 | lamp | Lamps | selected(${want}, '1') | likert |
| choices |
| | list_name | name | label |
| | yn | 1 | Yes |
| | yn | 0 | No |
| | sex | 1 | Man |
| | sex | 2 | Woman |
| | sat5 | 1 | Very good |
| | sat5 | 2 | Good |
| | sat5 | 3 | Fair |
| | sat5 | 4 | Bad |
| | sat5 | 5 | Very bad |
| | sat5 | -98 | Don't know |
| | sat5 | -99 | Refused |
| | how | 1 | At the office |
| | how | 2 | By telephone |
| | how | 3 | At home |
| | how | -98 | Don't know |
| | want | 1 | Lamps |
| | want | 2 | Roads |
| | want | 3 | Water |
| | want | -98 | Don't know |
| | want | -99 | Refused |
| settings |
| | form_title | form_id | version |
| | Short | short | 1 |
`

func readShortForm(t require.TestingT) *schema.Form {
	sheets, err := xlsform.ParseMarkdown(shortForm)
	require.NoError(t, err)
	res, err := xlsform.ConvertTables(sheets, xlsform.Options{Name: "short"})
	require.NoError(t, err)
	form, _, err := xform.Read(res.XML)
	require.NoError(t, err)
	return form
}
