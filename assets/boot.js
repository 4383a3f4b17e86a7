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

async function start() {
  if (typeof WebAssembly !== "object" || !WebAssembly.instantiateStreaming) {
    say("This browser cannot run Cosine Lab.", "The lab trains its models in WebAssembly, which this browser does not have or has switched off.");
    return;
  }
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch("./lab.wasm"), go.importObject);
  await go.run(instance);
}

start().catch((err) => say("Cosine Lab could not start.", err.message + ". Reload the page to try again."));
