// The back of the stage: follows what happens, opens entries, copies them, filters. On the other pages it only makes the banner and the message menu work.
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  let telling;
  function tell(text) {
    clearTimeout(telling);
    $("tell").textContent = text;
    telling = setTimeout(() => { $("tell").textContent = ""; }, 6000);
  }

  // ── Everywhere: forms that change what goes wrong, or the clock ──

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.stage) return;
    event.preventDefault();
    const error = form.querySelector(".form-error"), fields = new URLSearchParams(new FormData(form, event.submitter));
    if (error) error.textContent = "";
    let response;
    try {
      response = await fetch(form.dataset.stage, { method: "POST", body: fields });
    } catch {
      return tell("The sandbox does not answer. Is it still running?");
    }
    if (response.ok) {
      form.reset();
      if (document.querySelector(".manual")) location.reload(); // this page follows nothing
      return;
    }
    const why = (await response.text()).trim();
    if (error) error.textContent = why; else tell(why);
  });

  document.addEventListener("message-menu", (event) => {
    const { menu, message, menuItem } = event.detail;
    const [, who, conversation] = /^\/w\/([^/]+)\/([^/]+)/.exec(message.dataset.path);
    menu.append(document.createElement("hr"), menuItem({
      text: "What happened here",
      run: () => location.assign(`/stage?as=${who}&in=${conversation}&ts=${message.dataset.ts}`),
    }));
  });

  if (!document.body.classList.contains("stage")) return;

  // ── Copying ──

  document.addEventListener("click", async (event) => {
    const at = event.target.closest("[data-copy]");
    if (!at) return;
    const text = at.closest(".part").querySelector("textarea").value;
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied");
    } catch {
      tell("The browser does not let this page copy.");
    }
  });

  const list = () => $("rows");
  if (!list()) return; // the description of the control API has no timeline

  // ── Entries ──

  async function load(details) {
    const item = details.closest(".happening"), into = details.querySelector(".h-detail");
    if (into.dataset.state === item.dataset.state) return;
    into.dataset.state = item.dataset.state;
    try {
      const response = await fetch(details.dataset.entry);
      into[response.ok ? "innerHTML" : "textContent"] = await response.text();
    } catch {
      into.dataset.state = "";
      tell("The sandbox does not answer.");
    }
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.dataset.entry) load(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    const line = event.target.closest?.(".happening > details > summary");
    if (!line) return;
    const all = [...list().querySelectorAll(".happening > details > summary")], step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); all[all.indexOf(line) + step]?.focus(); }
    if (event.key === "Home" || event.key === "End") { event.preventDefault(); all.at(event.key === "Home" ? 0 : -1).focus(); }
    if (event.key === "Escape") line.parentElement.open = false;
  });

  // ── Following ──

  const most = 300; // lines that stay
  const parsed = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  // replace puts a line in the place of another one that may be open, and have the focus.
  function replace(old, fresh) {
    const was = old.querySelector("details"), now = fresh.querySelector("details");
    if (was?.open && now) {
      now.querySelector(".h-detail").replaceWith(was.querySelector(".h-detail"));
      now.open = true;
    }
    const focused = old.contains(document.activeElement) && document.activeElement.matches("summary");
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("summary")?.focus({ preventScroll: true });
    if (now?.open) load(now);
  }

  function apply(news) {
    const rows = list(), main = $("timeline"), scrolled = main.scrollTop > 0 ? main.scrollHeight - main.scrollTop : 0;
    if (news.all !== undefined) {
      const fresh = parsed(news.all), had = new Map([...rows.children].map((item) => [item.id, item]));
      for (const item of [...fresh.children]) if (had.has(item.id) && had.get(item.id).querySelector("details")?.open) {
        item.querySelector(".h-detail").replaceWith(had.get(item.id).querySelector(".h-detail"));
        item.querySelector("details").open = true;
      }
      rows.replaceChildren(fresh);
      rows.querySelectorAll("details[open][data-entry]").forEach(load);
    }
    if (news.top) rows.prepend(parsed(news.top));
    for (const [id, html] of Object.entries(news.lines || {})) if ($(id)) replace($(id), parsed(html).firstElementChild);
    while (rows.children.length > most) rows.lastElementChild.remove();
    if (scrolled) main.scrollTop = main.scrollHeight - scrolled; // what one reads stays where it is
    for (const [id, html] of Object.entries(news.regions || {})) region($(id), html);
  }

  // region replaces a part beside the timeline. Half-made choices in it survive, and so does the focus.
  function region(at, html) {
    const forms = [...at.querySelectorAll("form")], key = (form) => form.dataset.stage + (form.elements.key?.value || "") + (form.elements.to?.value || "");
    const fields = (form) => [...form.querySelectorAll("select, [type=datetime-local]")];
    const changed = (field) => field.tagName === "SELECT" ? field.selectedIndex > 0 : field.value !== field.defaultValue;
    const kept = new Map(forms.map((form) => [key(form), {
      chosen: new Map(fields(form).filter(changed).map((field) => [field.name, field.value])), error: form.querySelector(".form-error")?.textContent,
    }]));
    const focus = at.contains(document.activeElement) && document.activeElement;
    const where = focus && { form: key(focus.form || focus.closest("form") || forms[0]), name: focus.name, value: focus.tagName === "BUTTON" ? focus.value : null };
    at.replaceChildren(parsed(html));
    for (const form of at.querySelectorAll("form")) {
      const had = kept.get(key(form)), error = form.querySelector(".form-error");
      for (const field of fields(form)) if (had?.chosen.has(field.name)) field.value = had.chosen.get(field.name);
      if (had && error) error.textContent = had.error;
    }
    if (!focus) return;
    const form = [...at.querySelectorAll("form")].find((f) => key(f) === where.form);
    const field = form && [...form.elements].find((e) => e.type !== "hidden" && e.name === where.name && (where.value === null || e.value === where.value));
    (field || form?.querySelector("button") || at.querySelector("button"))?.focus({ preventScroll: true });
  }

  let source;
  function follow() {
    source?.close();
    const address = list().dataset.live;
    if (!address) return;
    source = new EventSource(address);
    let lost = false;
    source.onmessage = (event) => apply(JSON.parse(event.data));
    source.onerror = () => { if (!lost) tell("The sandbox does not answer. Trying again…"); lost = true; };
    source.onopen = () => { if (lost) tell("Connected again"); lost = false; };
  }

  // ── Filtering ──

  let typing, asked = 0;
  async function filter() {
    const form = $("filters"), query = new URLSearchParams(new FormData(form));
    for (const [k, v] of [...query]) if (!v) query.delete(k);
    const address = "/stage" + (query.size ? "?" + query : ""), mine = ++asked;
    let html;
    try { html = await (await fetch(address, { headers: { "X-Part": "timeline" } })).text(); } catch { return tell("The sandbox does not answer."); }
    if (mine !== asked) return; // somebody typed on
    const fresh = parsed(html);
    fresh.querySelector(".filters").remove();
    while (form.nextSibling) form.nextSibling.remove(); // the form itself stays, with focus and caret
    form.after(fresh);
    history.replaceState(null, "", address);
    follow();
  }
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#filters")) return;
    clearTimeout(typing);
    typing = setTimeout(filter, event.target.type === "search" || event.target.type === "text" ? 250 : 0);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "filters") return;
    event.preventDefault();
    clearTimeout(typing);
    filter();
  });

  // ── The clock ticks, and says so once a minute ──

  const words = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", year: "numeric", hour: "numeric", minute: "2-digit", timeZone: "UTC" });
  setInterval(() => {
    const at = $("clock-now");
    if (!at) return;
    const text = words.format(new Date(Date.now() + Number(at.dataset.ahead) + Number(at.dataset.zone) * 60000)).replace(/\u202f/g, " ").replace(" at ", ", ");
    if (at.textContent !== text) at.textContent = text;
  }, 1000);

  if (matchMedia("(max-width: 1000px)").matches) document.querySelectorAll("[data-panel]").forEach((panel) => { panel.open = false; });
  follow();
})();
