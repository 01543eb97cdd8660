package blocks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

func many[T any](n int, one func(int) T) []T {
	var out []T
	for i := range n {
		out = append(out, one(i))
	}
	return out
}

func TestCheckRefusesWhatSlackRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	raw := func(kind, text string) *slack.TextBlockObject {
		return &slack.TextBlockObject{Type: kind, Text: text, Verbatim: kind == slack.MarkdownType}
	}
	with := func(shown ...slack.Block) Message { return Message{Text: "x", Blocks: shown} }
	row := func(e ...slack.BlockElement) Message { return with(actions("", e...)) }
	opt := func(i int) *slack.OptionBlockObject { return option(fmt.Sprint(i), "x") }
	press := func(change func(*slack.ButtonBlockElement)) Message {
		b := button(Complete, "Go", Ref{}, "")
		change(b)
		return row(b)
	}
	ask := func(change func(*slack.ConfirmationBlockObject)) Message {
		return press(func(b *slack.ButtonBlockElement) {
			b.Confirm = confirm("Sure?", say("x"), "Yes")
			change(b.Confirm)
		})
	}
	tests := map[string]Message{
		"text: 0 characters":                      {Blocks: []slack.Block{divider()}},
		"text: 4001 characters":                   {Text: long(4001)},
		"blocks: 51 items":                        with(many(51, func(int) slack.Block { return divider() })...),
		"blocks/0/text: 0 characters":             with(&slack.SectionBlock{Type: slack.MBTSection, Text: raw(slack.MarkdownType, "")}),
		"blocks/0/text: 3001 characters":          with(&slack.SectionBlock{Type: slack.MBTSection, Text: raw(slack.MarkdownType, long(3001))}),
		"a section needs text":                    with(&slack.SectionBlock{Type: slack.MBTSection}),
		"fields: 11 items":                        with(&slack.SectionBlock{Type: slack.MBTSection, Fields: many(11, func(int) *slack.TextBlockObject { return raw("plain_text", "x") })}),
		"not verbatim":                            with(&slack.SectionBlock{Type: slack.MBTSection, Text: &slack.TextBlockObject{Type: slack.MarkdownType, Text: "@here"}}),
		"151 characters":                          with(&slack.HeaderBlock{Type: slack.MBTHeader, Text: raw("plain_text", long(151))}),
		"block_id: \"a\" is there twice":          with(actions("a", button(Take, "x", Ref{}, "")), actions("a", button(Take, "x", Ref{}, ""))),
		"block_id: 256 characters":                with(actions(long(256), button(Take, "x", Ref{}, ""))),
		"action_id: \"task.take\" is there twice": row(button(Take, "x", Ref{}, ""), button(Take, "x", Ref{}, "")),
		"elements: 0 items":                       row(),
		"elements: 26 items":                      row(many(26, func(i int) slack.BlockElement { return button(Action(fmt.Sprint(i)), "x", Ref{}, "") })...),
		"elements: 11 items":                      with(slack.NewContextBlock("", many(11, func(int) slack.MixedElement { return raw("plain_text", "x") })...)),
		"block type \"image\"":                    with(slack.NewImageBlock("https://x", "x", "", nil)),
		"cannot stand in section":                 with(section(say("x"), typed("a", "", 10, false))),
		"\"plain_text_input\" cannot stand in ac": row(typed("a", "", 10, false)),
		"\"button\" cannot stand in input":        with(input("a", "x", button(Take, "x", Ref{}, ""))),
		"elements/0/text: 76 characters":          press(func(b *slack.ButtonBlockElement) { b.Text = raw("plain_text", long(76)) }),
		"text of type \"mrkdwn\"":                 press(func(b *slack.ButtonBlockElement) { b.Text = raw("mrkdwn", "x") }),
		"value: 2001 characters":                  press(func(b *slack.ButtonBlockElement) { b.Value = long(2001) }),
		"accessibility_label: 76 characters":      press(func(b *slack.ButtonBlockElement) { b.AccessibilityLabel = long(76) }),
		"url: 3001 characters":                    press(func(b *slack.ButtonBlockElement) { b.URL = long(3001) }),
		"style: \"default\"":                      press(func(b *slack.ButtonBlockElement) { b.Style = "default" }),
		"action_id: 0 characters":                 press(func(b *slack.ButtonBlockElement) { b.ActionID = "" }),
		"confirm/title: 101 characters":           ask(func(c *slack.ConfirmationBlockObject) { c.Title = raw("plain_text", long(101)) }),
		"confirm/text: 301 characters":            ask(func(c *slack.ConfirmationBlockObject) { c.Text = raw("plain_text", long(301)) }),
		"confirm/deny: missing":                   ask(func(c *slack.ConfirmationBlockObject) { c.Deny = nil }),
		"options: 0 items":                        row(overflow()),
		"options: 6 items":                        row(overflow(many(6, opt)...)),
		"options: 11 items":                       row(radio("a", nil, many(11, opt)...)),
		"options: 101 items":                      row(selection("a", many(101, opt), nil)),
		"options/1/value: \"1\" is there twice":   row(overflow(opt(1), opt(1))),
		"options/0/value: 0 characters":           row(overflow(option("", "x"))),
		"options/0/value: 76 characters":          row(overflow(option(long(76), "x"))),
		"none of the options":                     row(radio("a", option("b", "x"), opt(1))),
		"only menus have links":                   row(radio("a", nil, &slack.OptionBlockObject{Text: raw("plain_text", "x"), Value: "x", URL: "https://x"})),
		"initial_value: 3 characters":             with(input("a", "x", loose("abc", 2))),
		"max_length: -1":                          with(input("a", "x", loose("", -1))),
	}
	for want, m := range tests {
		t.Run(want, func(t *testing.T) {
			err := Check(m)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func TestCheckRefusesViewsThatSlackRefuses(t *testing.T) {
	change := func(f func(*slack.ModalViewRequest)) slack.ModalViewRequest {
		v := modal(Skip, Ref{}, "Title", "Go", input("a", "x", typed("a", "", 10, false)))
		f(&v)
		return v
	}
	if err := Check(change(func(*slack.ModalViewRequest) {})); err != nil {
		t.Fatalf("a fine view: %v", err)
	}
	tests := map[string]func(*slack.ModalViewRequest){
		"title: 25 characters":              func(v *slack.ModalViewRequest) { v.Title.Text = strings.Repeat("x", 25) },
		"title: missing":                    func(v *slack.ModalViewRequest) { v.Title = nil },
		"submit: missing":                   func(v *slack.ModalViewRequest) { v.Submit = nil },
		"submit: 25 characters":             func(v *slack.ModalViewRequest) { v.Submit.Text = strings.Repeat("x", 25) },
		"close: 0 characters":               func(v *slack.ModalViewRequest) { v.Close.Text = "" },
		"private_metadata: 3001 characters": func(v *slack.ModalViewRequest) { v.PrivateMetadata = strings.Repeat("x", 3001) },
		"callback_id: 256 characters":       func(v *slack.ModalViewRequest) { v.CallbackID = strings.Repeat("x", 256) },
		"blocks: 0 items":                   func(v *slack.ModalViewRequest) { v.Blocks.BlockSet = nil },
		"blocks: 101 items": func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = many(101, func(int) slack.Block { return divider() })
		},
		"allowed are 250000": func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = many(90, func(int) slack.Block { return section(say("%s", strings.Repeat("x", 2900)), nil) })
		},
	}
	for want, f := range tests {
		t.Run(want, func(t *testing.T) {
			if err := Check(change(f)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
	if err := Check(slack.HomeTabViewRequest{Type: slack.VTHomeTab}); err == nil {
		t.Error("an empty home tab passes")
	}
}

func TestEveryFieldOfAFormIsNamedLikeWhatItIs(t *testing.T) {
	known := map[string]bool{FieldHandOver: true, FieldIncident: true}
	for field := range fieldNames {
		known[field] = true
	}
	for name, v := range views(t) {
		for _, b := range v.Blocks.BlockSet {
			in, ok := b.(*slack.InputBlock)
			if !ok {
				continue
			}
			if !known[in.BlockID] && !strings.HasPrefix(in.BlockID, RoleField("")) {
				t.Errorf("%s: no refusal can stand beside %q", name, in.BlockID)
			}
			if raw := encode(t, in.Element); !strings.Contains(raw, fmt.Sprintf("%q: %q", "action_id", in.BlockID)) {
				t.Errorf("%s: the value of %s has another name: %s", name, in.BlockID, raw)
			}
		}
		if _, err := ParseRef(v.PrivateMetadata); err != nil {
			t.Errorf("%s: its reference %q cannot be read", name, v.PrivateMetadata)
		}
	}
}

// loose is a text field that typed would not make.
func loose(value string, most int) *slack.PlainTextInputBlockElement {
	e := typed("a", "", flow.MaxTitle, false)
	e.InitialValue, e.MaxLength = value, most
	return e
}
