package bot

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// years is two years of reminding, hour by hour: the bot with its store and its outbox, on a clock that the test moves. Whether what the ladder says is
// right is for the model in package flow; here it is whether people get it: once, in the morning, and whatever happens to the bot.
type years struct {
	*rig
	random *rand.Rand
	at     time.Time
	mu     sync.Mutex
	posts  []sentDM
	given  map[string]int // person and day → digests
	down   bool
	latest time.Time // that it ever was
	edited time.Time // when working hours were changed
	weeks  int       // that follow-ups were said to be late by
}

type sentDM struct {
	to   flow.UserID
	at   time.Time
	text string
}

// Now and Changed make it a clock.
func (y *years) Now() time.Time           { return y.at }
func (y *years) Changed() <-chan struct{} { return nil }

var zonesOf = map[flow.UserID]string{
	"UBERLIN": "Europe/Berlin", "UYORK": "America/New_York", "UKOLKATA": "Asia/Kolkata", "UHOWE": "Australia/Lord_Howe",
}

func newYears(t *testing.T, seed uint64) *years {
	y := &years{
		rig: newRig(t), random: rand.New(rand.NewPCG(seed, seed)), given: map[string]int{},
		at: time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC),
	}
	db, err := boltstore.Open(filepath.Join(t.TempDir(), "years.db"), boltstore.Options{NoSync: true})
	y.must(err)
	y.must(y.db.Close())
	y.db = db
	y.slack.answer("conversations.open", func(c call) any {
		return map[string]any{"ok": true, "channel": map[string]any{"id": "D" + c.form.Get("users")}}
	})
	y.slack.answer("chat.postMessage", func(c call) any {
		y.mu.Lock()
		defer y.mu.Unlock()
		if to, dm := strings.CutPrefix(c.form.Get("channel"), "D"); dm {
			y.posts = append(y.posts, sentDM{flow.UserID(to), y.at, c.form.Get("text")})
		}
		return map[string]any{"ok": true, "channel": c.form.Get("channel"), "ts": fmt.Sprintf("%d.%06d", y.at.Unix(), len(y.posts))}
	})
	for _, id := range y.everybody() {
		y.must(y.db.SavePerson(t.Context(), time.Now(), store.Person{
			ID: id, Name: string(id), Standing: flow.FullMember, Zone: zonesOf[id], Known: y.at.AddDate(9, 0, 0), DM: flow.ChannelID("D" + id),
		}))
	}
	p := flow.Standard()
	p.Version++
	p.Calendar.Holidays = []flow.Date{{Year: 2026, Month: time.December, Day: 25}, {Year: 2027, Month: time.January, Day: 1}, {Year: 2027, Month: time.March, Day: 29}}
	for i := range p.Flows[0].Statuses {
		for j := range p.Flows[0].Statuses[i].Tasks {
			p.Flows[0].Statuses[i].Tasks[j].Due = flow.Offset{N: 1 + i + 2*j, Unit: flow.BusinessDays}
		}
	}
	y.must(y.db.SaveProcess(t.Context(), store.ProcessVersion{Process: p, At: y.at}))
	y.begin()
	return y
}

func (y *years) everybody() []flow.UserID {
	return []flow.UserID{"UBERLIN", "UYORK", "UKOLKATA", "UHOWE"}
}

func (y *years) anybody() flow.UserID { return y.everybody()[y.random.IntN(4)] }

// begin starts the bot, or starts it again: what it knew besides the store is gone.
func (y *years) begin() {
	was := y.Bot
	y.Bot = New(Options{Store: y.db, Slack: was.slack, Clock: y, Unpaced: true, Log: slog.New(slog.NewTextHandler(y.said, nil))})
	y.me, y.stop = was.me, was.stop
	y.people.team, y.people.bot = was.people.team, was.people.bot
}

// rest has the outbox deliver what is due.
func (y *years) rest() {
	y.must(y.tick(y.t.Context()))
	for {
		job, ok, err := y.db.Claim(y.t.Context(), y.at, lease)
		y.must(err)
		if !ok {
			return
		}
		y.outbox.one(y.t.Context(), job)
	}
}

func (y *years) process() flow.Process {
	p, err := y.db.Process(y.t.Context())
	y.must(err)
	return p
}

func (y *years) open() []flow.Incident {
	page, err := y.db.List(y.t.Context(), store.Query{Stage: flow.PostIncident, Limit: 1000})
	y.must(err)
	return page.Items
}

// all are the incidents in which somebody may have something to do: those of which only follow-ups are left, too.
func (y *years) all() []flow.Incident {
	page, err := y.db.List(y.t.Context(), store.Query{Stage: flow.Closed, Limit: 1000})
	y.must(err)
	left := slices.DeleteFunc(page.Items, func(inc flow.Incident) bool { return len(inc.OpenFollowUps()) == 0 })
	return append(y.open(), left...)
}

// follow lets people do something about follow-ups, sometimes, also of incidents that are closed.
func (y *years) follow() {
	n := y.random.IntN(600)
	if n > 12 {
		return
	}
	page, err := y.db.List(y.t.Context(), store.Query{Limit: 1000})
	y.must(err)
	if len(page.Items) == 0 {
		return
	}
	inc := page.Items[y.random.IntN(len(page.Items))]
	due := flow.DateOf(y.at.In(y.zone)).AddDays(1 + y.random.IntN(20))
	owner := flow.Person{User: y.anybody(), Standing: flow.FullMember, Member: true}
	if len(inc.FollowUps) == 0 || n < 4 {
		if n%2 == 0 {
			owner = flow.Person{}
		}
		y.try(inc.ID, y.anybody(), flow.AddFollowUp{Title: "Retry", Owner: owner, Due: due})
		return
	}
	f := inc.FollowUps[y.random.IntN(len(inc.FollowUps))].Number
	y.try(inc.ID, y.anybody(), []flow.Command{
		flow.SettleFollowUp{FollowUp: f, State: flow.Done},
		flow.ReopenFollowUp{FollowUp: f},
		flow.EditFollowUp{FollowUp: f, Due: &due},
		flow.EditFollowUp{FollowUp: f, Owner: &owner},
		flow.SnoozeFollowUp{FollowUp: f, Until: due},
	}[y.random.IntN(5)])
}

// try carries out a command of somebody who is allowed to be refused.
func (y *years) try(id flow.IncidentID, by flow.UserID, cmd flow.Command) {
	_, _, err := y.do(y.t.Context(), id, by, "", cmd)
	if err != nil && !errors.As(err, new(flow.Refusal)) {
		y.t.Fatal(err)
	}
}

// live lets people do something, sometimes.
func (y *years) live() {
	n := y.random.IntN(1000)
	y.follow()
	switch {
	case n < 9:
		inc, err := y.declare(y.t.Context(), y.anybody(), "", flow.Declare{Name: "It is down", Lead: flow.Person{User: y.anybody(), Standing: flow.FullMember, Member: true}})
		y.must(err)
		y.done(inc.ID, "", flow.RecordChannel{Channel: room})
		y.done(inc.ID, inc.DeclaredBy, flow.EnterFlow{Flow: "standard"})
		return
	case n < 12:
		who, away := y.anybody(), y.random.IntN(2) == 0
		_, err := y.people.change(y.t.Context(), who, func(p *store.Person) { p.Away = away })
		y.must(err)
		return
	case n < 14:
		_, err := y.people.change(y.t.Context(), y.anybody(), func(p *store.Person) { p.PausedUntil = flow.DateOf(y.at).AddDays(y.random.IntN(12)) })
		y.must(err)
		return
	case n > 90:
		return
	}
	all := y.open()
	if len(all) == 0 {
		return
	}
	inc := all[y.random.IntN(len(all))]
	if len(inc.Tasks) == 0 {
		return
	}
	task, by := inc.Tasks[y.random.IntN(len(inc.Tasks))], y.anybody()
	whoever := flow.Person{User: y.anybody(), Standing: flow.FullMember, Member: true}
	later := flow.DateOf(y.at.In(y.zone)).AddDays(y.random.IntN(9))
	y.try(inc.ID, by, []flow.Command{
		flow.CompleteTask{Task: task.Number},
		flow.CompleteTask{Task: task.Number},
		flow.SkipTask{Task: task.Number, Reason: "no"},
		flow.AssignTask{Task: task.Number, To: whoever},
		flow.AssignTask{Task: task.Number},
		flow.SnoozeTask{Task: task.Number, Until: later},
		flow.SetDue{Task: task.Number, Due: later, Reason: "busy"},
		flow.ReopenTask{Task: task.Number, Back: true},
		flow.SetRole{Role: flow.LeadRole, To: whoever},
		flow.OptOut{Reason: "nothing to learn"},
		flow.MoveOn{Reason: "enough"},
	}[y.random.IntN(11)])
}

// trouble stops the bot for hours or days, starts it again, or moves the clock.
func (y *years) trouble() {
	switch n := y.random.IntN(2000); {
	case n < 4:
		y.at = y.at.Add(time.Duration(y.random.IntN(24*9)) * time.Hour)
	case n < 6:
		y.at = y.at.Add(-time.Duration(1+y.random.IntN(5)) * time.Hour)
	case n < 30:
		y.begin()
	case n < 36:
		y.down = true
	case n < 140:
		y.down = false
	case n < 142:
		y.changeHours()
	}
}

// changeHours has an admin change working hours.
func (y *years) changeHours() {
	p := y.process()
	p.Version++
	p.Hours = []flow.WorkingHours{{}, {From: 7*60 + 30, To: 16 * 60}, {From: 9 * 60, To: 18 * 60, Digest: 11 * 60}, {From: 10 * 60, To: 14 * 60}}[y.random.IntN(4)]
	y.must(y.db.SaveProcess(y.t.Context(), store.ProcessVersion{Process: p, At: y.at}))
	y.edited = y.at
}

// told looks at what was posted since it looked last.
func (y *years) told() {
	y.mu.Lock()
	posts := y.posts
	y.posts = nil
	y.mu.Unlock()
	process := y.process()
	for _, p := range posts {
		day, rest, _ := strings.Cut(p.text, ": ")
		if _, err := time.Parse("Mon Jan 2", day); err != nil || rest == "" {
			continue // an assignment, or an offer
		}
		local := p.at.In(y.zoneOf(y.t.Context(), p.to))
		if !process.Awake(local) {
			y.t.Fatalf("%s got a digest in quiet hours, at %s:\n%s", p.to, local, p.text)
		}
		if want := local.Format("Mon Jan 2"); day != want {
			y.t.Fatalf("%s got the digest of %s on %s", p.to, day, want)
		}
		key := fmt.Sprint(p.to, " ", flow.DateOf(local))
		if y.given[key]++; y.given[key] > 1 {
			y.t.Fatalf("%s got two digests on %s", p.to, flow.DateOf(local))
		}
	}
}

// missing looks, in the hour of digests, for what is due and was not told.
func (y *years) missing() {
	if y.at.Before(y.latest) || y.at.Before(y.edited.AddDate(0, 0, 2)) {
		return // the clock went back, or the hour of digests was moved past what was due: people hear of it later, at most the day after
	}
	y.latest = y.at
	p := y.process()
	for _, who := range y.everybody() {
		local := y.at.In(y.zoneOf(y.t.Context(), who))
		today := flow.DateOf(local)
		if since := local.Sub(p.DigestAt(today, local.Location())); !p.Calendar.Works(today) || since < 0 || since >= time.Hour {
			continue
		}
		served, err := y.servedUntil(y.t.Context(), who)
		y.must(err)
		for _, inc := range y.all() {
			here, err := y.presences(y.t.Context(), inc, []flow.UserID{who})
			y.must(err)
			for _, due := range inc.Due(p.Calendar, who, today) {
				if here[who].Here() && served != today {
					y.t.Fatalf("at %s nobody has told %s: %s of %s/%d, due %v", local, who, due.Step, inc.ID, due.Task, inc.Tasks)
				}
			}
			for _, due := range inc.DueFollowUps(who, today) {
				if here[who].Here() && served != today {
					y.t.Fatalf("at %s nobody has told %s: %s of follow-up %s/%d", local, who, due.Step, inc.ID, due.FollowUp)
				}
			}
			for _, t := range inc.Tasks {
				if r := t.Reminded; r.On == today && r.To == who && !r.Held && t.State == flow.Open && served != today {
					y.t.Fatalf("at %s %s was to be told of %s/%d, and there was no digest", local, who, inc.ID, t.Number)
				}
			}
		}
	}
}

// remindedOnce looks through the timelines: no step comes twice, unless something that begins the ladder anew came between.
func (y *years) remindedOnce() (reminders int) {
	for _, stage := range []flow.Stage{flow.PostIncident, flow.Closed} {
		page, err := y.db.List(y.t.Context(), store.Query{Stage: stage, Limit: 1000})
		y.must(err)
		for _, inc := range page.Items {
			events, err := y.events(y.t.Context(), inc.ID, 1, inc.Rev)
			y.must(err)
			reminders += y.eachStepOnce(inc.ID, events)
		}
	}
	return reminders
}

// eachWeekOnce looks at the follow-ups: each is said to be due once, then late at most once a week, and not for ever.
func (y *years) eachWeekOnce(id flow.IncidentID, events []flow.Event) {
	type said struct {
		due   bool
		weeks int
		last  flow.Date
	}
	all := map[flow.FollowUpNumber]said{}
	for _, ev := range events {
		switch f := ev.Fact.(type) {
		case flow.FollowUpEdited:
			delete(all, f.FollowUp)
		case flow.FollowUpReopened:
			delete(all, f.FollowUp)
		case flow.Reminded:
			for _, s := range f.FollowUps {
				was := all[s.FollowUp]
				switch {
				case s.Step == flow.OnTheDay && (was.due || was.weeks > 0):
					y.t.Fatalf("%s: it was said twice that follow-up %d is due", id, s.FollowUp)
				case s.Step == flow.WeekLate && (was.weeks == flow.MostWeeks || f.Day.Before(was.last.AddDays(7)) && !was.last.IsZero()):
					y.t.Fatalf("%s: follow-up %d was said to be late on %s, the %dth time, and something of it on %s", id, s.FollowUp, f.Day, was.weeks+1, was.last)
				}
				was.due, was.last = was.due || s.Step == flow.OnTheDay, f.Day
				if s.Step == flow.WeekLate {
					was.weeks++
				}
				all[s.FollowUp] = was
				y.weeks += was.weeks
			}
		}
	}
}

func (y *years) eachStepOnce(id flow.IncidentID, events []flow.Event) (n int) {
	y.eachWeekOnce(id, events)
	said := map[string]bool{}
	forget := func(task flow.TaskNumber) {
		for _, s := range flow.Steps() {
			delete(said, fmt.Sprint(task, s))
		}
	}
	for _, ev := range events {
		switch f := ev.Fact.(type) {
		case flow.StatusEntered:
			clear(said)
		case flow.TaskAssigned:
			forget(f.Task)
		case flow.TaskDueSet:
			forget(f.Task)
		case flow.TaskReopened:
			forget(f.Task)
		case flow.Reminded:
			for _, s := range f.Tasks {
				key := fmt.Sprint(s.Task, s.Step)
				if ladder := slices.Contains(flow.Steps(), s.Step); ladder && said[key] {
					y.t.Fatalf("%s/%d was reminded of twice because it is %s", id, s.Task, s.Step)
				}
				said[key] = true
				n++
			}
		}
	}
	return n
}

// months is how long it goes on: the first four have the changes of daylight saving time of three of the zones.
var months = flag.Int("months", 4, "how many months of reminders to live through")

func TestTwoYearsOfRemindersComeOnceInTheMorningAndNoneIsMissing(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			y := newYears(t, seed)
			for end := y.at.AddDate(0, *months, 0); y.at.Before(end); y.at = y.at.Add(time.Hour) {
				y.trouble()
				if !y.down {
					y.rest()
					y.told()
					y.missing() // before anybody does something for which it is too late today
				}
				y.live()
			}
			n := y.remindedOnce()
			t.Logf("%d reminders in %d digests", n, len(y.given))
			if y.weeks == 0 {
				t.Error("no follow-up was late")
			}
			if n < 10**months || len(y.given) < 4**months {
				t.Errorf("%d reminders in %d digests: too few to show anything", n, len(y.given))
			}
		})
	}
}
