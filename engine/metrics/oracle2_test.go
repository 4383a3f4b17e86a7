package metrics

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
)

// atK is the expectation over the orders of equal scores: each point is among the k with a probability.
func (o oracle) atK(k int) float64 {
	sum := 0.0
	for i, s := range o.scores {
		above, tied := 0, 0
		for _, x := range o.scores {
			switch {
			case x > s:
				above++
			case x == s:
				tied++
			}
		}
		in := min(max(float64(k-above)/float64(tied), 0), 1)
		sum += in * float64(o.labels[i])
	}
	return sum / float64(k)
}

func (o oracle) fBeta(flags []bool, beta float64) float64 {
	c := o.confusion(flags)
	p, r := float64(c.Precision), float64(c.Recall)
	return ratio((1+beta*beta)*p*r, beta*beta*p+r)
}

// ucr is the archive's rule: the hit, and the share of points that would be one.
func (o oracle) ucr(tolerance int) (hit, chance float64) {
	segments := Segments(o.labels)
	if len(segments) != 1 {
		return math.NaN(), math.NaN()
	}
	begin, end := segments[0].From, segments[0].To-1
	length := end - begin + 1
	right := func(p int) bool {
		return min(begin-length, begin-tolerance) < p && p < max(end+length, end+tolerance)
	}
	highest := slices.Max(o.scores)
	hits, all, near := 0.0, 0.0, 0.0
	for p, s := range o.scores {
		if right(p) {
			near++
		}
		if s == highest {
			all++
			if right(p) {
				hits++
			}
		}
	}
	return hits / all, near / float64(o.n())
}

// detection returns delay over detected segments, segments missed, false runs and false points for 10,000.
func (o oracle) detection(flags []bool) (delay, missed, runs, points float64) {
	hits := 0.0
	for _, segment := range members(o.truth()) {
		if first := slices.IndexFunc(segment, func(p int) bool { return flags[p] }); first >= 0 {
			hits++
			delay += float64(first)
		} else {
			missed++
		}
	}
	_, _, falseRuns := o.events(flags)
	per := 1e4 / float64(o.count(0))
	if o.count(0) == 0 {
		per = math.NaN()
	}
	return delay / hits, missed, float64(falseRuns) * per, float64(o.confusion(flags).FP) * per
}

// eTaPR keeps the whole table of overlaps, and prunes it row by row, then column by column.
func (o oracle) eTaPR(flags []bool, with ETaPROptions) (precision, recall float64) {
	truth, predicted := members(o.truth()), members(flags)
	table := o.overlapTable(truth, predicted, with.Delta)
	row := func(i int) (s float64) {
		for j := range predicted {
			s += table[i][j]
		}
		return s / float64(len(truth[i]))
	}
	column := func(j int) (s float64) {
		for i := range truth {
			s += table[i][j]
		}
		return s / float64(len(predicted[j]))
	}
	for changed := true; changed; {
		changed = false
		for i := range truth {
			if r := row(i); r > 0 && r < with.ThetaR {
				clear(table[i])
				changed = true
			}
		}
		for j := range predicted {
			if c := column(j); c > 0 && c < with.ThetaP {
				for i := range truth {
					table[i][j] = 0
				}
				changed = true
			}
		}
	}
	for i := range truth {
		if r := row(i); r > 0 {
			recall += (1 + min(r, 1)) / 2 / float64(len(truth))
		}
	}
	weights := 0.0
	for j, q := range predicted {
		w := math.Sqrt(float64(len(q)))
		weights += w
		if c := column(j); c > 0 {
			precision += w * (1 + c) / 2
		}
	}
	return ratio(precision, weights), recall
}

func (o oracle) overlapTable(truth, predicted [][]int, delta float64) [][]float64 {
	table := make([][]float64, len(truth))
	for i, t := range truth {
		table[i] = make([]float64, len(predicted))
		next := 1 << 30
		if i+1 < len(truth) {
			next = truth[i+1][0]
		}
		end := t[len(t)-1] + 1
		zone := min(int(math.Floor(delta*float64(len(t)-1)))+1, next-end)
		for j, q := range predicted {
			for _, p := range q {
				switch k := p - end; {
				case slices.Contains(t, p):
					table[i][j]++
				case k >= 0 && k < zone && zone >= 2:
					table[i][j] += 1 / (1 + math.Exp(-6+12*float64(k)/float64(zone-1)))
				}
			}
		}
	}
	return table
}

// bestRates tries every score as threshold.
func (o oracle) bestRates(of func(flags []bool) (precision, recall float64)) (f1, at float64) {
	levels := slices.Clone(o.scores)
	slices.Sort(levels)
	value := func(s float64) float64 { return harmonic(of(o.flags(s, true))) }
	for _, s := range levels {
		f1 = max(f1, value(s))
	}
	at = math.NaN()
	for _, s := range levels {
		if f1 > 0 && value(s) >= f1-1e-12 {
			at = s
		}
	}
	return f1, at
}

func (o oracle) composite(flags []bool) (precision, recall float64) {
	return float64(o.confusion(flags).Precision), o.eventRecall(flags)
}

func (o oracle) ranges(alpha float64) func(flags []bool) (precision, recall float64) {
	return func(flags []bool) (precision, recall float64) {
		return rangeMeanOracle(flags, o.truth(), FlatBias, ReciprocalCardinality, 0),
			rangeMeanOracle(o.truth(), flags, FlatBias, ReciprocalCardinality, alpha)
	}
}

func (o oracle) rangePRArea(alpha float64) float64 {
	levels := slices.Clone(o.scores)
	slices.Sort(levels)
	levels = slices.Compact(levels)
	var points [][2]float64 // recall, precision
	for _, s := range levels[1:] {
		precision, recall := o.ranges(alpha)(o.flags(s, true))
		points = append(points, [2]float64{recall, precision})
	}
	slices.SortFunc(points, func(a, b [2]float64) int {
		if math.Abs(a[0]-b[0]) > 1e-12 {
			return int(math.Copysign(1, b[0]-a[0]))
		}
		return int(math.Copysign(1, a[1]-b[1]))
	})
	points = append([][2]float64{{1, float64(o.count(1)) / float64(o.n())}}, points...)
	points = append(points, [2]float64{0, 1})
	area := 0.0
	for i := 1; i < len(points); i++ {
		area += (points[i-1][0] - points[i][0]) * (points[i-1][1] + points[i][1]) / 2
	}
	return area
}

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

// checkMore compares the metrics of the second file.
func (c checker) checkMore(o oracle, flags []bool, e *Evaluation, a *Alarms) {
	c.t.Helper()
	for _, beta := range []float64{0, 0.5, 1, 2} {
		c.equal(fmt.Sprint("F", beta), a.Point().FBeta(beta), o.fBeta(flags, beta))
	}
	for _, k := range []int{1, 3, o.n()} {
		c.equal(fmt.Sprint("precision at ", k), e.PrecisionAtK(k).Value, o.atK(min(k, o.n())))
	}
	for _, tolerance := range []int{1, 4, 100} {
		hit, chance := o.ucr(tolerance)
		c.equal("UCR", e.UCR(tolerance).Hit, hit)
		c.equal("UCR by chance", e.UCR(tolerance).Chance, chance)
	}
	for _, with := range []ETaPROptions{DefaultETaPR, {0.7, 0.3, 0}, {0.3, 0.6, 0.5}, {1, 1, 1}} {
		precision, recall := o.eTaPR(flags, with)
		c.equal(fmt.Sprint("eTaPR precision ", with), a.ETaPR(with).Precision, precision)
		c.equal(fmt.Sprint("eTaPR recall ", with), a.ETaPR(with).Recall, recall)
	}
	f1, at := o.bestRates(o.composite)
	c.equal("best composite", e.BestComposite().F1, f1)
	c.equal("best composite threshold", e.BestComposite().ThresholdGE, at)
	for _, alpha := range []float64{0, 0.2, 1} {
		f1, at = o.bestRates(o.ranges(alpha))
		c.equal("best range", e.BestRange(alpha).F1, f1)
		c.equal("best range threshold", e.BestRange(alpha).ThresholdGE, at)
	}
	if e.Positives == 0 {
		return
	}
	f1, at = o.bestRates(o.affiliationMeans)
	c.equal("best affiliation", e.BestAffiliation().F1, f1)
	c.equal("best affiliation threshold", e.BestAffiliation().ThresholdGE, at)
	c.equal("range area", e.RangePRArea(0.5), o.rangePRArea(0.5))
	levels := slices.Clone(o.scores)
	slices.Sort(levels)
	levels = slices.Compact(levels)
	slices.Reverse(levels)
	for _, b := range []PATEOptions{{0, 0, true}, {2, 3, true}, {5, 1, false}, {40, 40, false}} {
		thresholds := levels
		if !b.All {
			thresholds = o.pateLevels()
		}
		c.equal(fmt.Sprint("PATE ", b), e.PATE(b), o.pate(b.Early, b.Late, thresholds))
	}
	for _, near := range []float64{0.5, 2, 3.5, 50} {
		got := a.DQE(near)
		for i, want := range o.dqe(flags, near) {
			c.equal(fmt.Sprint("DQE ", near, " of segment ", i), got.Local[i], want)
		}
	}
}

func TestPeriodIsTheLagOfTheHighestLocalMaximum(t *testing.T) {
	x := make([]float64, 700)
	for i := range x {
		x[i] = math.Sin(2*math.Pi*float64(i)/31) + float64(i%3)/10
	}
	got := PeriodOf(x)
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	at := func(k int) float64 {
		up, down := 0.0, 0.0
		for i := range x {
			down += (x[i] - mean) * (x[i] - mean)
			if i+k < len(x) {
				up += (x[i] - mean) * (x[i+k] - mean)
			}
		}
		return up / down
	}
	best := 4
	for k := 4; k < 400; k++ {
		if at(k) > at(k-1) && at(k) > at(k+1) && (at(k) > at(best) || best == 4) {
			best = k
		}
	}
	if got.Length != best || got.Fallback || math.Abs(float64(got.Height)-at(best)) > 1e-12 {
		t.Errorf("%d (%v), want %d (%v)", got.Length, got.Height, best, at(best))
	}
	for _, short := range [][]float64{nil, {1}, {1, 2}, make([]float64, 50)} {
		if p := PeriodOf(short); p.Length != FallbackPeriod || !p.Fallback {
			t.Errorf("%d points: period %d, want the fallback", len(short), p.Length)
		}
	}
}
