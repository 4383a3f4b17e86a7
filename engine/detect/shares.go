package detect

import (
	"cmp"
	"slices"

	"cosinelab/engine/spec"
)

// Shares are the channels by their part in the sum of squared errors, one sum a channel: the largest first, equal
// ones in the order of channels (metrics/README.md, section 10). Where there is no error at all, every share is 0.
func Shares(sums []float64) []spec.Cause {
	shares := make([]spec.Cause, len(sums))
	sum := 0.0
	for c, x := range sums {
		shares[c] = spec.Cause{Channel: c, Share: x}
		sum += x
	}
	for c := range shares {
		if sum > 0 {
			shares[c].Share /= sum
		}
	}
	slices.SortStableFunc(shares, func(a, b spec.Cause) int { return cmp.Compare(b.Share, a.Share) })
	return shares
}
