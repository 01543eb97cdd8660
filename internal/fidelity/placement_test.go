package fidelity_test

import (
	"fmt"
	"slices"
	"testing"
)

// smallest are the elements, each with no more than it must have.
var smallest = map[string]j{
	"button":                     button,
	"overflow":                   {"type": "overflow", "options": options},
	"checkboxes":                 {"type": "checkboxes", "options": options},
	"radio_buttons":              {"type": "radio_buttons", "options": options},
	"static_select":              {"type": "static_select", "options": options},
	"multi_static_select":        {"type": "multi_static_select", "options": options},
	"external_select":            {"type": "external_select"},
	"multi_external_select":      {"type": "multi_external_select"},
	"users_select":               {"type": "users_select"},
	"multi_users_select":         {"type": "multi_users_select"},
	"conversations_select":       {"type": "conversations_select"},
	"multi_conversations_select": {"type": "multi_conversations_select"},
	"channels_select":            {"type": "channels_select"},
	"multi_channels_select":      {"type": "multi_channels_select"},
	"datepicker":                 {"type": "datepicker"},
	"timepicker":                 {"type": "timepicker"},
	"datetimepicker":             {"type": "datetimepicker"},
	"plain_text_input":           textInput,
	"email_text_input":           {"type": "email_text_input"},
	"url_text_input":             {"type": "url_text_input"},
	"number_input":               {"type": "number_input", "is_decimal_allowed": true},
	"file_input":                 {"type": "file_input"},
	"rich_text_input":            {"type": "rich_text_input"},
	"image":                      picture,
	"workflow_button":            {"type": "workflow_button", "text": plain(1), "workflow": j{"trigger": j{"url": "https://e.example"}}},
	"feedback_buttons":           {"type": "feedback_buttons", "positive_button": half, "negative_button": half},
	"icon_button":                icon,
	"plain_text":                 plain(1).(j),
	"mrkdwn":                     mrkdwn(1).(j),
}

// places are the blocks that hold elements, with where in them the element stands.
var places = map[string]struct {
	hold func(fill) fill
	at   string
}{
	"section":         {inSection, "/0/accessory/type"},
	"actions":         {inActions, "/0/elements/0/type"},
	"input":           {inInput, "/0/element/type"},
	"context":         {inContext, "/0/elements/0/type"},
	"context_actions": {func(f fill) fill { return with(j{"type": "context_actions"}, "elements", one(f)) }, "/0/elements/0/type"},
}

// standing says in which blocks an element may stand, and on which surfaces.
type standing struct {
	in []string
	on []surface
}

var (
	anyBlock = []string{"section", "actions", "input"}
	onInput  = []string{"input"}
)

var elements = map[string]standing{
	"button": {[]string{"section", "actions"}, everywhere}, "overflow": {[]string{"section", "actions"}, everywhere},
	"checkboxes": {anyBlock, everywhere}, "radio_buttons": {anyBlock, everywhere},
	"static_select": {anyBlock, everywhere}, "multi_static_select": {anyBlock, everywhere},
	"external_select": {anyBlock, everywhere}, "multi_external_select": {anyBlock, everywhere},
	"users_select": {anyBlock, everywhere}, "multi_users_select": {anyBlock, everywhere},
	"conversations_select": {anyBlock, everywhere}, "multi_conversations_select": {anyBlock, everywhere},
	"channels_select": {anyBlock, everywhere}, "multi_channels_select": {anyBlock, everywhere},
	"datepicker": {anyBlock, everywhere}, "timepicker": {anyBlock, everywhere},
	"datetimepicker":   {[]string{"actions", "input"}, []surface{message, modal}},
	"plain_text_input": {onInput, everywhere}, "email_text_input": {onInput, inModal}, "url_text_input": {onInput, inModal},
	"number_input": {onInput, inModal}, "file_input": {onInput, inModal},
	"rich_text_input":  {[]string{"actions", "input"}, inViews},
	"image":            {[]string{"section", "context"}, everywhere},
	"workflow_button":  {[]string{"section", "actions"}, inMessage},
	"feedback_buttons": {[]string{"context_actions"}, inMessage}, "icon_button": {[]string{"context_actions"}, inMessage},
	"plain_text": {[]string{"context"}, everywhere}, "mrkdwn": {[]string{"context"}, everywhere},
}

func TestAnElementStandsOnlyWhereItMay(t *testing.T) {
	s := newShowcase(t)
	for kind, where := range elements {
		for block, place := range places {
			for _, on := range everywhere {
				if block == "context_actions" && on != message {
					continue // the block itself is refused there
				}
				may := slices.Contains(where.in, block) && slices.Contains(where.on, on)
				t.Run(fmt.Sprintf("%s in %s in a %s: %t", kind, block, on, may), func(t *testing.T) {
					shown := place.hold(func(int) any { return smallest[kind] })(1)
					if may {
						s.taken(t, on, shown)
					} else {
						s.refused(t, on, "unsupported type: "+kind, place.at, shown)
					}
				})
			}
		}
	}
}

var blocks = []struct {
	block j
	on    []surface
}{
	{j{"type": "header", "text": plain(1)}, everywhere},
	{j{"type": "section", "text": mrkdwn(1)}, everywhere},
	{j{"type": "context", "elements": []any{mrkdwn(1)}}, everywhere},
	{j{"type": "actions", "elements": []any{button}}, everywhere},
	{divider, everywhere},
	{picture, everywhere},
	{inputs, everywhere},
	{richText, everywhere},
	{video, everywhere},
	{j{"type": "file", "external_id": "f", "source": "remote"}, nil}, // only Slack itself makes them
	{j{"type": "markdown", "text": "m"}, inMessage},
	{table, inMessage},
	{j{"type": "context_actions", "elements": []any{icon}}, inMessage},
	{j{"type": "task_card", "task_id": "t", "title": "t"}, inMessage},
	{j{"type": "plan", "title": "p"}, inMessage},
	{j{"type": "data_visualization", "title": "t", "chart": pie(1)}, inMessage},
	{j{"type": "alert", "text": mrkdwn(1)}, inModal},
	{card, notInModal},
	{j{"type": "carousel", "elements": []any{card}}, notInModal},
	{dataTable, notInModal},
	{container, notInModal},
	{layout, notInModal},
	{j{"type": "auth_provider"}, nil}, // not live
	{j{"type": "modal"}, nil},
}

func TestABlockStandsOnlyOnItsSurfaces(t *testing.T) {
	s := newShowcase(t)
	for _, b := range blocks {
		for _, on := range everywhere {
			may := slices.Contains(b.on, on)
			t.Run(fmt.Sprintf("%s in a %s: %t", b.block["type"], on, may), func(t *testing.T) {
				if may {
					s.taken(t, on, b.block)
				} else {
					s.refused(t, on, fmt.Sprintf("unsupported type: %s", b.block["type"]), "/0/type", b.block)
				}
			})
		}
	}
}

func TestASurfaceTakesItsNumberOfBlocks(t *testing.T) {
	s := newShowcase(t)
	for on, n := range map[surface]int{message: 50, modal: 100, home: 100} {
		t.Run(string(on), func(t *testing.T) {
			s.taken(t, on, times(divider)(n).([]any)...)
			s.refused(t, on, tooMany(n), "", times(divider)(n+1).([]any)...)
			if on != message { // a message may be text alone
				s.refusedView(t, on, tooFew(1)+" [json-pointer:/view/blocks]", and(frame(on), "blocks", []any{}))
			}
		})
	}
}
