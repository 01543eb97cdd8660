package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// makeDocument makes the document that somebody asked for, a canvas or else a file, and reports it as a command. Making one can be neither looked for nor
// repeated: after an attempt whose outcome is unknown another is made, and an orphan accepted.
func (b *Bot) makeDocument(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	asked, ok := ev.Fact.(flow.DocumentRequested)
	if !ok {
		return store.Outcome{}, nil
	}
	s := b.scene(ctx)
	template, ok := s.Process.PostmortemTemplate(asked.Template)
	if !ok { // it was taken away meanwhile
		template = s.Process.TemplatesFor(inc)[0]
	}
	events, err := b.events(ctx, inc.ID, 1, inc.Rev)
	if err != nil {
		return store.Outcome{}, err
	}
	text := blocks.Document(s, inc, template, events)
	made, done := flow.DocumentFor(events, ev.Seq) // by an attempt that was not written down to its end, be it long ago
	if !done {
		address, err := b.writeDocument(ctx, inc, text)
		if v := verdictOf(err); v == gone || v == refused {
			b.log.Warn("Slack refused a document", "incident", inc.ID, "err", err)
			return b.tellAsker(inc.ID, tellNotMade, ev, err), nil
		}
		if err != nil {
			return store.Outcome{}, err
		}
		after, events, err := b.do(ctx, inc.ID, "", "postmortem/"+job.ID, flow.RecordPostmortemCreated{
			Request: ev.Seq, URL: address, Title: blocks.DocumentTitle(inc), Template: template.Name, By: ev.By,
		})
		if err != nil && !errors.As(err, new(flow.Refusal)) {
			return store.Outcome{}, err
		}
		if made, done = flow.DocumentFor(events, ev.Seq); !done {
			return store.Outcome{}, nil
		}
		b.tellMade(ctx, job, after, ev.By, blocks.Made(s, after, made))
	}
	canvas, is := strings.CutPrefix(made.URL, b.canvases())
	if !is {
		return store.Outcome{}, nil
	}
	kept, err := helped{canvas, blocks.HelpTexts(text)}.result(flow.Source{Incident: inc.ID, Document: made.Number})
	return store.Outcome{Results: []store.Result{kept}}, err
}

// canvases is how the addresses of canvases begin, before the id.
func (b *Bot) canvases() string { return fmt.Sprintf("%sdocs/%s/", b.me.URL, b.me.Team) }

// tellAsker has somebody told that what they asked for cannot be, and why.
func (b *Bot) tellAsker(id flow.IncidentID, tell flow.Tell, asked flow.Event, why error) store.Outcome {
	job := b.follow(id, flow.Effect{Tell: tell, To: asked.By, Seq: asked.Seq})
	job.Detail = codeOf(why)
	return store.Outcome{Then: []store.Job{job}}
}

// writeDocument writes a document into the incident's channel, and returns its address: as the channel's canvas, as another canvas where there is one
// already, or as a file where Slack takes no canvas.
func (b *Bot) writeDocument(ctx context.Context, inc flow.Incident, text string) (address string, err error) {
	id, err := b.writeCanvas(ctx, inc, blocks.Canvas(text))
	if codeOf(err) == "not_in_channel" && !inc.Private && b.join(ctx, inc.Channel) == nil {
		id, err = b.writeCanvas(ctx, inc, blocks.Canvas(text))
	}
	if err == nil {
		return b.canvases() + id, nil
	}
	if v := verdictOf(err); v != refused && v != gone && codeOf(err) != "missing_scope" {
		return "", err
	}
	b.log.Info("Slack takes no canvas; it gets a file", "incident", inc.ID, "err", err)
	name := blocks.DocumentFile(inc)
	err = b.pace.call(ctx, "files", tier4Budget, func(ctx context.Context) error {
		f, err := b.slack.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: name, Title: blocks.DocumentTitle(inc), Content: text, FileSize: len(text), Channel: string(inc.Channel),
		})
		if err == nil {
			id = f.ID
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("upload the post-mortem of %s: %w", inc.ID, err)
	}
	return fmt.Sprintf("%sfiles/%s/%s/%s", b.me.URL, b.me.User, id, name), nil
}

func (b *Bot) writeCanvas(ctx context.Context, inc flow.Incident, markdown string) (id string, err error) {
	title, content := blocks.DocumentTitle(inc), slack.DocumentContent{Type: "markdown", Markdown: markdown}
	err = b.pace.call(ctx, "conversations.canvases.create", tier2Budget, func(ctx context.Context) (err error) {
		id, err = b.slack.CreateChannelCanvasContext(ctx, string(inc.Channel), content, slack.CreateChannelCanvasOptionTitle(title))
		return err
	})
	if codeOf(err) == "channel_canvas_already_exists" {
		err = b.pace.call(ctx, "canvases.create", tier2Budget, func(ctx context.Context) (err error) {
			id, err = b.slack.CreateCanvasContext(ctx, title, content, slack.CreateCanvasOptionChannelID(string(inc.Channel)))
			return err
		})
	}
	if err != nil {
		return "", fmt.Errorf("make a canvas for %s: %w", inc.ID, err)
	}
	return id, nil
}

// tellMade tells whoever asked for a document that it is there: in the channel, where only they see it, or in a DM if they are not in it. It is a nicety:
// what goes wrong is logged, since trying again would make another document.
func (b *Bot) tellMade(ctx context.Context, job store.Job, inc flow.Incident, to flow.UserID, m blocks.Message) {
	err := b.ephemeral(ctx, inc.Channel, to, m)
	if codeOf(err) == "user_not_in_channel" {
		err = b.tellOne(ctx, job, inc, to, m)
	}
	if err != nil {
		b.log.Info("whoever asked for a document cannot be told that it is there", "incident", inc.ID, "err", err)
	}
}

func (b *Bot) ephemeral(ctx context.Context, ch flow.ChannelID, to flow.UserID, m blocks.Message) error {
	return b.pace.call(ctx, "chat.postEphemeral", tier4Budget, func(ctx context.Context) error {
		_, err := b.slack.PostEphemeralContext(ctx, string(ch), string(to), b.picture(m)...)
		return err
	})
}

// shareDocument posts a document in the channel that somebody chose, and reports that as a command.
func (b *Bot) shareDocument(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	asked, ok := ev.Fact.(flow.DocumentShareAsked)
	d, there := inc.Document(asked.Document)
	if !ok || !there || asked.Document == 0 {
		return store.Outcome{}, nil // it was detached before it could be shared
	}
	p, err := b.postShared(ctx, job, asked.Channel, blocks.Shared(b.scene(ctx), inc, d, ev.By, asked.Note))
	if v := verdictOf(err); v == gone || v == refused {
		return b.tellAsker(inc.ID, tellNotShared, ev, err), nil
	}
	if err != nil {
		return store.Outcome{}, err
	}
	_, _, err = b.do(ctx, inc.ID, "", "share/"+job.ID, flow.RecordShared{Request: ev.Seq, Document: d.Number, Channel: asked.Channel, TS: p.TS, By: ev.By})
	if errors.As(err, new(flow.Refusal)) {
		err = nil
	}
	return store.Outcome{}, err
}

// postShared posts in another channel. A public one is joined first.
func (b *Bot) postShared(ctx context.Context, job store.Job, ch flow.ChannelID, m blocks.Message) (posted, error) {
	p, err := b.post(ctx, job, ch, "", m)
	if known, wrong := b.people.channel(ctx, ch); codeOf(err) == "not_in_channel" && wrong == nil && !known.Private {
		if wrong := b.join(ctx, ch); wrong != nil {
			return p, wrong
		}
		return b.post(ctx, job, ch, "", m)
	}
	return p, err
}

// tellRefusedDocument tells whoever asked that a document could not be made, or shared.
func (b *Bot) tellRefusedDocument(ctx context.Context, job store.Job, inc flow.Incident) error {
	m := blocks.NotMade(b.scene(ctx), inc, job.Detail)
	if job.Effect.Tell == tellNotShared {
		ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
		if err != nil {
			return err
		}
		asked, _ := ev.Fact.(flow.DocumentShareAsked)
		m = blocks.NotShared(b.scene(ctx), inc, asked.Channel, job.Detail)
	}
	return b.tellOne(ctx, job, inc, job.Effect.To, m)
}

// tellLinked lets the other incidents in which a document counts follow it. None of them, nor this one, is private: see flow.UsePostmortem.
func (b *Bot) tellLinked(ctx context.Context, job store.Job, inc flow.Incident) error {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return err
	}
	source, now, uses := flow.LinkedTo(inc, ev.Fact)
	for _, id := range flow.ToTell(ev.Fact) {
		other, err := b.store.Incident(ctx, id)
		if err != nil {
			return fmt.Errorf("read %s: %w", id, err)
		}
		if inc.Private || other.Private {
			continue // it has become so since
		}
		_, _, err = b.do(ctx, id, "", "", flow.FollowPostmortem{In: inc.ID, Source: source, Document: now, Uses: uses})
		if err != nil && !errors.As(err, new(flow.Refusal)) {
			return err
		}
	}
	return nil
}

// offer asks whoever posted a link to where documents live, in an incident's channel, whether it is the post-mortem: once per link.
func (b *Bot) offer(ctx context.Context, ch flow.ChannelID, user flow.UserID, address string) error {
	if address == "" {
		return nil
	}
	inc, found, err := b.seeIn(ctx, user, ch)
	if err != nil || !found {
		return err
	}
	attached := slices.ContainsFunc(inc.Documents, func(d flow.Document) bool { return d.URL == address })
	if attached || len(inc.Documents) >= flow.MaxDocuments {
		return nil
	}
	if may, err := b.mayBeTold(ctx, user, inc); err != nil || !may {
		return err
	}
	if _, err := b.offered(ctx, inc.ID, linkKey(address)); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	job := b.follow(inc.ID, flow.Effect{Tell: tellOffer, To: user})
	job.Detail, job.Key = address, offeredKey(inc.ID, linkKey(address))
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return fmt.Errorf("offer to attach a document to %s: %w", inc.ID, err)
	}
	b.outbox.wake()
	return nil
}

// offeredKey names a link that was offered. It is stored, and stands in the button.
func offeredKey(id flow.IncidentID, link string) string {
	return fmt.Sprintf("offered/%s/%s", id, link)
}

func linkKey(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:12])
}

// offered is the link behind an offer.
func (b *Bot) offered(ctx context.Context, id flow.IncidentID, key string) (string, error) {
	raw, err := b.store.Result(ctx, offeredKey(id, key))
	if err != nil {
		return "", fmt.Errorf("read what was offered: %w", err)
	}
	var address string
	err = json.Unmarshal(raw, &address)
	return address, err
}

// tellOffer makes the offer. What may have been shown once is not shown again.
func (b *Bot) tellOffer(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	key := linkKey(job.Detail)
	if _, err := b.offered(ctx, inc.ID, key); err == nil {
		return store.Outcome{}, nil
	}
	if job.Claims == 1 {
		if err := b.ephemeral(ctx, inc.Channel, job.Effect.To, blocks.Offer(b.scene(ctx), inc, job.Detail, key)); err != nil {
			return store.Outcome{}, fmt.Errorf("offer to attach a document: %w", err)
		}
	}
	raw, err := json.Marshal(job.Detail)
	return store.Outcome{Results: []store.Result{{Key: offeredKey(inc.ID, key), Value: raw}}}, err
}
