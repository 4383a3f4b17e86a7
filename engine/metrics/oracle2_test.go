package metrics

import (
	"fmt"
	"math"
	"slices"
	"testing"
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
