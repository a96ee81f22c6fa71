// The ticket page: actions by keys, the composer, and a word when the ticket changed meanwhile.
"use strict";
(() => {
  const { $, keys, open } = desk;
  const set = document.currentScript.dataset;
  const action = (name) => open($(`details[data-action="${name}"]`));
  const write = (kind) => {
    const tab = $("#c-" + kind);
    if (!tab) return false;
    tab.checked = true;
    const text = $(`#${kind}-text`);
    text.focus();
    text.scrollIntoView({ block: "nearest" });
    return true;
  };
  keys.set("r", () => write("reply"));
  keys.set("n", () => write("note"));
  keys.set("e", () => action("escalate"));
  keys.set("f", () => action("fulfil"));
  keys.set("a", () => { const form = $("form[data-action=take]"); return form ? form.requestSubmit() : false; });
  keys.set("Escape", () => { location.href = set.back; });

  // A link or a key of the board leads straight to the form: /tickets/NUMBER#fulfil
  const wanted = location.hash.slice(1);
  if (wanted && !write(wanted)) action(wanted);

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(set.state, { cache: "no-cache" });
      if (!answer.ok) return;
      const { version } = await answer.json();
      $("#stale").hidden = String(version) === set.version;
    } catch { /* the next look will tell */ }
  };
  setInterval(look, 9000);
  document.addEventListener("visibilitychange", look);
})();
