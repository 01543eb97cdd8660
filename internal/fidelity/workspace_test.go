package fidelity_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/sandbox"
)

// modest is a manifest with few rights, and no Home tab.
const modest = `{
	"features":{"slash_commands":[{"command":"/inc"}]},
	"oauth_config":{"scopes":{"bot":["commands","chat:write","channels:history"]}},
	"settings":{"socket_mode_enabled":true,"event_subscriptions":{"bot_events":["message.channels","reaction_added"]}}}`

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func values(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// hears connects an app that passes on the events it gets, all acknowledged.
func (a *app) hears() <-chan slackevents.EventsAPIInnerEvent {
	heard := make(chan slackevents.EventsAPIInnerEvent, 100)
	a.connect(func(e socketmode.Event) any {
		if event, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			heard <- event.InnerEvent
		}
		return nil
	})
	return heard
}

// texts are the messages heard until all is quiet for a minute, and the types of other events.
func texts(heard <-chan slackevents.EventsAPIInnerEvent) (out []string) {
	for {
		select {
		case e := <-heard:
			if m, ok := e.Data.(*slackevents.MessageEvent); ok {
				out = append(out, m.ChannelType+": "+m.Text)
			} else {
				out = append(out, e.Type)
			}
		case <-time.After(time.Minute):
			return out
		}
	}
}

func TestTheAppHearsOnlyWhereItIsAndItselfToo(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{
		{Name: "in", App: true}, {Name: "out"}, {Name: "secret", Private: true}, {Name: "secret-in", Private: true, App: true},
	}}
	inBubble(t, opts, func(t *testing.T, a *app) {
		heard := a.hears()
		for _, where := range []string{"#in", "#out", "#secret", "#secret-in", "DM"} {
			a.Person("ana").Says(where, "in "+strings.Trim(where, "#"))
			<-time.After(time.Second)
		}
		for _, where := range []string{"in", "out"} {
			if _, _, err := a.api.PostMessageContext(t.Context(), a.ChannelID(where), slack.MsgOptionText("mine, "+where, false)); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Second)
		}
		want := []string{"channel: in in", "group: in secret-in", "im: in DM", "channel: mine, in"}
		if diff := cmp.Diff(want, texts(heard)); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
	})
}

func TestEventsNeedTheirScopeAndTheirSubscription(t *testing.T) {
	inBubble(t, sandbox.Options{Manifest: []byte(modest)}, func(t *testing.T, a *app) {
		heard := a.hears()
		a.channel("ops")
		ana := a.Person("ana")
		ana.Says("#ops", "hello")
		ana.Reacts("#ops", "hello", "eyes") // subscribed, but without the scope
		if diff := cmp.Diff([]string{"channel: hello"}, texts(heard)); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		a.GrantScope("reactions:read")
		ana.Reacts("#ops", "hello", "wave")
		if diff := cmp.Diff([]string{"reaction_added"}, texts(heard)); diff != "" {
			t.Errorf("heard with the scope (-want +got):\n%s", diff)
		}
	})
}

func TestTheHomeTabTellsWhetherItWasPublished(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		opened := make(chan *slackevents.AppHomeOpenedEvent, 10)
		a.connect(func(e socketmode.Event) any {
			if event, ok := e.Data.(slackevents.EventsAPIEvent); ok {
				opened <- event.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
			}
			return nil
		})
		ana := a.Person("ana")
		ana.Home()
		if e := <-opened; e.User != ana.ID() || e.Tab != "home" || e.View != nil {
			t.Errorf("before anything was published: %+v", e)
		}
		publish := func(hash *string) (*slack.ViewResponse, error) {
			return a.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: ana.ID(), View: tab(rawBlocks(divider)), Hash: hash})
		}
		first, err := publish(nil)
		if err != nil {
			t.Fatal(err)
		}
		ana.Home()
		if e := <-opened; e.View == nil || e.View.Hash != first.Hash {
			t.Errorf("afterwards: %+v", e)
		}
		_, err = publish(&first.Hash)
		wants(t, "publishing with the last hash", "", err)
		_, err = publish(&first.Hash)
		wants(t, "publishing with an old hash", "hash_conflict", err)
	})
	inBubble(t, sandbox.Options{Manifest: []byte(modest)}, func(t *testing.T, a *app) {
		_, err := a.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: a.Person("ana").ID(), View: tab(rawBlocks(divider))})
		wants(t, "publishing without a Home tab", "not_enabled", err)
	})
}
