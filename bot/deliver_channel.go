package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// maxChannelName is Slack's limit.
const maxChannelName = 80

// channelName is what an incident's channel is called: inc-42-checkout-errors-in-eu. Further attempts end in -2, -3, …
func channelName(prefix string, inc flow.Incident, attempt int) string {
	var words strings.Builder
	for _, r := range strings.ToLower(inc.Name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			words.WriteRune(r)
		case unicode.IsSpace(r), r == '-', r == '_', r == '/', r == '.', r == ':':
			words.WriteRune('-')
		}
	}
	name := fmt.Sprintf("%s%d", prefix, int(inc.ID))
	if slug := strings.Join(strings.FieldsFunc(words.String(), func(r rune) bool { return r == '-' }), "-"); slug != "" && !inc.Private {
		name += "-" + slug
	}
	suffix := ""
	if attempt > 1 {
		suffix = fmt.Sprintf("-%d", attempt)
	}
	return strings.TrimRight(name[:min(len(name), maxChannelName-len(suffix))], "-") + suffix
}

// nameAttempts is how many names are tried for a channel.
const nameAttempts = 9

// openChannel makes the incident's channel. Making a channel can be neither looked for nor repeated: after an attempt whose outcome is unknown
// the next name is tried, and an orphan accepted. Its id comes back as a fact, like anybody's command.
func (b *Bot) openChannel(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	if inc.Channel != "" {
		return store.Outcome{}, nil
	}
	var made *slack.Channel
	var err error
	for attempt := min(max(1, job.Claims), nameAttempts); attempt <= nameAttempts; attempt++ {
		err = b.pace.call(ctx, "conversations.create", tier2Budget, func(ctx context.Context) (err error) {
			made, err = b.slack.CreateConversationContext(ctx, slack.CreateConversationParams{
				ChannelName: channelName(b.channelPrefix, inc, attempt), IsPrivate: inc.Private,
			})
			return err
		})
		if codeOf(err) != "name_taken" {
			break
		}
	}
	if err != nil {
		return b.noChannel(ctx, inc, fmt.Errorf("make a channel for %s: %w", inc.ID, err))
	}
	if err := b.store.SaveChannel(ctx, store.Channel{
		ID: flow.ChannelID(made.ID), Name: made.Name, Private: inc.Private, Members: []flow.UserID{b.me.User}, Known: b.clock.Now(),
	}); err != nil {
		return store.Outcome{}, err
	}
	b.channels.Store(flow.ChannelID(made.ID), inc.ID)
	after, _, err := b.do(ctx, inc.ID, "", "channel/"+made.ID, flow.RecordChannel{Channel: flow.ChannelID(made.ID)})
	if err != nil && !errors.As(err, new(flow.Refusal)) {
		return store.Outcome{}, err
	}
	if job.Detail != "" {
		if err := b.whisper(ctx, job.Detail, blocks.Opened(b.scene(ctx), after)); err != nil {
			b.log.Info("whoever declared an incident cannot be answered", "incident", inc.ID, "err", err)
		}
	}
	return store.Outcome{}, nil
}

// noChannel tells the declarer what Slack said, and has what the channel is to hear wait; what passes by itself is tried again instead.
func (b *Bot) noChannel(ctx context.Context, inc flow.Incident, err error) (store.Outcome, error) {
	switch v := verdictOf(err); v {
	case limited, unknown, later:
		if codeOf(err) != "missing_scope" {
			return store.Outcome{}, err
		}
	}
	job := b.follow(inc.ID, flow.Effect{Tell: tellRefused, To: inc.DeclaredBy})
	job.Detail = codeOf(err)
	b.log.Warn("Slack refused a channel", "incident", inc.ID, "err", err)
	out := store.Outcome{Then: []store.Job{job}}
	if _, before, wrong := b.found(ctx, refusedKey(inc.ID)); wrong != nil {
		return store.Outcome{}, wrong
	} else if !before {
		out.Results = append(out.Results, posted{}.result(refusedKey(inc.ID)))
	}
	return out, nil
}

func (b *Bot) join(ctx context.Context, ch flow.ChannelID) error {
	err := b.pace.call(ctx, "conversations.join", tier3Budget, func(ctx context.Context) error {
		_, _, _, err := b.slack.JoinConversationContext(ctx, string(ch))
		return err
	})
	if err != nil {
		return fmt.Errorf("join %s: %w", ch, err)
	}
	return nil
}

// invite brings people into the incident's channel. Somebody who cannot be invited keeps nobody else out.
func (b *Bot) invite(ctx context.Context, inc flow.Incident, to flow.UserID) (store.Outcome, error) {
	for _, u := range flow.Invited(inc, to) {
		if err := b.inviteOne(ctx, inc.Channel, u); err != nil {
			return store.Outcome{}, err
		}
	}
	return store.Outcome{}, nil
}

func (b *Bot) inviteOne(ctx context.Context, ch flow.ChannelID, u flow.UserID) error {
	if u == "" || u == b.me.User {
		return nil
	}
	if known, err := b.store.Channel(ctx, ch); err == nil && slices.Contains(known.Members, u) {
		return nil
	}
	send := func() error {
		return b.pace.call(ctx, "conversations.invite", tier3Budget, func(ctx context.Context) error {
			_, err := b.slack.InviteUsersToConversationContext(ctx, string(ch), string(u))
			return err
		})
	}
	err := send()
	if codeOf(err) == "not_in_channel" && b.join(ctx, ch) == nil { // a public channel, and our first message there is still on its way
		err = send()
	}
	switch {
	case err == nil, codeOf(err) == "already_in_channel":
		return b.people.moved(func() error { return b.store.Join(ctx, ch, u) })
	case verdictOf(err) == gone, verdictOf(err) == refused:
		b.log.Info("somebody cannot be invited", "channel", ch, "err", err)
		return nil
	}
	return fmt.Errorf("invite to %s: %w", ch, err)
}

// bringIn invites somebody whom a member of a private incident's channel asked for, and gives them the task, by the rights of whoever asked.
func (b *Bot) bringIn(ctx context.Context, job store.Job, inc flow.Incident) error {
	var asked asking
	if err := json.Unmarshal([]byte(job.Detail), &asked); err != nil {
		return fmt.Errorf("%w: read who asked: %w", errFault, err)
	}
	if b.delivered(ctx, asked.Delivery) {
		return nil
	}
	if err := b.inviteOne(ctx, inc.Channel, job.Effect.To); err != nil || job.Effect.Task == 0 {
		return err
	}
	person, err := b.people.candidate(ctx, job.Effect.To, inc)
	if err != nil {
		return err
	}
	_, _, err = b.do(ctx, inc.ID, asked.By, asked.Delivery, flow.AssignTask{Task: job.Effect.Task, To: person})
	var no flow.Refusal
	if !errors.As(err, &no) {
		return err
	}
	if asked.Answer != "" {
		if err := b.whisper(ctx, asked.Answer, blocks.Say(blocks.Refusal(b.scene(ctx), inc, no))); err != nil {
			b.log.Info("whoever asked for an invitation cannot be answered", "incident", inc.ID, "err", err)
		}
	}
	return nil
}

// pin pins a message. It is a nicety: what goes wrong is logged.
func (b *Bot) pin(ctx context.Context, p posted) {
	err := b.pace.call(ctx, "pins.add", tier2Budget, func(ctx context.Context) error {
		return b.slack.AddPinContext(ctx, string(p.Channel), slack.NewRefToMessage(string(p.Channel), p.TS))
	})
	if err != nil && codeOf(err) != "already_pinned" {
		b.log.Info("cannot pin a message", "channel", p.Channel, "err", err)
	}
}

// bookmarked is the channel's bookmark as we left it.
type bookmarked struct {
	ID   string `json:"id"`
	Link string `json:"link"`
}

// bookmark makes the channel's bookmark point to the current card.
func (b *Bot) bookmark(ctx context.Context, inc flow.Incident) (store.Outcome, error) {
	card, ok, err := b.found(ctx, cardKey(inc.ID, inc.Card))
	if err != nil || !ok {
		return store.Outcome{}, err // once the card is posted, this follows
	}
	mark, err := b.bookmarked(ctx, inc)
	if err != nil {
		return store.Outcome{}, err
	}
	if link := b.permalink(card); mark.Link != link {
		if mark.ID, err = b.setBookmark(ctx, inc.Channel, mark.ID, link); err != nil {
			return store.Outcome{}, fmt.Errorf("bookmark the card of %s: %w", inc.ID, err)
		}
		mark.Link = link
	}
	raw, err := json.Marshal(mark) // also one that was found there: the next card changes it
	return store.Outcome{Results: []store.Result{{Key: bookmarkKey(inc.ID), Value: raw}}}, err
}

// setBookmark points the bookmark of that id to a link, or makes one.
func (b *Bot) setBookmark(ctx context.Context, ch flow.ChannelID, id, link string) (string, error) {
	err := b.pace.call(ctx, "bookmarks", tier2Budget, func(ctx context.Context) error {
		if id != "" {
			_, err := b.slack.EditBookmarkContext(ctx, string(ch), id, slack.EditBookmarkParameters{Link: link})
			if codeOf(err) != "not_found" { // somebody took it away: then there is a new one
				return err
			}
		}
		made, err := b.slack.AddBookmarkContext(ctx, string(ch), slack.AddBookmarkParameters{
			Title: blocks.BookmarkTitle, Type: "link", Link: link,
		})
		id = made.ID
		return err
	})
	return id, err
}

// bookmarked is the bookmark that is there. Where none is known of Slack is asked, so that there is never a second one: an attempt may have had its effect and
// been given up since, or an incident before this one may have left it.
func (b *Bot) bookmarked(ctx context.Context, inc flow.Incident) (bookmarked, error) {
	var mark bookmarked
	raw, err := b.store.Result(ctx, bookmarkKey(inc.ID))
	switch {
	case err == nil:
		return mark, json.Unmarshal(raw, &mark)
	case !errors.Is(err, store.ErrNotFound):
		return mark, err
	}
	err = b.pace.call(ctx, "bookmarks", tier2Budget, func(ctx context.Context) error {
		there, err := b.slack.ListBookmarksContext(ctx, string(inc.Channel))
		for _, m := range there {
			if m.Title == blocks.BookmarkTitle {
				mark = bookmarked{ID: m.ID, Link: m.Link}
			}
		}
		return err
	})
	return mark, err
}
