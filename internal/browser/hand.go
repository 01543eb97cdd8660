package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys for Tab.Keys, besides text.
const (
	TabKey, Enter, Escape, Backspace, Delete = kb.Tab, kb.Enter, kb.Escape, kb.Backspace, kb.Delete
	Up, Down, Left, Right                    = kb.ArrowUp, kb.ArrowDown, kb.ArrowLeft, kb.ArrowRight
	HomeKey, EndKey                          = kb.Home, kb.End
)

// Click clicks into the middle of the first element of a selector, once nothing lies over it.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.clickOn(selector, fmt.Sprintf("document.querySelector(%s)", quoted(selector)))
}

// named finds what can be pressed by the name that people read, or hear: the last one on the screen that nothing hides. What is in front, such as a dialog or
// a menu, is all there is. Near is a text that stands with it, "" for any.
const named = `((name, near) => {
	const front = [':popover-open', '[role=alertdialog][open]', 'dialog[open]'].map((s) => document.querySelector(s)).find((e) => e) ?? document;
	const read = (e) => [...e.querySelectorAll('[aria-hidden=true]')].reduce((text, h) => text.replace(h.innerText ?? '', ''), e.innerText).trim();
	const said = (e) => (e.getAttribute('aria-label') ?? read(e)).replace(/\s+/g, ' ').trim();
	const rows = '.k-el, .k-block, li, .k-item, .message';
	const stands = (e) => { // the smallest thing around it that says so, or stands right before it
		if (!near || said(e).includes(near)) return true;
		for (let row = e.closest('.k-block') ?? e.closest(rows); row && row !== front; row = row.parentElement.closest(rows)) {
			if (row.innerText.includes(near)) return true;
			if (row.matches('.k-actions') && row.previousElementSibling?.innerText.includes(near)) return true;
			if (row.matches('.k-block')) return false;
		}
		return false;
	};
	return [...front.querySelectorAll('button, a[href], [role=menuitem], [role=option], summary, label, input[type=radio], input[type=checkbox]')].filter((e) =>
		!e.disabled && e.getClientRects().length && getComputedStyle(e).visibility === 'visible' && [said(e), read(e), read(e).split('\n')[0]].includes(name) && stands(e)).at(-1);
})`

// Press clicks what has a name: a button, a link, an option of a menu. Of several it takes the last one.
func (b *Tab) Press(name string) {
	b.t.Helper()
	b.PressNear(name, "")
}

// PressNear presses what has a name and stands beside a text.
func (b *Tab) PressNear(name, near string) {
	b.t.Helper()
	b.clickOn(fmt.Sprintf("%q near %q", name, near), fmt.Sprintf("%s(%s, %s)", named, quoted(name), quoted(near)))
}

// Choose opens a menu and chooses an option of it. A page that is drawn anew closes its menus; then it is opened again, as people do.
func (b *Tab) Choose(menu, option string) {
	b.t.Helper()
	for range 5 {
		b.Press(menu)
		for range 500 {
			if b.Is(fmt.Sprintf("((e) => !!e && (e.click(), true))(%s(%s, ''))", named, quoted(option))) {
				return
			}
		}
	}
	b.t.Fatalf("%q of %q cannot be chosen\n%s", option, menu, b.page())
}

// Offers says whether something of a name can be pressed now.
func (b *Tab) Offers(name, near string) bool {
	b.t.Helper()
	return b.Is(fmt.Sprintf("%s(%s, %s)", named, quoted(name), quoted(near)))
}

// reach scrolls an element into view and gives its middle, once it stays there and nothing lies over it.
const reach = `(() => {
	const e = %s;
	if (!e) return '';
	e.scrollIntoView({block: 'nearest', behavior: 'instant'});
	const r = e.getClientRects()[0];
	if (!r) return '';
	const at = {x: r.x + r.width / 2, y: r.y + r.height / 2}, top = document.elementFromPoint(at.x, at.y);
	const was = e.browserWas;
	e.browserWas = at.x + ' ' + at.y;
	return e.browserWas === was && top && (e.contains(top) || top.contains(e) && top.closest('label, a, button') === e.closest('label, a, button')) ? JSON.stringify(at) : '';
})()`

func (b *Tab) clickOn(what, element string) {
	b.t.Helper()
	for range 5 {
		x, y := b.find(what, element)
		b.Text(fmt.Sprintf(listen, element))
		b.do("click "+what, chromedp.MouseClickXY(x, y))
		b.wait(`window.browserMissed !== 'unknown'`) // on a busy machine the page has not heard of the click yet
		missed, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!window.browserMissed"))
		if err != nil || !missed { // a page that cannot be asked is being left
			return
		}
	}
}

// listen notes whether the next click meets an element, as the page is at that moment: it may have been drawn anew. It does not when the page moves just before the mouse
// gets there, or while its button is down, which is a click on what is around both; then people click again.
const listen = `(() => {
	window.browserMissed = 'unknown';
	const hit = (event) => {
		const e = %s;
		window.browserMissed = !!e && !e.contains(event.target) && !(event.target.contains(e) && event.target.matches('label, a, button'));
	};
	document.addEventListener('click', hit, {capture: true, once: true});
})()`

// find waits for an element that can be clicked, and gives its middle.
func (b *Tab) find(what, element string) (x, y float64) {
	b.t.Helper()
	if !b.wait("window.browserAt = " + fmt.Sprintf(reach, element)) {
		b.t.Fatalf("%s cannot be clicked\n%s", what, b.page())
	}
	var at struct{ X, Y float64 }
	if raw := b.Text("window.browserAt"); json.Unmarshal([]byte(raw), &at) != nil {
		b.t.Fatalf("%s is at %s", what, raw)
	}
	return at.X, at.Y
}

// Point moves the mouse over the first element of a selector.
func (b *Tab) Point(selector string) {
	b.t.Helper()
	x, y := b.find(selector, fmt.Sprintf("document.querySelector(%s)", quoted(selector)))
	b.do("point at "+selector, chromedp.MouseEvent("mouseMoved", x, y))
}

// Keys presses keys one after the other: those of this package by their names, and text.
func (b *Tab) Keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.press(k, 0)
	}
}

// ShiftKey presses a key while Shift is held.
func (b *Tab) ShiftKey(key string) {
	b.t.Helper()
	b.press(key, chromedp.ModifierShift)
}

// press presses keys as a keyboard does: what a page makes of a key going down decides whether it also types. With events of their own for the characters, as
// chromedp sends them, it would type in any case.
func (b *Tab) press(keys string, held chromedp.Modifier) {
	b.t.Helper()
	b.do("press keys", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, r := range keys {
			events := kb.Encode(r)
			text := ""
			for _, e := range events {
				if e.Type == kb.KeyChar {
					text = e.Text
				}
			}
			for _, e := range events {
				if e.Type == kb.KeyChar {
					continue
				}
				if e.Type == kb.KeyDown {
					e.Text = text
				}
				e.Modifiers |= int64(held)
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *e); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// Sees waits until texts can be read on the page.
func (b *Tab) Sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.Until(fmt.Sprintf(`[...document.querySelectorAll('body, dialog[open]')].some((e) => e.innerText.replace(/\s+/g, ' ').includes(%s))`, quoted(text)))
	}
}

// Focused waits until the focus is on an element of a selector.
func (b *Tab) Focused(selector string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("document.activeElement.matches(%s)", quoted(selector)))
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""` // of a string it cannot fail
	}
	return string(raw)
}
