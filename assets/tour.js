// Shows in three steps what is where: on the first visit, and when the program asks for it. It covers nothing that could
// not be used meanwhile, and can be left at any time.
"use strict";
{
  const steps = [
    { about: ".verdict", title: "tour-1", why: "tour-1-why" },
    { about: ".transport, .thumb", title: "tour-2", why: "tour-2-why" },
    { about: ".stack", title: "tour-3", why: "tour-3-why" },
  ];
  const seen = "toured";
  let panel = null;
  let ring = null;
  let step = 0;

  // Whoever keeps nothing is not shown it again and again: not at all.
  const first = () => {
    try {
      return !localStorage.getItem(seen);
    } catch {
      return false;
    }
  };
  const remember = () => {
    try {
      localStorage.setItem(seen, "yes");
    } catch { /* as above */ }
  };

  function leave() {
    if (!panel) return;
    const inside = panel.contains(document.activeElement);
    panel.remove();
    ring.remove();
    panel = ring = null;
    if (inside) document.querySelector('[data-do="keys"]')?.focus({ preventScroll: true });
  }

  // place puts the panel beside what the step is about, within the window.
  function place() {
    const about = [...document.querySelectorAll(steps[step].about)].find((e) => e.getClientRects().length > 0);
    ring.hidden = !about;
    const at = about?.getBoundingClientRect() ?? new DOMRect(innerWidth / 2, innerHeight / 3, 0, 0);
    ring.style.cssText = `left:${at.left}px;top:${at.top}px;width:${at.width}px;height:${at.height}px`;
    const size = panel.getBoundingClientRect();
    const below = at.bottom + 10 + size.height < innerHeight;
    panel.style.left = `${Math.max(8, Math.min(at.left + 12, innerWidth - size.width - 8))}px`;
    panel.style.top = `${below ? at.bottom + 10 : Math.max(8, Math.min(at.top + 12, innerHeight - size.height - 8))}px`;
  }

  async function show() {
    const tag = document.documentElement.lang;
    const words = await fetchWords(tag);
    const say = (key) => words.match(new RegExp(`^${key} = (.*)$`, "m"))[1];
    if (!panel) {
      panel = document.createElement("section");
      panel.className = "tour";
      panel.setAttribute("role", "dialog");
      ring = document.createElement("div");
      ring.className = "tour-ring";
      document.documentElement.append(ring, panel); // beside the body, which the program draws
    }
    const last = step === steps.length - 1;
    const make = (kind, text, more) => Object.assign(document.createElement(kind), { textContent: text }, more);
    const title = make("h2", say(steps[step].title), { id: "tour-title" });
    const next = make("button", say(last ? "tour-done" : "tour-next"), { type: "button", className: "btn primary", onclick: forward });
    const skip = make("button", say("tour-leave"), { type: "button", className: "lnk", onclick: leave, hidden: last });
    const acts = make("div", "", { className: "acts" });
    acts.append(next, skip, make("span", `${step + 1} / ${steps.length}`, { className: "n dim" }));
    panel.replaceChildren(title, make("p", say(steps[step].why)), acts);
    panel.setAttribute("aria-labelledby", "tour-title");
    panel.lang = tag;
    place();
    next.focus({ preventScroll: true });
  }

  function forward() {
    if (++step < steps.length) show().catch(leave);
    else leave();
  }

  globalThis.tour = () => {
    remember();
    step = 0;
    show().catch(leave);
  };
  // The program calls it when it has drawn the page.
  globalThis.welcome = () => {
    attend(); // of live.js
    if (first()) tour();
  };

  // Escape leaves it and does nothing else: it also stops a run.
  addEventListener("keydown", (e) => {
    if (e.key === "Escape" && panel) {
      e.stopPropagation();
      e.preventDefault();
      leave();
    } else if (e.key === "i" && !e.ctrlKey && !e.metaKey && !e.altKey && !e.target.matches?.("input, select, textarea")) {
      tour();
    }
  }, true);
  addEventListener("click", (e) => { if (e.target.closest?.("[data-tour]")) tour(); });
  addEventListener("resize", () => { if (panel) place(); });
}
