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

  // What stands on the page before the program is there in every language.
  const others = new CSSStyleSheet();
  others.insertRule(`#boot [lang]:not([lang="${root.lang}"]) { display: none }`);
  document.adoptedStyleSheets.push(others);
}
