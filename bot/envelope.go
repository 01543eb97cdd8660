package bot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/member"
	"epilogue/internal/socketlink"
)

// request is an envelope as the bot needs it: who did what, where, and how to answer. Of the payload only what a command needs is
// decoded; the echoed message of a click, which is most of it, is skipped.
type request struct {
	kind     kind
	user     flow.UserID
	channel  flow.ChannelID
	private  bool   // the command was typed in a private channel
	delivery string // names what the person did, so that a second arrival of it is recognized
	trigger  string // opens a modal, within three seconds
	respond  string // response_url: where the person can be answered; empty for views and events

	text    string // commands: all behind the name; searches: what was typed
	action  string // clicks and searches: the action_id
	value   string // of the button or the chosen option
	message string // clicks on a message: its ts
	quiet   bool   // clicks on a message that only the person sees
	view    viewState
	block   string // clicks: the block_id of the block that holds what was clicked
	event   happened
	acts    bool   // events: the user did something that is recorded of them
	shown   string // shortcuts: the callback_id
	said    said   // shortcuts on a message: the message
}

// kind is what sort of thing arrived.
type kind string

const (
	kindCommand  kind = "command"
	kindClick    kind = "click"
	kindForm     kind = "form"
	kindShortcut kind = "shortcut"
	kindEvent    kind = "event"
	kindSearch   kind = "search" // somebody types into a menu whose options we supply
	kindOther    kind = "other"  // acknowledged, and nothing else
)

// viewState is what a view brings along.
type viewState struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
	Previous string `json:"previous_view_id"` // the view below it in the stack
	Root     string `json:"root_view_id"`     // the view at the bottom of the stack
	State    struct {
		Values map[string]map[string]leaf `json:"values"`
	} `json:"state"`
}

// leaf is the value of one element, in a view's state or in an action.
type leaf struct {
	Value           string   `json:"value"`
	SelectedOption  *option  `json:"selected_option"`
	SelectedOptions []option `json:"selected_options"`
	SelectedUser    string   `json:"selected_user"`
	SelectedDate    string   `json:"selected_date"`
	SelectedTime    string   `json:"selected_time"`
	SelectedConv    string   `json:"selected_conversation"`
	SelectedChannel string   `json:"selected_channel"`
	SelectedUsers   []string `json:"selected_users"`
	SelectedMoment  int64    `json:"selected_date_time"` // Unix seconds
}

type option struct {
	Value string `json:"value"`
}

// text is the value as one string, whatever the element.
func (l leaf) text() string {
	switch {
	case l.SelectedOption != nil:
		return l.SelectedOption.Value
	case l.SelectedUser != "":
		return l.SelectedUser
	case l.SelectedDate != "":
		return l.SelectedDate
	case l.SelectedTime != "":
		return l.SelectedTime
	case l.SelectedConv != "":
		return l.SelectedConv
	case l.SelectedChannel != "":
		return l.SelectedChannel
	}
	return l.Value
}

// field is the value of an input block of the view, which holds one element. It is empty where nothing was filled in.
func (v viewState) field(block string) string {
	for _, l := range v.State.Values[block] {
		return l.text()
	}
	return ""
}

// picked are the chosen options of an input block.
func (v viewState) picked(block string) []string {
	var out []string
	for _, l := range v.State.Values[block] {
		for _, o := range l.SelectedOptions {
			out = append(out, o.Value)
		}
	}
	return out
}

// users are the people who were picked in an input block that takes several.
func (v viewState) users(block string) []flow.UserID {
	var out []flow.UserID
	for _, l := range v.State.Values[block] {
		for _, id := range l.SelectedUsers {
			out = append(out, flow.UserID(id))
		}
	}
	return out
}

// moment is the date and time that was picked, or the zero time.
func (v viewState) moment(block string) time.Time {
	for _, l := range v.State.Values[block] {
		if l.SelectedMoment > 0 {
			return time.Unix(l.SelectedMoment, 0).UTC()
		}
	}
	return time.Time{}
}

func (v viewState) has(block string) bool { return len(v.State.Values[block]) > 0 }

// people are those who were picked.
func (v viewState) people() []flow.UserID {
	var out []flow.UserID
	for _, leaves := range v.State.Values {
		for _, l := range leaves {
			if l.SelectedUser != "" {
				out = append(out, flow.UserID(l.SelectedUser))
			}
			for _, id := range l.SelectedUsers {
				out = append(out, flow.UserID(id))
			}
		}
	}
	return out
}

// channels are those that were picked.
func (v viewState) channels() []flow.ChannelID {
	var out []flow.ChannelID
	for _, leaves := range v.State.Values {
		for _, l := range leaves {
			if id := cmp.Or(l.SelectedChannel, l.SelectedConv); id != "" {
				out = append(out, flow.ChannelID(id))
			}
		}
	}
	return out
}

// top reports whether nothing can be put on the view: Slack stacks three.
func (v viewState) top() bool { return v.Previous != "" && v.Previous != v.Root }

// decode reads an envelope. Envelope types and interactions that are unknown are kindOther.
func decode(e socketlink.Envelope) (request, error) {
	var r request
	var err error
	switch e.Type {
	case "slash_commands":
		r, err = decodeCommand(e.Payload)
	case "interactive":
		r, err = decodeInteraction(e.Payload)
	case "events_api":
		r, err = decodeEvent(e.Payload)
	default:
		r.kind = kindOther
	}
	if err != nil {
		return r, fmt.Errorf("read a %s envelope: %w", e.Type, err)
	}
	return r, nil
}

func decodeCommand(b []byte) (request, error) {
	var p struct {
		User        string `json:"user_id"`
		Channel     string `json:"channel_id"`
		ChannelName string `json:"channel_name"`
		Text        string `json:"text"`
		Trigger     string `json:"trigger_id"`
		Respond     string `json:"response_url"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return request{}, err
	}
	return request{
		kind: kindCommand, user: flow.UserID(p.User), channel: flow.ChannelID(p.Channel), text: strings.TrimSpace(p.Text),
		private: p.ChannelName == "privategroup",
		trigger: p.Trigger, respond: p.Respond, delivery: named("command", p.Trigger),
	}, nil
}

// named is the name of a delivery; none if Slack left out what tells it from others.
func named(kind string, parts ...string) string {
	if slices.Contains(parts, "") {
		return ""
	}
	return kind + "/" + strings.Join(parts, "/")
}

func decodeInteraction(b []byte) (request, error) {
	var p struct {
		Type    string `json:"type"`
		User    ident  `json:"user"`
		Channel ident  `json:"channel"`
		Trigger string `json:"trigger_id"`
		Respond string `json:"response_url"`
		Shown   string `json:"callback_id"`
		Menu    string `json:"action_id"` // of a suggestion, with what was typed
		Typed   string `json:"value"`
		Box     struct {
			Message   string `json:"message_ts"`
			Channel   string `json:"channel_id"`
			Ephemeral bool   `json:"is_ephemeral"`
		} `json:"container"`
		Actions []action   `json:"actions"`
		View    *viewState `json:"view"`
	}
	message, rest := member.Cut(b, "message") // most of the bytes of a click, and nothing that is needed
	if err := json.Unmarshal(rest, &p); err != nil {
		return request{}, err
	}
	r := request{
		kind: kindOther, user: flow.UserID(p.User.ID), channel: flow.ChannelID(p.Channel.ID), trigger: p.Trigger, respond: p.Respond,
		message: p.Box.Message, quiet: p.Box.Ephemeral,
	}
	if r.channel == "" {
		r.channel = flow.ChannelID(p.Box.Channel)
	}
	if p.View != nil {
		r.view = *p.View
	}
	switch p.Type {
	case "block_actions":
		if len(p.Actions) == 0 {
			return r, nil
		}
		return click(r, p.Actions[0]), nil
	case "view_submission":
		r.kind, r.delivery = kindForm, named("form", r.view.ID, r.view.Hash)
	case "block_suggestion":
		r.kind, r.action, r.text = kindSearch, p.Menu, p.Typed
	case "shortcut", "message_action":
		r.kind, r.shown, r.delivery = kindShortcut, p.Shown, named("shortcut", p.Trigger)
		if len(message) > 0 {
			return r, json.Unmarshal(message, &r.said)
		}
	}
	return r, nil
}

type ident struct {
	ID string `json:"id"`
}

// action is what was clicked.
type action struct {
	ID    string `json:"action_id"`
	Block string `json:"block_id"`
	When  string `json:"action_ts"`
	leaf
}

func click(r request, a action) request {
	r.kind, r.action, r.block, r.value = kindClick, a.ID, a.Block, a.text()
	if r.delivery = named("click", string(r.user), a.When, a.ID); r.delivery != "" {
		r.delivery += "/" + r.message + "/" + r.view.ID
	}
	return r
}

func decodeEvent(b []byte) (request, error) {
	var p struct {
		ID    string          `json:"event_id"`
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return request{}, err
	}
	r := request{kind: kindEvent, delivery: named("event", p.ID)}
	if p.Event == nil {
		return r, nil // Slack limits us, or says something else that is not about anybody
	}
	if err := json.Unmarshal(p.Event, &r.event); err != nil {
		return r, err
	}
	r.user, r.channel, r.acts = r.event.user(), r.event.channel(), r.event.acts()
	return r, nil
}

// size is about how many bytes of memory a request holds on to.
func (r request) size() int {
	const fixed, perLeaf = 1 << 10, 1 << 8
	n := fixed + len(r.said.Text) + len(r.event.Link) + len(r.text) + len(r.value) + len(r.view.Metadata) + len(r.event.User) + len(r.event.Channel)
	for block, leaves := range r.view.State.Values {
		n += len(block)
		for action, l := range leaves {
			n += perLeaf + len(action) + len(l.Value)
			for _, o := range l.SelectedOptions {
				n += len(o.Value)
			}
			for _, id := range l.SelectedUsers {
				n += len(id)
			}
		}
	}
	return n
}
