package xlsform_test

// structureCases are forms whose parts lie in groups and repeats, refer to each other, or make entities.
var structureCases = []goodCase{
	{"groups, repeats and their counts", `
| survey |
|  | type | name | label | repeat_count | appearance | relevant | intent |
|  | integer | n | N | | | | |
|  | begin group | g | G | | field-list | ${n} > 0 | ex:tool(x=${n}) |
|  | begin_repeat | r | R ${n} | ${n} | | | |
|  | text | t | T | | | | |
|  | end repeat | | | | | | |
|  | begin repeat | k | K | 2 + ${n} | compact | | |
|  | text | u | U | | | | |
|  | end_repeat | | | | | | |
|  | end group | | | | | | |`,
		[]string{"/h:body/group [appearance=field-list | intent=ex:tool(x= /data/n ) | ref=/data/g]", "bind [nodeset=/data/g | relevant=/data/n > 0]", "/h:body/group/group/repeat [jr:count=/data/n | nodeset=/data/g/r]",
			"/h:body/group/group/label [] R </data/n>", "bind [calculate=2 + /data/n | nodeset=/data/g/k_count | readonly=true() | type=string]", "/h:body/group/group/repeat [appearance=compact | jr:count=/data/g/k_count | nodeset=/data/g/k]",
			"/data/g/r [jr:template=]", "/data/g/r []", "/data/g/k_count []"}, nil},
	{"references within repeats", `
| survey |
|  | type | name | label | calculation | default | choice_filter |
|  | text | top | Top | | | |
|  | begin repeat | house | House | | | |
|  | text | road | Road | | | |
|  | begin group | inner | Inner | | | |
|  | text | no | No ${road} ${top} | | ${road} | |
|  | begin repeat | member | Member | | | |
|  | integer | age | Age | | | |
|  | calculate | c1 | | ${road} + ${no} + ${age} + ${top} | | |
|  | calculate | c2 | | indexed-repeat(${age}, ${house}, 1, ${member}, 2) + ${age} | | |
|  | calculate | c3 | | indexed-repeat(${age}, ${member}, ${no} - 1) | | |
|  | calculate | c4 | | instance('crop')/root/item[name = ${age} and x = ${top}]/label | | |
|  | select_one crop | pick | Pick | | | name = ${age} |
|  | end repeat | | | | | |
|  | end group | | | | | |
|  | calculate | total | | sum(${age}) | | |
|  | end repeat | | | | | |
|  | calculate | all | | sum(${age}) + count(${house}) | | |
| choices |
|  | list_name | name | label | x |
|  | crop | 1 | C | 2 |`,
		[]string{"calculate=../../../road + ../../no + ../age + /data/top", "calculate=indexed-repeat( /data/house/inner/member/age , /data/house , 1, /data/house/inner/member , 2) + ../age",
			"calculate=indexed-repeat( /data/house/inner/member/age , /data/house/inner/member , ../../no - 1)", "calculate=instance('crop')/root/item[name = current()/../age and x = /data/top ]/label",
			"itemset [nodeset=instance('crop')/root/item[name = current()/../age ]]", "calculate=sum( ../inner/member/age )", "calculate=sum( /data/house/inner/member/age ) + count( /data/house )",
			"/label [] No <../../road> </data/top>", "action setvalue [event=odk-instance-first-load | ref=/data/house/inner/no | value=../../road]", "repeat/setvalue [event=odk-new-repeat | ref=/data/house/inner/no | value=../../road]"}, nil},
	{"choices that are answers given before", `
| survey |
|  | type | name | label | choice_filter |
|  | begin repeat | child | Child | |
|  | text | called | Name | |
|  | integer | age | Age | |
|  | begin repeat | visit | Visit | |
|  | select_one ${called} | who | Who? | |
|  | end repeat | | | |
|  | end repeat | | | |
|  | select_one ${called} | eldest | Eldest | ${age} > 9 |
|  | select_multiple ${called} | some | Some | |`,
		[]string{"/h:body/select1/itemset [nodeset=/data/child[ ./age > 9]]", "/h:body/select/itemset [nodeset=/data/child[./called != '']]", "/h:body/select/itemset/value [ref=called]", "itemset [nodeset=../../../child[./called != '']]"}, nil},
	{"defaults", `
| survey |
|  | type | name | label | default |
|  | date | a | A | 2026-01-31 |
|  | date | b | B | today() |
|  | integer | c | C | -4 |
|  | text | d | D | 1 + 1 |
|  | text | e | E | a-b (c) |
|  | image | f | F | tree.png |
|  | geopoint | g | G | 31.2 -0.5 0 0 |
|  | begin repeat | r | R | |
|  | text | h | H | x |
|  | end repeat | | | |
|  | calculate | i | | once(uuid()) |`,
		[]string{"/data/a [] 2026-01-31", "action setvalue [event=odk-instance-first-load | ref=/data/b | value=today()]", "/data/c [] -4", "ref=/data/d | value=1 + 1", "/data/e [] a-b (c)", "/data/f [] jr://images/tree.png",
			"/data/g [] 31.2 -0.5 0 0", "/data/r/h [] x", "ref=/data/i | value=once(uuid())"}, []string{"ref=/data/c | value", "/data/b [] today()"}},
	{"triggers", `
| survey |
|  | type | name | label | calculation | trigger |
|  | text | a | A | | |
|  | select_one yn | b | B | | |
|  | dateTime | when | | now() | ${a} |
|  | calculate | both | | ${a} | ${a}, ${b} |
|  | text | cleared | C | | ${b} |
|  | background-geopoint | place | | | ${a} |
|  | begin repeat | r | R | | |
|  | text | x | X | | |
|  | calculate | y | | ${x} | ${x} |
|  | end repeat | | | | |
| choices |
|  | list_name | name | label |
|  | yn | y | Yes |`,
		[]string{"/h:body/input/setvalue [event=xforms-value-changed | ref=/data/when | value=now()]", "bind [nodeset=/data/when | type=dateTime]", "/h:body/input/setvalue [event=xforms-value-changed | ref=/data/both | value=/data/a]",
			"/h:body/select1/setvalue [event=xforms-value-changed | ref=/data/both | value=/data/a]", "/h:body/select1/setvalue [event=xforms-value-changed | ref=/data/cleared]", "/h:body/input/odk:setgeopoint [event=xforms-value-changed | ref=/data/place]",
			"bind [nodeset=/data/place | type=geopoint]", "setvalue [event=xforms-value-changed | ref=/data/r/y | value=../x]"}, []string{"calculate=now()"}},
	{"tables of selects", `
| survey |
|  | type | name | label | hint | appearance |
|  | begin group | t | How often? | Think of a week | table-list w2 |
|  | select_one freq | tea | Tea | | |
|  | select_one freq | rice | Rice | | |
|  | end group | | | | |
|  | begin group | u | Other | | field-list |
|  | select_one freq | head | | | label |
|  | select_one freq | milk | Milk | | list-nolabel |
|  | end group | | | | |
| choices |
|  | list_name | name | label |
|  | freq | 1 | Daily |
|  | freq | 2 | Never |`,
		[]string{"/h:body/group [appearance=field-list w2 | ref=/data/t]", "/h:body/group/input [ref=/data/t/generated_table_list_label_2]", "/h:body/group/input/hint [] Think of a week", "/h:body/group/select1 [appearance=label | ref=/data/t/reserved_name_for_field_list_labels_3]",
			"/h:body/group/select1 [appearance=list-nolabel | ref=/data/t/tea]", "/h:body/group/select1 [appearance=label | ref=/data/u/head]"}, nil},
	{"a loop", `
| survey |
|  | type | name | label | relevant |
|  | begin loop over stock | have | Stock | |
|  | integer | n | How many %(label)s? | 'x' = '%(name)s' |
|  | end loop | | | |
| choices |
|  | list_name | name | label |
|  | stock | cow | cows |
|  | stock | pig | pigs |`,
		[]string{"/data/have/cow/n", "bind [nodeset=/data/have/pig/n | relevant='x' = 'pig' | type=int]", "/h:body/group/group/input/label [] How many cows?", "/h:body/group/group/label [] pigs"}, nil},
	{"a loop with a group", `
| survey |
|  | type | name | label |
|  | begin loop over stock | have | |
|  | begin group | herd | Of %(label)s |
|  | integer | n | How many %(label)s? |
|  | end group | | |
|  | end loop | | |
| choices |
|  | list_name | name | label |
|  | stock | cow | cows |`,
		[]string{"/h:body/group/group/group/label [] Of cows", "/h:body/group/group/group/input/label [] How many %(label)s?"}, nil},
	{"triggers with a comma too many", `
| survey |
|  | type | name | label | calculation | trigger |
|  | text | a | A | | |
|  | text | b | B | | |
|  | date | c | | today() | ${a}, ,${b}, |`,
		[]string{"body 00003 /h:body/input/setvalue [event=xforms-value-changed | ref=/data/c | value=today()]", "body 00006 /h:body/input/setvalue [event=xforms-value-changed | ref=/data/c | value=today()]"}, nil},
	{"search()", `
| survey |
|  | type | name | label | appearance |
|  | select_one fruit | a | A | minimal search('fruit') |
|  | select_one other | b | B | |
| choices |
|  | list_name | name | label |
|  | fruit | key | name |
|  | other | 1 | One |`,
		[]string{"/h:body/select1/item/value [] key", "/h:body/select1/item/label [] name", "list other 00001 name 1"}, []string{"list [id=fruit"}},
	{"settings", `
| survey |
|  | type | name | label | bind::odk:length | body::accept | instance::own:kind | noAppErrorString |
|  | text | a | A | 30 | .txt | k ${a} | none |
| settings |
|  | form_title | form_id | version | name | style | instance_name | namespaces | submission_url | public_key | auto_send | auto_delete | client_editable | attribute::own:for | prefix | delimiter |
|  | 标题 & 更多 | my form | 12 | top | pages theme-grid | concat(${a}, '-') | own="http://example.org/own" bad | https://example.org/s | KEY | true | false | yes | villages | p | + |`,
		[]string{"title 标题 & 更多", "/top [id=my form | odk:delimiter=+ | odk:prefix=p | version=12 | {http://example.org/own}for=villages]", "bind [jr:noAppErrorString=none | nodeset=/top/a | odk:length=30 | type=string]",
			"/h:body [class=pages theme-grid]", "/h:body/input [accept=.txt | ref=/top/a]", "/top/a [{http://example.org/own}kind=k /top/a]",
			"action submission [action=https://example.org/s | base64RsaPublicKey=KEY | method=post | odk:client-editable=true | orx:auto-delete=false | orx:auto-send=true]",
			"bind [calculate=concat( /top/a , '-') | nodeset=/top/meta/instanceName | type=string]"}, nil},
	{"settings that leave things out", `
| survey |
|  | type | name | label | calculation |
|  | text | a | two  blanks | 'a  b' |
| settings |
|  | omit_instanceID | clean_text_values | id_string | set form title |
|  | yes | no | x | T |`,
		[]string{"title T", "/data [id=x]", "calculate='a b'"}, []string{"instanceID"}},
	{"rows that are left out", `
| survey |
|  | type | name | label | disabled |
|  | text | a | A | |
|  | text | b | B | yes |
|  |      |   |   | remark |
|  | text | c | C | no |`,
		[]string{"/data/a", "/data/c"}, []string{"/data/b"}},
	{"a note needs no name", `
| survey |
|  | type | name | label |
|  | note | | Read this |`, []string{"/data/generated_note_name_2"}, nil},
	{"instance() in a label", `
| survey |
|  | type | name | label |
|  | select_one c | a | A |
|  | note | n | You chose instance('c')/root/item[name = ${a}]/label today, ${a} < 3 & more |
| choices |
|  | list_name | name | label |
|  | c | 1 | C |`,
		[]string{"/h:body/input/label [] You chose <instance('c')/root/item[name = /data/a ]/label> today, </data/a> < 3 & more"}, nil},
	{"a choice's label with a reference", `
| survey |
|  | type | name | label |
|  | text | who | Who |
|  | select_one c | a | A |
| choices |
|  | list_name | name | label |
|  | c | 1 | It was ${who} |`,
		[]string{"text default c-0 [] It was </data/who>", "list c 00001 itextId c-0"}, nil},
	{"places beside a question", `
| survey |
|  | type | name | label | parameters | choice_filter |
|  | begin repeat | plot | Plot | | |
|  | geopoint | geometry | Where | | |
|  | integer | size | Size | | |
|  | end repeat | | | | |
|  | geoshape | a | A | reference-geometry=Wells | name != '' |
|  | geotrace | b | B | reference-geometry=${plot} | ${size} > 1 |
| choices |
|  | list_name | name | label | geometry |
|  | Wells | w | W | 1 2 0 0 |`,
		[]string{"/h:body/input/itemset [nodeset=instance('Wells')/root/item[name != '']]", "/h:body/input/itemset [nodeset=/data/plot[ ./size > 1]]", "/h:body/input/itemset/value [ref=geometry]"}, nil},
	{"an entity is made", `
| survey |
|  | type | name | label | save_to |
|  | text | a | A | full_name |
| entities |
|  | list_name | label | create_if |
|  | people | ${a} | ${a} != '' |`,
		[]string{"model [entities:entities-version=2024.1.0 | odk:xforms-version=1.0.0]", "/data/meta/entity [create=1 | dataset=people | id=]", "/data/meta/entity/label []", "bind [entities:saveto=full_name | nodeset=/data/a | type=string]",
			"bind [calculate=/data/a != '' | nodeset=/data/meta/entity/@create | readonly=true() | type=string]", "bind [nodeset=/data/meta/entity/@id | readonly=true() | type=string]",
			"action setvalue [event=odk-instance-first-load | ref=/data/meta/entity/@id | value=uuid()]", "bind [calculate=/data/a | nodeset=/data/meta/entity/label | readonly=true() | type=string]"}, nil},
	{"an entity is changed", `
| survey |
|  | type | name | label | save_to |
|  | select_one_from_file people.csv | who | Who | |
|  | text | a | A | full_name |
| entities |
|  | dataset | entity_id | update_if | label |
|  | people | ${who} | ${a} != '' | ${a} |`,
		[]string{"/data/meta/entity [baseVersion= | branchId= | dataset=people | id= | trunkVersion= | update=1]", "calculate=instance('people')/root/item[name= /data/who ]/__version | nodeset=/data/meta/entity/@baseVersion",
			"/__trunkVersion | nodeset=/data/meta/entity/@trunkVersion", "/__branchId | nodeset=/data/meta/entity/@branchId", "bind [calculate=/data/who | nodeset=/data/meta/entity/@id | readonly=true() | type=string]"},
		[]string{"action setvalue"}},
	{"an entity for each row of a repeat", `
| survey |
|  | type | name | label | save_to |
|  | begin repeat | tree | Tree | |
|  | begin group | g | G | |
|  | text | kind | Kind | species |
|  | end group | | | |
|  | end repeat | | | |
| entities |
|  | list_name | label |
|  | trees | ${kind} |`,
		[]string{"model [entities:entities-version=2025.1.0 | odk:xforms-version=1.0.0]", "/data/tree/g/meta/entity [create=1 | dataset=trees | id=]", "calculate=../../../kind | nodeset=/data/tree/g/meta/entity/label",
			"action setvalue [event=odk-instance-first-load | ref=/data/tree/g/meta/entity/@id | value=uuid()]", "repeat/setvalue [event=odk-new-repeat | ref=/data/tree/g/meta/entity/@id | value=uuid()]"}, nil},
	{"the repeat chosen in the entities sheet", `
| survey |
|  | type | name | label | save_to |
|  | begin repeat | tree | Tree | |
|  | text | kind | Kind | species |
|  | end repeat | | | |
| entities |
|  | list_name | label | repeat |
|  | trees | ${kind} | ${tree} |`, []string{"/data/tree/meta/entity", "calculate=../../../kind"}, nil},
	{"several entities", `
| survey |
|  | type | name | label | save_to |
|  | text | a | A | house#road |
|  | begin group | g | G | |
|  | text | b | B | people#full_name |
|  | end group | | | |
| entities |
|  | list_name | label |
|  | house | ${a} |
|  | people | ${b} |`,
		[]string{"model [entities:entities-version=2025.1.0 | odk:xforms-version=1.0.0]", "/data/meta/entity [create=1 | dataset=house | id=]", "/data/g/meta/entity [create=1 | dataset=people | id=]", "entities:saveto=full_name | nodeset=/data/g/b"}, nil},
}
