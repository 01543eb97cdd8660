package page_test

import (
	"strings"
	"testing"

	"epilogue/internal/sandbox"
)

func TestWhatIsPostedIsDone(t *testing.T) {
	b := open(t, sandbox.Options{})
	here := b.at("ana", "#general")
	ben := b.Person("ben")
	theirs := ben.Says("#general", "ben says")
	message := func(text string) string {
		t.Helper()
		c, err := b.Conversation("ana", "#general", "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.Messages {
			if strings.Contains(m.Text, text) {
				return here + "/m/" + m.TS
			}
		}
		t.Fatalf("no message says %q", text)
		return ""
	}
	sees := func(in, want string, there bool) {
		t.Helper()
		if page := ben.Sees(in); strings.Contains(page, want) != there {
			t.Errorf("%q in %s should be there: %v, but it is\n%s", want, in, there, page)
		}
	}

	b.post(here+"/send", "text=hello @ben, see #random & <more>")
	sees("#general", "hello @Ben, see #random & <more>", true)
	b.post(message("hello")+"/edit", "text=good morning")
	sees("#general", "good morning", true)
	b.post(here+"/send", "text=an answer", "thread="+theirs)
	sees("#general", "↳ Ana: an answer", true)
	b.post(here+"/m/"+theirs+"/react", "name=eyes", "on=1")
	sees("#general", ":eyes: 1", true)
	b.post(here+"/m/"+theirs+"/react", "name=eyes")
	sees("#general", ":eyes: 1", false)
	b.post(here+"/m/"+theirs+"/pin", "on=1")
	if pins := ben.Pins("#general"); len(pins) != 1 || pins[0] != "ben says" {
		t.Errorf("pinned are %q", pins)
	}
	b.post(here + "/m/" + theirs + "/pin")
	if pins := ben.Pins("#general"); len(pins) != 0 {
		t.Errorf("pinned are still %q", pins)
	}
	b.post(message("good morning") + "/delete")
	sees("#general", "good morning", false)

	if got := b.post("/w/ana/channels", "name=Plan Budget"); !strings.Contains(got, b.at("ana", "#plan-budget")) {
		t.Errorf("the new channel is at %s", got)
	}
	b.post(b.at("ben", "#plan-budget") + "/join")
	b.post(b.at("ana", "#plan-budget")+"/invite", "user=UCEM")
	sees("#plan-budget", "@Cem has joined", true)
	b.post(b.at("cem", "#plan-budget") + "/leave")
	sees("#plan-budget", "@Cem has left", true)
	b.post(b.at("ana", "#plan-budget") + "/archive")
	b.refused(b.at("ana", "#plan-budget")+"/send", "text=too late")
	b.post(b.at("ana", "#plan-budget") + "/unarchive")
	b.post(b.at("ana", "#plan-budget")+"/send", "text=in time")
	sees("#plan-budget", "in time", true)
}

func TestWhatSlackWouldNotLetSomebodyDoIsRefusedWithASentence(t *testing.T) {
	b := open(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "club", Members: []string{"ben"}}}})
	ben := b.Person("ben")
	theirs := ben.Says("#general", "ben says")
	here := b.at("ana", "#general")
	for name, c := range map[string]struct {
		path   string
		fields []string
		want   string
	}{
		"an empty message":            {here + "/send", []string{"text=  "}, "nothing to send"},
		"a message that is too long":  {here + "/send", []string{"text=" + strings.Repeat("x", 12001)}, "at most 12000"},
		"a reply to nothing":          {here + "/send", []string{"text=x", "thread=1.0"}, "no message"},
		"a command in a thread":       {here + "/send", []string{"text=/inc help", "thread=" + theirs}, "/inc is not supported in threads"},
		"writing where one is not":    {b.at("ana", "#club") + "/send", []string{"text=x"}, "not in"},
		"editing somebody else's":     {here + "/m/" + theirs + "/edit", []string{"text=x"}, "not Ana's"},
		"deleting somebody else's":    {here + "/m/" + theirs + "/delete", nil, "not Ana's"},
		"no emoji":                    {here + "/m/" + theirs + "/react", []string{"name=<b>", "on=1"}, "no emoji"},
		"a channel with a bad name":   {"/w/ana/channels", []string{"name=Ä!"}, "invalid_name"},
		"a channel that exists":       {"/w/ana/channels", []string{"name=general"}, "name_taken"},
		"joining again":               {here + "/join", nil, "joined already"},
		"a token of a real workspace": {here + "/send", []string{"text=use xoxb-123456789012-abc"}, "token of a real workspace"},
		"an app token of a real one":  {here + "/m/" + theirs + "/edit", []string{"text=xapp-1-A0123456789-1"}, "token of a real workspace"},
		"inviting nobody":             {here + "/invite", []string{"user=UNOBODY"}, "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			if got := b.refused(c.path, c.fields...); !strings.Contains(strings.ToLower(got), strings.ToLower(c.want)) {
				t.Errorf("the sentence is %q", got)
			}
		})
	}
	b.t = t
	if page := ben.Sees("#general"); strings.Contains(page, "xoxb-") || !strings.Contains(page, "ben says") {
		t.Errorf("something of it was done:\n%s", page)
	}
}

func TestACommandThatFailsIsToldInTheConversation(t *testing.T) {
	b := open(t, sandbox.Options{Manifest: []byte(`{"settings": {"socket_mode_enabled": true}, "features": {"slash_commands": [{"command": "/inc", "description": "Incidents", "usage_hint": "[help]"}]},
		"oauth_config": {"scopes": {"bot": ["commands"]}}}`)})
	here := b.at("ana", "#general")
	live := b.follow(here)
	b.post(here+"/send", "text=/inc help")
	if got := live.until("app did not respond"); !strings.Contains(got, "Only visible to you") || !strings.Contains(got, "Slackbot") {
		t.Errorf("it is shown as %s", got)
	}
	b.post(here+"/send", "text=/unheard of")
	live.until("is not a valid command")
	if html := b.get(b.at("ben", "#general")); strings.Contains(html, "did not respond") {
		t.Error("Ben sees what only Ana should")
	}
	if all := b.get("/w/ana/complete.json"); !strings.Contains(all, `"name":"/inc [help]","note":"Incidents"`) {
		t.Errorf("the command cannot be completed: %.300s", all)
	}
	c, err := b.Conversation("ana", "#general", "", 50)
	if err != nil {
		t.Fatal(err)
	}
	b.post(here + "/m/" + c.Messages[0].TS + "/delete")
	if html := b.get(here); strings.Contains(html, "did not respond") {
		t.Error("it cannot be dismissed")
	}
}
