"use strict";
// The telephones of the demo: each looks twice a second whether its conversation has changed.

const LOOK = 500, words = document.body.dataset;
document.documentElement.classList.add("live");

class Phone {
  constructor(place) {
    this.place = place; this.who = place.dataset.who; this.on = "whatsapp"; this.have = {}; this.editing = "";
    this.form = place.querySelector("form"); this.text = this.form.elements.text; this.file = this.form.elements.file;
    this.said = place.querySelector(".said"); this.scroll = place.querySelector(".scroll");
    for (const tab of place.querySelectorAll("[data-on]")) tab.addEventListener("click", () => this.turn(tab.dataset.on));
    this.said.addEventListener("click", (event) => this.touch(event.target.closest("button")));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.form.querySelector("[data-leave]").addEventListener("click", () => this.edit(""));
    this.file.addEventListener("change", () => this.chosen());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    });
    this.look();
  }
  get shown() { return getComputedStyle(this.place).display !== "none" && !document.hidden; }
  turn(on) {
    this.on = on; this.have = {}; this.edit("");
    this.place.classList.toggle("telegram", on === "telegram"); this.place.classList.toggle("whatsapp", on === "whatsapp");
    for (const tab of this.place.querySelectorAll("[data-on]")) tab.setAttribute("aria-pressed", String(tab.dataset.on === on));
    this.said.replaceChildren();
    this.look();
  }
  async look() {
    clearTimeout(this.timer);
    const on = this.on;
    try {
      const asked = new URLSearchParams({ who: this.who, on, lang: words.lang, have: this.have[on] ?? "", seen: this.shown ? "1" : "" });
      const answer = await fetch(`/part?${asked}`), html = answer.status === 200 ? await answer.text() : null;
      if (on === this.on && html !== null) { this.have[on] = answer.headers.get("X-Version"); this.show(html); }
      if (on === this.on) this.count(Number(answer.headers.get("X-Others")));
      this.problem("");
    } catch { this.problem(words.offline); }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOK);
  }
  show(html) {
    const before = Number(this.newest ?? -1), next = document.createElement("div");
    next.className = "said"; next.innerHTML = html;
    const items = [...next.querySelectorAll("li[data-number]")];
    this.newest = items.length ? items.at(-1).dataset.number : -1;
    const heard = items.filter((item) => Number(item.dataset.number) > before && item.classList.contains("desk"));
    if (this.said.childElementCount) this.place.querySelector("[aria-live]").textContent = heard.map((item) => item.querySelector(".body")?.textContent ?? "").join("\n");
    this.said.replaceChildren(...next.childNodes);
    if (Number(this.newest) !== before) this.scroll.scrollTop = 0;
  }
  count(others) {
    for (const tab of this.place.querySelectorAll("[data-on]")) {
      const sign = tab.querySelector(".count");
      sign.hidden = tab.dataset.on === this.on || !others;
      sign.textContent = String(others);
    }
  }
  problem(text) { const sign = this.form.querySelector(".problem"); sign.hidden = !text; if (sign.textContent !== text) sign.textContent = text; }
  chosen() { this.form.querySelector(".chosen").textContent = [...this.file.files].map((file) => file.name).join(", "); }
  edit(number, text = "") {
    this.editing = number; this.text.value = text;
    this.form.querySelector(".changing").hidden = !number;
    if (number) this.text.focus();
  }
  touch(button) {
    if (button?.dataset.edit) this.edit(button.dataset.edit, button.dataset.text);
    if (button?.dataset.press) { button.disabled = true; this.post("press", { press: button.dataset.press, bubble: button.dataset.bubble }); }
  }
  async send() {
    if (!this.text.value.trim() && !this.file.files.length) return;
    const given = this.editing ? { text: this.text.value, bubble: this.editing } : { text: this.text.value, file: this.file.files[0] };
    if (await this.post(this.editing ? "edit" : "say", given)) { this.edit(""); this.form.reset(); this.chosen(); }
  }
  async post(what, given) {
    const data = new FormData();
    for (const [name, value] of Object.entries({ who: this.who, on: this.on, ...given })) if (value !== undefined) data.set(name, value);
    try {
      const answer = await fetch(`/${what}`, { method: "POST", body: data });
      this.look();
      return answer.ok;
    } catch { this.problem(words.offline); return false; }
  }
}
const phones = [...document.querySelectorAll(".phone")].map((place) => new Phone(place));
for (const button of document.querySelectorAll("[data-person]")) {
  button.addEventListener("click", () => {
    for (const each of document.querySelectorAll("[data-person]")) each.setAttribute("aria-pressed", String(each === button));
    for (const phone of phones) phone.place.classList.toggle("current", phone.who === button.dataset.person);
  });
}
