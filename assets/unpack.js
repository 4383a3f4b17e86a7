// Puts the table of functions of a Go program into its memory, before the program starts: the build (functions.go) has
// brought it into an order that compresses better. Used as unpack(module, instance).
"use strict";
globalThis.unpack = (module, { exports }) => {
  const [section] = WebAssembly.Module.customSections(module, "functions");
  if (!section) return;
  const [at, count, first, size, find, names, ...layouts] = new Int32Array(section);
  const memory = new Int32Array(exports.mem.buffer);
  const list = at / 4;
  const packed = new Uint8Array(exports.mem.buffer).slice(at, at + size);
  memory.fill(0, list, list + size / 4);

  // A number of every function that has it, by its bytes: the lowest of all, then the next.
  let read = 0;
  const column = (length) => {
    const numbers = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const at = read + i;
      numbers[i] = packed[at] | packed[at + length] << 8 | packed[at + 2 * length] << 16 | packed[at + 3 * length] << 24;
    }
    read += 4 * length;
    return numbers;
  };
  // What functions refer to lies in the order of its numbers: 0 is nothing, 1 the next that has no other reference.
  const references = (none, [from, length, shared]) => {
    const places = [...column(length)].map((size) => (from += size) - size);
    let next = shared;
    return (numbers) => numbers.map((n) => (n > 1 ? places[n - 2] : n ? places[next++] : none));
  };
  const frames = references(0, layouts.slice(0, 3));
  const tables = references(0, layouts.slice(3, 6));
  const facts = references(-1, layouts.slice(6, 9));

  const numbers = [];
  for (let k = 1; k < 11; k++) numbers[k] = k === 4 ? frames(column(count)) : column(count);
  // How many tables and facts follow each function, and where it begins in the memory.
  const tablesOf = numbers[7], factsOf = numbers[10].map((flags) => flags >>> 24);
  const places = new Int32Array(count);
  let next = (8 * count + 4 + 7) & ~7;
  for (let f = 0; f < count; f++) {
    memory[list + 2 * f] = first + f;
    memory[list + 2 * f + 1] = next;
    places[f] = list + next / 4;
    memory[places[f]] = first + f;
    for (let k = 1; k < 11; k++) memory[places[f] + k] = numbers[k][f];
    next = (next + 4 * (11 + tablesOf[f] + factsOf[f]) + 7) & ~7;
  }
  memory[list + 2 * count] = first + count;
  const most = Math.max(...new Set(tablesOf), ...new Set(factsOf));
  const put = (lengths, first, refer) => {
    for (let k = 0; k < most; k++) {
      const having = [...places.keys()].filter((f) => lengths[f] > k);
      refer(column(having.length)).forEach((n, i) => { memory[places[having[i]] + 11 + first(having[i]) + k] = n; });
    }
  };
  put(tablesOf, () => 0, tables);
  put(factsOf, (f) => tablesOf[f], facts);

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
