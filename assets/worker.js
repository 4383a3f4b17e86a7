// Runs the engine: for the page, or, as a colleague, for the worker that started this one and sent it the compiled
// program first. Messages that come before the engine is ready wait in inbox.
"use strict";
self.inbox = [];
importScripts("./wasm_exec.js", "./kernels.js");

const compiled = self.name === "colleague"
  ? new Promise((resolve) => { self.onmessage = (e) => resolve(e.data); })
  : WebAssembly.compileStreaming(fetch("./worker.wasm"));
if (self.name !== "colleague") self.onmessage = (e) => self.inbox.push(e.data);

async function start() {
  self.program = await compiled;
  self.onmessage = (e) => self.inbox.push(e.data);
  const go = new Go();
  go.importObject.kernels = kernels.trampolines;
  const instance = await WebAssembly.instantiate(self.program, go.importObject);
  kernels.attach(instance);
  await go.run(instance);
}

start().catch((err) => self.postMessage([JSON.stringify({
  type: "error", error: { where: "engine", message: "the engine could not start: " + err.message },
})]));
