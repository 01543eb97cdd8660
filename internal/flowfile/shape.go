package flowfile

import (
	"time"

	"go.yaml.in/yaml/v4"

	"epilogue/flow"
)

// This is the whole shape of the file, from the top down. write.go writes the same.

const wholeProcess = "missing; the file is the whole process, so it needs every section"

func (r *reader) process(p *flow.Process) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"version", "", scalar(r, &p.Version, parseVersion)},
			field{"severities", wholeProcess, list(r, &p.Severities, r.label)},
			field{"types", wholeProcess, list(r, &p.Types, r.label)},
			field{"roles", wholeProcess, list(r, &p.Roles, r.role)},
			field{"active_statuses", wholeProcess, list(r, &p.ActiveStatuses, r.label)},
			field{"calendar", wholeProcess, r.calendar(&p.Calendar)},
			field{"hours", "", r.hours(&p.Hours)},
			field{"admins", "", r.admins(&p.Admins)},
			field{"reminders", "", r.reminders(&p.Reminders)},
			field{"follow_up_emoji", "", text(r, &p.FollowUpEmoji)},
			field{"templates", "", list(r, &p.Templates, r.template)},
			field{"flows", wholeProcess, list(r, &p.Flows, r.flow)},
		)
	}
}

func (r *reader) label(l *flow.Label) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"key", missing, text(r, &l.Key)},
			field{"name", missing, text(r, &l.Name)},
			field{"retired", "", scalar(r, &l.Retired, parseBool)},
		)
	}
}

func (r *reader) role(l *flow.Role) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"key", missing, text(r, &l.Key)},
			field{"name", missing, text(r, &l.Name)},
			field{"description", "", text(r, &l.Description)},
			field{"retired", "", scalar(r, &l.Retired, parseBool)},
		)
	}
}

func (r *reader) calendar(c *flow.Calendar) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"working_days", "missing; write [] if every day is one", set(r, &c.WorkingDays, r.weekday)},
			field{"holidays", "", set(r, &c.Holidays, r.date)},
		)
	}
}

func (r *reader) hours(h *flow.WorkingHours) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"from", missing + "; a time such as \"09:00\"", scalar(r, &h.From, parseTime)},
			field{"to", missing + "; a time such as \"17:00\"", scalar(r, &h.To, parseTime)},
			field{"digest", "", scalar(r, &h.Digest, parseTime)},
		)
	}
}

func (r *reader) admins(a *flow.AdminList) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"people", "", set(r, &a.People, func(u *flow.UserID) take { return scalar(r, u, parsePerson) })},
			field{"groups", "", set(r, &a.Groups, func(g *flow.GroupID) take { return scalar(r, g, parseGroup) })},
		)
	}
}

func (r *reader) weekday(d *time.Weekday) take { return scalar(r, d, parseWeekday) }

func (r *reader) date(d *flow.Date) take { return scalar(r, d, parseDate) }

func (r *reader) flow(f *flow.Flow) take {
	return func(path string, node *yaml.Node) {
		f.OptOut = flow.Everyone
		r.fields(path, node,
			field{"key", missing, text(r, &f.Key)},
			field{"name", missing, text(r, &f.Name)},
			field{"description", "", text(r, &f.Description)},
			field{"disabled", "", scalar(r, &f.Disabled, parseBool)},
			field{"applies_to", "", list(r, &f.AppliesTo, r.condition)},
			field{"entry", missing + "; ask or automatic", oneOf(r, &f.Entry, flow.Ask, flow.Automatic)},
			field{"enters_when", "", list(r, &f.EntersWhen, r.condition)},
			field{"opt_out", "", oneOf(r, &f.OptOut, flow.Everyone, flow.LeadAndAdmins, flow.Admins, flow.Nobody)},
			field{"statuses", missing + "; write [] for a flow without any", list(r, &f.Statuses, r.status)},
			field{"reminders", "", set(r, &f.Reminders, func(s *flow.Step) take { return oneOf(r, s, append(flow.Steps(), flow.NoSteps)...) })},
			field{"templates", "", set(r, &f.Templates, func(k *flow.Key) take { return text(r, k) })},
		)
	}
}

func (r *reader) reminders(m *flow.Reminders) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"escalation", "", func(path string, node *yaml.Node) {
				r.fields(path, node,
					field{"channel", "", text(r, &m.Escalation.Channel)},
					field{"person", "", scalar(r, &m.Escalation.Person, parsePerson)},
				)
			}},
			field{"report", "", text(r, &m.Report)},
		)
	}
}

func (r *reader) template(t *flow.PostmortemTemplate) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"key", missing, text(r, &t.Key)},
			field{"name", missing, text(r, &t.Name)},
			field{"text", missing, text(r, &t.Text)},
			field{"retired", "", scalar(r, &t.Retired, parseBool)},
		)
	}
}

func (r *reader) status(s *flow.Status) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"key", missing, text(r, &s.Key)},
			field{"name", missing, text(r, &s.Name)},
			field{"tasks", "", list(r, &s.Tasks, r.task)},
		)
	}
}

func (r *reader) task(t *flow.Template) take {
	return func(path string, node *yaml.Node) {
		r.fields(path, node,
			field{"key", missing, text(r, &t.Key)},
			field{"kind", missing, oneOf(r, &t.Kind, flow.Kinds()...)},
			field{"title", missing, text(r, &t.Title)},
			field{"description", "", text(r, &t.Description)},
			field{"role", "", text(r, &t.Role)},
			field{"assignee", "", r.assignee(&t.Assignee)},
			field{"due", "", scalar(r, &t.Due, parseOffset)},
			field{"optional", "", scalar(r, &t.Optional, parseBool)},
		)
	}
}

// assignee is the key of a role, or a person: {person: U024BE7LH}.
func (r *reader) assignee(a *flow.Assignee) take {
	return func(path string, node *yaml.Node) {
		switch {
		case node.Kind == yaml.SequenceNode:
			r.lose(path, node, "want the key of a role or {person: U024BE7LH}, not a list")
		case node.Kind == yaml.MappingNode:
			r.fields(path, node, field{"person", missing + "; for a role write its key alone", scalar(r, &a.User, parsePerson)})
		case node.Value == "":
			r.lose(path, node, "empty; fill it in or remove it")
		default:
			text(r, &a.Role)(path, node)
		}
	}
}

// condition is one field with one comparison: severity: {at-least: major}.
func (r *reader) condition(c *flow.Condition) take {
	return func(path string, node *yaml.Node) {
		r.visitOnly(path, node, choice(r, &c.Field, flow.Severity, flow.Type), func(path string, node *yaml.Node) {
			r.visitOnly(path, node, choice(r, &c.Op, flow.AtLeast, flow.IsOneOf, flow.IsNot), func(path string, node *yaml.Node) {
				r.keys(&c.Values, c.Op != flow.AtLeast)(path, node)
			})
		})
	}
}

// choice reads the only key of a mapping, and reports whether it is one of those that are known.
func choice[T ~string](r *reader, into *T, known ...T) func(path string, key *yaml.Node) bool {
	return func(path string, key *yaml.Node) bool {
		oneOf(r, into, known...)(path, key)
		return !r.lost[path]
	}
}

// visitOnly reads a mapping that has exactly one key.
func (r *reader) visitOnly(path string, node *yaml.Node, choose func(string, *yaml.Node) bool, t take) {
	const want = "want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}"
	switch {
	case node.Kind != yaml.MappingNode || len(node.Content) == 0:
		r.lose(path, node, "%s, not %s", want, describe(node))
	case len(node.Content) > 2:
		r.lose(path, node.Content[2], "%s; begin a second one with its own dash", want)
	case node.Content[0].Kind != yaml.ScalarNode:
		r.lose(path, node.Content[0], "%s, not %s", want, describe(node.Content[0]))
	default:
		key, value := node.Content[0], node.Content[1]
		if here := join(path, key.Value); choose(here, key) {
			r.visit(here, value, t)
		}
	}
}

// keys reads one key, or a list of them where several make sense.
func (r *reader) keys(into *[]flow.Key, several bool) take {
	one := func(k *flow.Key) take { return text(r, k) }
	return func(path string, node *yaml.Node) {
		if node.Kind == yaml.SequenceNode && several {
			set(r, into, one)(path, node)
			return
		}
		*into = make([]flow.Key, 1)
		one(&(*into)[0])(path, node)
	}
}
