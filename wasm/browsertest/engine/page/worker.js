// Runs the compiled tests and reports their exit code and what they printed.
"use strict";
importScripts("/wasm_exec.js", "/kernels.js", "/webgpu.js");
const lines = [];
console.log = (line) => lines.push(line);
console.error = console.log;
console.warn = console.log;

(async () => {
  const start = await (await fetch("/start.json")).json();
  self.golden = start.golden;
  const go = new Go();
  go.argv = ["test", ...start.args];
  let code = 0;
  go.exit = (c) => { code = c; };
  if (start.plain) {
    const begin = kernels.start;
    let first = true;
    kernels.start = (code) => (first ? (first = false) : begin(code)); // as if the browser refused the relaxed kernels
  }
  go.importObject.kernels = kernels.trampolines;
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/test.wasm"), go.importObject);
  kernels.attach(instance);
  await go.run(instance);
  self.postMessage({ code, output: lines.join("\n") });
})().catch((err) => self.postMessage({ code: 1, output: lines.join("\n") + "\n" + err }));
