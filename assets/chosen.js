// Takes over the theme and the language that were chosen last time, before anything is painted: else the system's
// theme, and the first of the browser's languages that the page speaks.
"use strict";
{
  const root = document.documentElement;
  const remembered = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  const spoken = root.dataset.languages.trim().split(" ");
  const wanted = [remembered("language"), ...navigator.languages];
  const bases = wanted.map((tag) => tag?.toLowerCase().split("-")[0]);
  root.lang = bases.find((tag) => spoken.includes(tag)) ?? spoken[0];

  // The program waits for the words of this language, and asks for those of another when it is chosen.
  const here = {}; // promises by tag
  const load = async (tag) => {
    const answer = await fetch(document.querySelector(`link[rel=words][lang="${tag}"]`).href);
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    return answer.text();
  };
  globalThis.fetchWords = (tag) => here[tag] ??= load(tag).catch((why) => {
    delete here[tag];
    throw why;
  });
  fetchWords(root.lang).catch(() => {}); // boot.js says so

  // What stands on the page before the program is there in every language.
  const others = new CSSStyleSheet();
  others.insertRule(`#boot [lang]:not([lang="${root.lang}"]) { display: none }`);
  document.adoptedStyleSheets.push(others);

  if (root.dataset.page !== "bench") still(root, spoken);
}

// The page without a program: the theme and the language can be changed, any other press is kept until the program
// calls arrived, which does what was pressed.
function still(root, spoken) {
  const attributes = ["do", "language", "toggle", "tab", "row", "channel", "sort"];
  const kept = [];
  let focused = "", arrived = false;

  const place = (target) => {
    for (const name of attributes) {
      const element = target.closest?.(`[data-${name}]`);
      if (element) return { name, value: element.dataset[name], selector: `[data-${name}="${CSS.escape(element.dataset[name])}"]` };
    }
  };
  const words = () => document.querySelector(`#boot [lang="${root.lang}"]`).dataset;
  const remember = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch { /* a browser that keeps nothing */ }
  };

  // Attributes are there in the first language; those of the others stand beside them.
  const speak = (tag) => {
    root.lang = tag;
    document.title = words().title;
    for (const element of document.querySelectorAll("body *")) {
      for (const { name, value } of [...element.attributes]) {
        const [, language, of] = name.match(/^data-([a-z]+)-(.+)$/) ?? [];
        if (language !== tag) continue;
        const first = `data-${spoken[0]}-${of}`;
        if (!element.hasAttribute(first)) element.setAttribute(first, element.getAttribute(of) ?? "");
        element.setAttribute(of, value);
      }
    }
  };

  const say = (marked) => {
    const text = marked.replaceAll("*", "");
    document.querySelector(".status").textContent = text;
    globalThis.tell?.(text);
  };
  const keep = (selector, run) => {
    const at = kept.indexOf(selector);
    if (at >= 0) kept.splice(at, 1);
    else kept.push(selector);
    const { waits, kept: later } = words();
    say(run ? waits : later);
  };
  const press = (e) => {
    const at = place(e.target);
    if (!at) return;
    e.preventDefault();
    if (at.name === "language") {
      fetchWords(at.value).then(() => {
        if (arrived) return document.querySelector(at.selector)?.click();
        remember("language", at.value);
        speak(at.value);
      }, () => say(words().noWords));
    } else if (at.value === "theme") {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      remember("theme", root.dataset.theme);
    } else if (at.value !== "keys") {
      keep(at.selector, at.value === "run" || at.value === "step");
    }
  };
  const key = (e) => {
    if (e.key === " " && e.target === document.body) {
      e.preventDefault();
      keep('[data-do="run"]', true);
    }
  };
  const focus = (e) => { focused = place(e.target)?.selector ?? ""; };
  addEventListener("click", press);
  addEventListener("keydown", key);
  addEventListener("focusin", focus);

  // A link may hold settings that the run was not made with: it is not shown as theirs.
  const [given] = location.hash.slice(1).split("&");
  if (given && given !== root.dataset.settings) root.dataset.linked = "";
  document.addEventListener("readystatechange", () => { // the page is read; programs may still be on their way
    if (document.readyState !== "interactive") return;
    if (root.lang !== spoken[0]) speak(root.lang);
    if (root.dataset.linked === undefined) return;
    document.querySelector(".verdict .claim").textContent = words().linked;
    document.querySelector(".verdict .why").textContent = words().linkedWhy;
  });

  globalThis.arrived = () => {
    arrived = true;
    removeEventListener("click", press);
    removeEventListener("keydown", key);
    removeEventListener("focusin", focus);
    delete root.dataset.linked;
    if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
    for (const selector of kept) document.querySelector(selector)?.click();
  };
}
