// Replays lists of kernels on a GPU. What goes wrong, now or later, rejects the promise of the next call, with a kind that
// package webgpu knows: unavailable, lost, memory, invalid, silent. A program is
//   {kernels, calls, ends, floats, params}: WGSL texts; for each call its kernel and two extents of its grid; for each
// procedure where its calls end; the floats of the arena; 256 bytes of parameters for each call.
"use strict";
globalThis.webgpu = (() => {
  const wordBytes = 256;
  const longest = 100; // ms that one submission should hold the GPU for; longer procedures go in pieces
  const deep = 3; // submissions under way, from which a caller waits
  const fault = (kind, why) => Object.assign(new Error(why), { kind });
  const kindOf = (error) => (error instanceof GPUOutOfMemoryError ? "memory" : "invalid");

  async function open() {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw fault("unavailable", "no adapter");
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = adapter.limits;
    let device;
    try {
      device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
    } catch (error) {
      throw fault("unavailable", error.message);
    }
    const { vendor, architecture, description } = adapter.info;
    return new Device(device, {
      adapter: description || [vendor, architecture].filter(Boolean).join(" "),
      bindingBytes: Math.min(maxStorageBufferBindingSize, maxBufferSize),
      groups: device.limits.maxComputeWorkgroupsPerDimension,
    });
  }

  class Device {
    constructor(device, limits) {
      this.gpu = device;
      this.limits = limits;
      this.patience = 60_000; // ms until a GPU that does not answer counts as gone
      this.wrong = null; // the first fault; nothing works after it
      this.compiled = new Map(); // promises of pipelines, by text
      this.underWay = [];
      this.idleSince = 0;
      const compute = GPUShaderStage.COMPUTE;
      this.layout = device.createBindGroupLayout({ entries: [
        { binding: 0, visibility: compute, buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: wordBytes } },
        { binding: 1, visibility: compute, buffer: { type: "storage" } },
      ] });
      this.pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
      device.onuncapturederror = (e) => { this.wrong ??= fault(kindOf(e.error), e.error.message); };
      this.lost = device.lost.then((info) => {
        this.wrong ??= fault("lost", info.message || info.reason);
        throw this.wrong;
      });
      this.lost.catch(() => {});
    }

    // answer waits for a promise as long as there is hope.
    async answer(promise) {
      let timer;
      const silence = new Promise((_, reject) => {
        timer = setTimeout(() => {
          this.wrong ??= fault("silent", `no answer in ${this.patience / 1000} s`);
          reject(this.wrong);
        }, this.patience);
      });
      try {
        const value = await Promise.race([promise, this.lost, silence]);
        if (this.wrong) throw this.wrong;
        return value;
      } catch (error) {
        throw this.wrong ?? (error.kind ? error : fault("invalid", error.message));
      } finally {
        clearTimeout(timer);
      }
    }

    pipeline(code) {
      let made = this.compiled.get(code);
      if (!made) {
        made = this.compile(code);
        this.compiled.set(code, made);
      }
      return made;
    }

    async compile(code) {
      const module = this.gpu.createShaderModule({ code });
      try {
        return await this.gpu.createComputePipelineAsync({ layout: this.pipelineLayout, compute: { module } });
      } catch (error) {
        const { messages } = await module.getCompilationInfo();
        const said = messages.map((m) => `${m.lineNum}: ${m.message}`);
        throw fault("invalid", [error.message, ...said, code].join("\n"));
      }
    }

    program(plan) { return this.answer(this.make(plan)); }

    async make({ kernels, calls, ends, floats, params }) {
      this.gpu.pushErrorScope("out-of-memory");
      this.gpu.pushErrorScope("validation");
      const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
      const arena = this.gpu.createBuffer({ size: 4 * floats, usage: STORAGE | COPY_SRC | COPY_DST });
      const table = this.gpu.createBuffer({ size: Math.max(wordBytes, params.length), usage: UNIFORM | COPY_DST });
      const group = this.gpu.createBindGroup({ layout: this.layout, entries: [
        { binding: 0, resource: { buffer: table, size: wordBytes } },
        { binding: 1, resource: { buffer: arena } },
      ] });
      this.gpu.queue.writeBuffer(table, 0, params);
      const errors = await Promise.all([this.gpu.popErrorScope(), this.gpu.popErrorScope()]);
      const error = errors.find((e) => e instanceof GPUOutOfMemoryError) ?? errors.find((e) => e);
      if (error) {
        arena.destroy();
        table.destroy();
        throw fault(kindOf(error), error.message);
      }
      const pipelines = await Promise.all(kernels.map((code) => this.pipeline(code)));
      return new Program(this, { arena, table, group, pipelines, calls, ends });
    }

    // settle notes when a submission is over, and how long it held the GPU.
    settle(begun, took) {
      const over = this.gpu.queue.onSubmittedWorkDone().then(() => {
        const now = performance.now();
        took(now - Math.max(begun, this.idleSince));
        this.idleSince = now;
        this.underWay.splice(this.underWay.indexOf(over), 1);
      }, () => {}); // what went wrong is said elsewhere
      this.underWay.push(over);
    }

    end() { this.gpu.destroy(); }
  }

  class Program {
    constructor(device, parts) {
      Object.assign(this, parts, { device, offset: new Uint32Array(1), ring: [] });
      this.pieces = Array.from(this.ends, () => 1);
    }

    // run submits a procedure. It returns a promise where the caller had better wait.
    run(proc) {
      const { device } = this;
      if (device.wrong) return Promise.reject(device.wrong);
      const begin = proc ? this.ends[proc - 1] : 0, end = this.ends[proc], pieces = this.pieces[proc];
      for (let piece = 0; piece < pieces; piece++) {
        const from = begin + Math.floor((end - begin) * piece / pieces);
        this.submit(from, begin + Math.floor((end - begin) * (piece + 1) / pieces));
        device.settle(performance.now(), (ms) => {
          if (ms > longest && 2 * this.pieces[proc] <= end - begin) this.pieces[proc] = 2 * pieces;
        });
      }
      if (device.underWay.length < deep) return null;
      return device.answer(device.underWay[device.underWay.length - deep]);
    }

    submit(from, to) {
      const encoder = this.device.gpu.createCommandEncoder(), pass = encoder.beginComputePass();
      let current;
      for (let i = from; i < to; i++) {
        const pipeline = this.pipelines[this.calls[3 * i]];
        if (pipeline !== current) pass.setPipeline(current = pipeline);
        this.offset[0] = wordBytes * i;
        pass.setBindGroup(0, this.group, this.offset, 0, 1);
        pass.dispatchWorkgroups(this.calls[3 * i + 1], this.calls[3 * i + 2]);
      }
      pass.end();
      this.device.gpu.queue.submit([encoder.finish()]);
    }

    write(at, bytes) {
      if (!this.device.wrong) this.device.gpu.queue.writeBuffer(this.arena, at, bytes);
    }

    // read copies a stretch of the arena as it is now. Any number may be under way; their buffers are used again.
    read(at, size) { return this.device.answer(this.fetch(at, size)); }

    async fetch(at, size) {
      const { gpu } = this.device, { MAP_READ, COPY_DST } = GPUBufferUsage;
      const free = this.ring.findIndex((buffer) => buffer.size >= size);
      const staging = free < 0 ? gpu.createBuffer({ size, usage: MAP_READ | COPY_DST }) : this.ring.splice(free, 1)[0];
      const encoder = gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(this.arena, at, staging, 0, size);
      gpu.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const bytes = new Uint8Array(staging.getMappedRange(0, size)).slice();
      staging.unmap();
      if (this.ring) this.ring.push(staging);
      else staging.destroy();
      return bytes;
    }

    close() {
      for (const buffer of [this.arena, this.table, ...this.ring]) buffer.destroy();
      this.ring = null;
    }
  }

  return { open };
})();
