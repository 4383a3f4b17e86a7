package models

import (
	"fmt"
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
)

// omniAnomaly is OmniAnomaly (Su et al., KDD 2019; README.md, section 6) with planar flows, the state-space
// prior, and its noise as an input: every step of a window is scored by one draw. As a teacher it gives the
// mean of what it generates from its most likely latent values.
var omniAnomaly = Model{
	MicroBatch: always(16),
	Fits:       unrolled,
	Build:      buildOmniAnomaly,
	Extra:      noExtra,
}

// mostUnrolled is the number of steps in the longest window: each draw is a part of the graph, since the next
// depends on it. All samples together have mostDrawn of them at most, so that a plan is there in seconds.
const (
	mostUnrolled = 1024
	mostDrawn    = 8 * mostUnrolled
)

// unrolled says whether a window is short enough.
func unrolled(c Config) error {
	if c.Window > mostUnrolled {
		return fault.New("model-long-omni", c.Window, mostUnrolled)
	}
	if c.Window*c.Samples > mostDrawn {
		return fault.New("model-many-omni", c.Samples, c.Window, mostDrawn/c.Window)
	}
	return nil
}

// buildOmniAnomaly works with steps first: everything below is [L,B,...]. The loss is the negative evidence
// lower bound, a mean over windows and steps: log q less log p(x|z) and log p(z) (README.md, section 6.3).
func buildOmniAnomaly(g *graph.Graph, x *graph.Node, c Config) Output {
	steps := turned(x)
	q := newPosterior(g, steps, c, "noise")
	z, logDet := flows(g, q.z0, c)
	prior := priors[c.Prior](z)
	mean, std := generate(g, z, c)
	likelihood := logNormal(steps, mean, std)
	perStep := graph.Sum(likelihood, 2)
	logQ := graph.Sub(q.log, logDet)
	parts := []Part{{spec.PartLikelihood, graph.MeanAll(perStep)}, {spec.PartPrior, graph.MeanAll(prior)},
		{spec.PartPosterior, graph.MeanAll(logQ)}}
	y := turned(mean)
	return Output{
		Series: y,
		Loss:   graph.Sub(parts[2].Node, graph.Add(parts[0].Node, parts[1].Node)),
		Parts:  append([]Part{{spec.PartReconstruction, nn.MSE(y, x)}}, parts...),
		Scores: sampled(g, x, c, turned(graph.Scale(perStep, -1)), nn.SquaredError(y, x)),
		Inner: []Named{{"z0", turned(q.z0)}, {"z", turned(z)}, {"log_q0", turned(q.log)},
			{"log_det", turned(logDet)},
			{"prior_log_prob", turned(prior)}, {"output_std", turned(std)},
			{"log_likelihood", turned(likelihood)}},
	}
}

// sampled averages scores over the model's draws, of which the first is given. The others are made of the same
// weights, and cost training nothing: no loss asks for them. A frozen model draws nothing.
func sampled(g *graph.Graph, x *graph.Node, c Config, likelihood, reconstruction *graph.Node) []Score {
	steps, n := turned(x), c.Samples
	if c.Noiseless {
		n = 1
	}
	for i := 1; i < n; i++ {
		z, _ := flows(g, newPosterior(g, steps, c, fmt.Sprintf("noise.%d", i)).z0, c)
		mean, std := generate(g, z, c)
		perStep := graph.Sum(logNormal(steps, mean, std), 2)
		likelihood = graph.Add(likelihood, turned(graph.Scale(perStep, -1)))
		reconstruction = graph.Add(reconstruction, nn.SquaredError(turned(mean), x))
	}
	if n > 1 {
		likelihood, reconstruction = graph.Scale(likelihood, 1/float64(n)), graph.Scale(reconstruction,
			1/float64(n))
	}
	return []Score{{spec.ScoreLikelihood, likelihood}, {spec.ScoreReconstruction, reconstruction}}
}

// posterior is a draw of the latent values before the flows, with its log density. Shapes are [L,B,Z] and
// [L,B].
type posterior struct{ z0, log *graph.Node }

// newPosterior draws step by step, each from the GRU's state and the draw before it: a_t = relu(W [e_t ;
// z_(t-1)] + b), z_t = mean(a_t) + std(a_t) * noise_t (README.md, section 6.1). What does not depend on the
// draw before is computed for all steps at once.
func newPosterior(g *graph.Graph, x *graph.Node, c Config, draw string) posterior {
	leave := g.Scope("q_gru")
	e := nn.GRU("_l0", x, c.DModel)
	leave()
	dense := nn.NewWeights(g, "q_dense", c.DModel+c.Latent, c.DFF)
	given := dense.Columns(0, c.DModel).Of(e)
	before := dense.Columns(c.DModel, c.DModel+c.Latent)
	// Mean and deviation in one product.
	both := nn.NewWeights(g, "q_mean", c.DFF, c.Latent).Beside(nn.NewWeights(g, "q_std", c.DFF, c.Latent))
	noise := turned(latentNoise(g, x.Shape[1], c, draw))
	var zs, stds []*graph.Node
	for t := range x.Shape[0] {
		// At the first step the draw before is 0, and its product is left out.
		a := graph.SliceAxis(given, 0, t, t+1)
		if t > 0 {
			a = graph.Add(a, before.Times(zs[t-1]))
		}
		y := both.Of(graph.Unary(op.Relu, a))
		std := deviationOf(graph.SliceAxis(y, 2, c.Latent, 2*c.Latent), c)
		z := graph.Add(graph.SliceAxis(y, 2, 0, c.Latent), graph.Mul(std, graph.SliceAxis(noise, 0, t, t+1)))
		zs, stds = append(zs, z), append(stds, std)
	}
	// (z - mean)/std is the noise itself, so the density needs neither.
	density := graph.Add(graph.Scale(graph.Unary(op.Square, noise), 0.5),
		graph.Unary(op.Log, graph.Concat(0, stds...)))
	return posterior{z0: graph.Concat(0, zs...),
		log: graph.Scale(graph.Sum(graph.Shift(density, halfLog2Pi), 2), -1)}
}

// latentNoise is [B,L,Z] standard normal draws, or zeros. Zeros make every draw its mean.
func latentNoise(g *graph.Graph, windows int, c Config, draw string) *graph.Node {
	if c.Noiseless {
		return graph.Expand(g.Scalar(0), windows, c.Window, c.Latent)
	}
	return g.Draw(draw, graph.Normal, 0, windows, c.Window, c.Latent)
}

var halfLog2Pi = 0.5 * math.Log(2*math.Pi)

// deviationOf is a positive standard deviation. The floor keeps its logarithm and its reciprocal finite.
func deviationOf(raw *graph.Node, c Config) *graph.Node {
	return graph.Shift(graph.Unary(op.Softplus, raw), c.constant(spec.ConstantStdFloor))
}

// flows passes z [L,B,Z] through planar maps, each step separately, and returns the sum [L,B] of their
// log-determinants: f(z) = z + û tanh(w·z + b), û = u + (softplus(w·u) - 1 - w·u) w/|w|² (Rezende and Mohamed
// 2015). That û keeps w·û above -1, so every map can be inverted and the logarithm has a positive argument.
func flows(g *graph.Graph, z *graph.Node, c Config) (out, logDet *graph.Node) {
	l, b := z.Shape[0], z.Shape[1]
	rows := graph.Reshape(z, l*b, c.Latent)
	logDet = graph.Expand(g.Scalar(0), l*b, 1)
	for k := range c.Flows {
		leave := g.Scope(fmt.Sprintf("flow.%d", k))
		w, u := g.Param("w", graph.Init{Normal: 0.1}, c.Latent),
			g.Param("u", graph.Init{Normal: 0.1}, c.Latent)
		shift := g.Param("b", graph.Init{}, 1)
		inner := graph.SumAll(graph.Mul(w, u))
		bounded := graph.Shift(graph.Unary(op.Softplus, inner), -1) // w·û
		along := graph.Div(graph.Sub(bounded, inner), graph.SumAll(graph.Unary(op.Square, w)))
		direction := graph.Add(u, graph.Mul(w, along))
		t := graph.Unary(op.Tanh, graph.Add(graph.MatMul(rows, graph.Reshape(w, c.Latent, 1), 1), shift))
		rows = graph.Add(rows, graph.Mul(t, direction))
		slope := graph.Shift(graph.Scale(graph.Unary(op.Square, t), -1), 1)
		logDet = graph.Add(logDet, graph.Unary(op.Log, graph.Shift(graph.Mul(slope, bounded), 1)))
		leave()
	}
	return graph.Reshape(rows, l, b, c.Latent), graph.Reshape(logDet, l, b)
}

// priors are the log densities [L,B] that the latent values [L,B,Z] of each step are expected to have.
var priors = [spec.PriorCount]func(z *graph.Node) *graph.Node{
	spec.PriorStateSpace: statePrior,
	spec.PriorNormal:     normalPrior,
}

// normalPrior is that of independent standard normal values.
func normalPrior(z *graph.Node) *graph.Node {
	square := graph.Scale(graph.Unary(op.Square, z), 0.5)
	return graph.Scale(graph.Sum(graph.Shift(square, halfLog2Pi), 2), -1)
}

// statePrior is log p(z_t | z_<t) [L,B] of the linear Gaussian state space whose matrices are all I
// (README.md, section 6.2). Its Kalman filter does not depend on data, so that the innovations of all steps
// are one product with a fixed matrix. Its dimensions share one variance, so their squares are added first.
func statePrior(z *graph.Node) *graph.Node {
	l, b, n := z.Shape[0], z.Shape[1], z.Shape[2]
	g := z.Graph()
	e := graph.MatMul(g.Table("innovations", func() []float32 { return innovations(l) }, l, l), graph.Reshape(z, l, b*n), 1)
	square := graph.Sum(graph.Reshape(graph.Unary(op.Square, e), l, b, n), 2)
	weight, constant := make([]float32, l), make([]float32, l)
	_, variance := kalman(l)
	for t, s := range variance {
		weight[t] = float32(-1 / (2 * s))
		constant[t] = float32(-float64(n) / 2 * math.Log(2*math.Pi*s))
	}
	return graph.Add(graph.Mul(square, g.Const(weight, l, 1)), g.Const(constant, l, 1))
}

// kalman returns, for the steps of a window, the gain of the filter and the variance S of what it did not
// foresee. All of it is computed in float64.
func kalman(n int) (gain, variance []float64) {
	v := 1.0 // the variance of the forecast
	for range n {
		s := v + 1
		k := v / s
		gain, variance = append(gain, k), append(variance, s)
		v = v*(1-k) + 1
	}
	return gain, variance
}

// innovations returns the matrix [n,n] that turns n steps into what the Kalman filter did not foresee of each.
// Each forecast is a weighted sum of the steps before it: step t enters with the weight K_t, and older weights
// shrink by 1 - K_t.
func innovations(n int) []float32 {
	filter, foreseen := make([]float32, n*n), make([]float64, n) // the weights of earlier steps in the forecast
	gain, _ := kalman(n)
	for t, k := range gain {
		for i := range t {
			filter[t*n+i] = float32(-foreseen[i])
			foreseen[i] *= 1 - k
		}
		filter[t*n+t] = 1
		foreseen[t] = k
	}
	return filter
}

// generate returns mean and standard deviation [L,B,C] of p(x given z).
func generate(g *graph.Graph, z *graph.Node, c Config) (mean, std *graph.Node) {
	leave := g.Scope("p_gru")
	d := nn.GRU("_l0", z, c.DModel)
	leave()
	a := graph.Unary(op.Relu, nn.Linear("p_dense", d, c.DFF))
	return nn.Linear("p_mean", a, c.Channels), deviationOf(nn.Linear("p_std", a, c.Channels), c)
}

// logNormal is the log density of each element of x. The deviation is per element, as the mean is (README.md,
// section 6.1).
func logNormal(x, mean, std *graph.Node) *graph.Node {
	far := graph.Unary(op.Square, graph.Div(graph.Sub(x, mean), std))
	return graph.Scale(graph.Shift(graph.Add(graph.Scale(far, 0.5), graph.Unary(op.Log, std)), halfLog2Pi),
		-1)
}
