package fidelity_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/internal/sandbox"
)

// surface is where blocks can be shown.
type surface string

const (
	message surface = "message"
	modal   surface = "modal"
	home    surface = "home"
)

var (
	everywhere = []surface{message, modal, home}
	inMessage  = []surface{message}
	inModal    = []surface{modal}
	inViews    = []surface{modal, home}
	notInModal = []surface{message, home}
)

// j is a JSON object.
type j = map[string]any

// raw is a block that slack-go sends as it stands: its own types cannot say everything that Slack must refuse.
type raw j

func (raw) BlockType() slack.MessageBlockType { return "" }
func (raw) ID() string                        { return "" }
func (b raw) MarshalJSON() ([]byte, error)    { return json.Marshal(j(b)) }
func rawBlocks(blocks ...any) (out []slack.Block) {
	for _, b := range blocks {
		out = append(out, raw(b.(j)))
	}
	return out
}

// showcase shows blocks on each surface: in a channel that the app has not joined (so that no events follow), in a modal that Ana has open,
// and on her Home tab. Where Bolt is installed, its client shows them too, and must hear the same.
type showcase struct {
	*app
	channel, modal string
	bolt           *boltApp // nil: not installed
}

func newShowcase(t *testing.T) *showcase {
	a := newApp(t, sandbox.Start(t), (&net.Dialer{}).DialContext)
	a.connect(plainly)
	opened, err := a.api.OpenViewContext(t.Context(), a.trigger(), form(rawBlocks(divider)))
	if err != nil {
		t.Fatal(err)
	}
	s := &showcase{app: a, channel: a.ChannelID("general"), modal: opened.ID}
	if boltInstalled(t) {
		s.bolt = onBolt(t, a.Server, nil)
	}
	return s
}

func form(blocks []slack.Block) slack.ModalViewRequest {
	title := slack.NewTextBlockObject("plain_text", "Form", false, false)
	return slack.ModalViewRequest{Type: "modal", Title: title, Submit: title, Blocks: slack.Blocks{BlockSet: blocks}}
}

func tab(blocks []slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: blocks}}
}

// show sends blocks to a surface.
func (s *showcase) show(on surface, blocks ...any) error {
	ctx := s.t.Context()
	var err error
	switch list := rawBlocks(blocks...); on {
	case message:
		_, _, err = s.api.PostMessageContext(ctx, s.channel, slack.MsgOptionText("fallback", false), slack.MsgOptionBlocks(list...))
	case modal:
		_, err = s.api.UpdateViewContext(ctx, form(list), "", "", s.modal)
	case home:
		_, err = s.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: s.Person("ana").ID(), View: tab(list)})
	}
	if s.bolt != nil {
		if other := s.bolt.show(s, on, blocks); reasons(err) != reasons(other) {
			s.t.Errorf("slack-go heard %q, and Bolt %q", reasons(err), reasons(other))
		}
	}
	return err
}

// encoded is JSON without escapes, so that a character of ASCII is one byte.
func encoded(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// showView sends a view as it stands, past slack-go's types: they cannot say what must be refused.
func (s *showcase) showView(on surface, view j) error {
	form := url.Values{"token": {s.BotToken()}, "view": {encoded(view)}}
	method := "views.publish"
	if on == modal {
		method = "views.update"
		form.Set("view_id", s.modal)
	} else {
		form.Set("user_id", s.Person("ana").ID())
	}
	return s.post(method, form)
}

// taken says that Slack shows these blocks.
func (s *showcase) taken(t *testing.T, on surface, blocks ...any) {
	t.Helper()
	if err := s.show(on, blocks...); err != nil {
		t.Errorf("refused: %s", reasons(err))
	}
}

// refused says that Slack does not show these blocks, and gives exactly this reason. at is a JSON pointer from "blocks" on.
func (s *showcase) refused(t *testing.T, on surface, text, at string, blocks ...any) {
	t.Helper()
	wantRefusal(t, on, text, at, s.show(on, blocks...))
}

func wantRefusal(t *testing.T, on surface, text, at string, err error) {
	t.Helper()
	var refusal slack.SlackErrorResponse
	if !errors.As(err, &refusal) {
		t.Errorf("not refused as it should be with %q: %v", text, err)
		return
	}
	want := slack.SlackErrorResponse{Err: "invalid_blocks"}
	reason := text + " [json-pointer:/blocks" + at + "]"
	if on == message {
		want.Errors = []slack.SlackResponseErrors{{Message: &reason}}
	} else {
		want.Err = "invalid_arguments"
		reason = text + " [json-pointer:/view/blocks" + at + "]"
		want.ResponseMetadata.Messages = []string{"[ERROR] failed to match all allowed schemas [json-pointer:/view]"}
	}
	want.ResponseMetadata.Messages = append(want.ResponseMetadata.Messages, "[ERROR] "+reason)
	if diff := cmp.Diff(want, refusal); diff != "" {
		t.Errorf("refused otherwise (-want +got):\n%s", diff)
	}
}

// reasons is what a refusal says, in full.
func reasons(err error) string {
	if err == nil {
		return ""
	}
	var refusal slack.SlackErrorResponse
	if errors.As(err, &refusal) {
		return refusal.Err + ": " + strings.Join(refusal.ResponseMetadata.Messages, "; ")
	}
	return err.Error()
}

// fill makes the value of a field of a given size: so many characters, items, or the number itself.
type fill func(n int) any

func word(n int) any   { return strings.Repeat("é", n) }
func number(n int) any { return n }
func plain(n int) any  { return j{"type": "plain_text", "text": word(n)} }
func mrkdwn(n int) any { return j{"type": "mrkdwn", "text": word(n)} }
func link(n int) any   { return "https://e.example/" + strings.Repeat("x", n-len("https://e.example/")) }

// times is a list of n equal items.
func times(item any) fill {
	return func(n int) any {
		list := make([]any, n)
		for i := range list {
			list[i] = item
		}
		return list
	}
}

// one is a list with one item of that size.
func one(f fill) fill { return func(n int) any { return []any{f(n)} } }

// with is an object with one more field, of that size.
func with(o j, name string, f fill) fill {
	return func(n int) any { return and(o, name, f(n)) }
}

func and(o j, name string, value any) j {
	out := maps.Clone(o)
	out[name] = value
	return out
}

// The blocks that hold elements.
func inActions(f fill) fill { return with(j{"type": "actions"}, "elements", one(f)) }
func inSection(f fill) fill { return with(j{"type": "section", "text": mrkdwn(1)}, "accessory", f) }
func inContext(f fill) fill { return with(j{"type": "context"}, "elements", one(f)) }
func inInput(f fill) fill   { return with(j{"type": "input", "label": plain(1)}, "element", f) }

// The smallest of everything.
var (
	divider   = j{"type": "divider"}
	button    = j{"type": "button", "text": plain(1)}
	option    = j{"text": plain(1), "value": "v"}
	options   = []any{option}
	group     = j{"label": plain(1), "options": options}
	confirm   = j{"title": plain(1), "text": mrkdwn(1), "confirm": plain(1), "deny": plain(1)}
	picture   = j{"type": "image", "image_url": "https://e.example/i.png", "alt_text": "a"}
	textInput = j{"type": "plain_text_input"}
	inputs    = j{"type": "input", "label": plain(1), "element": textInput}
	richText  = j{"type": "rich_text", "elements": []any{j{"type": "rich_text_section", "elements": []any{j{"type": "text", "text": "t"}}}}}
	video     = j{"type": "video", "title": plain(1), "alt_text": "a", "video_url": "https://e.example/v", "thumbnail_url": "https://e.example/t"}
	cell      = j{"type": "raw_text", "text": "c"}
	table     = j{"type": "table", "rows": []any{[]any{cell}}}
	dataTable = j{"type": "data_table", "caption": "c", "rows": []any{[]any{cell}, []any{cell}}}
	container = j{"type": "container", "title": plain(1), "child_blocks": []any{divider}}
	layout    = j{"type": "layout", "label": "l", "rows": []any{j{"items": []any{j{"block": divider}}}}}
	card      = j{"type": "card", "title": plain(1)}
	icon      = j{"type": "icon_button", "icon": "trash", "text": plain(1)}
	half      = j{"text": plain(1), "value": "v"}
)
