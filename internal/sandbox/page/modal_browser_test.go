package page_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

// declare is a form like those of the bot.
const declare = `{"type":"modal","callback_id":"declare","notify_on_close":true,"title":{"type":"plain_text","text":"Declare"},"submit":{"type":"plain_text","text":"Go"},"close":{"type":"plain_text","text":"Cancel"},"blocks":[
	{"type":"input","block_id":"name","label":{"type":"plain_text","text":"Name"},"element":{"type":"plain_text_input","action_id":"name","min_length":3,"max_length":40}},
	{"type":"input","block_id":"sev","label":{"type":"plain_text","text":"Severity"},"element":{"type":"static_select","action_id":"sev","options":[{"text":{"type":"plain_text","text":"Minor"},"value":"minor"},{"text":{"type":"plain_text","text":"Major"},"value":"major"}]}},
	{"type":"input","block_id":"lead","optional":true,"label":{"type":"plain_text","text":"Lead"},"element":{"type":"users_select","action_id":"lead"}},
	{"type":"input","block_id":"how","label":{"type":"plain_text","text":"Channel"},"element":{"type":"radio_buttons","action_id":"how","initial_option":{"text":{"type":"plain_text","text":"New"},"value":"new"},"options":[{"text":{"type":"plain_text","text":"New"},"value":"new"},{"text":{"type":"plain_text","text":"This"},"value":"this"}]}}%s]}`

func declareWith(more string) string { return fmt.Sprintf(declare, more) }

// value finds what the app heard in a field.
func value(payload map[string]any, block string) string {
	view, _ := payload["view"].(map[string]any)
	state, _ := view["state"].(map[string]any)
	values, _ := state["values"].(map[string]any)
	raw, _ := json.Marshal(values[block])
	return string(raw)
}

func TestAModalIsFilledInAndSubmittedByKeyboard(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	a.opens(declareWith(""))
	b.Until(`document.querySelector('#modal[open] .view-title')?.textContent === 'Declare'`)
	b.Until(`document.activeElement.matches('[data-block=name] .k-field')`)
	b.Keys("Checkout", tabs.TabKey)
	b.Until(`document.activeElement.matches('[data-block=sev] .k-search')`)
	b.Keys("maj")
	b.Until(`document.querySelectorAll('.k-pop:popover-open .k-item').length === 1`)
	b.Keys(tabs.Enter)
	b.Until(`document.activeElement.value === 'Major' && !document.querySelector('.k-pop:popover-open')`)
	b.Keys(tabs.TabKey, "ben")
	b.Until(`document.querySelector('.k-pop:popover-open .k-item.k-active')?.textContent.includes('Ben')`)
	b.Keys(tabs.Enter)
	b.Click(`[data-block=how] .k-tickbox:nth-child(2)`)
	b.Click(`#modal [type=submit]`)
	b.Until(`!document.getElementById('modal')`)
	got := a.heard("view_submission")
	for block, want := range map[string]string{
		"name": `"value":"Checkout"`, "sev": `"value":"major"`, "lead": `"selected_user":"U`, "how": `"value":"this"`,
	} {
		if !strings.Contains(value(got, block), want) {
			t.Errorf("%s: %s, want %s", block, value(got, block), want)
		}
	}
}

func TestHalfTypedTextSurvivesEveryUpdate(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	view := a.opens(declareWith(""))
	b.Until(`document.activeElement.matches('[data-block=name] .k-field')`)
	b.Keys("Half ty")
	b.Click(`[data-block=how] .k-tickbox:nth-child(2)`)
	b.Click(`[data-block=sev] .k-search`)
	b.Keys("min")
	b.Keys(tabs.Enter)
	b.Click(`[data-block=name] .k-field`)
	a.post("#general", `[{"type":"section","text":{"type":"mrkdwn","text":"something new"}}]`)
	b.Until(`document.getElementById('messages').innerText.includes('something new')`)
	a.call("views.update", a.slack.BotToken(), map[string]any{"view_id": view, "view": json.RawMessage(declareWith(`,{"type":"section","block_id":"more","text":{"type":"mrkdwn","text":"a new line"}}`))}, nil)
	b.Until(`document.getElementById('modal').innerText.includes('a new line')`)
	b.Keys("ped")
	b.Until(`document.activeElement.matches('[data-block=name] .k-field') && document.activeElement.value === 'Half typed'`)
	b.Until(`document.querySelector('[data-block=how] input[value=this]').checked && document.querySelector('[data-block=sev] .k-search').value === 'Minor'`)
}

func TestWhatIsWrongStandsBesideTheFieldAndHasTheFocus(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	a.opens(declareWith(""))
	b.Until(`document.activeElement.matches('[data-block=name] .k-field')`)
	b.Keys("ab", tabs.Enter)
	b.Until(`document.querySelector('[data-block-id=name] .k-problem')?.textContent.includes('at least 3')`)
	b.Until(`document.querySelector('[data-block-id=sev] .k-problem')?.textContent.includes('required')`)
	b.Until(`document.activeElement.matches('[data-block=name] .k-field') && document.getElementById(document.activeElement.getAttribute('aria-describedby').split(' ')[0]).matches('.k-problem')`)
	if n := a.count("view_submission"); n > 0 {
		t.Errorf("the app heard of it %d times", n)
	}
	b.Keys("cd")
	b.Click(`[data-block=sev] .k-search`)
	b.Keys("min")
	b.Keys(tabs.Enter)
	a.on(func(map[string]any) (any, bool) {
		return map[string]any{"response_action": "errors", "errors": map[string]string{"sev": "Not today."}}, true
	})
	b.Click(`#modal [type=submit]`)
	b.Until(`document.querySelector('[data-block-id=sev] .k-problem')?.textContent.includes('Not today.') && !document.querySelector('[data-block-id=name] .k-problem')`)
	b.Until(`document.activeElement.matches('[data-block=sev] .k-search')`)
	b.Until(`document.querySelector('[data-block=name] .k-field').value === 'abcd'`)
}

func TestAPushedModalLiesOnTopAndEscapeGoesBack(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	a.opens(declareWith(""))
	b.Until(`document.activeElement.matches('[data-block=name] .k-field')`)
	b.Keys("Below")
	b.Click(`[data-block=sev] .k-search`)
	b.Keys("min")
	b.Keys(tabs.Enter)
	pushed := `{"type":"modal","title":{"type":"plain_text","text":"Above"},"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"on top"}}]}`
	a.on(func(p map[string]any) (any, bool) {
		if p["type"] == "view_submission" {
			return map[string]any{"response_action": "push", "view": json.RawMessage(pushed)}, true
		}
		return nil, true
	})
	b.Click(`#modal [type=submit]`)
	b.Until(`document.querySelector('.view:not([hidden]) .view-title')?.textContent === 'Above' && document.querySelectorAll('.view').length === 2`)
	b.Until(`document.activeElement.closest('.view:not([hidden])')`)
	b.Keys(tabs.Escape)
	b.Until(`document.querySelector('.view:not([hidden]) .view-title')?.textContent === 'Declare' && document.querySelectorAll('.view').length === 1`)
	if n := a.count("view_closed"); n > 0 {
		t.Errorf("the app heard %d times of the close of a view that does not ask for it", n)
	}
	b.Until(`document.querySelector('[data-block=name] .k-field').value === 'Below' && document.activeElement.closest('.view-body')`)
	b.Keys(tabs.Escape)
	b.Until(`!document.getElementById('modal')`)
	a.heard("view_closed")
}

func TestAnAppThatDoesNotAnswerLeavesTheModalWithSlacksWords(t *testing.T) {
	a := startApp(t, sandbox.Options{AckWithin: 300 * time.Millisecond})
	b := a.open("#general")
	a.opens(declareWith(""))
	b.Until(`document.activeElement.matches('[data-block=name] .k-field')`)
	b.Keys("Checkout")
	b.Click(`[data-block=sev] .k-search`)
	b.Keys("min")
	b.Keys(tabs.Enter)
	a.on(func(map[string]any) (any, bool) { return nil, false })
	b.Click(`#modal [type=submit]`)
	b.Until(`document.querySelector('.view-banner:not([hidden])')?.textContent === 'We had some trouble connecting. Try again?'`)
	b.Until(`!document.querySelector('#modal [type=submit]').disabled && document.querySelector('[data-block=name] .k-field').value === 'Checkout'`)
}

func TestAButtonThatAsksIsPressedOnlyAfterYes(t *testing.T) {
	a := startApp(t, sandbox.Options{AckWithin: 300 * time.Millisecond})
	b := a.open("#general")
	a.post("#general", `[{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"*Task*"},"accessory":{"type":"button","action_id":"done","value":"7","text":{"type":"plain_text","text":"Mark done"},
		"confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"mrkdwn","text":"It is the *last* one."},"confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"}}}},
		{"type":"actions","block_id":"a","elements":[{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Assign"},"value":"assign"},{"text":{"type":"plain_text","text":"Not doing"},"value":"not"}]}]}]`)
	b.Click(`[data-act=done] button`)
	b.Until(`document.querySelector('.k-ask[open]')?.innerText.includes('It is the last one.')`)
	b.Keys(tabs.Escape)
	b.Until(`!document.querySelector('.k-ask') && document.activeElement.matches('[data-act=done] button')`)
	if n := a.count("block_actions"); n > 0 {
		t.Errorf("the app heard of it %d times", n)
	}
	b.Keys(tabs.Enter)
	b.Until(`document.querySelector('.k-ask[open]')`)
	b.Keys(tabs.Enter)
	if got, _ := json.Marshal(a.heard("block_actions")["actions"]); !strings.Contains(string(got), `"value":"7"`) {
		t.Errorf("the app heard %s", got)
	}
	b.Until(`!document.querySelector('[data-now-busy]')`)
	b.Click(`[data-act=more] button`)
	b.Until(`document.activeElement.textContent === 'Assign'`)
	a.on(func(map[string]any) (any, bool) { return nil, false })
	b.Keys("n")
	b.Until(`document.activeElement.textContent === 'Not doing'`)
	b.Keys(tabs.Enter)
	b.Until(`document.querySelector('[data-act=more] .k-warn') && document.activeElement.matches('.k-more')`)
	if got, _ := json.Marshal(a.heard("block_actions")["actions"]); !strings.Contains(string(got), `"not"`) {
		t.Errorf("the app heard %s", got)
	}
}
