// Runs the engine. Messages that come before it is ready wait in inbox.
"use strict";
self.inbox = [];
self.onmessage = (e) => self.inbox.push(e.data);
importScripts("./wasm_exec.js");

const go = new Go();
WebAssembly.instantiateStreaming(fetch("./worker.wasm"), go.importObject).then(
  (r) => go.run(r.instance),
  (err) => self.postMessage([JSON.stringify({
    type: "error", error: { where: "engine", message: "the engine could not start: " + err.message },
  })]),
);
