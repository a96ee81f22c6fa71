// The intake form: people, desks and services found while typing, the questions of the chosen service. Without it the form is whole.
"use strict";
{
  const $ = (id) => document.getElementById(id);
  const form = $("intake"), say = form.dataset, desk = $("desk"), item = $("item"), csrf = form.elements.csrf_token.value;
  const el = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

  // A list under a field: arrows move, Enter chooses, Escape closes (the combobox pattern of ARIA).
  const combobox = (input, find, choose) => {
    const list = el("ul", "", "found");
    Object.assign(list, { id: `${input.id}-list`, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0].firstChild.textContent.trim());
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": false, "aria-controls": list.id, autocomplete: "off" })) input.setAttribute(name, value);
    input.closest(".field").append(list);
    let rows = [], at = -1, asked = 0;
    const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", false); input.removeAttribute("aria-activedescendant"); };
    const mark = (next) => {
      at = next;
      [...list.children].forEach((row, n) => row.setAttribute("aria-selected", n === at));
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    const take = (n) => { const row = rows[n]; close(); choose(row); };
    const show = (found, nothing) => {
      rows = found;
      list.replaceChildren(...(found.length ? found : [{ text: nothing, beside: "" }]).map((row, n) => {
        const line = el("li", row.text);
        line.id = `${list.id}-${n}`;
        line.setAttribute("role", "option");
        if (!found.length) line.setAttribute("aria-disabled", true);
        line.append(el("small", row.beside));
        line.addEventListener("mousedown", (event) => { event.preventDefault(); if (found.length) take(n); });
        return line;
      }));
      list.hidden = !found.length && !nothing;
      at = -1;
      input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-expanded", !list.hidden);
    };
    const look = async () => { const turn = ++asked, found = await find(input.value); if (turn === asked && document.activeElement === input) show(...found); };
    input.addEventListener("input", look);
    input.addEventListener("blur", () => { asked++; close(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && list.hidden) look();
      else if (list.hidden || !rows.length) { if (event.key === "Escape") close(); return; }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") mark((at + (event.key === "ArrowDown" ? 1 : rows.length + (at < 0 ? 0 : -1))) % rows.length);
      else if (event.key === "Enter" && at >= 0) take(at);
      else if (event.key === "Escape") { event.stopPropagation(); close(); } else return;
      event.preventDefault();
    });
    return look;
  };

  // A select becomes a field to type in; it stays in the form and keeps the value.
  const typed = (select) => {
    const input = el("input", "");
    input.id = `${select.id}-typed`;
    input.placeholder = say.type;
    input.required = select.required;
    for (const name of ["aria-invalid", "aria-describedby"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    select.labels[0].htmlFor = input.id;
    select.before(input);
    Object.assign(select, { hidden: true, required: false });
    const shown = () => { input.value = select.value ? select.selectedOptions[0].label : ""; };
    const words = JSON.parse(say.words);
    const find = (text) => {
      const wanted = text === select.selectedOptions[0]?.label ? [] : text.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [...select.options].map((option) => ({ option, text: option.label, beside: option.closest("optgroup")?.label ?? "" }))
        .filter((row) => { const all = `${row.text} ${row.beside} ${words[row.option.value] ?? ""}`.toLowerCase(); return wanted.every((w) => all.includes(w)); });
      return [found.slice(0, 60), say.nothing];
    };
    const look = combobox(input, find, (row) => { select.value = row.option.value; shown(); select.dispatchEvent(new Event("change", { bubbles: true })); });
    input.addEventListener("focus", () => { input.select(); });
    input.addEventListener("click", look);
    input.addEventListener("blur", () => { if (!input.value && select.value && !input.required) { select.value = ""; select.dispatchEvent(new Event("change", { bubbles: true })); } shown(); });
    select.addEventListener("change", shown);
    shown();
  };

  // Only the services of the chosen desk.
  const services = [...item.querySelectorAll("optgroup[data-desks]")], names = new Map(services.map((s) => [s, s.label]));
  const narrow = () => {
    const chosen = item.value, name = `${desk.selectedOptions[0]?.label}: `;
    for (const service of services) {
      if (!service.dataset.desks.split(" ").includes(desk.value)) { service.remove(); continue; }
      const whole = names.get(service);
      service.label = whole.startsWith(name) ? whole.slice(name.length) : whole;
      item.append(service);
    }
    item.value = chosen;
    if (item.selectedIndex < 0) item.value = "";
    if (item.value !== chosen) item.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const ask = async () => {
    const place = $("questions"), kept = new FormData(form);
    const answer = item.value ? await fetch(`/intake/questions?${new URLSearchParams({ desk: desk.value, item: item.value })}`) : null;
    place.innerHTML = answer?.ok ? await answer.text() : "";
    for (const field of place.querySelectorAll("[name]")) {
      if (field.type === "checkbox") field.checked = kept.getAll(field.name).includes(field.value);
      else if (kept.get(field.name)) field.value = kept.get(field.name);
    }
  };
  form.querySelector(".asks-again").hidden = true;
  narrow();
  typed(item);
  if (desk.options.length > 1) typed(desk); else desk.closest(".field").hidden = true;
  desk.addEventListener("change", narrow);
  item.addEventListener("change", ask);
  if (item.value && !$("questions").children.length) ask();

  // Whoever the desk knows is chosen from a list; another name or address afterwards is another person.
  const who = ["name", "phone", "email"].map((name) => $(`requester-${name}`)), id = $("requester-id");
  let person = null, waiting = 0;
  const theirs = (open) => {
    $("theirs").hidden = !open.length;
    $("theirs").querySelector("ul").replaceChildren(...open.map((ticket) => {
      const line = el("li", ""), link = el("a", ticket.number, "num");
      Object.assign(link, { href: `/tickets/${ticket.number}`, target: "_blank" });
      line.append(link, ` ${ticket.subject}`);
      return line;
    }));
  };
  const people = async (text) => {
    if (text.trim().length < 2) return [[], ""];
    const turn = ++waiting;
    await new Promise((done) => setTimeout(done, 250));
    if (turn !== waiting) return [[], ""];
    const answer = await fetch("/intake/people", { method: "POST", body: new URLSearchParams({ csrf_token: csrf, desk: desk.value, q: text }) }).catch(() => null);
    if (!answer?.ok) return [[], answer?.status === 429 ? say.busy : ""];
    const found = (await answer.json()).people.map((p) => ({ ...p, text: p.name || p.email || p.phone, beside: [p.email, p.phone, p.by_chat].filter(Boolean).join(" · ") }));
    return [found, say.none];
  };
  for (const field of who) {
    combobox(field, people, (row) => {
      person = row;
      for (const [n, name] of ["name", "phone", "email"].entries()) who[n].value = row[name];
      id.value = row.id;
      theirs(row.open);
      $("verified").focus();
    });
    field.addEventListener("input", () => {
      if (person && (who[0].value !== person.name || who[2].value !== person.email)) { person = null; id.value = ""; theirs([]); }
    });
  }
  const settled = form.elements.settled, needs = () => { form.elements.label.required = form.elements.answer.required = settled.checked; };
  settled.addEventListener("change", needs);
  needs();
  if (!form.querySelector("[aria-invalid=true]")) who[0].focus();
}
