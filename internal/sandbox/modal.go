package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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
		return m.p.s.submit(u, v, &result)
	})
	if answer != nil {
		m.p.wait(answer)
	}
	return result
}

// submit sends a form. What comes of it is in result once the answer is there; at once if there is none to wait for, because Slack's client found
// something wrong in it.
func (s *Server) submit(u *user, v *view, result *Submitted) (sent, error) {
	if len(v.Submit) == 0 {
		return nil, fmt.Errorf("the modal %q has no submit button", textOf(v.Title))
	}
	v.errors, v.banner = v.complaints(), ""
	s.touch()
	if len(v.errors) > 0 {
		result.Errors = v.shown()
		return nil, nil
	}
	payload := s.interaction("view_submission", u)
	payload["view"], payload["trigger_id"], payload["response_urls"] = s.viewJSON(v), s.trigger(u.ID, v.ID), s.formHooks(u, v)
	answer := make(sent, 1)
	s.dispatch("interactive", "view_submission", true, payload, func(ack json.RawMessage, outcome string) {
		s.submitted(v, ack, outcome)
		*result = Submitted{Sent: true, Closed: v.doomed, Errors: v.shown(), Banner: v.banner}
		answer <- Reply{}
	})
	return answer, nil
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
		return m.p.s.dismiss(u, v, all), nil
	})
	if answer != nil {
		m.p.wait(answer)
	}
}

// dismiss closes the modal in front, or the whole stack. There is no answer to wait for unless the app wants to know.
func (s *Server) dismiss(u *user, v *view, all bool) sent {
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
		return nil
	}
	return s.interact(payload, false, "")
}
