// Says what has changed to those who do not see it: in one place, the newest of each part of the page that has
// data-live, and at most once in five seconds. What is wrong is said at once.
"use strict";
{
  const pause = 5000; // between two messages, in milliseconds
  const place = (role) => {
    const element = document.createElement("div");
    element.className = "sr";
    element.setAttribute("role", role);
    document.documentElement.append(element); // beside the body, which the program draws
    return element;
  };
  const polite = place("status");
  const urgent = place("alert");
  const before = new WeakMap(); // what a part says, so that only what is new is said
  const waiting = new Map(); // by part: one that says something else meanwhile is said as it is at last
  let said = -pause;
  let timer = 0;

  function say() {
    timer = 0;
    const text = [...waiting.values()].join(" ");
    waiting.clear();
    if (!text || text === polite.textContent) return;
    said = performance.now();
    polite.textContent = text;
  }

  // Several things can go wrong before the first is heard: each has a line of its own.
  function warn(text) {
    const line = document.createElement("p");
    line.textContent = text;
    urgent.append(line);
    while (urgent.childElementCount > 3) urgent.firstElementChild.remove();
  }

  function put(part, text, wrong) {
    if (wrong) warn(text);
    else waiting.set(part, text);
    if (waiting.size && !timer) timer = setTimeout(say, Math.max(200, said + pause - performance.now()));
  }
  globalThis.tell = (text, wrong) => put(polite, text, wrong);

  const textOf = (part) => [...part.childNodes].map((n) => n.textContent).join(" ").replace(/\s+/g, " ").trim();
  function look(news) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const text = part.closest("[hidden]") ? "" : textOf(part);
      const wrong = part.dataset.live === "urgent";
      if (before.get(part) === text + wrong) continue;
      before.set(part, text + wrong);
      waiting.delete(part);
      if (news && text) put(part, text, wrong);
    }
  }

  // Is called when the program has drawn the page: nothing of what stands there then is news.
  globalThis.attend = () => {
    look(false);
    let due = false;
    new MutationObserver(() => {
      if (due) return;
      due = true;
      setTimeout(() => {
        due = false;
        look(true);
      }, 100);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-live", "hidden"] });
  };
}
