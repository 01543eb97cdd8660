package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/blockkit"
	"epilogue/internal/sandbox/page/kit"
)

// menuItem is an option of a menu that asks the server for its options.
type menuItem struct {
	Value string `json:"value"`
	Text  string `json:"text"`
	Note  string `json:"note,omitempty"`
	Group string `json:"group,omitempty"`
}

// mostItems is how many options a menu shows at once.
const mostItems = 100

// suggests answers a menu: with what the app offers, or with people and conversations that the person knows.
func (v *viewer) suggests(t touch) (any, error) {
	g, el, err := v.gesture(t)
	switch {
	case err != nil:
		return nil, err
	case el == nil:
		return nil, errors.New("that menu is gone")
	}
	if strings.HasSuffix(el.Type, "external_select") {
		g.Value = nil
		options, err := v.person.Suggest(t.ctx, g, t.typed)
		out := []menuItem{}
		for _, o := range options {
			out = append(out, menuItem{o.Value, kit.Spoken(o.Text), kit.Spoken(o.Description), kit.Spoken(o.Group)})
		}
		return out, err
	}
	screen, err := v.page.slack.Screen(v.who)
	if err != nil {
		return nil, err
	}
	all, err := known(*el, screen)
	if err != nil {
		return nil, err
	}
	typed := strings.TrimLeft(strings.ToLower(t.typed), "@#")
	fits := slices.DeleteFunc(all, func(o menuItem) bool { return !strings.Contains(strings.ToLower(o.Text+" "+o.Note), typed) })
	return fits[:min(len(fits), mostItems)], nil
}

// known is whom and what the person can choose in a menu of people or conversations.
func known(el blockkit.Element, s sandbox.Screen) ([]menuItem, error) {
	out := []menuItem{}
	channels := func(want func(sandbox.Entry) bool) {
		for _, list := range [][]sandbox.Entry{s.Sidebar.Channels, s.Sidebar.Others} {
			for _, e := range list {
				if !e.Archived && want(e) {
					out = append(out, menuItem{Value: e.ID, Text: "#" + e.Name})
				}
			}
		}
	}
	switch strings.TrimPrefix(el.Type, "multi_") {
	case "users_select":
		for _, f := range s.People {
			if !f.Gone {
				out = append(out, menuItem{Value: f.ID, Text: f.Name, Note: noteOn(f)})
			}
		}
	case "channels_select":
		channels(func(e sandbox.Entry) bool { return !e.Private })
	case "conversations_select":
		wants := filterOf(el)
		channels(wants.takes)
		if wants.kind("mpim") {
			for _, e := range s.Sidebar.Direct {
				out = append(out, menuItem{Value: e.ID, Text: e.Name})
			}
		}
		if wants.kind("im") && !wants.NoBots {
			out = append(out, menuItem{Value: s.Sidebar.App.ID, Text: s.App.Name, Note: "app"})
		}
	default:
		return nil, fmt.Errorf("a %s has its options already", el.Type)
	}
	return out, nil
}

func noteOn(f sandbox.Face) string {
	if f.App {
		return "app"
	}
	return "@" + f.Handle
}

// filter is the filter of a menu of conversations.
type filter struct {
	Include  []string `json:"include"`
	NoShared bool     `json:"exclude_external_shared_channels"`
	NoBots   bool     `json:"exclude_bot_users"`
}

func filterOf(el blockkit.Element) filter {
	var e struct{ Filter filter }
	_ = json.Unmarshal(el.Raw, &e) // it was checked when it was sent
	return e.Filter
}

func (f filter) kind(name string) bool {
	return len(f.Include) == 0 || slices.Contains(f.Include, name)
}

func (f filter) takes(e sandbox.Entry) bool {
	if e.Shared && f.NoShared {
		return false
	}
	if e.Private {
		return e.Joined && f.kind("private")
	}
	return f.kind("public")
}
