package detect

// Smooth returns the exponentially weighted mean of each score and those before it: the score i steps back
// has the weight (1-a)^i, a = 2/(span+1), and the weights of the scores that there are sum to 1
// (models/README.md, section 1.4).
func Smooth(scores []float64, span int) []float64 {
	keep := 1 - 2/float64(span+1)
	out := make([]float64, len(scores))
	mean, weight := 0.0, 0.0
	for i, x := range scores {
		weight = 1 + float64(keep*weight) // rounded here on every machine
		mean += (x - mean) / weight
		out[i] = mean
	}
	return out
}
