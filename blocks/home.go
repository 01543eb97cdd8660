package blocks

import (
	"net/url"
	"strconv"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// How many items a page of each section of the App Home holds: with them a view stays below Slack's 100 blocks, whatever the data. A section that comes
// new has to find its place in that sum, which a test adds up.
const (
	HomeTasks  = 8 // two blocks each
	HomePost   = 12
	HomeClosed = 5
	HomeFlows  = 6 // two blocks each; admins only
)

// The sections of the App Home that have pages: Ref.Want of HomePage. They are stored, for ever.
const (
	SectionTasks  = "tasks"
	SectionPost   = "post-incident"
	SectionClosed = "closed"
	SectionFlows  = "flows"
)

// MostCounted is how far somebody counts for the App Home: what is beyond is "more than".
const MostCounted = 100

// HomeData is what somebody's App Home shows. It holds only what that person may see. A Total above MostCounted says that there are more.
type HomeData struct {
	Person flow.UserID
	Look   Look
	Tasks  Page[Item] // their open tasks, the most urgent first
	Late   int        // how many of all their open tasks are late

	FollowUps Page[FollowUpItem] // their open follow-ups, the most urgent first

	Post   Page[flow.Incident] // in the post-incident stage, oldest first, as Look filters them
	Closed Page[flow.Incident] // the last closed first
	Admin  bool                // shapes the process
}

// Look is what somebody looks at in their App Home: how they filter, and which page of each section. It is stored with the person, so that a tab that is
// drawn again shows what it showed.
type Look struct {
	Filter Filter   // Everything, Mine or WithOverdue
	Flow   flow.Key // only incidents that are in this flow; empty: all
	Pages  map[string]int
}

// everyOne stands for no filter in an option, whose value must not be empty.
const everyOne = "all"

// String is the stored form, for ever: f=major&show=mine&tasks=2. The empty look is empty.
func (l Look) String() string {
	v := url.Values{}
	if l.Filter != Everything {
		v.Set("show", string(l.Filter))
	}
	if l.Flow != "" {
		v.Set("f", string(l.Flow))
	}
	for section, page := range l.Pages {
		if page > 0 {
			v.Set(section, strconv.Itoa(page))
		}
	}
	return v.Encode()
}

// ParseLook reads what String wrote; what it does not know is left out.
func ParseLook(s string) Look {
	v, _ := url.ParseQuery(s) // what can be read of it
	l := Look{Filter: filterOf(v.Get("show")), Flow: flow.Key(v.Get("f"))}
	for section := range v {
		if page, err := strconv.Atoi(v.Get(section)); err == nil && page > 0 && section != "show" && section != "f" {
			l.turn(section, page)
		}
	}
	return l
}

func filterOf(s string) Filter {
	if f := Filter(s); f == Mine || f == WithOverdue {
		return f
	}
	return Everything
}

func (l *Look) turn(section string, page int) {
	pages := map[string]int{}
	for s, p := range l.Pages {
		pages[s] = p
	}
	if pages[section] = page; page <= 0 {
		delete(pages, section)
	}
	l.Pages = pages
}

// After is the look after a click on a page or a filter. A filter begins at the first page.
func (l Look) After(a Action, r Ref) Look {
	switch a {
	case HomePage:
		l.turn(r.Want, r.Page)
	case HomeShow:
		l.Filter = filterOf(r.Want)
		l.turn(SectionPost, 0)
	case HomeFlow:
		l.Flow = r.Flow
		l.turn(SectionPost, 0)
	}
	return l
}

// Home is the App Home tab of one person.
func Home(s Scene, d HomeData) slack.HomeTabViewRequest {
	shown := []slack.Block{section(s.greeting(d), nil), homeDo(d.Admin)}
	for _, part := range [][]slack.Block{
		s.homeTasks(d.Tasks),
		s.homeFollowUps(d.FollowUps),
		s.homePost(d),
		s.homeClosed(d.Closed),
		s.homeProcess(d),
	} {
		shown = append(shown, part...)
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: steady(shown)}}
}

func (s Scene) greeting(d HomeData) Text {
	n := max(d.Tasks.Total, len(d.Tasks.Items))
	switch {
	case n == 0 && len(d.FollowUps.Items) > 0:
		return say("Hello %s. No task is waiting for you, only your follow-ups.", s.name(d.Person))
	case n == 0:
		return say("Hello %s. Nothing is waiting for you.", s.name(d.Person))
	case d.Late > 0:
		return say("Hello %s. %s for you, %d late.", s.name(d.Person), upTo(n, "task"), d.Late)
	}
	return say("Hello %s. %s for you.", s.name(d.Person), upTo(n, "task"))
}

// upTo counts as far as somebody has counted.
func upTo(n int, noun words) Text {
	if n > MostCounted {
		return say("More than %d "+noun+"s", MostCounted)
	}
	return count(n, noun)
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

func (s Scene) homePost(d HomeData) []slack.Block {
	page, filtered := d.Post, d.Look.Filter != Everything || d.Look.Flow != ""
	if len(page.Items) == 0 && !filtered && page.Number == 0 {
		return nil
	}
	shown := []slack.Block{divider(), header(postTitle(page.Total)), s.homeFilters(d.Look)}
	for _, inc := range page.first(HomePost) {
		r := Ref{Incident: inc.ID}
		shown = append(shown, section(s.postLine(inc), overflow(
			choice(ShowAll, "Open tasks", r),
			choice(MoveOn, "Move on", Ref{Incident: inc.ID, Status: inc.Status}),
			choice(OptOut, "Opt out of post-incident", r),
		)))
	}
	switch {
	case len(page.Items) > 0:
	case page.More:
		shown = append(shown, section(say("None of those that were looked at. There are more incidents to look through."), nil))
	default:
		shown = append(shown, section(say("None is like this."), nil))
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionPost})...)
}

func postTitle(total int) string {
	switch {
	case total > MostCounted:
		return say("In the post-incident stage (more than %d)", MostCounted).Plain()
	case total > 0:
		return say("In the post-incident stage (%d)", total).Plain()
	}
	return "In the post-incident stage"
}

// homeFilters are the menus that choose among the incidents. By flow only where there are several.
func (s Scene) homeFilters(l Look) slack.Block {
	show := menu(HomeShow, "Which incidents", Ref{Want: string(l.Filter)},
		offer{"All incidents", Ref{Want: everyOne}}, offer{"Mine", Ref{Want: string(Mine)}}, offer{"With late tasks", Ref{Want: string(WithOverdue)}})
	if len(s.Process.Flows) < 2 && l.Flow == "" {
		return actions("home/filters", show)
	}
	return actions("home/filters", show, s.flowMenu(HomeFlow, "Which flow", l.Flow, "All flows"))
}

// postLine is an incident in the post-incident stage: INC-42 · Checkout errors in EU, and below it Reviewing, 1 of 3 settled · 1 late · Ana · entered 3 days ago.
func (s Scene) postLine(inc flow.Incident) Text {
	where := say("%s, %s", s.statusName(inc), settledOf(inc.Progress(inc.Status)))
	late := 0
	for _, t := range inc.Tasks {
		if s.late(inc, t) {
			late++
		}
	}
	overdue, lead, in := Text{}, say("no lead"), Text{}
	if late > 0 {
		overdue = say("🔴 %d late", late)
	}
	if u := inc.Lead(); u != "" {
		lead = s.name(u)
	}
	if len(s.Process.Flows) > 1 && inc.Snapshot != nil {
		in = brief(inc.Snapshot.Name, shortPerson)
	}
	return join("\n", bold(heading(inc)), join(" · ", where, overdue, in, lead, say("entered %s", s.ago(inc.ResolvedAt))))
}

func (s Scene) homeClosed(page Page[flow.Incident]) []slack.Block {
	if len(page.Items) == 0 {
		return nil
	}
	shown := []slack.Block{divider(), header("Recently closed")}
	for _, inc := range page.first(HomeClosed) {
		r := Ref{Incident: inc.ID}
		shown = append(shown, section(s.closedLine(inc), overflow(choice(Timeline, "Timeline", r), choice(Reopen, "Reopen", r))))
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionClosed})...)
}

// closedLine is an incident that is over: what was done, or who opted out and why.
func (s Scene) closedLine(inc flow.Incident) Text {
	became := Text{}
	switch {
	case inc.OptedOut != nil:
		became = say("%s opted out: %s", s.name(inc.OptedOut.By), because(inc.OptedOut.Reason))
	case inc.Snapshot != nil:
		became = tallyOf(inc)
	}
	return join("\n", bold(heading(inc)), join(" · ", say("closed %s", s.date(inc.ClosedAt)), became))
}
