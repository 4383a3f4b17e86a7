package metrics

import (
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// Bias says which points of a range weigh most in RangeBased.
type Bias int

const (
	FlatBias   Bias = iota // all the same
	FrontBias              // the first ones: an early alarm is worth more
	MiddleBias             // the central ones
	BackBias               // the last ones
)

// Biases are the names in reports, by Bias.
var Biases = []string{"flat", "front", "middle", "back"}

// String is the bias's name in reports.
func (b Bias) String() string { return Biases[b] }

// MarshalText writes the name.
func (b Bias) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a name.
func (b *Bias) UnmarshalText(text []byte) error {
	i, err := oneOf(Biases, text)
	*b = Bias(i)
	return err
}

// oneOf finds a name among the choices.
func oneOf(choices []string, text []byte) (int, error) {
	i := slices.Index(choices, string(text))
	if i < 0 {
		return 0, fault.New("metrics-choice", string(text), fault.Choices(choices))
	}
	return i, nil
}

// sum is the weight of the first count of length points (metrics/README.md, section 5), in closed form: a
// range is then weighed by two of its points, however long it is.
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

// Cardinalities are the names in reports, by Cardinality.
var Cardinalities = []string{"reciprocal", "one"}

// String is the cardinality's name in reports.
func (c Cardinality) String() string { return Cardinalities[c] }

// MarshalText writes the name.
func (c Cardinality) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name.
func (c *Cardinality) UnmarshalText(text []byte) error {
	i, err := oneOf(Cardinalities, text)
	*c = Cardinality(i)
	return err
}

// RangeOptions are the parameters of RangeBased; the zero value is the usual choice. They are shown with the
// result.
type RangeOptions struct {
	// 0 ... 1: the share of recall that touching a true segment at all is worth
	Alpha         float64     `json:"alpha"`
	PrecisionBias Bias        `json:"precision_bias"` // of predicted segments
	RecallBias    Bias        `json:"recall_bias"`    // of true segments
	Cardinality   Cardinality `json:"cardinality"`    // of true and predicted segments
	// weight of recall in F1, which then is F_beta; 0 means 1
	Beta float64 `json:"beta,omitempty"`
}

// RangeBased are the range-based precision and recall of Tatbul et al. (NeurIPS 2018): the mean over
// predicted (true) segments of how much of them the other kind overlaps. O(m + q + overlaps).
func (a *Alarms) RangeBased(o RangeOptions) Rates {
	truth := a.Evaluation.Segments
	precision := rangeMean(a.Segments, truth, o.PrecisionBias, o.Cardinality, 0)
	recall := rangeMean(truth, a.Segments, o.RecallBias, o.Cardinality, o.Alpha)
	r := a.harmonic(precision, recall)
	if o.Beta != 0 {
		square := o.Beta * o.Beta
		r.F1 = Value(ratio((1+square)*precision*recall, square*precision+recall))
	}
	return r
}

// rangeMean is the mean score of rs given the other kind's ranges; 0 if there are none.
func rangeMean(rs, others []steps.Range, bias Bias, cardinality Cardinality, alpha float64) float64 {
	covered := make([]float64, len(rs)) // weights, whole numbers
	count := make([]int, len(rs))
	overlaps(rs, others, func(i, _ int, both steps.Range) {
		r := rs[i]
		covered[i] += bias.sum(both.To-r.From, r.Len()) - bias.sum(both.From-r.From, r.Len())
		count[i]++
	})
	sum := 0.0
	for i, weight := range covered {
		if count[i] == 0 {
			continue
		}
		c := weight / bias.sum(rs[i].Len(), rs[i].Len())
		if cardinality == ReciprocalCardinality {
			c /= float64(count[i])
		}
		sum += alpha + (1-alpha)*c
	}
	return ratio(sum, float64(len(rs)))
}
