package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Timeline and follow-ups are reviewed in the view that shows them: what submits it settles the task that asks for that.

// reviewing is the open task of the present status that asks for a review, if there is one.
func reviewing(inc flow.Incident, kind flow.Kind) (flow.Task, bool) {
	if inc.Stage != flow.PostIncident {
		return flow.Task{}, false
	}
	for _, t := range inc.In(inc.Status) {
		if t.Kind == kind && t.State == flow.Open {
			return t, true
		}
	}
	return flow.Task{}, false
}

// reviewed lets a view settle the task that asks for looking at it, and says so in its last line. Where nobody asks, it stays as it is.
func reviewed(view slack.ModalViewRequest, r Ref, inc flow.Incident, kind flow.Kind, submit words) slack.ModalViewRequest {
	t, ok := reviewing(inc, kind)
	if !ok {
		return view
	}
	r.Task = t.Number
	does := say("*%s* marks the task %s done.", say(submit), bold(title(t)))
	view.PrivateMetadata, view.Submit = r.String(), plainText(string(submit), maxTitle)
	view.Blocks.BlockSet = append(view.Blocks.BlockSet, divider(), section(join(" ", does, afterSettling(inc, t)), nil))
	return view
}
