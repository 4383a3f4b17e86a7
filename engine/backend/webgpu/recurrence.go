package webgpu

import (
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/tensor"
)

// newRecurrence begins a kernel that goes through all steps of a sequence, with a workgroup for each of its
// rows: rows never meet, and the threads of a row meet at a barrier after every step. Each thread has some of
// the states, from lane on.
func newRecurrence(s plan.Step, x, out string) *kernel {
	hidden := s.In[1].Shape[1]
	k := newKernel(threads)
	if hidden > threads {
		k = newKernel(4 * threads)
	}
	k.use(isNaN, exponential, hyperbolic, logistic)
	k.count("steps", s.In[0].Shape[0])
	k.count("rows", s.In[0].Shape[1])
	k.count("h", hidden)
	k.base(x, s.In[0])
	k.base(out, s.Out)
	k.line("if (group >= rows) { return; }")
	k.flop = s.FLOP()
	return k
}

// newBackward begins a kernel that goes back from the last step, up to what is computed for one. What the next step hands
// back is carried behind the arena.
func newBackward(r *renderer, s plan.Step) *kernel {
	k := newRecurrence(s, "y", "out")
	k.base("weights", s.In[1])
	k.base("z", s.In[2])
	k.count("carry", r.room(s.In[2].Shape[1]*s.In[2].Shape[2]))
	k.line("for (var back = 0u; back < steps; back++) {")
	k.line("  for (var j = lane; j < h; j += %du) {", k.size)
	return k
}

// turned lays weights [G,H] out as [H,G] behind the arena, where neighbouring threads read neighbours.
func (r *renderer) turned(s plan.Step) int {
	w := s.In[1]
	shape := tensor.Shape{w.Shape[1], w.Shape[0]}
	out := plan.Ref{Offset: r.room(w.Shape.Len()), Shape: shape, Stride: shape.Strides()}
	w.Shape, w.Stride = shape, []int{w.Stride[1], w.Stride[0]}
	r.elementwise(op.Copy, 0, out, 8*w.Shape.Len(), w)
	return out.Offset
}

// renderLSTM is the cell of models/README.md, section 5. A row of the result holds i, f, g, o, c, h.
func renderLSTM(r *renderer, s plan.Step) {
	weights := r.turned(s)
	k := newRecurrence(s, "x", "out")
	k.count("turned", weights)
	k.line("for (var t = 0u; t < steps; t++) {")
	k.line("  for (var j = lane; j < h; j += %du) {", k.size)
	k.lines(`
    let now = out + (t * rows + group) * 6u * h;
    let before = now - rows * 6u * h;
    let source = x + (t * rows + group) * 4u * h + j;
    var enter = a[source];
    var forget = a[source + h];
    var candidate = a[source + 2u * h];
    var output = a[source + 3u * h];
    if (t > 0u) {
      for (var k = 0u; k < h; k++) {
        let state = a[before + 5u * h + k];
        let w = turned + k * 4u * h + j;
        enter += a[w] * state;
        forget += a[w + h] * state;
        candidate += a[w + 2u * h] * state;
        output += a[w + 3u * h] * state;
      }
    }
    enter = logistic(enter);
    forget = logistic(forget);
    candidate = hyperbolic(candidate);
    output = logistic(output);
    var cell = enter * candidate;
    if (t > 0u) { cell += forget * a[before + 4u * h + j]; }
    a[now + j] = enter;
    a[now + h + j] = forget;
    a[now + 2u * h + j] = candidate;
    a[now + 3u * h + j] = output;
    a[now + 4u * h + j] = cell;
    a[now + 5u * h + j] = output * hyperbolic(cell);
  }
  storageBarrier();
}`)
	r.call(k, s.In[0].Shape[1], bytesOf(s))
}

// renderLSTMGrad goes back from the last step. The gradient of c that comes from the next step is carried
// behind the arena.
func renderLSTMGrad(r *renderer, s plan.Step) {
	k := newBackward(r, s)
	k.lines(`
    let row = (steps - 1u - back) * rows + group;
    let to = out + row * 4u * h;
    let next = to + rows * 4u * h;
    let source = y + row * 6u * h + j;
    let kept = carry + group * h + j;
    var d = a[z + row * h + j];
    var dc = 0.0;
    if (back > 0u) {
      for (var k = 0u; k < 4u * h; k++) { d += a[weights + k * h + j] * a[next + k]; }
      dc = a[kept];
    }
    let enter = a[source];
    let forget = a[source + h];
    let candidate = a[source + 2u * h];
    let output = a[source + 3u * h];
    let squashed = hyperbolic(a[source + 4u * h]);
    var before = 0.0;
    if (back + 1u < steps) { before = a[source - rows * 6u * h + 4u * h]; }
    dc += d * output * (1.0 - squashed * squashed);
    a[to + j] = dc * candidate * enter * (1.0 - enter);
    a[to + h + j] = dc * before * forget * (1.0 - forget);
    a[to + 2u * h + j] = dc * enter * (1.0 - candidate * candidate);
    a[to + 3u * h + j] = d * squashed * output * (1.0 - output);
    a[kept] = dc * forget;
  }
  storageBarrier();
}`)
	r.call(k, s.In[0].Shape[1], bytesOf(s))
}

// renderGRU is the cell of models/README.md, section 6.1. A row of the result holds r, u, n, then the three
// shares from the state before, then h.
func renderGRU(r *renderer, s plan.Step) {
	weights := r.turned(s)
	k := newRecurrence(s, "x", "out")
	k.count("turned", weights)
	k.base("bias", s.In[2])
	k.line("for (var t = 0u; t < steps; t++) {")
	k.line("  for (var j = lane; j < h; j += %du) {", k.size)
	k.lines(`
    let now = out + (t * rows + group) * 7u * h;
    let before = now - rows * 7u * h + 6u * h;
    let source = x + (t * rows + group) * 3u * h + j;
    var of_reset = a[bias + j];
    var of_keep = a[bias + h + j];
    var of_candidate = a[bias + 2u * h + j];
    var state = 0.0;
    if (t > 0u) {
      for (var k = 0u; k < h; k++) {
        let v = a[before + k];
        let w = turned + k * 3u * h + j;
        of_reset += a[w] * v;
        of_keep += a[w + h] * v;
        of_candidate += a[w + 2u * h] * v;
      }
      state = a[before + j];
    }
    let reset = logistic(a[source] + of_reset);
    let keep = logistic(a[source + h] + of_keep);
    let candidate = hyperbolic(a[source + 2u * h] + reset * of_candidate);
    a[now + j] = reset;
    a[now + h + j] = keep;
    a[now + 2u * h + j] = candidate;
    a[now + 3u * h + j] = of_reset;
    a[now + 4u * h + j] = of_keep;
    a[now + 5u * h + j] = of_candidate;
    a[now + 6u * h + j] = (1.0 - keep) * candidate + keep * state;
  }
  storageBarrier();
}`)
	r.call(k, s.In[0].Shape[1], bytesOf(s))
}

// renderGRUGrad goes back like renderLSTMGrad. A state reaches the next one past the gates too, by the factor
// u: that share is carried.
func renderGRUGrad(r *renderer, s plan.Step) {
	k := newBackward(r, s)
	k.lines(`
    let row = (steps - 1u - back) * rows + group;
    let to = out + row * 6u * h;
    let next = to + rows * 6u * h + 3u * h;
    let source = y + row * 7u * h + j;
    let kept = carry + group * h + j;
    var d = a[z + row * h + j];
    if (back > 0u) {
      for (var k = 0u; k < 3u * h; k++) { d += a[weights + k * h + j] * a[next + k]; }
      d += a[kept];
    }
    let reset = a[source];
    let keep = a[source + h];
    let candidate = a[source + 2u * h];
    let share = a[source + 5u * h];
    var before = 0.0;
    if (back + 1u < steps) { before = a[source - rows * 7u * h + 6u * h]; }
    let dn = d * (1.0 - keep) * (1.0 - candidate * candidate);
    let dr = dn * share * reset * (1.0 - reset);
    let du = d * (before - candidate) * keep * (1.0 - keep);
    a[to + j] = dr;
    a[to + h + j] = du;
    a[to + 2u * h + j] = dn;
    a[to + 3u * h + j] = dr;
    a[to + 4u * h + j] = du;
    a[to + 5u * h + j] = dn * reset;
    a[kept] = d * keep;
  }
  storageBarrier();
}`)
	r.call(k, s.In[0].Shape[1], bytesOf(s))
}
