package metrics

import (
	"math"
	"math/big"
	"slices"

	"cosinelab/datasets/steps"
)

// pateZones are the early and the late zone of each segment, later ones cut by earlier ones.
func (o oracle) pateZones(early, late int) (before, after []steps.Range) {
	segments, end := Segments(o.labels), 0
	for i, s := range segments {
		next := o.n()
		if i+1 < len(segments) {
			next = segments[i+1].From
		}
		before = append(before, steps.Range{From: max(s.From-early, end), To: s.From})
		end = min(s.To+late, next)
		after = append(after, steps.Range{From: s.To, To: end})
	}
	return before, after
}

// pateRates weighs a flag by its distance to all points of the segment, next to that of the zone's outermost
// point.
func (o oracle) pateRates(flags []bool, early, late int) (precision, recall float64) {
	segments := Segments(o.labels)
	before, after := o.pateZones(early, late)
	tp, missed, flagged := 0.0, 0.0, 0.0
	for _, f := range flags {
		if f {
			flagged++
		}
	}
	for i, s := range segments {
		near := func(t, far int) float64 {
			to, all := 0.0, 0.0
			for u := s.From; u < s.To; u++ {
				to += math.Abs(float64(t - u))
				all += math.Abs(float64(far - u))
			}
			return 1 - to/all
		}
		held := slices.Contains(flags[s.From:s.To], true)
		for t := after[i].From; t < after[i].To; t++ {
			if flags[t] {
				tp += near(t, after[i].To-1)
			}
		}
		for t := before[i].From; t < before[i].To && held; t++ {
			if flags[t] {
				tp += near(t, before[i].From)
			}
		}
		run := 0 // length of the first run
		for t := s.From; t < s.To; t++ {
			if flags[t] {
				run++
			} else if run > 0 {
				break
			}
		}
		for t := s.From; t < s.To; t++ {
			switch at := float64(t - s.From); {
			case flags[t]:
				tp++
			case !held || t-s.From <= run:
				missed++
			default:
				length := float64(s.Len())
				missed += 1 - float64(run+1)*(at-float64(run)/2)/(length*(length-1)/2)
			}
		}
	}
	return ratio(tp, flagged), ratio(tp, tp+missed)
}

// pateLevels are the thresholds: quantiles, by exact fractions, of the scores that matter.
func (o oracle) pateLevels() (levels []float64) {
	distinct := slices.Clone(o.scores)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	held := func(s float64) bool {
		for i, x := range o.scores {
			if x == s && o.labels[i] == 1 {
				return true
			}
		}
		return false
	}
	var kept []float64
	for i, s := range distinct {
		if i == 0 || i == len(distinct)-1 || held(s) || held(distinct[i-1]) {
			kept = append(kept, s)
		}
	}
	for k := range 250 {
		at := big.NewRat(int64((len(kept)-1)*(249-k)), 249)
		below := new(big.Int).Quo(at.Num(), at.Denom())
		rest, _ := new(big.Rat).Sub(at, new(big.Rat).SetInt(below)).Float64()
		j := int(below.Int64())
		level := kept[j]
		if rest > 0 {
			level += (kept[j+1] - kept[j]) * rest
		}
		levels = append(levels, level)
	}
	return levels
}

func (o oracle) pate(early, late int, levels []float64) float64 {
	sum := 0.0
	for _, b := range [][2]int{{0, 0}, {0, late}, {early, 0}, {early, late}} {
		before, precision := 0.0, 1.0
		for _, s := range levels {
			p, r := o.pateRates(o.flags(s, true), b[0], b[1])
			if r < before-1e-12 {
				continue
			}
			sum += (r - before) * (p + precision) / 2
			before, precision = r, p
		}
	}
	return sum / 4
}

// dqe walks over cells of a quarter of a point: with a near zone of halves, every border is one of theirs.
func (o oracle) dqe(flags []bool, near float64) (local []float64) {
	segments, cells := Segments(o.labels), 4*o.n()
	at := func(x float64) int { return int(4 * x) }
	for i, s := range segments {
		a, b, n := float64(s.From), float64(s.To), float64(o.n())
		left, right := 0.0, n // the neighbours, or the ends
		nearLeft, nearRight := max(0, a-near), min(n, b+near)
		farLeft, farRight := 0.0, n
		if i > 0 {
			left = float64(segments[i-1].To)
			nearLeft = max(a-near, min(left+near, a))
			farLeft = (min(left+near, a) + nearLeft) / 2
		}
		if i+1 < len(segments) {
			right = float64(segments[i+1].From)
			nearRight = min(b+near, right)
			farRight = (nearRight + max(right-near, nearRight)) / 2
		}
		on := func(c int) bool { return c >= 0 && c < cells && flags[c/4] }
		captured := slices.Contains(flags[s.From:s.To], true)
		gap, duration := math.Inf(1), 0.0
		for c := at(nearLeft); c < at(a); c++ {
			if on(c) {
				duration += 0.25
				gap = min(gap, a-float64(c+1)/4)
			}
		}
		for c := at(b); c < at(nearRight); c++ {
			if on(c) {
				duration += 0.25
				gap = min(gap, float64(c)/4-b)
			}
		}
		far, flagged := nearLeft-min(farLeft, nearLeft)+max(farRight, nearRight)-nearRight, 0.0
		var middles []float64
		collect := func(from, to, shift float64) {
			for c := at(from); c < at(to); c++ {
				begin := c
				for c < at(to) && on(c) {
					c++
				}
				if c > begin {
					flagged += float64(c-begin) / 4
					middles = append(middles, float64(begin+c)/8-shift)
				}
			}
		}
		collect(farLeft, nearLeft, farLeft)
		collect(nearRight, farRight, nearRight-(nearLeft-min(farLeft, nearLeft)))
		miss := 0.0
		switch {
		case duration > 0:
			miss = (1 - gap/near) * (1 - duration/(2*near))
		case captured && flagged == 0:
			miss = 1
		}
		spread := 1.0
		if bins := math.Ceil(far); len(middles) > 0 && far > 1 {
			hit := map[float64]bool{}
			for _, x := range middles {
				hit[min(math.Floor(x*bins/far+1e-9), bins-1)] = true
			}
			spread = 1 - math.Log2(float64(len(hit)))/math.Log2(bins)
		}
		alarm := 1.0
		if flagged > 0 {
			alarm = spread * max(0, 1-flagged/(far/2))
		}
		capture := 0.0
		if captured {
			capture = 1
		}
		local = append(local, math.Sqrt((capture+miss)/2*alarm))
	}
	return local
}
