package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// metadataType is the event_type of the metadata that our messages carry. It stands in people's channels: it is for ever.
const metadataType = "epilogue_job"

// posted is what delivering a message gave: where it is, and what it showed last.
type posted struct {
	Channel flow.ChannelID    `json:"channel"`
	TS      string            `json:"ts"`
	Shown   string            `json:"shown,omitempty"` // hash of the last picture
	Handed  *blocks.Handed    `json:"handed,omitempty"`
	To      flow.UserID       `json:"to,omitempty"`
	Tasks   []flow.TaskNumber `json:"tasks,omitempty"`

	Digest *blocks.DigestOf `json:"digest,omitempty"`
	Day    flow.Date        `json:"day,omitzero"` // it is part of To's digest of that day
	Offer  *offer           `json:"offer,omitempty"`

	By       flow.UserID         `json:"by,omitempty"` // whoever gave To the follow-up
	FollowUp flow.FollowUpNumber `json:"follow_up,omitempty"`
}

func (p posted) result(key string) store.Result {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return store.Result{Key: key, Value: b}
}

// post posts the message of a job, once: when the job was handed out before and it is not known what became of it, the message is looked for first.
func (b *Bot) post(ctx context.Context, job store.Job, ch flow.ChannelID, thread string, m blocks.Message) (posted, error) {
	if job.Claims > 1 {
		ts, err := b.lookPatiently(ctx, job, ch, thread)
		if err != nil {
			return posted{}, err
		}
		if ts != "" {
			return posted{Channel: ch, TS: ts}, nil // what it shows is not known: the refresh that follows sees to it
		}
	}
	opts := append(b.picture(m), slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: metadataType, EventPayload: map[string]any{"job": job.ID},
	}), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	var ts string
	err := b.pace.call(ctx, "post/"+string(ch), postBudget, func(ctx context.Context) (err error) {
		_, ts, err = b.slack.PostMessageContext(ctx, string(ch), opts...)
		return err
	})
	if err != nil {
		return posted{}, fmt.Errorf("post to %s: %w", ch, err)
	}
	return posted{Channel: ch, TS: ts, Shown: hashOf(m)}, nil
}

// picture is a message as Slack takes it. One that breaks Slack's limits is a mistake of ours: its text is sent alone, so that people
// hear of it all the same.
func (b *Bot) picture(m blocks.Message) []slack.MsgOption {
	shown := m.Blocks
	if err := blocks.Check(m); err != nil {
		b.log.Error("a message breaks Slack's limits; its text is sent alone", "err", err)
		shown = []slack.Block{}
	}
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(shown...)}
}

func hashOf(m blocks.Message) string {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(m); err != nil {
		return "" // never equal to anything shown
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// lookAgain is how long is waited between looking for a message and looking again: what was posted may appear in the history seconds late.
var lookAgain = [...]time.Duration{2 * time.Second, 4 * time.Second}

// lookPatiently looks for the message of a job where it would be, three times over six seconds before it takes it for not posted.
func (b *Bot) lookPatiently(ctx context.Context, job store.Job, ch flow.ChannelID, thread string) (string, error) {
	for _, pause := range lookAgain {
		ts, err := b.look(ctx, job, ch, thread)
		if err != nil || ts != "" {
			return ts, err
		}
		select {
		case <-ctx.Done():
			return "", again{why: ctx.Err(), sent: true}
		case <-time.After(pause):
		}
	}
	return b.look(ctx, job, ch, thread)
}

// lookPages bounds how far back is looked: a job is handed out again within minutes, or at the start after a crash.
const lookPages = 5

func (b *Bot) look(ctx context.Context, job store.Job, ch flow.ChannelID, thread string) (string, error) {
	cursor := ""
	for range lookPages {
		var messages []slack.Message
		var err error
		if thread == "" {
			messages, cursor, err = b.history(ctx, ch, cursor)
		} else {
			messages, cursor, err = b.replies(ctx, ch, thread, cursor)
		}
		if v := verdictOf(err); v == gone || v == refused {
			return "", fmt.Errorf("look for a message in %s: %w", ch, err) // posting there would be refused as well
		}
		if err != nil {
			return "", again{after: backoff(job.Tries), sent: true, why: fmt.Errorf("look for a message in %s: %w", ch, err)}
		}
		for _, m := range messages {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload["job"] == job.ID {
				return m.Timestamp, nil
			}
		}
		if cursor == "" {
			break
		}
	}
	return "", nil
}

func (b *Bot) history(ctx context.Context, ch flow.ChannelID, cursor string) (messages []slack.Message, next string, err error) {
	err = b.pace.call(ctx, "conversations.history", tier3Budget, func(ctx context.Context) error {
		h, err := b.slack.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: string(ch), Cursor: cursor, Limit: 200, IncludeAllMetadata: true,
		})
		if err == nil {
			messages, next = h.Messages, h.ResponseMetaData.NextCursor
		}
		return err
	})
	return messages, next, err
}

func (b *Bot) replies(ctx context.Context, ch flow.ChannelID, thread, cursor string) (messages []slack.Message, next string, err error) {
	err = b.pace.call(ctx, "conversations.replies", tier3Budget, func(ctx context.Context) (err error) {
		messages, _, next, err = b.slack.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: string(ch), Timestamp: thread, Cursor: cursor, Limit: 200, IncludeAllMetadata: true,
		})
		return err
	})
	return messages, next, err
}

// edit brings a posted message up to date. What shows the same already is left alone, unless the job was handed out before: then an edit whose outcome was
// never known may have shown something else since.
func (b *Bot) edit(ctx context.Context, job store.Job, key string, p posted, m blocks.Message) (store.Outcome, error) {
	shown := hashOf(m)
	if shown == p.Shown && job.Claims < 2 {
		return store.Outcome{}, nil
	}
	opts := append(b.picture(m), slack.MsgOptionDisableLinkUnfurl())
	err := b.pace.call(ctx, "chat.update", tier3Budget, func(ctx context.Context) error {
		_, _, _, err := b.slack.UpdateMessageContext(ctx, string(p.Channel), p.TS, opts...)
		return err
	})
	if err != nil {
		return store.Outcome{}, fmt.Errorf("edit %s: %w", key, err)
	}
	p.Shown = shown
	return store.Outcome{Results: []store.Result{p.result(key)}}, nil
}

// found reads what delivering gave; false if there is nothing yet.
func (b *Bot) found(ctx context.Context, key string) (posted, bool, error) {
	raw, err := b.store.Result(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return posted{}, false, nil
	}
	var p posted
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return p, false, fmt.Errorf("read what was posted as %s: %w", key, err)
	}
	return p, true, nil
}

// permalink is the address of a message, as Slack makes it.
func (b *Bot) permalink(p posted) string {
	return fmt.Sprintf("%sarchives/%s/p%s", b.me.URL, p.Channel, strings.ReplaceAll(p.TS, ".", ""))
}
