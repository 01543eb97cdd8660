package page_test

import (
	"encoding/json"
	"strings"
	"testing"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

// oneButton is a message to press something on.
const oneButton = `[{"type":"section","text":{"type":"mrkdwn","text":"Press it"}},{"type":"actions","block_id":"a","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}}]}]`

func TestWhatHappenedToAMessageIsOneClickAwayAndSoIsTheWayBack(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	ts := a.post("#general", oneButton)
	b := a.open("#general")
	b.Press("Go")
	a.heard("block_actions")
	b.Point(`[data-ts="` + ts + `"]`)
	b.Click(`[data-ts="` + ts + `"] [data-more]`)
	b.Press("What happened here")
	b.Sees("About one message", "chat.postMessage", "block_actions")
	b.Until(`document.querySelectorAll('.happening').length === 2`)
	b.Click(`.happening:last-child summary`)
	b.Sees("Arguments", "Answer", `"type": "section"`)
	b.Text(`Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => { window.copied = text; return Promise.resolve() }}})`)
	b.Press("Copy Arguments as JSON")
	b.Sees("Copied")
	var copied struct{ Blocks []json.RawMessage }
	if raw := b.Text("window.copied"); json.Unmarshal([]byte(raw), &copied) != nil || len(copied.Blocks) != 2 {
		t.Errorf("this was copied: %s", raw)
	}
	b.Careful("an open entry")
	b.Click(`.happening:last-child .h-jump`)
	b.Until(`document.querySelector('.found')?.innerText.includes('Press it')`)
	b.Press("Back of the stage")
	b.Sees("Clock", "Faults", "The clock tells the real time.")
	b.Careful("the back of the stage")
}

func TestPeopleSeeWhatSlackShowsThemWhenTheAppDoesNotAnswer(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	a.post("#general", oneButton)
	a.opens(declareWith(""))
	b := a.open("#general")
	behind := b.Another(a.slack.URL() + "/stage?as=ana")
	behind.Click(`#switch-lost-acks button`)
	b.Sees("Made to go wrong: acks get lost.")
	behind.Sees("On: acks get lost")

	b.Click(`[data-block=name] .k-field`)
	b.Keys("Checkout")
	b.Click(`[data-block=sev] .k-search`)
	b.Keys("maj", tabs.Enter)
	b.Click(`#modal [type=submit]`)
	b.Sees("We had some trouble connecting. Try again?")
	b.Press("Cancel")
	b.Until(`!document.getElementById('modal')`)
	b.Press("Go")
	b.Until(`document.querySelector('.k-warning, .k-failed, [class*=warn]:not(:empty)')?.getClientRects().length`)
	b.Click(`#composer-text`)
	b.Keys("/inc declare", tabs.Enter)
	b.Sees(`/inc failed with the error "operation_timeout"`)
	b.Until(`[...document.querySelectorAll('.only-me-note a')].some((a) => a.innerText === 'What happened here')`)

	behind.Sees("no ack")
	behind.Until(`document.querySelectorAll('.tone-bad').length >= 3`)
	b.Press("Clear")
	b.Until(`document.querySelector('#standing').innerText === ''`)
	behind.Until(`!document.querySelector('.switch.on')`)
	b.Click(`#composer-text`)
	b.Keys("/inc again", tabs.Enter)
	behind.Until(`[...document.querySelectorAll('.tone-good .h-text')].some((e) => e.innerText.includes('/inc again'))`)
}

func TestTheClockIsMovedByClicks(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	behind := b.Another(a.slack.URL() + "/stage?as=ana")
	behind.Press("+1 week")
	behind.Sees("The clock is 7 days ahead of the real time. The app follows it.")
	b.Sees("The clock is 7 days ahead of the real time.")
	behind.Until(`document.activeElement.value === 'week'`) // it can be pressed again
	behind.Text(`document.querySelector('.clock-at [name=at]').value = '2001-01-01T10:00'`)
	behind.Press("Go there")
	behind.Sees("The clock moves forward only")
	b.Press("Back to now")
	b.Until(`document.querySelector('#standing').innerText === ''`)
	behind.Sees("The clock tells the real time.")
}

func TestTheTimelineIsUsedByKeyboard(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	for range 3 {
		a.post("#general", oneButton)
	}
	b := tabs.Open(t, a.slack.URL()+"/stage")
	b.Until(`document.querySelectorAll('.happening').length >= 4`)
	b.Click(`[name=q]`)
	b.Keys("chat.post")
	b.Until(`document.querySelectorAll('.happening').length === 3 && location.search.includes('chat.post')`)
	b.Focused(`[name=q]`)
	b.Keys("Message")
	b.Until(`document.activeElement.value === 'chat.postMessage' && location.search.includes('postMessage')`)
	b.Text(`document.querySelector('.happening summary').focus()`)
	b.Keys(tabs.Down, tabs.Enter)
	b.Until(`document.querySelectorAll('.happening')[1].querySelector('.part')`)
	a.post("#general", oneButton)
	b.Until(`document.querySelectorAll('.happening').length === 4`)
	b.Until(`document.querySelectorAll('.happening')[2].querySelector('details').open && document.querySelectorAll('.happening')[2].contains(document.activeElement)`)
	b.Keys(tabs.Escape, tabs.Up)
	b.Until(`!document.querySelector('.happening > details[open]') && document.querySelectorAll('.happening')[1].contains(document.activeElement)`)
}

func TestTheBackOfTheStageFitsANarrowScreenAndTheDark(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	a.post("#general", oneButton)
	a.slack.Person("ana").Says("#general", strings.Repeat("averylongword", 30))
	if err := a.slack.SwitchOn("slow", sandbox.Wish{}); err != nil {
		t.Fatal(err)
	}
	b := tabs.Open(t, a.slack.URL()+"/stage")
	for _, scheme := range []string{"light", "dark"} {
		b.Prefers("prefers-color-scheme", scheme)
		for _, width := range []int64{360, 1400} {
			b.Size(width, 800)
			for _, path := range []string{"/stage", "/sandbox"} {
				b.Go(a.slack.URL() + path)
				b.Careful(path + ", " + scheme)
			}
		}
	}
	b.Size(360, 800)
	b.Go(a.slack.URL() + "/stage")
	b.Until(`!document.querySelector('[data-panel][open]')`)
	b.Press("Faults")
	b.Sees("Slow answers", "On: every call takes 2s longer")
	b.Careful("the faults on a narrow screen")
}
