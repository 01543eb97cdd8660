package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// manifest is what of an app's manifest changes how Slack treats it. Fields keep the manifest's names.
type manifest struct {
	all bool // no manifest was given: everything is granted

	Display struct {
		Name string `json:"name"`
	} `json:"display_information"`
	Features struct {
		AppHome struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		BotUser struct {
			DisplayName string `json:"display_name"`
		} `json:"bot_user"`
		Commands []struct {
			Command     string `json:"command"`
			Description string `json:"description"`
			Hint        string `json:"usage_hint"`
			Escape      bool   `json:"should_escape"`
		} `json:"slash_commands"`
		Shortcuts []struct {
			Name        string `json:"name"`
			Type        string `json:"type"`
			CallbackID  string `json:"callback_id"`
			Description string `json:"description"`
		} `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		SocketMode bool `json:"socket_mode_enabled"`
	} `json:"settings"`
}

func readManifest(raw []byte) (manifest, error) {
	var m manifest
	if len(raw) == 0 {
		m.all = true
		m.Features.AppHome.Home, m.Features.AppHome.Messages = true, true
		m.Settings.Interactivity.Enabled, m.Settings.SocketMode = true, true
		return m, nil
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, err
	}
	if !m.Settings.SocketMode {
		return m, fmt.Errorf("socket_mode_enabled is not true: the sandbox delivers over Socket Mode only")
	}
	return m, nil
}

func (m *manifest) name() string {
	return cmp.Or(m.Display.Name, m.Features.BotUser.DisplayName, "App")
}
func (m *manifest) handle() string { return cmp.Or(m.Features.BotUser.DisplayName, "app") }

func (m *manifest) subscribed(event string) bool {
	return m.all || slices.Contains(m.Settings.Events.Bot, event)
}

// command says whether a slash command is the app's, and whether Slack turns names in its text into ids.
func (m *manifest) command(name string) (known, escape bool) {
	if m.all {
		return true, true
	}
	for _, c := range m.Features.Commands {
		if c.Command == name {
			return true, c.Escape
		}
	}
	return false, false
}

// shortcut finds a shortcut of a type ("global", "message") by what the menu calls it, or by its callback_id.
func (m *manifest) shortcut(typ, name string) (callback string, ok bool) {
	if m.all {
		return name, true
	}
	for _, sc := range m.Features.Shortcuts {
		if sc.Type == typ && (sc.Name == name || sc.CallbackID == name) {
			return sc.CallbackID, true
		}
	}
	return "", false
}

func (m *manifest) shortcutNames(typ string) string {
	var names []string
	for _, sc := range m.Features.Shortcuts {
		if sc.Type == typ {
			names = append(names, sc.Name)
		}
	}
	return strings.Join(names, ", ")
}
