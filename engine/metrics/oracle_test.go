package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The functions of this file follow the definitions word for word, in quadratic time or worse: they are what
// the fast ones are compared with.

// oracle is a labelled series.
type oracle struct {
	scores []float64
	labels []uint8
}

func (o oracle) n() int { return len(o.scores) }

func (o oracle) count(label uint8) int {
	c := 0
	for _, y := range o.labels {
		if y == label {
			c++
		}
	}
	return c
}

// flags are s > threshold, or s >= threshold.
func (o oracle) flags(threshold float64, equal bool) []bool {
	flags := make([]bool, o.n())
	for i, s := range o.scores {
		flags[i] = s > threshold || equal && s == threshold
	}
	return flags
}

// owners says for each point which run of ones it belongs to, -1 for none, and returns the number of runs.
func owners(on []bool) (owner []int, count int) {
	owner = make([]int, len(on))
	for i, is := range on {
		owner[i] = -1
		if !is {
			continue
		}
		if i == 0 || !on[i-1] {
			count++
		}
		owner[i] = count - 1
	}
	return owner, count
}

func (o oracle) truth() []bool {
	truth := make([]bool, o.n())
	for i, y := range o.labels {
		truth[i] = y == 1
	}
	return truth
}

// members lists the points of each run.
func members(on []bool) [][]int {
	owner, count := owners(on)
	points := make([][]int, count)
	for i, w := range owner {
		if w >= 0 {
			points[w] = append(points[w], i)
		}
	}
	return points
}

// confusion counts flags point by point.
func (o oracle) confusion(flags []bool) Confusion {
	var tp, fp, fn, tn int
	for i, f := range flags {
		switch {
		case f && o.labels[i] == 1:
			tp++
		case f:
			fp++
		case o.labels[i] == 1:
			fn++
		default:
			tn++
		}
	}
	return newConfusion(tp, fp, fn, tn)
}

// delayAdjusted and percentAdjusted return changed copies of flags.
func (o oracle) delayAdjusted(flags []bool, delay int) []bool {
	adjusted := slices.Clone(flags)
	for _, points := range members(o.truth()) {
		accepted := false
		for i, p := range points {
			accepted = accepted || flags[p] && i <= delay
		}
		for _, p := range points {
			adjusted[p] = accepted
		}
	}
	return adjusted
}

func (o oracle) percentAdjusted(flags []bool, percent int) []bool {
	adjusted := slices.Clone(flags)
	for _, points := range members(o.truth()) {
		hit := 0
		for _, p := range points {
			if flags[p] {
				hit++
			}
		}
		for _, p := range points {
			adjusted[p] = flags[p] || 100*hit > percent*len(points)
		}
	}
	return adjusted
}

// best tries every score as threshold.
func (o oracle) best(adjust func([]bool) []bool) (Confusion, float64) {
	best, at := o.confusion(make([]bool, o.n())), math.NaN()
	for _, s := range o.scores {
		c := o.confusion(adjust(o.flags(s, true)))
		gain := c.TP*(2*best.TP+best.FP+best.FN) - best.TP*(2*c.TP+c.FP+c.FN)
		if gain > 0 || gain == 0 && c.TP > 0 && s > at {
			best, at = c, s
		}
	}
	return best, at
}

func (o oracle) percentArea(f1 func(percent int) float64) float64 {
	sum, before := 0.0, f1(0)
	for k := 1; k <= 100; k++ {
		after := f1(k)
		sum += (before + after) / 200
		before = after
	}
	return sum
}

func (o oracle) auroc() float64 {
	right, pairs := 0.0, 0.0
	for i, p := range o.scores {
		for j, q := range o.scores {
			if o.labels[i] == 1 && o.labels[j] == 0 {
				pairs++
				if p > q {
					right++
				}
				if p == q {
					right += 0.5
				}
			}
		}
	}
	return right / pairs
}

func (o oracle) averagePrecision() float64 {
	distinct := slices.Clone(o.scores)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	sum, recall := 0.0, 0.0
	for _, s := range slices.Backward(distinct) {
		c := o.confusion(o.flags(s, true))
		sum += (float64(c.TP)/float64(o.count(1)) - recall) * float64(c.Precision)
		recall = float64(c.TP) / float64(o.count(1))
	}
	return sum
}

// events returns the true segments hit, all true segments, and the predicted segments that touch none.
func (o oracle) events(flags []bool) (hits, all, falseRuns int) {
	truth := o.truth()
	for _, points := range members(truth) {
		all++
		if slices.ContainsFunc(points, func(p int) bool { return flags[p] }) {
			hits++
		}
	}
	for _, points := range members(flags) {
		if !slices.ContainsFunc(points, func(p int) bool { return truth[p] }) {
			falseRuns++
		}
	}
	return hits, all, falseRuns
}

// rangeMeanOracle is the mean range score of the runs of rs given the runs of others.
func rangeMeanOracle(rs, others []bool, bias Bias, cardinality Cardinality, alpha float64) float64 {
	sum, ranges := 0.0, members(rs)
	otherOwner, _ := owners(others)
	for _, points := range ranges {
		overlapping, inside, total := map[int]bool{}, 0.0, 0.0
		for i, p := range points {
			weight := 1
			switch bias {
			case FrontBias:
				weight = len(points) - i
			case BackBias:
				weight = i + 1
			case MiddleBias:
				weight = min(i+1, len(points)-i)
			}
			total += float64(weight)
			if otherOwner[p] >= 0 {
				overlapping[otherOwner[p]] = true
				inside += float64(weight)
			}
		}
		x := float64(len(overlapping))
		if x == 0 {
			continue
		}
		gamma := 1.0
		if cardinality == ReciprocalCardinality && x > 1 {
			gamma = 1 / x
		}
		sum += alpha + (1-alpha)*gamma*inside/total
	}
	return ratio(sum, float64(len(ranges)))
}

// affiliation integrates over cells of a quarter: every zone border, piece end and break of the two functions
// is a multiple of it, so that the value at a cell's middle is its average.
func (o oracle) affiliation(flags []bool) (precision, recall []float64) {
	segments := Segments(o.labels)
	predicted := members(flags)
	for i, s := range segments {
		e0, e1 := 0.0, float64(o.n())
		j0, j1 := float64(s.From), float64(s.To)
		if i > 0 {
			e0 = (float64(segments[i-1].To) + j0) / 2
		}
		if i+1 < len(segments) {
			e1 = (j1 + float64(segments[i+1].From)) / 2
		}
		flagged, near, recalled := 0.0, 0.0, 0.0
		for x := e0 + 0.125; x < e1; x += 0.25 {
			event := x > j0 && x < j1
			if flags[int(x)] {
				d := max(j0-x, x-j1, 0)
				value := 1 - (min(d, min(j0-e0, e1-j1))+d+j1-j0)/(e1-e0)
				if event {
					value = 1
				}
				near += value
				flagged++
			}
			if event {
				d := math.Inf(1)
				for _, points := range predicted {
					from := max(float64(points[0]), e0)
					to := min(float64(points[len(points)-1])+1, e1)
					if from < to {
						d = min(d, max(from-x, x-to, 0))
					}
				}
				if d == 0 {
					recalled++
				} else if !math.IsInf(d, 1) {
					recalled += 1 - (min(d, x-e0, e1-x)+d)/(e1-e0)
				}
			}
		}
		precision = append(precision, near/flagged)
		recall = append(recall, recalled/(4*(j1-j0)))
	}
	return precision, recall
}

// softLabels is l_w.
func (o oracle) softLabels(w int) []float64 {
	soft := make([]float64, o.n())
	for x := range soft {
		for _, s := range Segments(o.labels) {
			d := max(s.From-x, x-(s.To-1))
			if d <= w/2 {
				soft[x] += math.Sqrt(1 - float64(max(d, 0))/float64(max(w, 1)))
			}
		}
		soft[x] = min(1, soft[x])
	}
	return soft
}

// zones lists the points of each zone for window w: buffers that share a point, or runs of soft labels above
// 0.
func (o oracle) zones(w int, shared bool) [][]int {
	if !shared {
		on, soft := make([]bool, o.n()), o.softLabels(w)
		for x := range on {
			on[x] = soft[x] > 0
		}
		return members(on)
	}
	var zones [][]int
	for _, s := range Segments(o.labels) {
		var zone []int
		for x := max(0, s.From-w/2); x <= min(o.n()-1, s.To-1+w/2); x++ {
			zone = append(zone, x)
		}
		if k := len(zones) - 1; k >= 0 && slices.Contains(zones[k], zone[0]) {
			zones[k] = append(zones[k], zone...)
		} else {
			zones = append(zones, zone)
		}
	}
	return zones
}

// curve returns TPR, FPR and precision at the 250 thresholds, for one window.
func (o oracle) curve(w int, volume bool) (tpr, fpr, precision []float64) {
	z := slices.Clone(o.scores)
	slices.Sort(z)
	slices.Reverse(z)
	n, positives := float64(o.n()), float64(o.count(1))
	label, labelSum := o.softLabels(w), 0.0
	for _, l := range label {
		labelSum += l
	}
	zones := o.zones(w, volume)
	for k := range 250 {
		at := o.n() - 1
		if k < 249 {
			at = int(float64(k) * ((n - 1) / 249))
		}
		flags := o.flags(z[at], true)
		flagged, tp, soft := 0.0, 0.0, 0.0
		for x, f := range flags {
			if f {
				flagged++
				tp += label[x]
				if o.labels[x] == 0 {
					soft += label[x]
				}
			}
		}
		p := positives + soft/2
		if !volume {
			p = (positives + labelSum) / 2
		}
		found := 0.0
		for _, zone := range zones {
			if slices.ContainsFunc(zone, func(x int) bool { return flags[x] }) {
				found++
			}
		}
		tpr = append(tpr, min(tp/p, 1)*found/float64(len(zones)))
		fpr = append(fpr, (flagged-tp)/(n-p))
		precision = append(precision, tp/flagged)
	}
	return tpr, fpr, precision
}

func trapezoid(x, y []float64) float64 {
	sum := 0.0
	for i := 1; i < len(x); i++ {
		sum += (x[i] - x[i-1]) * (y[i] + y[i-1]) / 2
	}
	return sum
}

func (o oracle) rangeAUC(w int) (roc, pr float64) {
	tpr, fpr, precision := o.curve(w, false)
	roc = trapezoid(slices.Concat([]float64{0}, fpr, []float64{1}),
		slices.Concat([]float64{0}, tpr, []float64{1}))
	return roc, trapezoid(slices.Concat([]float64{0}, tpr), slices.Concat([]float64{1}, precision))
}

func (o oracle) vus(widest int) (roc, pr float64) {
	for w := 0; w <= widest; w++ {
		tpr, fpr, precision := o.curve(w, true)
		roc += trapezoid(slices.Concat([]float64{0}, fpr, []float64{1}),
			slices.Concat([]float64{0}, tpr, []float64{1}))
		before := 0.0
		for k := range tpr {
			pr += (tpr[k] - before) * precision[k]
			before = tpr[k]
		}
	}
	return roc / float64(widest+1), pr / float64(widest+1)
}

// checkDefinitions compares every metric of e with its definition.
func checkDefinitions(t *testing.T, e *Evaluation, threshold float64) {
	t.Helper()
	c := checker{t, fmt.Sprintf("scores %v labels %v threshold %v", e.Scores, e.Labels, threshold)}
	o := oracle{e.Scores, e.Labels}
	flags, a := o.flags(threshold, false), e.At(threshold)
	c.checkCounts(o, flags, a)
	c.checkBest(o, e)
	c.checkEvents(o, flags, a)
	c.checkRanking(o, e)
	c.checkMore(o, flags, e, a)
}

type checker struct {
	t     *testing.T
	input string
}

func (c checker) equal(what string, got Value, want float64) {
	c.t.Helper()
	bothUndefined := !got.Defined() && math.IsNaN(want)
	if !bothUndefined && !(math.Abs(float64(got)-want) <= 1e-9) {
		c.t.Fatalf("%s is %v, want %v; %s", what, got, want, c.input)
	}
}

func (c checker) same(what string, got, want any) {
	c.t.Helper()
	if got != want {
		c.t.Fatalf("%s is %+v, want %+v; %s", what, got, want, c.input)
	}
}

func (c checker) checkCounts(o oracle, flags []bool, a *Alarms) {
	c.t.Helper()
	c.same("point", a.Point(), o.confusion(flags))
	c.same("point-adjusted", a.PointAdjusted(), o.confusion(o.delayAdjusted(flags, o.n())))
	for delay := range 5 {
		c.same(fmt.Sprint("delay ", delay), a.DelayAdjusted(delay),
			o.confusion(o.delayAdjusted(flags, delay)))
	}
	fixed := func(percent int) Confusion { return o.confusion(o.percentAdjusted(flags, percent)) }
	for percent := range 101 {
		c.same(fmt.Sprint("percent ", percent), a.PercentAdjusted(percent), fixed(percent))
	}
	c.equal("area", a.PercentArea(), o.percentArea(func(k int) float64 { return float64(fixed(k).F1) }))
}

func (c checker) checkBest(o oracle, e *Evaluation) {
	c.t.Helper()
	check := func(what string, got Best, adjust func([]bool) []bool) {
		c.t.Helper()
		want, at := o.best(adjust)
		c.same(what, got.Confusion, want)
		c.equal(what+" threshold", got.ThresholdGE, at)
		if got.Threshold.Defined() {
			c.same(what+" with the strict threshold",
				o.confusion(adjust(o.flags(float64(got.Threshold), false))), want)
		}
	}
	for _, percent := range []int{0, 1, 20, 33, 50, 99, 100} {
		adjust := func(flags []bool) []bool { return o.percentAdjusted(flags, percent) }
		check(fmt.Sprint("best percent ", percent), e.BestPercentAdjusted(percent), adjust)
	}
	check("best", e.BestF1(), func(flags []bool) []bool { return flags })
	area := o.percentArea(func(percent int) float64 {
		found, _ := o.best(func(flags []bool) []bool { return o.percentAdjusted(flags, percent) })
		return float64(found.F1)
	})
	c.equal("best area", e.BestPercentArea(), area)
}

func (c checker) checkEvents(o oracle, flags []bool, a *Alarms) {
	c.t.Helper()
	hits, all, falseRuns := o.events(flags)
	c.same("segment-wise", a.SegmentWise(), newConfusion(hits, falseRuns, all-hits, 0))
	recall := ratio(float64(hits), float64(all))
	c.equal("composite", a.Composite().F1, float64(harmonicRates(float64(o.confusion(flags).Precision),
		recall).F1))
	falseAlarms := ratio(float64(o.confusion(flags).FP), float64(o.count(0)))
	c.equal("event-wise precision", a.EventWise().Precision,
		ratio(float64(hits), float64(hits+falseRuns))*(1-falseAlarms))
	c.equal("event-wise recall", a.EventWise().Recall, recall)
	for bias := FlatBias; bias <= BackBias; bias++ {
		for cardinality := ReciprocalCardinality; cardinality <= OneCardinality; cardinality++ {
			of := BackBias - bias
			got := a.RangeBased(RangeOptions{Alpha: 0.3, PrecisionBias: of, RecallBias: bias,
				Cardinality: cardinality, Beta: 2})
			recall := rangeMeanOracle(o.truth(), flags, bias, cardinality, 0.3)
			precision := rangeMeanOracle(flags, o.truth(), of, cardinality, 0)
			c.equal("range precision", got.Precision, precision)
			c.equal("range recall", got.Recall, recall)
			c.equal("range F2", got.F1, ratio(5*precision*recall, 4*precision+recall))
		}
	}
	affiliation := a.Affiliation()
	precisions, recalls := o.affiliation(flags)
	for i := range precisions {
		c.equal(fmt.Sprint("affiliation precision of zone ", i), affiliation.ZonePrecision[i], precisions[i])
		c.equal(fmt.Sprint("affiliation recall of zone ", i), affiliation.ZoneRecall[i], recalls[i])
	}
}

func (c checker) checkRanking(o oracle, e *Evaluation) {
	c.t.Helper()
	if e.Positives == 0 {
		for _, v := range []Value{e.AUROC(), e.AveragePrecision(), e.VUS(3).ROC, e.VUS(3).PR,
			e.RangeAUC(3).ROC, e.RangeAUC(3).PR} {
			c.equal("a metric of the ranking without anomalies", v, math.NaN())
		}
		return
	}
	c.equal("AUROC", e.AUROC(), o.auroc())
	c.equal("average precision", e.AveragePrecision(), o.averagePrecision())
	for _, w := range []int{0, 1, 2, 3, 5, 8} {
		roc, pr := o.rangeAUC(w)
		if e.Negatives() == 0 {
			roc = math.NaN()
		}
		c.equal(fmt.Sprint("R-AUC-ROC ", w), e.RangeAUC(w).ROC, roc)
		c.equal(fmt.Sprint("R-AUC-PR ", w), e.RangeAUC(w).PR, pr)
	}
	roc, pr := o.vus(7)
	if e.Negatives() == 0 {
		roc = math.NaN()
	}
	c.equal("VUS-ROC", e.VUS(7).ROC, roc)
	c.equal("VUS-PR", e.VUS(7).PR, pr)
}

// randomSeries has runs of labels, and scores with or without ties that know something of them.
func randomSeries(r *rand.Rand) (scores []float64, labels []uint8) {
	n := 1 + r.IntN(30)
	scores, labels = make([]float64, n), make([]uint8, n)
	stay, levels, signal := r.Float64(), 1+r.IntN(20), 3*r.Float64()
	for i := range labels {
		labels[i] = uint8(r.IntN(2))
		if i > 0 && r.Float64() < stay {
			labels[i] = labels[i-1]
		}
		scores[i] = math.Floor(float64(levels)*(r.Float64()+signal*r.Float64()*float64(labels[i]))) / 8
	}
	return scores, labels
}

func TestMetricsFollowTheirDefinitionsOnRandomSeries(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	trials := 150
	if testing.Short() {
		trials = 20
	}
	for range trials {
		scores, labels := randomSeries(r)
		e, err := NewEvaluation(scores, labels, RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		checkDefinitions(t, e, scores[r.IntN(len(scores))]-float64(r.IntN(2))/16)
	}
}

// definitions has every metric of All, by name, as its definition says it.
var definitions = map[string]func(o oracle, flags []bool) float64{
	"precision": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(flags).Precision)
	},
	"recall":            func(o oracle, flags []bool) float64 { return float64(o.confusion(flags).Recall) },
	"f1":                func(o oracle, flags []bool) float64 { return float64(o.confusion(flags).F1) },
	"f_beta":            func(o oracle, flags []bool) float64 { return o.fBeta(flags, Defaults.Beta) },
	"auroc":             func(o oracle, _ []bool) float64 { return o.auroc() },
	"average_precision": func(o oracle, _ []bool) float64 { return o.ranked(o.averagePrecision) },
	"vus_roc": func(o oracle, _ []bool) float64 {
		roc, _ := o.vus(Defaults.Window.Points)
		return o.separated(roc)
	},
	"vus_pr": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 { _, pr := o.vus(Defaults.Window.Points); return pr })
	},
	"r_auc_roc": func(o oracle, _ []bool) float64 {
		roc, _ := o.rangeAUC(Defaults.Window.Points)
		return o.separated(roc)
	},
	"r_auc_pr": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 { _, pr := o.rangeAUC(Defaults.Window.Points); return pr })
	},
	"affiliation_precision": func(o oracle, flags []bool) float64 {
		precision, _ := o.affiliationMeans(flags)
		return precision
	},
	"affiliation_recall": func(o oracle, flags []bool) float64 {
		_, recall := o.affiliationMeans(flags)
		return recall
	},
	"affiliation_f1": func(o oracle, flags []bool) float64 { return harmonic(o.affiliationMeans(flags)) },
	"range_precision": func(o oracle, flags []bool) float64 {
		return rangeMeanOracle(flags, o.truth(), FlatBias, ReciprocalCardinality, 0)
	},
	"range_recall": func(o oracle, flags []bool) float64 {
		return rangeMeanOracle(o.truth(), flags, FlatBias, ReciprocalCardinality, 0)
	},
	"range_f1": func(o oracle, flags []bool) float64 {
		return harmonic(rangeMeanOracle(flags, o.truth(), FlatBias, ReciprocalCardinality, 0),
			rangeMeanOracle(o.truth(), flags, FlatBias, ReciprocalCardinality, 0))
	},
	"segment_precision": func(o oracle, flags []bool) float64 {
		hits, _, falseRuns := o.events(flags)
		return ratio(float64(hits), float64(hits+falseRuns))
	},
	"segment_recall": oracle.eventRecall,
	"segment_f1": func(o oracle, flags []bool) float64 {
		hits, all, falseRuns := o.events(flags)
		return ratio(2*float64(hits), float64(hits+falseRuns+all))
	},
	"event_f1": func(o oracle, flags []bool) float64 {
		hits, _, falseRuns := o.events(flags)
		falseAlarms := ratio(float64(o.confusion(flags).FP), float64(o.count(0)))
		return harmonic(ratio(float64(hits), float64(hits+falseRuns))*(1-falseAlarms), o.eventRecall(flags))
	},
	"composite_f1": func(o oracle, flags []bool) float64 {
		return harmonic(float64(o.confusion(flags).Precision), o.eventRecall(flags))
	},
	"precision_at_k": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 { return o.atK(o.count(1)) })
	},
	"ucr_accuracy": func(o oracle, _ []bool) float64 {
		hit, _ := o.ucr(Defaults.UCR)
		return hit
	},
	"etapr_precision": func(o oracle, flags []bool) float64 {
		precision, _ := o.eTaPR(flags, Defaults.ETaPR)
		return precision
	},
	"etapr_recall": func(o oracle, flags []bool) float64 {
		_, recall := o.eTaPR(flags, Defaults.ETaPR)
		return recall
	},
	"etapr_f1": func(o oracle, flags []bool) float64 { return harmonic(o.eTaPR(flags, Defaults.ETaPR)) },
	"detection_delay": func(o oracle, flags []bool) float64 {
		delay, _, _, _ := o.detection(flags)
		return delay
	},
	"missed_segments": func(o oracle, flags []bool) float64 {
		_, missed, _, _ := o.detection(flags)
		return missed
	},
	"false_alarm_runs": func(o oracle, flags []bool) float64 {
		_, _, runs, _ := o.detection(flags)
		return runs
	},
	"false_alarm_points": func(o oracle, flags []bool) float64 {
		_, _, _, points := o.detection(flags)
		return points
	},
	"pate": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 {
			return o.pate(Defaults.Window.Points, Defaults.Window.Points, o.pateLevels())
		})
	},
	"range_pr_area": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 { return o.rangePRArea(0) })
	},
	"best_composite_f1": func(o oracle, _ []bool) float64 {
		f1, _ := o.bestRates(o.composite)
		return f1
	},
	"best_range_f1": func(o oracle, _ []bool) float64 {
		f1, _ := o.bestRates(o.ranges(0))
		return f1
	},
	"best_affiliation_f1": func(o oracle, _ []bool) float64 {
		return o.ranked(func() float64 {
			f1, _ := o.bestRates(o.affiliationMeans)
			return f1
		})
	},
	"best_f1": func(o oracle, _ []bool) float64 {
		return o.bestF1(func(flags []bool) []bool { return flags })
	},
	"pa_precision": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(o.adjusted(flags)).Precision)
	},
	"pa_recall": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(o.adjusted(flags)).Recall)
	},
	"pa_f1": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(o.adjusted(flags)).F1)
	},
	"pa_delay_f1": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(o.delayAdjusted(flags, Defaults.Delay)).F1)
	},
	"pak_f1": func(o oracle, flags []bool) float64 {
		return float64(o.confusion(o.percentAdjusted(flags, Defaults.Percent)).F1)
	},
	"pak_area": func(o oracle, flags []bool) float64 {
		return o.percentArea(func(k int) float64 {
			return float64(o.confusion(o.percentAdjusted(flags, k)).F1)
		})
	},
	"pa_best_f1": func(o oracle, _ []bool) float64 { return o.bestF1(o.adjusted) },
	"pak_best_f1": func(o oracle, _ []bool) float64 {
		return o.bestF1(func(flags []bool) []bool { return o.percentAdjusted(flags, Defaults.Percent) })
	},
	"pak_best_area": func(o oracle, _ []bool) float64 {
		return o.percentArea(func(k int) float64 {
			return o.bestF1(func(flags []bool) []bool { return o.percentAdjusted(flags, k) })
		})
	},
}

// ranked is a metric of the ranking, which has no value without anomalies.
func (o oracle) ranked(value func() float64) float64 {
	if o.count(1) == 0 {
		return math.NaN()
	}
	return value()
}

// separated is the area under a ROC curve, which has no value without points of both kinds.
func (o oracle) separated(area float64) float64 {
	if o.count(0) == 0 || o.count(1) == 0 {
		return math.NaN()
	}
	return area
}

func harmonic(p, r float64) float64 { return ratio(2*p*r, p+r) }

// affiliationMeans leave zones out of the precision in which nothing is flagged.
func (o oracle) affiliationMeans(flags []bool) (precision, recall float64) {
	if !slices.Contains(flags, true) {
		return math.NaN(), o.ranked(func() float64 { return 0 })
	}
	precisions, recalls := o.affiliation(flags)
	defined := 0.0
	for i, p := range precisions {
		if !math.IsNaN(p) {
			precision += p
			defined++
		}
		recall += recalls[i]
	}
	return precision / defined, recall / float64(len(recalls))
}

func (o oracle) eventRecall(flags []bool) float64 {
	hits, all, _ := o.events(flags)
	return ratio(float64(hits), float64(all))
}

// adjusted is the point adjustment: a delay that no segment exceeds.
func (o oracle) adjusted(flags []bool) []bool { return o.delayAdjusted(flags, o.n()) }

func (o oracle) bestF1(adjust func([]bool) []bool) float64 {
	found, _ := o.best(adjust)
	return float64(found.F1)
}

func TestEveryMetricHasADefinitionThatItFollows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 12 {
		scores, labels := randomSeries(r)
		e, err := NewEvaluation(scores, labels, RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		threshold := scores[r.IntN(len(scores))] - float64(r.IntN(2))/16
		c := checker{t, fmt.Sprintf("scores %v labels %v threshold %v", scores, labels, threshold)}
		o := oracle{scores, labels}
		for _, m := range All {
			if define := definitions[m.Name]; define != nil {
				c.equal(m.Name, m.Of(e, e.At(threshold)), define(o, o.flags(threshold, false)))
			}
		}
	}
	for _, m := range All {
		if definitions[m.Name] == nil {
			t.Errorf("%s has no row in definitions", m.Name)
		}
	}
}
