package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Page is one page of a list that may be long.
type Page[T any] struct {
	Items  []T
	Number int  // 0 is the first
	More   bool // another page follows
	Total  int  // of all pages; 0: nobody counted
}

// How many items the pages of lists hold. What is beyond is not shown: ask for as many.
const (
	TodoPage  = 15
	ListPage  = 20
	TasksPage = 20
)

func (p Page[T]) first(n int) []T { return p.Items[:min(len(p.Items), n)] }

// turn are the buttons to the neighboring pages, or nothing. Pages go by Ref.Page.
func (p Page[T]) turn(a Action, r Ref) []slack.Block {
	var row []slack.BlockElement
	if p.Number > 0 {
		r.Page = p.Number - 1
		row = append(row, button(a+"#previous", "Previous", r, ""))
	}
	if p.More {
		r.Page = p.Number + 1
		row = append(row, button(a+"#next", "Next", r, ""))
	}
	if len(row) == 0 {
		return nil
	}
	return []slack.Block{actions("turn/"+string(a)+"/"+r.Want, row...)}
}

// pageOf cuts a page out of a list that is at hand as a whole. A page beyond the end is the last one.
func pageOf[T any](all []T, number, size int) Page[T] {
	last := max(0, (len(all)-1)/size)
	number = min(max(number, 0), last)
	end := min(len(all), (number+1)*size)
	return Page[T]{Items: all[number*size : end], Number: number, More: end < len(all), Total: len(all)}
}

// TasksMessage shows somebody the tasks of the current status, with a link to the card. Only they see it.
func TasksMessage(s Scene, inc flow.Incident) Message {
	if inc.Stage != flow.PostIncident {
		return Say(s.noTasksNow(inc))
	}
	tasks := inc.In(inc.Status)
	open, settled := split(tasks)
	top := join("\n", heading(inc), s.trail(inc))
	shown := []slack.Block{section(top, s.cardMenu(inc))}
	if to := s.cardLink(inc); to != "" {
		shown = append(shown, small(link(to, say("Open the card"))))
	}
	shown = append(shown, s.cardTasks(inc, open, settled, messageBlocks-len(shown)-1)...)
	shown = append(shown, small(s.lastLine(inc, open, tasks)))
	return message(join("\n", say("%s is in %s, %s.", inc.ID, statusOf(inc, inc.Status), settledOf(flow.Count(tasks))), s.openInWords(inc, open)), shown...)
}

func (s Scene) noTasksNow(inc flow.Incident) Text {
	switch {
	case inc.Stage == flow.Closed && inc.Snapshot != nil:
		return say("%s is closed: %s. To take its tasks up again: %s.", inc.ID, tallyOf(inc), s.command("reopen %s", inc.ID))
	case inc.Stage == flow.Closed:
		return say("%s is closed, and had no post-incident tasks. To reopen it: %s.", inc.ID, s.command("reopen %s", inc.ID))
	case inc.Snapshot != nil:
		return say("⏸ %s is active again; its tasks are paused (%s) and come back when it is resolved.", inc.ID, settledOf(flow.Count(inc.Tasks)))
	}
	return say("%s is active: its tasks begin when it is resolved, with %s.", inc.ID, s.command("close %s", inc.ID))
}

func tallyOf(inc flow.Incident) Text {
	p := flow.Count(inc.Tasks)
	return tally(p.Done, p.NotDoing)
}

// AllTasks shows the tasks of all statuses, page by page.
func AllTasks(s Scene, inc flow.Incident, number int) slack.ModalViewRequest {
	page := pageOf(inc.Tasks, number, TasksPage)
	shown := []slack.Block{section(join("\n", heading(inc), say("%s in all statuses.", settledOf(flow.Count(inc.Tasks)))), nil)}
	status := flow.Key("")
	for i, t := range page.Items {
		if i == 0 || t.Status != status {
			status = t.Status
			shown = append(shown, header(inc.Snapshot.StatusName(status)))
		}
		shown = append(shown, s.anyTask(inc, t)...)
	}
	if len(page.Items) == 0 {
		shown = append(shown, section(say("There are no tasks."), nil))
	}
	shown = append(shown, page.turn(ShowAll, Ref{Incident: inc.ID})...)
	return modal(ShowAll, Ref{Incident: inc.ID, Page: page.Number}, "Tasks of "+inc.ID.String(), "", shown...)
}

// anyTask is a task of any status with what can be done about it now.
func (s Scene) anyTask(inc flow.Incident, t flow.Task) []slack.Block {
	switch {
	case inc.Stage != flow.PostIncident:
		return []slack.Block{section(s.taskLine(inc, t), nil)}
	case t.State == flow.Open:
		return s.openTask(inc, t, false)
	}
	return []slack.Block{section(s.taskLine(inc, t), reopenButton(inc, t, "Reopen"))}
}

// Item is a task of some incident.
type Item struct {
	Incident flow.Incident
	Task     flow.TaskNumber
}

// TodoMessage lists somebody's open tasks across incidents.
func TodoMessage(s Scene, page Page[Item]) Message {
	items := page.first(TodoPage)
	if len(items) == 0 {
		return Say(say("Nothing is waiting for you. Incidents with open tasks: %s.", s.command("list post-incident")))
	}
	opening := say("%s for you.", counted(page.Total, len(items), "task"))
	shown, fallback := []slack.Block{section(opening, nil)}, []Text{opening}
	for _, it := range items {
		t, ok := it.Incident.Task(it.Task)
		if !ok {
			continue
		}
		line := s.itemLine(it.Incident, t)
		fallback = append(fallback, line)
		shown = append(shown, s.item(it.Incident, t, line)...)
	}
	return message(join("\n", fallback...), append(shown, page.turn(Todo, Ref{})...)...)
}

// counted is the total if somebody counted, else what is at hand.
func counted(total, here int, noun words) Text { return count(max(total, here), noun) }

// itemLine is a task with its incident: *Create a post-mortem document*, INC-42, was due Tue Dec 2, date changed once.
func (s Scene) itemLine(inc flow.Incident, t flow.Task) Text {
	return say("%s %s", s.state(inc, t), join(", ", bold(title(t)), heading(inc), s.due(inc, t), dateChanged(t.Moved)))
}

func (s Scene) item(inc flow.Incident, t flow.Task, line Text) []slack.Block {
	row := append(s.taskButtons(inc, t, false), button(CannotDo, "Can't do it", ref(inc, t), t.Title))
	return []slack.Block{section(line, taskMenu(inc, t)), actions("task/"+ref(inc, t).String(), row...)}
}

// Filter says which incidents a list holds.
type Filter string

// The filters of /inc list, as one types them. The empty one is everything that is not closed.
const (
	Everything  Filter = ""
	InPost      Filter = "post-incident"
	WithOverdue Filter = "overdue"
	Mine        Filter = "mine"
)

// ListMessage lists incidents.
func ListMessage(s Scene, f Filter, page Page[flow.Incident]) Message {
	items := page.first(ListPage)
	name := words("not closed yet")
	switch f {
	case InPost:
		name = "in the post-incident stage"
	case WithOverdue:
		name = "with late tasks"
	case Mine:
		name = "that you are part of"
	}
	switch {
	case len(items) == 0 && f == Everything:
		return Say(say("Every incident is closed."))
	case len(items) == 0:
		return Say(say("There are no incidents %s.", say(name)))
	}
	opening := say("%s %s.", counted(page.Total, len(items), "incident"), say(name))
	shown, fallback := []slack.Block{section(opening, nil)}, []Text{opening}
	for _, inc := range items {
		line := s.incidentLine(inc)
		fallback = append(fallback, line)
		shown = append(shown, section(line, button(Summary, "Open", Ref{Incident: inc.ID}, inc.ID.String())))
	}
	return message(join("\n", fallback...), append(shown, page.turn(List, Ref{Want: string(f)})...)...)
}

// incidentLine is an incident with where it stands: INC-42 · Checkout errors in EU · Reviewing, 1 of 3 settled · Ana · since Mon Dec 1.
func (s Scene) incidentLine(inc flow.Incident) Text {
	where, since := s.statusName(inc), inc.Since
	switch inc.Stage {
	case flow.PostIncident:
		where = say("%s, %s", where, settledOf(inc.Progress(inc.Status)))
	case flow.Closed:
		since = inc.ClosedAt
	}
	lead := Text{}
	if u := inc.Lead(); u != "" {
		lead = s.name(u)
	}
	return join(" · ", bold(heading(inc)), where, lead, say("since %s", s.date(since)))
}

// SummaryMessage is one incident at a glance.
func SummaryMessage(s Scene, inc flow.Incident) Message {
	line := s.incidentLine(inc)
	where, _ := channel(inc.Channel)
	facts := join(" · ", say("Severity %s", s.severity(inc)), say("type %s", brief(s.Process.TypeName(inc.Type), shortPerson)), where,
		say("declared by %s, %s", s.name(inc.DeclaredBy), s.date(inc.DeclaredAt)))
	shown := append([]slack.Block{section(line, nil)}, paragraph(brief(inc.Summary, 1000))...)
	shown = append(shown, small(facts))
	if inc.OptedOut != nil {
		shown = append(shown, section(say("%s opted out: %s", s.name(inc.OptedOut.By), reason(inc.OptedOut.Reason)), nil))
	}
	shown = append(shown, actions("summary/"+inc.ID.String(), append(s.declaredButtons(inc), s.summaryTimeline(inc)...)...))
	return message(join(". ", line, facts), shown...)
}

func (s Scene) summaryTimeline(inc flow.Incident) []slack.BlockElement {
	if inc.Stage == flow.Closed {
		return nil // it is among the buttons already
	}
	return []slack.BlockElement{button(Timeline, "Timeline", Ref{Incident: inc.ID}, inc.ID.String())}
}
