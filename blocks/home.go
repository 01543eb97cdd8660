package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// How many items a page of each section of the App Home holds: with them a view stays below Slack's 100 blocks.
const (
	HomeTasks  = 12 // two blocks each
	HomePost   = 20
	HomeClosed = 10
)

// The sections of the App Home that have pages: Ref.Want of HomePage.
const (
	SectionTasks  = "tasks"
	SectionPost   = "post-incident"
	SectionClosed = "closed"
)

// HomeData is what somebody's App Home shows. It holds only what that person may see.
type HomeData struct {
	Person flow.UserID
	Tasks  Page[Item]          // their open tasks, the most urgent first
	Late   int                 // how many of all their open tasks are late
	Post   Page[flow.Incident] // in the post-incident stage, oldest first
	Closed Page[flow.Incident] // the last closed first
}

// Home is the App Home tab of one person.
func Home(s Scene, d HomeData) slack.HomeTabViewRequest {
	shown := []slack.Block{section(s.greeting(d), nil)}
	shown = append(shown, actions("home/do", button(Declare, "Declare incident", Ref{}, "")))
	shown = append(shown, s.homeTasks(d.Tasks)...)
	shown = append(shown, s.homePost(d.Post)...)
	shown = append(shown, s.homeClosed(d.Closed)...)
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: shown}}
}

func (s Scene) greeting(d HomeData) Text {
	n := max(d.Tasks.Total, len(d.Tasks.Items))
	switch {
	case n == 0:
		return say("Hello %s. Nothing is waiting for you.", s.name(d.Person))
	case d.Late > 0:
		return say("Hello %s. %s for you, %d late.", s.name(d.Person), count(n, "task"), d.Late)
	}
	return say("Hello %s. %s for you.", s.name(d.Person), count(n, "task"))
}

func (s Scene) homeTasks(page Page[Item]) []slack.Block {
	if len(page.Items) == 0 {
		return nil
	}
	shown := []slack.Block{divider(), header("Your tasks")}
	for _, it := range page.first(HomeTasks) {
		if t, ok := it.Incident.Task(it.Task); ok {
			shown = append(shown, s.item(it.Incident, t, s.itemLine(it.Incident, t))...)
		}
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionTasks})...)
}

func (s Scene) homePost(page Page[flow.Incident]) []slack.Block {
	if len(page.Items) == 0 {
		return nil
	}
	title := "In the post-incident stage"
	if page.Total > 0 {
		title = say("In the post-incident stage (%d)", page.Total).Plain()
	}
	shown := []slack.Block{divider(), header(title)}
	for _, inc := range page.first(HomePost) {
		r := Ref{Incident: inc.ID}
		shown = append(shown, section(s.incidentLine(inc), overflow(
			choice(ShowAll, "Open tasks", r),
			choice(MoveOn, "Move on", Ref{Incident: inc.ID, Status: inc.Status}),
			choice(OptOut, "Opt out of post-incident", r),
		)))
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionPost})...)
}

func (s Scene) homeClosed(page Page[flow.Incident]) []slack.Block {
	if len(page.Items) == 0 {
		return nil
	}
	shown := []slack.Block{divider(), header("Recently closed")}
	for _, inc := range page.first(HomeClosed) {
		r := Ref{Incident: inc.ID}
		shown = append(shown, section(s.incidentLine(inc), overflow(choice(Timeline, "Timeline", r), choice(Reopen, "Reopen", r))))
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionClosed})...)
}
