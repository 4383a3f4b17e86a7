// Runs the part of the command line that the page has fetched when somebody wants it, in a worker. Messages that come before
// it is ready wait in inbox. A dropped folder comes as {report: its name, files: [path, File]...} and becomes files of the
// program, which knows those of this worker alone.
"use strict";
self.inbox = [];
const files = new Map(); // by path: bytes, or null for a folder
const missing = (code) => Object.assign(new Error(code), { code });

const parent = (path) => path.slice(0, path.lastIndexOf("/")) || "/";
function put(path, bytes) {
  for (let dir = parent(path); !files.has(dir); dir = parent(dir)) files.set(dir, null);
  files.set(path, bytes);
}
put("/reports/.", null);

self.onmessage = ({ data }) => (typeof data === "string" ? tell(data) : take(data));
const tell = (text) => (self.told ? self.told(text) : self.inbox.push(text));
async function take({ name, lang, list }) {
  for (const [path, file] of list) put(`/reports/${name}/${path}`, new Uint8Array(await file.arrayBuffer()));
  const text = JSON.stringify({ do: "report", name: `/reports/${name}`, lang });
  tell(text);
}

importScripts("./wasm_exec.js", "./unpack.js");
{
  const open = new Map(); // by descriptor: path, place
  let next = 10;
  const clean = (path) => {
    const out = [];
    for (const part of (path.startsWith("/") ? path : `/${path}`).split("/")) {
      if (part === "..") out.pop();
      else if (part && part !== ".") out.push(part);
    }
    return `/${out.join("/")}`;
  };
  const stat = (path) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw missing("ENOENT");
    const folder = bytes === null;
    return {
      dev: 0, ino: 0, mode: folder ? 0o40755 : 0o100644, nlink: 1, uid: 0, gid: 0, rdev: 0, size: folder ? 0 : bytes.length,
      blksize: 4096, blocks: 0, atimeMs: 0, mtimeMs: 0, ctimeMs: 0, isDirectory: () => folder,
    };
  };
  const answer = (act) => (...args) => {
    const done = args.pop();
    let value;
    try {
      value = act(...args);
    } catch (err) {
      return done(err.code ? err : missing("EIO"));
    }
    done(null, value);
  };
  let words = "";
  Object.assign(globalThis.fs, {
    writeSync(fd, bytes) { words += new TextDecoder().decode(bytes); return bytes.length; },
    write: (fd, bytes, at, n, place, done) => { fs.writeSync(fd, bytes.subarray(at, at + n)); done(null, n); },
    open: answer((path, flags) => {
      path = clean(path);
      if (flags & fs.constants.O_CREAT && !files.has(path)) put(path, new Uint8Array());
      stat(path);
      open.set(next, { path, place: 0 });
      return next++;
    }),
    close: answer((fd) => { open.delete(fd); }),
    read: answer((fd, buffer, at, n, place) => {
      const f = open.get(fd);
      const from = place ?? f.place;
      const bytes = files.get(f.path).subarray(from, from + n);
      buffer.set(bytes, at);
      if (place === null) f.place += bytes.length;
      return bytes.length;
    }),
    fstat: answer((fd) => stat(open.get(fd).path)),
    stat: answer((path) => stat(clean(path))),
    lstat: answer((path) => stat(clean(path))),
    mkdir: answer((path) => {
      if (files.has(clean(path))) throw missing("EEXIST");
      put(clean(path), null);
    }),
    readdir: answer((path) => {
      const dir = clean(path).replace(/\/$/, "");
      return [...files.keys()].filter((p) => p !== "/" && parent(p) === (dir || "/")).map((p) => p.slice(dir.length + 1));
    }),
    unlink: answer((path) => { files.delete(clean(path)); }),
  });
  Object.assign(globalThis.fs.constants, { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_TRUNC: 512, O_APPEND: 1024, O_EXCL: 128,
    O_DIRECTORY: 65536 });
  globalThis.process.cwd = () => "/";

  (async () => {
    const go = new Go();
    const { module, instance } = await WebAssembly.instantiateStreaming(fetch("./cosinelab.wasm"), go.importObject);
    unpack(module, instance);
    await go.run(instance);
    throw new Error(words.split("\n")[0] || "its program has ended");
  })().catch((err) => { reportError(err); });
}
