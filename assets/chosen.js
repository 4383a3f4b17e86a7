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
  globalThis.spokenWords = fetchWords(root.lang);
  globalThis.spokenWords.catch(() => {}); // boot.js says so

  // What stands on the page before the program is there in every language.
  const others = new CSSStyleSheet();
  others.insertRule(`#boot [lang]:not([lang="${root.lang}"]) { display: none }`);
  document.adoptedStyleSheets.push(others);
}
