package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long people wait for what they expect to see. On a machine with too much to do that can be long; only failing tests wait to its end.
const patience = time.Minute

// Tab is a tab of the browser. It fails its test when something does not work, and at the end if a script on its page threw.
type Tab struct {
	t   testing.TB
	ctx context.Context
}

// Open opens an address in a new tab, with cookies of its own, 1280 pixels wide. Where there is no browser it skips the test.
func Open(t testing.TB, url string) *Tab {
	t.Helper()
	return open(running(t), t, url, chromedp.WithNewBrowserContext())
}

// Another opens an address in a tab beside this one, which shares its cookies.
func (b *Tab) Another(url string) *Tab {
	b.t.Helper()
	return open(b.ctx, b.t, url)
}

func open(in context.Context, t testing.TB, url string, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in, options...)
	b := &Tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // makes the tab, which would else end with the first deadline
		cancel()
		t.Fatalf("open a tab: %v", err)
	}
	wait := b.listen()
	t.Cleanup(func() { cancel(); wait() })
	// A tab behind another one has no focus, and its timers are slow. Nobody looks at these one at a time.
	focused := func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}
	b.do("open "+url, chromedp.Func(focused), chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url))
	return b
}

// listen fails the test when a script throws.
func (b *Tab) listen() (wait func()) {
	messages, done := chromedp.Console(b.ctx), make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			if text := m.String(); m.IsException() || strings.Contains(text, "Content Security Policy") {
				b.t.Errorf("a script on the page: %s", text)
			}
		}
	}()
	return func() { <-done }
}

// Go navigates to an address.
func (b *Tab) Go(url string) {
	b.t.Helper()
	b.do("go to "+url, chromedp.Navigate(url))
}

// Reload loads the page again.
func (b *Tab) Reload() {
	b.t.Helper()
	b.do("reload", chromedp.Reload())
}

// Size makes the window so many pixels wide and high.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.do("resize", chromedp.EmulateViewport(width, height))
}

// Prefers sets what the person told their system to prefer, as the name and the value of a media feature.
func (b *Tab) Prefers(feature, value string) {
	b.t.Helper()
	b.do("prefer "+feature, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
		return err
	}))
}

// Picture writes what the window shows as a PNG, without the caret, which blinks.
func (b *Tab) Picture(path string) {
	b.t.Helper()
	b.Text(`document.documentElement.style.caretColor = 'transparent'`)
	b.Until(`document.fonts.status === 'loaded' && document.getAnimations().every((a) => a.playState === 'finished')`)
	raw, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(path, raw, 0o644) //nolint:gosec // a picture for everybody
	}
	if err != nil {
		b.t.Fatalf("take a picture: %v", err)
	}
}

// do does something that is over soon.
func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v\n%s", what, err, b.page())
	}
}

// Text is what an expression is now, as a string.
func (b *Tab) Text(expression string) string {
	b.t.Helper()
	return ask[string](b, "String("+expression+")")
}

// Is says whether an expression is true now.
func (b *Tab) Is(expression string) bool {
	b.t.Helper()
	return ask[bool](b, "!!("+expression+")")
}

func ask[T any](b *Tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// watcher looks again whenever the browser has nothing better to do. It gives up before long, so that a page that was left is not waited for.
const watcher = `new Promise((found) => {
	const until = Date.now() + 2000;
	const look = () => {
		let is = false;
		try { is = %s; } catch { /* what it is asked of is not there yet */ }
		if (is) found(true); else if (Date.now() > until) found(false); else setTimeout(look, 15);
	};
	look();
})`

// Until waits until an expression is true.
func (b *Tab) Until(expression string) {
	b.t.Helper()
	if !b.wait(expression) {
		b.t.Fatalf("never true: %s\nthe focus is on %s\n%s", expression, b.Text("document.activeElement.outerHTML.slice(0, 300)"), b.page())
	}
}

func (b *Tab) wait(expression string) bool {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(watcher, "!!("+strings.TrimSpace(expression)+")"), chromedp.EvalAwaitPromise))
		switch {
		case err == nil && is:
			return true
		case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
			return false
		}
		if ctx.Err() != nil {
			return false
		}
	}
}

// page is what is on the screen, for the message of a failed test.
func (b *Tab) page() string {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(document.querySelector('[role=alertdialog][open]') ?? document.querySelector('dialog[open]') ?? document.body).innerText`))
	if err != nil {
		return "the page cannot be read: " + err.Error()
	}
	return "the page:\n" + text
}
