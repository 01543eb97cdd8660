package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// listTimeline is the Want of a reference to a timeline in a modal; behind a slash stands what it is filtered by.
const listTimeline = "timeline"

// timeline is /inc timeline, and /inc timeline NOTE.
func (b *Bot) timeline(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	if t.rest != "" {
		return b.carryOut(ctx, r, inc.ID, flow.AddNote{Text: readable(t.rest)})
	}
	return b.openTimeline(ctx, r, inc, flow.AllTopics, 0)
}

// openTimeline opens a page of a timeline, or turns to it. It may have thousands of events, so it is read after the ack; only the place of a form, which
// the ack itself gives back, is filled before.
func (b *Bot) openTimeline(ctx context.Context, r request, inc flow.Incident, about flow.Topic, number int) (answer, error) {
	if r.kind == kindForm {
		view, err := b.timelinePage(ctx, r.user, inc, about, number)
		return b.open(r, view), err
	}
	return answer{then: func(ctx context.Context) error {
		view, err := b.timelinePage(ctx, r.user, inc, about, number)
		if err != nil {
			return err
		}
		return b.turnPage(r, view).then(ctx)
	}}, nil
}

// lines reads the whole timeline of an incident. Where a pinned message stands can only be known from all of it.
func (b *Bot) lines(ctx context.Context, inc flow.Incident) ([]flow.Line, error) {
	events, err := b.events(ctx, inc.ID, 1, inc.Rev)
	return flow.Lines(events), err
}

// timelinePage draws one page of a timeline. A page beyond the end is the last one.
func (b *Bot) timelinePage(ctx context.Context, viewer flow.UserID, inc flow.Incident, about flow.Topic, number int) (slack.ModalViewRequest, error) {
	lines, err := b.lines(ctx, inc)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	lines = flow.Filter(lines, about)
	number = max(0, min(number, (len(lines)-1)/blocks.TimelinePage))
	from, to := number*blocks.TimelinePage, min((number+1)*blocks.TimelinePage, len(lines))
	page := blocks.Page[flow.Line]{Items: lines[from:to], Number: number, More: to < len(lines), Total: len(lines)}
	return blocks.TimelineModal(b.scene(ctx), inc, blocks.Timelined{Page: page, About: about, Viewer: viewer}), nil
}

// topicOf is what a timeline is filtered by; something unknown is no filter.
func topicOf(want string) flow.Topic {
	if t := flow.Topic(want); slices.Contains(flow.Topics(), t) {
		return t
	}
	return flow.AllTopics
}

// noteOf is the line of a note, or of a pinned message, that is still there. What became of it stands behind it.
func (b *Bot) noteOf(ctx context.Context, inc flow.Incident, seq uint64) (flow.Line, error) {
	if seq == 0 {
		return flow.Line{}, flow.Refusal{Why: flow.NotANote, Incident: inc.ID}
	}
	events, err := b.events(ctx, inc.ID, seq, inc.Rev)
	if err != nil {
		return flow.Line{}, err
	}
	lines := flow.Lines(events)
	i := slices.IndexFunc(lines, func(l flow.Line) bool { return l.Seq == seq && l.About() == flow.AboutNotes })
	if i < 0 {
		return flow.Line{}, flow.Refusal{Why: flow.NotANote, Incident: inc.ID}
	}
	return lines[i], nil
}

// noteForm opens the form that changes one's own note, or takes it away.
func (b *Bot) noteForm(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	l, err := b.noteOf(ctx, inc, ref.Event)
	if err != nil {
		return answer{}, err
	}
	s := b.scene(ctx)
	if action == blocks.RemoveNote {
		if err := b.mayOpen(ctx, r, inc, flow.RemoveNote{Note: l.Event}); err != nil {
			return answer{}, err
		}
		return b.open(r, blocks.RemoveNoteForm(s, inc, l)), nil
	}
	if err := b.mayOpen(ctx, r, inc, flow.EditNote{Note: l.Event, Text: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.EditNoteForm(s, inc, l)), nil
}

// noteCommand is the command behind such a form.
func (b *Bot) noteCommand(ctx context.Context, action blocks.Action, ref blocks.Ref, v viewState, inc flow.Incident) (flow.Command, error) {
	l, err := b.noteOf(ctx, inc, ref.Event)
	if err != nil {
		return nil, err
	}
	if action == blocks.RemoveNote {
		return flow.RemoveNote{Note: l.Event, Was: l.Text}, nil
	}
	return flow.EditNote{Note: l.Event, Was: l.Text, Text: v.field(flow.FieldNote)}, nil
}

// redrawTimeline shows a timeline as it is by then; false if it is another kind of list.
func (b *Bot) redrawTimeline(ctx context.Context, who flow.UserID, list blocks.Ref, inc flow.Incident, viewID string) (bool, error) {
	want, about, _ := strings.Cut(list.Want, "/")
	if want != listTimeline {
		return false, nil
	}
	view, err := b.timelinePage(ctx, who, inc, topicOf(about), list.Page)
	if err != nil {
		return true, err
	}
	return true, b.update(viewID, view)(ctx)
}
