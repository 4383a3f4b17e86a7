package train

import (
	"context"
	"errors"
	"fmt"

	"cosinelab/datasets"
	"cosinelab/engine/backend"
	"cosinelab/engine/plan"
)

// Scorer computes a problem's outputs and nothing else: it takes the memory of scoring, not that of training.
// It is not safe for concurrent use.
type Scorer struct {
	compiled
	results [][]float32
}

// NewScorer compiles what Trainer.Forward computes. Noise comes from the seed. pause, which may be nil, is called
// now and then until the scorer is there; its error ends NewScorer. Parameters are still to be set.
func NewScorer(dev backend.Device, p Problem, seed uint64, pause func() error) (*Scorer, error) {
	s := &Scorer{compiled: compiled{problem: p, micro: p.Windows.Shape[0],
		batch: make([]float32, p.Windows.Shape.Len())}}
	params := p.Graph.Params()
	var err error
	s.plan, err = plan.Build(p.Graph, plan.Options{Pause: pause}, plan.Proc{Name: "forward", Results: p.Outputs})
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if s.program, err = dev.Compile(s.plan); err != nil {
		return nil, fmt.Errorf("train: compile for %s: %w", dev.Name(), err)
	}
	s.findSlots(params)
	s.findNoise(p.Graph.Nodes(), seed)
	for _, slot := range s.outputs {
		s.results = append(s.results, make([]float32, s.size(slot)))
	}
	return s, nil
}

// Score computes Problem.Outputs for every window of w, the first of which is the window of this number of its
// series, and calls got as Trainer.Forward does. Each window lies in the place of a micro-batch that it has
// there, so that it gets the same bits, however a series comes in parts.
func (s *Scorer) Score(ctx context.Context, w datasets.Windows, first int,
	got func(window int, outputs [][]float32) error) error {
	if err := s.fits(w); err != nil {
		return fmt.Errorf("train: score: %w", err)
	}
	one := make([][]float32, len(s.outputs))
	for k := 0; k < w.Len(); {
		offset := (first + k) % s.micro
		n := min(s.micro-offset, w.Len()-k)
		if err := s.run(ctx, w, k, n, offset, first+k-offset); err != nil {
			return err
		}
		for i := range n {
			for j, x := range s.results {
				size := len(x) / s.micro
				one[j] = x[(offset+i)*size : (offset+i+1)*size]
			}
			if err := got(k+i, one); err != nil {
				return err
			}
		}
		k += n
	}
	return nil
}

// run computes one micro-batch: n windows of w from k on, in the places from offset on; the first place is that
// of the window of number drawn.
func (s *Scorer) run(ctx context.Context, w datasets.Windows, k, n, offset, drawn int) error {
	size := w.Size()
	for i := range n {
		w.Copy(k+i, s.batch[(offset+i)*size:(offset+i+1)*size])
	}
	if err := errors.Join(s.program.Write(s.windows, s.batch), s.drawScoring(count(drawn, offset+n))); err != nil {
		return err
	}
	if err := s.program.Run(ctx, 0, s.yield); err != nil {
		return err
	}
	for j, slot := range s.outputs {
		if err := s.program.Read(slot, s.results[j]); err != nil {
			return err
		}
	}
	return nil
}
