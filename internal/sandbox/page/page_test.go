package page_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"epilogue/internal/sandbox"
)

func TestTheFrontDoorLeadsBrowsersToThePageAndOthersToTheTranscript(t *testing.T) {
	b := open(t, sandbox.Options{})
	b.Person("ben").Says("#random", "look here")
	answer := b.ask("GET", "/", "")
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || to != b.at("ana", "#random") {
		t.Errorf("a browser is sent to %q (%s), not to where something is going on", to, answer.Status)
	}
	b.get(b.at("cem", "#general"))
	if to := b.ask("GET", "/", "").Header.Get("Location"); !strings.HasPrefix(to, "/w/cem/") {
		t.Errorf("somebody who was Cem a moment ago is sent to %q", to)
	}
	for _, accept := range []string{"text/plain", "*/*"} {
		if got := text(t, b.ask("GET", "/", "", "Accept: "+accept), http.StatusOK); !strings.HasPrefix(got, "── #random ──") {
			t.Errorf("with Accept %s the door shows %.80q", accept, got)
		}
	}
}

func TestEveryAnswerKeepsStrangersOut(t *testing.T) {
	b := open(t, sandbox.Options{})
	for _, path := range []string{"/", b.at("ana", "#general"), "/w/ana/home", "/w/nobody/C1", "/assets/page.js", "/assets/none", "/nowhere"} {
		h := b.ask("GET", path, "").Header
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the kind of %s may be guessed", path)
		}
		if h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, h.Get("Cache-Control"))
		}
	}
	html := b.get(b.at("ana", "#general"))
	for what, pattern := range map[string]string{"script": `<script(?: [^>]*)?>[^<]`, "event handler": `<[^>]* on[a-z]+=`, "style": `<[^>]* style=`, "outside address": `(?:src|href)="(?:https?:)?//`} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("an inline %s stands in the page: %q", what, found)
		}
	}
}

func TestOtherSitesAndOtherNamesAreRefused(t *testing.T) {
	b := open(t, sandbox.Options{})
	here := b.at("ana", "#general")
	ts := b.Person("ana").Says("#general", "mine")
	routes := map[string][]string{
		"GET": {"/", here, here + "/live", here + "/older", "/w/ana/home", "/w/ana/complete.json", "/assets/page.js", "/sandbox/transcript", "/sandbox/people"},
		"POST": {
			here + "/send", here + "/leave", here + "/m/" + ts + "/delete", here + "/m/" + ts + "/react", "/w/ana/channels", "/w/ana/shortcut", "/w/ana/act",
			"/w/ana/submit", "/w/ana/close", "/w/ana/suggest", "/sandbox/people/ana/says", "/sandbox/clock", "/sandbox/faults",
		},
	}
	for method, paths := range routes {
		for _, path := range paths {
			for _, header := range []string{"Host: evil.example", "Host: evil.example:80", "Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"} {
				if answer := b.ask(method, path, "text=gotcha&", header); answer.StatusCode != http.StatusForbidden {
					t.Errorf("%s %s with %s: %s", method, path, header, answer.Status)
				}
			}
		}
	}
	for _, path := range []string{here + "/send", "/w/ana/channels"} {
		if answer := b.ask("POST", path, "text=gotcha&", "Sec-Fetch-Site: same-site"); answer.StatusCode != http.StatusForbidden {
			t.Errorf("another port of this machine may post to %s: %s", path, answer.Status)
		}
	}
	if said := b.Person("ana").Sees("#general"); strings.Contains(said, "gotcha") || !strings.Contains(said, "mine") {
		t.Errorf("what was refused happened all the same:\n%s", said)
	}
}

const (
	hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{.}}<hx-partial hx-target="body">`
	danger  = `<img src=x|<script>alert|<hx-partial hx-target="body`
)

func TestWhatPeopleTypeIsNeverMarkup(t *testing.T) {
	b := open(t, sandbox.Options{People: []sandbox.Persona{{Handle: "ana", Name: hostile}, {Handle: "ben", Name: "Ben <b>"}}})
	ana := b.Person("ana")
	ts := ana.Says("#general", hostile)
	if _, err := ana.RepliesAt("#general", ts, hostile, true); err != nil {
		t.Fatal(err)
	}
	if err := ana.PinsAt("#general", ts, true); err != nil {
		t.Fatal(err)
	}
	here := b.at("ben", "#general")
	pages := map[string]string{
		"channel": b.get(here), "moved to": b.get(here, "HX-Request: true", "HX-Target: main#main"), "thread": b.get(here + "/t/" + ts), "all channels": b.get("/w/ben/browse"),
		"home": b.get("/w/ben/home"), "lost": text(t, b.ask("GET", "/w/%3Cscript%3Ealert/x", ""), http.StatusNotFound),
		"live": b.listen(here + "/live?since=0&thread=" + ts).until("side-body"),
	}
	found := regexp.MustCompile(danger)
	for name, html := range pages {
		if name == "live" {
			html = target.ReplaceAllString(html, "")
		}
		html = strings.ReplaceAll(html, `<hx-partial hx-target="#`, "")
		if at := found.FindStringIndex(html); at != nil {
			t.Errorf("%s: …%s…", name, html[max(0, at[0]-80):min(len(html), at[1]+40)])
		}
	}
	if !strings.Contains(pages["channel"], "&lt;script&gt;alert(2)") {
		t.Error("the message is not shown as it was typed")
	}
}

func TestAPrivateChannelLeaksToNobodyOutside(t *testing.T) {
	b := open(t, sandbox.Options{Channels: []sandbox.ChannelSpec{
		{Name: "general"}, {Name: "hush-hush", Private: true, Members: []string{"ana", "cem"}},
	}})
	ana := b.Person("ana")
	ts := ana.Says("#hush-hush", "the merger")
	secret, err := b.Conversation("ana", "#hush-hush", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	ana.Says("#general", "see #hush-hush")
	ben := b.follow(b.at("ben", "#general"))
	ana.Says("#hush-hush", "the merger is on")
	ana.Says("#general", "over")
	shown := map[string]string{"live": ben.until("over")}
	for _, path := range []string{b.at("ben", "#general"), "/w/ben/home", "/w/ben/browse", "/w/ben/complete.json"} {
		shown[path] = b.get(path)
	}
	for where, html := range shown {
		if strings.Contains(html, "hush-hush") || strings.Contains(html, "merger") || where != "live" && !strings.Contains(where, "general") && strings.Contains(html, secret.ID) {
			t.Errorf("%s tells of it", where)
		}
	}
	for _, path := range []string{"", "/t/" + ts, "/older", "/m/" + ts, "/m/" + ts + "/edit"} {
		if answer := b.ask("GET", "/w/ben/"+secret.ID+path, ""); answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("Ben gets %s: %s", path, answer.Status)
		}
	}
	if got := b.listen("/w/ben/" + secret.ID + "/live").until("gone"); strings.Contains(got, "merger") {
		t.Errorf("Ben may follow it: %s", got)
	}
	for _, path := range []string{"/send", "/join", "/leave", "/archive", "/invite", "/m/" + ts + "/react", "/m/" + ts + "/pin", "/m/" + ts + "/edit", "/m/" + ts + "/delete", "/m/" + ts + "/shortcut"} {
		b.refused("/w/ben/"+secret.ID+path, "text=I was here", "name=eyes", "on=1", "user=UBEN")
	}
	if page := ana.Sees("#hush-hush"); strings.Contains(page, "I was here") || strings.Contains(page, "Ben") {
		t.Errorf("Ben changed something in it:\n%s", page)
	}
	if html := b.get("/w/cem/" + secret.ID); !strings.Contains(html, "the merger") {
		t.Error("Cem, who is in it, does not see it")
	}
}

func TestNobodyUnknownHasAPage(t *testing.T) {
	b := open(t, sandbox.Options{})
	for _, who := range []string{"nobody", "UBOT", "USLACKBOT", "app"} {
		if answer := b.ask("GET", "/w/"+who+"/home", ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s has a page: %s", who, answer.Status)
		}
	}
}

func TestTheVendoredFilesAreThoseOfTheTable(t *testing.T) {
	readme, err := os.ReadFile("assets/vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("assets/vendor/*.js")
	if err != nil || len(files) != 2 {
		t.Fatalf("there are the scripts %v (%v)", files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		if row := "| " + filepath.Base(name) + " | "; !strings.Contains(string(readme), row) || !strings.Contains(string(readme), hex.EncodeToString(sum[:])) {
			t.Errorf("%s has the checksum %x, which is not in the table", name, sum)
		}
	}
}
