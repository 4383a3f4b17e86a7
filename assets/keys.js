// Lists the keys: the key or the button that opened the list closes it, as do Escape and its own button.
"use strict";
{
  const list = document.createElement("section");
  list.className = "keys";
  list.popover = "auto";
  list.tabIndex = -1;
  list.setAttribute("role", "dialog");
  list.setAttribute("aria-labelledby", "keys-title");
  document.documentElement.append(list); // beside the body, which the program draws
  const opened = () => list.matches(":popover-open");
  const button = (e) => e.target.closest?.('[data-do="keys"]');
  let back = null; // what had the focus

  const make = (kind, text, more) => Object.assign(document.createElement(kind), { textContent: text, ...more });

  // The words of the list are a line: keys, a colon, what they do; a dot between any two.
  async function open() {
    const tag = document.documentElement.lang;
    const words = await fetchWords(tag);
    const say = (key) => words.match(new RegExp(`^${key} = (.*)$`, "m"))[1];
    const rows = document.createElement("dl");
    for (const entry of say("keys-list").replace(/([{}])\1/g, "$1").split(" · ")) {
      const [, keys, does] = entry.match(/^(.*?): (.*)$/);
      const names = document.createElement("dt");
      for (const key of keys.split(" ")) names.append(make("kbd", key), " ");
      rows.append(names, make("dd", does));
    }
    list.lang = tag;
    list.replaceChildren(make("h2", say("keys-title"), { id: "keys-title" }), rows,
      make("button", say("keys-close"), { type: "button", className: "btn out", onclick: close }));
    back = document.activeElement;
    list.showPopover();
    list.focus({ preventScroll: true });
  }

  function close() {
    list.hidePopover();
    back?.focus({ preventScroll: true });
  }
  const turn = () => {
    if (opened()) close();
    else open().catch(() => {}); // without the words the program would not be here either
  };

  // A press outside closes it before the click: one on the button shall not open it again.
  let closing = false;
  addEventListener("pointerdown", (e) => { closing = opened() && Boolean(button(e)); }, true);
  addEventListener("click", (e) => {
    if (!button(e)) return;
    e.stopPropagation();
    if (!closing) turn();
    closing = false;
  }, true);
  // While it is open no key does anything else: Escape would stop a run.
  addEventListener("keydown", (e) => {
    const asks = e.key === "?" && !e.ctrlKey && !e.metaKey && !e.altKey && !e.target.matches?.("input:not([type]), [type=text], select, textarea");
    if (!asks && !opened()) return;
    if (asks || e.key === "Escape") {
      e.preventDefault();
      turn();
    }
    if (e.key !== "Tab") e.stopPropagation();
  }, true);
}
