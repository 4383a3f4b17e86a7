package metrics

import "slices"

// HitRate is the share of the channels that an anomaly shows in, truth, among the first of the ranked
// channels: as many of these as percent of truth, rounded down (HitRate@P%, Su et al., KDD 2019, OmniAnomaly,
// section 5.4). Ranked lists each channel at most once, the most suspicious first. It is undefined without
// truth.
func HitRate(ranked, truth []int, percent int) Value {
	if len(truth) == 0 {
		return Undefined
	}
	hits := 0
	for _, c := range ranked[:min(len(ranked), candidates(truth, percent))] {
		if slices.Contains(truth, c) {
			hits++
		}
	}
	return Value(float64(hits) / float64(len(truth)))
}

// ChanceHitRate is the expectation of HitRate for a random order of so many channels.
func ChanceHitRate(channels int, truth []int, percent int) Value {
	if len(truth) == 0 || channels == 0 {
		return Undefined
	}
	return Value(float64(min(channels, candidates(truth, percent))) / float64(channels))
}

// candidates is the number of ranked channels that count.
func candidates(truth []int, percent int) int { return percent * len(truth) / 100 }
