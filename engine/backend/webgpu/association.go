package webgpu

import (
	"cosinelab/engine/plan"
)

// association is what one pass over a row of a prior leaves; refs that are not asked for are nil.
type association struct {
	sigma      plan.Ref
	series     *plan.Ref // of a discrepancy
	gradient   *plan.Ref // of a prior alone
	eps        float64
	ofSeries   *plan.Ref // numbers for each row, by which gradients are multiplied
	ofSigma    *plan.Ref
	value      *plan.Ref // results
	prior      *plan.Ref
	gradSeries *plan.Ref
	gradSigma  *plan.Ref
}

func renderPrior(r *renderer, s plan.Step) {
	r.associate(association{sigma: s.In[0], prior: &s.Out}, bytesOf(s))
}

func renderPriorGrad(r *renderer, s plan.Step) {
	r.associate(association{sigma: s.In[0], gradient: &s.In[1], gradSigma: &s.Out}, bytesOf(s))
}

func renderDiscrepancy(r *renderer, s plan.Step) {
	r.associate(association{sigma: s.In[1], series: &s.In[0], eps: s.Attr.X, value: &s.Out}, bytesOf(s))
}

func renderDiscrepancyGradSeries(r *renderer, s plan.Step) {
	r.associate(association{sigma: s.In[1], series: &s.In[0], eps: s.Attr.X, ofSeries: &s.In[2],
		gradSeries: &s.Out}, bytesOf(s))
}

func renderDiscrepancyGradSigma(r *renderer, s plan.Step) {
	r.associate(association{sigma: s.In[1], series: &s.In[0], eps: s.Attr.X, ofSigma: &s.In[2],
		gradSigma: &s.Out}, bytesOf(s))
}

func renderDiscrepancyGrad(r *renderer, s plan.Step) {
	x := association{sigma: s.In[1], series: &s.In[0], eps: s.Attr.X, ofSeries: &s.In[2], ofSigma: &s.In[3],
		gradSeries: &s.Out, gradSigma: &s.Also[0]}
	if len(s.Also) > 1 {
		x.value = &s.Also[1]
	}
	r.associate(x, bytesOf(s))
}

// associate has a team for each row. The first turn sums the row of the prior, the second computes everything
// else; what the slope of sigma needs is summed there too: sum_j g_j p_j (w_j - sum_k p_k w_k) / sigma^3 with
// w_j = (i-j)^2.
func (r *renderer) associate(x association, bytes int) {
	rows, n := x.sigma.Shape.Len(), last(x.sigma)
	k := newTeams(rows, n)
	k.use(isNaN, exponential, fromBits, logarithm, weight)
	k.axes("row", "at", x.sigma.Shape)
	k.place("sigma_at", x.sigma.Offset, "at", x.sigma.Stride)
	k.lines(`
let sigma = a[sigma_at];
let i = row % n;
var sum = 0.0;
for (var j = member; j < n; j += team) { sum += weight(i, j, sigma); }
let inverse = 1.0 / total(sum, lane);
var value = 0.0;
var g_p_w = 0.0;
var g_p = 0.0;
var p_w = 0.0;`)
	x.declare(k)
	k.line("for (var j = member; j < n; j += team) {")
	k.line("  let p = weight(i, j, sigma) * inverse;")
	x.column(k)
	k.line("}")
	x.finish(k)
	r.callTeams(k, rows, n, bytes)
}

// weight is e^(-(i-j)^2 / (2 sigma^2)): 1 on the diagonal whatever sigma, unless that is NaN.
const weight = `
fn weight(i: u32, j: u32, sigma: f32) -> f32 {
  let d = (f32(i) - f32(j)) / sigma;
  return select(exponential(-0.5 * d * d), select(1.0, sigma, is_nan(sigma)), i == j);
}`

// declare says where operands and results lie.
func (x *association) declare(k *kernel) {
	if x.series != nil {
		k.operands("series", *x.series)
		k.constant("eps", x.eps)
	}
	if x.gradient != nil {
		k.operands("gradient", *x.gradient)
	}
	if x.gradSeries != nil {
		k.operands("grad_series", *x.gradSeries)
		k.place("of_series", x.ofSeries.Offset, "at", x.ofSeries.Stride)
	}
	if x.ofSigma != nil {
		k.place("of_sigma", x.ofSigma.Offset, "at", x.ofSigma.Stride)
	}
	if x.prior != nil {
		k.operands("prior", *x.prior)
	}
}

// column computes what is asked for of one element of the row.
func (x *association) column(k *kernel) {
	if x.prior != nil {
		k.line("  if (live) { a[prior + j] = p; }")
		return
	}
	if x.gradient != nil {
		k.line("  let g = a[gradient + j];")
	} else {
		k.lines(`
  let s = a[series + j];
  let ratio = logarithm((s + eps) / (p + eps));`)
	}
	if x.value != nil {
		k.line("  value += (s - p) * ratio;")
	}
	if x.gradSeries != nil {
		k.line("  if (live) { a[grad_series + j] = a[of_series] * (ratio + (s - p) / (s + eps)); }")
	}
	if x.gradSigma != nil {
		if x.gradient == nil {
			k.line("  let g = (p - s) / (p + eps) - ratio;")
		}
		k.lines(`
  let d = f32(i) - f32(j);
  g_p_w += select(g * p * d * d, p, p == 0.0);
  g_p += g * p;
  p_w += p * d * d;`)
	}
}

// finish writes what the team has of the whole row.
func (x *association) finish(k *kernel) {
	if x.value != nil {
		k.base("out_value", *x.value)
		k.line("value = total(value, lane);")
		k.line("if (live && member == 0u) { a[out_value + row] = value; }")
	}
	if x.gradSigma == nil {
		return
	}
	k.base("grad_sigma", *x.gradSigma)
	k.lines(`
g_p_w = total(g_p_w, lane);
g_p = total(g_p, lane);
p_w = total(p_w, lane);
// A deviation of 0 leaves the identity, which nothing moves.
var slope = select((g_p_w - g_p * p_w) / sigma / sigma / sigma, 0.0, sigma == 0.0);`)
	if x.ofSigma != nil {
		k.line("slope *= a[of_sigma];")
	}
	k.line("if (live && member == 0u) { a[grad_sigma + row] = slope; }")
}
