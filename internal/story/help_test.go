package story

import (
	"fmt"
	"sync"

	"epilogue/internal/browser"
)

func people(all ...*browser.Tab) []*browser.Tab { return all }

// both does two things at the same time.
func both(one, other func()) {
	var wg sync.WaitGroup
	for _, do := range []func(){one, other} {
		wg.Go(do)
	}
	wg.Wait()
}

// goes opens a channel from the sidebar, and is there when it returns: what the channel before it offers looks the same.
func goes(b *browser.Tab, channel string) {
	b.Text(`window.storyWas = document.getElementById('main').firstElementChild`)
	b.Press(channel)
	b.Until(fmt.Sprintf(`document.querySelector('.conversation')?.getAttribute('aria-label') === %q && !window.storyWas.isConnected`, channel))
}

// field is the selector of a field of the form in front, found by its label.
func field(b *browser.Tab, label string) string {
	find := fmt.Sprintf(`[...document.querySelectorAll('#modal .view:not([hidden]) .k-label')].find((e) => e.innerText.startsWith(%q))`, label)
	b.Until(find)
	return "#" + b.Text(`CSS.escape(`+find+`.htmlFor)`)
}

// types writes into a field of the form in front.
func types(b *browser.Tab, label, text string) {
	at := field(b, label)
	b.Click(at)
	b.Focused(at)
	b.Keys(text)
}

// chooses opens a menu of the form in front, and picks an option.
func chooses(b *browser.Tab, label, option string) {
	b.Click(field(b, label))
	b.Press(option)
}

// submits presses the button that submits the form in front.
func submits(b *browser.Tab) { b.Click(`#modal .view:not([hidden]) [type=submit]`) }

// overflow opens the menu of the newest line that says something, and chooses an option.
func overflow(b *browser.Tab, near, option string) {
	b.Until(fmt.Sprintf(`[...document.querySelectorAll('.k-more')].some((e) => e.getAttribute('aria-label').includes(%q))`, near))
	b.Choose(b.Text(fmt.Sprintf(`[...document.querySelectorAll('.k-more')].findLast((e) => e.getAttribute('aria-label').includes(%q)).getAttribute('aria-label').replace(/\s+/g, ' ').trim()`, near)), option)
}

// gone is true once nothing of an accessible name can be pressed any more.
func gone(name string) string {
	return fmt.Sprintf(`![...document.querySelectorAll('.k-btn')].some((e) => e.getAttribute('aria-label') === %q)`, name)
}
