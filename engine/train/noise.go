package train

import (
	"math"
	"math/rand/v2"

	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
)

// noise is an input that is drawn before each run.
type noise struct {
	from   graph.Noise
	slot   plan.Slot
	name   uint64 // its hash
	values []float32
}

// Draws says which noise a step of the optimiser gets.
type Draws struct {
	Seed uint64 `json:"seed,string"` // as text: a number in JavaScript would be rounded
	Step int    `json:"step"`
}

// findNoise lists the inputs of the plan that are drawn.
func (t *Trainer) findNoise(nodes []*graph.Node, seed uint64) {
	t.draws.Seed = seed
	for _, n := range nodes {
		if slot := t.slot(plan.ClassInput, n.Name); n.Noise != graph.NoNoise && slot >= 0 {
			t.noise = append(t.noise, noise{n.Noise, slot, hash(n.Name), make([]float32, n.Shape.Len())})
		}
	}
}

// Streams of draws: one for each micro-batch of each step of the optimiser, one for each window that is scored.
const (
	microBatches = 1 << 20 // more than a step has
	scored       = 1 << 63
)

// drawTraining draws for the micro-batch of this number in the batch.
func (t *Trainer) drawTraining(micro int) error {
	for _, n := range t.noise {
		n.draw(n.values, t.draws.Seed, uint64(t.draws.Step)*microBatches+uint64(micro))
		if err := t.program.Write(n.slot, n.values); err != nil {
			return err
		}
	}
	return nil
}

// drawScoring draws for the windows of these positions: what a window gets depends on nothing but its position.
func (t *Trainer) drawScoring(at []int) error {
	for _, n := range t.noise {
		if n.from == graph.Gumbel {
			clear(n.values)
		} else {
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

func (n *noise) draw(out []float32, seed, stream uint64) {
	rng := rand.New(rand.NewPCG(seed^n.name, stream))
	for i := range out {
		if n.from == graph.Gumbel {
			out[i] = float32(-math.Log(rng.ExpFloat64()))
		} else {
			out[i] = float32(rng.NormFloat64())
		}
	}
}
