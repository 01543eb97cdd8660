package simulation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/sandbox"
)

// What people do with what an incident leaves behind: documents, follow-ups, the debrief, notes and pins, reminders, the process.
func init() { // they refer to the world, which refers to them
	for verb, do := range map[string]func(*world, string, []string){
		"creates": creates, "follows-up": followsUp, "settles": settles, "hands-on": handsOn, "notes": notes, "pins": pins, "unpins": unpins,
		"plans": plans, "answers": answers, "snoozes": snoozes, "edits-process": editsProcess, "updates-flow": updatesFlow, "retries": retries,
	} {
		deeds[verb] = do
	}
}

// aftermath is a line about what an incident leaves behind.
func (m *maker) aftermath(who string, inc flow.Incident) string {
	id := inc.ID.String()
	line := func(words ...string) string { return who + " " + strings.Join(words, " ") }
	switch n := m.IntN(100); {
	case n < 9:
		return line("types", id, "postmortem https://docs.example/"+m.word())
	case n < 18:
		return line("types", id, "postmortem", m.of("complete", "complete", "review", "draft"))
	case n < 23:
		return line("types", id, "postmortem detach", m.word())
	case n < 28:
		return line("types", id, "postmortem share #"+m.of("general", "random"), m.word())
	case n < 32:
		return line("types", id, "postmortem", m.other(inc))
	case n < 35:
		return line("creates", id)
	case n < 42:
		return line("follows-up", id, m.of("ana", "ben", "cem", "dana", "nobody"), m.word())
	case n < 52:
		return line("settles", id, m.followUp(inc), m.of("done", "done", "skip", "reopen"), m.word())
	case n < 56:
		return line("hands-on", id, m.followUp(inc), m.who())
	case n < 62:
		return line("notes", id, m.of("edit", "remove"), m.word())
	case n < 68:
		return line(m.of("pins", "pins", "unpins"), id, m.word())
	case n < 77:
		return line("plans", id, m.of("2", "26", "50"))
	case n < 80:
		return line("types", id, "debrief cancel", m.word())
	case n < 83:
		return line("types", id, "debrief use", m.other(inc))
	case n < 87:
		return line("answers", id, m.of("held", "held", "not"))
	case n < 92:
		return line("snoozes", id, m.task(inc), m.of("snooze", "assign"), m.who())
	case n < 96:
		return line("updates-flow", id)
	case who == "ana": // nobody else shapes the process
		return line("edits-process", m.word())
	}
	return line("types", id, "rename", m.word())
}

// other is another incident, if there is one.
func (m *maker) other(inc flow.Incident) string {
	all := m.w.incidents()
	return all[m.IntN(len(all))].ID.String()
}

func (m *maker) followUp(inc flow.Incident) string {
	return fmt.Sprint(1 + m.IntN(len(inc.FollowUps)+1))
}

// fact recognizes facts of a name by somebody.
func fact(who, name string) func(flow.Event) bool {
	return func(ev flow.Event) bool { return ev.Fact.FactName() == name && ev.By == user(who) }
}

// meantAfterwards is what is typed about documents and the debrief, and the name of the fact that it leads to.
func meantAfterwards(words []string) (flow.Command, string) {
	if len(words) < 2 {
		return nil, ""
	}
	states := map[string]flow.DocumentState{"complete": flow.Complete, "review": flow.InReview, "draft": flow.Draft}
	switch what, state := words[0]+" "+words[1], states[words[1]]; {
	case words[0] == "postmortem" && state != "":
		return flow.SetPostmortemState{State: state}, "postmortem-state-set"
	case what == "postmortem detach":
		return flow.DetachPostmortem{}, "postmortem-detached"
	case what == "debrief cancel":
		return flow.CancelDebrief{}, "debrief-canceled"
	case words[0] == "postmortem" && strings.HasPrefix(words[1], "https://"):
		return flow.AttachPostmortem{URL: words[1]}, "postmortem-attached"
	}
	return nil, ""
}

// creates INC-1: a post-mortem from a template.
func creates(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	kept := w.more(inc.ID, fact(who, "postmortem-requested"))
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" postmortem")
		m := p.Modal()
		if strings.HasPrefix(m.Title(), "Post-mortem of") {
			m.Click("Add another").In("")
			m = p.Modal("Add a post-mortem")
		}
		if r := m.Submit(); done(r) && w.crowd == alone {
			w.wished(kept, who, "creates", args[0])
		}
	})
	w.tidy(who)
}

// follows-up INC-1 ben|nobody WORD.
func followsUp(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" follow-up")
		m := p.Modal("Add follow-up")
		m.Fill("What is to be done", args[2])
		if args[1] != "nobody" {
			m.Pick("Owner", "@"+args[1])
		}
		if r := m.Submit(); done(r) {
			w.wished(tells(inc.ID, args[2]), who, "follows-up", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// followUp finds a follow-up by its number, and its title.
func followUp(inc flow.Incident, n string) (flow.FollowUp, bool) {
	number, _ := strconv.Atoi(n) // it is a number in every line of ours
	return inc.FollowUp(flow.FollowUpNumber(number))
}

// settles INC-1 2 done|skip|reopen WORD: in the list of follow-ups.
func settles(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	f, ok := followUp(inc, args[1])
	if !ok {
		return
	}
	names := map[string]string{"done": "follow-up-settled", "skip": "follow-up-settled", "reopen": "follow-up-reopened"}
	kept := w.more(inc.ID, fact(who, names[args[2]]))
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" follow-ups")
		m := p.Modal()
		r := m.Click(map[string]string{"done": "Mark done", "skip": "Not doing", "reopen": "Reopen"}[args[2]]).In(f.Title)
		acked := r.Acked
		if args[2] == "skip" {
			form := p.Modal("Not doing")
			form.Fill("Reason", args[3])
			acked = done(form.Submit())
		}
		if acked && w.crowd == alone {
			w.wished(kept, who, "settles", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// hands-on INC-1 2 ben: a follow-up.
func handsOn(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	f, ok := followUp(inc, args[1])
	if !ok {
		return
	}
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" follow-ups")
		p.Modal().Click("Edit").In(f.Title)
		m := p.Modal("Edit follow-up")
		m.Pick("Owner", "@"+args[2])
		if r := m.Submit(); done(r) && w.crowd == alone {
			w.wished(func(w *world) bool {
				return f.Owner == user(args[2]) || w.count(inc.ID, func(ev flow.Event) bool {
					e, ok := ev.Fact.(flow.FollowUpEdited)
					return ok && ev.By == user(who) && e.FollowUp == f.Number && e.Owner != nil && e.Owner.To == string(user(args[2]))
				}) > 0
			}, who, "hands-on", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// notes INC-1 edit|remove WORD: the last note of somebody's own.
func notes(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	text := ""
	for _, ev := range w.events(inc.ID) {
		switch f := ev.Fact.(type) {
		case flow.NoteAdded:
			if ev.By == user(who) {
				text = f.Text
			}
		case flow.NoteEdited:
			if ev.By == user(who) {
				text = f.To
			}
		}
	}
	if text == "" {
		return
	}
	verb, form, name := "Edit note", "Edit note", "note-edited"
	if args[1] == "remove" {
		verb, form, name = "Remove note", "Remove from timeline", "note-removed"
	}
	kept := w.more(inc.ID, fact(who, name))
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" timeline")
		p.Modal().Click("Notes").In("")
		p.Modal().Menu(text).Choose(verb)
		m := p.Modal(form)
		if args[1] == "edit" {
			m.Fill("Note", args[2])
		}
		if r := m.Submit(); done(r) && w.crowd == alone {
			w.wished(kept, who, "notes", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// pins INC-1 WORD: a message that says so, with a 📌.
func pins(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) {
		p.Says(channel, "to keep: "+args[1])
		p.Reacts(channel, args[1], "pushpin")
	})
}

// unpins INC-1 …: takes the 📌 off the last such message.
func unpins(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) {
		var ts string
		for _, m := range w.slack.Messages(channel) {
			if strings.HasPrefix(m.Text, "to keep: ") {
				ts = m.TS
			}
		}
		_ = p.ReactsAt(channel, ts, "pushpin", false)
	})
}

// retries INC-1: to have a channel made, after Slack refused one.
func retries(w *world, who string, args []string) {
	_ = w.as(who, func(p *sandbox.Person) { p.In("DM").Click("Try again").In(args[0] + " ·") })
}

// plans INC-1 26: the debrief, in so many hours; without a calendar of ours.
func plans(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	hours, _ := strconv.Atoi(args[1]) // it is a number in every line of ours
	kept := w.more(inc.ID, fact(who, "debrief-set"))
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc "+args[0]+" debrief")
		m := p.Modal("Schedule debrief")
		m.PickDateTime("Start", w.slack.Clock().Now().Add(time.Duration(hours)*time.Hour).Truncate(time.Minute))
		m.Submit()
		if r := p.Modal().Submit(); done(r) && w.crowd == alone {
			w.wished(kept, who, "plans", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// answers INC-1 held|not: whether the debrief took place.
func answers(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	button := map[string]string{"held": "It took place", "not": "It did not"}[args[1]]
	_ = w.as(who, func(p *sandbox.Person) { p.In("DM").Click(button).In(inc.ID.String() + " ·") })
	w.tidy(who)
}

// snoozes INC-1 2 snooze|assign ben: what somebody was reminded of.
func snoozes(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	option := map[string]string{"snooze": "Snooze to a date", "assign": "Reassign"}[args[2]]
	_ = w.as(who, func(p *sandbox.Person) {
		p.In("DM").Menu(title(inc, args[1])).Choose(option)
		m := p.Modal()
		for _, field := range m.Fields() {
			switch {
			case strings.Contains(field, "ssign"):
				m.Pick(field, "@"+args[3])
			case strings.Contains(field, "ate") || strings.Contains(field, "ntil"):
				m.PickDate(field, w.slack.Clock().Now().AddDate(0, 0, 3).Format(time.DateOnly))
			}
		}
		m.Submit()
	})
	w.tidy(who)
}

// edits-process WORD: a task of that name for the first status.
func editsProcess(w *world, who string, args []string) {
	_ = w.as(who, func(p *sandbox.Person) {
		home := p.Home()
		w.mu.Lock()
		w.homes[who] = home
		w.mu.Unlock()
		home.Click("Edit").In("1. Flow")
		p.Modal("Edit flow").Menu("1. Status 0").Choose("Edit")
		p.Modal("Edit status").Click("Add task").In("")
		m := p.Modal("Add task")
		m.Fill("Title", args[0])
		if r := m.Submit(); done(r) {
			w.wished(func(w *world) bool { return w.everNamed(args[0]) }, who, "edits-process", args[0])
		}
	})
	w.tidy(who)
}

// everNamed reports whether a version of the process has a task of that title.
func (w *world) everNamed(title string) bool {
	ctx := context.Background()
	now, err := w.life.db.Process(ctx)
	if err != nil {
		return false
	}
	for v := 2; v <= now.Version; v++ {
		p, err := w.life.db.ProcessVersion(ctx, v)
		if err == nil && slices.ContainsFunc(p.Process.Flows, func(f flow.Flow) bool {
			return slices.ContainsFunc(f.Statuses, func(s flow.Status) bool {
				return slices.ContainsFunc(s.Tasks, func(t flow.Template) bool { return t.Title == title })
			})
		}) {
			return true
		}
	}
	return false
}

// updates-flow INC-1: takes over what the flow has come to say.
func updatesFlow(w *world, who string, args []string) {
	inc, channel := w.about(args[0])
	kept := w.more(inc.ID, func(ev flow.Event) bool {
		return ev.By == user(who) && slices.Contains([]string{"snapshot-updated", "flow-entered"}, ev.Fact.FactName())
	})
	_ = w.as(who, func(p *sandbox.Person) {
		p.In(channel).Menu(inc.ID.String() + " ·").Choose("Update from the flow")
		if r := p.Modal("Update from the flow").Submit(); done(r) && w.crowd == alone {
			w.wished(kept, who, "updates-flow", args[0])
		}
	})
	w.tidy(who)
}
