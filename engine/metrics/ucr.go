package metrics

// UCR is whether the highest score lies at the one anomaly of a series (metrics/README.md, section 2).
type UCR struct {
	Hit    Value `json:"hit"`    // the share of the points with the highest score that count as right
	Chance Value `json:"chance"` // the share of all points that do: on short series it is large
}

// DefaultUCRTolerance is how far from the segment the archive's rule lets the highest score be at least.
const DefaultUCRTolerance = 100

// UCR is right if the highest score lies strictly closer to the segment than its length or tolerance points,
// whichever is more (Wu & Keogh, TKDE 2021). Both values are undefined unless there is exactly one true
// segment. O(n).
func (e *Evaluation) UCR(tolerance int) UCR {
	if len(e.Segments) != 1 {
		return UCR{Undefined, Undefined}
	}
	s, n := e.Segments[0], e.N()
	reach := min(max(s.Len(), tolerance), n) // beyond the series nothing is left
	span := e.spans[0]
	from, to := max(s.From-reach+1, span.From), min(s.To-1+reach, span.To)
	highest, right, all := e.Scores[0], 0, 0
	for i, x := range e.Scores {
		if x > highest {
			highest, right, all = x, 0, 0
		}
		if x == highest {
			all++
			if i >= from && i < to {
				right++
			}
		}
	}
	return UCR{Value(float64(right) / float64(all)), Value(float64(to-from) / float64(n))}
}
