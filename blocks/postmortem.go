package blocks

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/internal/spelling"
)

// documentLink leads to a post-mortem document. A title that somebody typed stands beside the host, so that it cannot pretend to be another one.
func documentLink(d flow.Document) Text {
	u, err := url.Parse(d.URL)
	if err != nil || u.Host == "" {
		return brief(cmp.Or(d.Title, d.URL, "post-mortem"), shortName)
	}
	if d.Title == "" {
		return link(d.URL, brief(strings.TrimPrefix(strings.TrimPrefix(d.URL, u.Scheme+"://"), "www."), 60))
	}
	named := link(d.URL, brief(d.Title, shortName))
	if d.Template != "" {
		return named
	}
	return say("%s (%s)", named, brief(u.Hostname(), 80))
}

// documentState is how far a post-mortem is, in words.
func documentState(state flow.DocumentState) Text {
	switch state {
	case flow.Complete:
		return say("complete")
	case flow.InReview:
		return say("in review")
	}
	return say("draft")
}

// postmortemLine is the main document of an incident with its state, or nothing.
func postmortemLine(inc flow.Incident) Text {
	d, ok := inc.Postmortem()
	if !ok {
		return Text{}
	}
	return say("Post-mortem: %s, %s", documentLink(d), documentState(d.State))
}

// aboutPostmortem is the line below a task that is about the post-mortem, once there is one.
func aboutPostmortem(inc flow.Incident, t flow.Task) Text {
	if t.Kind == flow.CompletePostmortem || t.Kind == flow.SharePostmortem {
		return postmortemLine(inc)
	}
	return Text{}
}

// postmortemHelper is the button that brings a task about the post-mortem forward: without a document, making one.
func postmortemHelper(inc flow.Incident, t flow.Task) slack.BlockElement {
	r := Ref{Incident: inc.ID}
	d, there := inc.Postmortem()
	switch r.Document = d.Number; {
	case t.Kind == flow.CreatePostmortem, !there:
		return button(AddPostmortem, "Create", Ref{Incident: inc.ID}, t.Title)
	case t.Kind == flow.SharePostmortem:
		return button(SharePostmortem, "Share", r, t.Title)
	}
	b := button(CompletePostmortem, "Mark complete", r, t.Title)
	if says := afterSettling(inc, t); !says.IsZero() {
		b.Confirm = confirm("Mark it complete?", says, "Mark complete")
	}
	return b
}

// documentIn names a document in a sentence: by its link, or by its number once it is gone.
func documentIn(inc flow.Incident, n flow.DocumentNumber) Text {
	if d, ok := inc.Document(n); ok && n != 0 {
		return documentLink(d)
	}
	return say("document %d", n)
}

func inChannel(c flow.ChannelID) Text {
	if where, ok := channel(c); ok {
		return where
	}
	return say("a channel")
}

// documentSentence is what happened to post-mortem documents, for the timeline and for the card's thread.
func (s Scene) documentSentence(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.DocumentRequested:
		return say("%s asked for a post-mortem from the %s template.", by, s.templateName(f.Template))
	case flow.DocumentAttached:
		return s.attachedSentence(f)
	case flow.DocumentStateSet:
		if f.In != 0 {
			return say("The post-mortem %s is %s, as in %s.", documentIn(inc, f.Document), documentState(f.To), f.In)
		}
		return say("%s set the post-mortem %s from %s to %s.", by, documentIn(inc, f.Document), documentState(f.From), documentState(f.To))
	case flow.DocumentMadeMain:
		return say("%s made %s the main post-mortem.", by, documentIn(inc, f.Document))
	case flow.DocumentDetached:
		return s.detachedSentence(inc, by, f)
	case flow.DocumentShareAsked:
		return say("%s asked to share the post-mortem %s to %s.", by, documentIn(inc, f.Document), inChannel(f.Channel))
	case flow.DocumentShared:
		if f.In != 0 {
			return say("The post-mortem %s was shared to %s, from %s.", documentIn(inc, f.Document), inChannel(f.Share.Channel), f.In)
		}
		return say("%s shared the post-mortem %s to %s.", s.name(f.Share.By), documentIn(inc, f.Document), inChannel(f.Share.Channel))
	case flow.DocumentUsed:
		if f.Ended {
			return say("The post-mortem %s counts in %s no more.", documentIn(inc, f.Document), f.In)
		}
		return say("The post-mortem %s counts in %s too.", documentIn(inc, f.Document), f.In)
	}
	return Text{}
}

func (s Scene) templateName(k flow.Key) Text {
	t, _ := s.Process.PostmortemTemplate(k)
	return brief(cmp.Or(t.Name, string(k)), shortPerson)
}

func (s Scene) attachedSentence(f flow.DocumentAttached) Text {
	d, by := f.Document, s.name(f.Document.By)
	switch {
	case d.Source.Incident != 0:
		return say("%s uses the post-mortem of %s here too: %s.", by, d.Source.Incident, documentLink(d))
	case f.Request != 0:
		return say("%s made a post-mortem from the %s template: %s.", by, brief(d.Template, shortPerson), documentLink(d))
	}
	return say("%s attached a post-mortem: %s.", by, documentLink(d))
}

func (s Scene) detachedSentence(inc flow.Incident, by Text, f flow.DocumentDetached) Text {
	line := say("%s detached the post-mortem %s", by, documentLink(f.Document))
	if f.In != 0 {
		line = say("The post-mortem %s was detached in %s", documentLink(f.Document), f.In)
	}
	if f.Reason != "" {
		line = say("%s: %s", line, whole(strings.TrimRight(f.Reason, ". ")))
	}
	if f.Main != 0 {
		return say("%s. %s counts now.", line, documentIn(inc, f.Main))
	}
	return say("%s.", line)
}

// PostmortemModal shows the documents of an incident, and what can be done with them.
func PostmortemModal(s Scene, inc flow.Incident) slack.ModalViewRequest {
	shown := []slack.Block{section(say("The post-mortems of %s. The main one counts for its tasks.", inc.ID), nil)}
	if len(inc.Documents) == 0 {
		shown = append(shown, section(say("None is attached any more."), nil))
	}
	for _, d := range inc.Documents {
		shown = append(shown, section(s.documentLines(d), documentMenu(inc, d)))
	}
	if says := completing(inc); !says.IsZero() {
		shown = append(shown, small(says))
	}
	row := []slack.BlockElement{
		button(SharePostmortem, "Share", Ref{Incident: inc.ID}, inc.ID.String()),
		button(AddPostmortem, "Add another", Ref{Incident: inc.ID}, inc.ID.String()),
	}
	return modal(Postmortems, Ref{Incident: inc.ID}, "Post-mortem of "+inc.ID.String(), "", append(shown, actions("postmortem/row", row...))...)
}

// completing says what it does to the incident when the main document is marked complete, if that settles the last open task.
func completing(inc flow.Incident) Text {
	for _, t := range inc.Open() {
		if says := afterSettling(inc, t); t.Kind == flow.CompletePostmortem && !says.IsZero() {
			return say("Marking the main one complete settles the last open task. %s", says)
		}
	}
	return Text{}
}

func (s Scene) documentLines(d flow.Document) Text {
	about := []Text{documentState(d.State)}
	if d.Main {
		about = append(about, say("main"))
	}
	about = append(about, say("attached by %s %s", s.name(d.By), s.moment(d.At)))
	if d.Source.Incident != 0 {
		about = append(about, say("of %s", d.Source.Incident))
	}
	if len(d.UsedBy) > 0 {
		about = append(about, say("counts in %s too", incidents(d.UsedBy)))
	}
	if len(d.Shares) > 0 {
		var where []Text
		for _, share := range d.Shares {
			where = append(where, inChannel(share.Channel))
		}
		about = append(about, say("shared to %s", join(", ", where...)))
	}
	return join("\n", bold(documentLink(d)), join(" · ", about...))
}

func incidents(ids []flow.IncidentID) Text {
	var parts []Text
	for i, id := range ids {
		if i == 5 {
			parts = append(parts, say("%d more", len(ids)-i))
			break
		}
		parts = append(parts, say("%s", id))
	}
	return list("and", parts...)
}

func documentMenu(inc flow.Incident, d flow.Document) slack.BlockElement {
	r := Ref{Incident: inc.ID, Document: d.Number}
	var choices []*slack.OptionBlockObject
	for _, c := range []struct {
		state flow.DocumentState
		do    Action
		label words
	}{{flow.Complete, CompletePostmortem, "Mark complete"}, {flow.InReview, ReviewPostmortem, "Mark in review"}, {flow.Draft, DraftPostmortem, "Back to draft"}} {
		if d.State != c.state {
			choices = append(choices, choice(c.do, c.label, r))
		}
	}
	if !d.Main {
		choices = append(choices, choice(MainPostmortem, "Make it the main one", r))
	}
	return overflow(append(choices, choice(DetachPostmortem, "Detach", r))...)
}

// Attaching is what the form for a post-mortem starts with.
type Attaching struct{ Link, Title string }

// AddPostmortemForm attaches a document that exists, or has one made from a template.
func AddPostmortemForm(s Scene, inc flow.Incident, a Attaching) slack.ModalViewRequest {
	says := say("With a link, that document is attached to %s.", inc.ID)
	address := typed(flow.FieldLink, a.Link, 3000, false)
	address.Placeholder = plainText("https://…", maxLabel)
	in := input(flow.FieldLink, "Link", address)
	fields := []slack.Block{in, optional(input(flow.FieldTitle, "Title", typed(flow.FieldTitle, a.Title, flow.MaxTitle, false)))}
	if options := templateOptions(s.Process.TemplatesFor(inc)); inc.Channel != "" && len(inc.Documents) < flow.MaxDocuments {
		says = say("%s Without one, a document is made from the template, filled with what is known: a canvas in the channel, or a file where there are none.", says)
		in.Optional = true
		fields = append(fields, input(flow.FieldTemplate, "Template", selection(flow.FieldTemplate, options, options[0])))
	}
	shown := append([]slack.Block{section(join(" ", says, s.willComplete(inc, flow.CreatePostmortem)), nil)}, fields...)
	return modal(AddPostmortem, Ref{Incident: inc.ID}, "Add a post-mortem", "Add", shown...)
}

func templateOptions(templates []flow.PostmortemTemplate) []*slack.OptionBlockObject {
	var options []*slack.OptionBlockObject
	for _, t := range templates {
		options = append(options, option(string(t.Key), t.Name))
	}
	return options[:min(len(options), 100)]
}

// willComplete says which open tasks of a kind are done by what a form does, and where that takes the incident.
func (s Scene) willComplete(inc flow.Incident, kind flow.Kind) Text {
	for _, t := range inc.Open() {
		if t.Kind == kind && inc.Stage == flow.PostIncident {
			return join(" ", say("%s is done by it.", bold(title(t))), afterSettling(inc, t))
		}
	}
	return Text{}
}

// DetachForm takes a document off an incident, after saying what that does.
func DetachForm(s Scene, inc flow.Incident, d flow.Document) slack.ModalViewRequest {
	line := say("%s will be taken off %s; the document itself stays where it is.", documentLink(d), inc.ID)
	if d.Main && len(inc.Documents) > 1 {
		line = join(" ", line, say("The one that was attached last counts then."))
	} else if d.Main {
		line = join(" ", line, say("Tasks that it completed are open again, if their status is not over."))
	}
	return modal(DetachPostmortem, Ref{Incident: inc.ID, Document: d.Number}, "Detach post-mortem", "Detach",
		section(line, nil), optional(input(flow.FieldReason, "Reason", typed(flow.FieldReason, "", flow.MaxReason, true))))
}

// ShareForm shares a document to a channel. It shows what will be posted there.
func ShareForm(s Scene, inc flow.Incident, d flow.Document, by flow.UserID) slack.ModalViewRequest {
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText("A channel", maxLabel), flow.FieldChannel)
	pick.Filter = &slack.SelectBlockElementFilter{
		Include: []string{"public", "private"}, ExcludeExternalSharedChannels: true, ExcludeBotUsers: true,
	}
	says := say("This is posted in the channel that you choose. I join a public one myself; please invite me to a private one first.")
	if inc.Private {
		pick.Filter.Include = []string{"private"}
		says = say("%s is private: whoever is in the channel that you choose will read its name and its summary.", inc.ID)
	}
	shown := []slack.Block{
		section(join(" ", says, s.willComplete(inc, flow.SharePostmortem)), nil),
		input(flow.FieldChannel, "Channel", pick),
		optional(input(flow.FieldNote, "Note", typed(flow.FieldNote, "", flow.MaxReason, true))),
		divider(),
	}
	return modal(SharePostmortem, Ref{Incident: inc.ID, Document: d.Number}, "Share post-mortem", "Share",
		append(shown, Shared(s, inc, d, by, "").Blocks...)...)
}

// Shared is a post-mortem as another channel reads of it: what happened, and where it can be read up.
func Shared(s Scene, inc flow.Incident, d flow.Document, by flow.UserID, note string) Message {
	line := say("Post-mortem of %s: %s", bold(heading(inc)), documentLink(d))
	about := []Text{say("Severity %s", s.severity(inc))}
	if !inc.ResolvedAt.IsZero() && inc.ResolvedAt.After(inc.DeclaredAt) {
		about = append(about, say("resolved after %s", lasted(inc.ResolvedAt.Sub(inc.DeclaredAt))))
	}
	about = append(about, documentState(d.State), say("shared by %s", s.name(by)))
	shown := paragraph(line)
	shown = append(shown, paragraph(Escape(strings.TrimSpace(note)).Clip(maxSection))...)
	shown = append(shown, paragraph(Escape(strings.TrimSpace(inc.Summary)).Clip(1000))...)
	return message(join("\n", line, brief(note, shortReason), brief(inc.Summary, 500)), append(shown, small(join(" · ", about...)))...)
}

// NotShared tells whoever asked that a document could not be shared, with Slack's own word for why, and how it can be.
func NotShared(s Scene, inc flow.Incident, to flow.ChannelID, why string) Message {
	return Say(say("The post-mortem of %s could not be shared to %s (%s). Nothing was posted. Invite me there, or choose another channel: %s.",
		heading(inc), inChannel(to), orWord(why), s.command("postmortem %s share", inc.ID)))
}

// Made tells whoever asked for a document that it is there.
func Made(s Scene, inc flow.Incident, d flow.Document) Message {
	return Say(say("The post-mortem of %s is there: %s. When it is finished: %s.", inc.ID, documentLink(d), s.command("postmortem %s complete", inc.ID)))
}

// NotMade tells whoever asked for a document that Slack took neither a canvas nor a file, with its own word for why.
func NotMade(s Scene, inc flow.Incident, why string) Message {
	return Say(say("Slack made no document for %s: neither a canvas nor a file (%s). Write it elsewhere, and attach it: %s.",
		heading(inc), orWord(why), s.command("postmortem %s https://…", inc.ID)))
}

// Making answers whoever asked for a document, before it is there.
func Making(inc flow.Incident) Text {
	return say("The post-mortem of %s is being made. You are told when it is there.", inc.ID)
}

// Offer asks whoever posted a link whether it is the post-mortem. Nobody else sees it.
func Offer(s Scene, inc flow.Incident, address, key string) Message {
	line := say("Is %s the post-mortem of %s? Only you see this.", documentLink(flow.Document{URL: address}), inc.ID)
	line = join(" ", line, s.willComplete(inc, flow.CreatePostmortem))
	r := Ref{Incident: inc.ID, Want: key}
	yes := button(AttachOffered, "Attach it", r, address)
	yes.WithStyle(slack.StylePrimary)
	return message(line, section(line, nil), actions("offer/"+r.String(), yes, button(Dismiss, "No", Ref{}, address)))
}

// PostmortemUsage answers what cannot be read behind the command.
func PostmortemUsage(s Scene, typed string) Text {
	if near, ok := spelling.Nearest(typed, []string{"create", "complete", "review", "draft", "share", "detach"}); ok {
		return s.didYouMean(typed, "postmortem %s", near)
	}
	return say("I do not know what “%s” means here. A link attaches a document, and %s has one made; there are also %s, %s, %s, %s and %s.", brief(typed, 60),
		s.command("postmortem create"), s.command("postmortem complete"), s.command("postmortem review"), s.command("postmortem share"), s.command("postmortem detach"), s.command("postmortem INC-40"))
}

// documentRefused is for what is not possible with documents; false for other reasons.
func (s Scene) documentRefused(inc flow.Incident, r flow.Refusal, id flow.IncidentID) (Text, bool) {
	switch r.Why {
	case flow.BadLink:
		return say("This is no link that can be followed safely. Paste a whole one, such as https://docs.example.com/x, without a name or a password in it."), true
	case flow.NoPostmortem:
		if r.Other != 0 {
			return say("%s has no post-mortem to use here. Attach one there first: %s.", r.Other, s.command("postmortem %s", r.Other)), true
		}
		return say("%s has no such post-mortem. Attach a link, or have one made: %s.", id, s.command("postmortem %s", id)), true
	case flow.AlreadyAttached:
		return say("This document is attached already, by %s, %s. See it: %s.", s.name(r.By), s.moment(r.At), s.command("postmortem %s", id)), true
	case flow.AlreadyInState:
		return say("The post-mortem of %s is %s already.", id, documentState(r.DocState)), true
	case flow.TooManyDocuments:
		return say("%s has %d post-mortems, and cannot take more. Detach one that is not needed: %s.", id, r.Limit, s.command("postmortem %s", id)), true
	case flow.NoChannel:
		return say("%s has no channel yet, where the document would be. Give it one first, or attach a link.", id), true
	case flow.PrivateElsewhere:
		return say("%s is private: its post-mortem counts nowhere else, so that nobody learns of it. Attach a document of its own.", cmp.Or(r.Other, id)), true
	case flow.TooPublic:
		return say("%s is private and this channel is not. Choose a private channel.", id), true
	case flow.CannotPost:
		return say("We both must be in a private channel to share something there. Invite me, or choose a public one: I join that myself."), true
	case flow.ChannelArchived:
		return say("This channel is archived: nothing can be posted there. Choose another."), true
	}
	return Text{}, false
}
