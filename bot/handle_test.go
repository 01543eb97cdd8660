package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/socketlink"
	"epilogue/store"
)

func TestWhatConcernsOneIncidentSharesAQueue(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	decoded := func(kind, payload string) request {
		got, err := decode(envelope(kind, payload))
		r.must(err)
		return got
	}
	r.received("slash_commands", r.command(ben, room, "tasks")) // from here on the channel is known
	form := `{"type":"view_submission","user":{"id":"UANA"},"view":{"id":"V1","private_metadata":"INC-1/3\nhttps://x"}}`
	for name, got := range map[string]request{
		"a button":                 decoded("interactive", r.click(ana, "task.done", "INC-1/1", false, "b")),
		"a menu":                   decoded("interactive", strings.ReplaceAll(sampleOverflow, "INC-42", "INC-1")),
		"a form":                   decoded("interactive", form),
		"a command in its channel": decoded("slash_commands", r.command(ben, room, "task 1 done")),
		"a message in its channel": decoded("events_api", event(`{"type":"message","user":"UBEN","channel":"CROOM"}`)),
	} {
		if q := r.queueOf(got); q != inc.ID.String() {
			t.Errorf("%s: queue %q, want %s", name, q, inc.ID)
		}
	}
	for name, c := range map[string]struct {
		r    request
		want string
	}{
		"a command elsewhere": {decoded("slash_commands", r.command(ben, "C9", "help")), "C9"},
		"a shortcut":          {decoded("interactive", sampleShortcut), "U111"},
		"an event elsewhere":  {decoded("events_api", event(`{"type":"member_joined_channel","user":"U1","channel":"C7"}`)), "C7"},
		"somebody changed":    {decoded("events_api", event(`{"type":"user_change","user":{"id":"U333"}}`)), "U333"},
	} {
		if q := r.queueOf(c.r); q != c.want {
			t.Errorf("%s: queue %q, want %q", name, q, c.want)
		}
	}
}

func TestWhatCannotBeReadIsAcknowledgedAndLogged(t *testing.T) {
	r := newRig(t)
	for kind, payload := range map[string]string{"interactive": `{`, "slash_commands": ``, "events_api": `[]`, "of the future": `?`} {
		if acks := r.received(kind, payload); len(acks) != 1 || string(acks[0]) != "null" {
			t.Errorf("%s: acknowledged with %s", kind, acks)
		}
	}
	if n := strings.Count(r.said.String(), "an envelope cannot be read"); n != 3 {
		t.Errorf("%d were logged", n)
	}
}

func TestARequestThatWaitedForTooLongIsNotBegun(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	got, err := decode(envelope("slash_commands", r.command(ana, room, "task 1 done")))
	r.must(err)
	r.handle(socketlink.Envelope{
		Received: time.Now().Add(-handleWithin),
		Ack:      func(context.Context, any) error { t.Error("acknowledged"); return nil },
	}, got, func() {})
	if after, err := r.db.Incident(t.Context(), inc.ID); err != nil || after.Rev != inc.Rev {
		t.Errorf("it was carried out all the same, though Slack had said that it failed (%v)", err)
	}
}

// failing is a store that cannot be written.
type failing struct {
	store.Store
	err error
}

func (f failing) Save(context.Context, store.Change) error { return f.err }

func TestNothingIsAcknowledgedThatMayNotBeSaved(t *testing.T) {
	for _, c := range []struct {
		name          string
		err           error
		command, form bool // acknowledged
	}{
		{"out of time", context.DeadlineExceeded, false, false},
		{"stopped", context.Canceled, false, false},
		{"broken", store.ErrBroken, false, false},
		{"closed", store.ErrClosed, false, false},
		{"always somebody faster", store.ErrConflict, false, false},
		{"a full disk", store.ErrNoRoom, true, true},
		{"saved before", store.ErrRepeated, true, true},
		{"anything else", errors.New("a mistake of ours"), true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.inFlow(false)
			r.store = failing{r.db, fmt.Errorf("save: %w", c.err)}
			var stopped error
			r.stop = func(err error) { stopped = err }
			if acks := r.received("slash_commands", r.command(ana, room, "task 1 done")); (len(acks) == 1) != c.command {
				t.Errorf("the command was acknowledged with %s", acks)
			}
			form := `{"type":"view_submission","user":{"id":"UANA"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":"task.not-doing","private_metadata":"INC-1/1",
				"state":{"values":{"reason":{"reason":{"value":"no time"}}}}}}`
			acks := r.received("interactive", form)
			if (len(acks) == 1) != c.form {
				t.Errorf("the form was acknowledged with %s", acks)
			}
			if len(acks) == 1 && !errors.Is(c.err, store.ErrRepeated) && !strings.Contains(string(acks[0]), `"errors":{"reason"`) {
				t.Errorf("what was typed is gone: %s", acks[0])
			}
			if acks := r.received("interactive", r.click(ana, "task.done", "INC-1/1", false, "b")); len(acks) == 1 && errors.Is(c.err, store.ErrNoRoom) {
				t.Error("a click that was not saved was acknowledged")
			}
			if (stopped != nil) != errors.Is(c.err, store.ErrBroken) {
				t.Errorf("the bot was ended with %v", stopped)
			}
		})
	}
}

func TestAFormThatWouldBeRefusedDoesNotOpen(t *testing.T) {
	for _, action := range []blocks.Action{
		blocks.Declare, blocks.Skip, blocks.Assign, blocks.CannotDo, blocks.SetDue, blocks.Remove, blocks.AddTask, blocks.Update, blocks.Roles, blocks.Close, blocks.OptOut,
		blocks.MoveOn, blocks.Reopen,
	} {
		t.Run(string(action), func(t *testing.T) {
			r := newRig(t)
			r.inFlow(false)
			value := "INC-1/1"
			switch action {
			case blocks.Declare:
				value = ""
			case blocks.MoveOn:
				value = "INC-1?s=documenting"
			case blocks.AddTask, blocks.Update, blocks.Roles, blocks.Close, blocks.OptOut, blocks.Reopen:
				value = "INC-1"
			}
			r.received("interactive", r.click(gus, string(action), value, false, "b"))
			said := r.slack.made("respond")
			if n := len(r.slack.made("views.open")); n != 0 || len(said) != 1 || !strings.Contains(said[0].body, "Guests cannot change incidents") {
				t.Errorf("to a guest %d forms opened, and it was said %v", n, said)
			}
			r.received("interactive", r.click(ana, string(action), value, false, "b"))
			if n := len(r.slack.made("views.open")); n != 1 {
				t.Errorf("to the lead %d forms opened:\n%v", n, r.slack.made("respond")[1:])
			}
		})
	}
}

func TestTheSameQuestionTypedIsRefusedAsWell(t *testing.T) {
	for _, text := range []string{"declare x", "update", "severity", "summary", "rename", "close", "resolve", "reopen", "role", "lead", "task add", "task 1 not-doing", "task 1 assign", "task 1 due", "move-on"} {
		t.Run(text, func(t *testing.T) {
			r := newRig(t)
			inc := r.inFlow(false)
			if text == "resolve" {
				r.done(inc.ID, ana, flow.Reopen{To: flow.Active})
			}
			acks := r.received("slash_commands", r.command(gus, room, text))
			if n := len(r.slack.made("views.open")); n != 0 || len(acks) != 1 || !strings.Contains(string(acks[0]), "Guests cannot change incidents") {
				t.Errorf("%d forms opened, acknowledged with %s", n, acks)
			}
		})
	}
}

func TestTheMenuThatLeadsToTheAppHomeAsksForNothing(t *testing.T) {
	r := newRig(t)
	r.inFlow(false)
	if acks := r.received("interactive", r.click(ana, "more", "home.open INC-1", false, "b")); len(acks) != 1 {
		t.Errorf("acknowledged %d times", len(acks))
	}
	if said := r.slack.made("respond"); len(said) != 0 {
		t.Errorf("it was answered: %v", said)
	}
}

func TestWhatIsDoneFromAListBringsThatListUpToDate(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	for n := flow.TaskNumber(1); n <= 2; n++ {
		r.done(inc.ID, ana, flow.AssignTask{Task: n, To: flow.Person{User: ben, Standing: flow.FullMember}})
	}
	todo, err := r.todoList(t.Context(), ben, 0)
	r.must(err)
	row := blockOf(t, todo, "INC-1/1")

	r.received("interactive", r.click(ben, "task.done", "INC-1/1", true, row))
	said := r.slack.made("respond")
	if len(said) != 1 || !strings.Contains(said[0].body, `"replace_original":true`) || !strings.Contains(said[0].body, "1 task for you") {
		t.Fatalf("in the list of one's own tasks a click was answered with %v", said)
	}

	// A form that was opened there, too.
	r.received("interactive", r.click(ben, "task.not-doing", "INC-1/2", true, row))
	opened := r.slack.made("views.open")
	if len(opened) != 1 {
		t.Fatalf("%d forms opened", len(opened))
	}
	var view struct {
		View struct {
			Metadata string `json:"private_metadata"`
		} `json:"view"`
	}
	r.must(json.Unmarshal([]byte(opened[0].body), &view))
	meta, err := json.Marshal(view.View.Metadata)
	r.must(err)
	r.received("interactive", fmt.Sprintf(`{"type":"view_submission","user":{"id":"UBEN"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":"task.not-doing",
		"private_metadata":%s,"state":{"values":{"reason":{"reason":{"value":"no time"}}}}}}`, meta))
	said = r.slack.made("respond")
	if len(said) != 2 || !strings.Contains(said[1].body, "Nothing is waiting for you") {
		t.Errorf("after a form the list was answered with %v", said)
	}

	// The tasks of an incident stay the tasks of that incident.
	r.received("interactive", r.click(ben, "task.done", "INC-1/3", true, blockOf(t, r.statusList(t.Context(), inc), "INC-1/3")))
	said = r.slack.made("respond")
	if len(said) != 3 || !strings.Contains(said[2].body, "Reviewing") {
		t.Errorf("in the tasks of an incident a click was answered with %v", said[2:])
	}
}

// blockOf is the id of the block that holds a button for a task.
func blockOf(t *testing.T, m blocks.Message, value string) string {
	t.Helper()
	for _, b := range m.Blocks {
		if body, err := json.Marshal(b); err == nil && strings.Contains(string(body), `"action_id":"task.done"`) && strings.Contains(string(body), fmt.Sprintf("%q", value)) {
			return b.ID()
		}
	}
	t.Fatalf("no block holds %s", value)
	return ""
}

func TestOnTopOfThreeViewsThereIsNoFourth(t *testing.T) {
	click := `{"type":"block_actions","user":{"id":"UANA"},"trigger_id":"1.2.a","container":{"type":"view","view_id":"V3"},
		"view":{"id":"V3","type":"modal","callback_id":"x","private_metadata":"","previous_view_id":%q,"root_view_id":"V1"},
		"actions":[{"type":"button","action_id":"task.assign","block_id":"b","value":"INC-1/1","action_ts":"9.9"}]}`
	for _, c := range []struct{ name, below, method string }{
		{"one view", "", "views.push"}, {"two", "V1", "views.push"}, {"three", "V2", "views.update"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.inFlow(false)
			r.received("interactive", fmt.Sprintf(click, c.below))
			if n := len(r.slack.made(c.method)); n != 1 || len(r.slack.made("views.open")) != 0 {
				t.Errorf("%d calls of %s", n, c.method)
			}
		})
	}
}

func TestACommandThatCompletesAFormKeepsWhatWasTyped(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opens      bool
	}{
		{"short", "update it is better", true},
		{"another alphabet", "update " + strings.Repeat("ж", 2900), true},
		{"lines", "update one\ntwo\n\nthree", true},
		{"as much as fits nowhere", "update " + strings.Repeat("x", 3000), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.inFlow(false)
			acks := r.received("slash_commands", r.command(ana, "C9", c.text))
			opened := r.slack.made("views.open")
			if !c.opens {
				if len(opened) != 0 || len(acks) != 1 || !strings.Contains(string(acks[0]), "update INC-42") {
					t.Errorf("%d forms opened, acknowledged with %s", len(opened), acks)
				}
				return
			}
			if len(opened) != 1 {
				t.Fatalf("%d forms opened, acknowledged with %s", len(opened), acks)
			}
			var v struct {
				View struct {
					Metadata string `json:"private_metadata"`
				} `json:"view"`
			}
			r.must(json.Unmarshal([]byte(opened[0].body), &v))
			if carries, err := metadata(v.View.Metadata); err != nil || carries.typed != c.text {
				t.Errorf("it carries %.60q (%v)", carries.typed, err)
			}
			meta, err := json.Marshal(v.View.Metadata)
			r.must(err)
			r.received("interactive", fmt.Sprintf(`{"type":"view_submission","user":{"id":"UANA"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":"incident.pick","private_metadata":%s,
				"state":{"values":{"incident":{"incident":{"selected_option":{"value":"INC-1"}}}}}}}`, meta))
			inc, err := r.db.Incident(t.Context(), 1)
			r.must(err)
			if len(c.text) > flow.MaxReason {
				return // the rules say so then
			}
			last, err := r.event(t.Context(), 1, inc.Rev)
			if f, ok := last.Fact.(flow.Updated); err != nil || !ok || "update "+f.Note != c.text {
				t.Errorf("saved was %+v (%v)", last, err)
			}
		})
	}
}

func TestMetadataComesBackAsItWasCarried(t *testing.T) {
	for _, c := range []carried{
		{}, {answer: "https://x"}, {list: "?w=todo"}, {typed: "a\nb\n\nc"}, {answer: "https://x", list: "INC-1?w=tasks", typed: "task 1 done"},
	} {
		form := c.onto(blocks.Notice("x"))
		got, err := metadata(form.PrivateMetadata)
		if err != nil || got.answer != c.answer || got.list != c.list || got.typed != c.typed {
			t.Errorf("%+v came back as %+v (%v)", c, got, err)
		}
	}
	if _, err := metadata("of another program"); err == nil {
		t.Error("what is no reference was read as one")
	}
}

func TestAnAnswerThatIsTooLongForAnAckIsGivenAllTheSame(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	for i := range 14 {
		r.done(inc.ID, ana, flow.AddTask{Title: fmt.Sprintf("%d %s", i, strings.Repeat("long ", 55)), Description: strings.Repeat("words ", 300)})
	}
	acks := r.received("slash_commands", r.command(ana, room, "tasks"))
	said := r.slack.made("respond")
	if len(acks) != 1 || len(said) != 1 || !strings.Contains(said[0].body, "Mark done") {
		t.Fatalf("%d acks, %d answers", len(acks), len(said))
	}
	if len(said[0].body) < socketlink.AckLimit {
		t.Errorf("%d bytes would have fitted: this proves nothing", len(said[0].body))
	}
}

func TestARoleThatIsCorrectedAfterARefusalIsGiven(t *testing.T) {
	r := newRig(t)
	r.declared(false)
	form := func(lead, scribe flow.UserID) string {
		return fmt.Sprintf(`{"type":"view_submission","user":{"id":"UANA"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":"incident.roles","private_metadata":"INC-1",
			"state":{"values":{"role/lead":{"role/lead":{"selected_user":%q}},"role/scribe":{"role/scribe":{"selected_user":%q}}}}}}`, lead, scribe)
	}
	if acks := r.received("interactive", form(ben, gus)); len(acks) != 1 || !strings.Contains(string(acks[0]), `"errors":{"role/scribe"`) {
		t.Fatalf("a guest as scribe: %s", acks)
	}
	r.received("interactive", form(cem, ana)) // the same view, with the same hash
	inc, err := r.db.Incident(t.Context(), 1)
	if err != nil || inc.Lead() != cem || inc.Roles["scribe"] != ana {
		t.Errorf("the roles are %v (%v)", inc.Roles, err)
	}
}

func TestAnInvitationIsSavedBeforeItIsAcknowledgedAndTheTaskFollows(t *testing.T) {
	r := newRig(t)
	r.inFlow(true)
	r.received("interactive", r.click(ben, "incident.invite", "INC-1/1?u=UCEM", true, "b"))
	if n := len(r.slack.made("conversations.invite")); n != 0 {
		t.Errorf("%d invitations went out that nothing remembers", n)
	}
	job := r.claimed(tellBringIn)
	if out, err := r.deliver(t.Context(), job); err != nil {
		t.Fatalf("%v (%v)", err, out)
	}
	inc, err := r.db.Incident(t.Context(), 1)
	if task, _ := inc.Task(1); err != nil || task.Assignee != cem {
		t.Errorf("the task is %q's (%v)", task.Assignee, err)
	}
	if _, err := r.deliver(t.Context(), job); err != nil { // once more, as after a crash
		t.Errorf("the second time: %v", err)
	}
	if said := r.slack.made("respond"); len(said) != 0 {
		t.Errorf("whoever asked was told %v", said)
	}
}

func TestWhoIsNotInThePrivateChannelInvitesNobodyIntoIt(t *testing.T) {
	r := newRig(t)
	r.inFlow(true)
	for name, payload := range map[string]string{
		"a forged click":   r.click(cem, "incident.invite", "INC-1/1?u=UCEM", false, "b"),
		"a guest":          r.click(gus, "incident.invite", "INC-1/1?u=UGUS", false, "b"),
		"a guest, by Ben":  r.click(ben, "incident.invite", "INC-1/1?u=UGUS", false, "b"),
		"a task not there": r.click(ben, "incident.invite", "INC-1/99?u=UCEM", false, "b"),
		"a forged form":    `{"type":"view_submission","user":{"id":"UCEM"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":"incident.invite","private_metadata":"INC-1?u=UCEM"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if acks := r.received("interactive", payload); len(acks) != 1 {
				t.Errorf("%d acks", len(acks))
			}
		})
	}
	for {
		job, ok, err := r.db.Claim(t.Context(), time.Now().Add(time.Hour), time.Minute)
		r.must(err)
		if !ok {
			return
		}
		if job.Effect.Tell == tellBringIn {
			t.Errorf("somebody is invited: %+v", job.Effect)
		}
		r.must(r.db.Finish(t.Context(), job, store.Outcome{At: time.Now()}))
	}
}

func TestAViewThatIsOpenAlreadyIsNotComplainedAbout(t *testing.T) {
	r := newRig(t)
	r.inFlow(false)
	for code, want := range map[string]int{"exchanged_trigger_id": 0, "expired_trigger_id": 1} {
		r.slack.answer("views.open", func(call) any { return refusal(code) })
		before := len(r.slack.made("respond"))
		r.received("interactive", r.click(ana, "task.assign", "INC-1/1", false, "b"))
		if n := len(r.slack.made("respond")) - before; n != want {
			t.Errorf("%s: the person was told %d times", code, n)
		}
	}
}

func TestNoLogHoldsAnAddressThatAnswersAPerson(t *testing.T) {
	r := newRig(t)
	if err := r.whisper(t.Context(), "http://127.0.0.1:1/secret", blocks.Message{Text: "x"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
}
