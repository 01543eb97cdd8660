package bot

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"epilogue/blocks"
	"epilogue/flow"
)

// postmortem is /inc postmortem: with nothing behind it the documents, or the form for one; a link, create, complete, review, draft, share #channel, detach; or, in
// an incident's channel, the reference of another one, whose document is to count here too.
func (b *Bot) postmortem(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	first, rest := word(t.rest)
	if here, found, err := b.seeIn(ctx, r.user, r.channel); first == "" && t.behind && (err != nil || found && here.ID != inc.ID) {
		if err != nil {
			return answer{}, err
		}
		return b.usePostmortem(ctx, r, here, inc)
	}
	if id, ok := flow.ParseReference(first); ok {
		other, err := b.see(ctx, r.user, id)
		if err != nil {
			return answer{}, err
		}
		return b.usePostmortem(ctx, r, inc, other)
	}
	switch verb := strings.ToLower(first); verb {
	case "":
		return b.showPostmortems(ctx, r, inc)
	case "create":
		return b.addPostmortem(ctx, r, inc, blocks.Attaching{})
	case "complete":
		return b.carryOut(ctx, r, inc.ID, flow.SetPostmortemState{State: flow.Complete})
	case "review":
		return b.carryOut(ctx, r, inc.ID, flow.SetPostmortemState{State: flow.InReview})
	case "draft":
		return b.carryOut(ctx, r, inc.ID, flow.SetPostmortemState{State: flow.Draft})
	case "share":
		return b.shareTyped(ctx, r, inc, rest)
	case "detach":
		if rest == "" {
			return b.detachForm(ctx, r, inc, 0)
		}
		return b.carryOut(ctx, r, inc.ID, flow.DetachPostmortem{Reason: readable(rest)})
	}
	if !strings.ContainsAny(first, ".:/<") {
		return b.tell(r, "", blocks.PostmortemUsage(b.scene(ctx), readable(first))), nil
	}
	return b.carryOut(ctx, r, inc.ID, flow.AttachPostmortem{URL: readable(first), Title: readable(rest)})
}

// usePostmortem makes the main document of another incident count here too. One that is itself another's is taken from where it comes from.
func (b *Bot) usePostmortem(ctx context.Context, r request, inc, other flow.Incident) (answer, error) {
	d, _ := other.Postmortem()
	source := flow.Source{Incident: other.ID, Document: d.Number}
	if d.Source.Incident != 0 {
		origin, err := b.see(ctx, r.user, d.Source.Incident)
		if err != nil {
			return answer{}, err
		}
		source, other = d.Source, origin
	}
	return b.carryOut(ctx, r, inc.ID, flow.UsePostmortem{Source: source, Private: other.Private, Document: d})
}

// showPostmortems shows the documents of an incident, or the form for the first one.
func (b *Bot) showPostmortems(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if len(inc.Documents) == 0 {
		return b.addPostmortem(ctx, r, inc, blocks.Attaching{})
	}
	return b.turnPage(r, blocks.PostmortemModal(b.scene(ctx), inc)), nil
}

func (b *Bot) addPostmortem(ctx context.Context, r request, inc flow.Incident, a blocks.Attaching) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.AttachPostmortem{URL: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.AddPostmortemForm(b.scene(ctx), inc, a)), nil
}

func (b *Bot) detachForm(ctx context.Context, r request, inc flow.Incident, n flow.DocumentNumber) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.DetachPostmortem{Document: n}); err != nil {
		return answer{}, err
	}
	d, _ := inc.Document(n)
	return b.open(r, blocks.DetachForm(b.scene(ctx), inc, d)), nil
}

func (b *Bot) shareForm(ctx context.Context, r request, inc flow.Incident, n flow.DocumentNumber) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.ShareDocument{Document: n}); err != nil {
		return answer{}, err
	}
	d, _ := inc.Document(n)
	return b.open(r, blocks.ShareForm(b.scene(ctx), inc, d, r.user)), nil
}

// typedChannel is a channel as Slack writes one when it escapes what was typed.
var typedChannel = regexp.MustCompile(`<#([CG][A-Z0-9]+)(?:\|[^>]*)?>`)

func (b *Bot) shareTyped(ctx context.Context, r request, inc flow.Incident, rest string) (answer, error) {
	to := typedChannel.FindStringSubmatch(rest)
	if to == nil {
		return b.shareForm(ctx, r, inc, 0)
	}
	audience, err := b.audience(ctx, r.user, flow.ChannelID(to[1]))
	if err != nil {
		return answer{}, err
	}
	note := readable(strings.TrimSpace(typedChannel.ReplaceAllString(rest, "")))
	return b.carryOut(ctx, r, inc.ID, flow.ShareDocument{To: audience, Note: note})
}

// audience is what the rules must know of a channel that somebody wants to share to. Of a private one that we are not in nothing is known.
func (b *Bot) audience(ctx context.Context, who flow.UserID, id flow.ChannelID) (flow.Audience, error) {
	if id == "" {
		return flow.Audience{}, nil
	}
	c, err := b.people.channel(ctx, id)
	if err != nil {
		return flow.Audience{}, err
	}
	return flow.Audience{
		Channel: id, Private: c.Private && !c.Direct, Direct: c.Direct, Shared: c.Shared, Archived: c.Archived,
		Member: slices.Contains(c.Members, b.me.User), Asker: slices.Contains(c.Members, who),
	}, nil
}

// onPostmortemClick carries out clicks on post-mortems.
func (b *Bot) onPostmortemClick(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	switch action {
	case blocks.Postmortems:
		return b.showPostmortems(ctx, r, inc)
	case blocks.AddPostmortem:
		return b.addPostmortem(ctx, r, inc, blocks.Attaching{})
	case blocks.CompletePostmortem:
		return b.act(ctx, r, inc, flow.SetPostmortemState{Document: ref.Document, State: flow.Complete})
	case blocks.ReviewPostmortem:
		return b.act(ctx, r, inc, flow.SetPostmortemState{Document: ref.Document, State: flow.InReview})
	case blocks.DraftPostmortem:
		return b.act(ctx, r, inc, flow.SetPostmortemState{Document: ref.Document, State: flow.Draft})
	case blocks.MainPostmortem:
		return b.act(ctx, r, inc, flow.MakeMain{Document: ref.Document})
	case blocks.DetachPostmortem:
		return b.detachForm(ctx, r, inc, ref.Document)
	case blocks.SharePostmortem:
		return b.shareForm(ctx, r, inc, ref.Document)
	case blocks.AttachOffered:
		return b.attachOffered(ctx, r, ref, inc)
	}
	return answer{}, badClick(r)
}

// postmortemOf is the command that a form about post-mortems asks for.
func (b *Bot) postmortemOf(ctx context.Context, action blocks.Action, ref blocks.Ref, r request) (flow.Command, error) {
	v := r.view
	switch action {
	case blocks.DetachPostmortem:
		return flow.DetachPostmortem{Document: ref.Document, Reason: v.field(flow.FieldReason)}, nil
	case blocks.SharePostmortem:
		to, err := b.audience(ctx, r.user, flow.ChannelID(v.field(flow.FieldChannel)))
		return flow.ShareDocument{Document: ref.Document, To: to, Note: v.field(flow.FieldNote)}, err
	}
	address := strings.TrimSpace(v.field(flow.FieldLink))
	if address == "" && v.has(flow.FieldTemplate) {
		return flow.RequestPostmortem{Template: flow.Key(v.field(flow.FieldTemplate))}, nil
	}
	return flow.AttachPostmortem{URL: address, Title: v.field(flow.FieldTitle)}, nil
}

// attachMessage is the message shortcut Attach as post-mortem: the form with the first link of the message, or with the message itself where it has none.
func (b *Bot) attachMessage(ctx context.Context, r request) (answer, error) {
	address := r.said.link()
	if address == "" {
		address = b.permalink(posted{Channel: r.channel, TS: r.said.TS})
	}
	inc, found, err := b.seeIn(ctx, r.user, r.channel)
	if err != nil {
		return answer{}, err
	}
	if found {
		return b.addPostmortem(ctx, r, inc, blocks.Attaching{Link: address})
	}
	r.text = "postmortem " + address
	return b.askWhich(ctx, r)
}

// attachOffered attaches the link that somebody posted, as they were asked, and takes the question back.
func (b *Bot) attachOffered(ctx context.Context, r request, ref blocks.Ref, inc flow.Incident) (answer, error) {
	address, err := b.offered(ctx, inc.ID, ref.Want)
	if err != nil {
		return answer{}, err
	}
	_, _, err = b.do(ctx, inc.ID, r.user, r.delivery, flow.AttachPostmortem{URL: address})
	var no flow.Refusal
	if errors.As(err, &no) && no.Why == flow.AlreadyAttached {
		err = nil // as it was meant
	}
	if err != nil {
		return answer{}, err
	}
	return b.dismiss(r), nil
}
