package kit

// samples holds a block of every type, and every element in some block. Each has a golden file of its name.
var samples = map[string]string{
	"header":              `{"type":"header","block_id":"h","text":{"type":"plain_text","text":"Your tasks :eyes:","emoji":true}}`,
	"divider":             `{"type":"divider","block_id":"d"}`,
	"section":             `{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"*Schedule the debrief*  <@U1> · was due <!date^1796303760^{date_short} {time}|Dec 3>\nsee <https://e.x/a?b=1&amp;c=2|the docs>"}}`,
	"section with fields": `{"type":"section","block_id":"s","fields":[{"type":"mrkdwn","text":"*Severity*\nMajor"},{"type":"plain_text","text":"Lead\nAna & <Ben>","emoji":true}]}`,
	"section with a button": `{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"1  ⬜ Review"},"accessory":
		{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Mark done"},"value":"INC-1/1","style":"primary","accessibility_label":"Mark done: Review",
		"confirm":{"title":{"type":"plain_text","text":"Mark it done?"},"text":{"type":"mrkdwn","text":"*Last* open task."},"confirm":{"type":"plain_text","text":"Mark done"},"deny":{"type":"plain_text","text":"Not yet"}}}}`,
	"section with a menu of more": `{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"*INC-42*\nmore"},"accessory":{"type":"overflow","action_id":"more","options":[
		{"text":{"type":"plain_text","text":"Assign"},"value":"assign"},
		{"text":{"type":"plain_text","text":"Open :book:"},"value":"open","description":{"type":"plain_text","text":"in the browser"},"url":"https://e.x/1"}]}}`,
	"section with a picture": `{"type":"section","block_id":"s","text":{"type":"plain_text","text":"A chart"},"accessory":{"type":"image","image_url":"https://e.x/i.png","alt_text":"a \"chart\""}}`,
	"context":                `{"type":"context","block_id":"c","elements":[{"type":"image","image_url":"https://e.x/i.png","alt_text":"Ana"},{"type":"mrkdwn","text":"_since_ 2:58 PM"},{"type":"plain_text","text":"*raw*"}]}`,
	"image":                  `{"type":"image","block_id":"i","image_url":"https://e.x/i.png","alt_text":"Error rate","title":{"type":"plain_text","text":"Errors"}}`,
	"actions": `{"type":"actions","block_id":"a","elements":[
		{"type":"button","action_id":"1","text":{"type":"plain_text","text":"Assign to me"}},
		{"type":"button","action_id":"2","text":{"type":"plain_text","text":"Opt out"},"style":"danger"},
		{"type":"button","action_id":"3","text":{"type":"plain_text","text":"Open timeline"},"url":"https://e.x/t"},
		{"type":"button","action_id":"4","text":{"type":"plain_text","text":"Evil"},"url":"javascript:alert(1)"},
		{"type":"workflow_button","action_id":"5","text":{"type":"plain_text","text":"Run"},"workflow":{"trigger":{"url":"https://slack.com/shortcuts/1"}}},
		{"type":"static_select","action_id":"6","placeholder":{"type":"plain_text","text":"Severity"},"options":[{"text":{"type":"plain_text","text":"Minor"},"value":"minor"},{"text":{"type":"plain_text","text":"Major"},"value":"major"}]},
		{"type":"users_select","action_id":"7","initial_user":"U1"},
		{"type":"datepicker","action_id":"8","initial_date":"2026-12-03"},
		{"type":"datetimepicker","action_id":"9","initial_date_time":1796303765}]}`,
	"input":                  `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Name"},"hint":{"type":"plain_text","text":"Short & clear"},"element":{"type":"plain_text_input","action_id":"a","max_length":150,"initial_value":"Checkout \"errors\""}}`,
	"input of several lines": `{"type":"input","block_id":"b","optional":true,"label":{"type":"plain_text","text":"Summary"},"element":{"type":"plain_text_input","action_id":"a","multiline":true,"initial_value":"\nfirst\n<second>","placeholder":{"type":"plain_text","text":"What happened?"}}}`,
	"input that tells":       `{"type":"input","block_id":"b","dispatch_action":true,"label":{"type":"plain_text","text":"Search"},"element":{"type":"plain_text_input","action_id":"a","dispatch_action_config":{"trigger_actions_on":["on_character_entered","on_enter_pressed"]}}}`,
	"input that is wrong":    `{"type":"input","block_id":"wrong","label":{"type":"plain_text","text":"Name"},"element":{"type":"plain_text_input","action_id":"a"}}`,
	"inputs of one line": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Mail"},"element":{"type":"email_text_input","action_id":"a","initial_value":"a@b.c"}}
		,{"type":"input","block_id":"b2","label":{"type":"plain_text","text":"Address"},"element":{"type":"url_text_input","action_id":"a","focus_on_load":true}}
		,{"type":"input","block_id":"b3","label":{"type":"plain_text","text":"How many"},"element":{"type":"number_input","action_id":"a","is_decimal_allowed":true,"min_value":"1","initial_value":"3.5"}}`,
	"input of rich text": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Notes"},"element":{"type":"rich_text_input","action_id":"a","initial_value":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"bold","style":{"bold":true}},{"type":"text","text":" words"}]}]}}}`,
	"input of files":     `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Logs"},"element":{"type":"file_input","action_id":"a","filetypes":["txt","log"],"max_files":1}}`,
	"checkboxes": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Also"},"element":{"type":"checkboxes","action_id":"a","initial_options":[{"text":{"type":"mrkdwn","text":"*Tell* all"},"value":"tell"}],"options":[
		{"text":{"type":"mrkdwn","text":"*Tell* all"},"value":"tell"},{"text":{"type":"plain_text","text":"Pin it"},"value":"pin","description":{"type":"plain_text","text":"In the channel"}}]}}`,
	"radio buttons": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Channel"},"element":{"type":"radio_buttons","action_id":"a","initial_option":{"text":{"type":"plain_text","text":"New"},"value":"new"},"options":[
		{"text":{"type":"plain_text","text":"New"},"value":"new"},{"text":{"type":"plain_text","text":"This"},"value":"this"}]}}`,
	"menu with groups": `{"type":"input","block_id":"b","optional":true,"label":{"type":"plain_text","text":"Flow"},"element":{"type":"static_select","action_id":"a","initial_option":{"text":{"type":"plain_text","text":"Short"},"value":"s"},"option_groups":[
		{"label":{"type":"plain_text","text":"Active"},"options":[{"text":{"type":"plain_text","text":"Standard"},"value":"st"},{"text":{"type":"plain_text","text":"Short"},"value":"s"}]},
		{"label":{"type":"plain_text","text":"Old"},"options":[{"text":{"type":"plain_text","text":"Legacy"},"value":"l"}]}]}}`,
	"menu of several": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Teams"},"element":{"type":"multi_static_select","action_id":"a","max_selected_items":2,"initial_options":[{"text":{"type":"plain_text","text":"Web"},"value":"w"},{"text":{"type":"plain_text","text":"Pay"},"value":"p"}],"options":[
		{"text":{"type":"plain_text","text":"Pay"},"value":"p"},{"text":{"type":"plain_text","text":"Web"},"value":"w"}]}}`,
	"menu of the app's": `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Service"},"element":{"type":"external_select","action_id":"a","min_query_length":1,"initial_option":{"text":{"type":"plain_text","text":"Pay"},"value":"p"}}}
		,{"type":"input","block_id":"b2","label":{"type":"plain_text","text":"Services"},"element":{"type":"multi_external_select","action_id":"a"}}`,
	"menus of people and channels": `{"type":"input","block_id":"b1","label":{"type":"plain_text","text":"Lead"},"element":{"type":"users_select","action_id":"a","initial_user":"U1"}}
		,{"type":"input","block_id":"b2","label":{"type":"plain_text","text":"People"},"element":{"type":"multi_users_select","action_id":"a","initial_users":["U1","U9"]}}
		,{"type":"input","block_id":"b3","label":{"type":"plain_text","text":"Channel"},"element":{"type":"channels_select","action_id":"a","initial_channel":"C1"}}
		,{"type":"input","block_id":"b4","label":{"type":"plain_text","text":"Channels"},"element":{"type":"multi_channels_select","action_id":"a"}}
		,{"type":"input","block_id":"b5","label":{"type":"plain_text","text":"Where"},"element":{"type":"conversations_select","action_id":"a"}}
		,{"type":"input","block_id":"b6","label":{"type":"plain_text","text":"All of these"},"element":{"type":"multi_conversations_select","action_id":"a","initial_conversations":["C1"]}}`,
	"dates and times": `{"type":"input","block_id":"b1","label":{"type":"plain_text","text":"Due"},"element":{"type":"datepicker","action_id":"a","initial_date":"2026-12-03"}}
		,{"type":"input","block_id":"b2","label":{"type":"plain_text","text":"At"},"element":{"type":"timepicker","action_id":"a","initial_time":"14:05","timezone":"Europe/Madrid"}}
		,{"type":"input","block_id":"b3","label":{"type":"plain_text","text":"Moment"},"element":{"type":"datetimepicker","action_id":"a","initial_date_time":1796303765}}`,
	"rich text": `{"type":"rich_text","block_id":"r","elements":[
		{"type":"rich_text_section","elements":[{"type":"text","text":"Hi ","style":{"bold":true,"italic":true}},{"type":"user","user_id":"U1"},{"type":"text","text":" in "},{"type":"channel","channel_id":"C1"},{"type":"text","text":" & "},{"type":"usergroup","usergroup_id":"S1"},{"type":"broadcast","range":"here"},
			{"type":"emoji","name":"wave","skin_tone":3},{"type":"emoji","name":"ours"},{"type":"link","url":"https://e.x","text":"docs","style":{"code":true}},{"type":"link","url":"javascript:alert(1)"},{"type":"date","timestamp":1796303760,"format":"{date_num}","fallback":"then"},{"type":"color","value":"#ff0000"},{"type":"team","team_id":"T1"},{"type":"text","text":"gone\nnext","style":{"strike":true,"underline":true}}]},
		{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]},
		{"type":"rich_text_list","style":"ordered","indent":1,"offset":2,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"three"}]}]},
		{"type":"rich_text_quote","elements":[{"type":"text","text":"said <b>"}]},
		{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a\n  <b>"},{"type":"link","url":"https://e.x"}]}]}`,
	"markdown": `{"type":"markdown","block_id":"m","text":"# Title #\n\nSome **bold**, *it*, ~~no~~ and ` + "`code <b>`" + `\nin [docs](https://e.x) or [bad](javascript:alert(1)) :eyes:\n\n- one\n  - two\n- [x] done\n- [ ] open\n\n3. three\n4. four\n\n> quoted\n> twice\n\n` + "```go\\nfunc <main>\\n```" + `\n---\n| a | b |\n|---|:-:|\n| 1 | **2** |"}`,
	"table": `{"type":"table","block_id":"t","column_settings":[{"align":"center","is_wrapped":true},null],"rows":[[{"type":"raw_text","text":"Task"},{"type":"raw_text","text":"Age"}],
		[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Review","style":{"bold":true}}]}]},{"type":"raw_number","value":3.5}]]}`,
	"data table": `{"type":"data_table","block_id":"t","caption":"Open incidents","row_header_column_index":0,"rows":[[{"type":"raw_text","text":"Incident"},{"type":"raw_text","text":"Do"}],
		[{"type":"raw_text","text":"INC-1"},{"type":"action_cell","element":{"type":"button","action_id":"b","text":{"type":"plain_text","text":"Open"}}}]]}`,
	"pie": `{"type":"data_visualization","block_id":"v","title":"By severity","chart":{"type":"pie","segments":[{"label":"Minor","value":6},{"label":"Major","value":3},{"label":"Critical","value":1}]}}`,
	"bars": `{"type":"data_visualization","block_id":"v","title":"Per week","chart":{"type":"bar","axis_config":{"categories":["W1","W2"],"x_label":"Week","y_label":"Incidents"},"series":[
		{"name":"Minor","data":[{"label":"W1","value":4},{"label":"W2","value":7}]},{"name":"Major","data":[{"label":"W1","value":1},{"label":"W2","value":0}]}]}}`,
	"area":     `{"type":"data_visualization","block_id":"v","title":"Open tasks","chart":{"type":"area","axis_config":{"categories":["Mon","Tue","Wed"]},"series":[{"name":"Open","data":[{"label":"Mon","value":9},{"label":"Tue","value":-2},{"label":"Wed","value":3}]}]}}`,
	"lines":    `{"type":"data_visualization","block_id":"v","title":"Late tasks","chart":{"type":"line","axis_config":{"categories":["Mon","Tue"]},"series":[{"name":"Late","data":[{"label":"Mon","value":1},{"label":"Tue","value":2}]}]}}`,
	"video":    `{"type":"video","block_id":"v","title":{"type":"plain_text","text":"The demo"},"alt_text":"a demo","video_url":"https://e.x/v","thumbnail_url":"https://e.x/t","author_name":"Ana","description":{"type":"plain_text","text":"Two minutes"}}`,
	"file":     `{"type":"file","block_id":"f","external_id":"report.pdf","source":"remote"}`,
	"alert":    `{"type":"alert","block_id":"a","level":"warning","text":{"type":"mrkdwn","text":"*Careful*"}}`,
	"card":     `{"type":"card","block_id":"c","hero_image":{"type":"image","image_url":"https://e.x/i","alt_text":"hero"},"title":{"type":"mrkdwn","text":"INC-1"},"subtitle":{"type":"plain_text","text":"Major"},"body":{"type":"mrkdwn","text":"*Checkout*"},"subtext":{"type":"mrkdwn","text":"today"},"actions":[{"type":"button","action_id":"b","text":{"type":"plain_text","text":"Open"}}]}`,
	"carousel": `{"type":"carousel","block_id":"c","elements":[{"type":"card","block_id":"c1","title":{"type":"mrkdwn","text":"One"}},{"type":"card","block_id":"c2","title":{"type":"mrkdwn","text":"Two"}}]}`,
	"container": `{"type":"container","block_id":"c","title":{"type":"plain_text","text":"Timeline"},"subtitle":{"type":"plain_text","text":"3 entries"},"width":"wide","is_collapsible":true,"default_collapsed":true,"child_blocks":[{"type":"divider","block_id":"x"}]}
		,{"type":"container","block_id":"c2","rich_text_title":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Open"}]}]},"child_blocks":[{"type":"divider","block_id":"y"}]}`,
	"layout":    `{"type":"layout","block_id":"l","label":"Two columns","is_label_visible":true,"grid_lines":"rows","rows":[{"items":[{"block":{"type":"header","block_id":"x","text":{"type":"plain_text","text":"Left"}},"width":"wide","horizontal_alignment":"end"},{"block":{"type":"divider","block_id":"y"}}]}]}`,
	"plan":      `{"type":"plan","block_id":"p","title":"The plan","tasks":[{"task_id":"1","title":"Look","status":"complete","output":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"found"}]}]}},{"task_id":"2","title":"Mend","status":"in_progress","sources":[{"type":"url","url":"https://e.x","text":"docs"}]}]}`,
	"task card": `{"type":"task_card","block_id":"p","task_id":"1","title":"Look","status":"error"}`,
	"context actions": `{"type":"context_actions","block_id":"c","elements":[{"type":"feedback_buttons","action_id":"f","positive_button":{"text":{"type":"plain_text","text":"Good"},"value":"1"},"negative_button":{"text":{"type":"plain_text","text":"Bad"},"value":"0","accessibility_label":"Not good"}},
		{"type":"icon_button","action_id":"i","icon":"trash","text":{"type":"plain_text","text":"Delete"}}]}`,
	"unknown block":   `{"type":"hologram","block_id":"u","text":"<script>alert(1)</script>"}`,
	"unknown element": `{"type":"actions","block_id":"u","elements":[{"type":"slider","action_id":"s"}]}`,
}
