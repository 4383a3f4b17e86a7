package metrics

// AtK is the precision of the k points with the highest scores (metrics/README.md, section 2).
type AtK struct {
	K         int   `json:"k"`
	Threshold Value `json:"threshold"` // the k-th largest score
	// Value breaks ties at random, in expectation. Strict leaves out the ties that the k-th place divides, and
	// counts none of them right; Inclusive takes all of them, and divides by the number taken. All three are
	// undefined if k is 0.
	Value     Value `json:"value"`
	Strict    Value `json:"strict"`
	Inclusive Value `json:"inclusive"`
}

// PrecisionAtK is the precision of the k points with the highest scores, k at most the number of points. With
// k the number of anomalous points, precision, recall and F1 are one number. O(k) after the sort.
func (e *Evaluation) PrecisionAtK(k int) AtK {
	k = min(max(k, 0), e.N())
	at := AtK{K: k, Threshold: Undefined, Value: Undefined, Strict: Undefined, Inclusive: Undefined}
	if k == 0 {
		return at
	}
	order := e.ranking()
	score := order[k-1].score
	at.Threshold = Value(score)
	above, hitsAbove, tied, hitsTied := 0, 0, 0, 0
	for _, r := range order {
		if r.score < score {
			break
		}
		hit := int(e.Labels[r.point])
		if r.score > score {
			above++
			hitsAbove += hit
		} else {
			tied++
			hitsTied += hit
		}
	}
	hits, size := float64(hitsAbove), float64(k)
	share := float64(hitsTied) / float64(tied)
	at.Value = Value((hits + float64(k-above)*share) / size)
	at.Strict, at.Inclusive = at.Value, Value(float64(hitsAbove+hitsTied)/float64(above+tied))
	if above+tied > k {
		at.Strict = Value(hits / size)
	}
	return at
}
