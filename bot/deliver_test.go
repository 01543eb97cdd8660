package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/store"
)

// constants are the string constants of a type in the source of a package: a new one is met by the tests without anybody's thinking of them.
func constants(t *testing.T, dir, typ string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, f := range source(t, dir) {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if name := fmt.Sprint(spec.Type); name != typ && !strings.HasSuffix(name, " "+typ+"}") {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				value, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				found[spec.Names[0].Name] = value
			}
			return true
		})
	}
	return found
}

// source parses the files of a package, without its tests.
func source(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func TestWhateverThereIsToTellHasALaneAndADelivery(t *testing.T) {
	tells := constants(t, "../flow", "Tell")
	if len(tells) < 15 || tells["TellCard"] != "card" {
		t.Fatalf("the source of package flow was not understood: %v", tells)
	}
	own := map[string]string{
		"tellPoll": "calendar-poll", "tellAdopt": "calendar-adopt", "tellWaits": "debrief-waits",
		"tellRefused": "channel-refused", "tellUnreachable": "channel-unreachable", "tellBringIn": "bring-in",
		"tellNotMade": "postmortem-not-made", "tellNotShared": "not-shared", "tellOffer": "offer", "tellRelease": "release",
	}
	for name, value := range own {
		tells[name] = value
	}
	for name, value := range tells {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.slack.answer("conversations.open", func(call) any { return map[string]any{"ok": true, "channel": map[string]any{"id": "D1"}} })
			inc := r.inFlow(false)
			e := flow.Effect{Tell: flow.Tell(value), Seq: inc.Card, Since: 1, Card: inc.Card, To: ben, Task: 1, Tasks: []flow.TaskNumber{1}}
			if value == "past-evidence" {
				e.Seq = 1 // any event will do
			}
			job := jobFor(inc.ID, e, time.Now())
			job.ID, job.Claims, job.Detail = "J1", 1, `{"by":"UANA"}`
			if job.Lane == "" {
				t.Error("it has no lane")
			}
			if _, err := r.deliver(t.Context(), job); err != nil {
				t.Errorf("it cannot be delivered: %v", err)
			}
		})
	}
	r := newRig(t)
	r.declared(false)
	if _, err := r.deliver(t.Context(), store.Job{Incident: 1, Effect: flow.Effect{Tell: "of the future"}}); !errors.Is(err, errFault) {
		t.Errorf("what a newer program has to tell: %v", err)
	}
}

func TestAChannelIsMadeUnderTheNextNameAndTheDeclarerIsToldWhenThereIsNone(t *testing.T) {
	for _, c := range []struct {
		name   string
		claims int
		answer func(name string) any
		names  []string // asked for
		told   bool
		fails  bool
	}{
		{"at once", 1, nil, []string{"inc-1-checkout-errors"}, false, false},
		{"the name is taken", 1, func(name string) any {
			if name == "inc-1-checkout-errors-3" {
				return nil
			}
			return refusal("name_taken")
		}, []string{"inc-1-checkout-errors", "inc-1-checkout-errors-2", "inc-1-checkout-errors-3"}, false, false},
		{"after an attempt that nobody knows of", 2, nil, []string{"inc-1-checkout-errors-2"}, false, false},
		{"after more attempts than there are names", 40, nil, []string{"inc-1-checkout-errors-9"}, false, false},
		{"Slack says never", 1, func(string) any { return refusal("restricted_action") }, []string{"inc-1-checkout-errors"}, true, false},
		{"Slack's word is missing_scope", 1, func(string) any { return refusal("missing_scope") }, []string{"inc-1-checkout-errors"}, true, false},
		{"Slack is out of order", 1, func(string) any { return status(503) }, []string{"inc-1-checkout-errors"}, false, true},
		{"Slack is busy", 1, func(string) any { return status(429) }, []string{"inc-1-checkout-errors"}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Checkout errors"})
			r.must(err)
			r.slack.answer("conversations.create", func(made call) any {
				if c.answer != nil {
					if a := c.answer(made.form.Get("name")); a != nil {
						return a
					}
				}
				return map[string]any{"ok": true, "channel": map[string]any{"id": "CNEW", "name": made.form.Get("name")}}
			})
			job := r.claimed(flow.TellOpenChannel)
			job.Claims = c.claims
			out, err := r.deliver(t.Context(), job)
			if (err != nil) != c.fails {
				t.Errorf("it ended with %v", err)
			}
			var names []string
			for _, made := range r.slack.made("conversations.create") {
				names = append(names, made.form.Get("name"))
			}
			if strings.Join(names, " ") != strings.Join(c.names, " ") {
				t.Errorf("asked for %q, want %q", names, c.names)
			}
			if told := len(out.Then) == 1 && out.Then[0].Effect.Tell == tellRefused && out.Then[0].Effect.To == ana; told != c.told {
				t.Errorf("what follows is %+v", out.Then)
			}
			after, err := r.db.Incident(t.Context(), inc.ID)
			if has := after.Channel == "CNEW"; err != nil || has != (!c.told && !c.fails) {
				t.Errorf("the incident's channel is %q (%v)", after.Channel, err)
			}
		})
	}
}

// A job that may have been sent is looked for; where nobody can look, nobody can post either.
func TestAPostThatMayHaveBeenMadeIsLookedForAndAnUnreachableChannelIsGivenUp(t *testing.T) {
	for _, c := range []struct {
		name    string
		history any
		posts   int
		want    verdict
		again   bool
	}{
		{"it is there", map[string]any{"ok": true, "messages": []any{map[string]any{
			"ts": "5.5", "metadata": map[string]any{"event_type": metadataType, "event_payload": map[string]any{"job": "J1"}},
		}}}, 0, fine, false},
		{"it is not", map[string]any{"ok": true, "messages": []any{map[string]any{"ts": "5.5"}}}, 1, fine, false},
		{"somebody else's metadata", map[string]any{"ok": true, "messages": []any{map[string]any{
			"ts": "5.5", "metadata": map[string]any{"event_type": "theirs", "event_payload": map[string]any{"job": "J1"}},
		}}}, 1, fine, false},
		{"the channel is gone", refusal("channel_not_found"), 0, gone, false},
		{"the channel is archived", refusal("is_archived"), 0, gone, false},
		{"Slack does not say", status(503), 0, unknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // each looks twice, two seconds apart
			r := newRig(t)
			r.declared(false)
			r.slack.answer("conversations.history", func(call) any { return c.history })
			job := r.claimed(flow.TellDeclared)
			job.ID, job.Claims = "J1", 2
			_, err := r.deliver(t.Context(), job)
			if n := len(r.slack.made("chat.postMessage")); n != c.posts {
				t.Errorf("%d posts", n)
			}
			var a again
			if is := errors.As(err, &a); is != c.again || is && !a.sent {
				t.Errorf("it ended with %v", err)
			}
			if !c.again && verdictOf(err) != c.want {
				t.Errorf("it ended with %v, which is %s", err, verdictOf(err))
			}
		})
	}
}

func TestALeadIsToldOnceThatTheChannelIsOutOfReach(t *testing.T) {
	r := newRig(t)
	inc := r.declared(false)
	r.slack.answer("chat.postMessage", func(call) any { return refusal("is_archived") })
	post := jobFor(inc.ID, flow.Effect{Tell: flow.TellDeclared}, time.Now())
	out, err := r.deliver(t.Context(), post)
	if verdictOf(err) != gone || len(out.Then) != 1 || out.Then[0].Effect.Tell != tellUnreachable || out.Then[0].Detail != "is_archived" {
		t.Fatalf("%+v, %v", out, err)
	}
	job := r.claimed(flow.TellDeclared)
	r.must(r.db.Bury(t.Context(), job, "is_archived", store.Outcome{Results: out.Results, At: time.Now()}))
	if out, _ := r.deliver(t.Context(), post); len(out.Then) != 0 {
		t.Errorf("the second time: %+v", out.Then)
	}
}

// handed makes a DM about task 1 that somebody got.
func (r *rig) handed(inc flow.Incident, n int, to flow.UserID) {
	r.t.Helper()
	var results []store.Result
	for i := range n {
		p := posted{Channel: "D" + flow.ChannelID(to), TS: fmt.Sprintf("%d.1", i), To: to}
		r.must(json.Unmarshal([]byte(`{"Tasks":[1]}`), &p.Handed))
		results = append(results, p.result(dmKey(inc.ID, store.Job{ID: fmt.Sprintf("J%03d", i)})))
	}
	job := r.claimed(flow.TellCard)
	r.must(r.db.Finish(r.t.Context(), job, store.Outcome{Results: results, At: time.Now()}))
}

func TestADirectMessageToldNothingMoreOnceItsReaderHasLeftThePrivateChannel(t *testing.T) {
	for _, c := range []struct {
		name string
		to   flow.UserID
		says bool
	}{{"a member", ben, true}, {"who left", cem, false}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			inc := r.inFlow(true)
			r.handed(inc, 1, c.to)
			if _, err := r.deliver(t.Context(), jobFor(inc.ID, flow.Effect{Tell: flow.TellDMs}, time.Now())); err != nil {
				t.Error(err)
			}
			edits := r.slack.made("chat.update")
			if len(edits) != 1 {
				t.Fatalf("%d edits, want 1", len(edits))
			}
			if text := edits[0].form.Get("text") + edits[0].form.Get("blocks"); strings.Contains(text, inc.ID.String()) != c.says || strings.Contains(text, inc.Name) != c.says {
				t.Errorf("names the incident: want %t, in %s", c.says, text)
			}
		})
	}
}

func TestManyDirectMessagesAreEditedInPartsAndNoneTwice(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	const n = 2*mostEdits + 5
	r.handed(inc, n, ben)
	limited := false
	r.slack.answer("chat.update", func(call) any {
		if made := len(r.slack.made("chat.update")); made == mostEdits+7 && !limited {
			limited = true
			return refusal("internal_error")
		}
		return nil
	})
	r.must(r.db.Enqueue(t.Context(), time.Now(), jobFor(inc.ID, flow.Effect{Tell: flow.TellDMs}, time.Now())))
	for rounds := 0; ; rounds++ {
		job, ok, err := r.db.Claim(t.Context(), time.Now().Add(time.Hour), time.Minute)
		r.must(err)
		if !ok {
			break
		}
		if job.Effect.Tell != flow.TellDMs {
			r.must(r.db.Finish(t.Context(), job, store.Outcome{At: time.Now()}))
			continue
		}
		before := len(r.slack.made("chat.update"))
		out, err := r.deliver(t.Context(), job)
		if err != nil || rounds > 100 {
			t.Fatal(rounds, err)
		}
		if edits := len(r.slack.made("chat.update")) - before; edits > mostEdits+1 {
			t.Errorf("%d edits in one job", edits)
		}
		out.At = time.Now()
		r.must(r.db.Finish(t.Context(), job, out))
	}
	edited := map[string]int{}
	for _, c := range r.slack.made("chat.update") {
		edited[c.form.Get("ts")]++
	}
	if len(edited) != n || len(r.slack.made("chat.update")) != n+1 {
		t.Errorf("%d of %d were edited, with %d calls", len(edited), n, len(r.slack.made("chat.update")))
	}
}

func TestAReplyWaitsForItsCardAndIsNotPutIntoAnotherThread(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	inc = r.done(inc.ID, ana, flow.CompleteTask{Task: 1})
	told := jobFor(inc.ID, flow.Effect{Tell: flow.TellThread, Since: inc.Rev, Seq: inc.Rev}, time.Now())
	var a again
	if _, err := r.deliver(t.Context(), told); !errors.As(err, &a) || !errors.Is(err, errNoCard) {
		t.Fatalf("before the card: %v", err)
	}
	card := r.claimed(flow.TellCard)
	out, err := r.deliver(t.Context(), card)
	r.must(err)
	out.At = time.Now()
	r.must(r.db.Finish(t.Context(), card, out))
	if _, err := r.deliver(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	posts := r.slack.made("chat.postMessage")
	if len(posts) != 2 || posts[0].form.Get("thread_ts") != "" || posts[1].form.Get("thread_ts") == "" {
		t.Errorf("%d posts: %v", len(posts), posts)
	}

	told.Tries = mostFaults // the card was given up
	told.Effect.Since, told.Effect.Seq = inc.Rev+1, inc.Rev
	if _, err := r.deliver(t.Context(), told); err != nil {
		t.Errorf("a reply waits for ever: %v", err)
	}
}

func TestWhatWasHalfDoneIsLookedForWhenItIsDoneAgain(t *testing.T) {
	limit := again{after: time.Second, why: errLimited}
	for _, c := range []struct {
		name  string
		err   error
		posts int
		sent  bool
	}{
		{"the first was limited", limit, 0, false}, {"the second was limited", limit, 1, true}, {"Slack refused the second for now", &slack.RateLimitedError{RetryAfter: time.Second}, 1, true},
	} {
		var a again
		if err := halfway(c.err, c.posts); errors.As(err, &a) && a.sent != c.sent || c.sent && !errors.As(err, &a) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := halfway(nil, 1); err != nil {
		t.Errorf("nothing went wrong, and became %v", err)
	}
}

func TestABookmarkThatSomebodyTookAwayIsMadeAgain(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	card := r.claimed(flow.TellCard)
	mark, err := json.Marshal(bookmarked{ID: "Bk1", Link: "old"})
	r.must(err)
	r.must(r.db.Finish(t.Context(), card, store.Outcome{At: time.Now(), Results: []store.Result{
		{Key: bookmarkKey(inc.ID), Value: mark}, posted{Channel: room, TS: "1.1"}.result(cardKey(inc.ID, inc.Card)),
	}}))
	r.slack.answer("bookmarks.edit", func(call) any { return refusal("not_found") })
	r.slack.answer("bookmarks.add", func(call) any { return map[string]any{"ok": true, "bookmark": map[string]any{"id": "Bk2"}} })
	out, err := r.deliver(t.Context(), jobFor(inc.ID, flow.Effect{Tell: flow.TellBookmark}, time.Now()))
	if err != nil || len(out.Results) != 1 || !strings.Contains(string(out.Results[0].Value), "Bk2") {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestWhoeverWasToldOfARefusedChannelIsToldOfTheChannelInTheSameMessage(t *testing.T) {
	r := newRig(t)
	r.slack.answer("conversations.open", func(call) any { return map[string]any{"ok": true, "channel": map[string]any{"id": "D1"}} })
	inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Checkout errors", Lead: flow.Person{User: ana, Standing: flow.FullMember}})
	r.must(err)
	delivered := func(job store.Job) store.Outcome {
		t.Helper()
		out, err := r.deliver(t.Context(), job)
		r.must(err)
		out.At = time.Now()
		r.must(r.db.Finish(t.Context(), job, out))
		return out
	}
	r.must(r.db.Enqueue(t.Context(), time.Now(), r.follow(inc.ID, flow.Effect{Tell: tellRefused, To: ana})))
	delivered(r.claimed(tellRefused))
	r.done(inc.ID, "", flow.RecordChannel{Channel: room})
	delivered(r.claimed(flow.TellDeclared))
	delivered(r.claimed(tellRefused))
	posts, edits := r.slack.made("chat.postMessage"), r.slack.made("chat.update")
	if len(posts) != 2 || len(edits) != 1 {
		t.Fatalf("%d posts and %d edits", len(posts), len(edits))
	}
	if edits[0].form.Get("channel") != "D1" || !strings.Contains(edits[0].form.Get("text"), "has its channel now") {
		t.Errorf("edited: %v", edits[0].form)
	}
}
