package blockkit

import "testing"

// goodBlocks has a block of every type, with the surfaces that take it.
var goodBlocks = map[string]struct {
	on    surface
	block string
}{
	"header":             {any3, `{"type":"header","text":` + pt(1) + `}`},
	"section":            {any3, `{"type":"section","text":` + md(1) + `}`},
	"context":            {any3, contextOf(md(1))},
	"actions":            {any3, actions(button)},
	"divider":            {any3, divider},
	"image":              {any3, `{"type":"image","alt_text":"a","image_url":"https://e.x/i.png"}`},
	"input":              {any3, input(`{"type":"plain_text_input"}`)},
	"rich_text":          {any3, rich},
	"video":              {any3, `{"type":"video","title":` + pt(1) + `,"alt_text":"a","video_url":"https://e.x/v","thumbnail_url":"https://e.x/t"}`},
	"markdown":           {message, `{"type":"markdown","text":"# hi"}`},
	"table":              {message, tableRows(`[[{"type":"raw_text","text":"c"}]]`)},
	"data_table":         {message | home, dataTable("")},
	"data_visualization": {message, pie},
	"alert":              {modal, `{"type":"alert","text":` + md(1) + `}`},
	"card":               {message | home, `{"type":"card","title":` + md(1) + `}`},
	"carousel":           {message | home, `{"type":"carousel","elements":[{"type":"card","title":` + md(1) + `}]}`},
	"container":          {message | home, `{"type":"container","title":` + pt(1) + `,"child_blocks":[` + divider + `]}`},
	"layout":             {message | home, layoutOf(divider)},
	"context_actions":    {message, `{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":` + pt(1) + `}]}`},
	"task_card":          {message, `{"type":"task_card","task_id":"t","title":"t"}`},
	"plan":               {message, `{"type":"plan","title":"p"}`},
}

func TestBlocksStandOnTheirSurfacesOnly(t *testing.T) {
	for kind, c := range goodBlocks {
		t.Run(kind, func(t *testing.T) { standsOnlyOn(t, c.on, in1(c.block), kind, "/0/type") })
	}
	for kind := range blockShapes {
		if _, ok := goodBlocks[kind]; !ok {
			t.Errorf("no test has a %s", kind)
		}
	}
}

func standsOnlyOn(t *testing.T, on surface, blocks, kind, at string) {
	t.Helper()
	eachSurface(t, everywhere, func(t *testing.T, s surface) {
		if s&on != 0 {
			wantProblems(t, s, blocks)
		} else {
			wantProblems(t, s, blocks, Problem{"unsupported type: " + kind, at})
		}
	})
}

// TestElementsStandInTheirPlacesOnly puts a good element of every type into every kind of block, on every surface.
func TestElementsStandInTheirPlacesOnly(t *testing.T) {
	opts := `"options":[` + option0 + `]`
	img := `{"type":"image","alt_text":"a","image_url":"https://e.x/i.png"}`
	for kind, c := range map[string]struct {
		on             surface
		s, a, i, c, ca bool // section, actions, input, context, context_actions
		element        string
	}{
		"button":                     {on: any3, s: true, a: true, element: button},
		"overflow":                   {on: any3, s: true, a: true, element: `{"type":"overflow",` + opts + `}`},
		"checkboxes":                 {on: any3, s: true, a: true, i: true, element: `{"type":"checkboxes",` + opts + `}`},
		"radio_buttons":              {on: any3, s: true, a: true, i: true, element: `{"type":"radio_buttons",` + opts + `}`},
		"static_select":              {on: any3, s: true, a: true, i: true, element: `{"type":"static_select",` + opts + `}`},
		"multi_static_select":        {on: any3, s: true, a: true, i: true, element: `{"type":"multi_static_select",` + opts + `}`},
		"external_select":            {on: any3, s: true, a: true, i: true},
		"multi_external_select":      {on: any3, s: true, a: true, i: true},
		"users_select":               {on: any3, s: true, a: true, i: true},
		"multi_users_select":         {on: any3, s: true, a: true, i: true},
		"conversations_select":       {on: any3, s: true, a: true, i: true},
		"multi_conversations_select": {on: any3, s: true, a: true, i: true},
		"channels_select":            {on: any3, s: true, a: true, i: true},
		"multi_channels_select":      {on: any3, s: true, a: true, i: true},
		"datepicker":                 {on: any3, s: true, a: true, i: true},
		"timepicker":                 {on: any3, s: true, a: true, i: true},
		"datetimepicker":             {on: message | modal, a: true, i: true},
		"plain_text_input":           {on: any3, i: true},
		"email_text_input":           {on: modal, i: true},
		"url_text_input":             {on: modal, i: true},
		"number_input":               {on: modal, i: true, element: `{"type":"number_input","is_decimal_allowed":false}`},
		"rich_text_input":            {on: modal | home, a: true, i: true},
		"file_input":                 {on: modal, i: true},
		"image":                      {on: any3, s: true, c: true, element: img},
		"plain_text":                 {on: any3, c: true, element: pt(1)},
		"mrkdwn":                     {on: any3, c: true, element: md(1)},
		"workflow_button":            {on: message, s: true, a: true, element: `{"type":"workflow_button","text":` + pt(1) + `,"workflow":{"trigger":{"url":"https://e.x"}}}`},
		"feedback_buttons":           {on: message, ca: true, element: `{"type":"feedback_buttons","positive_button":{"text":` + pt(1) + `,"value":"1"},"negative_button":{"text":` + pt(1) + `,"value":"0"}}`},
		"icon_button":                {on: message, ca: true, element: `{"type":"icon_button","icon":"trash","text":` + pt(1) + `}`},
	} {
		element := c.element
		if element == "" {
			element = `{"type":"` + kind + `"}`
		}
		for _, p := range []struct {
			place, blocks, at string
			ok                bool
		}{
			{"section", in1(section(element)), "/0/accessory/type", c.s},
			{"actions", in1(actions(element)), "/0/elements/0/type", c.a},
			{"input", in1(input(element)), "/0/element/type", c.i},
			{"context", in1(contextOf(element)), "/0/elements/0/type", c.c},
		} {
			t.Run(kind+" in "+p.place, func(t *testing.T) {
				on := c.on
				if !p.ok {
					on = 0
				}
				standsOnlyOn(t, on, p.blocks, kind, p.at)
			})
		}
		t.Run(kind+" in context_actions", func(t *testing.T) {
			blocks := `[{"type":"context_actions","elements":[` + element + `]}]`
			if c.ca {
				wantProblems(t, message, blocks)
			} else {
				wantProblems(t, message, blocks, Problem{"unsupported type: " + kind, "/0/elements/0/type"})
			}
		})
	}
}
