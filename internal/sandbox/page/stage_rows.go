package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/blockkit"
)

// tone is how a line looks at a glance.
type tone string

const (
	good    tone = "good"
	bad     tone = "bad"
	slow    tone = "slow" // it went well, and took its time
	waiting tone = "waiting"
	aside   tone = "aside"
)

// long is from when on an ack or a call took its time.
const long = time.Second

// row is one line of the timeline.
type row struct {
	Seq                 int
	Way                 string // in: to the app; out: from the app; "" for neither
	Tone                tone
	Time, Full          string
	Method, Who, What   string
	Result, Took, State string
	Jump                string // leads to the first message that it is about, "" if there is none
	Query               string
}

func (in insight) row(h sandbox.Happening, as string) row {
	out := row{Seq: h.Seq, Tone: toneOf(h), Method: methodOf(h), State: stateOf(h), Query: "as=" + url.QueryEscape(as)}
	var at time.Time
	switch {
	case h.Call != nil:
		out.Way, at = "out", h.Call.At
		out.Who, out.What = in.ofCall(h.Call)
		out.Result, out.Took = resultOf(h.Call)
	case h.Envelope != nil:
		out.Way, at = "in", h.Envelope.At
		out.Who, out.What = in.ofEnvelope(h.Envelope)
		out.Result, out.Took = fateOf(h.Envelope)
	default:
		at, out.What = h.Note.At, upper(h.Note.Text)
	}
	at = at.In(in.zone)
	out.Time, out.Full = at.Format("15:04:05.000"), at.Format("Monday, January 2, 2006 at 15:04:05.000 MST")
	if all := touchedBy(h); len(all) > 0 {
		out.Jump = "/stage/message?" + url.Values{"in": {all[0].Channel}, "ts": {all[0].TS}, "as": {as}}.Encode()
	}
	return out
}

func kindOf(h sandbox.Happening) string {
	switch {
	case h.Call != nil:
		return "call"
	case h.Note != nil:
		return "note"
	case h.Envelope.Type == "slash_commands":
		return "command"
	case h.Envelope.Type == "events_api":
		return "event"
	}
	return "interaction"
}

func methodOf(h sandbox.Happening) string {
	switch {
	case h.Call != nil:
		return h.Call.Method
	case h.Note != nil:
		return h.Note.What
	}
	return h.Envelope.Kind
}

// touchedBy are the messages that something was done to, first those that it made.
func touchedBy(h sandbox.Happening) []sandbox.Touched {
	switch {
	case h.Call != nil:
		return h.Call.Made
	case h.Envelope != nil:
		return slices.Concat(h.Envelope.Made, h.Envelope.About)
	}
	return nil
}

func toneOf(h sandbox.Happening) tone {
	switch {
	case h.Note != nil:
		return aside
	case h.Call != nil && h.Call.EndSeq == 0, h.Envelope != nil && h.Envelope.Outcome == "":
		return waiting
	case h.Call != nil && (h.Call.Error != "" || h.Call.Status != 200), h.Envelope != nil && !h.Envelope.Acked():
		return bad
	case h.Call != nil && h.Call.Took >= long, h.Envelope != nil && ackTime(h.Envelope) >= long:
		return slow
	}
	return good
}

// settled says whether nothing more will come of it.
func settled(h sandbox.Happening) bool { return toneOf(h) != waiting }

// stateOf is another text when there is more to tell.
func stateOf(h sandbox.Happening) string {
	switch {
	case h.Call != nil:
		return fmt.Sprint(h.Call.EndSeq, len(h.Call.Made))
	case h.Envelope != nil:
		return fmt.Sprint(h.Envelope.Outcome, len(h.Envelope.Deliveries), len(h.Envelope.Made))
	}
	return ""
}

// ackTime is how long the app took: since the first delivery of the last attempt.
func ackTime(e *sandbox.Envelope) time.Duration {
	var since time.Time
	attempt := -1
	for _, d := range e.Deliveries {
		if d.Seq < e.AckSeq && d.Attempt > attempt {
			since, attempt = d.At, d.Attempt
		}
	}
	if attempt < 0 {
		return 0
	}
	return e.AckedAt.Sub(since)
}

func resultOf(c *sandbox.Call) (result, took string) {
	if c.EndSeq == 0 {
		return "running", ""
	}
	took = tookOf(c.Took)
	switch {
	case c.Status == 0:
		return cmp.Or(map[string]string{"hang": "no answer", "slow": "given up"}[c.Fault], "connection lost"), took
	case c.Status != 200 && c.Error != "":
		return fmt.Sprintf("%d %s", c.Status, c.Error), took
	case c.Error != "":
		return c.Error, took
	}
	return "ok", took
}

func fateOf(e *sandbox.Envelope) (result, took string) {
	more := ""
	if n := len(e.Deliveries); n > 1 {
		more = fmt.Sprintf(" ×%d", n)
	}
	switch {
	case e.Acked():
		return "acked" + more, tookOf(ackTime(e))
	case e.Outcome == "timeout":
		return "no ack" + more, ""
	case e.Outcome == "no socket":
		return "no socket", ""
	case e.Outcome != "":
		return "given up" + more, ""
	case len(e.Deliveries) == 0:
		return "waits for a socket", ""
	}
	return "waits for its ack" + more, ""
}

// tookOf is a duration that can be compared at a glance.
func tookOf(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// User, Channel and Group make insight the names in Slack's markup.
func (in insight) User(id string) string { return in.names[id] }

// Channel is a conversation's name, without "#".
func (in insight) Channel(id string) string { return strings.TrimPrefix(in.names[id], "#") }

// Group is how a group is called; only its id is known here.
func (in insight) Group(id string) string { return id }

func (in insight) named(id string) string { return cmp.Or(in.names[id], id) }

// said is what a message says, in one line.
func (in insight) said(text string, blocks json.RawMessage) string {
	if text == "" && len(blocks) > 0 {
		return short(blockkit.Text(blocks, in, in.zone, in.now), 160)
	}
	return short(blockkit.Mrkdwn(text, in, in.zone, in.now), 160)
}

// ofCall says for whom a call was made, and what it was about.
func (in insight) ofCall(c *sandbox.Call) (who, what string) {
	a := c.Args
	if id := cmp.Or(a["user"], a["user_id"], c.For); id != "" {
		who = in.named(short(id, 40))
	}
	where := in.names[cmp.Or(a["channel"], a["channel_id"])]
	switch {
	case strings.HasPrefix(c.Method, "chat."):
		what = in.said(a["text"], json.RawMessage(a["blocks"]))
	case strings.HasPrefix(c.Method, "views."):
		what = titleOfView(json.RawMessage(a["view"]))
	case c.Method == "response_url":
		var body struct {
			Text   string          `json:"text"`
			Blocks json.RawMessage `json:"blocks"`
			Delete bool            `json:"delete_original"`
		}
		_ = json.Unmarshal([]byte(a["body"]), &body)
		what = in.said(body.Text, body.Blocks)
		if body.Delete {
			what = "deletes the message"
		}
	default:
		what = in.arguments(a)
	}
	return who, joinParts(where, what)
}

// untold are arguments that stand elsewhere in a line, or say nothing to people.
var untold = map[string]bool{"channel": true, "channel_id": true, "user": true, "timestamp": true, "ts": true, "message_ts": true, "include_locale": true, "cursor": true}

// arguments are the short ones of a call, by name.
func (in insight) arguments(a map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if v := a[k]; v != "" && len(v) <= 80 && !untold[k] && v != "false" && !strings.HasPrefix(v, "{") {
			parts = append(parts, k+" "+in.named(v))
		}
	}
	return short(strings.Join(parts, ", "), 160)
}

// heard is what lines tell of a payload.
type heard struct {
	Command, Text, Value string
	CallbackID           string `json:"callback_id"`
	UserID               string `json:"user_id"`
	ChannelID            string `json:"channel_id"`
	User, Channel        struct{ ID string }
	View                 json.RawMessage
	Message              struct{ Text string }
	Actions              []action
	Event                told
}

type action struct {
	ActionID       string `json:"action_id"`
	Value          string
	Text           struct{ Text string }
	SelectedOption struct{ Text struct{ Text string } } `json:"selected_option"`
	SelectedUser   string                               `json:"selected_user"`
	SelectedDate   string                               `json:"selected_date"`
}

type told struct {
	Subtype, Text, Tab, Reaction string
	Blocks                       json.RawMessage
	User, Channel                json.RawMessage // an id, or all of it
	Message                      struct {
		Text   string
		Blocks json.RawMessage
		User   string
	}
	Item struct{ Channel string }
}

// idIn reads an id that stands alone or in an object.
func idIn(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var whole struct{ ID string }
	_ = json.Unmarshal(raw, &whole)
	return whole.ID
}

// ofEnvelope says who did something, and what.
func (in insight) ofEnvelope(e *sandbox.Envelope) (who, what string) {
	var h heard
	_ = json.Unmarshal(e.Payload, &h)
	where := in.names[cmp.Or(h.ChannelID, h.Channel.ID)]
	who = in.names[cmp.Or(h.UserID, h.User.ID)]
	switch {
	case e.Type == "slash_commands":
		return who, joinParts(where, in.said(h.Command+" "+h.Text, nil))
	case e.Type == "events_api":
		return in.ofEvent(h.Event)
	case len(h.Actions) > 0:
		a := h.Actions[0]
		what = cmp.Or(a.SelectedOption.Text.Text, a.Text.Text, in.names[a.SelectedUser], a.SelectedDate, a.Value, a.ActionID)
		return who, joinParts(cmp.Or(where, titleOfView(h.View)), short(what, 100))
	case len(h.View) > 0:
		return who, joinParts(titleOfView(h.View), short(h.Value, 100))
	}
	return who, joinParts(where, cmp.Or(h.Value, h.CallbackID), in.said(h.Message.Text, nil))
}

func (in insight) ofEvent(e told) (who, what string) {
	id := cmp.Or(idIn(e.User), e.Message.User)
	where := in.names[cmp.Or(idIn(e.Channel), e.Item.Channel)]
	reaction := ""
	if e.Reaction != "" {
		reaction = shownEmoji(e.Reaction)
	}
	text := in.said(cmp.Or(e.Text, e.Message.Text), e.Message.Blocks)
	return in.names[id], joinParts(where, strings.ReplaceAll(e.Subtype, "_", " "), e.Tab, reaction, text)
}

func titleOfView(view json.RawMessage) string {
	var v struct {
		Type  string
		Title struct{ Text string }
	}
	_ = json.Unmarshal(view, &v)
	if v.Type == "home" {
		return "Home tab"
	}
	return v.Title.Text
}

func joinParts(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// facts are what a line leaves out.
func (in insight) facts(h sandbox.Happening) []fact {
	at := func(t time.Time) string { return t.In(in.zone).Format("15:04:05.000") }
	switch {
	case h.Call != nil:
		c := h.Call
		out := []fact{{"Method", c.Method}, {"Called", at(c.At)}}
		if c.EndSeq > 0 {
			out = append(out, fact{"Took", tookOf(c.Took)})
		}
		if c.Status > 0 {
			out = append(out, fact{"HTTP status", fmt.Sprint(c.Status)})
		}
		if c.Fault != "" {
			out = append(out, fact{"Made to go wrong", c.Fault})
		}
		return out
	case h.Envelope != nil:
		e := h.Envelope
		out := []fact{{"Envelope", e.ID}, {"Type", e.Type}}
		if e.EventID != "" {
			out = append(out, fact{"Event", e.EventID})
		}
		for _, d := range e.Deliveries {
			text := fmt.Sprintf("%s over socket %d", at(d.At), d.Socket)
			if d.Attempt > 0 {
				text += fmt.Sprintf(", retry %d", d.Attempt)
			}
			out = append(out, fact{"Delivered", text})
		}
		if e.Acked() {
			return append(out, fact{"Acknowledged", fmt.Sprintf("%s over socket %d, after %s", at(e.AckedAt), e.AckedOn, tookOf(ackTime(e)))})
		}
		result, _ := fateOf(e)
		return append(out, fact{"Acknowledged", result})
	}
	return []fact{{"What", h.Note.What}, {"When", at(h.Note.At)}}
}
