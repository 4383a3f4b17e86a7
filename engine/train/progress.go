package train

import (
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// progress is where a training run stands; with the parameters and moments it is all that a resumed run
// needs. It is written into checkpoints as JSON, under these names.
type progress struct {
	Epoch     int          // being trained, from 1
	Batch     int          // next batch of it
	Adam      int          // steps of the optimiser so far
	Sums      sums         // over the steps of this epoch
	History   []spec.Epoch // finished epochs
	Best      float64      // lowest monitored loss
	BestEpoch int          // which epoch had it; 0 = none yet
	Ended     bool         // no epoch is left to train
}

// check says whether a training run of a problem with so many parts can stand here: a file can say anything,
// and what it says is used as indices and divisors.
func (p progress) check(parts int) error {
	switch {
	case p.Epoch < 1 || p.Batch < 0 || p.Adam < 0 || p.Sums.Micro < 0:
		return fault.New("checkpoint-negative")
	case len(p.History) != p.Epoch-1:
		return fault.New("checkpoint-history")
	case p.BestEpoch > len(p.History) || p.BestEpoch < min(1, len(p.History)):
		return fault.New("checkpoint-best")
	case p.Ended && len(p.History) == 0:
		return fault.New("checkpoint-ended")
	case len(p.Sums.Parts) != parts && p.Batch > 0:
		return fault.New("checkpoint-losses")
	case len(p.Sums.Parts) != 0 && p.Batch == 0:
		return fault.New("checkpoint-sums")
	}
	return spec.CheckEpochs(p.History)
}

// sums add up losses over micro-batches, and what each step measured. They are in float64, whatever the
// device computes in. Parts is nil until the first addition.
type sums struct {
	Micro   int // micro-batches
	Monitor float64
	Parts   []float64
	Norm    float64
	Seconds float64
}

// mean is that of a sum over micro-batches.
func (s sums) mean(sum float64) float64 { return sum / float64(max(s.Micro, 1)) }

// add adds the losses of x; Norm and Seconds belong to a step, which adds them itself.
func (s *sums) add(x sums) {
	s.Micro += x.Micro
	s.Monitor += x.Monitor
	if s.Parts == nil {
		s.Parts = make([]float64, len(x.Parts))
	}
	for i := range x.Parts {
		s.Parts[i] += x.Parts[i]
	}
}
