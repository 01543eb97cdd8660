package bot

import (
	"slices"

	"epilogue/blocks"
	"epilogue/flow"
)

// A move is made at once, since the next click takes it back. Where it means something for incidents, that is said and asked first.

// upsets reports whether a move means something that whoever makes it should know before: a flow that no incident gets to any more, conditions that mean
// something else.
func (d desk) upsets(move flow.ProcessEdit) bool {
	next, err := flow.Edit(d.p, move, d.who)
	return err == nil && slices.ContainsFunc(flow.Consequences(d.p, next, flow.Census{}), func(c flow.Consequence) bool {
		return c.Means == flow.NeverReached || c.Means == flow.NoFlowAsks || c.Means == flow.RankChanged
	})
}

// askMove asks whether a move is meant.
func (b *Bot) askMove(d desk, r request, a blocks.Action, ref blocks.Ref) (answer, error) {
	view, _, err := d.confirmation(a, ref, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

// moveForm carries out a move that was asked about. Of a list of several pages the one is shown then to which something was moved.
func (b *Bot) moveForm(a blocks.Action, below func(request) []shownView) func(request, blocks.Ref) processForm {
	return func(r request, ref blocks.Ref) processForm {
		form := b.confirmForm(a, ref, nil)
		form.done = func(d desk, _, _ flow.Process) (answer, error) {
			list := ref
			list.Page /= blocks.EditorPage
			return answer{then: b.redrawEditors(d.who, list, below(r)...)}, nil
		}
		return form
	}
}

// moved is the name of what is moved.
func (d desk) moved(a blocks.Action, ref blocks.Ref) (string, error) {
	if a == blocks.MoveLabel {
		l, err := d.label(ref)
		return l.Name, err
	}
	f, err := d.flow(ref.Flow)
	return f.Name, err
}
