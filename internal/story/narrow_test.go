package story

import (
	"testing"

	"epilogue/internal/browser"
)

func TestItIsUsableOnANarrowScreen(t *testing.T) {
	o := resolved(t)
	b := o.sitsIn("ana", "#general")
	b.Size(360, 740)
	b.Careful("#general")
	const away = `getComputedStyle(document.getElementById('side')).visibility === 'hidden'`
	b.Until(away)
	b.Press("Channels and apps")
	b.Until(`document.activeElement.matches('.side .entry')`)
	b.Careful("the drawer")
	b.Keys(browser.Escape)
	b.Focused("[data-drawer]")
	b.Until(away)
	b.Press("Channels and apps")
	goes(b, "inc-1-coffee-machine-is-down")
	b.Sees("Documenting (now)")
	b.Until(away)
	b.Careful("the card")
	overflow(b, "INC-1", "Opt out of post-incident")
	types(b, "Reason", "nothing to learn")
	b.Until(`document.querySelector('#modal .view').getBoundingClientRect().width === innerWidth`)
	b.Careful("the form")
	b.Press("Cancel")
	b.Until(`!document.getElementById('modal')`)
	b.PressNear("Mark done", standard[0])
	b.Sees("1 of 3 settled")
	b.Press("1 reply")
	b.Until(`document.querySelector('#thread #composer-thread-text')`)
	b.Careful("the thread")
	b.Press("Close thread")
	b.Until(`!document.getElementById('thread')`)
}

func TestEveryPageIsUsableWithoutSeeingItAndWithoutAMouse(t *testing.T) {
	o := played(t)
	b := o.sits("ana")
	b.Sees("Documenting (now)")
	for _, scheme := range []string{"light", "dark"} {
		b.Prefers("prefers-color-scheme", scheme)
		b.Go(o.address("ana", "#inc-3-search-results-are-stale"))
		b.Keys(browser.TabKey)
		b.Careful("the card, " + scheme)
		b.Point("#messages > .item:last-child .message")
		b.Press("Reply in thread")
		b.Until(`document.getElementById('thread')`)
		b.Careful("a thread, " + scheme)
		overflow(b, "INC-3 ·", "Opt out of post-incident")
		types(b, "Reason", "nothing to learn")
		b.Careful("a form, " + scheme)
		b.Keys(browser.Escape)
		b.Until(`!document.getElementById('modal')`)
		for _, page := range []string{"home", "DM", "browse"} {
			b.Go(o.Slack.URL() + "/w/ana/" + page)
			b.Until(`document.querySelector('h1')`)
			b.Careful(page + ", " + scheme)
		}
	}
}
