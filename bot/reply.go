package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/socketlink"
)

// openWithin is how long a trigger is good for, less the way.
const openWithin = 2 * time.Second

// tell says something to the person who asked, and to nobody else: in the ack of a command, below a field of a form, as an ephemeral message after a
// click, as a small modal after a click in the App Home or in a modal.
func (b *Bot) tell(r request, field string, t blocks.Text) answer {
	switch r.kind {
	case kindCommand:
		return answer{ack: ephemeral(blocks.Say(t))}
	case kindForm:
		if in := r.view.inputFor(field); in != "" {
			return answer{ack: formErrors(map[string]string{in: t.Plain()})}
		}
		return b.open(r, blocks.Notice("Not possible", t)) // in the place of a form where nothing was typed
	}
	if r.respond != "" {
		return answer{then: func(ctx context.Context) error { return b.whisper(ctx, r.respond, blocks.Say(t)) }}
	}
	return b.open(r, blocks.Notice("Not possible", t))
}

// inputFor is the input block below which an error about a field stands: the field's own, or for what is about no field, the first one.
func (v viewState) inputFor(field string) string {
	if v.has(field) {
		return field
	}
	for _, block := range slices.Sorted(maps.Keys(v.State.Values)) {
		return block
	}
	return ""
}

// show shows a message to the person who asked.
func (b *Bot) show(r request, m blocks.Message) answer {
	if ack := ephemeral(m); r.kind == kindCommand && inAck(ack) {
		return answer{ack: ack}
	}
	if r.respond != "" {
		return answer{then: func(ctx context.Context) error { return b.whisper(ctx, r.respond, m) }}
	}
	return b.open(r, blocks.AsModal(m))
}

func ephemeral(m blocks.Message) any {
	return struct {
		Type   string        `json:"response_type"`
		Text   string        `json:"text"`
		Blocks []slack.Block `json:"blocks,omitempty"`
	}{"ephemeral", m.Text, m.Blocks}
}

func formErrors(errors map[string]string) any { return slack.NewErrorsViewSubmissionResponse(errors) }

// whisper posts an ephemeral message through a response_url. It works where the bot is no member, too.
func (b *Bot) whisper(ctx context.Context, responseURL string, m blocks.Message) error {
	return b.respond(ctx, responseURL, slack.WebhookMessage{
		ResponseType: slack.ResponseTypeEphemeral, Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks},
	})
}

// replace puts a message in the place of the ephemeral one that was clicked.
func (b *Bot) replace(ctx context.Context, responseURL string, m blocks.Message) error {
	return b.respond(ctx, responseURL, slack.WebhookMessage{
		ReplaceOriginal: true, ResponseType: slack.ResponseTypeEphemeral, Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks},
	})
}

// respond posts to a response_url, within callWithin. The error does not name the address: whoever has it can write to the person for half an hour.
func (b *Bot) respond(ctx context.Context, responseURL string, m slack.WebhookMessage) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	err := slack.PostWebhookCustomHTTPContext(ctx, responseURL, b.http, &m)
	var named *url.Error
	if errors.As(err, &named) {
		err = named.Err
	}
	if err != nil {
		return fmt.Errorf("answer a person: %w", err)
	}
	return nil
}

// open opens a view for the person who clicked or typed a command; in a modal it is put on top, or in its place where Slack stacks no more. A form is
// replaced. The ack does not wait for it, and if it fails the person is asked to press again.
func (b *Bot) open(r request, view slack.ModalViewRequest) answer {
	if list, ok := r.list(); ok {
		view = carried{answer: r.respond, list: list.String()}.onto(view)
	}
	if update := slack.NewUpdateViewSubmissionResponse(&view); r.kind == kindForm && inAck(update) {
		return answer{ack: update}
	}
	asked := b.screens.ask()
	return answer{then: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, openWithin)
		defer cancel()
		if err := blocks.Check(view); err != nil {
			b.log.Error("a view breaks Slack's limits", "err", err)
		}
		err := b.openNow(ctx, r, asked, view)
		if err == nil || codeOf(err) == "exchanged_trigger_id" { // that is the same request, delivered twice: it is open
			return nil
		}
		if r.respond != "" {
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
			defer cancel()
			if wrong := b.whisper(late, r.respond, blocks.Say(blocks.PressAgain())); wrong != nil {
				b.log.Warn("nor can the person be told", "err", wrong)
			}
		}
		return fmt.Errorf("open a view: %w", err)
	}}
}

func (b *Bot) openNow(ctx context.Context, r request, asked uint64, view slack.ModalViewRequest) error {
	var err error
	switch {
	case r.kind == kindForm && r.view.Previous == "": // the ack has closed it
		_, err = b.slack.OpenViewContext(ctx, r.trigger, view)
	case r.kind != kindForm && r.view.top():
		err = b.present(ctx, r.view.ID, asked, view)
	case r.view.Type == "modal":
		_, err = b.slack.PushViewContext(ctx, r.trigger, view)
	default:
		_, err = b.slack.OpenViewContext(ctx, r.trigger, view)
	}
	return err
}

// inAck reports whether Slack would read an answer in an ack: it ignores those that are too long.
func inAck(payload any) bool {
	body, err := json.Marshal(payload)
	return err == nil && len(body) < socketlink.AckLimit-ackFrame
}

// ackFrame is room for what is around the answer in an ack.
const ackFrame = 500

// openOrPush opens a question on top of a form, so that nothing typed is lost.
func (b *Bot) openOrPush(r request, view slack.ModalViewRequest) answer {
	if r.kind == kindForm && !r.view.top() {
		return answer{ack: slack.NewPushViewSubmissionResponse(&view)}
	}
	return b.open(r, view)
}

// update brings the view that was clicked up to date.
func (b *Bot) update(viewID string, view slack.ModalViewRequest) func(context.Context) error {
	asked := b.screens.ask()
	return func(ctx context.Context) error {
		if err := b.present(ctx, viewID, asked, view); err != nil && codeOf(err) != "not_found" {
			return fmt.Errorf("update a view: %w", err)
		}
		return nil
	}
}

// present has an open view show something else, unless it shows what was asked for later.
func (b *Bot) present(ctx context.Context, viewID string, asked uint64, view slack.ModalViewRequest) error {
	return b.screens.draw(ctx, viewID, asked, func() error {
		ctx, cancel := context.WithTimeout(ctx, openWithin)
		defer cancel()
		_, err := b.slack.UpdateViewContext(ctx, view, "", "", viewID)
		return err
	})
}

// process is the current one, or the standard one when the store cannot say.
func (b *Bot) process(ctx context.Context) flow.Process {
	p, err := b.store.Process(ctx)
	if err != nil {
		b.log.Error("cannot read the process", "err", err)
		return flow.Standard()
	}
	return p
}

// scene is what pictures need besides the incident.
func (b *Bot) scene(ctx context.Context) blocks.Scene {
	return blocks.Scene{
		Process: b.process(ctx), Names: names{ctx, b.people}, Now: b.clock.Now(), Zone: b.zone, Command: b.command,
		ZoneOf: func(u flow.UserID) *time.Location { return b.people.zone(ctx, u) },
		Links: func(inc flow.Incident) string {
			if p, ok, err := b.found(ctx, cardKey(inc.ID, inc.Card)); err == nil && ok {
				return b.permalink(p)
			}
			return ""
		},
		GroupName: b.groups.name,
		Home:      fmt.Sprintf("slack://app?team=%s&id=%s&tab=home", b.me.Team, b.me.App),
		Message:   func(m flow.Message) string { return b.permalink(posted{Channel: m.Channel, TS: m.TS}) },
	}
}

// names are what people are called, as far as the directory knows.
type names struct {
	ctx    context.Context
	people *directory
}

// Name never calls out.
func (n names) Name(u flow.UserID) string { return n.people.name(n.ctx, u) }
