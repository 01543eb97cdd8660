package page_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"epilogue/internal/sandbox"
)

func TestTheControlAPIIsDescribedToBrowsersAndToScripts(t *testing.T) {
	b := open(t, sandbox.Options{People: []sandbox.Persona{{Handle: "ana", Name: hostile}, {Handle: `b"><script>alert(1)</script>`, Name: "Ben"}}})
	page := b.get("/sandbox")
	said := html.UnescapeString(page)
	plain := text(t, b.ask("GET", "/sandbox", "", "Accept: */*"), http.StatusOK)
	asJSON := text(t, b.ask("GET", "/sandbox", "", "Accept: application/json"), http.StatusOK)
	fresh := regexp.MustCompile(`script[a-z2-7]{5}`) // another for each reader
	same := func(s string) string { return fresh.ReplaceAllString(s, "FRESH") }
	for _, chapter := range b.Manual() {
		for _, route := range chapter.Routes {
			if !strings.Contains(page, `<code>`+html.EscapeString(route.Path)+`</code>`) || !strings.Contains(said, route.About) || !strings.Contains(plain, route.Path) || !strings.Contains(asJSON, route.Path) {
				t.Errorf("%s %s is not described everywhere", route.Method, route.Path)
			}
			for _, request := range route.Example {
				if curl := same(request.Curl()); strings.Count(same(said), curl) < 2 || !strings.Contains(same(plain), curl) { // to read, and to copy
					t.Errorf("this example is not shown: %s", curl)
				}
			}
		}
	}
	if !strings.Contains(page, b.APIURL()) || !strings.Contains(page, b.BotToken()) || !strings.Contains(page, b.AppToken()) {
		t.Error("nobody learns how the app gets in")
	}
	for what, pattern := range map[string]string{"hostile name": danger, "script": `<script(?: [^>]*)?>[^<]`, "event handler": `<[^>]* on[a-z]+=`, "style": `<[^>]* style=`, "outside address": `(?:src|href)="(?:https?:)?//`} {
		if found := regexp.MustCompile(pattern).FindString(page); found != "" {
			t.Errorf("a %s stands in the page: %q", what, found)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link leads to %s, which is not there", m[1])
		}
	}
}
