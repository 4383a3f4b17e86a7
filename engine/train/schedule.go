package train

import (
	"cmp"
	"fmt"
	"math"

	"cosinelab/engine/spec"
)

// Rate is the learning rate of an epoch, counted from 1: reference halves it after every epoch but the first
// (models/README.md, section 9.3), cosine lowers it along half a cosine from the full rate towards 0, step
// lets it fall to StepFactor of itself after every StepEpochs.
func Rate(t spec.Train, epoch, epochs int) (float64, error) {
	switch t.Schedule {
	case "constant":
		return t.Rate, nil
	case "reference":
		return t.Rate * math.Pow(0.5, float64(max(0, epoch-2))), nil
	case "cosine":
		return t.Rate / 2 * (1 + math.Cos(math.Pi*float64(epoch-1)/float64(epochs))), nil
	case "step":
		return t.Rate * math.Pow(cmp.Or(t.StepFactor, 0.5), float64((epoch-1)/cmp.Or(t.StepEpochs, 20))), nil
	}
	return 0, fmt.Errorf("learning-rate schedule %q, want reference, constant, cosine or step", t.Schedule)
}
