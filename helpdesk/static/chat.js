"use strict";
// The chat lives with this file; without it the same forms send, and the page is loaded again.

const main = document.querySelector("main.chat"), scroll = main.querySelector(".scroll"), news = document.getElementById("news");
const writing = document.getElementById("write"), pressing = document.getElementById("press");
const text = writing.elements.text, files = writing.elements.files, problem = document.getElementById("problems");
const UNSENT = "chat-unsent", OFTEN = 2000, SELDOM = 15000;
let state = "", timer = 0, busy = false;
document.documentElement.classList.add("live");

const say = (words) => { problem.hidden = !words; problem.textContent = words || ""; };
const current = () => scroll.querySelector(".said");

// The part that changes takes the place of what is there; what is new of the desk's is read out.
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector(".said");
  if (!next) return;
  const was = current(), before = Number(was.dataset.newest), opened = new Set([...was.querySelectorAll("details[open]")].map((e) => e.closest("li").id));
  for (const item of next.querySelectorAll("details")) if (opened.has(item.closest("li").id)) item.open = true;
  const fresh = [...next.querySelectorAll("li[data-id]")].filter((item) => Number(item.dataset.id) > before);
  news.textContent = fresh.filter((item) => !item.classList.contains("own")).map((item) => `${item.querySelector("header").textContent}: ${item.querySelector(".body")?.textContent || ""}`).join("\n");
  const held = was.contains(document.activeElement);
  was.replaceWith(next);
  if (held) scroll.focus({ preventScroll: true });
  if (fresh.length) seen(fresh.find((item) => !item.classList.contains("own")));
  for (const form of [writing, pressing]) form.elements.form_token.value = next.dataset.token;
  say(next.dataset.problem);
}

// The newest comes into view; what is longer than the window begins at its top.
function seen(item) {
  scroll.scrollTop = 0;
  if (item && item.offsetTop + item.offsetHeight - scroll.offsetTop > 0 && scroll.scrollHeight - item.offsetTop + current().offsetTop > scroll.clientHeight) item.scrollIntoView({ block: "start" });
}

async function look() {
  clearTimeout(timer);
  try {
    const answer = busy ? null : await fetch(`${main.dataset.here}?part=1`, { headers: state ? { "If-None-Match": state } : {} });
    if (answer?.status === 200 && !busy) { state = answer.headers.get("ETag") || ""; keep(await answer.text()); }
    if (answer && problem.textContent === main.dataset.offline) say("");
  } catch { /* the next look comes */ }
  timer = setTimeout(look, document.hidden ? SELDOM : OFTEN);
}
function keep(html) {
  const [token, words] = [writing.elements.form_token.value, problem.hidden ? "" : problem.textContent];
  show(html);
  say(words);  // a look says nothing about what is being written, and takes its token away from nobody
  for (const form of [writing, pressing]) form.elements.form_token.value = token;
}

async function send(form, button) {
  if (busy) return;
  const data = new FormData(form, button);
  data.set("part", "1");
  const most = Number(writing.dataset.most);
  if ([...files.files].reduce((sum, file) => sum + file.size, 0) > most) { say(main.dataset.tooLarge); return; }
  busy = true;
  const buttons = [...document.querySelectorAll("main .btn[type=submit]")];
  for (const each of buttons) each.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const html = await answer.text();
    if (!html.includes("data-newest")) { sessionStorage.setItem(UNSENT, text.value); say(main.dataset.again); return; }
    state = answer.headers.get("ETag") || "";
    if (answer.ok) {
      if (form === writing && !button?.name) { form.reset(); grow(); name(); form.querySelector(".name")?.remove(); }
    }
    show(html);
  } catch {
    say(main.dataset.offline);  // the same form token: sent again, it is one message
    setTimeout(() => send(form, button), 4000);
  } finally {
    busy = false;
    for (const each of buttons) each.disabled = false;
    if (form === writing && matchMedia("(pointer: fine)").matches) text.focus();
  }
}
for (const form of [writing, pressing]) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form === pressing || event.submitter?.name || text.value.trim() || files.files.length) send(form, event.submitter);
    else text.focus();
  }, true);
}

// The field grows with its words; Enter sends where there is a keyboard, with Shift it begins a line.
function grow() { text.style.height = "auto"; text.style.height = `${text.scrollHeight + 2}px`; }
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
  event.preventDefault();
  writing.requestSubmit(writing.querySelector(".line .btn"));
});
function name() {
  const chosen = writing.querySelector(".chosen");
  chosen.textContent = [...files.files].map((file) => file.name).join(", ");
  chosen.hidden = !files.files.length;
}
files.addEventListener("change", name);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
if (!text.value) text.value = sessionStorage.getItem(UNSENT) || "";
sessionStorage.removeItem(UNSENT);
grow();
timer = setTimeout(look, OFTEN);
