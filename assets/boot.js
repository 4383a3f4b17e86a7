// Starts the program. What goes wrong is said where the program would be, in the language of the page.
"use strict";

const place = document.querySelector(`#boot [lang="${document.documentElement.lang}"]`);
const words = place.dataset;
document.title = words.title;

function say(claim, why) {
  if (!place.isConnected) return; // the program runs already: its own words are on the page
  const said = document.querySelector(".verdict") ?? place;
  said.querySelector(".claim").textContent = claim;
  said.querySelector(".why").textContent = why;
  globalThis.tell?.(`${claim} ${why}`, true);
}

// The engine starts while the program compiles: once that runs it keeps this thread busy, without which no worker starts.
// The program takes the worker over, with what was heard of it until then. The promise is kept when it has been heard.
function startEngine() {
  const name = "engine " + crypto.getRandomValues(new Uint32Array(2)).join(" ");
  const worker = new Worker("./worker.js" + rememberedTile(), { name });
  const heard = [];
  globalThis.engine = { worker, name, heard };
  return new Promise((resolve) => {
    worker.onmessage = (e) => { heard.push(e.data); resolve(); };
    worker.onerror = (e) => { // the program tries again, and says what is wrong
      e.preventDefault();
      globalThis.engine = undefined;
      resolve();
    };
  });
}

// rememberedTile is what the worker need not find out again, if it was found out in this version of the browser.
function rememberedTile() {
  try {
    const [tile, ...browser] = localStorage.getItem("tile").split(" ");
    return browser.join(" ") === navigator.userAgent ? "#" + tile : "";
  } catch {
    return "";
  }
}

const measures = document.documentElement.dataset.page === "bench";

// run is the text of the recorded run, which the lab begins with; without it it begins with none.
async function run() {
  if (measures) return "";
  try {
    const answer = await fetch("./recorded.json");
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}

// spoken is the language that the page is in, which may change while its words come.
async function spoken() {
  for (;;) {
    const tag = document.documentElement.lang;
    const words = await fetchWords(tag);
    if (tag === document.documentElement.lang) return { tag, words };
  }
}

async function start() {
  if (typeof WebAssembly !== "object" || !WebAssembly.instantiateStreaming) {
    say(words.unable, words.unableWhy);
    return;
  }
  const started = startEngine();
  const go = new Go();
  go.env.GOGC = "400"; // what is there at the start is small: collecting it takes longer than it is worth
  const made = run();
  const { module, instance } = await WebAssembly.instantiateStreaming(fetch(measures ? "./bench.wasm" : "./lab.wasm"), go.importObject);
  await new Promise((resolve) => setTimeout(resolve)); // in a task of its own
  unpack(module, instance);
  globalThis.spoken = await spoken();
  globalThis.recorded = await made;
  // Longer than that it is not worth waiting for.
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 100))]);
  await go.run(instance);
}

// The map of where it helps, and the report of a folder, are fetched when somebody wants them.
globalThis.explore = (...experiment) => import("./explorer.js").then((m) => m.explore(...experiment));

// A folder, or the files of a run, a table or a sweep, is a report to look at: no data. The program hears of no such drop.
addEventListener("drop", (e) => {
  const dropped = [...e.dataTransfer?.items ?? []].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!dropped.some((d) => d.isDirectory || d.name === "report.json" || d.name === "plan.json")) return;
  e.preventDefault();
  e.stopPropagation();
  document.body.classList.remove("dragging");
  import("./explorer.js").then((m) => m.report(dropped));
}, true);

start().catch((err) => say(words.failed, words.failedWhy.replace("{0}", err.message)));
