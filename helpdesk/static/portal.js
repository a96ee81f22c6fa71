"use strict";
// Comfort only: every page of the portal works without this file.

// Search while typing: the same address as the form's, only the part that changes.
for (const form of document.querySelectorAll("form[data-find]")) {
  const field = form.querySelector("input[type=search]");
  const place = document.querySelector(form.dataset.find);
  const all = document.getElementById("all");
  let timer = 0, latest = 0;
  const look = async () => {
    const query = field.value.trim(), mine = ++latest;
    all.hidden = query !== "";
    if (!query) { place.replaceChildren(); return; }
    try {
      const answer = await fetch(`${form.action}?${new URLSearchParams({ q: query, part: "1" })}`);
      const text = await answer.text();
      if (answer.ok && mine === latest) place.innerHTML = text;
    } catch { all.hidden = false; }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 180); });
}

// Copy the number or the link.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

// Say that files are too large before they travel over a slow line, and send a form only once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
    const most = Number(form.dataset.most || 0);
    if (most && files.reduce((sum, file) => sum + file.size, 0) > most) {
      event.preventDefault();
      alert(form.dataset.tooLarge);
      return;
    }
    const button = form.querySelector("button[type=submit]");
    if (button.disabled) { event.preventDefault(); return; }
    setTimeout(() => { button.disabled = true; if (form.dataset.sending) button.textContent = form.dataset.sending; });
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const button of document.querySelectorAll("button[type=submit]")) button.disabled = false;
});

// What is wrong with a form comes into view.
document.getElementById("problems")?.focus();
