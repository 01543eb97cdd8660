// Package browser looks at pages as people do: in a real browser, with a mouse and a keyboard. It is used by tests only.
//
// There is one browser for each test binary, started by the first test that wants it. Each test gets cookies of its own, and a tab for each of its
// people. Nothing here waits for time to pass: Until waits for what can be seen, with a deadline that only a test that fails ever meets.
//
// Read on in tab.go (what can be seen), hand.go (what can be done) and careful.go (what everybody should find in a page, whoever they are).
package browser

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// names are the programs that will do, the best first.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// shared is the browser of this test binary.
var shared struct {
	start sync.Once
	ctx   context.Context // of the browser; nil where there is none
	why   error           // it could not be started
	close func()
}

// Run runs the tests of a binary, and then closes their browser. It returns what to exit with:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Run(m)) }
func Run(m *testing.M) int {
	defer func() {
		if shared.close != nil {
			shared.close()
		}
	}()
	return m.Run()
}

// installed finds a browser, "" if there is none.
func installed() string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Need skips the test where no browser is installed, before anything costly is done for it. Open does so, too.
func Need(t testing.TB) {
	t.Helper()
	switch {
	case installed() == "":
		t.Skip("this test needs a browser and found none: install chromium (Debian: apt install chromium)")
	case testing.Short():
		t.Skip("this test needs a browser, which -short goes without")
	}
}

// running is the browser of this binary.
func running(t testing.TB) context.Context {
	t.Helper()
	Need(t)
	path := installed()
	shared.start.Do(func() { launch(path) })
	if shared.why != nil {
		t.Fatalf("%s does not start: %v", path, shared.why)
	}
	return shared.ctx
}

func launch(path string) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("lang", "en-US"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	shared.close = func() { cancel(); stop() }
	if err := chromedp.Do(ctx); err != nil {
		shared.why = fmt.Errorf("start a browser: %w", err)
		return
	}
	shared.ctx = ctx
}
