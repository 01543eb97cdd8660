package flowfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"epilogue/flow"
)

// Write writes a process for people to read and change. The same process makes the same bytes, and Read
// makes the same process of them, save that a weekday, a holiday or a value of a condition is there once.
//
// A process with problems by flow.Process.Check, or one that holds what the file cannot (a person's id
// that is none of Slack's, bytes that are not text, more than MaxSize), is refused, and nothing is
// written.
func Write(to io.Writer, p flow.Process) error {
	if problems := p.Check(); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, problem := range problems {
			lines[i] = problem.String()
		}
		return fmt.Errorf("write the process: %s", strings.Join(lines, "\n"))
	}
	data := render(p)
	again, err := Read(bytes.NewReader(data), "process")
	if err != nil {
		return fmt.Errorf("write the process: %w", err)
	}
	if !bytes.Equal(render(again), data) {
		return errors.New("write the process: it holds bytes that are not text")
	}
	if _, err := to.Write(data); err != nil {
		return fmt.Errorf("write the process: %w", err)
	}
	return nil
}

const preamble = `# The process: what an incident goes through, above all after it is resolved.
# The file is the whole of it: what is not in it is retired or removed when it is imported.
# A key is permanent, and what others refer to; a name can be changed at any time.
#
# Of a flow:  entry is ask or automatic, with applies_to and enters_when as conditions that must all match;
#             opt_out is everyone (if left out), lead-and-admins, admins or nobody.
# Of a task:  assignee is the key of a role or {person: U024BE7LH}; due is 2bd, 3d or 12h (business days,
#             days, hours) from when its status begins; optional: true lets everyone say not doing.
# Of a flow:  reminders are the steps of its ladder (day-before, on-the-day, one-late, three-late, five-late; all if left out), or none.
# Of a template: its text is Markdown, and {{name}} and the like stand for what is known of the incident: {{reference}}, {{summary}}, {{timeline}}, ….
# A condition is severity: {at-least: major}, or severity or type with is-one-of or is-not and a list.
`

// printer writes lines. The YAML library would do for the syntax, not for blank lines, comments and
// emoji; Write reads the result back with it, so that what it writes is YAML for sure.
type printer struct {
	out    bytes.Buffer
	indent int
	dash   bool // the next line is the first of a list's entry
}

func render(p flow.Process) []byte {
	var w printer
	w.out.WriteString(preamble)
	if p.Version > 0 {
		w.line("version", strconv.Itoa(p.Version)+" # the one that this file was made from; importing makes the next")
	}
	w.labels("severities", "the least severe first", p.Severities)
	w.labels("types", "the first one is the default", p.Types)
	section(&w, "roles", "what a person holds on an incident; there is always a lead", p.Roles, w.role)
	w.labels("active_statuses", "in order; an incident starts in the first one", p.ActiveStatuses)
	w.calendar(p.Calendar)
	w.hours(p.Hours)
	w.admins(p.Admins)
	w.reminders(p.Reminders)
	if p.FollowUpEmoji != "" {
		w.out.WriteByte('\n')
		w.line("follow_up_emoji", w.text(p.FollowUpEmoji)+" # on a message in an incident's channel, it adds a follow-up")
	}
	w.templates(p.Templates)
	section(&w, "flows", "of those that apply to an incident, the first one counts", p.Flows, w.flow)
	return w.out.Bytes()
}

// section is a list at the top, set off by a blank line.
func section[T any](w *printer, name, comment string, entries []T, one func(T)) {
	w.out.WriteByte('\n')
	if len(entries) == 0 {
		w.line(name, "[] # "+comment)
		return
	}
	w.line(name, "# "+comment)
	w.indented(func() { each(w, entries, one) })
}

// sub is a list inside something else.
func sub[T any](w *printer, name string, entries []T, one func(T)) {
	w.line(name, "")
	w.indented(func() { each(w, entries, one) })
}

func each[T any](w *printer, entries []T, one func(T)) {
	for _, e := range entries {
		w.dash = true
		w.indented(func() { one(e) })
	}
}

func (w *printer) indented(do func()) {
	w.indent++
	do()
	w.indent--
}

// line writes "key: value", or "key:" for what follows on lines of its own.
func (w *printer) line(key, value string) {
	lead := strings.Repeat("  ", w.indent)
	if w.dash {
		lead, w.dash = lead[:len(lead)-2]+"- ", false
	}
	w.out.WriteString(strings.TrimSuffix(lead+key+": "+value, " ") + "\n")
}

func (w *printer) labels(name, comment string, labels []flow.Label) {
	section(w, name, comment, labels, func(l flow.Label) {
		w.line("key", word(l.Key))
		w.line("name", w.text(l.Name))
		w.flag("retired", l.Retired)
	})
}

func (w *printer) role(r flow.Role) {
	w.line("key", word(r.Key))
	w.line("name", w.text(r.Name))
	w.optional("description", w.text(r.Description), r.Description != "")
	w.flag("retired", r.Retired)
}

func (w *printer) calendar(c flow.Calendar) {
	w.out.WriteByte('\n')
	w.line("calendar", "# what business days are; no working days: every day that is no holiday")
	w.indented(func() {
		var days []string
		for _, d := range once(c.WorkingDays) {
			days = append(days, weekdayText(d))
		}
		w.line("working_days", inline(days))
		if len(c.Holidays) > 0 {
			w.line("holidays", "")
			for _, d := range once(c.Holidays) {
				fmt.Fprintf(&w.out, "    - %s\n", d)
			}
		}
	})
}

func (w *printer) hours(h flow.WorkingHours) {
	if h == (flow.WorkingHours{}) {
		return
	}
	w.out.WriteByte('\n')
	w.line("hours", "# when people work, by everyone's own clock: nobody is reminded outside of them")
	w.indented(func() {
		w.line("from", word(h.From.String()))
		w.line("to", word(h.To.String()))
		w.optional("digest", word(h.Digest.String()), h.Digest != 0)
	})
}

func (w *printer) admins(a flow.AdminList) {
	if len(a.People)+len(a.Groups) == 0 {
		return
	}
	w.out.WriteByte('\n')
	w.line("admins", "# who shapes this besides the workspace's admins and owners: people, and user groups")
	w.indented(func() {
		w.optional("people", inline(wordsOf(a.People)), len(a.People) > 0)
		w.optional("groups", inline(wordsOf(a.Groups)), len(a.Groups) > 0)
	})
}

func (w *printer) flow(f flow.Flow) {
	w.line("key", word(f.Key))
	w.line("name", w.text(f.Name))
	w.optional("description", w.text(f.Description), f.Description != "")
	w.flag("disabled", f.Disabled)
	w.conditions("applies_to", f.AppliesTo)
	w.line("entry", word(f.Entry))
	w.conditions("enters_when", f.EntersWhen)
	w.optional("opt_out", word(f.OptOut), f.OptOut != flow.Everyone)
	w.optional("reminders", inline(words(f.Reminders)), len(f.Reminders) > 0)
	w.optional("templates", inline(words(f.Templates)), len(f.Templates) > 0)
	if len(f.Statuses) == 0 {
		w.line("statuses", "[]")
		return
	}
	sub(w, "statuses", f.Statuses, w.status)
}

func (w *printer) templates(templates []flow.PostmortemTemplate) {
	if len(templates) == 0 { // then they are those that Epilogue brings
		return
	}
	section(w, "templates", "what post-mortems are made from; a flow names the ones it offers, else all are", templates, func(t flow.PostmortemTemplate) {
		w.line("key", word(t.Key))
		w.line("name", w.text(t.Name))
		w.line("text", w.text(t.Text))
		w.flag("retired", t.Retired)
	})
}

func (w *printer) reminders(m flow.Reminders) {
	if m == (flow.Reminders{}) {
		return
	}
	w.out.WriteByte('\n')
	w.line("reminders", "# who hears of what is five business days late, and where the weekly report goes")
	w.indented(func() {
		if m.Escalation != (flow.Escalation{}) {
			w.line("escalation", "")
			w.indented(func() {
				w.optional("channel", word(m.Escalation.Channel), m.Escalation.Channel != "")
				w.optional("person", word(m.Escalation.Person), m.Escalation.Person != "")
			})
		}
		w.optional("report", word(m.Report), m.Report != "")
	})
}

func words[T ~string](keys []T) []string {
	var out []string
	for _, k := range keys {
		out = append(out, word(k))
	}
	return out
}

func (w *printer) conditions(name string, conditions []flow.Condition) {
	if len(conditions) == 0 {
		return
	}
	sub(w, name, conditions, func(c flow.Condition) {
		w.line(word(c.Field), "{"+word(c.Op)+": "+conditionValue(c)+"}")
	})
}

func (w *printer) status(s flow.Status) {
	w.line("key", word(s.Key))
	w.line("name", w.text(s.Name))
	if len(s.Tasks) > 0 {
		sub(w, "tasks", s.Tasks, w.task)
	}
}

func (w *printer) task(t flow.Template) {
	w.line("key", word(t.Key))
	w.line("kind", word(t.Kind))
	w.optional("role", word(t.Role), t.Role != "")
	w.line("title", w.text(t.Title))
	w.optional("description", w.text(t.Description), t.Description != "")
	w.optional("assignee", assigneeText(t.Assignee), t.Assignee != flow.Assignee{})
	w.optional("due", offsetText(t.Due), t.Due != flow.Offset{})
	w.flag("optional", t.Optional)
}

func (w *printer) optional(key, value string, given bool) {
	if given {
		w.line(key, value)
	}
}

func (w *printer) flag(key string, set bool) { w.optional(key, "true", set) }
