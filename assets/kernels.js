// Lets a Go program call kernels that work on its own memory. They need the memory, so they start after the program;
// what the program imports are trampolines. Used as:
//   go.importObject.kernels = kernels.trampolines;
//   WebAssembly.instantiate(...).then((r) => { kernels.attach(r.instance); go.run(r.instance); });
"use strict";
globalThis.kernels = (() => {
  let memory;
  const connect = [];
  const trampoline = (name) => {
    let f;
    connect.push((exports) => { f = exports[name]; });
    return (...args) => f(...args);
  };
  return {
    trampolines: new Proxy({}, { get: (_, name) => trampoline(name) }),
    attach(instance) { memory = instance.exports.mem; },
    // start returns false if the code needs what this browser does not have.
    start(code) {
      if (!WebAssembly.validate(code)) return false;
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
      for (const c of connect) c(exports);
      return true;
    },
  };
})();
