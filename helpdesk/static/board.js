// The board and the technicians' queue: move by keys, read beside the list, stay current without moving a row.
"use strict";
(() => {
  const { $, keys, toast, open, drafts } = desk;
  const set = document.currentScript.dataset;
  const rows = [...document.querySelectorAll("#rows tbody tr")];
  const peek = $("#peek");
  const roomy = matchMedia("(min-width: 1181px)");
  let at = -1, waiting = null, loading = null;

  const show = async (row) => {
    loading?.abort();
    loading = new AbortController();
    peek.classList.add("loading");
    try {
      const answer = await fetch(`${row.dataset.href}/peek?side=${set.side}&back=${encodeURIComponent(location.pathname + location.search)}`, { signal: loading.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      peek.innerHTML = await answer.text();
      peek.scrollTop = 0;
      peek.dataset.number = row.id;
      drafts(peek);
    } catch (error) {
      if (error.name === "AbortError") return;
      peek.textContent = set.lost;
    }
    peek.classList.remove("loading");
  };

  const choose = (index, { focus = true } = {}) => {
    const row = rows[index];
    if (!row) return;
    rows[at]?.removeAttribute("aria-selected");
    at = index;
    row.setAttribute("aria-selected", "true");
    if (focus) $("a", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    history.replaceState(history.state, "", "#" + row.id);
    clearTimeout(waiting);
    if (roomy.matches) waiting = setTimeout(() => show(row), 90);
  };

  const go = (row, fragment = "") => { if (row) location.href = row.dataset.href + fragment; };
  const act = (action) => {
    const row = rows[at];
    if (!row) return;
    if (!roomy.matches || peek.dataset.number !== row.id) { if (action !== "take") go(row, "#" + action); return; }
    sessionStorage.at = at;
    if (action === "take") {
      const form = $("form[data-action=take]", peek);
      if (form) form.requestSubmit(); else toast(set.not);
    } else if (!open($(`details[data-action=${action}]`, peek))) toast(set.not);
  };
  const picked = () => {
    const count = document.querySelectorAll("#rows input:checked").length;
    $("#bulk").hidden = !count;
    $("#picked").textContent = set.picked.replace("#", count);
  };

  rows.forEach((row, index) => {
    row.addEventListener("click", (event) => {
      if (event.target.closest(".pick")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || !roomy.matches) { if (!event.target.closest("a")) go(row); return; }
      event.preventDefault();
      choose(index);
    });
    row.addEventListener("dblclick", () => go(row));
    $("a", row).addEventListener("focus", () => { if (at !== index) choose(index, { focus: false }); });
    $("input", row).addEventListener("change", picked);
  });
  keys.set("j", () => choose(Math.min(at + 1, rows.length - 1)));
  keys.set("k", () => choose(Math.max(at - 1, 0)));
  keys.set("ArrowDown", () => choose(Math.min(at + 1, rows.length - 1)));
  keys.set("ArrowUp", () => choose(Math.max(at - 1, 0)));
  keys.set("Enter", (event) => (event.target.closest("a, button, summary") && !event.target.closest("#rows") ? false : go(rows[at])));
  keys.set("o", () => go(rows[at]));
  keys.set("a", () => act("take"));
  keys.set("e", () => act("escalate"));
  keys.set("f", () => act("fulfil"));
  keys.set("r", () => go(rows[at], "#reply"));
  keys.set("n", () => go(rows[at], "#note"));
  keys.set("x", () => { const box = rows[at] && $("input", rows[at]); if (box) { box.checked = !box.checked; picked(); } });
  $("#filters")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());

  // On a phone the views scroll sideways: the edge that hides some fades.
  const tabs = $(".tabs");
  const edge = () => tabs.classList.toggle("more", tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 4);
  $("[aria-current]", tabs)?.scrollIntoView({ inline: "center", block: "nearest" });
  tabs.addEventListener("scroll", edge);
  edge();

  // Polling: what is on the page is brought up to date in its place; what is new is announced and waits.
  let tag = "";
  const update = (news) => {
    for (const [number, [state, text, title, below, place, gone]] of Object.entries(news.rows)) {
      const row = document.getElementById(number);
      if (!row) continue;
      const clock = $(".clock", row);
      clock.className = "clock " + state;
      clock.textContent = text;
      clock.parentNode.title = title;
      $(".due", row).textContent = below;
      $(".place", row).textContent = place;
      row.classList.toggle("gone", gone);
    }
    news.counts.forEach((count, index) => { const place = $(`[data-count="${index}"]`); if (place) place.textContent = count; });
    if (news.alarms !== undefined) $("#alarms").innerHTML = news.alarms;
    const fresh = $("#fresh");
    fresh.hidden = !news.fresh;
    fresh.textContent = set.new.replace("#", news.fresh);
    $("#state").textContent = set.updated.replace("#", news.at);
  };
  const poll = async () => {
    if (document.hidden || !set.poll) return;
    const numbers = rows.map((row) => row.id).join(",");
    try {
      const answer = await fetch(`${set.poll}&since=${set.newest}&numbers=${numbers}`, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
      if (answer.status === 304) return;
      if (!answer.ok) throw new Error(String(answer.status));
      tag = answer.headers.get("ETag") || "";
      update(await answer.json());
    } catch { tag = ""; $("#state").textContent = set.lost; }
  };
  setInterval(poll, 7000);
  document.addEventListener("visibilitychange", poll);

  const wanted = rows.findIndex((row) => "#" + row.id === location.hash);
  const before = Math.min(Number(sessionStorage.at || 0), rows.length - 1);
  delete sessionStorage.at;
  if (rows.length && (roomy.matches || wanted >= 0)) choose(wanted >= 0 ? wanted : before, { focus: wanted >= 0 || before > 0 });
})();
