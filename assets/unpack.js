// Puts the table of functions of a Go program into its memory, before the program starts: the build (functions.go) has
// brought it into an order that compresses better. Used as unpack(module, instance).
"use strict";
globalThis.unpack = (module, { exports }) => {
  const [section] = WebAssembly.Module.customSections(module, "functions");
  if (!section) return;
  const [at, count, first, size, find, names] = new Int32Array(section);
  const memory = new Int32Array(exports.mem.buffer);
  const list = at / 4;
  const packed = memory.slice(list, list + size / 4);
  memory.fill(0, list, list + size / 4);

  // How many tables and facts follow each function, and where it begins in the memory.
  const tables = packed.subarray(6 * count, 7 * count);
  const facts = packed.slice(9 * count, 10 * count).map((flags) => flags >>> 24);
  const places = new Int32Array(count);
  let next = (8 * count + 4 + 7) & ~7;
  for (let f = 0; f < count; f++) {
    memory[list + 2 * f] = first + f;
    memory[list + 2 * f + 1] = next;
    places[f] = list + next / 4;
    memory[places[f]] = first + f;
    next = (next + 4 * (11 + tables[f] + facts[f]) + 7) & ~7;
  }
  memory[list + 2 * count] = first + count;

  let read = 0;
  for (let k = 1; k < 11; k++) for (let f = 0; f < count; f++) memory[places[f] + k] = packed[read++];
  const put = (numbers, first) => {
    for (let k = 0, most = Math.max(...new Set(numbers)); k < most; k++) {
      for (let f = 0; f < count; f++) if (numbers[f] > k) memory[places[f] + 11 + first(f) + k] = packed[read++];
    }
  };
  put(tables, () => 0);
  put(facts, (f) => tables[f]);

  // Functions have numbers for names. Those of the runtime are known to it by how they begin; it looks for a type in
  // the name of a method that it refuses to call.
  const texts = [];
  for (let f = 0, name = 1; f < count; f++) {
    const flags = memory[places[f] + 10];
    const text = flags & 0xff0000 ? `runtime.${f}` : `f.(*f).${f}`;
    memory[places[f] + 10] = flags & 0xff00ffff;
    memory[places[f] + 1] = name;
    name += text.length + 1;
    texts.push(text);
  }
  new TextEncoder().encodeInto(texts.join("\0"), new Uint8Array(exports.mem.buffer, names + 1));

  // Each function but the last has 16 buckets of 5 words in the table that finds functions.
  for (let b = 0; b < 16 * (count - 1); b++) memory[find / 4 + 5 * b] = b >> 4;
};
