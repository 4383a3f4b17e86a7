package detect

import (
	"cmp"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// The settings of Hundman et al. (KDD 2018) for the dynamic threshold (metrics/README.md, section 9.5). They
// are constants, not parameters: the policy has none, so that nobody tunes it on the scores it is judged by.
const (
	dynamicHistory = 2100 // scores that one threshold looks at
	// dynamicBlock is the number of scores that a threshold decides about, the last ones of those it looks
	// at; the first threshold decides about all.
	dynamicBlock = 70
	dynamicSpan  = 105 // of the exponentially weighted mean that smooths the scores
	// dynamicDrop is the share of itself by which the peak of an anomalous stretch must exceed the next lower
	// one.
	dynamicDrop  = 0.13
	dynamicLeast = 2.0 // deviations above the mean that are tried, in steps of one half
	dynamicMost  = 10.0
)

// dynamic flags stretches of high smoothed scores, each block of the series by the scores up to its end
// (Hundman et al., KDD 2018, sections 3.2, 3.3; metrics/README.md, section 9.5). Scores must be finite and
// not negative: the criterion is relative to their mean. What has been decided is not revised when later
// scores arrive.
func dynamic(s Scores, _ spec.Threshold, pause Pause) (Cut, error) {
	// !(x >= 0) is true of NaN as well, which x < 0 is not.
	for i, x := range s.Test {
		if !(x >= 0) || math.IsInf(x, 0) {
			return Cut{}, fault.New("detect-dynamic", x, i)
		}
	}
	flags := make([]bool, 0, len(s.Test))
	take := func(flag bool) { flags = append(flags, flag) }
	stream := newBlocks()
	for _, x := range s.Test {
		if stream.step(x, take) {
			if err := pause(); err != nil {
				return Cut{}, err
			}
		}
	}
	stream.end(take)
	return Cut{Threshold: math.NaN(), Flags: flags}, nil
}

// blocks decides about scores that come one by one. It remembers those that one threshold looks at.
type blocks struct {
	smoother Smoother
	smooth   []float64 // the last ones, dynamicHistory at most
	n, done  int       // scores that came, and that were decided about
}

func newBlocks() *blocks { return &blocks{smoother: Smoother{Span: dynamicSpan}} }

// step takes the next score, and decides about a block that it fills.
func (b *blocks) step(score float64, decided func(flag bool)) (full bool) {
	if len(b.smooth) == dynamicHistory {
		b.smooth = b.smooth[:copy(b.smooth, b.smooth[1:])]
	}
	b.smooth = append(b.smooth, b.smoother.Step(score))
	if b.n++; b.n < max(dynamicHistory, b.done+dynamicBlock) {
		return false
	}
	b.end(decided)
	return true
}

// end decides about what came since the last block.
func (b *blocks) end(decided func(flag bool)) {
	from := b.n - len(b.smooth)
	flags := make([]bool, len(b.smooth))
	if b.done < b.n {
		for _, a := range stretches(b.smooth) {
			for i := a.From; i < a.To; i++ {
				flags[i] = true
			}
		}
	}
	for ; b.done < b.n; b.done++ {
		decided(flags[b.done-from])
	}
}

// stretches returns the anomalous stretches of one window of smoothed scores, highest peak first. There are
// none where no threshold lowers mean and deviation, as in a window of zeros, whose gains are NaN.
func stretches(window []float64) []steps.Range {
	var best []steps.Range
	most := 0.0
	mean, sigma := moments(window)
	for k := dynamicLeast; k <= dynamicMost; k += 0.5 {
		above, gain := split(window, mean, sigma, mean+k*sigma)
		if gain > most {
			best, most = above, gain
		}
	}
	return prune(window, best)
}

// split returns the stretches above a threshold and its gain: by what shares mean and deviation fall without
// them, divided by the number of scores taken out plus the square of the number of stretches. The square is
// what keeps many short stretches from beating a few long ones. A threshold that nothing, or everything,
// exceeds gains 0.
func split(window []float64, mean, sigma, threshold float64) (above []steps.Range, gain float64) {
	labels := make([]uint8, len(window))
	var rest []float64
	for i, x := range window {
		if x > threshold {
			labels[i] = 1
		} else {
			rest = append(rest, x)
		}
	}
	above = metrics.Segments(labels)
	if len(above) == 0 || len(rest) == 0 {
		return nil, 0
	}
	m, s := moments(rest)
	taken := float64(len(window)-len(rest)) + float64(len(above)*len(above))
	return above, ((mean-m)/mean + (sigma-s)/sigma) / taken
}

// prune keeps the stretches whose peaks stand out: in descending order, down to the last peak that exceeds
// the next by more than dynamicDrop of itself. The highest score outside all stretches counts as the last of
// the peaks, so that a lone stretch must stand out, too.
func prune(window []float64, above []steps.Range) []steps.Range {
	outside := 0.0
	at := 0
	for _, a := range above {
		outside = max(outside, highest(window[at:a.From]))
		at = a.To
	}
	outside = max(outside, highest(window[at:]))
	ranked := slices.Clone(above)
	peak := func(s steps.Range) float64 { return highest(window[s.From:s.To]) }
	slices.SortStableFunc(ranked, func(a, b steps.Range) int { return cmp.Compare(peak(b), peak(a)) })
	keep := 0
	for i, a := range ranked {
		next := outside
		if i+1 < len(ranked) {
			next = peak(ranked[i+1])
		}
		if (peak(a)-next)/peak(a) > dynamicDrop {
			keep = i + 1
		}
	}
	return ranked[:keep]
}

// highest is the largest of scores that are not negative; 0 if there are none.
func highest(xs []float64) float64 {
	most := 0.0
	for _, x := range xs {
		most = max(most, x)
	}
	return most
}
