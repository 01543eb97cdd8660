package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// calls makes the app call a method, whatever it answers.
func (b *browser) calls(method string, args ...string) string {
	b.t.Helper()
	q := url.Values{"token": {b.BotToken()}}
	for i := 0; i < len(args); i += 2 {
		q.Set(args[i], args[i+1])
	}
	answer := b.ask("POST", "/api/"+method, q.Encode()+"&")
	var out struct{ TS string }
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		b.t.Fatal(err)
	}
	return out.TS
}

var line = regexp.MustCompile(`(?s)<li class="happening tone-(\w+)[^"]*" id="s-(\d+)".*?<span class="h-method">([^<]*)</span>.*?</li>`)

// lines are the entries on the page, newest first, as "tone method".
func lines(html string) []string {
	var out []string
	for _, m := range line.FindAllStringSubmatch(html, -1) {
		out = append(out, m[1]+" "+m[3])
	}
	return out
}

// acted is a workspace in which a few things happened.
func acted(t *testing.T) (b *browser, ops, ts string) {
	b = open(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "ops", App: true}}})
	ops = b.ChannelID("ops")
	ts = b.calls("chat.postMessage", "channel", ops, "text", "the *card*")
	b.calls("chat.update", "channel", ops, "ts", ts, "text", "the card, again")
	b.calls("users.info", "user", "UBEN")
	b.calls("chat.postMessage", "channel", "C404", "text", "nowhere")
	b.Person("ana").Slash("#ops", "/inc declare")
	return b, ops, ts
}

func TestTheBackOfTheStageIsFiltered(t *testing.T) {
	b, ops, ts := acted(t)
	command := "bad /inc"
	for query, want := range map[string][]string{
		"":                         {command, "bad chat.postMessage", "good users.info", "waiting message", "good chat.update", "waiting message", "good chat.postMessage"},
		"kind=call":                {"bad chat.postMessage", "good users.info", "good chat.update", "good chat.postMessage"},
		"kind=command":             {command},
		"kind=event":               {"waiting message", "waiting message"},
		"kind=note":                nil,
		"method=Users.Info":        {"good users.info"},
		"errors=1":                 {command, "bad chat.postMessage"},
		"errors=1&kind=call":       {"bad chat.postMessage"},
		"q=NOWHERE":                {"bad chat.postMessage"},
		"q=channel_not_found":      {"bad chat.postMessage"},
		"q=ben":                    {"good users.info"},
		"q=%23ops&kind=call":       {"good chat.update", "good chat.postMessage"},
		"q=nothing+like+this":      nil,
		"in=" + ops + "&ts=" + ts:  {"waiting message", "good chat.update", "waiting message", "good chat.postMessage"},
		"in=" + ops + "&ts=1.0":    nil,
		"in=C404&ts=" + ts:         nil,
		"before=1":                 nil,
		"before=x&method=chat.nix": nil,
	} {
		got := lines(b.get("/stage?" + query))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("?%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestTheTimelineLeadsToTheMessageAndBack(t *testing.T) {
	b, ops, ts := acted(t)
	html := b.get("/stage?as=ben&method=chat.update")
	jump := regexp.MustCompile(`class="h-jump" href="([^"]+)"`).FindStringSubmatch(html)
	if jump == nil {
		t.Fatal("no way leads to the message")
	}
	to := b.ask("GET", strings.ReplaceAll(jump[1], "&amp;", "&"), "").Header.Get("Location")
	if want := "/w/ben/" + ops + "?at=" + ts; to != want {
		t.Fatalf("the way leads to %q, not %q", to, want)
	}
	if page := b.get(to); !strings.Contains(page, `data-at="m-`+strings.ReplaceAll(ts, ".", "-")) || !strings.Contains(page, `data-path="/w/ben/`+ops+`/m/`+ts) {
		t.Error("the message is not there") // assets/stage.js makes the way back of its data-path and data-ts
	}
	html = b.get("/stage?as=ben&in=" + ops + "&ts=" + ts)
	if !strings.Contains(html, "About one message") || !strings.Contains(html, `href="`+to+`"`) || !strings.Contains(html, "the card, again") {
		t.Error("the page about the message does not lead to it")
	}
	b.calls("chat.delete", "channel", ops, "ts", ts)
	if gone := text(t, b.ask("GET", "/stage/message?in="+ops+"&ts="+ts, ""), http.StatusNotFound); !strings.Contains(gone, "The message was deleted") {
		t.Error(gone)
	}
	if html := b.get("/stage?in=" + ops + "&ts=" + ts); !strings.Contains(html, "it is gone") || lines(html)[1] != "good chat.delete" {
		t.Errorf("once deleted, it is told by %q", lines(html))
	}
}

func TestAnEntryShowsItsDocumentsFoldedAndAsText(t *testing.T) {
	b, ops, ts := acted(t)
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"in *blocks*"}}]`
	b.calls("chat.update", "channel", ops, "ts", ts, "blocks", blocks, "text", "x")
	entry := regexp.MustCompile(`data-entry="([^"]+)"`).FindStringSubmatch(b.get("/stage?method=chat.update"))[1]
	html := b.get(strings.ReplaceAll(entry, "&amp;", "&"))
	for _, want := range []string{
		`<span class="j-key">&#34;mrkdwn`, `<details class="j-fold" open>`, `<span class="how">changed</span>`, `>200<`, "Arguments", "Answer",
		`&#34;blocks&#34;: [`, // the text that is copied
	} {
		if strings.Contains(want, "mrkdwn") {
			want = `<span class="j-text">&#34;mrkdwn&#34;</span>`
		}
		if !strings.Contains(html, want) {
			t.Errorf("no %q in\n%s", want, html)
		}
	}
	if got := b.ask("GET", "/stage/entry/99999", "").StatusCode; got != http.StatusNotFound {
		t.Errorf("an entry that nobody remembers: %d", got)
	}
}

func TestManyEntriesAreShownByPages(t *testing.T) {
	b := open(t, sandbox.Options{})
	for i := range 230 {
		b.calls("users.info", "user", fmt.Sprint("U", i))
	}
	html, pages := b.get("/stage"), []int{}
	for {
		pages = append(pages, len(lines(html)))
		m := regexp.MustCompile(`href="([^"]+)">Older`).FindStringSubmatch(html)
		if m == nil {
			break
		}
		if html = b.get(strings.ReplaceAll(m[1], "&amp;", "&")); !strings.Contains(html, ">Newest</a>") || strings.Contains(html, "data-live") {
			t.Error("a page further back does not lead to the newest, or is followed")
		}
	}
	if diff := cmp.Diff([]int{100, 100, 30}, pages); diff != "" {
		t.Error(diff)
	}
}

// sent is what the stream of the back of the stage says.
type sent struct {
	Top     string
	All     string
	Lines   map[string]string
	Regions map[string]string
}

func (s *stream) news(want string) sent {
	s.t.Helper()
	all := strings.Split(strings.TrimSpace(s.until(want)), "\n")
	var out sent
	if err := json.Unmarshal([]byte(all[len(all)-1]), &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

var liveStage = regexp.MustCompile(`data-live="([^"]+)"`)

// behind follows the back of the stage.
func (b *browser) behind(query string) *stream {
	b.t.Helper()
	return b.listen(strings.ReplaceAll(liveStage.FindStringSubmatch(b.get("/stage?" + query))[1], "&amp;", "&"))
}

func TestTheTimelineIsLive(t *testing.T) {
	b, ops, _ := acted(t)
	everything, mistakes := b.behind(""), b.behind("errors=1")
	b.calls("chat.postMessage", "channel", ops, "text", "news")
	if got := everything.news("news"); len(lines(got.Top)) == 0 || got.All != "" {
		t.Errorf("a new entry comes as %+v", got)
	}
	if err := b.SwitchOn("hang", sandbox.Wish{Method: "auth.test"}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.calls("auth.test")
	}()
	running := everything.news("running")
	if got := lines(running.Top); len(got) == 0 || got[0] != "waiting auth.test" {
		t.Fatalf("a call that runs is shown as %q", got)
	}
	id := "s-" + line.FindStringSubmatch(running.Top)[2]
	b.Mend()
	<-done
	ended := everything.news(`"lines"`)
	for ended.Lines[id] == "" { // the lines of other entries
		ended = everything.news(`"lines"`)
	}
	if got := lines(ended.Lines[id]); len(got) != 1 || got[0] != "good auth.test" {
		t.Errorf("once it has ended, it is shown as %q: %+v", got, ended.Lines)
	}
	b.calls("users.info", "user", "U404")
	// One that was seen while it ran comes with all that are shown, as it may not be the newest any more.
	sent := mistakes.news("user_not_found")
	if got := lines(sent.Top + sent.All); len(got) == 0 || got[0] != "bad users.info" || slices.Contains(got, "good auth.test") {
		t.Errorf("whoever wants errors only is sent %q", got)
	}
}

func TestAnErrorThatIsOneOnlyLaterIsShownThen(t *testing.T) {
	b := open(t, sandbox.Options{})
	mistakes := b.behind("errors=1")
	i := b.Faults().Add(sandbox.Fault{Method: "users.info", Hang: true, Error: "fatal_error"})
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.calls("users.info", "user", "UBEN")
	}()
	mistakes.news("users.info answers fatal_error (1 so far)")
	i.Release()
	<-done
	if got := lines(mistakes.news(`"all"`).All); len(got) != 1 || got[0] != "bad users.info" {
		t.Errorf("it is sent %q", got)
	}
}

func TestFaultsAreSwitchedFromThePageAndShownEverywhere(t *testing.T) {
	b := open(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "ops", App: true}}})
	here := b.at("ana", "#general")
	banner := regexp.MustCompile(`(?s)id="standing"[^>]*></div>`)
	for _, path := range []string{here, "/stage"} {
		if !banner.MatchString(b.get(path)) {
			t.Errorf("%s has a banner while all is well", path)
		}
	}
	live := b.follow(here)
	for form, want := range map[string]string{
		"key=slow": "every call takes 2s longer", "key=duplicates": "every envelope comes twice", "key=scope-removed&scope=chat:write": "the scope chat:write is removed",
		"key=archived&in=" + b.ChannelID("ops"): "#ops is archived", "key=refused": "new connections are refused",
	} {
		b.post("/stage/on", strings.Split(form, "&")...)
		live.until(want)
		for _, path := range []string{here, "/w/ben/home", "/w/ben/browse", "/stage"} {
			if html := b.get(path); !strings.Contains(html, want) || !strings.Contains(html, ">Clear</button>") {
				t.Errorf("%s does not say that %s", path, want)
			}
		}
	}
	off := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(b.get("/stage"))
	before := len(b.Standing())
	if b.post("/stage/off", "id="+off[1]); len(b.Standing()) != before-1 {
		t.Errorf("after %q was ended, this goes wrong: %+v", off[1], b.Standing())
	}
	if b.post("/stage/mend"); len(b.Standing()) != 0 || !banner.MatchString(b.get(here)) {
		t.Errorf("after Clear this goes wrong: %+v", b.Standing())
	}
	if why := b.refused("/stage/on", "key=archived", "in=C404"); !strings.Contains(why, "There is no channel") {
		t.Error(why)
	}
}

func TestTheClockIsMovedForwardAndBackToNow(t *testing.T) {
	b := open(t, sandbox.Options{})
	berlin, err := time.LoadLocation("Europe/Berlin") // Ana's
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		form string
		want func(before time.Time) time.Time
	}{
		{"to=hour", func(t time.Time) time.Time { return t.Add(time.Hour) }},
		{"to=day", func(t time.Time) time.Time { return t.Add(24 * time.Hour) }},
		{"to=week", func(t time.Time) time.Time { return t.Add(7 * 24 * time.Hour) }},
		{"to=morning&as=ana", func(t time.Time) time.Time {
			at := time.Date(t.Year(), t.Month(), t.Day(), 9, 0, 0, 0, berlin)
			if !at.After(t) {
				at = at.AddDate(0, 0, 1)
			}
			return at
		}},
		{"to=at&as=ana&at=2099-05-01T08:30", nil},
	} {
		before := b.Clock().Now().In(berlin)
		if c.want == nil {
			before = before.AddDate(9, 0, 0)
			c.form = "to=at&as=ana&at=" + before.Format("2006-01-02T15:04")
			c.want = func(t time.Time) time.Time { return t.Truncate(time.Minute) }
		}
		b.post("/stage/clock", strings.Split(c.form, "&")...)
		if off := b.Clock().Now().Sub(c.want(before)); off < 0 || off > time.Minute {
			t.Errorf("%s: the clock is at %v, %v off", c.form, b.Clock().Now(), off)
		}
		if html := b.get(b.at("ana", "#general")); !strings.Contains(html, "ahead of the real time") || !strings.Contains(html, "Back to now") {
			t.Errorf("%s: no banner says that the clock was moved", c.form)
		}
	}
	for form, want := range map[string]string{
		"to=at&at=2001-01-01T00:00": "forward only", "to=at&at=soon": "choose a date", "to=at&at=2199-01-01T00:00": "ten years", "to=yesterday": "cannot be moved",
	} {
		if why := b.refused("/stage/clock", strings.Split(form, "&")...); !strings.Contains(strings.ToLower(why), want) {
			t.Errorf("%s: %s", form, why)
		}
	}
	b.post("/stage/clock", "to=now")
	if off := time.Since(b.Clock().Now()).Abs(); off > time.Minute {
		t.Errorf("back to now, the clock is %v off", off)
	}
	if html := b.get("/stage"); strings.Contains(html, "Back to now") || !strings.Contains(html, "The clock tells the real time") {
		t.Error("it is still said to be moved")
	}
}

func TestNothingOnTheBackOfTheStageIsMarkup(t *testing.T) {
	b := open(t, sandbox.Options{
		People:   []sandbox.Persona{{Handle: "ana", Name: hostile}},
		Channels: []sandbox.ChannelSpec{{Name: "general", App: true}, {Name: hostile, App: true}},
	})
	general := b.ChannelID("general")
	ts := b.calls("chat.postMessage", "channel", general, "text", hostile, "metadata", `{"event_type":"`+`<script>alert(3)</script>`+`","event_payload":{"<img src=x>":1}}`)
	b.calls(url.PathEscape(hostile), hostile, hostile, "blocks", `{"`+`<script>alert(4)</script>`+`":[1,null,true,"</textarea><script>alert(5)</script>"]}`)
	b.Person("ana").Says("#general", hostile)
	b.Person("ana").Slash("#general", "/"+`<script>`+" "+hostile)
	if err := b.SwitchOn("app-removed", sandbox.Wish{In: b.ChannelID(hostile)}); err != nil {
		t.Fatal(err)
	}
	stream := b.behind("q=%3Cscript%3E")
	b.calls("users.info", "user", hostile)
	pages := map[string]string{
		"stage": b.get("/stage"), "search": b.get("/stage?q=" + url.QueryEscape(hostile) + "&method=" + url.QueryEscape(hostile) + "&as=" + url.QueryEscape(hostile)),
		"message": b.get("/stage?in=" + general + "&ts=" + ts), "channel": b.get(b.at("ana", "#general")), "live": stream.news("users.info").Top,
	}
	for _, m := range regexp.MustCompile(`data-entry="([^"]+)"`).FindAllStringSubmatch(pages["stage"], -1) {
		pages[m[1]] = b.get(strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	if len(pages) < 8 {
		t.Fatalf("only %d pages are looked at", len(pages))
	}
	found := regexp.MustCompile(danger + `|</textarea><script|<script>`)
	for name, html := range pages {
		if at := found.FindStringIndex(html); at != nil {
			t.Errorf("%s: …%s…", name, html[max(0, at[0]-80):min(len(html), at[1]+40)])
		}
	}
	for what, pattern := range map[string]string{"script": `<script(?: [^>]*)?>[^<]`, "event handler": `<[^>]* on[a-z]+=`, "style": `<[^>]* style=`, "outside address": `(?:src|href)="(?:https?:)?//`} {
		if found := regexp.MustCompile(pattern).FindString(open(t, sandbox.Options{}).get("/stage?q=x")); found != "" {
			t.Errorf("an inline %s stands in the page: %q", what, found)
		}
	}
}

func TestTheBackOfTheStageAnswersNoOtherSites(t *testing.T) {
	b := open(t, sandbox.Options{})
	for method, paths := range map[string][]string{
		"GET":  {"/stage", "/stage/live", "/stage/entry/1", "/stage/message"},
		"POST": {"/stage/on", "/stage/off", "/stage/mend", "/stage/clock"},
	} {
		for _, path := range paths {
			for _, header := range []string{"Host: evil.example", "Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"} {
				if answer := b.ask(method, path, "key=slow&to=week&", header); answer.StatusCode != http.StatusForbidden {
					t.Errorf("%s %s with %s: %s", method, path, header, answer.Status)
				}
			}
			if method == "POST" {
				if answer := b.ask(method, path, "key=slow&to=week&", "Sec-Fetch-Site: same-site"); answer.StatusCode != http.StatusForbidden {
					t.Errorf("another port of this machine may post to %s: %s", path, answer.Status)
				}
			}
		}
	}
	if on := b.Standing(); len(on) != 0 || b.Clock().Offset() > time.Minute {
		t.Errorf("what was refused happened all the same: %+v", on)
	}
	const token = "xoxb-123456789012-abc"
	for _, path := range []string{"/stage?q=" + token, "/w/ana/home?x=" + token} {
		if why := text(t, b.ask("GET", path, ""), http.StatusUnprocessableEntity); !strings.Contains(why, "token of a real workspace") {
			t.Errorf("%s: %s", path, why)
		}
	}
}
