package blockkit

import (
	"encoding/json"
	"math/big"
	"reflect"
	"unicode/utf8"
)

// plain is a plain_text object of so many code points.
func plain(atMost int) rule {
	return anyOf(map[string]shape{"plain_text": plainShape(atMost)})
}

// words is a text object, plain_text or mrkdwn, of so many code points.
func words(atMost int) rule {
	return anyOf(wordShapes(atMost))
}

func wordShapes(atMost int) map[string]shape {
	return map[string]shape{"plain_text": plainShape(atMost), "mrkdwn": mrkdwnShape(atMost)}
}

func plainShape(atMost int) shape {
	return shape{fields: []field{must("text", chars(1, atMost)), may("emoji", boolean)}}
}

func mrkdwnShape(atMost int) shape {
	return shape{fields: []field{must("text", chars(1, atMost)), may("verbatim", boolean)}}
}

// The composition objects.
var (
	placeholder = plain(150)
	actionID    = chars(1, 255)
	blockID     = chars(0, 255) // "" is a value like any other
	buttonStyle = oneOf("primary", "danger")

	confirmDialog = record(shape{fields: []field{
		must("title", plain(100)),
		must("text", words(300)),
		must("confirm", plain(30)),
		must("deny", plain(30)),
		may("style", buttonStyle),
	}})

	menuOption = record(shape{fields: []field{
		must("text", plain(75)),
		must("value", chars(1, 150)),
		may("description", plain(75)),
	}})

	overflowOption = record(shape{fields: []field{
		must("text", plain(75)),
		must("value", chars(1, 150)),
		may("description", plain(75)),
		may("url", link(3000)),
	}})

	tickOption = record(shape{fields: []field{
		must("text", words(75)),
		must("value", chars(1, 150)),
		may("description", words(75)),
	}})

	optionGroup = record(shape{fields: []field{
		must("label", plain(75)),
		must("options", listOf(1, 100, menuOption)),
	}})

	conversationFilter = record(shape{
		fields: []field{
			may("include", listOf(1, 4, oneOf("im", "mpim", "private", "public"))),
			may("exclude_external_shared_channels", boolean),
			may("exclude_bot_users", boolean),
		},
		also: func(c *checker, at string, o object) {
			if len(o) == 0 {
				c.refuse(at, "must define at least one of `include`, `exclude_external_shared_channels`, `exclude_bot_users`")
			}
		},
	})

	dispatchConfig = record(shape{fields: []field{
		must("trigger_actions_on", listOf(1, 2, oneOf("on_enter_pressed", "on_character_entered"))),
	}})

	slackFile = record(shape{
		fields: []field{may("id", chars(1, unlimited)), may("url", link(unlimited))},
		also:   either("id", "url", "invalid slack file", "invalid slack file"),
	})

	slackIcon = anyOf(map[string]shape{"icon": {fields: []field{must("name", chars(1, unlimited))}}})

	imageFields = []field{
		must("alt_text", chars(1, 2000)),
		may("image_url", link(3000)),
		may("slack_file", slackFile),
	}

	// imageSource wants exactly one of image_url and slack_file.
	imageSource = either("image_url", "slack_file", "missing required field: image_url",
		"must define either `image_url` or `slack_file`")

	imageElement = anyOf(map[string]shape{"image": {fields: imageFields, also: imageSource}})
)

// initialAmongOptions wants every preset option to be, in every detail, one of the options on offer.
func initialAmongOptions(c *checker, at string, o object) {
	offered := list(o, "options")
	for _, g := range objects(list(o, "option_groups")) {
		offered = append(offered[:len(offered):len(offered)], list(g, "options")...)
	}
	isOffered := func(v any) bool {
		for _, x := range offered {
			if reflect.DeepEqual(x, v) {
				return true
			}
		}
		return false
	}
	if v, there := o["initial_option"]; there && !isOffered(v) {
		c.refuse(at+"/initial_option", "must be one of the provided options")
	}
	if v, there := o["initial_options"]; there {
		preset, _ := v.([]any)
		ok := len(preset) > 0 // an empty list is refused with the same words
		for _, p := range preset {
			ok = ok && isOffered(p)
		}
		if !ok {
			c.refuse(at+"/initial_options", "must be one of the provided options")
		}
	}
}

// selectionFits wants max_selected_items to allow for what is preset.
func selectionFits(c *checker, at string, o object) {
	atMost, limited := whole(o, "max_selected_items")
	preset := list(o, leaves[str(o, "type")].initial)
	if limited && atMost >= 1 && len(preset) > atMost {
		c.refuse(at+"/max_selected_items", "must be more than %d", len(preset)-1)
	}
}

// maxInput is how much a text input can take.
const maxInput = 3000

// lengthsFit wants min_length ≤ max_length and an initial value between the two.
func lengthsFit(c *checker, at string, o object) {
	atLeast, _ := whole(o, "min_length")
	atMost, limited := whole(o, "max_length")
	if !limited {
		atMost = maxInput
	}
	if limited && atLeast > atMost {
		c.refuse(at+"/min_length", "must be less than %d", atMost+1)
		return
	}
	if initial, ok := o["initial_value"].(string); ok && initial != "" {
		c.length(at+"/initial_value", utf8.RuneCountInString(initial), atLeast, atMost)
	}
}

// numbersFit wants min_value ≤ max_value, an initial value between the two, and no fractions unless allowed. All
// three are numbers in strings.
func numbersFit(c *checker, at string, o object) {
	read := func(name string) *big.Rat {
		s, ok := o[name].(string)
		if !ok || !decimal.MatchString(s) {
			return nil
		}
		r, ok := new(big.Rat).SetString(s)
		if ok && !r.IsInt() && !truth(o, "is_decimal_allowed") {
			c.refuse(at+"/"+name, "must provide an integer")
		}
		return r
	}
	low, high, initial := read("min_value"), read("max_value"), read("initial_value")
	below := func(a, b *big.Rat) bool { return a != nil && b != nil && a.Cmp(b) < 0 }
	switch {
	case below(high, low):
		c.refuse(at+"/min_value", "must not be more than max_value")
	case below(initial, low):
		c.refuse(at+"/initial_value", "must not be less than min_value")
	case below(high, initial):
		c.refuse(at+"/initial_value", "must not be more than max_value")
	}
}

// oneFocus allows focus_on_load on a single element.
func oneFocus(c *checker, at string, v any) {
	boolean(c, at, v)
	if v != true {
		return
	}
	if c.focused {
		c.refuse(at, "only one element can have `focus_on_load`")
	}
	c.focused = true
}

// onlyInModalInput is for response_url_enabled.
func onlyInModalInput(c *checker, at string, v any) {
	boolean(c, at, v)
	if v == true && (c.on != modal || c.at != inInput) {
		c.refuse(at, "only allowed in an `input` block in modals")
	}
}

// unixSeconds is a moment of ten digits.
func unixSeconds(c *checker, at string, v any) {
	n, _ := v.(json.Number)
	if i, err := n.Int64(); err != nil {
		c.refuse(at, "must provide an integer")
	} else if i < 1_000_000_000 || i > 9_999_999_999 {
		c.refuse(at, "must be 10 digits")
	}
}
