package blockkit

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// TestRequiredFieldsAreMissed takes each required field out of a good block and wants exactly that to be said.
func TestRequiredFieldsAreMissed(t *testing.T) {
	feedback := `{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":` + pt(1) + `,"value":"1"},"negative_button":{"text":` + pt(1) + `,"value":"0"}}]}`
	leaves := `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
		{"type":"text","text":"x"},{"type":"link","url":"https://e.x"},{"type":"user","user_id":"U1"},{"type":"usergroup","usergroup_id":"S1"},{"type":"channel","channel_id":"C1"},
		{"type":"team","team_id":"T1"},{"type":"emoji","name":"wave"},{"type":"broadcast","range":"here"},{"type":"color","value":"#ff0000"},{"type":"date","timestamp":1,"format":"f"}]},
		{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[]}]},{"type":"rich_text_quote","elements":[]},{"type":"rich_text_preformatted","elements":[]}]}`
	leaf := "/elements/0/elements/"
	confirm := buttonWith(`"confirm":{"title":` + pt(1) + `,"text":` + md(1) + `,"confirm":` + pt(1) + `,"deny":` + pt(1) + `}`)
	group := section(`{"type":"static_select","option_groups":[{"label":` + pt(1) + `,"options":[` + option0 + `]}]}`)
	workflow := actions(`{"type":"workflow_button","text":` + pt(1) + `,"workflow":{"trigger":{"url":"https://e.x","customizable_input_parameters":[{"name":"n","value":"v"}]}}}`)
	icon := `{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":` + pt(1) + `}]}`
	video := videoWith(`"a"`, `"https://e.x"`, `"https://e.x"`, "")
	series := bars(`[{"name":"s","data":[{"label":"a","value":1}]}]`, `["a"]`, "")
	task := `{"type":"task_card","task_id":"t","title":"t","sources":[{"type":"url","url":"https://e.x","text":"s"}]}`
	cells := `{"type":"table","rows":[[{"type":"raw_text","text":"c"},{"type":"raw_number","value":1},{"type":"rich_text","elements":[]}]]}`
	card := `{"type":"card","slack_icon":{"type":"icon","name":"rocket"},"hero_image":{"type":"image","alt_text":"a","image_url":"https://e.x"}}`

	for _, c := range []struct{ block, at, fields string }{
		{`{"type":"header","text":` + pt(1) + `}`, "", "type text"},
		{`{"type":"header","text":` + pt(1) + `}`, "/text", "type text"},
		{`{"type":"section","text":` + md(1) + `}`, "/text", "type text"},
		{contextOf(md(1)), "", "elements"},
		{contextOf(md(1)), "/elements/0", "type text"},
		{contextOf(`{"type":"image","alt_text":"a","image_url":"https://e.x"}`), "/elements/0", "alt_text image_url"},
		{actions(button), "", "elements"},
		{actions(button), "/elements/0", "type text"},
		{`{"type":"image","alt_text":"a","image_url":"https://e.x"}`, "", "alt_text image_url"},
		{input(`{"type":"plain_text_input"}`), "", "label element"},
		{input(`{"type":"plain_text_input","dispatch_action_config":{"trigger_actions_on":["on_enter_pressed"]}}`), "/element/dispatch_action_config", "trigger_actions_on"},
		{input(`{"type":"number_input","is_decimal_allowed":true}`), "/element", "is_decimal_allowed"},
		{rich, "", "elements"},
		{leaves, "/elements/0", "elements"},
		{leaves, leaf + "0", "text"},
		{leaves, leaf + "1", "url"},
		{leaves, leaf + "2", "user_id"},
		{leaves, leaf + "3", "usergroup_id"},
		{leaves, leaf + "4", "channel_id"},
		{leaves, leaf + "5", "team_id"},
		{leaves, leaf + "6", "name"},
		{leaves, leaf + "7", "range"},
		{leaves, leaf + "8", "value"},
		{leaves, leaf + "9", "timestamp format"},
		{leaves, "/elements/1", "style elements"},
		{leaves, "/elements/1/elements/0", "elements"},
		{leaves, "/elements/2", "elements"},
		{leaves, "/elements/3", "elements"},
		{video, "", "title alt_text video_url thumbnail_url"},
		{`{"type":"markdown","text":"x"}`, "", "text"},
		{confirm, "/elements/0/confirm", "title text confirm deny"},
		{section(`{"type":"overflow","options":[` + option0 + `]}`), "/accessory", "options"},
		{section(`{"type":"overflow","options":[` + option0 + `]}`), "/accessory/options/0", "text value"},
		{section(`{"type":"checkboxes","options":[` + option0 + `]}`), "/accessory", "options"},
		{section(`{"type":"radio_buttons","options":[` + option0 + `]}`), "/accessory", "options"},
		{section(`{"type":"checkboxes","options":[` + option0 + `]}`), "/accessory/options/0", "text value"},
		{section(`{"type":"static_select","options":[` + option0 + `]}`), "/accessory/options/0", "text value"},
		{group, "/accessory/option_groups/0", "label options"},
		{workflow, "/elements/0", "text workflow"},
		{workflow, "/elements/0/workflow", "trigger"},
		{workflow, "/elements/0/workflow/trigger", "url"},
		{workflow, "/elements/0/workflow/trigger/customizable_input_parameters/0", "name value"},
		{feedback, "", "elements"},
		{feedback, "/elements/0", "positive_button negative_button"},
		{feedback, "/elements/0/positive_button", "text value"},
		{icon, "/elements/0", "icon text"},
		{cells, "", "rows"},
		{cells, "/rows/0/0", "type text"},
		{cells, "/rows/0/1", "value"},
		{cells, "/rows/0/2", "elements"},
		{dataTable(""), "", "caption rows"},
		{dataTable(""), "/rows/0/0", "text"},
		{`{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"h"}],[{"type":"action_cell","element":` + button + `}]]}`, "/rows/1/0", "element"},
		{pie, "", "title chart"},
		{pie, "/chart", "type segments"},
		{pie, "/chart/segments/0", "label value"},
		{series, "/chart/series/0/data/0", "value"},
		{series, "/chart/series/0", "name"},
		{series, "/chart", "series axis_config"},
		{`{"type":"alert","text":` + md(1) + `}`, "", "text"},
		{card, "/slack_icon", "type name"},
		{card, "/hero_image", "type alt_text image_url"},
		{`{"type":"carousel","elements":[{"type":"card","title":` + pt(1) + `}]}`, "", "elements"},
		{`{"type":"container","title":` + pt(1) + `,"child_blocks":[` + divider + `]}`, "", "child_blocks"},
		{layoutOf(divider), "", "label rows"},
		{layoutOf(divider), "/rows/0", "items"},
		{layoutOf(divider), "/rows/0/items/0", "block"},
		{task, "", "task_id title"},
		{task, "/sources/0", "type url text"},
		{`{"type":"plan","title":"p","tasks":[{"task_id":"t","title":"t"}]}`, "", "title"},
		{`{"type":"plan","title":"p","tasks":[{"task_id":"t","title":"t"}]}`, "/tasks/0", "task_id title"},
	} {
		on := message
		if strings.Contains(c.block, `"alert"`) || strings.Contains(c.block, `"number_input"`) {
			on = modal
		}
		for _, name := range strings.Fields(c.fields) {
			t.Run(c.at+" "+name, func(t *testing.T) {
				wantProblems(t, on, in1(c.block))
				wantProblems(t, on, in1(without(t, c.block, c.at, name)), Problem{"missing required field: " + name, "/0" + c.at})
			})
		}
	}
}

// without takes a property out of the object at a JSON pointer.
func without(t *testing.T, block, at, name string) string {
	t.Helper()
	root, ok := decode(json.RawMessage(block))
	if !ok {
		t.Fatalf("no JSON: %s", block)
	}
	v := root
	for _, step := range strings.Split(at, "/")[1:] {
		if i, err := strconv.Atoi(step); err == nil {
			v = v.([]any)[i]
		} else {
			v = v.(object)[step]
		}
	}
	o := v.(object)
	if _, there := o[name]; !there {
		t.Fatalf("no %s at %q of %s", name, at, block)
	}
	delete(o, name)
	return string(encode(root))
}

// TestBlocksNestWhereSlackLetsThem puts a good block of every type into a container, a layout, its fallback and a carousel.
func TestBlocksNestWhereSlackLetsThem(t *testing.T) {
	nests := map[string]struct {
		format, at, kinds string
	}{
		"container": {
			`{"type":"container","title":` + pt(1) + `,"child_blocks":[%s]}`, "/0/child_blocks/0/type",
			"actions context divider header image input rich_text section table video layout",
		},
		"layout": {
			layoutOf("%s"), "/0/rows/0/items/0/block/type",
			"actions context divider header image input rich_text section table video card carousel container data_table data_visualization",
		},
		"fallback": {
			`{"type":"layout","label":"l","rows":[{"items":[{"block":` + divider + `}]}],"fallback":[%s]}`, "/0/fallback/0/type",
			"context divider header image rich_text section table video",
		},
		"carousel": {`{"type":"carousel","elements":[%s]}`, "/0/elements/0/type", "card"},
	}
	for name, nest := range nests {
		for kind, c := range goodBlocks {
			if c.on&message == 0 {
				continue
			}
			t.Run(kind+" in "+name, func(t *testing.T) {
				blocks := in1(strings.Replace(nest.format, "%s", c.block, 1))
				if strings.Contains(" "+nest.kinds+" ", " "+kind+" ") {
					wantProblems(t, message, blocks)
				} else {
					wantProblems(t, message, blocks, Problem{"unsupported type: " + kind, nest.at})
				}
			})
		}
	}
}
