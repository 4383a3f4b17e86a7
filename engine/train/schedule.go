package train

import (
	"fmt"
	"math"
)

// Rate is the learning rate of an epoch, counted from 1: reference halves it after every epoch but the first
// (models.md, section 9), cosine lowers it along half a cosine from the full rate towards 0.
func Rate(schedule string, rate float64, epoch, epochs int) (float64, error) {
	switch schedule {
	case "constant":
		return rate, nil
	case "reference":
		return rate * math.Pow(0.5, float64(max(0, epoch-2))), nil
	case "cosine":
		return rate / 2 * (1 + math.Cos(math.Pi*float64(epoch-1)/float64(epochs))), nil
	}
	return 0, fmt.Errorf("learning-rate schedule %q, want reference, constant or cosine", schedule)
}
