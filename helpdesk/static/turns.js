// The counter's page: the list of those who wait follows by itself; n calls the next one, r once more.
"use strict";
{
  const list = document.getElementById("waiting");
  const press = (id) => () => document.getElementById(id)?.click() ?? false;
  desk.keys.set("n", press("do-next"));
  desk.keys.set("r", press("do-again"));
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(list.dataset.poll).catch(() => null);
    if (answer?.ok) { const now = await answer.text(); if (now !== list.innerHTML) list.innerHTML = now; }
  }, 4000);
}
