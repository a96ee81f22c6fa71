// Opens the printer's window at once; without it the browser's own print command does the same.
"use strict";
{
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => print());
  addEventListener("load", () => { if (!navigator.webdriver) print(); });
}
