// Modals: one dialog on top of the page, with the stack of views in it. The server draws the stack into #modals and takes it away again;
// this file opens the dialog, keeps the focus where it belongs, and posts.
(() => {
  'use strict';

  const dialog = () => document.getElementById('modal');
  const front = () => dialog()?.querySelector('.view:not([hidden])');
  let opener = null; // what had the focus before
  let shown = ''; // the view in front
  let waiting = ''; // the view whose answer is awaited
  let aim = ''; // block_id of the field that the focus goes to, once its error stands beside it
  const last = new Map(); // where the focus was in each view

  function focusIn(view) {
    const kept = last.get(view.id) && document.getElementById(last.get(view.id));
    const first = kept ?? view.querySelector('[data-focus]') ??
      view.querySelector('.view-body :is(.k-field, .k-search, .k-ticks input):not(:disabled)') ?? view.querySelector('[type=submit], .view-foot button, .view-x');
    first?.focus({preventScroll: !kept});
  }

  function sync() {
    const d = dialog();
    if (!d) {
      if (shown && (!document.activeElement || document.activeElement === document.body)) opener?.isConnected && opener.focus({preventScroll: true});
      shown = waiting = '';
      last.clear();
      return;
    }
    if (!d.open) {
      opener = document.activeElement;
      d.showModal();
    }
    const view = front();
    if (!view) return;
    if (view.id !== shown) {
      shown = view.id;
      d.setAttribute('aria-labelledby', view.id + '-title');
      focusIn(view);
    }
    wait(view, waiting === view.id);
    const field = aim ? view.querySelector(`.k-input[data-block-id="${CSS.escape(aim)}"]`) : null;
    if (field?.querySelector('.k-problem')) {
      aim = '';
      field.querySelector('.k-field, .k-search, .k-ticks input')?.focus();
      field.scrollIntoView({block: 'nearest'});
    }
  }

  function wait(view, on) {
    view.toggleAttribute('data-now-waiting', on);
    for (const b of view.querySelectorAll('.view-foot button')) b.disabled = on;
  }

  function banner(view, text) {
    const b = view.querySelector('.view-banner');
    b.textContent = text;
    b.hidden = !text;
  }

  // away takes views off the screen that are gone on the server, before it says so itself.
  function away(view, {closed, open}) {
    if (!closed || !view.isConnected || view.id !== shown) return;
    const below = view.previousElementSibling;
    if (!open || !below) return dialog()?.remove();
    view.remove();
    below.hidden = below.inert = false;
  }

  async function submit(view) {
    if (waiting) return;
    waiting = view.id;
    aim = '';
    banner(view, '');
    wait(view, true);
    try {
      const surface = view.querySelector('.k-surface');
      const body = new URLSearchParams({view: view.dataset.view, state: JSON.stringify(kit.stateOf(surface))});
      const res = await fetch(dialog().dataset.toSubmit, {method: 'POST', body, credentials: 'same-origin'});
      if (res.status === 422) banner(view, await res.text());
      else if (!res.ok) throw new Error(res.statusText);
      else {
        const answer = await res.json();
        aim = answer.wrong ?? '';
        away(view, answer);
      }
    } catch {
      banner(view, 'We had some trouble connecting. Try again?');
    }
    waiting = '';
    kit.sync();
    sync();
  }

  async function dismiss(view, everything) {
    const d = dialog(), n = d.querySelectorAll('.view').length;
    const body = new URLSearchParams({view: view.dataset.view, all: everything && n > 1 ? '1' : ''});
    try {
      const res = await fetch(d.dataset.toClose, {method: 'POST', body, credentials: 'same-origin'});
      if (res.ok) away(view, await res.json());
    } catch {
      banner(view, 'We had some trouble connecting. Try again?');
    }
    sync();
  }

  document.addEventListener('submit', e => {
    const view = e.target.closest('.view');
    if (!view) return;
    e.preventDefault();
    submit(view);
  });
  document.addEventListener('click', e => {
    const button = e.target instanceof Element && e.target.closest('[data-dismiss]');
    if (button) dismiss(button.closest('.view'), button.dataset.dismiss === 'all');
  });
  document.addEventListener('cancel', e => {
    if (e.target !== dialog()) return;
    e.preventDefault();
    const view = front();
    if (view && !waiting) dismiss(view, false);
  }, true);
  for (const by of ['keydown', 'pointerdown']) document.addEventListener(by, () => { aim = ''; }, true); // whoever goes on is not called back
  document.addEventListener('focusin', e => {
    const view = e.target instanceof Element && e.target.closest('.view');
    if (view && e.target.id && e.target.closest('.view-body')) last.set(view.id, e.target.id);
  });

  new MutationObserver(sync).observe(document.documentElement, {childList: true, subtree: true});
  document.addEventListener('htmx:after:swap', sync);
  sync();
})();
