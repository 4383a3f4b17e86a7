package experiment_test

import (
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Sixty experiments compare the student alone with itself under other seeds, where nothing can differ but by
// chance. At a level of 95 % three of them claim something on average; more than seven would happen to a
// right program once in a hundred times.
func TestOfExperimentsWithTheStudentAloneFewClaimADifference(t *testing.T) {
	if testing.Short() {
		t.Skip("trains 600 students")
	}
	const experiments, seeds = 60, 5
	s := only(small(t), spec.ArmAlone)
	s.Seeds, s.Train.Epochs = nil, 1
	s.Student = spec.Model{Kind: spec.ModelLSTM, DModel: 4, Layers: 1}
	for i := range 2 * seeds * experiments {
		s.Seeds = append(s.Seeds, uint64(1+i))
	}
	trained := quick(t, s, experiment.Options{}).Arms[0].Runs
	claims, apart := 0, 0
	for i := range experiments {
		r := compared(t, s, trained[2*seeds*i:2*seeds*(i+1)])
		v := r.Summary().Verdict
		if v.Outcome == spec.VerdictHelps || v.Outcome == spec.VerdictHarms {
			claims++
		}
		if v.Gain.N() == seeds && v.Gain.SD > 0 {
			apart++
		}
	}
	most := bound(experiments)
	t.Logf("%d of %d claim a difference, at most %d", claims, experiments, most)
	if claims > most || apart != experiments {
		t.Errorf("%d of %d claim a difference, at most %d; seeds differ in %d", claims, experiments, most,
			apart)
	}
}

// compared is a report in which every other run is one of the cosine arm, which it is not.
func compared(t *testing.T, s spec.Spec, runs []spec.Run) spec.Report {
	t.Helper()
	s.Arms = only(spec.Default(), spec.ArmAlone, spec.ArmCosine).Arms
	labels := builtin(t).Labels[s.Data.Test.From:s.Data.Test.To]
	r := spec.Report{Spec: s, Data: spec.DataSummary{Labelled: true, Anomalous: 1},
		Arms: []spec.ArmReport{{Arm: s.Arms[0]}, {Arm: s.Arms[1]}}}
	for i, run := range runs {
		e, err := metrics.NewEvaluation(run.Scores, labels[:len(run.Scores)], metrics.RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		run.Seed, run.Arm = uint64(i/2), s.Arms[i%2].Name
		run.Metrics = []spec.Measure{{Name: spec.DefaultHeadline, Value: e.AveragePrecision(),
			Chance: metrics.Undefined}}
		r.Arms[i%2].Runs = append(r.Arms[i%2].Runs, run)
	}
	return r
}

// bound is the least number that a count of n claims, each false once in twenty times, exceeds with
// probability at most 0.01.
func bound(n int) int {
	law := distuv.Binomial{N: float64(n), P: spec.Alpha}
	k := 0
	for 1-law.CDF(float64(k)) > 0.01 {
		k++
	}
	return k
}
