// What Block Kit does under people's hands. The HTML comes from the server whole: every element says in data attributes what it is
// (data-type), whether it holds something (data-stateful) and when it tells the app (data-sends). This file reads and restores what is
// typed, opens menus, asks confirmations, and posts. Nothing here knows the rules of forms: the server does.
(() => {
  'use strict';

  // What morphing leaves alone: what is open, and what we mark ourselves.
  if (window.htmx) htmx.config.morphIgnore.push('open', 'data-now-');

  const all = (sel, root = document) => [...root.querySelectorAll(sel)];
  const make = (tag, cls, text) => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const surfaceOf = el => el.closest('.k-surface');
  const keyOf = el => surfaceOf(el).id + '\n' + el.dataset.block + '\n' + el.dataset.act;

  // ---- What is in a field: a list of {value, text}.

  const drafts = new Map(); // what was typed in this tab, by key; it outlives every update of the HTML
  const settled = new WeakMap(); // what was there before a choice that can still be declined

  const optionsOf = el => el.querySelector('select.k-options');
  const tickedIn = el => el.querySelector('.k-ticks');

  function read(el) {
    if (tickedIn(el)) return all('input', el).filter(i => i.checked).map(i => ({value: i.value}));
    const select = optionsOf(el);
    if (select) {
      const at = o => { const i = all('.k-chip', el).findIndex(c => c.dataset.of === o.value); return i < 0 ? Infinity : i; };
      return [...select.selectedOptions].filter(o => o.value).map(o => ({value: o.value, text: o.text})).sort((a, b) => at(a) - at(b) || 0);
    }
    const field = el.querySelector('.k-field');
    return field && field.value ? [{value: field.value}] : [];
  }

  function write(el, held) {
    const select = optionsOf(el);
    if (tickedIn(el)) {
      for (const i of all('input', el)) i.checked = held.some(h => h.value === i.value);
    } else if (select) {
      for (const h of held) {
        if (![...select.options].some(o => o.value === h.value)) select.append(new Option(h.text ?? h.value, h.value));
      }
      for (const o of select.options) o.selected = held.some(h => h.value === o.value) || (!held.length && !o.value);
      paint(el, held);
    } else {
      const field = el.querySelector('.k-field'), value = held[0]?.value ?? '';
      if (field && field.value !== value) field.value = value;
    }
    count(el);
  }

  // reset puts back what the server drew; the properties of controls do not follow their attributes once somebody touched them.
  function reset(el) {
    const select = optionsOf(el), field = el.querySelector('.k-field');
    if (tickedIn(el)) {
      for (const i of all('input', el)) i.checked = i.defaultChecked;
    } else if (select) {
      for (const o of select.options) o.selected = o.defaultSelected;
      paint(el);
    } else if (field && field !== document.activeElement && field.value !== field.defaultValue) {
      field.value = field.defaultValue;
    }
    count(el);
  }

  const note = el => drafts.set(keyOf(el), read(el));

  function stateOf(surface) {
    const state = {};
    for (const el of all('.k-el[data-stateful]', surface)) {
      (state[el.dataset.block] ??= {})[el.dataset.act] = read(el).map(h => h.value);
    }
    return state;
  }

  // count shows how many characters are left once that matters.
  function count(el) {
    const field = el.querySelector('.k-field');
    const box = field && document.getElementById(field.id + '-n');
    if (!box) return;
    const left = Number(box.dataset.most) - [...field.value].length;
    const text = left <= Math.max(20, box.dataset.most / 10) ? String(left) : '';
    if (box.textContent !== text) box.textContent = text;
    box.classList.toggle('k-over', left < 0);
  }

  // ---- Comboboxes: what stands in the box.

  function paint(el, held = read(el)) {
    const combo = el.querySelector('.k-combo');
    if (!combo) return;
    const input = combo.querySelector('.k-search'), chips = combo.querySelector('.k-chips'), clear = combo.querySelector('.k-clear');
    if (chips) {
      const want = held.map(h => h.value).join('\n'), have = all('.k-chip', chips).map(c => c.dataset.of).join('\n');
      if (want !== have) chips.replaceChildren(...held.map(chip));
      input.placeholder = held.length ? '' : input.dataset.placeholder;
    } else if (!(menu.el === el && menu.typed)) {
      const text = held[0]?.text ?? '';
      if (input.value !== text) input.value = text;
    }
    if (clear) clear.hidden = !held.length;
    input.setAttribute('aria-expanded', String(menu.el === el));
  }

  function chip(h) {
    const c = make('span', 'k-chip'), x = make('button', '', '×');
    c.dataset.of = h.value;
    x.type = 'button';
    x.setAttribute('aria-label', 'Remove ' + (h.text ?? h.value));
    c.append(make('span', '', h.text ?? h.value), x);
    return c;
  }

  // ---- The menu: one for all, beside whatever opened it.

  const pop = make('div', 'k-pop');
  pop.popover = 'manual';
  const menu = {el: null, anchor: null, items: [], active: -1, typed: false, asked: 0, pick: null};

  function place() {
    const home = menu.anchor.closest('dialog[open]') ?? document.body;
    if (pop.parentNode !== home) home.append(pop);
    if (!pop.matches(':popover-open')) pop.showPopover();
    const a = menu.anchor.getBoundingClientRect(), combo = !!menu.el?.querySelector('.k-combo');
    pop.style.minWidth = Math.max(combo ? a.width : 200, 200) + 'px';
    const p = pop.getBoundingClientRect(), room = innerHeight - a.bottom - 8;
    const above = p.height > room && a.top > room;
    pop.style.top = Math.max(8, above ? a.top - p.height - 4 : Math.min(a.bottom + 4, innerHeight - p.height - 8)) + 'px';
    pop.style.left = Math.max(8, Math.min(combo ? a.left : a.right - p.width, innerWidth - p.width - 8)) + 'px';
  }

  function show(items, message) {
    const list = make('div', 'k-items');
    list.id = 'k-items';
    const combo = !!menu.el.querySelector('.k-combo');
    list.setAttribute('role', combo ? 'listbox' : 'menu');
    list.setAttribute('aria-label', menu.anchor.getAttribute('aria-label') || document.getElementById(menu.anchor.id + '-l')?.textContent || 'Options');
    if (combo && menu.el.querySelector('.k-many')) list.setAttribute('aria-multiselectable', 'true');
    menu.items = items;
    let group = '';
    items.forEach((item, i) => {
      if ((item.group ?? '') !== group) {
        group = item.group ?? '';
        if (group) list.append(make('div', 'k-group', group));
      }
      const row = make('div', 'k-item');
      row.id = 'k-item-' + i;
      row.setAttribute('role', combo ? 'option' : 'menuitem');
      if (combo) row.setAttribute('aria-selected', String(!!item.on));
      if (item.off) row.setAttribute('aria-disabled', 'true');
      if (!combo) row.tabIndex = -1;
      row.append(make('span', 'k-item-text', item.text));
      if (item.note) row.append(make('span', 'k-item-note', item.note));
      list.append(row);
    });
    if (message) {
      const m = make('div', 'k-none', message);
      m.setAttribute('role', 'status');
      list.append(m);
    }
    pop.replaceChildren(list);
    place();
    const on = items.findIndex(i => i.on);
    step(combo ? (menu.typed ? (items.length ? 0 : -1) : on) : 0, true);
  }

  function step(i, quietly) {
    const rows = all('.k-item', pop);
    menu.active = rows.length ? Math.max(-1, Math.min(i, rows.length - 1)) : -1;
    rows.forEach((r, j) => r.classList.toggle('k-active', j === menu.active));
    const row = rows[menu.active];
    if (menu.el.querySelector('.k-combo')) {
      if (row) menu.anchor.setAttribute('aria-activedescendant', row.id);
      else menu.anchor.removeAttribute('aria-activedescendant');
    } else if (row) {
      row.focus({preventScroll: true});
    }
    row?.scrollIntoView({block: 'nearest'});
    if (!quietly && menu.el.querySelector('.k-combo')) menu.moved = true;
  }

  function open(el, anchor, pick) {
    close();
    Object.assign(menu, {el, anchor, pick, typed: false, moved: false, items: []});
    anchor.setAttribute('aria-expanded', 'true');
    if (anchor.matches('.k-search')) anchor.setAttribute('aria-controls', 'k-items');
  }

  function close(back) {
    const {el, anchor} = menu;
    if (!el) return;
    menu.el = menu.anchor = menu.pick = null;
    menu.asked++;
    if (pop.matches(':popover-open')) pop.hidePopover();
    pop.replaceChildren();
    anchor.setAttribute('aria-expanded', 'false');
    anchor.removeAttribute('aria-activedescendant');
    anchor.removeAttribute('aria-controls');
    if (el.isConnected) paint(el);
    if (back) anchor.focus({preventScroll: true});
  }

  function choose(i) {
    const item = menu.items[i];
    if (!item || item.off) return;
    menu.pick(item);
  }

  pop.addEventListener('pointerdown', e => e.preventDefault()); // the field keeps the focus
  pop.addEventListener('click', e => {
    const row = e.target.closest('.k-item');
    if (row) choose(all('.k-item', pop).indexOf(row));
  });
  pop.addEventListener('pointermove', e => {
    const row = e.target.closest('.k-item');
    if (row && !row.classList.contains('k-active')) step(all('.k-item', pop).indexOf(row), true);
  });
  document.addEventListener('pointerdown', e => {
    if (menu.el && !pop.contains(e.target) && !menu.el.contains(e.target)) close();
  });
  addEventListener('resize', () => menu.el && place());
  document.addEventListener('scroll', e => { if (menu.el && !pop.contains(e.target)) place(); }, true);

  // ---- Overflow menus.

  function openMore(el) {
    const button = el.querySelector('.k-more');
    open(el, button, item => {
      close(true);
      if (item.link && item.local) location.assign(item.link);
      else if (item.link) window.open(item.link, '_blank', 'noopener,noreferrer');
      act(el, [{value: item.value}]);
    });
    show([...optionsOf(el).options].map(o => ({value: o.value, text: o.text, note: o.dataset.note, link: o.dataset.link, local: o.dataset.local})));
  }

  let typedAhead = '', typedAt = 0;
  function ahead(char) {
    if (Date.now() - typedAt > 600) typedAhead = '';
    typedAt = Date.now();
    typedAhead += char.toLowerCase();
    const from = typedAhead.length > 1 ? menu.active : menu.active + 1, n = menu.items.length;
    for (let i = 0; i < n; i++) {
      if (menu.items[(from + i) % n].text.toLowerCase().startsWith(typedAhead)) return step((from + i) % n);
    }
  }

  pop.addEventListener('keydown', e => { // of an overflow menu; comboboxes keep the focus in their field
    const keys = {ArrowDown: () => step((menu.active + 1) % menu.items.length), ArrowUp: () => step((menu.active || menu.items.length) - 1), Home: () => step(0),
      End: () => step(menu.items.length - 1), Enter: () => choose(menu.active), ' ': () => choose(menu.active), Escape: () => close(true), Tab: () => close(true)};
    if (keys[e.key]) {
      if (e.key !== 'Tab') e.preventDefault();
      e.stopPropagation();
      keys[e.key]();
    } else if (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey) {
      ahead(e.key);
    }
  });

  // ---- Selects.

  const many = el => !!el.querySelector('.k-many');

  function openSelect(el) {
    const input = el.querySelector('.k-search');
    if (input.disabled || menu.el === el) return;
    open(el, input, item => pickOption(el, item));
    input.select();
    offer(el);
  }

  function pickOption(el, item) {
    const before = read(el);
    let held = [{value: item.value, text: item.text}];
    if (many(el)) held = item.on ? before.filter(h => h.value !== item.value) : [...before, held[0]];
    const input = el.querySelector('.k-search');
    if (many(el)) {
      input.value = '';
      menu.typed = false;
    } else {
      close(true);
    }
    change(el, held, before);
    if (many(el)) offer(el, menu.active);
  }

  // offer fills the menu with what fits to what was typed: from the page, or from the server.
  async function offer(el, active) {
    const combo = el.querySelector('.k-combo'), input = combo.querySelector('.k-search'), typed = menu.typed ? input.value.trim() : '';
    const held = read(el).map(h => h.value), full = Number(combo.dataset.most) > 0 && held.length >= Number(combo.dataset.most);
    const dress = o => ({...o, on: held.includes(o.value), off: full && !held.includes(o.value)});
    const finish = items => {
      show(items.map(dress), items.length ? '' : 'No results');
      if (active !== undefined) step(active, true);
    };
    if (combo.dataset.source === 'here') {
      const fits = o => o.value && (o.text + ' ' + (o.dataset.note ?? '')).toLowerCase().includes(typed.toLowerCase());
      finish([...optionsOf(el).options].filter(fits).map(o => ({value: o.value, text: o.text, note: o.dataset.note, group: o.closest('optgroup')?.label})));
      return;
    }
    if ([...typed].length < Number(combo.dataset.least)) {
      show([], 'Type to search');
      return;
    }
    const turn = ++menu.asked;
    if (!menu.items.length) show([], 'Loading…');
    await new Promise(done => setTimeout(done, typed ? 180 : 0));
    if (turn !== menu.asked) return;
    const s = surfaceOf(el);
    try {
      const res = await post(s.dataset.suggest, s, el, {typed});
      const items = await res.json();
      if (turn === menu.asked && menu.el === el) finish(items);
    } catch {
      if (turn === menu.asked && menu.el === el) show([], 'The options could not be loaded.');
    }
  }

  function selectKeys(e, el) {
    const isOpen = menu.el === el, input = e.target;
    switch (e.key) {
      case 'ArrowDown': case 'ArrowUp':
        e.preventDefault();
        if (!isOpen) return openSelect(el);
        return step(e.key === 'ArrowDown' ? (menu.active + 1) % Math.max(1, menu.items.length) : (menu.active > 0 ? menu.active : menu.items.length) - 1);
      case 'PageDown': case 'PageUp':
        if (isOpen) { e.preventDefault(); step(Math.max(0, menu.active + (e.key === 'PageDown' ? 8 : -8))); }
        return;
      case 'Enter':
        e.preventDefault(); // a menu never submits the form
        if (!isOpen) return openSelect(el);
        return choose(menu.active);
      case 'Escape':
        if (isOpen) { e.preventDefault(); e.stopPropagation(); close(); input.select(); }
        return;
      case 'Tab':
        return close();
      case 'Backspace':
        if (many(el) && !input.value) {
          const held = read(el);
          if (held.length) change(el, held.slice(0, -1), held);
          if (isOpen) offer(el);
        }
    }
  }

  // ---- Telling the app.

  // change puts something into a field, and tells the app if it wants to know.
  function change(el, held, before) {
    settled.set(el, before ?? settled.get(el) ?? []);
    write(el, held);
    note(el);
    if (el.dataset.sends.includes('choice')) act(el, held);
  }

  function post(url, surface, el, more) {
    const d = surface.dataset;
    const body = new URLSearchParams({conversation: d.conversation, ts: d.ts, view: d.view, block_id: el.dataset.block, action_id: el.dataset.act,
      value: JSON.stringify(read(el).map(h => h.value)), state: JSON.stringify(stateOf(surface)), ...more});
    return fetch(url, {method: 'POST', body, credentials: 'same-origin'});
  }

  const under = new Map(); // how many answers an element waits for, by key
  function busy(el, by) {
    const key = keyOf(el), n = (under.get(key) ?? 0) + by;
    if (n > 0) under.set(key, n); else under.delete(key);
    el.toggleAttribute('data-now-busy', n > 0);
    el.setAttribute('aria-busy', String(n > 0));
  }

  const failed = new Map(); // what Slack says beside an element whose click the app did not answer, by key
  function warn(el) {
    const text = failed.get(keyOf(el));
    const have = el.querySelector(':scope > .k-warn');
    if (!text) return have?.remove();
    if (have) return;
    const w = make('span', 'k-warn', '⚠');
    w.setAttribute('role', 'img');
    w.setAttribute('aria-label', text);
    w.title = text;
    el.append(w);
  }

  async function act(el, held) {
    const surface = surfaceOf(el), key = keyOf(el), question = el.querySelector(':scope > template.k-confirm');
    if (!surface.dataset.post || (under.get(key) && !el.dataset.stateful)) return;
    if (question && !await ask(question, el)) {
      if (el.dataset.stateful) {
        write(el, settled.get(el) ?? []);
        note(el);
      }
      return;
    }
    failed.delete(key);
    warn(el);
    busy(el, 1);
    try {
      const res = await post(surface.dataset.post, surface, el, {value: JSON.stringify(held.map(h => h.value)), confirmed: question ? '1' : ''});
      if (res.status === 422) tell(await res.text());
      else if (!res.ok) throw new Error(res.statusText);
      else if (res.status !== 204 && (await res.json()).warning) failed.set(key, 'The app did not respond. Try again?');
    } catch {
      failed.set(key, 'The sandbox could not be reached. Try again?');
    }
    const now = el.isConnected ? el : find(key);
    if (!now) return under.delete(key);
    busy(now, -1);
    warn(now);
  }

  const find = key => all('.k-el').find(el => keyOf(el) === key);

  function tell(text) {
    const box = document.getElementById('tell');
    if (box) box.textContent = text;
    setTimeout(() => { if (box?.textContent === text) box.textContent = ''; }, 6000);
  }

  // ask shows a confirmation dialog, and gives whether the answer was yes.
  function ask(question, el) {
    const d = make('dialog', 'k-ask'), from = document.activeElement;
    const content = question.content.cloneNode(true);
    const yes = make('button', 'k-btn k-btn-' + question.dataset.style), no = make('button', 'k-btn k-btn-plain', question.dataset.no);
    const label = content.querySelector('.k-yes');
    yes.append(...label.childNodes);
    label.remove();
    yes.type = no.type = 'button';
    const h = content.querySelector('h2');
    h.id = 'k-ask-title';
    const row = make('div', 'k-ask-buttons');
    row.append(no, yes);
    d.setAttribute('aria-labelledby', h.id);
    d.setAttribute('role', 'alertdialog');
    d.append(content, row);
    document.body.append(d);
    d.showModal();
    yes.focus();
    return new Promise(done => {
      const end = answer => {
        d.close();
        d.remove();
        (from?.isConnected ? from : find(keyOf(el))?.querySelector('button, a, input'))?.focus({preventScroll: true});
        done(answer);
      };
      yes.onclick = () => end(true);
      no.onclick = () => end(false);
      d.addEventListener('cancel', e => { e.preventDefault(); end(false); });
      d.addEventListener('click', e => { if (e.target === d) end(false); });
    });
  }

  // ---- What people do.

  const elOf = e => e.target instanceof Element ? e.target.closest('.k-el') : null;

  document.addEventListener('click', e => {
    const el = elOf(e);
    if (!el) return;
    if (e.target.closest('.k-more')) return menu.el === el ? close(true) : openMore(el);
    if (e.target.closest('.k-btn')) return act(el, el.dataset.type === 'feedback_buttons' ? [{value: el.dataset.value}] : []);
    if (e.target.closest('.k-clear')) {
      change(el, [], read(el));
      el.querySelector('.k-search').focus();
      return close();
    }
    const chipped = e.target.closest('.k-chip button');
    if (chipped) {
      const held = read(el);
      change(el, held.filter(h => h.value !== chipped.parentNode.dataset.of), held);
      return el.querySelector('.k-search').focus();
    }
    if (e.target.closest('.k-combo')) {
      const input = el.querySelector('.k-search');
      input.focus();
      openSelect(el);
    }
  });

  let pause = 0;
  document.addEventListener('input', e => {
    const el = elOf(e);
    if (!el) return;
    if (e.target.matches('.k-search')) {
      if (menu.el !== el) open(el, e.target, item => pickOption(el, item));
      menu.typed = true;
      return offer(el);
    }
    if (!el.dataset.stateful || e.target.type === 'checkbox' || e.target.type === 'radio') return;
    note(el);
    count(el);
    if (el.dataset.sends.includes('character')) {
      clearTimeout(pause);
      pause = setTimeout(() => act(el, read(el)), 250);
    }
  });

  const dirty = new Set(); // pickers whose choice was not told yet: typing a date changes it several times
  let dates = 0;
  function flush() {
    clearTimeout(dates);
    for (const el of dirty) act(el, read(el));
    dirty.clear();
  }

  document.addEventListener('change', e => {
    const el = elOf(e);
    if (!el?.dataset.stateful || e.target.matches('.k-search')) return;
    const was = drafts.get(keyOf(el));
    if (tickedIn(el)) {
      settled.set(el, was ?? all('input', el).filter(i => i.defaultChecked).map(i => ({value: i.value})));
      note(el);
      if (el.dataset.sends.includes('choice')) act(el, read(el));
    } else if (e.target.matches('.k-picker')) {
      settled.set(el, e.target.defaultValue ? [{value: e.target.defaultValue}] : []);
      note(el);
      if (el.dataset.sends.includes('choice')) {
        dirty.add(el);
        clearTimeout(dates);
        dates = setTimeout(flush, 900);
      }
    }
  });

  document.addEventListener('focusout', e => {
    if (e.target instanceof Element && e.target.matches('.k-picker')) flush();
    if (menu.el && e.target === menu.anchor && menu.anchor.matches('.k-search') && document.hasFocus()) {
      setTimeout(() => { if (menu.el && document.activeElement !== menu.anchor && menu.anchor?.isConnected) close(); }, 0);
    }
  });

  document.addEventListener('keydown', e => {
    const el = elOf(e);
    if (!el || e.isComposing) return;
    if (e.target.matches('.k-search')) return selectKeys(e, el);
    if (e.key === 'Enter' && e.target.matches('.k-picker')) return flush();
    if (e.key === 'Enter' && !e.shiftKey && e.target.matches('.k-field') && el.dataset.sends.includes('enter')) {
      e.preventDefault();
      clearTimeout(pause);
      act(el, read(el));
    }
    if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && e.target.matches('.k-more')) {
      e.preventDefault();
      openMore(el);
    }
  });

  // A key that chose something in a menu has done its work, even where it arrives as a key and then again as a character: the focus is elsewhere by then.
  let used = '';
  addEventListener('keydown', e => { used = ''; if (menu.el && (e.key === 'Enter' || e.key === ' ' && pop.contains(e.target))) used = e.key; }, true);
  for (const after of ['keypress', 'keyup']) {
    addEventListener(after, e => { if (used && e.key === used) { e.preventDefault(); e.stopPropagation(); } }, true);
  }

  // ---- After every update of the page: what was typed, chosen, open or waited for is so again.

  function sync() {
    for (const el of all('.k-el')) {
      const key = keyOf(el);
      if (el.dataset.stateful) {
        if (drafts.has(key)) write(el, drafts.get(key)); else reset(el);
      }
      if (under.has(key) !== el.hasAttribute('data-now-busy')) el.toggleAttribute('data-now-busy', under.has(key));
      if (failed.has(key)) warn(el);
    }
    for (const map of [drafts, failed, under]) {
      for (const key of map.keys()) {
        if (map !== under && !find(key)) map.delete(key);
      }
    }
    if (menu.el && !menu.anchor.isConnected) {
      close();
    } else if (menu.el) {
      menu.anchor.setAttribute('aria-expanded', 'true');
      if (menu.anchor.matches('.k-search')) menu.anchor.setAttribute('aria-controls', 'k-items');
      place();
    }
    watch.takeRecords(); // these were ours
  }

  const watch = new MutationObserver(sync);
  watch.observe(document.documentElement, {childList: true, subtree: true});
  document.addEventListener('htmx:after:swap', sync);
  sync();

  window.kit = {stateOf, sync, busy, tell};
})();
