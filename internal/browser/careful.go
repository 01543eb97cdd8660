package browser

import (
	"encoding/json"
	"strings"
)

// inspect lists what a page owes to people who do not see it, cannot use a mouse, or read small text badly.
const inspect = `(() => {
	const wrong = [];
	const brief = (e) => e.outerHTML.replace(/\s+/g, ' ').slice(0, 140);
	const shown = (e) => e.getClientRects().length && getComputedStyle(e).visibility === 'visible';
	const front = document.querySelector('[role=alertdialog][open]') ?? document.querySelector('dialog[open]') ?? document;

	for (const e of front.querySelectorAll('button, a[href], input, select, textarea, [role=button], [role=menuitem], [role=option], [role=combobox], dialog[open], [role=dialog], nav, aside')) {
		if (!shown(e) || e.type === 'hidden') continue;
		const by = (e.getAttribute('aria-labelledby') ?? '').split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join('');
		const pictures = [...e.querySelectorAll('img[alt]')].map((i) => i.alt).join('');
		const box = e.matches('input, select, textarea, dialog, nav, aside, [role=dialog]');
		const name = e.getAttribute('aria-label') ?? (by || [...(e.labels ?? [])].map((l) => l.textContent).join('') || (box ? '' : e.textContent + pictures) || e.title);
		if (!name.trim()) wrong.push('has no name: ' + brief(e));
	}
	for (const e of document.querySelectorAll('img:not([alt])')) wrong.push('has no words for those who do not see it: ' + brief(e));

	const ids = new Map();
	for (const e of document.querySelectorAll('[id]')) ids.set(e.id, (ids.get(e.id) ?? 0) + 1);
	for (const [id, n] of ids) if (n > 1) wrong.push(n + ' elements have the id ' + id);
	for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby], label[for]')) {
		for (const id of ((e.getAttribute('aria-describedby') ?? '') + ' ' + (e.getAttribute('aria-labelledby') ?? '') + ' ' + (e.getAttribute('for') ?? '')).trim().split(/\s+/)) {
			if (id && !ids.has(id)) wrong.push('points to an id that is not there, ' + id + ': ' + brief(e));
		}
	}

	const headings = [...document.querySelectorAll('h1')].filter((e) => !e.closest('dialog'));
	if (headings.length !== 1) wrong.push('there are ' + headings.length + ' headings of the first level: ' + headings.map(brief));
	for (const mark of ['main', 'nav']) if (document.querySelectorAll(mark).length !== 1) wrong.push('there is not one ' + mark);
	if (!document.documentElement.lang) wrong.push('nobody knows its language');
	if (document.documentElement.scrollWidth > innerWidth) wrong.push('it is wider than the window, by ' + (document.documentElement.scrollWidth - innerWidth) + ' pixels');

	const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const color = (text) => /^rgba?\(/.test(text) ? text.match(/[\d.]+/g).map(Number) : null;
	for (const e of front.querySelectorAll('*')) {
		if (!shown(e) || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || e.matches(':disabled, :disabled *, option, [aria-disabled=true]') || e.closest('.sr-only, [aria-hidden=true]')) continue;
		const style = getComputedStyle(e), ink = color(style.color);
		let paper = null, solid = true;
		for (let p = e; p && !paper; p = p.parentElement) {
			const c = getComputedStyle(p);
			solid &&= c.opacity === '1';
			const fill = color(c.backgroundColor);
			if (!fill) solid = false;
			else if (fill.length < 4 || fill[3] === 1) paper = fill;
			else if (fill[3] > 0) solid = false;
		}
		if (!ink || !paper || !solid || ink[3] < 1) continue;
		const [low, high] = [luminance(ink), luminance(paper)].sort((a, b) => a - b), ratio = (high + 0.05) / (low + 0.05);
		const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) wrong.push('is hard to read, ' + ratio.toFixed(2) + ' to 1: ' + brief(e));
	}

	const focusable = [...front.querySelectorAll('button, a[href], input, select, textarea, [tabindex="0"]')].filter((e) => shown(e) && !e.disabled && !e.closest('[inert]'));
	const back = document.activeElement;
	const around = (e) => { // how it looks, and what it stands in
		let out = '';
		for (let p = e, n = 0; p && n < 4; p = p.parentElement, n++) {
			const s = getComputedStyle(p);
			out += [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor, s.textDecorationLine].join() + ';';
		}
		return out;
	};
	for (const e of focusable.slice(0, 80)) {
		document.activeElement.blur();
		const was = around(e);
		e.focus({preventScroll: true, focusVisible: true});
		if (document.activeElement !== e) continue; // it passes the focus on
		if (around(e) === was) wrong.push('does not show that it has the focus: ' + brief(e));
	}
	back?.focus({preventScroll: true});
	return JSON.stringify([...new Set(wrong)]);
})()`

// Careful fails the test for whatever makes the page hard to use for those who do not see it, use no mouse, or have a narrow window: what can be pressed has a
// name and shows the focus, headings and landmarks are there once, ids are unique, text stands out from its background, nothing is wider than the window.
func (b *Tab) Careful(where string) {
	b.t.Helper()
	var wrong []string
	if raw := b.Text(inspect); json.Unmarshal([]byte(raw), &wrong) != nil {
		b.t.Fatalf("%s: %s", where, raw)
	}
	if len(wrong) > 0 {
		b.t.Errorf("%s:\n%s", where, strings.Join(wrong, "\n"))
	}
}
