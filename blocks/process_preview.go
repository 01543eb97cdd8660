package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// PreviewModal shows the card of a flow's first status as responders will see it, and what comes after that. Its buttons are shown, and press nothing.
func PreviewModal(s Scene, f flow.Flow, viewer flow.UserID) slack.ModalViewRequest {
	if len(f.Statuses) == 0 {
		return modal(PreviewFlow, Ref{Flow: f.Key}, "Preview", "", section(say("%s has no statuses: there is nothing to show yet.", quoted(f.Name)), nil))
	}
	shown := []slack.Block{section(say("This is what responders see in the channel when an incident of yours enters %s now. Its buttons do nothing here.", quoted(f.Name)), nil), divider()}
	card, ok := s.sampleCard(f, viewer)
	if !ok {
		card = []slack.Block{section(say("It cannot be shown: something in it is not whole yet."), nil)}
	}
	shown = append(shown, card...)
	if len(f.Statuses) > 1 {
		shown = append(shown, divider())
		for _, st := range f.Statuses[1:] {
			shown = append(shown, section(s.laterStatus(st), nil))
		}
	}
	return modal(PreviewFlow, Ref{Flow: f.Key}, "Preview", "", shown...)
}

func (s Scene) laterStatus(st flow.Status) Text {
	if len(st.Tasks) == 0 {
		return say("Then *%s*: no tasks, somebody moves it on.", brief(st.Name, shortPerson))
	}
	return say("Then *%s*: %s.", brief(st.Name, shortPerson), listed(st.Tasks, func(t flow.Template) Text { return brief(t.Title, shortTitle) }))
}

// sampleCard plays an incident of the viewer's into the flow, and takes the card that is posted then.
func (s Scene) sampleCard(f flow.Flow, viewer flow.UserID) ([]slack.Block, bool) {
	f.AppliesTo, f.EntersWhen, f.Disabled = nil, nil, false
	s.Process.Flows = []flow.Flow{f}
	who := flow.Actor{User: viewer, Standing: flow.FullMember, Member: true, Admin: true}
	lead := flow.Person{User: viewer, Standing: flow.FullMember, Member: true}
	inc, _, err := flow.Do(s.Process, flow.Incident{ID: 1}, flow.Declare{Name: "An incident", Lead: lead}, who, s.Now)
	if err != nil {
		return nil, false
	}
	inc, events, err := flow.Do(s.Process, inc, flow.EnterFlow{Flow: f.Key, Lead: lead}, who, s.Now)
	if err != nil {
		return nil, false
	}
	for _, ev := range events {
		if began, ok := ev.Fact.(flow.StatusEntered); ok && began.Status == inc.Status {
			return unpressable(Card(s, inc, ev).Blocks), true
		}
	}
	return nil, false
}

// unpressable is a picture in which nothing can be pressed: buttons become words, menus are left out.
func unpressable(shown []slack.Block) []slack.Block {
	var out []slack.Block
	for _, b := range shown {
		switch b := b.(type) {
		case *slack.SectionBlock:
			bare := *b
			bare.Accessory = nil
			out = append(out, &bare)
		case *slack.ActionBlock:
			var names []Text
			for _, e := range b.Elements.ElementSet {
				if button, ok := e.(*slack.ButtonBlockElement); ok {
					names = append(names, say("`%s`", button.Text.Text))
				}
			}
			if len(names) > 0 {
				out = append(out, small(join("  ", names...)))
			}
		case *slack.DividerBlock, *slack.ContextBlock, *slack.HeaderBlock:
			out = append(out, b)
		}
	}
	return out
}
