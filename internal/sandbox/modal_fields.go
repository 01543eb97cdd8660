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
	return frame(now)
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
	found := see(m, func(u *user, v *view) (chan []suggestion, error) {
		el, err := v.field(field)
		if err != nil {
			return nil, err
		}
		return m.p.s.suggest(u, spot{v: v, el: el}, typed), nil
	})
	select {
	case all := <-found:
		var options []json.RawMessage
		for _, one := range all {
			options = append(options, one.raw)
		}
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
		value := json.RawMessage(frame(notNil(picked)))
		if !many && len(picked) == 1 {
			value = picked[0]
		}
		return el, withField(spot{v: v, el: el}.leaf(u), el.Type, name, value), err
	})
}
