// The map of where it helps: fetched when somebody wants it. What is shown and what happens next is decided by the command
// line's own program in a worker (cosinelab.js, engine/cmd/cosinelab/explorer.go); this script carries what a person does to
// it, puts its HTML in place, and does what it asks for. Finished cells are kept in the browser's IndexedDB.
const root = document.documentElement;
const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("./explorer.css", import.meta.url);
document.head.append(style);

let hands = null; // what of the lab may be asked for
let worker = null;
let reports = null; // who waits for the report of a folder
const place = () => document.querySelector("section.where");

function start() {
  if (worker) return;
  worker = new Worker(new URL("./cosinelab.js", import.meta.url));
  worker.onmessage = ({ data }) => heard(JSON.parse(data));
  worker.onerror = (e) => {
    e.preventDefault();
    worker = null;
    const at = place();
    if (at) at.textContent = e.message;
    reports?.({ wrong: e.message });
  };
  new MutationObserver(() => tell({ do: "speak", lang: root.lang })).observe(root, { attributeFilter: ["lang"] });
  globalThis.engineSays = (text) => tell({ do: "engine", said: JSON.parse(text) });
}

const tell = (what) => worker?.postMessage(JSON.stringify(what));

export function explore(hash, drop, asks) {
  hands = asks;
  start();
  const at = place();
  if (at.dataset.heard) return tell({ do: "open", hash, drop, lang: root.lang });
  at.dataset.heard = "yes";
  at.setAttribute("aria-busy", "true");
  for (const name of ["head", "form", "status", "maps", "read"]) {
    const part = document.createElement("div");
    part.dataset.part = name;
    if (name === "status" || name === "read") part.setAttribute("role", "status");
    at.append(part);
  }
  at.addEventListener("click", onClick);
  at.addEventListener("change", onChange);
  at.addEventListener("keydown", onKey);
  at.addEventListener("submit", (e) => e.preventDefault());
  for (const name of ["focusin", "pointerover"]) at.addEventListener(name, read);
  const { home, carried, ...lists } = typed();
  for (const [name, value] of Object.entries(lists)) tell({ do: "set", name, value });
  if (carried && hash === carried) hash = home; // the page was left in the middle of a grid
  tell({ do: "open", hash, drop, lang: root.lang });
}

// typed are the lists that a person has typed, as long as the tab lives.
function typed() {
  try {
    return JSON.parse(sessionStorage.getItem("grid") ?? "{}");
  } catch {
    return {};
  }
}

function remember(name, value) {
  try {
    sessionStorage.setItem("grid", JSON.stringify({ ...typed(), [name]: value }));
  } catch { /* nothing is kept here */ }
}

// report shows what a dropped folder holds, as cosinelab report writes it.
export async function report(dropped) {
  start();
  const list = [];
  for (const entry of dropped) await walk(entry, "", list);
  showReport(dropped.length === 1 && dropped[0].isDirectory ? dropped[0].name : "report", list);
}

async function walk(entry, path, list) {
  const name = path + entry.name;
  if (entry.isDirectory) {
    const reader = entry.createReader();
    for (let more = [null]; more.length > 0;) {
      more = await new Promise((done, failed) => reader.readEntries(done, failed));
      for (const inner of more) await walk(inner, `${name}/`, list);
    }
  } else if (!/\.(safetensors|detector)$/.test(name)) { // weights are no part of a report
    list.push([name, await new Promise((done, failed) => entry.file(done, failed))]);
  }
}

async function showReport(name, list) {
  const frame = document.createElement("dialog");
  frame.className = "reported";
  frame.setAttribute("aria-busy", "true");
  frame.append(document.createElement("progress"));
  frame.addEventListener("keydown", (e) => e.stopPropagation()); // the lab has keys of its own
  frame.addEventListener("close", () => frame.remove());
  root.append(frame);
  frame.showModal();
  const answered = new Promise((done) => { reports = done; });
  worker.postMessage({ name, lang: root.lang, list });
  const { report, title, wrong, save: saves, close: closes } = await answered;
  frame.removeAttribute("aria-busy");
  frame.setAttribute("aria-label", title ?? wrong);
  const bar = document.createElement("p");
  const button = (text, act) => {
    const b = document.createElement("button");
    b.className = "btn";
    b.textContent = text;
    b.onclick = act;
    bar.append(b);
  };
  const said = document.createElement("b");
  said.textContent = title || wrong;
  bar.append(said);
  if (report) button(saves, () => save(`${name}.html`, report));
  button(closes ?? "×", () => frame.close());
  frame.replaceChildren(bar);
  if (!report) return;
  frame.append(shown(report));
}

// shown is the document in a tree of its own. The server lets no page have styles in its text, so that they are set by
// script, from the same text.
function shown(report) {
  const styles = [];
  const text = report.replace(/<style>([^]*?)<\/style>/g, (_, rules) => { styles.push(rules); return ""; });
  const page = new DOMParser().parseFromString(text.replace(/\sstyle="/g, ' data-style="'), "text/html");
  const at = document.createElement("div");
  at.className = "document";
  at.tabIndex = 0;
  const tree = at.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles.join("\n").replaceAll(":root", ":host")
    .replace(/^body /m, "article "));
  tree.adoptedStyleSheets = [sheet];
  const article = document.createElement("article");
  article.lang = page.documentElement.lang;
  for (const e of page.querySelectorAll("script, meta, title")) e.remove();
  article.append(...[...page.head.childNodes, ...page.body.childNodes].map((n) => document.importNode(n, true)));
  for (const e of article.querySelectorAll("[data-style]")) e.style.cssText = e.dataset.style;
  tree.append(article);
  tree.addEventListener("click", (e) => {
    const to = e.target.closest("a[href^='#']");
    if (!to) return;
    e.preventDefault();
    const about = tree.getElementById(to.getAttribute("href").slice(1));
    about.open = true;
    about.scrollIntoView();
  });
  return at;
}

const html = {};
function heard(answer) {
  const { parts, asked } = answer;
  if (!parts) return reports?.(answer);
  const at = place();
  at.removeAttribute("aria-busy");
  for (const part of at.querySelectorAll("[data-part]")) {
    const text = parts[part.dataset.part];
    if (text === undefined || html[part.dataset.part] === text) continue;
    html[part.dataset.part] = text;
    const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.innerHTML = text;
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }
  for (const what of asked ?? []) does[what.do](what);
}

const does = {
  ask: ({ request }) => hands.ask(JSON.stringify(request)),
  carry: ({ hash, home }) => {
    remember("home", home);
    remember("carried", hash);
    hands.carry(hash);
  },
  halt: () => hands.press("stop"),
  home: ({ hash }) => {
    history.replaceState(null, "", `#${hash}`);
    dispatchEvent(new HashChangeEvent("hashchange"));
  },
  open: ({ hash }) => {
    location.hash = hash;
    hands.press("signal");
  },
  keep: ({ name, text }) => kept("readwrite", (store) => store.put(text, name)),
  load: async ({ names }) => {
    const found = {};
    await kept("readonly", (store) => {
      for (const name of names) store.get(name).onsuccess = (e) => { if (e.target.result) found[name] = e.target.result; };
    });
    tell({ do: "kept", kept: found });
  },
  save: ({ name, text }) => save(name, text),
};

export function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// kept does something with the store of cells; where the browser keeps nothing it does nothing.
function kept(mode, act) {
  return new Promise((resolve) => {
    try {
      const asked = indexedDB.open("cells", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("reports");
      asked.onerror = () => resolve();
      asked.onsuccess = () => {
        const work = asked.result.transaction("reports", mode);
        work.oncomplete = work.onabort = () => { asked.result.close(); resolve(); };
        act(work.objectStore("reports"));
      };
    } catch {
      resolve();
    }
  });
}

async function onClick({ target }) {
  const what = target.closest("[data-grid]")?.dataset.grid;
  const cell = target.closest("[data-grid-cell]");
  if (what === "forget") await kept("readwrite", (store) => store.clear());
  if (what) tell({ do: what });
  else if (cell) tell({ do: "cell", at: Number(cell.dataset.gridCell) });
}

function onChange({ target }) {
  const { gridSet, gridChoose, gridSave } = target.dataset;
  if (target.files) {
    showReport("report", [...target.files].map((f) => [f.webkitRelativePath || f.name, f])
      .filter(([name]) => !/\.(safetensors|detector)$/.test(name)));
    target.value = "";
  } else if (gridSet) {
    remember(gridSet, target.value);
    tell({ do: "set", name: gridSet, value: target.value });
  }
  else if (gridChoose) tell({ do: "choose", name: gridChoose, value: target.value });
  else if (gridSave !== undefined && target.value) {
    tell({ do: "save", name: target.value });
    target.value = "";
  }
}

// Arrows go from cell to cell; what else the lab does with keys it does not do then.
function onKey(e) {
  if (e.key === "Enter" && e.target.dataset.gridSet) return e.target.blur();
  const cell = e.target.closest("[data-grid-cell]");
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
  if (!cell || !step) return;
  e.preventDefault();
  const row = cell.closest("tr");
  const all = [...row.parentElement.rows];
  const to = all[all.indexOf(row) + step[0]]?.cells[cell.parentElement.cellIndex + step[1]]?.querySelector("button");
  if (!to) return;
  cell.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

function read({ target }) {
  const cell = target.closest?.("[data-says]");
  if (cell) place().querySelector("[data-part=read]").textContent = cell.dataset.says;
}
