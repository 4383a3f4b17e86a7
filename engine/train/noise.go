package train

import (
	"math"
	"math/rand/v2"

	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
)

// noise is an input that is drawn before each run. Graphs hold no randomness: what is random comes in as
// values, so that every device gets the same.
type noise struct {
	from   graph.Noise
	x      float64 // of Draw
	slot   plan.Slot
	name   uint64 // its hash
	values []float32
}

// Draws says which noise a step of the optimiser gets.
type Draws struct {
	Seed  uint64 `json:"seed,string"` // as text: a number in JavaScript would be rounded
	Step  int    `json:"step"`
	Epoch int    `json:"epoch"` // from 1
}

// findNoise lists the inputs of the plan that are drawn; those that nothing computes with have no slot.
func (t *compiled) findNoise(nodes []*graph.Node, seed uint64) {
	t.draws.Seed = seed
	for _, n := range nodes {
		if n.Noise == graph.NoNoise {
			continue
		}
		if slot := t.slot(plan.ClassInput, n.Name); slot >= 0 {
			t.noise = append(t.noise, noise{n.Noise, n.Attr.X, slot, hash(n.Name),
				make([]float32, n.Shape.Len())})
		}
	}
}

// Streams of draws: one for each micro-batch of each step of the optimiser, one for each window that is
// scored. The highest bit keeps the two kinds apart.
const (
	microBatches = 1 << 20 // more than a step has
	scored       = 1 << 63
)

// drawTraining draws for the micro-batch of this number in the batch. The draws follow from seed, name, step
// and number alone: not from who computes the micro-batch, nor from what was drawn before.
func (t *compiled) drawTraining(micro int) error {
	for _, n := range t.noise {
		if n.from == graph.After {
			n.fill(float64(t.draws.Epoch) > n.x)
		} else {
			n.draw(n.values, t.draws.Seed, uint64(t.draws.Step)*microBatches+uint64(micro))
		}
		if err := t.program.Write(n.slot, n.values); err != nil {
			return err
		}
	}
	return nil
}

// drawScoring draws for the windows of these positions. What a window gets depends on nothing but its
// position, so that it is scored alike however windows are shared. Noise that belongs to training takes its
// most likely value: no Gumbel noise, nothing dropped, and what begins after some epochs has begun.
func (t *compiled) drawScoring(at []int) error {
	for _, n := range t.noise {
		switch n.from {
		case graph.Gumbel, graph.Dropout, graph.After:
			n.fill(n.from != graph.Gumbel)
		default:
			size := len(n.values) / t.micro
			for i, k := range at {
				n.draw(n.values[i*size:(i+1)*size], t.draws.Seed, scored|uint64(k))
			}
		}
		if err := t.program.Write(n.slot, n.values); err != nil {
			return err
		}
	}
	return nil
}

// fill makes all values 1 or 0.
func (n *noise) fill(one bool) {
	value := float32(0)
	if one {
		value = 1
	}
	for i := range n.values {
		n.values[i] = value
	}
}

// draw fills out from one stream. Each value takes its draws in order, so that the bits do not depend on
// len(out).
func (n *noise) draw(out []float32, seed, stream uint64) {
	rng := rand.New(rand.NewPCG(seed^n.name, stream))
	for i := range out {
		switch n.from {
		case graph.Gumbel:
			// The negative logarithm of an exponential draw has the standard Gumbel distribution.
			out[i] = float32(-math.Log(rng.ExpFloat64()))
		case graph.Dropout:
			// What stays is scaled up, so that the mean is that of scoring (models/README.md, section 1.1).
			if out[i] = 0; rng.Float64() >= n.x {
				out[i] = float32(1 / (1 - n.x))
			}
		default:
			out[i] = float32(rng.NormFloat64())
		}
	}
}
