package page_test

import (
	"strings"
	"testing"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

func TestPeopleTalkWithEachOther(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	ana := a.open("#general")
	ben := ana.Another(a.slack.URL() + "/w/ben/" + a.channel("#random"))

	ana.Focused("#composer-text")
	ana.Keys("Hello @be")
	ana.Until(`document.querySelector('#composer-list:not([hidden]) [aria-selected=true]')?.innerText.includes('Ben')`)
	ana.Keys(tabs.Enter, "see #ran")
	ana.Until(`document.querySelector('#composer-list:not([hidden]) [aria-selected=true]')?.innerText.includes('random')`)
	ana.Keys(tabs.TabKey, ":tad")
	ana.Until(`document.querySelector('#composer-list:not([hidden]) [aria-selected=true]')?.innerText.includes(':tada:')`)
	ana.Keys(tabs.Enter)
	ana.ShiftKey(tabs.Enter)
	ana.Keys("second line", tabs.Enter)
	ana.Until(`document.querySelector('.item:last-child .body').innerText === 'Hello @Ben see #random 🎉\nsecond line' && document.getElementById('composer-text').value === ''`)

	ben.Until(`document.querySelector('.entry.unread .badge')?.innerText === '1' && document.title.startsWith('(1) ')`)
	ben.Press("general")
	ben.Sees("second line")
	ben.Until(`!document.querySelector('.entry.unread') && document.querySelector('.k-me, .body .k-mention')`)
	ben.Keys("Hi", tabs.Enter)
	ana.Sees("Hi")

	ana.Point(".item:last-child .message")
	ana.Click(".item:last-child .tools [data-pick]")
	ana.Click(`#picker [data-emoji="tada"]`)
	ben.Until(`document.querySelector('.item:last-child .reaction')?.innerText.replace(/\s+/g, ' ') === '🎉 1'`)
	ben.Click(".item:last-child .reaction")
	ana.Until(`document.querySelector('.item:last-child .reaction')?.innerText.replace(/\s+/g, ' ') === '🎉 2'`)

	ana.Point(".item:last-child .message")
	ana.Click(".item:last-child .tools [data-reply]")
	ana.Focused("#composer-thread-text")
	ana.Keys("in a thread", tabs.Enter)
	ana.Until(`document.querySelector('#replies .item:last-child .body')?.innerText === 'in a thread'`)
	ben.Sees("1 reply")

	ana.Press("Close thread")
	ana.Until(`!document.getElementById('thread')`)
	ana.Focused("#composer-text")
	ana.Keys("a typoo", tabs.Enter)
	ana.Until(`document.querySelector('#messages .item:last-child .body')?.innerText === 'a typoo'`)
	ana.ShiftKey(tabs.TabKey)
	ana.Focused("#messages .item:last-child .message")
	ana.Keys("e")
	ana.Focused(".edit-form textarea")
	ana.Keys(tabs.Backspace, tabs.Enter)
	ben.Until(`document.querySelector('#messages .item:last-child .body')?.innerText.replace(/\s+/g, ' ') === 'a typo (edited)'`)
	ana.Focused("#messages .item:last-child .message")
	ana.Keys("p")
	ben.Until(`document.querySelector('#messages .item:last-child.is-pinned')`)
	ana.Keys(tabs.Delete)
	ana.Press("Delete")
	ben.Until(`!document.getElementById('messages').innerText.includes('a typo')`)
}

func TestMenusAreWalkedByArrowsAndGiveTheFocusBack(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	a.slack.Person("ben").Says("#general", "Hello")
	b := a.open("#general")
	b.Click(".workspace")
	b.Until(`document.activeElement.matches('#people-menu [role=menuitem]')`)
	b.Keys(tabs.Down, tabs.Down, tabs.HomeKey)
	b.Until(`document.activeElement.innerText.trim().startsWith('A') && document.activeElement.matches('#people-menu [role=menuitem]')`)
	b.Keys(tabs.Escape)
	b.Focused(".workspace")
	b.Point(".item:last-child .message")
	b.Click(".item:last-child [data-more]")
	b.Until(`document.activeElement.matches('#message-menu [role=menuitem]')`)
	b.Keys(tabs.Up)
	if last := b.Text(`document.querySelector('#message-menu [role=menuitem]:last-of-type') === document.activeElement`); last != "true" {
		t.Error("up from the first is not the last")
	}
	b.Keys(tabs.Escape)
	b.Focused("[data-more]")
}

func TestPinnedMessagesAreListedWithoutMarks(t *testing.T) {
	b := open(t, sandbox.Options{})
	ana := b.Person("ana")
	ts := ana.Says("#general", "*Bold* words, `code` and 2*3*4 _too_.")
	c, err := b.Conversation("ana", "#general", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := ana.PinsAt(c.ID, ts, true); err != nil {
		t.Fatal(err)
	}
	if html := b.get(b.at("ana", "#general")); !strings.Contains(html, `<span class="pin-text">Bold words, code and 2*3*4 too.</span>`) {
		t.Errorf("the pin is in %s", html)
	}
}
