package train

import (
	"cmp"
	"errors"
	"math"

	"cosinelab/engine/spec"
)

// rates are the learning rates of an epoch, counted from 1.
var rates = [spec.RateScheduleCount]func(t spec.Train, epoch, epochs int) float64{
	spec.RateConstant: func(t spec.Train, _, _ int) float64 { return t.Rate },
	// Halved after every epoch but the first (models/README.md, section 9.3).
	spec.RateReference: func(t spec.Train, epoch, _ int) float64 {
		return t.Rate * math.Pow(0.5, float64(max(0, epoch-2)))
	},
	// Along half a cosine from the full rate towards 0.
	spec.RateCosine: func(t spec.Train, epoch, epochs int) float64 {
		return t.Rate / 2 * (1 + math.Cos(math.Pi*float64(epoch-1)/float64(epochs)))
	},
	// Down to StepFactor of itself after every StepEpochs.
	spec.RateStep: func(t spec.Train, epoch, _ int) float64 {
		falls := (epoch - 1) / cmp.Or(t.StepEpochs, spec.DefaultStepEpochs)
		return t.Rate * math.Pow(cmp.Or(t.StepFactor, spec.DefaultStepFactor), float64(falls))
	},
}

// Rate is the learning rate of an epoch, counted from 1, of so many.
func Rate(t spec.Train, epoch, epochs int) (float64, error) {
	if rates[t.Schedule] == nil {
		return 0, errors.New("train: no learning-rate schedule")
	}
	return rates[t.Schedule](t, epoch, epochs), nil
}
