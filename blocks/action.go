package blocks

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"epilogue/flow"
)

// Action is a verb: the action_id of whatever asks for it, and the callback_id of the form that carries it out.
//
// Actions stand in messages in people's channels: the names are for ever. A button that is gone from the code may still be pressed.
type Action string

// What clicks and forms ask for. Those marked "form" open a form under the same name; the others act at once.
const (
	Take         Action = "task.take"         // assign to whoever clicked
	Complete     Action = "task.done"         //
	Skip         Action = "task.not-doing"    // form
	Assign       Action = "task.assign"       // form
	CannotDo     Action = "task.cannot"       // form: the assignee hands the task on
	SetDue       Action = "task.due"          // form
	Instructions Action = "task.instructions" // shows
	Remove       Action = "task.remove"       // form
	ReopenTask   Action = "task.reopen"       // Ref.Back: it was said that this goes back to an earlier status
	AddTask      Action = "task.add"          // form

	Postmortems        Action = "postmortem"          // shows the documents, or the form for one
	AddPostmortem      Action = "postmortem.add"      // form
	CompletePostmortem Action = "postmortem.complete" //
	ReviewPostmortem   Action = "postmortem.review"   //
	DraftPostmortem    Action = "postmortem.draft"    //
	MainPostmortem     Action = "postmortem.main"     //
	DetachPostmortem   Action = "postmortem.detach"   // form
	SharePostmortem    Action = "postmortem.share"    // form
	AttachOffered      Action = "postmortem.attach"   // Ref.Want names the link that was offered
	AttachMessage      Action = "postmortem.message"  // the shortcut: form
	StuckList          Action = "incidents.stuck"     // form: shows those that go nowhere, and opts some of them out
	Snooze             Action = "task.snooze"         // at once to the day of Ref.Want; form without one
	PauseReminders     Action = "reminders.pause"     // form
	ResumeReminders    Action = "reminders.resume"    //
	RemindersList      Action = "reminders"           // shows, Ref.Page

	UpdateFromFlow Action = "incident.update-from-flow" // form; Ref.Flow and Ref.Want are the flow and the version that were shown

	Declare    Action = "incident.declare"       // form
	Again      Action = "incident.declare-again" // form: the same name within a minute was meant
	Update     Action = "incident.update"        // form
	Roles      Action = "incident.roles"         // form
	Close      Action = "incident.close"         // form; Ref.Want is the flow.Way that was shown
	OptOut     Action = "incident.opt-out"       // form
	MoveOn     Action = "incident.move-on"       // form; Ref.Status is the status that is left
	Reopen     Action = "incident.reopen"        // form
	Summary    Action = "incident.summary"       // shows the incident
	Tasks      Action = "incident.tasks"         // shows the current tasks
	ShowAll    Action = "incident.all-tasks"     // shows the tasks of all statuses, Ref.Page
	Timeline   Action = "incident.timeline"      // shows, Ref.Page
	Invite     Action = "incident.invite"        // bring Ref.Person into the channel, then do Ref.Want
	RetryOpen  Action = "channel.retry"          // ask Slack for a channel again
	UseChannel Action = "channel.use"            // form
	Pick       Action = "incident.pick"          // form: which incident a command (Ref.Want) is about
	Todo       Action = "todo"                   // shows, Ref.Page
	List       Action = "list"                   // shows, Ref.Want is the filter, Ref.Page
	HomePage   Action = "home.page"              // Ref.Want is the section, Ref.Page
	HomeShow   Action = "home.show"              // a menu: Ref.Want is the filter
	HomeFlow   Action = "home.flow"              // a menu: Ref.Flow is the only flow to be shown

	// What admins do to the process. Ref.Page is the wanted place of what is moved, Ref.Version the version that a form was drawn from.
	EditFlow        Action = "flow.edit"             // form
	AddFlow         Action = "flow.add"              // form; Ref.Flow is the one to be copied
	CopyFlow        Action = "flow.copy"             // opens AddFlow
	MoveFlow        Action = "flow.move"             // form, where no incident would get to another one then
	DisableFlow     Action = "flow.disable"          // form
	EnableFlow      Action = "flow.enable"           // form
	RemoveFlow      Action = "flow.remove"           // form
	PreviewFlow     Action = "flow.preview"          // shows
	FlowRules       Action = "flow.rules"            // form; Ref.Want is the field
	AddStatus       Action = "status.add"            // form
	EditStatus      Action = "status.edit"           // form
	MoveStatus      Action = "status.move"           //
	RemoveStatus    Action = "status.remove"         // form
	AddTemplate     Action = "template.add"          // opens EditTemplate
	EditTemplate    Action = "template.edit"         // form; Ref.Key is the task, empty for a new one
	MoveTemplate    Action = "template.move"         //
	RemoveTemplate  Action = "template.remove"       // form
	UpdateIncidents Action = "flow.update-incidents" // form
	Settings        Action = "process.settings"      // shows
	Labels          Action = "process.labels"        // shows; Ref.Want is the list here and below
	AddLabel        Action = "label.add"             // opens EditLabel
	EditLabel       Action = "label.edit"            // form; Ref.Key is the label, empty for a new one
	MoveLabel       Action = "label.move"            // form, where conditions would mean something else then
	RetireLabel     Action = "label.retire"          // form
	RestoreLabel    Action = "label.restore"         //
	EditCalendar    Action = "process.calendar"      // form
	EditReminders   Action = "process.reminders"     // form
	EditAdmins      Action = "process.admins"        // form
	History         Action = "process.history"       // shows, Ref.Page
	Version         Action = "process.version"       // shows, Ref.Version
	GoBack          Action = "process.go-back"       // form; Ref.Want is the version to go back to

	OpenHome Action = "home.open" // a link: nothing to do
	More     Action = "more"      // an overflow menu: Meant tells what was chosen
	Dismiss  Action = "dismiss"   // a question answered with no
	Noticed  Action = "notice"    // a view that only says something
)

// Of follow-ups and notes.
const (
	FollowUps      Action = "incident.follow-ups"    // shows, Ref.Page
	AddFollowUp    Action = "follow-up.add"          // form; Ref.Channel and Ref.TS name the message it came up in
	FromMessage    Action = "follow-up.from-message" // a shortcut: the form, with a message
	EditFollowUp   Action = "follow-up.edit"         // form
	FollowUpDone   Action = "follow-up.done"         //
	SkipFollowUp   Action = "follow-up.not-doing"    // form
	ReopenFollowUp Action = "follow-up.reopen"       //
	AssignFollowUp Action = "follow-up.assign"       // form
	SnoozeFollowUp Action = "follow-up.snooze"       // at once to the day of Ref.Want; form without one
	EditNote       Action = "note.edit"              // form; Ref.Event is the event that wrote it
	RemoveNote     Action = "note.remove"            // form
)

// Ref is what a click or a form is about: the value of a button or an option, and the private_metadata of a form. It says what is wanted
// ("set to"), never "toggle", so that a click that arrives twice does nothing the second time.
type Ref struct {
	Incident flow.IncidentID
	Task     flow.TaskNumber
	Status   flow.Key       // the status that was meant
	Flow     flow.Key       // the flow that was shown
	Person   flow.UserID    //
	Channel  flow.ChannelID //
	Back     bool           // it was said that this goes back to an earlier status
	Page     int            // 0 is the first

	Document flow.DocumentNumber // 0 is the main one
	Want     string              // a filter, a section, a command: see the actions
	Key      flow.Key            // a task or a label of the process
	Version  int                 // of the process
	Under    [2]int              // of the process, from which the forms below this one were drawn, the lowest first; 0: there is none
	FollowUp flow.FollowUpNumber
	Event    uint64 // the Seq of one
	TS       string // of a message, in Channel
}

// String is the stored form: INC-42/3?s=reviewing. It is for ever, like the actions.
func (r Ref) String() string {
	var b strings.Builder
	if r.Incident != 0 {
		b.WriteString(r.Incident.String())
	}
	if r.Task != 0 {
		fmt.Fprintf(&b, "/%d", int(r.Task))
	}
	v := url.Values{}
	put := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	put("s", string(r.Status))
	put("f", string(r.Flow))
	put("u", string(r.Person))
	put("c", string(r.Channel))
	put("w", r.Want)
	if r.Document != 0 {
		v.Set("d", strconv.Itoa(int(r.Document)))
	}
	put("k", string(r.Key))
	if r.Back {
		put("b", "1")
	}
	if r.Page != 0 {
		put("p", strconv.Itoa(r.Page))
	}
	if r.Version != 0 {
		put("v", strconv.Itoa(r.Version))
	}
	if r.Under[0] != 0 {
		put("l", fmt.Sprintf("%d.%d", r.Under[0], r.Under[1]))
	}
	if r.FollowUp != 0 {
		put("n", strconv.Itoa(int(r.FollowUp)))
	}
	if r.Event != 0 {
		put("e", strconv.FormatUint(r.Event, 10))
	}
	put("m", r.TS)
	if len(v) > 0 {
		b.WriteString("?" + v.Encode())
	}
	return b.String()
}

// errRef is what ParseRef and Meant answer to anything that this package has not written.
var errRef = errors.New("not a reference of ours")

// ParseRef reads what Ref.String wrote. Unknown parameters are ignored, so that an older program reads a newer message.
func ParseRef(s string) (Ref, error) {
	path, query, _ := strings.Cut(s, "?")
	incident, task, _ := strings.Cut(path, "/")
	var r Ref
	var ok bool
	if incident != "" {
		if r.Incident, ok = flow.ParseReference(incident); !ok {
			return Ref{}, errRef
		}
	}
	if task != "" {
		n, err := strconv.Atoi(task)
		if err != nil || n < 1 {
			return Ref{}, errRef
		}
		r.Task = flow.TaskNumber(n)
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return Ref{}, errRef
	}
	if p := v.Get("p"); p != "" {
		if r.Page, err = strconv.Atoi(p); err != nil || r.Page < 0 {
			return Ref{}, errRef
		}
	}
	if d := v.Get("d"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil || n < 1 {
			return Ref{}, errRef
		}
		r.Document = flow.DocumentNumber(n)
	}
	if n := v.Get("n"); n != "" {
		number, err := strconv.Atoi(n)
		if err != nil || number < 1 {
			return Ref{}, errRef
		}
		r.FollowUp = flow.FollowUpNumber(number)
	}
	if e := v.Get("e"); e != "" {
		if r.Event, err = strconv.ParseUint(e, 10, 64); err != nil {
			return Ref{}, errRef
		}
	}
	r.TS = v.Get("m")
	r.Status, r.Flow, r.Person = flow.Key(v.Get("s")), flow.Key(v.Get("f")), flow.UserID(v.Get("u"))
	if p := v.Get("v"); p != "" {
		if r.Version, err = strconv.Atoi(p); err != nil || r.Version < 0 {
			return Ref{}, errRef
		}
	}
	if l := v.Get("l"); l != "" {
		if _, err := fmt.Sscanf(l, "%d.%d", &r.Under[0], &r.Under[1]); err != nil || r.Under[0] < 1 || r.Under[1] < 0 {
			return Ref{}, errRef
		}
	}
	r.Key = flow.Key(v.Get("k"))
	r.Channel, r.Back, r.Want = flow.ChannelID(v.Get("c")), v.Get("b") == "1", v.Get("w")
	return r, nil
}

// Meant tells what a click asks for, from its action_id and its value. For an overflow menu the value is that of the option chosen.
// What follows a # in an action_id only keeps two buttons of one row apart.
func Meant(actionID, value string) (Action, Ref, error) {
	id, _, _ := strings.Cut(actionID, "#")
	action := Action(id)
	if action == More {
		verb, rest, ok := strings.Cut(value, " ")
		if !ok {
			return "", Ref{}, errRef
		}
		action, value = Action(verb), rest
	}
	ref, err := ParseRef(value)
	return action, ref, err
}

// chosen is the value of an overflow option: the verb, then what it is about.
func chosen(a Action, r Ref) string { return string(a) + " " + r.String() }
