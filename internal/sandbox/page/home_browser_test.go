package page_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

// options are options of a menu as JSON, by their names.
func options(names ...string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf(`{"text":{"type":"plain_text","text":%q},"value":%q}`, n, strings.ToLower(n))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func TestMenusAskTheAppAsOneTypesAndHoldSeveral(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	b := a.open("#general")
	a.opens(`{"type":"modal","title":{"type":"plain_text","text":"Pick"},"submit":{"type":"plain_text","text":"Go"},"blocks":[
		{"type":"input","block_id":"svc","label":{"type":"plain_text","text":"Service"},"element":{"type":"external_select","action_id":"svc","min_query_length":2}},
		{"type":"input","block_id":"teams","label":{"type":"plain_text","text":"Teams"},"element":{"type":"multi_static_select","action_id":"teams","max_selected_items":2,"options":` + options("Pay", "Web", "Ops") + `}},
		{"type":"input","block_id":"rooms","optional":true,"label":{"type":"plain_text","text":"Rooms"},"element":{"type":"multi_channels_select","action_id":"rooms"}}]}`)
	a.on(func(p map[string]any) (any, bool) {
		if p["type"] == "block_suggestion" {
			return map[string]any{"options": json.RawMessage(options("Payments", "Payroll"))}, true
		}
		return nil, true
	})
	b.Until(`document.activeElement.matches('[data-block=svc] .k-search')`)
	b.Keys("p")
	b.Until(`document.querySelector('.k-pop:popover-open .k-none')?.textContent === 'Type to search'`)
	b.Keys("ay")
	b.Until(`document.querySelectorAll('.k-pop:popover-open [role=option]').length === 2`)
	if got := a.hears("block_suggestion", `"value":"pay"`); strings.Contains(got, `"value":"p"`) {
		t.Error("the app was asked before two characters were typed")
	}
	b.Keys(tabs.Down, tabs.Enter)
	b.Until(`document.activeElement.value === 'Payroll'`)
	b.Keys(tabs.TabKey, tabs.Down)
	b.Until(`document.querySelectorAll('.k-pop:popover-open [role=option]').length === 3`)
	b.Keys("o", tabs.Enter, "w", tabs.Enter)
	b.Until(`[...document.querySelectorAll('[data-block=teams] .k-chip')].map(c => c.dataset.of).join() === 'ops,web'`)
	b.Until(`document.querySelector('.k-pop:popover-open [aria-disabled=true]')?.textContent === 'Pay'`)
	b.Keys(tabs.Escape)
	b.Until(`!document.querySelector('.k-pop:popover-open') && document.getElementById('modal')`)
	b.Keys(tabs.Backspace)
	b.Until(`[...document.querySelectorAll('[data-block=teams] .k-chip')].map(c => c.dataset.of).join() === 'ops'`)
	b.Keys(tabs.TabKey, "rand")
	b.Until(`document.querySelectorAll('.k-pop:popover-open [role=option]').length === 1`)
	b.Keys(tabs.Enter, tabs.Escape) // the menu stays open for more
	b.Click(`#modal [type=submit]`)
	b.Until(`!document.getElementById('modal')`)
	got := a.heard("view_submission")
	for block, want := range map[string]string{"svc": `"text":"Payroll"`, "teams": `"selected_options":[{"text":{"emoji":true,"text":"Ops"`, "rooms": `"selected_channels":["C`} {
		if !strings.Contains(value(got, block), want) {
			t.Errorf("%s: %s, want %s", block, value(got, block), want)
		}
	}
}

func TestTheHomeTabIsLiveAndTellsTheApp(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	publish := func(text string) {
		a.call("views.publish", a.slack.BotToken(), map[string]any{"user_id": "UANA", "view": json.RawMessage(fmt.Sprintf(`{"type":"home","blocks":[{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":%q}},
			{"type":"actions","block_id":"a","elements":[{"type":"static_select","action_id":"sel","options":%s},{"type":"datepicker","action_id":"day","initial_date":"2026-12-03"},
			{"type":"checkboxes","action_id":"tick","options":%s}]},
			{"type":"input","block_id":"q","dispatch_action":true,"label":{"type":"plain_text","text":"Search"},"element":{"type":"plain_text_input","action_id":"q"}}]}`, text, options("One", "Two"), options("Yes")))}, nil)
	}
	b := a.open("#general")
	b.Go(a.slack.URL() + "/w/ana/home")
	b.Until(`document.getElementById('home').innerText.includes('Nothing here yet')`)
	publish("first *words*")
	b.Until(`document.querySelector('#home b')?.textContent === 'words'`)
	b.Click(`[data-act=q] .k-field`)
	b.Keys("half")
	publish("second words")
	b.Until(`document.getElementById('home').innerText.includes('second words')`)
	b.Keys(" typed", tabs.Enter)
	a.hears("block_actions", `"value":"half typed"`)
	b.Click(`[data-act=sel] .k-search`)
	b.Until(`document.querySelectorAll('.k-pop:popover-open [role=option]').length === 2`)
	b.Keys(tabs.Down, tabs.Down, tabs.Enter)
	got := a.hears("block_actions", `"action_id":"sel"`)
	for _, want := range []string{`"container":{"type":"view"`, `"value":"two"`, `"value":"half typed"`, `"selected_date":"2026-12-03"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	b.Click(`[data-act=tick] input`)
	a.hears("block_actions", `"action_id":"tick"`)
	b.Text(`(() => { const d = document.querySelector('[data-act=day] input'); d.focus(); d.value = '2027-01-02'; d.dispatchEvent(new Event('input', {bubbles: true})); d.dispatchEvent(new Event('change', {bubbles: true})); d.blur() })()`)
	a.hears("block_actions", `"selected_date":"2027-01-02"`)
	publish("third words")
	b.Until(`document.getElementById('home').innerText.includes('third words')`)
	b.Until(`document.querySelector('[data-act=sel] .k-search').value === 'Two' && document.querySelector('[data-act=tick] input').checked && document.querySelector('[data-act=day] input').value === '2027-01-02'`)
}
