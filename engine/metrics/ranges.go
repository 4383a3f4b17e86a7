package metrics

import "cosinelab/datasets/steps"

// Bias says which points of a range weigh most in RangeBased.
type Bias int

const (
	FlatBias   Bias = iota // all the same
	FrontBias              // the first ones: an early alarm is worth more
	MiddleBias             // the central ones
	BackBias               // the last ones
)

// String is the bias's name in reports.
func (b Bias) String() string { return [...]string{"flat", "front", "middle", "back"}[b] }

// sum is the weight of the first count of length points.
func (b Bias) sum(count, length int) float64 {
	switch b {
	case FrontBias:
		return triangle(length) - triangle(length-count)
	case BackBias:
		return triangle(count)
	case MiddleBias: // rises to the middle, then falls
		rising := (length + 1) / 2
		if count <= rising {
			return triangle(count)
		}
		return triangle(rising) + triangle(length-rising) - triangle(length-count)
	}
	return float64(count)
}

// triangle is 1 + 2 + ... + n.
func triangle(n int) float64 { return float64(n) * float64(n+1) / 2 }

// Cardinality says how RangeBased treats a range that several ranges of the other kind overlap.
type Cardinality int

const (
	ReciprocalCardinality Cardinality = iota // its overlap is divided by their number
	OneCardinality                           // its overlap counts in full
)

// String is the cardinality's name in reports.
func (c Cardinality) String() string { return [...]string{"reciprocal", "one"}[c] }

// RangeOptions are the parameters of RangeBased; the zero value is the usual choice. They are shown with the
// result.
type RangeOptions struct {
	Alpha       float64     // 0 ... 1: the share of recall that touching a true segment at all is worth
	Bias        Bias        // of true and predicted segments
	Cardinality Cardinality // of true and predicted segments
	Beta        float64     // weight of recall in F1, which then is F_beta; 0 means 1
}

// RangeBased are the range-based precision and recall of Tatbul et al. (NeurIPS 2018): the mean over
// predicted (true) segments of how much of them the other kind overlaps. O(m + q + overlaps).
func (a *Alarms) RangeBased(o RangeOptions) Rates {
	truth := a.Evaluation.Segments
	precision := rangeMean(a.Segments, truth, RangeOptions{Bias: o.Bias, Cardinality: o.Cardinality})
	recall := rangeMean(truth, a.Segments, o)
	r := a.harmonic(precision, recall)
	if o.Beta != 0 {
		square := o.Beta * o.Beta
		r.F1 = Value(ratio((1+square)*precision*recall, square*precision+recall))
	}
	return r
}

// rangeMean is the mean score of rs given the other kind's ranges; 0 if there are none.
func rangeMean(rs, others []steps.Range, o RangeOptions) float64 {
	covered := make([]float64, len(rs)) // weights, whole numbers
	count := make([]int, len(rs))
	overlaps(rs, others, func(i, _ int, both steps.Range) {
		r := rs[i]
		covered[i] += o.Bias.sum(both.To-r.From, r.Len()) - o.Bias.sum(both.From-r.From, r.Len())
		count[i]++
	})
	sum := 0.0
	for i, weight := range covered {
		if count[i] == 0 {
			continue
		}
		c := weight / o.Bias.sum(rs[i].Len(), rs[i].Len())
		if o.Cardinality == ReciprocalCardinality {
			c /= float64(count[i])
		}
		sum += o.Alpha + (1-o.Alpha)*c
	}
	return ratio(sum, float64(len(rs)))
}
