package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// Modal is a form that is open on a person's screen. It stays the same when the app updates it; a pushed one is another: ask
// Person.Modal again. Using it while another is in front, or after it was closed, is an error.
//
// Fields are named by their label, else by their placeholder, the text near them, or their action_id.
type Modal struct {
	Place
}

// Modal waits until a modal is open, with that title if one is given, and takes the one in front.
func (p *Person) Modal(title ...string) *Modal {
	return await(p, func(u *user) (*Modal, error) {
		v := p.s.front(u.ID)
		if v == nil {
			return nil, fmt.Errorf("no modal is open for %s", u.Name)
		}
		if len(title) > 0 && textOf(v.Title) != title[0] {
			return nil, fmt.Errorf("the modal in front of %s is %q, not %q:\n%s", u.Name, textOf(v.Title), title[0], eyes{p.s, u}.window(v))
		}
		return &Modal{Place{p: p, name: inModal, view: v.ID}}, nil
	})
}

// Try is Person.Try with the modal.
func (m *Modal) Try(do func(*Modal)) error {
	return m.p.Try(func(p *Person) {
		same := *m
		same.p = p
		do(&same)
	})
}

// HasModal says whether a modal is open for the person now.
func (p *Person) HasModal() bool {
	return await(p, func(u *user) (bool, error) { return p.s.front(u.ID) != nil, nil })
}

// see looks at the modal, which must be in front.
func see[T any](m *Modal, look func(*user, *view) (T, error)) T {
	return await(m.p, func(u *user) (T, error) {
		v, err := m.p.s.open(u, m.view)
		if err != nil {
			var none T
			return none, err
		}
		return look(u, v)
	})
}

// Title is the modal's title.
func (m *Modal) Title() string {
	return see(m, func(_ *user, v *view) (string, error) { return textOf(v.Title), nil })
}

// Text is the modal's body as the person reads it, with what was typed, and errors where there are any.
func (m *Modal) Text() string { return m.Sees() }

// Open says whether the modal is still open, in front or under another.
func (m *Modal) Open() bool {
	return await(m.p, func(u *user) (bool, error) {
		return slices.ContainsFunc(m.p.s.modals[u.ID], func(v *view) bool { return v.ID == m.view }), nil
	})
}

// Fields are the labels of the inputs, from top to bottom.
func (m *Modal) Fields() []string {
	return see(m, func(_ *user, v *view) ([]string, error) {
		var out []string
		for _, el := range blockkit.Elements(v.Blocks) {
			if el.Input {
				out = append(out, el.Label)
			}
		}
		return out, nil
	})
}

// Errors are the messages under the fields, by label.
func (m *Modal) Errors() map[string]string {
	return see(m, func(_ *user, v *view) (map[string]string, error) { return v.shown(), nil })
}

func (v *view) shown() map[string]string {
	out := map[string]string{}
	labels := v.labels()
	for block, text := range v.errors {
		out[labels[block]] = text
	}
	return out
}

// field finds an element by what it is called.
func (v *view) field(name string) (blockkit.Element, error) {
	var have []string
	all := blockkit.Elements(v.Blocks)
	for _, match := range []func(blockkit.Element) bool{
		func(el blockkit.Element) bool { return el.Label == name },
		func(el blockkit.Element) bool { return el.Placeholder == name || el.ActionID == name },
		func(el blockkit.Element) bool { return strings.Contains(el.Near, name) },
	} {
		for _, el := range all {
			if _, _, stateful := blockkit.StateField(el.Type); stateful && match(el) {
				return el, nil
			}
		}
	}
	for _, el := range all {
		have = append(have, el.Label)
	}
	return blockkit.Element{}, fmt.Errorf("no field %q in the modal %q; there are: %q", name, textOf(v.Title), have)
}

// Value is what is typed or chosen in a field, as Slack would send it: text without quotes, an id, the value of an option, several
// separated by commas; "" when empty.
func (m *Modal) Value(name string) string {
	return see(m, func(_ *user, v *view) (string, error) {
		el, err := v.field(name)
		if err != nil {
			return "", err
		}
		return readable(leafValue(v.state()[el.BlockID][el.ActionID], el.Type)), nil
	})
}

func readable(value json.RawMessage) string {
	var text string
	var option struct{ Value string }
	var list []json.RawMessage
	switch {
	case value == nil:
		return ""
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &option) == nil && option.Value != "":
		return option.Value
	case json.Unmarshal(value, &list) == nil:
		var all []string
		for _, v := range list {
			all = append(all, readable(v))
		}
		return strings.Join(all, ",")
	}
	return string(value)
}

// Options are what a menu offers.
func (m *Modal) Options(name string) []string {
	return see(m, func(_ *user, v *view) ([]string, error) {
		el, err := v.field(name)
		if err != nil {
			return nil, err
		}
		var out []string
		for _, o := range el.Options {
			out = append(out, o.Text)
		}
		return out, nil
	})
}

// change puts a new leaf into a field; where the app wants to know of it at once, it is told.
func (m *Modal) change(edit func(*user, *view) (blockkit.Element, json.RawMessage, error)) *Modal {
	m.p.wait(see(m, func(u *user, v *view) (sent, error) {
		el, leaf, err := edit(u, v)
		if err != nil {
			return nil, err
		}
		return m.p.s.fillOut(u, spot{v: v, el: el}, leaf), nil
	}))
	return m
}

// set puts what was typed or chosen into a field.
func (m *Modal) set(name string, want func(blockkit.Element) error, chosen ...string) *Modal {
	return m.change(func(u *user, v *view) (blockkit.Element, json.RawMessage, error) {
		el, err := v.field(name)
		if err != nil {
			return el, nil, err
		}
		if err := want(el); err != nil {
			return el, nil, final{err}
		}
		leaf, err := m.p.s.choice(el, spot{v: v, el: el}.leaf(u), chosen)
		if err != nil {
			err = final{err}
		}
		return el, leaf, err
	})
}

func ofType(what string, types ...string) func(blockkit.Element) error {
	return func(el blockkit.Element) error {
		if !slices.Contains(types, el.Type) {
			return fmt.Errorf("%q is a %s, not a %s", el.Label, el.Type, what)
		}
		return nil
	}
}

func choosable(el blockkit.Element) error {
	if strings.Contains(el.Type, "select") || el.Type == "radio_buttons" || el.Type == "checkboxes" {
		return nil
	}
	return fmt.Errorf("%q is a %s: nothing to choose from", el.Label, el.Type)
}

// Fill types a text into a field, in place of what was there, and presses Enter where the app listens to that.
func (m *Modal) Fill(field, text string) *Modal {
	return m.set(field, ofType("text field", "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"), text)
}

// Choose takes options of a menu, radio buttons or checkboxes by their text, in place of what was chosen.
func (m *Modal) Choose(field string, options ...string) *Modal {
	if m.external(field) {
		return m.chooseFound(field, options)
	}
	return m.set(field, choosable, options...)
}

// Pick takes people ("@ben") or channels ("#general") in a menu of them, in place of what was chosen.
func (m *Modal) Pick(field string, who ...string) *Modal { return m.set(field, choosable, who...) }

// PickDate sets a date, such as "2026-12-03".
func (m *Modal) PickDate(field, date string) *Modal {
	return m.set(field, ofType("date picker", "datepicker"), date)
}

// PickTime sets a time of day, such as "14:05".
func (m *Modal) PickTime(field, clock string) *Modal {
	return m.set(field, ofType("time picker", "timepicker"), clock)
}

// PickDateTime sets a date and time.
func (m *Modal) PickDateTime(field string, at time.Time) *Modal {
	return m.set(field, ofType("date and time picker", "datetimepicker"), fmt.Sprint(at.Unix()))
}

// Enter types or chooses in a field, whatever sort it is of; several values where several can be chosen.
func (m *Modal) Enter(field string, values ...string) *Modal {
	if m.external(field) {
		return m.chooseFound(field, values)
	}
	return m.set(field, func(blockkit.Element) error { return nil }, values...)
}

// Clear empties a field.
func (m *Modal) Clear(field string) *Modal {
	return m.set(field, func(blockkit.Element) error { return nil })
}

// Check ticks a checkbox by its text; Uncheck takes the tick away.
func (m *Modal) Check(option string) *Modal { return m.tick(option, true) }

// Uncheck takes the tick from a checkbox.
func (m *Modal) Uncheck(option string) *Modal { return m.tick(option, false) }

func (m *Modal) tick(option string, on bool) *Modal {
	return m.change(func(u *user, v *view) (blockkit.Element, json.RawMessage, error) {
		for _, el := range blockkit.Elements(v.Blocks) {
			if el.Type == "checkboxes" && rawOption(el, option) != nil {
				was := spot{v: v, el: el}.leaf(u)
				return el, withField(was, el.Type, "selected_options", ticked(el, was, option, on)), nil
			}
		}
		return blockkit.Element{}, nil, fmt.Errorf("no checkbox %q in the modal %q", option, textOf(v.Title))
	})
}

// ticked are the options that have a tick, in the order of the boxes, after one was changed.
func ticked(el blockkit.Element, leaf json.RawMessage, option string, on bool) json.RawMessage {
	var had []struct{ Text struct{ Text string } }
	_ = json.Unmarshal(leafValue(leaf, el.Type), &had)
	now := []json.RawMessage{}
	for _, o := range el.Options {
		has := slices.ContainsFunc(had, func(h struct{ Text struct{ Text string } }) bool { return unescape(h.Text.Text) == unescape(o.Text) })
		if unescape(o.Text) == unescape(option) {
			has = on
		}
		if has {
			now = append(now, rawOption(el, o.Text))
		}
	}
	raw, _ := json.Marshal(now)
	return raw
}

func (m *Modal) external(name string) bool {
	return see(m, func(_ *user, v *view) (bool, error) {
		el, err := v.field(name)
		return strings.HasSuffix(el.Type, "external_select"), err
	})
}

// Search types into a menu whose options the app supplies, and returns what is offered then.
func (m *Modal) Search(field, typed string) []string {
	var out []string
	for _, raw := range m.suggestions(field, typed) {
		out = append(out, optionText(raw))
	}
	return out
}

func optionText(raw json.RawMessage) string {
	var o struct{ Text json.RawMessage }
	_ = json.Unmarshal(raw, &o)
	return textOf(o.Text)
}

func (m *Modal) suggestions(field, typed string) []json.RawMessage {
	found := make(chan []json.RawMessage, 1)
	see(m, func(u *user, v *view) (bool, error) {
		el, err := v.field(field)
		if err != nil {
			return false, err
		}
		payload := m.p.s.interaction("block_suggestion", u)
		payload["container"], payload["view"] = obj{"type": "view", "view_id": v.ID}, m.p.s.viewJSON(v)
		payload["action_id"], payload["block_id"], payload["value"] = el.ActionID, el.BlockID, typed
		m.p.s.dispatch("interactive", "block_suggestion", true, payload, func(ack json.RawMessage, _ string) {
			var r struct {
				Options []json.RawMessage
				Groups  []struct{ Options []json.RawMessage } `json:"option_groups"`
			}
			_ = json.Unmarshal(ack, &r)
			for _, g := range r.Groups {
				r.Options = append(r.Options, g.Options...)
			}
			if len(r.Options) > 100 {
				r.Options = nil
			}
			found <- r.Options
		})
		return true, nil
	})
	select {
	case options := <-found:
		return options
	case <-m.p.s.done:
		m.p.stop(errors.New("the sandbox was closed before the app answered"))
		return nil
	}
}

// chooseFound searches for each option by its text and takes it.
func (m *Modal) chooseFound(field string, options []string) *Modal {
	var picked []json.RawMessage
	for _, text := range options {
		offered := m.suggestions(field, text)
		one := pickOption(offered, func(raw json.RawMessage) bool { return optionText(raw) == text })
		if one == nil {
			m.p.stop(fmt.Errorf("the app offers no %q in %q, but %d others", text, field, len(offered)))
		}
		picked = append(picked, one)
	}
	return m.change(func(u *user, v *view) (blockkit.Element, json.RawMessage, error) {
		el, err := v.field(field)
		name, many, _ := blockkit.StateField(el.Type)
		value, _ := json.Marshal(notNil(picked))
		if !many && len(picked) == 1 {
			value = picked[0]
		}
		return el, withField(spot{v: v, el: el}.leaf(u), el.Type, name, value), err
	})
}

// Submitted is what came of sending a form.
type Submitted struct {
	Sent   bool              // Slack's client found nothing wrong in it by itself
	Closed bool              // the modal is gone
	Errors map[string]string // under the fields, by label: the client's own if not Sent, else the app's
	Banner string            // above the form: the app's answer did not come, or made no sense
}

// Submit presses the submit button and waits for the app's answer.
func (m *Modal) Submit() Submitted {
	var result Submitted
	answer := see(m, func(u *user, v *view) (sent, error) {
		if len(v.Submit) == 0 {
			return nil, fmt.Errorf("the modal %q has no submit button", textOf(v.Title))
		}
		v.errors, v.banner = v.complaints(), ""
		m.p.s.touch()
		if len(v.errors) > 0 {
			result.Errors = v.shown()
			return nil, nil
		}
		payload := m.p.s.interaction("view_submission", u)
		payload["view"], payload["trigger_id"], payload["response_urls"] = m.p.s.viewJSON(v), m.p.s.trigger(u.ID, v.ID), m.p.s.formHooks(u, v)
		answer := make(sent, 1)
		m.p.s.dispatch("interactive", "view_submission", true, payload, func(ack json.RawMessage, outcome string) {
			m.p.s.submitted(v, ack, outcome)
			result = Submitted{Sent: true, Closed: v.doomed, Errors: v.shown(), Banner: v.banner}
			answer <- Reply{}
		})
		return answer, nil
	})
	if answer != nil {
		m.p.wait(answer)
	}
	return result
}

// formHooks are the response_urls of a form: one for each menu of conversations that asks for it.
func (s *Server) formHooks(u *user, v *view) []obj {
	out := []obj{}
	for _, el := range blockkit.Elements(v.Blocks) {
		var e struct {
			Enabled bool `json:"response_url_enabled"`
		}
		_ = json.Unmarshal(el.Raw, &e)
		if id := ChannelID(readable(leafValue(v.state()[el.BlockID][el.ActionID], el.Type))); e.Enabled && el.Input && s.ws.Channels[id] != nil {
			out = append(out, obj{"block_id": el.BlockID, "action_id": el.ActionID, "channel_id": id, "response_url": s.hook(u.ID, id, nil)})
		}
	}
	return out
}

// Close presses Cancel: this modal goes away, the one below shows again. With clear_on_close all go.
func (m *Modal) Close() { m.dismiss(false) }

// CloseAll presses the X that closes the whole stack.
func (m *Modal) CloseAll() { m.dismiss(true) }

func (m *Modal) dismiss(all bool) {
	answer := see(m, func(u *user, v *view) (sent, error) {
		s := m.p.s
		told, cleared := v, all || v.ClearOnClose
		if cleared {
			told = s.modals[u.ID][0]
		}
		payload := s.interaction("view_closed", u)
		payload["view"], payload["is_cleared"] = s.viewWith(told, values{}), cleared
		if cleared {
			s.closeAll(u.ID)
		} else {
			s.closeView(v)
		}
		if !told.NotifyOnClose {
			return nil, nil
		}
		return s.interact(payload, false, ""), nil
	})
	if answer != nil {
		m.p.wait(answer)
	}
}
