package sandbox

import (
	"cmp"
	"encoding/json"
)

// HomeScreen is the app's Home tab, as it was published for the person; ok is false when nothing was.
func (s *Server) HomeScreen(who string) (home ViewScreen, ok bool, err error) {
	home, err = look(s, who, func(e eyes) (ViewScreen, error) {
		v := s.ws.Homes[e.u.ID]
		if v == nil {
			return ViewScreen{}, nil
		}
		return v.screen(), nil
	})
	return home, home.ID != "", err
}

// Modals are the modals that are open for a person; the last is in front.
func (s *Server) Modals(who string) ([]ViewScreen, error) {
	return look(s, who, func(e eyes) ([]ViewScreen, error) {
		var out []ViewScreen
		for _, v := range s.modals[e.u.ID] {
			out = append(out, v.screen())
		}
		return out, nil
	})
}

func (v *view) screen() ViewScreen {
	plain := func(raw json.RawMessage) string { return unescape(textOf(raw)) }
	out := ViewScreen{
		ID: v.ID, Type: v.Type, CallbackID: v.CallbackID, Title: plain(v.Title), Submit: plain(v.Submit), Close: plain(v.Close),
		Blocks: v.Blocks, State: v.state(), Banner: v.banner, Hash: v.Hash, Errors: map[string]string{},
	}
	for block, text := range v.errors {
		out.Errors[block] = text
	}
	if v.Type == "modal" {
		out.Close = cmp.Or(out.Close, "Cancel")
	}
	return out
}
