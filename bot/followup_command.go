package bot

import (
	"context"
	"slices"
	"strings"

	"epilogue/blocks"
	"epilogue/flow"
)

// numberedFollowUp reads /inc follow-up N, and /inc follow-up N VERB …. Anything else is the title of a new one, also where it begins with a number; false
// then. A verb with a typo is one, if there is a follow-up of that number.
func numberedFollowUp(text string, inc flow.Incident) (n flow.FollowUpNumber, verb, rest string, ok bool) {
	first, rest := word(text)
	number := taskNumber(first)
	if number == 0 {
		return 0, "", "", false
	}
	n = flow.FollowUpNumber(number)
	verb, rest = verbTyped(rest)
	_, there := inc.FollowUp(n)
	_, near := blocks.NearFollowUpVerb(verb)
	return n, verb, rest, verb == "" || slices.Contains(blocks.FollowUpVerbs(), verb) || there && near
}

// changeFollowUp is /inc follow-up N, and what can stand behind it.
func (b *Bot) changeFollowUp(ctx context.Context, r request, inc flow.Incident, n flow.FollowUpNumber, verb, rest string) (answer, error) {
	f, ok := inc.FollowUp(n)
	if !ok {
		return answer{}, flow.Refusal{Why: flow.UnknownFollowUp, Incident: inc.ID, FollowUp: n}
	}
	edit := flow.EditFollowUp{FollowUp: n}
	switch verb {
	case "":
		return b.show(r, b.oneFollowUp(ctx, inc, n)), nil
	case "done":
		return b.carryOut(ctx, r, inc.ID, flow.SettleFollowUp{FollowUp: n, State: flow.Done})
	case "reopen":
		return b.carryOut(ctx, r, inc.ID, flow.ReopenFollowUp{FollowUp: n})
	case "not-doing":
		if rest == "" {
			return b.skipFollowUpForm(ctx, r, inc, f)
		}
		return b.carryOut(ctx, r, inc.ID, flow.SettleFollowUp{FollowUp: n, State: flow.NotDoing, Reason: readable(rest)})
	case "assign":
		return b.assignFollowUp(ctx, r, inc, f, rest)
	case "due":
		day, ok := parseDay(rest, b.clock.Now().In(b.zone), b.process(ctx).Calendar)
		if !ok && rest != "" {
			return b.tell(r, "", blocks.FollowUpDayUsage(b.scene(ctx), n, readable(rest))), nil
		}
		edit.Due = &day
	case "priority":
		p, ok := priorityTyped(rest)
		if !ok && rest != "" {
			return b.tell(r, "", blocks.PriorityUsage(b.scene(ctx), n, readable(rest))), nil
		}
		edit.Priority = &p
	case "link":
		to := readable(rest)
		if strings.EqualFold(to, "none") {
			to = ""
		}
		edit.Link = &to
	default:
		return b.tell(r, "", blocks.FollowUpUsage(b.scene(ctx), n, readable(verb))), nil
	}
	if rest == "" {
		return b.editFollowUpForm(ctx, r, inc, f)
	}
	return b.carryOut(ctx, r, inc.ID, edit)
}

func (b *Bot) assignFollowUp(ctx context.Context, r request, inc flow.Incident, f flow.FollowUp, rest string) (answer, error) {
	to, ok := whoIsMeant(r.user, rest)
	if !ok {
		return b.editFollowUpForm(ctx, r, inc, f)
	}
	owner, err := b.people.candidate(ctx, to, inc)
	if err != nil {
		return answer{}, err
	}
	return b.carryOut(ctx, r, inc.ID, flow.EditFollowUp{FollowUp: f.Number, Owner: &owner})
}

// priorityTyped reads high, medium, low or none.
func priorityTyped(s string) (flow.Priority, bool) {
	p := flow.Priority(strings.ToLower(s))
	if p == "none" {
		return "", true
	}
	return p, slices.Contains(flow.Priorities(), p)
}
