// What every staff page shares: keys, menus that close, forms whose words survive. Without it everything still works.
"use strict";
const desk = (() => {
  const words = document.body.dataset;
  const $ = (query, root = document) => root.querySelector(query);
  const keys = new Map();
  const isTyping = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  const toast = (text) => {
    $(".toast")?.remove();
    const box = Object.assign(document.createElement("div"), { className: "toast", textContent: text });
    box.setAttribute("role", "alert");
    document.body.append(box);
    setTimeout(() => box.remove(), 6000);
  };

  // A form opened by a key or a button gets the cursor at once.
  const open = (details) => {
    if (!details) return false;
    details.closest(".list-of")?.closest("details")?.setAttribute("open", "");
    details.open = true;
    $("form :is(select, textarea, input:not([type=hidden]))", details)?.focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const opened = document.activeElement.closest("details[open].act, details[open].menu") || $("details[open].act, details[open].menu");
      if (opened) { opened.open = false; $("summary", opened).focus(); } else if (isTyping(event.target)) event.target.blur();
      else keys.get("Escape")?.(event);
      return;
    }
    if (event.ctrlKey && event.key === "Enter" && event.target.form) { event.target.form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $("dialog[open]")) return;
    const act = keys.get(event.key);
    if (act && act(event) !== false) event.preventDefault();
  });
  keys.set("/", () => $("#q")?.focus());
  keys.set("?", () => $("#keys")?.showModal());

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[open].menu, details[open].act")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Drafts: kept in this browser until the server has said that the form arrived (?done=KEY on the page that follows).
  const stored = (key) => { try { return JSON.parse(localStorage.getItem("draft:" + key)); } catch { return null; } };
  const now = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const fields = (form) => [...form.elements].filter((f) => f.name && !["hidden", "file", "password", "submit"].includes(f.type));
  const note = (form, at) => { const place = $("[data-saved]", form); if (place) place.textContent = words.saved.replace("#", at); };
  const keep = (form) => {
    const values = Object.fromEntries(fields(form).filter((f) => !/radio|checkbox/.test(f.type) || f.checked).map((f) => [f.name, f.value]));
    try { localStorage.setItem("draft:" + form.dataset.draft, JSON.stringify({ at: now(), values })); note(form, now()); } catch { /* private mode keeps no drafts */ }
  };
  const restore = (form) => {
    const draft = stored(form.dataset.draft);
    if (!draft || form.dataset.kept !== undefined) return;
    for (const field of fields(form)) {
      const value = draft.values[field.name];
      if (value === undefined) continue;
      if (/radio|checkbox/.test(field.type)) field.checked = field.value === value;
      else field.value = value;
    }
    note(form, draft.at);
  };
  const drafts = (root) => {
    for (const form of root.querySelectorAll("form[data-draft]")) {
      restore(form);
      form.addEventListener("input", () => { clearTimeout(form.saving); form.saving = setTimeout(() => keep(form), 400); });
    }
  };
  const arrived = new URL(location.href);
  const done = arrived.searchParams.get("done");
  if (done) {
    localStorage.removeItem("draft:" + done);
    arrived.searchParams.delete("done");
    history.replaceState(null, "", arrived);
  }
  drafts(document);

  // A form is only sent when the server answers; otherwise the words stay where they are.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || form.sure) return;
    event.preventDefault();
    if (form.dataset.draft) keep(form);
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
      form.sure = true;
      form.requestSubmit(event.submitter);
      setTimeout(() => { form.sure = false; }, 4000);
    } catch { toast(words.offline); }
  });

  // An earlier time of receipt needs its reason: the browser asks for it at once.
  const earlier = $("#received");
  const needs = () => { $("#reason").required = Boolean(earlier.value); if (earlier.value) earlier.closest("details").open = true; };
  if (earlier) { earlier.addEventListener("input", needs); needs(); }

  addEventListener("pageshow", () => { for (const form of document.forms) form.sure = false; });
  $("[aria-invalid=true], .problem")?.closest("details")?.setAttribute("open", "");
  $("[aria-invalid=true]")?.focus();
  return { $, keys, toast, open, drafts };
})();
