package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/sandbox"
)

// deeds are what people do: "ben types INC-1 task 2 done". What they cannot do, since they are not in the channel or there is no such button, they
// leave alone.
var deeds = map[string]func(*world, string, []string){
	"declares": declares, "types": types, "clicks": clicks, "chooses": chooses, "closes": closes, "reopens": reopens, "updates": updates,
	"opens-home": opensHome, "joins": joins, "leaves": leaves, "invites": invites, "says": says,
}

// wish is what somebody asked for and was acknowledged: it is kept for ever.
type wish struct {
	line string
	kept func(*world) bool
}

func (w *world) wished(kept func(*world) bool, line ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wishes = append(w.wishes, wish{strings.Join(line, " "), kept})
}

// keepsWishes reports what was acknowledged and is not in the store.
func (w *world) keepsWishes() {
	w.mu.Lock()
	wishes := slices.Clone(w.wishes)
	w.mu.Unlock()
	for _, wish := range wishes {
		if !wish.kept(w) {
			w.fail("%q was acknowledged, and is not in the store", wish.line)
		}
	}
}

// tells reports whether a word stands in the timeline of an incident.
func tells(id flow.IncidentID, word string) func(*world) bool {
	return func(w *world) bool {
		return slices.ContainsFunc(w.events(id), func(ev flow.Event) bool {
			raw, err := json.Marshal(ev.Fact)
			return err == nil && strings.Contains(string(raw), word)
		})
	}
}

// count is how many events of an incident are such that.
func (w *world) count(id flow.IncidentID, such func(flow.Event) bool) int {
	n := 0
	for _, ev := range w.events(id) {
		if such(ev) {
			n++
		}
	}
	return n
}

// more promises that there is one such event more than now.
func (w *world) more(id flow.IncidentID, such func(flow.Event) bool) func(*world) bool {
	n := w.count(id, such) + 1
	return func(w *world) bool { return w.count(id, such) >= n }
}

func user(who string) flow.UserID { return flow.UserID("U" + strings.ToUpper(who)) }

// declares public|private NAME.
func declares(w *world, who string, args []string) {
	name := args[1]
	_ = w.as(who, func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare "+name)
		m := p.Modal("Declare an incident")
		if args[0] == "private" {
			m.Choose("Channel", "A new private channel")
		}
		if r := m.Submit(); done(r) {
			w.wished(func(w *world) bool {
				return slices.ContainsFunc(w.incidents(), func(inc flow.Incident) bool { return tells(inc.ID, name)(w) })
			}, who, "declares", name)
		}
	})
	w.tidy(who)
}

// done reports whether a form was taken, and nothing was asked in return.
func done(r sandbox.Submitted) bool {
	return r.Sent && r.Closed && len(r.Errors) == 0 && r.Banner == ""
}

// form opens a form by a command. Another that was asked for earlier may come late, and is closed.
func (w *world) form(p *sandbox.Person, ref, verb string) *sandbox.Modal {
	p.Slash("#general", "/inc "+ref+" "+verb)
	for {
		if m := p.Modal(); strings.HasPrefix(strings.ToLower(m.Title()), verb+" ") {
			return m
		}
		p.Modal().CloseAll()
	}
}

// tidy closes what is open on somebody's screen.
func (w *world) tidy(who string) {
	w.pause()
	_ = w.slack.Person(who).Try(func(p *sandbox.Person) {
		for p.HasModal() {
			p.Modal().CloseAll()
		}
	})
}

// types INC-1 COMMAND: in a channel that has nothing to do with it.
func types(w *world, who string, args []string) {
	id, _ := flow.ParseReference(args[0])
	kept := w.promise(who, id, args[1:])
	_ = w.as(who, func(p *sandbox.Person) {
		if r := p.Slash("#general", "/inc "+strings.Join(args, " ")); r.Acked && kept != nil {
			w.wished(kept, who, "types", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// promise is what holds once a command was acknowledged; nil if nothing is certain, since the rules may refuse it. What several people do at the same time
// is judged alone where nobody can come between: a note is always taken, and where all do nothing but settle tasks, each task is settled.
func (w *world) promise(who string, id flow.IncidentID, words []string) func(*world) bool {
	cmd, such := meant(who, words)
	if cmd == nil {
		return nil
	}
	_, note := cmd.(flow.AddNote)
	settles, settling := cmd.(flow.CompleteTask)
	switch {
	case w.crowd == alone, note:
	case w.crowd == settlers && settling:
		such = func(ev flow.Event) bool {
			f, ok := ev.Fact.(flow.TaskCompleted)
			return ok && f.Task == settles.Task
		}
	default:
		return nil
	}
	kept := w.more(id, such) // counted before the rules are asked: between the two somebody else may be faster
	if !w.allows(who, id, cmd) {
		return nil
	}
	return kept
}

// crowd is who acts at the same time.
type crowd int

const (
	alone    crowd = iota
	settlers       // all settle tasks
	mixed
)

// meant is the command that is typed, for those whose outcome is looked for, and how it is recognized.
func meant(who string, words []string) (flow.Command, func(flow.Event) bool) {
	last := words[len(words)-1]
	task := func() flow.TaskNumber {
		n, _ := strconv.Atoi(words[1]) // it is one in every line of ours
		return flow.TaskNumber(n)
	}
	says := func(ev flow.Event) bool {
		raw, err := json.Marshal(ev.Fact)
		return err == nil && strings.Contains(string(raw), last)
	}
	if cmd, name := meantAfterwards(words); name != "" {
		return cmd, fact(who, name)
	}
	switch {
	case words[0] == "timeline":
		return flow.AddNote{Text: last}, says
	case words[0] == "update":
		return flow.Update{Note: last}, says
	case words[0] == "move-on":
		return flow.MoveOn{Reason: last}, says
	case words[0] == "task" && words[1] == "add":
		return flow.AddTask{Title: last}, says
	case words[0] == "task" && words[2] == "not-doing":
		return flow.SkipTask{Task: task(), Reason: last}, says
	case words[0] == "task" && last == "done":
		return flow.CompleteTask{Task: task()}, func(ev flow.Event) bool {
			f, ok := ev.Fact.(flow.TaskCompleted)
			return ok && f.Task == task() && ev.By == user(who)
		}
	case words[0] == "task" && last == "reopen":
		return flow.ReopenTask{Task: task()}, func(ev flow.Event) bool {
			f, ok := ev.Fact.(flow.TaskReopened)
			return ok && f.Task == task() && ev.By == user(who)
		}
	}
	return nil, nil
}

// allows reports whether the rules would let somebody do this now, by what the bot knows.
func (w *world) allows(who string, id flow.IncidentID, cmd flow.Command) bool {
	ctx, db := context.Background(), w.life.db
	inc, err := db.Incident(ctx, id)
	process, wrong := db.Process(ctx)
	p, unknown := db.Person(ctx, user(who))
	if err != nil || wrong != nil || unknown != nil || p.Standing != flow.FullMember {
		return false
	}
	a := flow.Actor{User: p.ID, Standing: p.Standing, Admin: p.Admin, Member: !inc.Private}
	if c, err := db.Channel(ctx, inc.Channel); err == nil && inc.Private {
		a.Member = slices.Contains(c.Members, a.User) && w.inChannel(who, inc)
	}
	_, _, err = flow.Do(process, inc, cmd, a, w.slack.Clock().Now())
	return err == nil
}

// inChannel reports whether somebody sees the channel of an incident.
func (w *world) inChannel(who string, inc flow.Incident) bool {
	if inc.Channel == "" {
		return false
	}
	return w.slack.Person(who).Try(func(p *sandbox.Person) { p.Sees(string(inc.Channel)) }) == nil
}

// about is the incident that a line is about, and its channel's id.
func (w *world) about(ref string) (flow.Incident, string) {
	id, _ := flow.ParseReference(ref)
	inc, err := w.life.db.Incident(context.Background(), id)
	if err != nil {
		return flow.Incident{ID: id}, "none"
	}
	if inc.Channel == "" {
		return inc, "none"
	}
	return inc, string(inc.Channel)
}

// title is what stands beside the buttons of a task.
func title(inc flow.Incident, n string) string {
	number, _ := strconv.Atoi(n)
	t, ok := inc.Task(flow.TaskNumber(number))
	if !ok {
		return "no such task"
	}
	return t.Title
}

var buttons = map[string]string{"done": "Mark done", "take": "Assign to me", "reopen": "Reopen"}

// clicks channel|DM|home INC-1 2 done|take|reopen.
func clicks(w *world, who string, args []string) {
	inc, channel := w.about(args[1])
	place, button, near := args[0], buttons[args[3]], title(inc, args[2])
	kept := w.promise(who, inc.ID, []string{"task", args[2], args[3]})
	_ = w.as(who, func(p *sandbox.Person) {
		at := p.In(channel)
		switch place {
		case "DM":
			at = p.In("DM")
		case "home":
			if at = w.home(who); at == nil {
				return
			}
		}
		if r := at.Click(button).In(near); r.Acked && kept != nil && w.pressed(who, args[1]+"/"+args[2]) {
			w.wished(kept, who, "clicks", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// pressed reports whether the button that somebody pressed last is about that: near the same words there may be others, of the past.
func (w *world) pressed(who, ref string) bool {
	all := w.slack.Envelopes("block_actions")
	for _, e := range slices.Backward(all) {
		var p struct {
			User    struct{ ID flow.UserID }
			Actions []struct{ Value string }
		}
		if json.Unmarshal(e.Payload, &p) == nil && p.User.ID == user(who) && len(p.Actions) > 0 {
			about, _, _ := strings.Cut(p.Actions[0].Value, "?")
			return about == ref
		}
	}
	return false
}

// chooses INC-1 2 skip|remove|due|assign WORD: in the menu of a task, which opens a form.
func chooses(w *world, who string, args []string) {
	inc, channel := w.about(args[0])
	option := map[string]string{"skip": "Not doing", "remove": "Remove from this incident", "due": "Due date", "assign": "Assign"}[args[2]]
	_ = w.as(who, func(p *sandbox.Person) {
		p.In(channel).Menu(title(inc, args[1])).Choose(option)
		m := p.Modal()
		for _, field := range m.Fields() {
			switch {
			case strings.HasPrefix(field, "Reason"):
				m.Fill(field, args[3])
			case strings.Contains(field, "ue"):
				m.PickDate(field, w.slack.Clock().Now().AddDate(0, 0, 2).Format(time.DateOnly))
			case strings.Contains(field, "ssign"):
				m.Pick(field, "@"+people[len(args[3])%len(people)])
			}
		}
		if r := m.Submit(); done(r) && (args[2] == "skip") {
			w.wished(tells(inc.ID, args[3]), who, "chooses", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// closes INC-1 enter|without|leave|resume WORD.
func closes(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	choices := map[string]string{"enter": "Go through", "without": "Close without", "leave": "Opt out instead", "resume": "Resume"}
	kept := w.more(inc.ID, func(ev flow.Event) bool {
		return ev.By == user(who) && slices.Contains([]string{"flow-entered", "flow-resumed", "incident-closed", "opted-out"}, ev.Fact.FactName())
	})
	_ = w.as(who, func(p *sandbox.Person) {
		m := w.form(p, args[0], "close")
		for _, field := range m.Fields() {
			if strings.HasPrefix(field, "Reason") {
				m.Fill(field, args[2])
				continue
			}
			for _, option := range m.Options(field) {
				if strings.HasPrefix(option, choices[args[1]]) {
					m.Choose(field, option)
				}
			}
		}
		if r := m.Submit(); done(r) && w.crowd == alone {
			w.wished(kept, who, "closes", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// reopens INC-1 active|flow WORD.
func reopens(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) {
		m := w.form(p, args[0], "reopen")
		into := false
		for _, field := range m.Fields() {
			switch options := m.Options(field); {
			case field == "Reason":
				m.Fill(field, args[2])
			case field == "Where to":
				for _, option := range options {
					if args[1] == "flow" && strings.HasPrefix(option, "Back into") || args[1] == "active" && strings.HasPrefix(option, "Back to") {
						m.Choose(field, option)
						into = true
					}
				}
			case args[1] == "flow" && len(options) > 0:
				m.Check(options[len(options)-1])
			}
		}
		if r := m.Submit(); done(r) && into {
			w.wished(tells(inc.ID, args[2]), who, "reopens", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

// updates INC-1 WORD.
func updates(w *world, who string, args []string) {
	inc, _ := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) {
		m := w.form(p, args[0], "update")
		m.Fill("What is new", args[1])
		if r := m.Submit(); done(r) {
			w.wished(tells(inc.ID, args[1]), who, "updates", strings.Join(args, " "))
		}
	})
	w.tidy(who)
}

func opensHome(w *world, who string, _ []string) {
	_ = w.as(who, func(p *sandbox.Person) {
		home := p.Home()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.homes[who] = home
	})
}

func joins(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) { p.Joins(channel) })
}

func leaves(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) { p.Leaves(channel) })
	w.pause() // until then they may be taken for a member
}

func invites(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) { p.Invites(channel, args[1]) })
}

func says(w *world, who string, args []string) {
	_, channel := w.about(args[0])
	_ = w.as(who, func(p *sandbox.Person) { p.Says(channel, fmt.Sprintf("%s says %s", who, args[1])) })
}
