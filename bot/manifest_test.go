package bot

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/blocks"
)

// scopesOf are the scopes that a call needs, on the kinds of conversations that the bot uses it for, by Slack's reference.
var scopesOf = map[string][]string{
	"AuthTestContext": nil, "GetBotInfoContext": {"users:read"}, "GetUserInfoContext": {"users:read", "users:read.email"}, "GetUserGroupsContext": {"usergroups:read"},
	"OpenViewContext": nil, "PushViewContext": nil, "UpdateViewContext": nil, "PublishViewContext": nil,
	"PostMessageContext": {"chat:write"}, "UpdateMessageContext": {"chat:write"},
	"CreateConversationContext":        {"channels:manage", "groups:write"},
	"InviteUsersToConversationContext": {"channels:manage", "groups:write"},
	"JoinConversationContext":          {"channels:join"},
	"GetConversationInfoContext":       {"channels:read", "groups:read"},
	"GetUsersInConversationContext":    {"groups:read"},
	"GetConversationHistoryContext":    {"channels:history", "groups:history", "im:history"},
	"GetConversationRepliesContext":    {"channels:history", "groups:history"},
	"OpenConversationContext":          {"im:write"},
	"CreateChannelCanvasContext":       {"canvases:write"}, "CreateCanvasContext": {"canvases:write"}, "LookupCanvasSectionsContext": {"canvases:read"}, "UploadFileContext": {"files:write"},
	"PostEphemeralContext":          {"chat:write"},
	"AddPinContext":                 {"pins:write"},
	"SetTopicOfConversationContext": {"channels:manage", "groups:write"},
	"GetUploadURLExternalContext":   {"files:write"}, "UploadToURL": nil, "CompleteUploadExternalContext": {"files:write"},
	"AddBookmarkContext": {"bookmarks:write"}, "EditBookmarkContext": {"bookmarks:write"}, "ListBookmarksContext": {"bookmarks:read"},
}

// subscriptions are the names in a manifest of the events that arrive under a name, with the scopes that each needs.
var subscriptions = map[string]map[string]string{
	"app_home_opened": {"app_home_opened": ""}, "user_change": {"user_change": "users:read"}, "team_join": {"team_join": "users:read"},
	"member_joined_channel": {"member_joined_channel": "channels:read groups:read"}, "member_left_channel": {"member_left_channel": "channels:read groups:read"},
	"subteam_created": {"subteam_created": "usergroups:read"}, "subteam_updated": {"subteam_updated": "usergroups:read"},
	"reaction_added": {"reaction_added": "reactions:read"}, "reaction_removed": {"reaction_removed": "reactions:read"},
	"pin_added": {"pin_added": "pins:read"}, "pin_removed": {"pin_removed": "pins:read"},
	"message": {"message.channels": "channels:history", "message.groups": "groups:history"},
}

type appManifest struct {
	Features struct {
		Home struct {
			Home, Messages bool
		} `json:"app_home"`
		Commands  []struct{ Command string } `json:"slash_commands"`
		Shortcuts []struct {
			Callback string `json:"callback_id"`
		}
	}
	OAuth    struct{ Scopes struct{ Bot []string } } `json:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Socket bool `json:"socket_mode_enabled"`
	}
}

func TestTheManifestAsksForWhatTheBotUsesAndForNothingElse(t *testing.T) {
	var m appManifest
	if err := json.Unmarshal(Manifest("/inc"), &m); err != nil {
		t.Fatal(err)
	}
	scopes, events := map[string]bool{"commands": true}, map[string]bool{}
	calls := 0
	for _, f := range source(t, ".") {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if on, ok := n.X.(*ast.SelectorExpr); ok && on.Sel.Name == "slack" {
					needs, known := scopesOf[n.Sel.Name]
					if !known {
						t.Errorf("the scopes of %s are not in the table", n.Sel.Name)
					}
					calls++
					for _, s := range needs {
						scopes[s] = true
					}
				}
			case *ast.FuncDecl:
				if n.Name.Name == "onEvent" {
					eventsIn(t, n, events, scopes)
				}
			}
			return true
		})
	}
	if calls < 15 || len(events) < 5 {
		t.Fatalf("only %d calls and %d events were found: the source was not understood", calls, len(events))
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(scopes)), slices.Sorted(slices.Values(m.OAuth.Scopes.Bot))); diff != "" {
		t.Errorf("scopes (-used +asked for):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(events)), slices.Sorted(slices.Values(m.Settings.Events.Bot))); diff != "" {
		t.Errorf("events (-used +asked for):\n%s", diff)
	}
	if !m.Settings.Socket || len(m.Features.Shortcuts) < 2 || m.Features.Shortcuts[0].Callback != string(blocks.Declare) {
		t.Errorf("%+v", m)
	}
}

// eventsIn collects the events that a function tells apart.
func eventsIn(t *testing.T, f *ast.FuncDecl, events, scopes map[string]bool) {
	t.Helper()
	ast.Inspect(f, func(n ast.Node) bool {
		c, ok := n.(*ast.CaseClause)
		if !ok {
			return true
		}
		for _, e := range c.List {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			name, err := strconv.Unquote(lit.Value)
			if err != nil || subscriptions[name] == nil {
				t.Errorf("the event %s is not in the table", lit.Value)
			}
			for subscription, needs := range subscriptions[name] {
				events[subscription] = true
				for _, s := range strings.Fields(needs) {
					scopes[s] = true
				}
			}
		}
		return true
	})
}

func TestTheManifestNamesTheCommandAsItIsInstalled(t *testing.T) {
	var m appManifest
	if err := json.Unmarshal(Manifest("/incident"), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Features.Commands) != 1 || m.Features.Commands[0].Command != "/incident" {
		t.Errorf("%+v", m.Features.Commands)
	}
	if strings.Contains(string(Manifest("/incident")), `"/inc"`) {
		t.Error("the old name is still in it")
	}
}
