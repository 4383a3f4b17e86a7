// Runs the engine: for the page, or, as a further one, for the worker that started this one and sent it the compiled
// program first. Messages that come before the engine is ready wait in inbox.
"use strict";
self.inbox = [];
importScripts("./wasm_exec.js", "./unpack.js", "./kernels.js");

// Whoever started this worker waits for the lock of its name: it is free once the worker is gone, however it went. Nothing is
// answered before it is held, since who waits for an answer would never hear of a death before that.
const held = new Promise((resolve) => {
  if (!self.name || !navigator.locks) return resolve();
  navigator.locks.request(self.name, () => {
    self.postMessage("alive");
    resolve();
    return new Promise(() => {});
  }).catch(resolve); // pages that are not from a server have no locks
});

const further = self.name.startsWith("further");
const compiled = further
  ? new Promise((resolve) => { self.onmessage = (e) => resolve(e.data); })
  : WebAssembly.compileStreaming(fetch("./worker.wasm"));
if (!further) self.onmessage = (e) => self.inbox.push(e.data);

// A program that fails says why first, then where.
let words = "";
const write = fs.writeSync;
fs.writeSync = (file, bytes) => {
  if (words.length < 1000) words += new TextDecoder().decode(bytes);
  return write(file, bytes);
};

async function start() {
  self.program = await compiled;
  self.onmessage = (e) => self.inbox.push(e.data);
  await held;
  const go = new Go();
  go.importObject.kernels = kernels.trampolines;
  const instance = await WebAssembly.instantiate(self.program, go.importObject);
  unpack(self.program, instance);
  kernels.attach(instance);
  await go.run(instance);
  throw new Error(words.split("\n")[0] || "its program has ended"); // a program that works never ends
}

start().catch((err) => {
  reportError(err);
  self.close();
});
