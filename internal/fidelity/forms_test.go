package fidelity_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/sandbox"
)

// banner is what a person reads whose form was not answered, or not sensibly.
const banner = "We had some trouble connecting. Try again?"

// asking is a form with one input, whose block is "why" and whose element is "in".
func asking(title string, more ...slack.Block) slack.ModalViewRequest {
	text := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	reason := slack.NewInputBlock("why", text("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "in"))
	return slack.ModalViewRequest{
		Type: "modal", Title: text(title), Submit: text("Save"), Blocks: slack.Blocks{BlockSet: append([]slack.Block{reason}, more...)},
	}
}

func (a *app) open(view slack.ModalViewRequest) *slack.ViewResponse {
	a.t.Helper()
	opened, err := a.api.OpenViewContext(a.t.Context(), a.trigger(), view)
	if err != nil {
		a.t.Fatal(err)
	}
	return opened
}

func TestATriggerOpensOneViewWithinThreeSeconds(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		a.connect(plainly)
		open := func(trigger string) error {
			_, err := a.api.OpenViewContext(t.Context(), trigger, asking("Form"))
			return err
		}
		first, late, last := a.trigger(), a.trigger(), a.trigger()
		wants(t, "a trigger", "", open(first))
		wants(t, "the same again", "exchanged_trigger_id", open(first))
		<-time.After(2900 * time.Millisecond)
		wants(t, "after 2.9 s", "", open(last))
		<-time.After(200 * time.Millisecond)
		wants(t, "after 3.1 s", "expired_trigger_id", open(late))
		wants(t, "another shape", "invalid_trigger_id", open("nonsense"))
	})
}

func TestTheStackHoldsThreeViews(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		more := slack.NewActionBlock("row", slack.NewButtonBlockElement("more", "", slack.NewTextBlockObject("plain_text", "More", false, false)))
		pushed := make(chan error, 1)
		a.connect(func(e socketmode.Event) any {
			if click, ok := e.Data.(slack.InteractionCallback); ok && click.Type == slack.InteractionTypeBlockActions {
				a.busy.Go(func() {
					_, err := a.api.PushViewContext(t.Context(), click.TriggerID, asking("Next", more))
					pushed <- err
				})
			}
			return nil
		})
		root := a.open(asking("First", more))
		for n, want := range []string{"", "", "push_limit_reached"} {
			a.Person("ana").Press("More")
			if got := code(<-pushed); got != want {
				t.Errorf("push %d: error %q instead of %q", n+1, got, want)
			}
		}
		top := a.Person("ana").Modal("Next")
		top.Close()
		a.Person("ana").Modal("Next").Close()
		if got := a.Person("ana").Modal().Title(); got != "First" {
			t.Errorf("under two views is %q, not %s", got, root.ID)
		}
		_, err := a.api.PushViewContext(t.Context(), a.trigger(), asking("Next"))
		wants(t, "a push by a command's trigger", "not_found", err)
	})
}

func TestAnUpdateKeepsWhatWasTypedAndObeysTheHash(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		a.connect(plainly)
		ctx := t.Context()
		view := asking("Form")
		view.ExternalID = "form-1"
		opened := a.open(view)
		a.Person("ana").Modal().Fill("Reason", "typed")
		updated, err := a.api.UpdateViewContext(ctx, view, "form-1", "", "")
		wants(t, "an update by external_id", "", err)
		if updated == nil || updated.ID != opened.ID || updated.Hash == opened.Hash {
			t.Fatalf("updated to %+v", updated)
		}
		if got := a.Person("ana").Modal().Value("Reason"); got != "typed" {
			t.Errorf("what was typed is now %q", got)
		}
		_, err = a.api.UpdateViewContext(ctx, view, "", opened.Hash, opened.ID)
		wants(t, "an update by an old hash", "hash_conflict", err)
		_, err = a.api.UpdateViewContext(ctx, view, "", updated.Hash, opened.ID)
		wants(t, "an update by the last hash", "", err)
		_, err = a.api.UpdateViewContext(ctx, view, "", "", "V0UNKNOWN")
		wants(t, "an update of no view", "not_found", err)
		_, err = a.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: a.Person("ben").ID(), View: slack.HomeTabViewRequest{
			Type: "home", ExternalID: "form-1", Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}},
		}})
		wants(t, "the same external_id twice", "duplicate_external_id", err)
		other := asking("Form")
		other.Blocks.BlockSet[0].(*slack.InputBlock).BlockID = "another"
		if _, err = a.api.UpdateViewContext(ctx, other, "", "", opened.ID); err != nil {
			t.Fatal(err)
		}
		if got := a.Person("ana").Modal().Value("Reason"); got != "" {
			t.Errorf("under another block_id stands %q", got)
		}
	})
}

func TestASubmissionIsAnsweredInItsAck(t *testing.T) {
	next := asking("Next")
	for name, c := range map[string]struct {
		answer any
		want   sandbox.Submitted
		front  []string // titles of the forms that are open then, the last in front
	}{
		"nothing closes the form":      {nil, sandbox.Submitted{Closed: true}, []string{"Root"}},
		"clear closes all":             {slack.NewClearViewSubmissionResponse(), sandbox.Submitted{Closed: true}, nil},
		"update replaces it":           {slack.NewUpdateViewSubmissionResponse(&next), sandbox.Submitted{}, []string{"Root", "Next"}},
		"push adds one":                {slack.NewPushViewSubmissionResponse(&next), sandbox.Submitted{}, []string{"Root", "Form", "Next"}},
		"errors stand under inputs":    {slack.NewErrorsViewSubmissionResponse(map[string]string{"why": "More."}), sandbox.Submitted{Errors: map[string]string{"Reason": "More."}}, []string{"Root", "Form"}},
		"errors elsewhere are trouble": {slack.NewErrorsViewSubmissionResponse(map[string]string{"in": "More."}), sandbox.Submitted{Banner: banner}, []string{"Root", "Form"}},
		"no ack is trouble":            {noAck{}, sandbox.Submitted{Banner: banner}, []string{"Root", "Form"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
				form := asking("Form")
				var submissions atomic.Int32
				a.connect(func(e socketmode.Event) any {
					if sent, ok := e.Data.(slack.InteractionCallback); ok && sent.Type == slack.InteractionTypeViewSubmission {
						if submissions.Add(1) == 1 {
							return slack.NewPushViewSubmissionResponse(&form)
						}
						return c.answer
					}
					return nil
				})
				a.open(asking("Root"))
				ana := a.Person("ana")
				ana.Modal("Root").Fill("Reason", "x").Submit()
				got := ana.Modal("Form").Fill("Reason", "x").Submit()
				if len(got.Errors) == 0 {
					got.Errors = nil
				}
				c.want.Sent = true
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				var open []string
				for ana.HasModal() {
					front := ana.Modal()
					open = append([]string{front.Title()}, open...)
					front.Close()
				}
				if diff := cmp.Diff(c.front, open); diff != "" {
					t.Errorf("open are (-want +got):\n%s", diff)
				}
				if n := submissions.Load(); n != 2 {
					t.Errorf("%d submissions were delivered: none comes twice", n)
				}
			})
		})
	}
}

func TestClosingIsToldOnlyWhenAskedFor(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		type closing struct {
			View    string
			Cleared bool
		}
		var told []closing // written before each ack, read after it
		top := asking("Top")
		top.NotifyOnClose = true
		a.connect(func(e socketmode.Event) any {
			sent, _ := e.Data.(slack.InteractionCallback)
			switch sent.Type {
			case slack.InteractionTypeViewClosed:
				told = append(told, closing{sent.View.Title.Text, sent.IsCleared})
			case slack.InteractionTypeViewSubmission:
				return slack.NewPushViewSubmissionResponse(&top)
			}
			return nil
		})
		ana := a.Person("ana")
		a.open(asking("Quiet"))
		ana.Modal().Close()
		loud := asking("Loud")
		loud.NotifyOnClose = true
		a.open(loud)
		ana.Modal().Fill("Reason", "x").Submit()
		ana.Modal("Top").Close()
		ana.Modal("Loud").Submit()
		ana.Modal("Top").CloseAll()
		if diff := cmp.Diff([]closing{{"Top", false}, {"Loud", true}}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestAResponseURLWorksFiveTimesInHalfAnHour(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		var address string // written before each ack, read after it
		a.connect(func(e socketmode.Event) any {
			if command, ok := e.Data.(slack.SlashCommand); ok {
				address = command.ResponseURL
			}
			return nil
		})
		ana := a.Person("ana")
		respond := func(text string) error {
			return slack.PostWebhookCustomHTTPContext(t.Context(), address, a.http, &slack.WebhookMessage{Text: text})
		}
		ana.Slash("#general", "/inc") // the app is not in this channel
		for range 5 {
			wants(t, "a use", "", respond("hello"))
		}
		if err := respond("hello"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("the sixth use: %v", err)
		}
		if n := strings.Count(ana.Sees("#general"), "hello"); n != 5 {
			t.Errorf("she reads %d answers", n)
		}
		if got := a.Person("ben").Sees("#general"); got != "" {
			t.Errorf("ben reads %q", got)
		}
		ana.Slash("#general", "/inc")
		a.Clock().Move(29 * time.Minute)
		wants(t, "after 29 minutes", "", respond("hello"))
		a.Clock().Move(2 * time.Minute)
		if err := respond("hello"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("after 31 minutes: %v", err)
		}
	})
}

func TestAnEphemeralMessageIsReplacedByItsResponseURLAlone(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		var click slack.InteractionCallback // written before each ack, read after it
		a.connect(func(e socketmode.Event) any {
			if sent, ok := e.Data.(slack.InteractionCallback); ok {
				click = sent
			}
			return nil
		})
		ops, ana := a.channel("ops"), a.Person("ana")
		ask := slack.NewActionBlock("row", slack.NewButtonBlockElement("go", "", slack.NewTextBlockObject("plain_text", "Go", false, false)))
		ts, err := a.api.PostEphemeralContext(t.Context(), ops, ana.ID(), slack.MsgOptionText("Sure?", false), slack.MsgOptionBlocks(ask))
		if err != nil {
			t.Fatal(err)
		}
		ana.In("#ops").Press("Go")
		if !click.Container.IsEphemeral || click.Message.Timestamp != "" {
			t.Errorf("clicked in %+v, of the message %+v", click.Container, click.Message)
		}
		_, _, _, err = a.api.UpdateMessageContext(t.Context(), ops, ts, slack.MsgOptionText("Done", false))
		if err == nil {
			t.Error("chat.update changes it")
		}
		_, _, err = a.api.PostMessageContext(t.Context(), "", slack.MsgOptionReplaceOriginal(click.ResponseURL), slack.MsgOptionText("Done", false))
		wants(t, "replace_original", "", err)
		if got := ana.Sees("#ops"); !strings.Contains(got, "Done") || strings.Contains(got, "Sure?") {
			t.Errorf("she reads %q", got)
		}
	})
}
