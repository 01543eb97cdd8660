// What a page cannot do without a script: composing with completion, menus, moving by keyboard, and staying where one was while messages arrive.
// htmx navigates and swaps; nothing here draws what the server has drawn. All listeners are on the document, so that swaps need no care.
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const me = () => document.body.dataset.me;
  const storage = { // a browser may forbid it
    read(key) { try { return sessionStorage.getItem(key) || ""; } catch { return ""; } },
    write(key, value) { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch { /* then drafts are not kept */ } },
  };

  // ── Talking with the server ──

  let telling;
  function tell(text) {
    clearTimeout(telling);
    $("tell").textContent = text;
    telling = setTimeout(() => { $("tell").textContent = ""; }, 6000);
  }

  // post sends fields and gives what the server answers; what went wrong is told to the person, or to complain.
  async function post(url, fields, complain = tell) {
    let response;
    try {
      response = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
    } catch {
      complain("The sandbox does not answer. Is it still running?");
      return null;
    }
    if (!response.ok) {
      complain((await response.text()).trim());
      return null;
    }
    const answer = response.status === 204 ? {} : await response.json();
    if (answer.tell) tell(answer.tell);
    if (answer.go) location.assign(answer.go);
    return answer;
  }

  // ask is a question before something that cannot be undone.
  function ask(title, text, yes) {
    const dialog = $("ask");
    $("ask-title").textContent = title;
    $("ask-text").textContent = text;
    $("ask-yes").textContent = yes;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
  }

  // ── Scrolling: at the bottom it stays at the bottom, elsewhere it stays where it is ──

  const scrollers = new WeakMap();

  function keepPlace(scroller) {
    if (!scroller || scrollers.has(scroller)) return;
    const inner = scroller.firstElementChild;
    const state = { bottom: true, anchor: null, top: 0 };
    scrollers.set(scroller, state);
    const restore = () => {
      if (state.bottom) scroller.scrollTop = scroller.scrollHeight;
      else if (state.anchor?.isConnected) scroller.scrollTop += state.anchor.getBoundingClientRect().top - scroller.getBoundingClientRect().top - state.top;
    };
    const note = () => {
      state.bottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24;
      const list = scroller.querySelector(".messages").children, edge = scroller.getBoundingClientRect().top;
      let low = 0, high = list.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle].getBoundingClientRect().bottom > edge) high = middle; else low = middle + 1;
      }
      state.anchor = list[low] || null;
      state.top = state.anchor ? state.anchor.getBoundingClientRect().top - edge : 0;
      if (scroller.id === "scroll" && $("latest")) $("latest").hidden = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 600;
    };
    scroller.addEventListener("scroll", note, { passive: true });
    const watch = new ResizeObserver(() => { restore(); note(); });
    watch.observe(inner);
    watch.observe(scroller);
    restore();
    note();
  }

  // ── Arriving at a conversation ──

  let left = null; // where the person was when the main part was replaced

  function leave() {
    const section = document.querySelector(".conversation"), state = $("scroll") && scrollers.get($("scroll"));
    left = section && state && { conversation: section.dataset.conversation, bottom: state.bottom, anchor: state.anchor?.id, top: state.top };
  }

  function arrive() {
    const section = document.querySelector(".conversation"), scroll = $("scroll");
    for (const scroller of document.querySelectorAll(".scroll.stick")) keepPlace(scroller);
    for (const form of document.querySelectorAll(".composer")) resume(form);
    drawer(false);
    document.querySelector(".entry[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (section?.dataset.at && $(section.dataset.at)) {
      const found = $(section.dataset.at);
      found.scrollIntoView({ block: "center" });
      found.classList.add("found");
    } else if (left && section?.dataset.conversation === left.conversation && !left.bottom && $(left.anchor)) {
      scroll.scrollTop += $(left.anchor).getBoundingClientRect().top - scroll.getBoundingClientRect().top - left.top;
    } else if (section) {
      const line = section.querySelector(".new-line"), edge = scroll.getBoundingClientRect().top;
      if (line && line.getBoundingClientRect().top < edge) scroll.scrollTop += line.getBoundingClientRect().top - edge - 40;
    }
    left = null;
    if (!matchMedia("(pointer: coarse)").matches && !document.querySelector("dialog[open]")) {
      ($("composer-thread-text") || $("composer-text"))?.focus({ preventScroll: true });
    }
  }

  const isMain = (event) => event.detail?.ctx?.target?.id === "main" || event.detail?.ctx?.target === document.body;
  document.addEventListener("htmx:config:request", (event) => {
    const list = $("messages"), section = document.querySelector(".conversation");
    if (isMain(event) && list?.firstElementChild && section) {
      event.detail.ctx.request.headers["X-Shown-From"] = `${section.dataset.conversation} ${list.querySelector(".message").dataset.ts}`;
    }
  });
  document.addEventListener("htmx:before:swap", (event) => { if (isMain(event)) leave(); });
  document.addEventListener("htmx:after:swap", (event) => { if (isMain(event)) arrive(); });
  document.addEventListener("htmx:response:error", (event) => {
    if (isMain(event)) location.assign(event.detail.ctx.request.action);
  });
  document.addEventListener("gone", () => location.assign(me()));
  document.addEventListener("htmx:sse:error", () => tell("The sandbox does not answer. Trying again…"));
  document.addEventListener("htmx:sse:after:connection", () => { if ($("tell").textContent.startsWith("The sandbox does")) tell(""); });

  // ── Composing ──

  const draftKey = (form) => "draft " + form.dataset.draft;

  function resume(form) {
    const box = form.elements.text;
    if (!box.value) box.value = storage.read(draftKey(form));
    wrote(form);
  }

  function wrote(form) {
    const box = form.elements.text;
    storage.write(draftKey(form), box.value);
    if (!CSS.supports("field-sizing", "content")) {
      box.style.height = "auto";
      box.style.height = box.scrollHeight + "px";
    }
  }

  const insert = (box, text) => {
    box.focus();
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  async function send(form) {
    const box = form.elements.text, text = box.value, error = form.parentElement.querySelector(".foot-error");
    if (!text.trim()) return;
    const fields = new FormData(form);
    close(form);
    box.value = "";
    wrote(form);
    if (error) error.hidden = true;
    const state = scrollers.get(form.closest(".conversation, .thread").querySelector(".scroll"));
    if (state) state.bottom = true; // whoever writes wants to see it
    if (form.elements.broadcast) form.elements.broadcast.checked = false;
    await post(form.dataset.send, fields, (why) => {
      if (!box.value) { box.value = text; wrote(form); }
      if (error) { error.textContent = why; error.hidden = false; } else tell(why);
    });
  }

  // ── Completion of @people, #channels, :emoji: and /commands ──

  let offers = null, offersAt = 0;
  async function known() {
    if (!offers || Date.now() - offersAt > 5000) {
      offersAt = Date.now();
      try { offers = await (await fetch(me() + "/complete.json")).json(); } catch { offers = offers || { users: [], channels: [], commands: [], emoji: [] }; }
    }
    return offers;
  }

  const listOf = (form) => form.querySelector(".completion");
  const isOpen = (form) => !listOf(form).hidden;

  function close(form) {
    listOf(form).hidden = true;
    form.elements.text.removeAttribute("aria-activedescendant");
  }

  // wanted is what is being typed before the caret: its mark, the word, and where it begins.
  function wanted(box) {
    const before = box.value.slice(0, box.selectionStart);
    const found = /(^|[\s(])([@#:])([\p{L}\p{N}_+.-]*)$/u.exec(before);
    if (found && (found[2] !== ":" || found[3].length > 1)) return { mark: found[2], word: found[3].toLowerCase(), from: before.length - found[3].length - 1 };
    if (/^\/\S*$/.test(before)) return { mark: "/", word: before.slice(1).toLowerCase(), from: 0 };
    const command = /^(\/\S+)\s/.exec(before);
    return command && { mark: "hint", word: command[1], from: 0 };
  }

  function matching(all, want) {
    const starts = (text) => text.toLowerCase().split(/[\s_-]+/).some((part) => part.startsWith(want.word)) || text.toLowerCase().startsWith(want.word);
    switch (want.mark) {
      case "@": return (all.users || []).filter((u) => starts(u.name) || starts(u.insert.slice(1))).slice(0, 8);
      case "#": return (all.channels || []).filter((c) => starts(c.name)).slice(0, 8).map((c) => ({ ...c, name: "# " + c.name }));
      case ":": {
        const hits = all.emoji.filter((e) => e.n.includes(want.word));
        hits.sort((a, b) => b.n.startsWith(want.word) - a.n.startsWith(want.word) || a.n.length - b.n.length);
        return hits.slice(0, 8).map((e) => ({ insert: `:${e.n}:`, name: e.e, note: `:${e.n}:` }));
      }
      case "/": return (all.commands || []).filter((c) => c.insert.slice(1).startsWith(want.word));
      case "hint": return (all.commands || []).filter((c) => c.insert === want.word);
    }
    return [];
  }

  async function suggest(form) {
    const box = form.elements.text;
    if (!wanted(box)) return close(form);
    const all = await known(), want = wanted(box); // it may have changed while the answer was on its way
    const hits = want ? matching(all, want) : [];
    if (!hits.length || document.activeElement !== box) return close(form);
    const list = listOf(form), hint = want.mark === "hint";
    list.replaceChildren(...hits.map((hit, i) => {
      const line = document.createElement("li"), name = document.createElement("span"), note = document.createElement("span");
      line.id = `${list.id}-${i}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(i === 0 && !hint));
      line.dataset.insert = hint ? "" : hit.insert;
      name.textContent = hit.name;
      note.textContent = hit.note || "";
      note.className = "note";
      line.append(name, note);
      return line;
    }));
    list.hidden = false;
    if (!hint) box.setAttribute("aria-activedescendant", list.id + "-0");
  }

  function choose(form, by) {
    const lines = [...listOf(form).children], at = lines.findIndex((l) => l.getAttribute("aria-selected") === "true");
    if (at < 0) return;
    const next = (at + by + lines.length) % lines.length;
    lines[at].setAttribute("aria-selected", "false");
    lines[next].setAttribute("aria-selected", "true");
    lines[next].scrollIntoView({ block: "nearest" });
    form.elements.text.setAttribute("aria-activedescendant", lines[next].id);
  }

  function take(form, line) {
    const box = form.elements.text, want = wanted(box);
    if (!line?.dataset.insert || !want) return;
    box.setRangeText(line.dataset.insert + " ", want.from, box.selectionStart, "end");
    close(form);
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest(".composer");
    if (form && event.target.name === "text") { wrote(form); suggest(form); }
  });
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.(".composer[data-send]");
    if (form && !form.contains(event.relatedTarget)) close(form);
  });

  function composerKey(event, form) {
    const box = form.elements.text, selected = isOpen(form) && listOf(form).querySelector('[aria-selected="true"]');
    if (selected) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); return choose(form, event.key === "ArrowDown" ? 1 : -1); }
      if (event.key === "Tab" || event.key === "Enter" && !event.shiftKey && selected.dataset.insert !== box.value.trim()) { event.preventDefault(); return take(form, selected); }
    }
    if (event.key === "Escape" && isOpen(form)) { event.preventDefault(); return close(form); }
    if (event.key === "Escape" && form.id === "composer-thread") return $("thread-close").click();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); return send(form); }
    if (event.key === "Tab" && event.shiftKey) { // to the newest message, not to what can be pressed in it
      const newest = form.closest(".conversation, .thread").querySelector(".messages > .item:last-child .message");
      if (newest) { event.preventDefault(); return newest.focus(); }
    }
    if (event.key === "ArrowUp" && !box.value) {
      const own = [...form.closest(".conversation, .thread").querySelectorAll(".message")].filter((m) => m.dataset.can.includes("mine")).pop();
      if (own) { event.preventDefault(); edit(own); }
    }
  }

  // ── Menus ──

  let opener = null, closing = null; // what opened the menu; the same, while it is pressed to close it

  function place(menu, at) {
    const box = at.getBoundingClientRect(), size = menu.getBoundingClientRect(), gap = 4;
    const below = box.bottom + gap + size.height <= innerHeight - 8;
    menu.style.left = Math.max(8, Math.min(at.closest(".side, .composer") ? box.left : box.right - size.width, innerWidth - size.width - 8)) + "px";
    menu.style.top = (below ? box.bottom + gap : Math.max(8, box.top - gap - size.height)) + "px";
  }

  document.addEventListener("htmx:after:swap", () => { // an update of what is around it takes its place away
    const menu = document.querySelector(".menu:popover-open");
    if (menu && opener?.isConnected) place(menu, opener);
  });

  function open(menu, at) {
    opener = at;
    menu.showPopover();
    place(menu, at);
    (menu.querySelector('[role="menuitem"], button, input') || menu).focus();
  }

  function toggle(menu, at) {
    if (menu.matches(":popover-open")) menu.hidePopover();
    else if (closing !== at) open(menu, at);
  }

  function menuKey(event, menu) {
    const all = [...menu.querySelectorAll('[role="menuitem"], .picker-grid button')], at = all.indexOf(document.activeElement);
    const across = menu.classList.contains("picker") ? 8 : 1;
    const step = { ArrowDown: across, ArrowUp: -across, ArrowRight: across > 1 ? 1 : 0, ArrowLeft: across > 1 ? -1 : 0 }[event.key];
    if (step && at >= 0) { event.preventDefault(); all[(at + step + all.length) % all.length].focus(); }
    else if (event.key === "Home" || event.key === "End") { event.preventDefault(); all.at(event.key === "Home" ? 0 : -1)?.focus(); }
    else if (event.key === "Tab" && menu.getAttribute("role") === "menu") menu.hidePopover();
    else if (event.key.length === 1 && event.key !== " " && menu.getAttribute("role") === "menu") {
      all.find((item, i) => i > at && item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  }

  // messageMenu fills the menu of a message with what can be done with it.
  function messageMenu(message, at) {
    const menu = $("message-menu"), can = message.dataset.can, path = message.dataset.path, entries = [];
    const add = (text, run, danger) => entries.push({ text, run, danger });
    if (!can.includes("dismiss")) add("Reply in thread", () => { const reply = message.querySelector("[data-reply]"); reply ? reply.click() : $("composer-thread-text")?.focus(); });
    if (can.includes("write")) add("Add reaction…", () => pick(message, at));
    if (can.includes("write")) add(can.includes("pinned") ? "Unpin from channel" : "Pin to channel", () => post(path + "/pin", can.includes("pinned") ? {} : { on: "1" }));
    add("Copy link", async () => {
      const [, who, conversation] = /^\/w\/([^/]+)\/([^/]+)/.exec(path);
      await navigator.clipboard?.writeText(`${location.origin}/w/${who}/${conversation}?at=${message.dataset.ts}`);
      tell("Link copied");
    });
    if (can.includes("mine") && can.includes("write")) {
      add("Edit message", () => edit(message));
      add("Delete message…", () => remove(message), true);
    }
    const shortcuts = can.includes("slackbot") ? [] : JSON.parse(menu.dataset.shortcuts) || [];
    menu.replaceChildren(...entries.map(menuItem));
    if (shortcuts.length) {
      menu.append(document.createElement("hr"), ...shortcuts.map((s) => menuItem({ text: s.Name, run: () => post(path + "/shortcut", { name: s.CallbackID }) })));
    }
    document.dispatchEvent(new CustomEvent("message-menu", { detail: { menu, message, menuItem } })); // others may add to it
    toggle(menu, at);
  }

  function menuItem({ text, run, danger }) {
    const item = document.createElement("button");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    if (danger) item.className = "danger";
    item.textContent = text;
    item.addEventListener("click", () => { $("message-menu").hidePopover(); run(); });
    return item;
  }

  let picking = null;
  function pick(message, at) {
    picking = message.dataset.path;
    $("picker-name").value = "";
    open($("picker"), at);
  }

  function react(path, name, on) {
    return post(path + "/react", on ? { name, on: "1" } : { name });
  }

  // ── Messages ──

  async function remove(message) {
    if (await ask("Delete message", "Are you sure you want to delete this message? This cannot be undone.", "Delete")) post(message.dataset.path + "/delete", {});
  }

  async function edit(message) {
    const item = message.closest(".item");
    if (item.querySelector(".edit-form")) return;
    let had;
    try { had = await (await fetch(message.dataset.path)).json(); } catch { return tell("The sandbox does not answer."); }
    const form = document.createElement("form");
    form.className = "edit-form composer";
    form.innerHTML = '<textarea name="text" aria-label="Edit message"></textarea><div class="edit-buttons"><button type="button" class="button">Cancel</button><button class="button primary">Save</button></div>';
    const done = () => { form.remove(); item.classList.remove("editing"); item.removeAttribute("hx-morph-skip"); message.focus({ preventScroll: true }); };
    const save = async () => {
      item.removeAttribute("hx-morph-skip");
      if (await post(message.dataset.path + "/edit", { text: form.elements.text.value })) done(); else item.setAttribute("hx-morph-skip", "");
    };
    form.elements.text.value = had.text;
    form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
    form.querySelector("button").addEventListener("click", done);
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") { event.preventDefault(); done(); }
      if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) { event.preventDefault(); save(); }
    });
    form.addEventListener("input", (event) => event.stopPropagation());
    item.classList.add("editing");
    item.setAttribute("hx-morph-skip", "");
    message.querySelector(".content").append(form);
    form.elements.text.focus();
    form.elements.text.setSelectionRange(had.text.length, had.text.length);
  }

  function messageKey(event, message) {
    const all = [...message.closest(".messages").querySelectorAll(".message")], at = all.indexOf(message), can = message.dataset.can;
    const tool = (name) => message.querySelector(`.tools [data-${name}]`);
    const act = {
      ArrowUp: () => all[at - 1]?.focus(), ArrowDown: () => all[at + 1]?.focus(), Home: () => all[0].focus(), End: () => all.at(-1).focus(),
      Escape: () => (message.closest(".thread") ? $("composer-thread-text") : $("composer-text"))?.focus(),
      Enter: () => tool("reply")?.click(), t: () => tool("reply")?.click(), r: () => tool("pick") && pick(message, tool("pick")),
      e: () => can.includes("mine") && can.includes("write") && edit(message), m: () => tool("more") && messageMenu(message, tool("more")),
      ContextMenu: () => tool("more") && messageMenu(message, tool("more")),
      p: () => can.includes("write") && post(message.dataset.path + "/pin", can.includes("pinned") ? {} : { on: "1" }),
      Delete: () => can.includes("mine") && can.includes("write") && remove(message),
    }[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); act(); }
  }

  // A list of messages is one stop of the Tab key; inside it the arrow keys move. What can be pressed in a message leads back to it.
  document.addEventListener("focusin", (event) => {
    const list = event.target.closest?.(".messages");
    if (!list) return;
    if (event.target === list) return list.querySelector(".item:last-child .message")?.focus();
    list.tabIndex = -1;
    for (const stop of list.querySelectorAll('.message[tabindex="0"]')) stop.tabIndex = -1;
    const message = event.target.closest(".message");
    if (message) message.tabIndex = 0;
  });
  document.addEventListener("focusout", (event) => {
    const list = event.target.closest?.(".messages");
    if (!list || list.contains(event.relatedTarget)) return;
    list.tabIndex = 0;
    for (const stop of list.querySelectorAll('.message[tabindex="0"]')) stop.tabIndex = -1;
  });

  // Whoever stands on something that an update takes away stands on its message then; or where one writes, if that is gone, too.
  let held = null;
  document.addEventListener("focusin", (event) => { held = { at: event.target, item: event.target.closest?.(".item")?.id }; });
  function keepFocus() {
    if (!held || held.at.isConnected || document.activeElement && document.activeElement !== document.body) return;
    const to = $(held.item)?.querySelector(".message") || $("composer-text") || $("main");
    held = null;
    to?.focus({ preventScroll: true });
  }
  document.addEventListener("htmx:after:swap", keepFocus);
  new MutationObserver(keepFocus).observe($("modals"), { childList: true }); // after modal.js had its turn

  // ── What is clicked ──

  function drawer(open) { // where the page is narrow
    $("side").classList.toggle("open", open);
    $("veil").hidden = !open;
    document.querySelector("[data-drawer]")?.setAttribute("aria-expanded", String(open));
  }

  const clicks = {
    "[popovertarget]": (at, event) => { event.preventDefault(); toggle($(at.getAttribute("popovertarget")), at); },
    "[data-open]": (at) => { const dialog = $(at.dataset.open); dialog.querySelector("form").reset(); dialog.querySelector(".form-error").textContent = ""; dialog.showModal(); },
    "[data-close]": (at) => at.closest("dialog").close(),
    "[data-drawer]": () => { drawer(true); $("side").querySelector(".entry[aria-current], .entry")?.focus(); },
    "#veil": () => drawer(false),
    "#latest": () => { $("scroll").scrollTop = $("scroll").scrollHeight; },
    "[data-react]": (at) => react(at.closest(".message").dataset.path, at.dataset.react, at.getAttribute("aria-pressed") !== "true"),
    "[data-pick]": (at) => pick(at.closest(".message"), at),
    "[data-more]": (at) => messageMenu(at.closest(".message"), at),
    "[data-emoji]": (at) => { $("picker").hidePopover(); react(picking, at.dataset.emoji, true); },
    "[data-shortcut]": (at) => { at.closest(".menu").hidePopover(); post(me() + "/shortcut", { name: at.dataset.shortcut }); },
    "[data-insert]": (at) => {
      const form = at.closest(".composer"), box = form.elements.text;
      if (at.matches(".completion li")) return take(form, at);
      if (at.dataset.insert === "/") { box.value = "/" + box.value.replace(/^\//, ""); box.setSelectionRange(1, 1); insert(box, ""); }
      else insert(box, (/(^|\s)$/.test(box.value.slice(0, box.selectionStart)) ? "" : " ") + at.dataset.insert);
    },
    "[data-do]": async (at) => {
      at.closest(".menu")?.hidePopover();
      if (!at.dataset.ask || await ask(at.dataset.ask, at.dataset.askText, at.dataset.askYes)) post(`${at.dataset.path}/${at.dataset.do}`, {});
    },
  };
  document.addEventListener("click", (event) => {
    for (const [selector, run] of Object.entries(clicks)) {
      const at = event.target.closest(selector);
      if (at && !at.disabled) return run(at, event);
    }
  });
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".completion")) event.preventDefault(); }); // the caret stays in the text
  document.addEventListener("pointerdown", (event) => { // a second press on what opened a menu closes it, and does not open it again
    const at = event.target.closest("[popovertarget], [data-more], [data-pick]");
    closing = at && at === opener && document.querySelector(".menu:popover-open") ? at : null;
  }, true);

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches(".composer[data-send]")) { event.preventDefault(); send(form); }
    if (!form.dataset.post) return;
    event.preventDefault();
    const error = form.querySelector(".form-error");
    const answer = await post(form.dataset.post, new FormData(form), (why) => { if (error) error.textContent = why; else tell(why); });
    if (answer) { form.reset(); form.closest("dialog")?.close(); }
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(".menu:popover-open");
    if (event.target.id === "picker-name") {
      if (event.key === "Enter" && event.target.value.trim()) { event.preventDefault(); $("picker").hidePopover(); react(picking, event.target.value.trim(), true); }
      return;
    }
    if (menu) return menuKey(event, menu);
    if (event.target.matches?.(".composer textarea")) return composerKey(event, event.target.closest(".composer"));
    if (event.target.matches?.(".message")) return messageKey(event, event.target);
    if (event.key === "Escape" && $("side").classList.contains("open")) { drawer(false); document.querySelector("[data-drawer]")?.focus(); }
    const entries = event.target.closest?.(".side-body") && [...document.querySelectorAll(".side-body .entry")];
    if (entries && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      entries[entries.indexOf(event.target.closest(".entry")) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  });

  arrive();
})();
