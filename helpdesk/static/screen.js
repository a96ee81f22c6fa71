// The screen of the hall: asks every three seconds, shows who was called last, and says it aloud where that was switched on.
"use strict";
{
  const hall = document.getElementById("main"), list = document.getElementById("called"), say = hall.dataset;
  const voice = document.getElementById("voice"), word = voice.querySelector("span");
  let aloud = false, known = null;
  const show = () => { voice.setAttribute("aria-pressed", aloud); word.textContent = aloud ? word.dataset.on : word.dataset.off; };
  if ("speechSynthesis" in window) voice.hidden = false;
  voice.addEventListener("click", () => { aloud = !aloud; show(); });
  const speak = (turn) => {
    const words = new SpeechSynthesisUtterance(say.say.replace("#", turn.number).replace("@", turn.counter));
    words.lang = document.documentElement.lang === "en" ? "en-GB" : "id-ID";
    speechSynthesis.speak(words);
  };
  const line = (turn, fresh) => {
    const row = document.createElement("li");
    for (const [name, text] of [["b", turn.number], ["i", "→"], ["span", turn.counter]]) row.append(Object.assign(document.createElement(name), { textContent: text }));
    row.children[1].setAttribute("aria-hidden", true);
    row.classList.toggle("fresh", fresh);
    setTimeout(() => row.classList.remove("fresh"), 12000);
    return row;
  };
  const look = async () => {
    const answer = await fetch(say.state).catch(() => null);
    document.getElementById("away").textContent = answer?.ok ? "" : say.away;
    if (!answer?.ok) return;
    const now = await answer.json(), calls = new Map(now.called.map((turn) => [turn.id, turn.calls]));
    const fresh = known ? now.called.filter((turn) => known.get(turn.id) !== turn.calls) : [];
    document.getElementById("count").textContent = now.waiting;
    document.getElementById("nobody").hidden = now.called.length > 0;
    if (!known || fresh.length || calls.size !== known.size || [...calls.keys()].some((id) => !known.has(id))) list.replaceChildren(...now.called.map((turn) => line(turn, fresh.includes(turn))));
    if (aloud) [...fresh].reverse().forEach(speak);
    known = calls;
  };
  look();
  setInterval(look, 3000);
}
