package page_test

import (
	"testing"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

func TestTwoPeopleWriteToEachOtherAndNobodyElseSeesIt(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	ana := a.open("#general")
	ben := ana.Another(a.slack.URL() + "/w/ben/" + a.channel("#general"))
	ana.Press("Write to somebody")
	ana.Press("Ben")
	ana.Focused(`#composer-text[placeholder="Message Ben"]`)
	ana.Sees("your messages with Ben")
	ana.Careful("a direct conversation")
	if ben.Is(`document.querySelector('#side').innerText.includes('Ana')`) {
		t.Error("Ben sees a conversation in which nothing was written yet")
	}
	ana.Keys("Lunch?", tabs.Enter)
	ben.Until(`[...document.querySelectorAll('.entry.unread')].some((e) => e.innerText.includes('Ana') && e.querySelector('.badge')?.innerText === '1')`)
	ben.Press("Ana")
	ben.Sees("Lunch?")
	ben.Focused(`#composer-text[placeholder="Message Ana"]`)
	ben.Keys("At noon.", tabs.Enter)
	ana.Sees("At noon.")
	ben.Until(`!document.querySelector('.entry.unread')`)

	in := ana.Text(`document.querySelector('.conversation').dataset.conversation`)
	if _, err := a.slack.Conversation("cem", in, "", 1); err == nil {
		t.Error("Cem can read it")
	}
	if side, _ := a.slack.Sidebar("cem"); len(side.Direct) > 0 {
		t.Errorf("Cem sees %v", side.Direct)
	}
	if n := a.count("message"); n > 0 {
		t.Errorf("the app heard %d messages", n)
	}
}
