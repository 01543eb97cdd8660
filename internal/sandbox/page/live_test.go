package page_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

func TestOnlyWhatChangedIsSent(t *testing.T) {
	b := open(t, sandbox.Options{})
	ben := b.Person("ben")
	fill(b, "ana", "#general", 3)
	first := ben.Says("#general", "first of Ben's")
	here := b.follow(b.at("ana", "#general"))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var second string
	for _, c := range []struct {
		when  string
		do    func()
		until string
		want  []string
	}{
		{"somebody writes", func() { second = ben.Says("#general", "and another one") }, "and another one", []string{"beforeend #messages"}},
		{"a message is edited", func() { must(ben.EditsAt("#general", first, "changed")) }, "changed", []string{"outerMorph " + dom(first)}},
		{"somebody reacts", func() { must(ben.ReactsAt("#general", first, "tada", true)) }, "🎉", []string{"outerMorph " + dom(first)}},
		{"somebody replies", func() { _, err := ben.RepliesAt("#general", first, "below", false); must(err) }, "1 reply", []string{"outerMorph " + dom(first)}},
		{"a message is pinned", func() { must(ben.PinsAt("#general", first, true)) }, dom(first), []string{"innerMorph #head", "outerMorph " + dom(first)}},
		{"somebody writes elsewhere", func() { ben.Says("#random", "@ana look") }, "side-body", []string{"innerMorph #side-body"}},
	} {
		c.do()
		got := swaps(here.until(c.until))
		// the message after a changed one may stand on its own now
		got = slices.DeleteFunc(got, func(s string) bool {
			return second != "" && c.when != "somebody writes" && s == "outerMorph "+dom(second)
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("when %s (-want +got):\n%s", c.when, diff)
		}
	}
	must(ben.DeletesAt("#general", second))
	if got := swaps(here.until("delete")); !slices.Contains(got, "delete "+dom(second)) || slices.Contains(got, "innerMorph #messages") {
		t.Errorf("when a message is deleted: %v", got)
	}
}

func TestAPageThatIsUpToDateIsSentNothing(t *testing.T) {
	b := open(t, sandbox.Options{})
	fill(b, "ben", "#general", 3)
	here := b.follow(b.at("ana", "#general"))
	b.Person("ben").Says("#general", "the only news")
	if got := here.until("the only news"); strings.Contains(got, "message number") {
		t.Errorf("what the page had is sent again:\n%s", got)
	}
}

func TestAPageThatComesBackIsSentWhatItMissed(t *testing.T) {
	b := open(t, sandbox.Options{})
	here := b.at("ana", "#general")
	fill(b, "ben", "#general", 2)
	m := regexp.MustCompile(`since=([A-Z2-7]+-\d+)`).FindStringSubmatch(b.get(here))
	b.Person("ben").Says("#general", "while you were away")
	got := b.listen(here+"/live?since=old-1", "Last-Event-ID: "+m[1]).until("while you were away")
	if !slices.Contains(swaps(got), "innerMorph #messages") {
		t.Errorf("it is sent %v", swaps(got))
	}
	if !strings.Contains(got, "new-line") {
		t.Error("no line says what is new")
	}
}

func TestScrollingUpShowsThePageBefore(t *testing.T) {
	b := open(t, sandbox.Options{})
	fill(b, "ben", "#general", 120)
	here := b.at("ana", "#general")
	html := b.get(here)
	if got := strings.Count(html, "message number"); got != 50 {
		t.Fatalf("%d messages are shown at first", got)
	}
	for _, want := range []int{100, 120} {
		_, rest, _ := strings.Cut(html, `class="older" hx-get="`)
		older, _, found := strings.Cut(rest, `"`)
		if !found {
			t.Fatalf("nothing leads to older messages, of which there are %d", want)
		}
		m := liveAddress.FindStringSubmatch(b.get(strings.ReplaceAll(older, "&amp;", "&")))
		if m == nil {
			t.Fatal("the page before is not followed")
		}
		html = b.listen(strings.ReplaceAll(m[1], "&amp;", "&")).until("side-body")
		if got := strings.Count(html, "message number"); got != want {
			t.Errorf("%d messages are shown further up, not %d", got, want)
		}
	}
	if strings.Contains(html, `class="older"`) {
		t.Error("there is said to be more before the first message")
	}
}

func TestAThreadIsFollowedInItsPane(t *testing.T) {
	b := open(t, sandbox.Options{})
	ben := b.Person("ben")
	root := ben.Says("#general", "who takes it?")
	pane := b.follow(b.at("ana", "#general") + "/t/" + root)
	reply, err := ben.RepliesAt("#general", root, "me", false)
	if err != nil {
		t.Fatal(err)
	}
	got := swaps(pane.until("1 reply"))
	for _, want := range []string{"beforeend #replies", "outerMorph " + dom(root), "innerMorph #thread-count"} {
		if !slices.Contains(got, want) {
			t.Errorf("a reply swaps %v, without %s", got, want)
		}
	}
	if slices.Contains(got, "beforeend #messages") {
		t.Error("the reply stands in the channel, too")
	}
	if err := ben.DeletesAt("#general", reply); err != nil {
		t.Fatal(err)
	}
	pane.until(`"delete"`)
	if err := ben.DeletesAt("#general", root); err != nil {
		t.Fatal(err)
	}
	if got := swaps(pane.until(`"#thread"`)); !slices.Contains(got, "delete #thread") {
		t.Errorf("the pane of a deleted message stays: %v", got)
	}
}

func TestNewsAreBoldUntilTheyAreLookedAt(t *testing.T) {
	b := open(t, sandbox.Options{})
	ben := b.Person("ben")
	ben.Says("#random", "old")
	b.get(b.at("ana", "#random"))
	ben.Says("#random", "@ana news")
	ben.Says("#random", "more news")
	side, err := b.Sidebar("ana")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(side.Channels, func(e sandbox.Entry) bool { return e.Name == "random" })
	if e := side.Channels[i]; !e.Unread || e.Mentions != 1 {
		t.Errorf("two messages, one of them with a mention, are shown as %+v", e)
	}
	html := b.get(b.at("ana", "#random"))
	_, after, found := strings.Cut(html, "new-line")
	if !found || strings.Contains(after, ">old<") || !strings.Contains(after, "more news") || strings.Count(html, "new-line") != 1 {
		t.Error("the line above what is new does not stand above the first new message")
	}
	if side, _ := b.Sidebar("ana"); side.Channels[i].Unread || side.Channels[i].Mentions != 0 {
		t.Errorf("once looked at, it is still %+v", side.Channels[i])
	}
	if html := b.get(b.at("ana", "#random")); strings.Contains(html, "new-line") {
		t.Error("the line is still there the next time")
	}
}

func TestSomebodyWhoIsRemovedIsSentAway(t *testing.T) {
	b := open(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "room", Private: true, Members: []string{"ana", "ben"}}}})
	ben := b.follow(b.at("ben", "#room"))
	b.Person("ana").Kicks("#room", "ben")
	ben.until("event: gone")
}
