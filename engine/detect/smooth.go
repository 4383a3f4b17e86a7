package detect

// Smoother gives the exponentially weighted mean of each score and those before it, score by score: the score i
// steps back has the weight (1-a)^i, a = 2/(Span+1), and the weights of the scores that there are sum to 1
// (models/README.md, section 1.4).
type Smoother struct {
	Span         int
	mean, weight float64
}

// Step takes the next score.
func (s *Smoother) Step(x float64) float64 {
	// The weighted mean so far moves towards x by x's share of all weights, so that one pass with two numbers
	// does.
	keep := 1 - 2/float64(s.Span+1)
	s.weight = 1 + float64(keep*s.weight) // rounded here on every machine
	s.mean += (x - s.mean) / s.weight
	return s.mean
}

// Smooth returns the means of all scores.
func Smooth(scores []float64, span int) []float64 {
	s := Smoother{Span: span}
	out := make([]float64, len(scores))
	for i, x := range scores {
		out[i] = s.Step(x)
	}
	return out
}
