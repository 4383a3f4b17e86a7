package experiment

import (
	"cosinelab/datasets/steps"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// causes are the channels with the largest squared errors [steps, channels] in each alarm, at most
// spec.MaxCauses of them (metrics/README.md, section 10); nil without errors.
func causes(errors []float32, steps int, alarms []steps.Range) [][]spec.Cause {
	if len(errors) == 0 {
		return nil
	}
	out := make([][]spec.Cause, len(alarms))
	for i, a := range alarms {
		shares := sharesOf(errors, len(errors)/steps, a)
		out[i] = shares[:min(len(shares), spec.MaxCauses)]
	}
	return out
}

// usual is the share of each channel in the squared errors [steps, channels] of all steps outside of alarms; nil without
// errors there.
func usual(errors []float32, steps int, alarms []steps.Range) []float64 {
	if len(errors) == 0 {
		return nil
	}
	sums := make([]float64, len(errors)/steps)
	from := 0
	add := func(to int) {
		for t := from; t < to; t++ {
			for c, e := range errors[t*len(sums) : (t+1)*len(sums)] {
				sums[c] += float64(e)
			}
		}
	}
	for _, a := range alarms {
		add(a.From)
		from = a.To
	}
	add(steps)
	shares := detect.Shares(sums)
	out, all := make([]float64, len(sums)), 0.0
	for _, s := range shares {
		out[s.Channel] = s.Share
		all += s.Share
	}
	if !(all > 0) {
		return nil
	}
	return out
}

// sharesOf are all channels in the steps of at, largest share of the squared error first, equal ones in the
// order of channels. Where there is no error at all, every share is 0.
func sharesOf(errors []float32, channels int, at steps.Range) []spec.Cause {
	sums := make([]float64, channels)
	for t := at.From; t < at.To; t++ {
		for c, e := range errors[t*channels : (t+1)*channels] {
			sums[c] += float64(e)
		}
	}
	return detect.Shares(sums)
}

// peaks are the highest scores of the alarms.
func peaks(scores []float64, alarms []steps.Range) []spec.Peak {
	out := make([]spec.Peak, len(alarms))
	for i, a := range alarms {
		out[i] = spec.Peak{Step: a.From, Score: metrics.Value(scores[a.From])}
		for t := a.From; t < a.To; t++ {
			if scores[t] > float64(out[i].Score) {
				out[i] = spec.Peak{Step: t, Score: metrics.Value(scores[t])}
			}
		}
	}
	return out
}

// located compares the errors [scored steps, channels] with the channels that true segments show in
// (metrics/README.md, section 10); nil if no segment tells its channels. Whether an alarm found the segment
// plays no part. A segment is cut to the steps that were scored.
func located(errors []float32, channels int, segments []spec.Segment) *spec.Located {
	var out spec.Located
	for _, s := range segments {
		at := steps.Range{From: s.From, To: min(s.To, len(errors)/channels)}
		if len(s.Channels) == 0 || at.From >= at.To {
			continue
		}
		var ranked []int
		for _, c := range sharesOf(errors, channels, at) {
			ranked = append(ranked, c.Channel)
		}
		out.Segments++
		out.HitRate100 += metrics.HitRate(ranked, s.Channels, 100)
		out.HitRate150 += metrics.HitRate(ranked, s.Channels, 150)
		out.Chance100 += metrics.ChanceHitRate(channels, s.Channels, 100)
		out.Chance150 += metrics.ChanceHitRate(channels, s.Channels, 150)
	}
	if out.Segments == 0 {
		return nil
	}
	for _, v := range []*metrics.Value{&out.HitRate100, &out.HitRate150, &out.Chance100, &out.Chance150} {
		*v /= metrics.Value(out.Segments)
	}
	return &out
}
