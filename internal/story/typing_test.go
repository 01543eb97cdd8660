package story

import (
	"strings"
	"testing"

	"epilogue/internal/browser"
)

func TestWhoeverTypesIsNotDisturbedByWhatHappensMeanwhile(t *testing.T) {
	o := resolved(t)
	ben := o.Slack.Person("ben")
	b := o.sitsIn("ana", channel)
	b.Keys("the pump is", browser.Left, browser.Left)
	ben.Says(channel, "Tea works, by the way.")
	ben.In(channel).Click("Mark done").In(standard[0])
	b.Sees("Tea works, by the way.", "1 of 3 settled")
	b.Focused("#composer-text")
	b.Keys("xx ")
	b.Until(`document.activeElement.value === 'the pump xx is'`)

	overflow(b, "INC-1", "Opt out of post-incident")
	types(b, "Reason", "nothing to learn")
	b.Keys(browser.HomeKey)
	ben.Says(channel, "Wait, there is.")
	ben.In(channel).Click("Mark done").In(standard[1])
	b.Until(`document.getElementById('messages').innerText.includes('2 of 3 settled')`)
	b.Focused(field(b, "Reason"))
	b.Keys("really ")
	b.Until(`document.activeElement.value === 'really nothing to learn'`)
	b.Keys(browser.Escape)
	b.Until(`!document.getElementById('modal')`)
	b.Until(`document.getElementById('composer-text').value === 'the pump xx is'`)
}

func TestAllOfItWorksByKeyboard(t *testing.T) {
	o := open(t)
	b := o.sitsIn("ana", "#general")
	b.Focused("#composer-text")
	b.Keys("/in")
	b.Until(`document.querySelector('#composer-list:not([hidden]) [aria-selected=true]')?.innerText.includes('/inc')`)
	b.Keys(browser.Enter, "declare "+broken, browser.Enter)
	b.Until(`document.activeElement.closest('#modal .view-body')`)
	tabTo(b, "Severity")
	b.Keys("maj")
	b.Until(`document.querySelectorAll('.k-pop:popover-open [role=option]').length === 1`)
	b.Keys(browser.Enter)
	b.Until(`document.activeElement.value === 'Major'`)
	tabTo(b, "Name")
	b.Keys(browser.Enter)
	b.Until(`!document.getElementById('modal')`)
	b.Focused("#composer-text")
	b.Sees("is declared")

	for n := 0; n < 9 && !b.Is(`document.activeElement.matches('#messages .message')`); n++ {
		b.ShiftKey(browser.TabKey) // past what can be pressed in the newest message, to the message itself
	}
	b.Focused("#messages .item:last-child .message")
	b.Keys(browser.Escape)
	b.Focused("#composer-text")

	b.Go(o.address("ana", channel))
	b.Focused("#composer-text")
	tabTo(b, "Close")
	b.Keys(browser.Enter)
	b.Until(`document.querySelector('#modal')?.innerText.includes('When it is resolved')`)
	b.Until(`document.activeElement.matches('#modal input[type=radio]')`)
	for range 10 {
		if b.Is(`document.activeElement.closest('label').innerText.startsWith('Go through the Standard flow')`) {
			break
		}
		b.Keys(browser.Down)
	}
	b.Keys(browser.Enter)
	b.Sees("Documenting (now)")
	tabTo(b, "Mark done: "+standard[0])
	b.Keys(browser.Enter)
	b.Sees("1 of 3 settled")
}

// tabTo presses Tab, or Shift and Tab, until the focus is on what has a name.
func tabTo(b *browser.Tab, name string) {
	const said = `((e) => (e.getAttribute('aria-label') ?? (e.labels?.[0]?.innerText || e.innerText)).replace(/\s+/g, ' ').trim())(document.activeElement)`
	first := ""
	for range 60 {
		if now := b.Text(said); now == name || strings.HasPrefix(now, name+":") {
			return
		}
		if first == "" {
			first = b.Text("document.activeElement.id")
		}
		if b.Is(`document.querySelector('dialog[open]')`) {
			b.Keys(browser.TabKey)
		} else {
			b.ShiftKey(browser.TabKey)
		}
	}
	b.Until("'" + name + "' === 'reached by the Tab key'")
}
