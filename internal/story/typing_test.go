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

	b.ShiftKey(browser.TabKey) // to the newest message
	b.Focused("#messages .item:last-child .message")
	b.Keys(browser.Escape)
	b.Focused("#composer-text")

	b.Go(o.address("ana", channel))
	b.Focused("#composer-text")
	messageWith(b, "Close")
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
	messageWith(b, "Mark done")
	tabTo(b, "Mark done: "+standard[0])
	b.Keys(browser.Enter)
	b.Sees("1 of 3 settled")
}

// messageWith goes from the composer to the newest message that says something.
func messageWith(b *browser.Tab, text string) {
	b.Until(`document.getElementById('messages').innerText.includes('` + text + `')`)
	if !b.Is(`document.activeElement.matches('#composer-text')`) {
		b.Keys(browser.Escape)
	}
	b.Focused("#composer-text")
	b.ShiftKey(browser.TabKey)
	b.Focused(".message")
	for n := 0; n < 40 && !b.Is(`document.activeElement.innerText.includes('`+text+`')`); n++ {
		b.Keys(browser.Up)
	}
}

// tabTo presses Tab until the focus is on what has a name.
func tabTo(b *browser.Tab, name string) {
	const said = `((e) => (e.getAttribute('aria-label') ?? (e.labels?.[0]?.innerText || e.innerText)).replace(/\s+/g, ' ').trim())(document.activeElement)`
	for range 60 {
		if now := b.Text(said); now == name || strings.HasPrefix(now, name+":") {
			return
		}
		b.Keys(browser.TabKey)
	}
	b.Until("'" + name + "' === 'reached by the Tab key'")
}

func TestAMenuStaysWhereItIsWhenWhatIsAroundItIsDrawnAgain(t *testing.T) {
	ana := open(t).sitsIn("ana", "#general")
	ana.Press("Shortcuts")
	const at = `JSON.stringify(document.querySelector('#shortcuts-menu:popover-open').getBoundingClientRect())`
	was := ana.Text(at)
	ana.Text(`htmx.swap({target: document.getElementById('foot'), swap: 'innerMorph', text: document.getElementById('foot').innerHTML.replace(/ style="[^"]*"/g, '')})`)
	ana.Until(at + " === `" + was + "`")
	ana.Click("#shortcuts-menu [role=menuitem]")
	field(ana, "Name")
}
