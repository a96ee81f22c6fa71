// Opens the printer's window at once, and leads a device back to its buttons; without it both are a press away.
"use strict";
{
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => print());
  const back = document.querySelector("[data-back]");
  if (back) setTimeout(() => { location.replace(back.href); }, back.dataset.back * 1000);
  addEventListener("load", () => { if (!navigator.webdriver) print(); });
}
