package webgpu

import (
	"fmt"
	"math/bits"
	"strings"

	"cosinelab/engine/plan"
)

// last is the extent of the last axis, 1 for a scalar.
func last(r plan.Ref) int {
	if len(r.Shape) == 0 {
		return 1
	}
	return r.Shape[len(r.Shape)-1]
}

// teamOf is how many threads share a row of n elements: a power of two, so that trees are even. Each has about
// four elements, and a short row has a single thread.
func teamOf(n int) int {
	switch {
	case n >= 2048:
		return 256
	case n > 4:
		return min(64, 1<<bits.Len(uint((n-1)/4)))
	}
	return 1
}

// newTeams begins a kernel with a team of threads for each of so many rows of n elements. main then knows row,
// member, the number of the thread in its team, and live, which is false where there is no row left: there
// row is the last one, read for nothing, since all threads of a workgroup must meet in every tree. Elements
// are dealt out in turn, from member on in steps of team.
func newTeams(rows, n int) *kernel { return newTeamsOf(teamOf(n), rows, n) }

// newTeamsOf is newTeams with so many threads in a team.
func newTeamsOf(team, rows, n int) *kernel {
	k := newKernel(max(threads, team))
	k.count("rows", rows)
	k.count("n", n)
	k.line("const team = %du;", team)
	k.line("let member = lane %% team;")
	k.line("let live = group * %du + lane / team < rows;", k.size/team)
	k.line("let row = min(group * %du + lane / team, rows - 1u);", k.size/team)
	k.use(tree("total", "x + y", team, k.size))
	return k
}

// callTeams adds the call of a kernel that newTeams began.
func (r *renderer) callTeams(k *kernel, rows, n, bytes int) {
	r.call(k, groups(rows*teamOf(n), k.size), bytes)
}

// tree is a function that joins one number of each thread in a team, in a fixed order, for all of them.
func tree(name, join string, team, size int) string {
	if team == 1 {
		return fmt.Sprintf("fn %s(x: f32, lane: u32) -> f32 { return x; }", name)
	}
	return strings.NewReplacer("NAME", name, "JOIN", join, "TEAM", fmt.Sprint(team), "SIZE",
		fmt.Sprint(size)).Replace(`
var<workgroup> of_NAME: array<f32, SIZE>;
fn NAME(v: f32, lane: u32) -> f32 {
  of_NAME[lane] = v;
  workgroupBarrier();
  for (var h = TEAMu / 2u; h > 0u; h /= 2u) {
    if (lane % TEAMu < h) {
      let x = of_NAME[lane];
      let y = of_NAME[lane + h];
      of_NAME[lane] = JOIN;
    }
    workgroupBarrier();
  }
  let joined = of_NAME[lane - lane % TEAMu];
  workgroupBarrier();
  return joined;
}`)
}

// operands declares where the row of each contiguous operand begins.
func (k *kernel) operands(names string, refs ...plan.Ref) {
	for i, name := range strings.Fields(names) {
		k.line("let %s = %s + row * n;", name, k.word(uint32(refs[i].Offset)))
	}
}

// renderSoftmax subtracts the largest element first, which only looks at numbers: a NaN spoils the total.
func renderSoftmax(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.use(isNaN, exponential, fromBits, tree("largest", "select(x, y, y > x)", teamOf(n), k.size))
	k.operands("x out", s.In[0], s.Out)
	k.lines(`
var top = from_bits(0xff800000u);
for (var c = member; c < n; c += team) { let v = a[x + c]; top = select(top, v, v > top); }
top = largest(top, lane);
var sum = 0.0;
for (var c = member; c < n; c += team) { sum += exponential(a[x + c] - top); }
let inverse = 1.0 / total(sum, lane);
if (live) {
  for (var c = member; c < n; c += team) { a[out + c] = exponential(a[x + c] - top) * inverse; }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}

// renderSoftmaxGrad has the softmax in x and the gradient in y.
func renderSoftmaxGrad(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("x y out", s.In[0], s.In[1], s.Out)
	k.lines(`
var sum = 0.0;
for (var c = member; c < n; c += team) { sum += a[x + c] * a[y + c]; }
let d = total(sum, lane);
if (live) {
  for (var c = member; c < n; c += team) { a[out + c] = a[x + c] * (a[y + c] - d); }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}

// moments declares mean and inverse, 1 / sqrt(variance + eps), of the row at x. What rounding left of the mean
// is taken off in the second turn: a row of equal numbers has no deviation at all.
const moments = `
var sum = 0.0;
for (var c = member; c < n; c += team) { sum += a[x + c]; }
let about = total(sum, lane) / f32(n);
var rest = 0.0;
var squares = 0.0;
for (var c = member; c < n; c += team) { let d = a[x + c] - about; rest += d; squares += d * d; }
rest = total(rest, lane) / f32(n);
let variance = total(squares, lane) / f32(n) - rest * rest;
let mean = about + rest;
let inverse = 1.0 / sqrt(select(variance, 0.0, variance < 0.0) + eps);`

func renderNormalize(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("x out", s.In[0], s.Out)
	k.constant("eps", s.Attr.X)
	k.lines(moments)
	k.lines(`
if (live) {
  for (var c = member; c < n; c += team) { a[out + c] = (a[x + c] - mean) * inverse; }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}

// renderNormalizeGrad is (g - mean(g) - h * mean(g*h)) / deviation with h the normalised row.
func renderNormalizeGrad(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("x g out", s.In[0], s.In[1], s.Out)
	k.constant("eps", s.Attr.X)
	k.lines(moments)
	k.lines(`
var of_g = 0.0;
var along = 0.0;
for (var c = member; c < n; c += team) { of_g += a[g + c]; along += (a[x + c] - mean) * inverse * a[g + c]; }
of_g = total(of_g, lane) / f32(n);
along = total(along, lane) / f32(n);
if (live) {
  for (var c = member; c < n; c += team) {
    a[out + c] = (a[g + c] - of_g - (a[x + c] - mean) * inverse * along) * inverse;
  }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}

// renderLayerNorm keeps the normalised rows and the reciprocals of their deviations where the step has
// further results.
func renderLayerNorm(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("x out", s.In[0], s.Out)
	k.constant("eps", s.Attr.X)
	k.base("weight", s.In[1])
	k.base("bias", s.In[2])
	keep := ""
	if len(s.Also) > 0 {
		k.operands("hat", s.Also[0])
		k.base("inverses", s.Also[1])
		keep = "a[hat + c] = h;"
	}
	k.lines(moments)
	k.line("if (live) {")
	k.line("  for (var c = member; c < n; c += team) {")
	k.line("    let h = (a[x + c] - mean) * inverse;")
	k.line("    %s", keep)
	k.line("    a[out + c] = h * a[weight + c] + a[bias + c];")
	k.line("  }")
	if keep != "" {
		k.line("  if (member == 0u) { a[inverses + row] = inverse; }")
	}
	k.line("}")
	r.callTeams(k, rows, n, bytesOf(s))
}

// renderLayerNormGrad goes through the rows for the operand's gradient, then through the columns for those of
// weight and bias, which are added to what is there.
func renderLayerNormGrad(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("hat dy out", s.In[0], s.In[2], s.Out)
	k.base("inverses", s.In[1])
	k.base("weight", s.In[3])
	k.lines(`
var average = 0.0;
var along = 0.0;
for (var c = member; c < n; c += team) {
  let h = a[dy + c] * a[weight + c];
  average += h;
  along += h * a[hat + c];
}
average = total(average, lane) / f32(n);
along = total(along, lane) / f32(n);
let inverse = a[inverses + row];
if (live) {
  for (var c = member; c < n; c += team) {
    a[out + c] = (a[dy + c] * a[weight + c] - average - a[hat + c] * along) * inverse;
  }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
	r.normColumns(s, rows, n)
}

// normColumns has a team for each column.
func (r *renderer) normColumns(s plan.Step, rows, n int) {
	k := newTeams(n, rows)
	k.base("hat", s.In[0])
	k.base("dy", s.In[2])
	k.base("of_weight", s.Also[0])
	k.base("of_bias", s.Also[1])
	// Here the rows of the team are the columns of the step, and the other way round.
	k.lines(`
var weight = 0.0;
var bias = 0.0;
for (var c = member; c < n; c += team) {
  let d = a[dy + c * rows + row];
  weight += d * a[hat + c * rows + row];
  bias += d;
}
weight = total(weight, lane);
bias = total(bias, lane);
if (live && member == 0u) {
  a[of_weight + row] += weight;
  a[of_bias + row] += bias;
}`)
	r.callTeams(k, n, rows, 4*(2*rows*n+4*n))
}

// products declares the sums of the rows at x and y: x.y, x.x, y.y.
const products = `
var xy = 0.0;
var xx = 0.0;
var yy = 0.0;
for (var c = member; c < n; c += team) {
  let u = a[x + c];
  let v = a[y + c];
  xy += u * v;
  xx += u * u;
  yy += v * v;
}
xy = total(xy, lane);
let of_x = sqrt(total(xx, lane));
let of_y = sqrt(total(yy, lane));`

func renderCosine(r *renderer, s plan.Step) {
	n := last(s.In[0])
	rows := s.Out.Shape.Len()
	k := newTeams(rows, n)
	k.operands("x y", s.In[0], s.In[1])
	k.base("out", s.Out)
	k.constant("eps", s.Attr.X)
	k.lines(products)
	k.lines(`
if (live && member == 0u) {
  a[out + row] = xy / (select(of_x, eps, of_x < eps) * select(of_y, eps, of_y < eps));
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}

// renderCosineGrad is the derivative by y, g (x/(|x||y|) - y x.y/(|x||y|^3)), and zero for a row that is all
// but zero (models/README.md, section 2.2).
func renderCosineGrad(r *renderer, s plan.Step) {
	n := last(s.Out)
	rows := s.Out.Shape.Len() / n
	k := newTeams(rows, n)
	k.operands("x y out", s.In[0], s.In[1], s.Out)
	k.base("g", s.In[2])
	k.constant("eps", s.Attr.X)
	k.lines(products)
	k.lines(`
let zero = of_x < eps || of_y < eps;
let along_x = a[g + row] / of_x / of_y;
let along_y = along_x * (xy / of_y / of_y);
if (live) {
  for (var c = member; c < n; c += team) {
    a[out + c] = select(along_x * a[x + c] - along_y * a[y + c], 0.0, zero);
  }
}`)
	r.callTeams(k, rows, n, bytesOf(s))
}
