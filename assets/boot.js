// Starts the page: the theme chosen last time, then the program. What goes wrong is said where the program would be.
"use strict";

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows the theme of the system.
}

function say(claim, why) {
  const place = document.getElementById("boot");
  if (!place) return; // the program runs already: its own words are on the page
  place.querySelector(".claim").textContent = claim;
  place.querySelector(".why").textContent = why;
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
    worker.onerror = () => { globalThis.engine = undefined; resolve(); }; // the program tries again, and says what is wrong
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

async function start() {
  if (typeof WebAssembly !== "object" || !WebAssembly.instantiateStreaming) {
    say("This browser cannot run Cosine Lab.", "The lab trains its models in WebAssembly, which this browser does not have or has switched off.");
    return;
  }
  const started = startEngine();
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch("./lab.wasm"), go.importObject);
  // Longer than that it is not worth waiting for.
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 100))]);
  await go.run(instance);
}

start().catch((err) => say("Cosine Lab could not start.", err.message + ". Reload the page to try again."));
