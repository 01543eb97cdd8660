package flow

// Process is everything that admins shape, as one value with one version number; every saved edit makes the next.
type Process struct {
	Version        int       `json:"version"`
	Flows          []Flow    `json:"flows"`
	ActiveStatuses []Label   `json:"active_statuses"` // in order; the first one is where an incident starts
	Severities     []Label   `json:"severities"`      // in order, the least severe first
	Types          []Label   `json:"types"`           // the first one is the default
	Roles          []Role    `json:"roles"`
	Calendar       Calendar  `json:"calendar"`
	Admins         AdminList `json:"admins,omitzero"`

	Hours WorkingHours `json:"hours,omitzero"`

	Templates []PostmortemTemplate `json:"templates,omitempty"` // of post-mortems; none: those that Epilogue brings
	Reminders Reminders            `json:"reminders,omitzero"`

	FollowUpEmoji string `json:"follow_up_emoji,omitempty"` // on a message it adds a follow-up; without colons; empty: none does
}

// Label is a permanent key beside a free name. What is retired is offered no more, and still understood where it is used.
type Label struct {
	Key     Key    `json:"key"`
	Name    string `json:"name"`
	Retired bool   `json:"retired,omitempty"`
}

// Role is something that a person holds on an incident.
type Role struct {
	Key         Key    `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Retired     bool   `json:"retired,omitempty"`
}

// LeadRole is the key of the role that leads an incident. Every process has it, and it is never retired.
const LeadRole Key = "lead"

// Flow is an ordered list of post-incident statuses with their tasks, plus the rules for who enters.
type Flow struct {
	Key         Key         `json:"key"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"` // for whoever chooses it or edits it
	Disabled    bool        `json:"disabled,omitempty"`
	AppliesTo   []Condition `json:"applies_to,omitempty"`  // all must match; none: every incident
	Entry       Entry       `json:"entry"`                 //
	EntersWhen  []Condition `json:"enters_when,omitempty"` // for automatic entry: all must match; none: always
	OptOut      Right       `json:"opt_out"`               // who may opt out
	Statuses    []Status    `json:"statuses"`

	Templates []Key  `json:"templates,omitempty"` // the post-mortem templates offered, the usual one first; none: all
	Reminders []Step `json:"reminders,omitempty"` // the ladder of its tasks; none: all steps
}

// Tasks is the number of tasks in all statuses of the flow.
func (f Flow) Tasks() int {
	n := 0
	for _, s := range f.Statuses {
		n += len(s.Tasks)
	}
	return n
}

// Entry says how an incident gets into a flow when it is resolved.
type Entry string

// The two ways in.
const (
	Ask       Entry = "ask"       // the person who closes is asked
	Automatic Entry = "automatic" // it enters by itself if the conditions for it match, else as Ask
)

var entries = []Entry{Ask, Automatic}

// Right says who may do something that only some may do.
type Right string

// Who may opt out, from most to least.
const (
	Everyone      Right = "everyone"
	LeadAndAdmins Right = "lead-and-admins"
	Admins        Right = "admins"
	Nobody        Right = "nobody"
)

var rights = []Right{Everyone, LeadAndAdmins, Admins, Nobody}

// Status is one step of a flow.
type Status struct {
	Key   Key        `json:"key"`
	Name  string     `json:"name"`
	Tasks []Template `json:"tasks,omitempty"`
}

// Template is a task as a flow defines it.
type Template struct {
	Key         Key      `json:"key"`
	Kind        Kind     `json:"kind"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"` // instructions
	Role        Key      `json:"role,omitempty"`        // for AssignRole: the role that must be held
	Assignee    Assignee `json:"assignee,omitzero"`
	Due         Offset   `json:"due,omitzero"`
	Optional    bool     `json:"optional,omitempty"` // may be marked not doing by everyone, whoever may opt out
}

// Assignee is who gets a task by default: nobody (the zero value), a person, or whoever holds a role.
type Assignee struct {
	User UserID `json:"user,omitempty"`
	Role Key    `json:"role,omitempty"`
}

// Kind is what completes a task. The names are stored for ever.
type Kind string

// The task kinds.
const (
	ReviewTimeline     Kind = "review_timeline"
	CreatePostmortem   Kind = "create_postmortem"
	ScheduleDebrief    Kind = "schedule_debrief"
	HoldDebrief        Kind = "hold_debrief"
	CompletePostmortem Kind = "complete_postmortem"
	SharePostmortem    Kind = "share_postmortem"
	ReviewFollowUps    Kind = "review_followups"
	AssignRole         Kind = "assign_role"
	Custom             Kind = "custom"
)

// Kinds lists the task kinds in the order in which they are offered.
func Kinds() []Kind {
	return []Kind{
		ReviewTimeline, CreatePostmortem, ScheduleDebrief, HoldDebrief, CompletePostmortem,
		SharePostmortem, ReviewFollowUps, AssignRole, Custom,
	}
}

// Offset is how long after the beginning of its status a task is due. The zero value is no due date.
type Offset struct {
	N    int  `json:"n,omitempty"`
	Unit Unit `json:"unit,omitempty"`
}

// Unit is what an offset counts.
type Unit string

// The units of an offset. Its result is a calendar day in any case.
const (
	BusinessDays Unit = "business-days"
	Days         Unit = "days"
	Hours        Unit = "hours"
)

// labelName is the visible name behind a key, and the key itself where the process does not know it.
func labelName(labels []Label, k Key) string {
	for _, l := range labels {
		if l.Key == k {
			return l.Name
		}
	}
	return string(k)
}

// SeverityName is the visible name of a severity. Here as below an unknown key is its own name.
func (p Process) SeverityName(k Key) string { return labelName(p.Severities, k) }

// TypeName is the visible name of an incident type.
func (p Process) TypeName(k Key) string { return labelName(p.Types, k) }

// StatusName is the visible name of an active status.
func (p Process) StatusName(k Key) string { return labelName(p.ActiveStatuses, k) }

// RoleName is the visible name of a role.
func (p Process) RoleName(k Key) string {
	for _, r := range p.Roles {
		if r.Key == k {
			return r.Name
		}
	}
	return string(k)
}

// Offered are the labels that can be chosen: all that are not retired.
func Offered(labels []Label) []Label {
	var out []Label
	for _, l := range labels {
		if !l.Retired {
			out = append(out, l)
		}
	}
	return out
}

func offers(labels []Label, k Key) bool {
	for _, l := range labels {
		if l.Key == k {
			return !l.Retired
		}
	}
	return false
}

func firstOffered(labels []Label) Key {
	for _, l := range labels {
		if !l.Retired {
			return l.Key
		}
	}
	return ""
}

func (p Process) hasRole(k Key) bool {
	for _, r := range p.Roles {
		if r.Key == k {
			return !r.Retired
		}
	}
	return false
}
