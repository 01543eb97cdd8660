package blocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Picture is whatever is sent to Slack.
type Picture interface {
	Message | slack.ModalViewRequest | slack.HomeTabViewRequest
}

// Check holds a picture against Slack's limits, since neither Slack's client library nor the type system does. It reads what goes over
// the wire, tells all that is wrong with the place of each, and is nil when Slack will take it.
func Check[P Picture](p P) error {
	c := &checker{actions: map[string]bool{}, blockIDs: map[string]bool{}}
	switch p := any(p).(type) {
	case Message:
		c.message(p)
	case slack.ModalViewRequest:
		c.view(p, p.Blocks)
		c.modal(p)
	case slack.HomeTabViewRequest:
		c.view(p, p.Blocks)
	}
	return errors.Join(c.wrong...)
}

type checker struct {
	wrong    []error
	blockIDs map[string]bool
	actions  map[string]bool // within the present block
	inputs   bool
	focused  int
}

func (c *checker) say(at, format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// length checks a string in code points.
func (c *checker) length(at, s string, least, most int) {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.say(at, "%d characters, allowed are %d to %d", n, least, most)
	}
}

func (c *checker) items(at string, n, least, most int) {
	if n < least || n > most {
		c.say(at, "%d items, allowed are %d to %d", n, least, most)
	}
}

func (c *checker) message(m Message) {
	c.length("text", m.Text, 1, 4000)
	c.blocks(m.Blocks, 0, 50)
}

const maxViewBytes = 250_000

func (c *checker) view(v any, blocks slack.Blocks) {
	raw, err := json.Marshal(v)
	if err != nil {
		c.say("view", "cannot be encoded: %v", err)
		return
	}
	if len(raw) > maxViewBytes {
		c.say("view", "%d bytes, allowed are %d", len(raw), maxViewBytes)
	}
	var ids struct {
		Metadata string `json:"private_metadata"`
		Callback string `json:"callback_id"`
		External string `json:"external_id"`
	}
	if err := json.Unmarshal(raw, &ids); err != nil {
		c.say("view", "cannot be read back: %v", err)
	}
	c.length("private_metadata", ids.Metadata, 0, 3000)
	c.length("callback_id", ids.Callback, 0, 255)
	c.length("external_id", ids.External, 0, 255)
	c.blocks(blocks.BlockSet, 1, 100)
}

func (c *checker) modal(v slack.ModalViewRequest) {
	for _, t := range []struct {
		at   string
		text *slack.TextBlockObject
	}{{"title", v.Title}, {"submit", v.Submit}, {"close", v.Close}} {
		if t.text != nil {
			c.length(t.at, t.text.Text, 1, 24)
		}
	}
	if v.Title == nil {
		c.say("title", "missing")
	}
	if c.inputs && v.Submit == nil {
		c.say("submit", "missing, though there are inputs")
	}
}

func (c *checker) blocks(all []slack.Block, least, most int) {
	c.items("blocks", len(all), least, most)
	for i, b := range all {
		at := fmt.Sprintf("blocks/%d", i)
		raw, err := json.Marshal(b)
		if err != nil {
			c.say(at, "cannot be encoded: %v", err)
			continue
		}
		var o object
		if err := json.Unmarshal(raw, &o); err != nil {
			c.say(at, "is no object")
			continue
		}
		c.block(at, o)
	}
}

// object is a piece of Block Kit as it goes over the wire.
type object map[string]any

func (o object) text(key string) string {
	s, _ := o[key].(string)
	return s
}

func (o object) object(key string) (object, bool) {
	m, ok := o[key].(map[string]any)
	return m, ok
}

func (o object) list(key string) []object {
	l, _ := o[key].([]any)
	out := make([]object, 0, len(l))
	for _, v := range l {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (c *checker) block(at string, o object) {
	c.actions = map[string]bool{}
	if id, there := o["block_id"].(string); there {
		c.length(at+"/block_id", id, 1, 255)
		if c.blockIDs[id] {
			c.say(at+"/block_id", "%q is there twice", id)
		}
		c.blockIDs[id] = true
	}
	switch kind := o.text("type"); kind {
	case "divider":
	case "header":
		c.textObject(at, o, "text", 150, "plain_text")
	case "section":
		c.section(at, o)
	case "context":
		c.items(at+"/elements", len(o.list("elements")), 1, 10)
		for i, e := range o.list("elements") {
			c.textIs(fmt.Sprintf("%s/elements/%d", at, i), e, 3000, "")
		}
	case "actions":
		c.items(at+"/elements", len(o.list("elements")), 1, 25)
		for i, e := range o.list("elements") {
			c.element(fmt.Sprintf("%s/elements/%d", at, i), e, "actions")
		}
	case "input":
		c.inputs = true
		c.textObject(at, o, "label", 2000, "plain_text")
		if _, there := o["hint"]; there {
			c.textObject(at, o, "hint", 2000, "plain_text")
		}
		e, _ := o.object("element")
		c.element(at+"/element", e, "input")
	case "data_visualization":
		c.chart(at, o)
	default:
		c.say(at, "block type %q is not one that this program makes", kind)
	}
}

func (c *checker) section(at string, o object) {
	fields := o.list("fields")
	if _, there := o["text"]; there {
		c.textObject(at, o, "text", 3000, "")
	} else if len(fields) == 0 {
		c.say(at, "a section needs text or fields")
	}
	c.items(at+"/fields", len(fields), 0, 10)
	for i, f := range fields {
		c.textIs(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "")
	}
	if a, there := o.object("accessory"); there {
		c.element(at+"/accessory", a, "section")
	}
}

// textObject checks the text object under a key. An empty kind allows both.
func (c *checker) textObject(at string, o object, key string, most int, kind string) {
	t, ok := o.object(key)
	if !ok {
		c.say(at+"/"+key, "missing")
		return
	}
	c.textIs(at+"/"+key, t, most, kind)
}

func (c *checker) textIs(at string, t object, most int, kind string) {
	is := t.text("type")
	if (is != "plain_text" && is != "mrkdwn") || (kind != "" && is != kind) {
		c.say(at, "text of type %q", is)
	}
	c.length(at, t.text("text"), 1, most)
	if is == "mrkdwn" && t["verbatim"] != true {
		c.say(at, "not verbatim: Slack would turn names that people typed into mentions")
	}
}

// where an element may stand: s in a section, a in actions, i in an input.
var where = map[string]string{
	"button": "sa", "overflow": "sa", "checkboxes": "sai", "radio_buttons": "sai", "static_select": "sai", "multi_static_select": "sai",
	"external_select": "sai", "multi_external_select": "sai", "multi_users_select": "sai", "users_select": "sai", "conversations_select": "sai", "datepicker": "sai", "plain_text_input": "i",
	"datetimepicker": "ai", "timepicker": "sai",
}

func (c *checker) element(at string, o object, place string) {
	kind := o.text("type")
	if !strings.Contains(where[kind], place[:1]) {
		c.say(at, "%q cannot stand in %s", kind, place)
	}
	id := o.text("action_id")
	c.length(at+"/action_id", id, 1, 255)
	if c.actions[id] {
		c.say(at+"/action_id", "%q is there twice", id)
	}
	c.actions[id] = true
	if o["focus_on_load"] == true {
		if c.focused++; c.focused > 1 {
			c.say(at, "focus_on_load is there twice")
		}
	}
	if _, there := o["placeholder"]; there {
		c.textObject(at, o, "placeholder", 150, "plain_text")
	}
	if q, there := o.object("confirm"); there {
		c.confirm(at+"/confirm", q)
	}
	switch kind {
	case "button":
		c.button(at, o)
	case "overflow":
		c.options(at, o, 1, 5, "plain_text", true)
	case "radio_buttons", "checkboxes":
		c.options(at, o, 1, 10, "", false)
	case "static_select", "multi_static_select":
		c.options(at, o, 1, 100, "plain_text", false)
	case "plain_text_input":
		c.typedInput(at, o)
	}
}

func (c *checker) button(at string, o object) {
	c.textObject(at, o, "text", 75, "plain_text")
	c.length(at+"/value", o.text("value"), 0, 2000)
	c.length(at+"/url", o.text("url"), 0, 3000)
	c.length(at+"/accessibility_label", o.text("accessibility_label"), 0, 75)
	if style := o.text("style"); style != "" && style != "primary" && style != "danger" {
		c.say(at+"/style", "%q", style)
	}
}

func (c *checker) typedInput(at string, o object) {
	most := 3000
	if n, there := o["max_length"].(float64); there {
		most = int(n)
		if most < 1 || most > 3000 {
			c.say(at+"/max_length", "%d, allowed are 1 to 3000", most)
		}
	}
	c.length(at+"/initial_value", o.text("initial_value"), 0, most)
}

func (c *checker) confirm(at string, o object) {
	c.textObject(at, o, "title", 100, "plain_text")
	c.textObject(at, o, "text", 300, "")
	c.textObject(at, o, "confirm", 30, "plain_text")
	c.textObject(at, o, "deny", 30, "plain_text")
}

func (c *checker) options(at string, o object, least, most int, kind string, urls bool) {
	all := o.list("options")
	c.items(at+"/options", len(all), least, most)
	values := map[string]bool{}
	for i, x := range all {
		at := fmt.Sprintf("%s/options/%d", at, i)
		c.option(at, x, kind, urls)
		if v := x.text("value"); values[v] {
			c.say(at+"/value", "%q is there twice", v)
		} else {
			values[v] = true
		}
	}
	chosen := o.list("initial_options")
	if x, there := o.object("initial_option"); there {
		chosen = append(chosen, x)
	}
	for _, x := range chosen {
		if !contains(all, x) {
			c.say(at, "the initial option %q is none of the options", x.text("value"))
		}
	}
}

// The value of an option: Slack's sources disagree on 75 or 150, so that this program keeps to the smaller.
const maxOptionValue = 75

func (c *checker) option(at string, o object, kind string, urls bool) {
	c.textObject(at, o, "text", 75, kind)
	c.length(at+"/value", o.text("value"), 1, maxOptionValue)
	if _, there := o["description"]; there {
		c.textObject(at, o, "description", 75, "")
	}
	if u := o.text("url"); u != "" {
		c.length(at+"/url", u, 1, 3000)
		if !urls {
			c.say(at+"/url", "only menus have links")
		}
	}
}

// contains reports whether an option is among others as a whole: Slack compares all of it.
func contains(all []object, x object) bool {
	want, err := json.Marshal(x)
	if err != nil {
		return false
	}
	for _, o := range all {
		if got, err := json.Marshal(o); err == nil && string(got) == string(want) {
			return true
		}
	}
	return false
}
