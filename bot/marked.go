package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/store"
)

// What is to be done with a message that somebody marked. The names are stored for ever.
const (
	wantPin      = "pin"
	wantUnpin    = "unpin"     // whoever pinned it
	wantUnpinOwn = "unpin-own" // only if they have pinned it
	wantFollowUp = "follow-up"
)

// reading is a message that is to be read for somebody, and what for. It is stored.
type reading struct {
	By       flow.UserID  `json:"by"`
	Message  flow.Message `json:"message"`
	Want     string       `json:"want"`
	Delivery string       `json:"delivery,omitempty"`
}

// meaning is what a reaction or a pin asks for; nothing for most of them.
func (b *Bot) meaning(ctx context.Context, e happened) string {
	switch {
	case e.Type == "pin_added":
		return wantPin
	case e.Type == "pin_removed":
		return wantUnpin
	case e.Item.Type != "message":
		return ""
	}
	// An emoji with a skin tone is the emoji.
	emoji, _, _ := strings.Cut(e.Reaction, "::")
	switch {
	case emoji == "":
		return ""
	case emoji == flow.PinEmoji && e.Type == "reaction_added":
		return wantPin
	case emoji == flow.PinEmoji:
		return wantUnpinOwn
	}
	process, err := b.store.Process(ctx)
	if err == nil && emoji == process.FollowUpEmoji && e.Type == "reaction_added" {
		return wantFollowUp
	}
	return ""
}

// marked notes that somebody marked a message in an incident's channel. The message itself has to be read first, which no ack waits for.
func (b *Bot) marked(ctx context.Context, r request) error {
	want, m := b.meaning(ctx, r.event), flow.Message{Channel: r.channel, TS: r.event.Item.ts()}
	if want == "" || m.TS == "" || r.user == "" || r.user == b.me.User {
		return nil
	}
	inc, err := b.store.IncidentIn(ctx, r.channel)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the incident in %s: %w", r.channel, err)
	}
	detail, err := json.Marshal(reading{By: r.user, Message: m, Want: want, Delivery: r.delivery})
	if err != nil {
		return err
	}
	job := b.follow(inc.ID, flow.Effect{Tell: tellMarked})
	job.Detail = string(detail)
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return fmt.Errorf("save a mark on a message of %s: %w", inc.ID, err)
	}
	b.outbox.wake()
	return nil
}

// item is the message that an event is about.
type item struct {
	Type    string `json:"type"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Message struct {
		TS string `json:"ts"`
	} `json:"message"`
}

func (i item) ts() string {
	if i.TS != "" {
		return i.TS
	}
	return i.Message.TS
}

// readMarked reads a message that somebody marked, and does what they marked it for, by their rights. What the rules refuse is done quietly: a mark is no
// question.
func (b *Bot) readMarked(ctx context.Context, job store.Job, inc flow.Incident) error {
	var want reading
	if err := json.Unmarshal([]byte(job.Detail), &want); err != nil {
		return fmt.Errorf("%w: read what was marked: %w", errFault, err)
	}
	var cmd flow.Command
	switch want.Want {
	case wantUnpin, wantUnpinOwn:
		cmd = flow.UnpinMessage{Message: want.Message, Own: want.Want == wantUnpinOwn}
	default:
		said, err := b.message(ctx, want.Message)
		if errors.Is(err, store.ErrNotFound) || verdictOf(err) == gone {
			b.log.Info("a marked message is gone", "incident", inc.ID, "err", err)
			return nil
		}
		if err != nil {
			return err
		}
		cmd = markedFor(want, said)
	}
	after, events, err := b.do(ctx, inc.ID, want.By, want.Delivery, cmd)
	if errors.As(err, new(flow.Refusal)) {
		b.log.Info("a mark on a message has no effect", "incident", inc.ID, "err", err)
		return nil
	}
	if err != nil || len(events) == 0 || want.Want != wantFollowUp {
		return err
	}
	b.showAdded(ctx, after, want)
	return nil
}

// markedFor is the command that a mark on a message stands for.
func markedFor(want reading, said slack.Message) flow.Command {
	text, author := readable(said.Text), flow.UserID(said.User)
	if said.BotID != "" {
		author = ""
	}
	if want.Want == wantFollowUp {
		title := flow.Shorten(text)
		if title == "" {
			title = "Follow up on a message"
		}
		return flow.AddFollowUp{Title: title, Message: want.Message, Once: true}
	}
	return flow.PinMessage{Message: want.Message, Author: author, Text: text, At: timeOf(want.Message.TS)}
}

// timeOf is when a message was written, by its timestamp.
func timeOf(ts string) time.Time {
	sec, micro, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(sec, 10, 64) // one of Slack's
	us, _ := strconv.ParseInt(micro, 10, 64)
	return time.Unix(s, us*1000)
}

// showAdded shows a follow-up to whoever added it with an emoji, where they did, so that they see it, and can say whose it is. It is an answer: one that
// cannot be given is missed by nobody else.
func (b *Bot) showAdded(ctx context.Context, inc flow.Incident, want reading) {
	m := b.oneFollowUp(ctx, inc, inc.FollowUps[len(inc.FollowUps)-1].Number)
	err := b.pace.call(ctx, "chat.postEphemeral", tier4Budget, func(ctx context.Context) error {
		_, err := b.slack.PostEphemeralContext(ctx, string(want.Message.Channel), string(want.By), b.picture(m)...)
		return err
	})
	if err != nil {
		b.log.Info("whoever added a follow-up cannot be answered", "incident", inc.ID, "err", err)
	}
}

// message reads one message: of the channel, or of a thread in it.
func (b *Bot) message(ctx context.Context, m flow.Message) (slack.Message, error) {
	var found []slack.Message
	err := b.pace.call(ctx, "conversations.history", tier3Budget, func(ctx context.Context) error {
		h, err := b.slack.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: string(m.Channel), Latest: m.TS, Oldest: m.TS, Inclusive: true, Limit: 1,
		})
		if err == nil {
			found = h.Messages
		}
		return err
	})
	for cursor, pages := "", 0; err == nil; pages++ {
		for _, said := range found {
			if said.Timestamp == m.TS {
				return said, nil
			}
		}
		if pages > 0 && cursor == "" || pages == lookPages {
			return slack.Message{}, fmt.Errorf("a message in %s: %w", m.Channel, store.ErrNotFound)
		}
		found, cursor, err = b.replies(ctx, m.Channel, m.TS, cursor)
	}
	return slack.Message{}, fmt.Errorf("read a message in %s: %w", m.Channel, err)
}
