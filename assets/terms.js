// Opens the definition of a term: of whatever has the term's name in data-term. The words are those of the page's
// language, so that definitions are there before the program is; a metric has its own in data-says. The definition has
// the focus while it is open, so that it is read out.
"use strict";
{
  const box = document.createElement("div");
  box.className = "definition";
  box.popover = "auto";
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-labelledby", "defined");
  document.documentElement.append(box); // beside the body, which the program draws
  let term = null; // the one that is open, or was

  const opened = () => box.matches(":popover-open");
  const near = (e) => e.target.closest?.("[data-term]");

  async function open(element) {
    term = element;
    const words = await fetchWords(document.documentElement.lang);
    const says = element.dataset.says ?? words.match(new RegExp(`^define-${element.dataset.term} = (.*)$`, "m"))?.[1];
    if (!says || !element.isConnected) return;
    const name = document.createElement("b");
    name.id = "defined";
    name.textContent = element.textContent;
    const text = document.createElement("p");
    text.textContent = says;
    box.replaceChildren(name, text);
    box.lang = document.documentElement.lang;
    element.focus({ preventScroll: true });
    box.showPopover();
    box.focus({ preventScroll: true });
    const at = element.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const below = at.bottom + 6 + size.height < innerHeight;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
    box.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - 6 - size.height)}px`;
  }

  // A press outside closes it before the click: one on the open term shall not open it again.
  let closing = false;
  addEventListener("pointerdown", (e) => { closing = opened() && near(e) === term; }, true);
  addEventListener("click", (e) => {
    const element = near(e);
    if (!element) return;
    const again = closing || (opened() && element === term);
    closing = false;
    if (again) box.hidePopover();
    else open(element).catch(() => {}); // without the words the program would not be here either
  });
  // Enter and the space key press a term, and close what is open, as does Escape; they do nothing else then, such as
  // start or stop a run.
  addEventListener("keydown", (e) => {
    const presses = e.key === "Enter" || e.key === " ";
    const closes = opened() && (e.key === "Escape" || (presses && e.target === box));
    if (!closes && !(presses && near(e))) return;
    e.stopPropagation();
    e.preventDefault();
    if (closes) {
      box.hidePopover();
      term.focus({ preventScroll: true });
    } else if (!e.repeat) {
      near(e).click();
    }
  }, true);
  addEventListener("keypress", (e) => { if (e.key === " " && (near(e) || e.target === box)) e.preventDefault(); }, true); // scrolls
  addEventListener("scroll", () => { if (opened()) box.hidePopover(); }, true);
  addEventListener("resize", () => { if (opened()) box.hidePopover(); });
}
