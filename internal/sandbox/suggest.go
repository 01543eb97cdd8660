package sandbox

import (
	"encoding/json"

	"epilogue/internal/sandbox/blockkit"
)

// mostSuggested is how many options an app may offer at once; more are none.
const mostSuggested = 100

// suggestion is an option that the app offered for what was typed.
type suggestion struct {
	raw   json.RawMessage
	group string
}

func (o suggestion) option() blockkit.Option {
	var read struct {
		Value             string
		Text, Description json.RawMessage
	}
	_ = json.Unmarshal(o.raw, &read)
	return blockkit.Option{Text: unescape(textOf(read.Text)), Value: read.Value, Description: unescape(textOf(read.Description)), Group: o.group}
}

// suggest asks the app what it offers for what was typed into one of its menus. Nothing is offered if it does not answer.
func (s *Server) suggest(u *user, at spot, typed string) chan []suggestion {
	found := make(chan []suggestion, 1)
	payload := s.interaction("block_suggestion", u)
	s.around(payload, at)
	payload["action_id"], payload["block_id"], payload["value"] = at.el.ActionID, at.el.BlockID, typed
	s.dispatch("interactive", "block_suggestion", true, payload, func(ack json.RawMessage, _ string) {
		all := readSuggestions(ack)
		s.remember(u, at, all)
		found <- all
	})
	return found
}

func readSuggestions(ack json.RawMessage) []suggestion {
	var r struct {
		Options []json.RawMessage
		Groups  []struct {
			Label   json.RawMessage
			Options []json.RawMessage
		} `json:"option_groups"`
	}
	_ = json.Unmarshal(ack, &r)
	var all []suggestion
	for _, raw := range r.Options {
		all = append(all, suggestion{raw: raw})
	}
	for _, g := range r.Groups {
		for _, raw := range g.Options {
			all = append(all, suggestion{raw, unescape(textOf(g.Label))})
		}
	}
	if len(all) > mostSuggested {
		return nil
	}
	return all
}

// asked names a menu on somebody's screen.
type asked struct {
	user               UserID
	surface            string // the view's id, or conversation and timestamp
	blockID, elementID string
}

func (at spot) asked(u *user) asked {
	var where string
	if at.v != nil {
		where = at.v.ID
	} else {
		where = string(at.c.ID) + " " + at.m.TS
	}
	return asked{u.ID, where, at.el.BlockID, at.el.ActionID}
}

// mostRemembered is how many menus are remembered before all are forgotten. What was chosen in them stays chosen.
const mostRemembered = 1000

// remember keeps what was offered, so that it can be chosen by its value.
func (s *Server) remember(u *user, at spot, all []suggestion) {
	if s.offered == nil || len(s.offered) > mostRemembered {
		s.offered = map[asked]map[string]json.RawMessage{}
	}
	menu := at.asked(u)
	if s.offered[menu] == nil {
		s.offered[menu] = map[string]json.RawMessage{}
	}
	for _, one := range all {
		s.offered[menu][optionValue(one.raw)] = one.raw
	}
}

// suggested finds an option by its value among what the app offered, or what is chosen already; nil if it never was.
func (s *Server) suggested(u *user, at spot, value string) json.RawMessage {
	if raw := s.offered[at.asked(u)][value]; raw != nil {
		return raw
	}
	chosen := leafValue(at.leaf(u), at.el.Type)
	if optionValue(chosen) == value && chosen != nil {
		return chosen
	}
	var list []json.RawMessage
	_ = json.Unmarshal(chosen, &list)
	return pickOption(list, func(raw json.RawMessage) bool { return optionValue(raw) == value })
}
