package bot

import (
	"fmt"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// A lane is what is kept in order: a channel's posts, one message's edits, one person's DM. Neither a limited DM nor a slow channel
// holds up another lane. The names are stored, and only this file makes them.
func laneOf(id flow.IncidentID, e flow.Effect) string {
	switch e.Tell {
	case flow.TellOpenChannel:
		return fmt.Sprintf("%s/channel", id)
	case flow.TellInvite, tellBringIn:
		return fmt.Sprintf("%s/people", id)
	case flow.TellDeclared, flow.TellFirst:
		return fmt.Sprintf("%s/first", id) // not behind posts that wait for the channel: it begins the channel
	case flow.TellRefresh, flow.TellShrink:
		return fmt.Sprintf("%s/card", id)
	case flow.TellThread:
		return fmt.Sprintf("%s/thread", id)
	case flow.TellDMs:
		return fmt.Sprintf("%s/dms", id)
	case flow.TellBookmark:
		return fmt.Sprintf("%s/bookmark", id)
	case flow.TellTopic, flow.TellFollowUpDMs, tellMarked, tellAudit:
		return fmt.Sprintf("%s/%s", id, e.Tell)
	case flow.TellAssignee, flow.TellHandOver, flow.TellRole, flow.TellFollowUp:
		return fmt.Sprintf("dm/%s", e.To)
	case flow.TellDocument:
		return fmt.Sprintf("%s/documents", id)
	case flow.TellShare:
		return fmt.Sprintf("%s/shares", id)
	case flow.TellLinked:
		return fmt.Sprintf("%s/linked", id)
	case tellNotMade, tellNotShared:
		return fmt.Sprintf("dm/%s", e.To)
	case tellRelease:
		return fmt.Sprintf("release/%s", e.To)
	case tellOffer:
		return fmt.Sprintf("%s/offers", id)
	case flow.TellRaise:
		return fmt.Sprintf("%s/raise", id)
	case tellPoll:
		return "calendar"
	case flow.TellBook, flow.TellUnbook:
		return fmt.Sprintf("calendar/%s", id)
	case flow.TellWasHeld, flow.TellHeldSaid, flow.TellNotBooked, tellFile, tellWaits:
		return fmt.Sprintf("%s/debrief", id)
	case flow.TellWith:
		return fmt.Sprintf("%s/debrief-with", id)
	case flow.TellPast, tellRefused, tellUnreachable:
		return fmt.Sprintf("%s/lead", id)
	case flow.TellHome:
		return fmt.Sprintf("home/%s", e.To)
	}
	return fmt.Sprintf("%s/posts", id)
}

// keyOf names the jobs of which one is enough: what shows the present, and what is gathered.
func keyOf(id flow.IncidentID, e flow.Effect) string {
	switch e.Tell {
	case flow.TellFirst, flow.TellRefresh, flow.TellThread, flow.TellAssigned, flow.TellBookmark, flow.TellTopic, flow.TellHeldSaid:
		return fmt.Sprintf("%s/%s", id, e.Tell)
	case flow.TellShrink:
		return fmt.Sprintf("%s/%s/%d", id, e.Tell, e.Card)
	case flow.TellDMs:
		return fmt.Sprintf("%s/%s/%d", id, e.Tell, e.Task)
	case flow.TellHome:
		if e.Wait == 0 { // somebody waits for it: not in the place of one that is gathered
			return fmt.Sprintf("%s-now/%s", e.Tell, e.To)
		}
		return fmt.Sprintf("%s/%s", e.Tell, e.To)
	case flow.TellFollowUpDMs:
		return fmt.Sprintf("%s/%s/%d", id, e.Tell, e.FollowUp)
	case tellBringIn:
		return fmt.Sprintf("%s/%s/%s/%d", id, e.Tell, e.To, e.Task)
	}
	return ""
}

// What only the edge knows how to tell. The names are stored for ever, like those of package flow.
const (
	tellRefused     flow.Tell = "channel-refused"     // DM to whoever declared: Slack refused a channel; Detail says why
	tellUnreachable flow.Tell = "channel-unreachable" // DM to the lead: the channel cannot be posted to; Detail says why
	tellNotMade     flow.Tell = "postmortem-not-made" // DM to To: Slack took no document; event Seq, Detail says why
	tellNotShared   flow.Tell = "not-shared"          // DM to To: the document of event Seq could not be shared; Detail says why
	tellRelease     flow.Tell = "release"             // nobody hears: To can no longer do what they have, in one incident or in all
	tellOffer       flow.Tell = "offer"               // ask To, unseen by others, whether the link in Detail is the post-mortem
	tellMarked      flow.Tell = "marked"              // read a message that somebody marked, and do what for; Detail says both
	tellAudit       flow.Tell = "audit"               // the timeline as files for To; Detail says how far it is
	tellBringIn     flow.Tell = "bring-in"            // invite To, and then give them Task, as somebody asked for; Detail says who
)

// jobOption adds to a job what only delivery needs.
type jobOption func(*store.Job)

// answerTo makes the job that opens a channel tell somebody, where they asked for it.
func answerTo(responseURL string) jobOption {
	return func(j *store.Job) {
		if j.Effect.Tell == flow.TellOpenChannel {
			j.Detail = responseURL
		}
	}
}

// jobsFor makes one job per effect.
func jobsFor(id flow.IncidentID, effects []flow.Effect, now time.Time) []store.Job {
	jobs := make([]store.Job, 0, len(effects))
	for _, e := range effects {
		jobs = append(jobs, jobFor(id, e, now))
	}
	return jobs
}

func jobFor(id flow.IncidentID, e flow.Effect, now time.Time) store.Job {
	return store.Job{Lane: laneOf(id, e), Key: keyOf(id, e), Incident: id, Effect: e, At: now.Add(e.Wait)}
}
