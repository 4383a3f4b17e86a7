package metrics

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
)

// evaluated is every row of All for flags at a threshold.
func evaluated(t *testing.T, scores []float64, labels []uint8, threshold float64) map[string]Value {
	t.Helper()
	e, err := NewEvaluation(scores, labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	e.Parameters.Window.Points = 6
	values, err := Measure(context.Background(), All, e, e.At(threshold), nil)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]Value{}
	for i, m := range All {
		of[m.Name] = values[i]
	}
	return of
}

// workedSeries has segments at both ends and between, and scores without ties that know something of them.
func workedSeries(r *rand.Rand) (scores []float64, labels []uint8) {
	labels = make([]uint8, 160)
	for _, s := range []steps.Range{{From: 0, To: 7}, {From: 40, To: 60}, {From: 90, To: 91}, {From: 150, To: 160}} {
		for i := s.From; i < s.To; i++ {
			labels[i] = 1
		}
	}
	scores = make([]float64, len(labels))
	for i, k := range r.Perm(len(scores)) {
		scores[i] = float64(k)/200 + 0.4*float64(labels[i])*r.Float64()
	}
	return scores, labels
}

// Only the order of scores matters to a metric of the ranking, but for the 250 thresholds of PATE, which lie
// between scores; here there are fewer scores.
func TestMetricsOfTheRankingDependOnTheOrderAlone(t *testing.T) {
	scores, labels := workedSeries(rand.New(rand.NewPCG(21, 1)))
	bent := make([]float64, len(scores))
	for i, s := range scores {
		bent[i] = math.Exp(8*s) - 3
	}
	a, b := evaluated(t, scores, labels, 0.7), evaluated(t, bent, labels, math.Exp(8*0.7)-3)
	for _, m := range All {
		if m.Name != "pate" && math.Abs(float64(a[m.Name]-b[m.Name])) > 1e-12 {
			t.Errorf("%s went from %v to %v", m.Name, a[m.Name], b[m.Name])
		}
	}
	e, _ := NewEvaluation(scores, labels, RefuseUnscored)
	f, _ := NewEvaluation(bent, labels, RefuseUnscored)
	all := PATEOptions{Early: 5, Late: 5, All: true}
	if math.Abs(float64(e.PATE(all)-f.PATE(all))) > 1e-12 {
		t.Errorf("PATE over all scores went from %v to %v", e.PATE(all), f.PATE(all))
	}
	// DQE does depend on heights: it is no metric of the list for that reason.
	if math.Abs(float64(e.DQE(4).Total-f.DQE(4).Total)) < 1e-3 {
		t.Error("DQE did not change with the heights of scores")
	}
}

// Metrics that do not look at time are the same whatever the order of points.
func TestPointwiseMetricsIgnoreTime(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	scores, labels := workedSeries(r)
	shuffledScores, shuffledLabels := make([]float64, len(scores)), make([]uint8, len(labels))
	for i, j := range r.Perm(len(scores)) {
		shuffledScores[i], shuffledLabels[i] = scores[j], labels[j]
	}
	a, b := evaluated(t, scores, labels, 0.7), evaluated(t, shuffledScores, shuffledLabels, 0.7)
	for _, name := range []string{"precision", "recall", "f1", "f_beta", "auroc", "average_precision",
		"precision_at_k", "false_alarm_points", "best_f1"} {
		if math.Abs(float64(a[name]-b[name])) > 1e-12 {
			t.Errorf("%s went from %v to %v", name, a[name], b[name])
		}
	}
}

// Time may run backwards for metrics that have no direction.
func TestMetricsWithoutDirectionIgnoreTheArrowOfTime(t *testing.T) {
	scores, labels := workedSeries(rand.New(rand.NewPCG(23, 1)))
	backScores, backLabels := slices.Clone(scores), slices.Clone(labels)
	slices.Reverse(backScores)
	slices.Reverse(backLabels)
	a, b := evaluated(t, scores, labels, 0.7), evaluated(t, backScores, backLabels, 0.7)
	for _, m := range All {
		directed := m.Name == "detection_delay" || m.Name == "pa_delay_f1" || m.Name == "pate"
		if !directed && math.Abs(float64(a[m.Name]-b[m.Name])) > 1e-12 {
			t.Errorf("%s went from %v to %v", m.Name, a[m.Name], b[m.Name])
		}
	}
}

// An obvious improvement: the false alarms far away from segments are gone.
func TestFewerFalseAlarmsAreNeverWorse(t *testing.T) {
	for seed := range uint64(20) {
		scores, labels := workedSeries(rand.New(rand.NewPCG(24, seed)))
		better := slices.Clone(scores)
		for i := range better {
			if (i >= 20 && i < 30 || i >= 70 && i < 80 || i >= 110 && i < 135) && labels[i] == 0 {
				better[i] = -1 - float64(i)
			}
		}
		a, b := evaluated(t, scores, labels, 0.6), evaluated(t, better, labels, 0.6)
		for _, m := range All {
			// Precision over alarms is an unweighted mean: one false alarm less in the middle of a run makes two.
			if m.Group == Warned && m.NeedsThreshold() || m.Name == "best_range_f1" ||
				m.Name == "range_pr_area" || m.Name == "segment_precision" {
				continue
			}
			if gain := m.Over(b[m.Name], a[m.Name]); gain < -1e-12 {
				t.Errorf("seed %d: %s went from %v to %v", seed, m.Name, a[m.Name], b[m.Name])
			}
		}
	}
}

// Another one: every anomalous point scores higher.
func TestHigherScoresOfAnomaliesAreNeverWorse(t *testing.T) {
	for seed := range uint64(20) {
		scores, labels := workedSeries(rand.New(rand.NewPCG(25, seed)))
		better := slices.Clone(scores)
		for i := range better {
			better[i] += 0.3 * float64(labels[i])
		}
		a, b := evaluated(t, scores, labels, 0.6), evaluated(t, better, labels, 0.6)
		for _, name := range []string{"precision", "recall", "f1", "f_beta", "auroc", "average_precision",
			"precision_at_k", "composite_f1", "etapr_recall", "missed_segments", "event_f1", "best_f1",
			"best_composite_f1", "pate", "pa_f1", "pak_f1", "vus_pr", "vus_roc"} {
			m, _ := Find(name)
			if gain := m.Over(b[name], a[name]); gain < -1e-12 {
				t.Errorf("seed %d: %s went from %v to %v", seed, name, a[name], b[name])
			}
		}
	}
}

// An alarm that comes later has a longer delay, and nothing else about detection changes.
func TestALaterFlagIsALongerDelay(t *testing.T) {
	labels := make([]uint8, 40)
	for i := 10; i < 30; i++ {
		labels[i] = 1
	}
	last := Value(-1)
	for at := 10; at < 30; at++ {
		scores := make([]float64, len(labels))
		scores[at] = 1
		got := evaluated(t, scores, labels, 0.5)
		if got["detection_delay"] != last+1 || got["missed_segments"] != 0 || got["false_alarm_runs"] != 0 {
			t.Fatalf("a flag at %d: delay %v, missed %v, false runs %v", at, got["detection_delay"],
				got["missed_segments"], got["false_alarm_runs"])
		}
		last = got["detection_delay"]
	}
}

// Constant scores: what README.md says of each metric that they can win.
func TestAConstantScoreGetsWhatIsSaidOfIt(t *testing.T) {
	_, labels := workedSeries(rand.New(rand.NewPCG(26, 1)))
	e, err := NewEvaluation(make([]float64, len(labels)), labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	share := float64(e.Positives) / float64(e.N())
	for _, o := range []PATEOptions{{}, {Early: 5}, {Late: 9}, {Early: 4, Late: 3}} {
		r := e.At(-1).PATERates(o)
		if want := (1 + r.Precision) / 2; math.Abs(float64(e.PATEPair(o)-want)) > 1e-12 || r.Recall != 1 {
			t.Errorf("PATE %+v is %v, recall %v, want %v and 1", o, e.PATEPair(o), r.Recall, want)
		}
	}
	if got := e.RangePRArea(0); math.Abs(float64(got)-(1+share)/2) > 1e-12 {
		t.Errorf("range area %v, want %v", got, (1+share)/2)
	}
	if got := e.DQE(3); got.Total != 0 || got.FalseAlarm != 1 {
		t.Errorf("DQE %+v, want nothing flagged", got)
	}
	constants, err := Constants(context.Background(), All, e)
	if err != nil {
		t.Fatal(err)
	}
	own := evaluated(t, e.Scores, labels, -1)
	for i, m := range All {
		same := constants[i] == own[m.Name] || !constants[i].Defined() && !own[m.Name].Defined()
		if !same && m.Name != "pate" && m.Name[:2] != "vu" && m.Name[:2] != "r_" { // another window
			t.Errorf("%s of a constant score is %v, want %v", m.Name, constants[i], own[m.Name])
		}
	}
}

// The traps of DQE that keep its total out of the list.
func TestDQEHasTheTrapsThatAreSaidOfIt(t *testing.T) {
	labels := someSegments()
	e, err := NewEvaluation(UselessScores[5].Scores(labels), labels, RefuseUnscored) // a perfect ranking
	if err != nil {
		t.Fatal(err)
	}
	perfect := e.DQE(125).Total
	if perfect > 0.8 || perfect < 0.6 {
		t.Errorf("labels with noise get %v, want far less than 1", perfect)
	}
	extreme := slices.Clone(e.Scores)
	extreme[100] = 1e6
	e, err = NewEvaluation(extreme, labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.DQE(125).Total; got > 0.05 {
		t.Errorf("with one extreme score they get %v, want nearly 0", got)
	}
}

func TestParametersOfMetricsAreHeededAndShown(t *testing.T) {
	scores, labels := workedSeries(rand.New(rand.NewPCG(27, 1)))
	e, err := NewEvaluation(scores, labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	other := Parameters{Window: Window{Points: 9, Rule: WindowPeriod}, Delay: 1, Percent: 55, Beta: 3, UCR: 7,
		Range: RangeOptions{Alpha: 0.4, PrecisionBias: FrontBias, RecallBias: BackBias,
			Cardinality: OneCardinality},
		ETaPR: ETaPROptions{ThetaP: 0.9, ThetaR: 0.6}}
	measure := func(e *Evaluation, threshold float64) []Value {
		values, err := Measure(context.Background(), All, e, e.At(threshold), nil)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	// Many flags tell of long alarms, few of segments that are found in part.
	changed := e.With(other)
	many, few := measure(e, 0.3), measure(e, 0.7)
	manyAfter, fewAfter := measure(changed, 0.3), measure(changed, 0.7)
	for i, m := range All {
		differ := many[i] != manyAfter[i] || few[i] != fewAfter[i]
		if many[i].Defined() && differ != (m.Setting != nil) {
			t.Errorf("%s: differs with other parameters: %v; shows any: %v", m.Name, differ, m.Setting != nil)
		}
		if m.Setting != nil && m.Setting(Defaults) == m.Setting(other) {
			t.Errorf("%s shows %q for both parameters", m.Name, m.Setting(other))
		}
	}
}

func TestWindowsAreReadAndFound(t *testing.T) {
	segments := []steps.Range{{From: 0, To: 4}, {From: 9, To: 18}, {From: 20, To: 23}, {From: 40, To: 50}}
	for text, want := range map[string]int{"0": 0, "37": 37, "median-anomaly": 6, "period": FallbackPeriod} {
		w, err := ParseWindow(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Of(make([]float64, 50), segments); got.Points != want {
			t.Errorf("%s: %d points, want %d", text, got.Points, want)
		}
	}
	if w, _ := ParseWindow("median-anomaly"); w.Of(nil, nil).Points != Defaults.Window.Points {
		t.Error("without segments the median is not the default")
	}
	for _, text := range []string{"", "-1", "1.5", "periods", "100001"} {
		if w, err := ParseWindow(text); err == nil {
			t.Errorf("%q was read as %+v", text, w)
		}
	}
}
