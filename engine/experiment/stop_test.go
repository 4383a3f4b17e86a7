package experiment_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// asked counts the questions to a context, which ends at one of them, and how often others had their turn
// since.
type asked struct {
	counting
	turns, after int // turns in all, and those after the end
}

func (a *asked) yield() {
	a.turns++
	if a.left < 0 {
		a.after++
	}
}

// stops are experiments that go through every phase: a teacher, students, scores smoothed and not, every
// threshold, metrics, closed forms.
func stops(t *testing.T) map[string]spec.Spec {
	all := map[string]spec.Spec{}
	for p := range spec.Each(spec.PolicyCount) {
		s := only(small(t), "cosine", "random")
		s.Detect.Threshold = spec.Threshold{Policy: p}
		for _, k := range spec.Policies[p].Params {
			s.Detect.Threshold.SetParam(k, max(spec.Params[k].Default, spec.Params[k].Start))
		}
		if p == spec.PolicyPOT || p == spec.PolicySPOT {
			s.Detect.Threshold.Level, s.Detect.Threshold.Q = 0.3, 0.01
		}
		all[p.String()] = s
	}
	all["closed forms"] = only(withClosed(t), "norm", "pca", "forecast")
	return all
}

// moments is how many moments of a run are tried, in even steps.
func moments() int {
	if testing.Short() {
		return 4
	}
	return 12
}

// Whenever a run is given up, it ends before others have had many more turns: what is not interrupted is one
// update, and one fold of a gradient. Turns come between any two operations, at most.
func TestARunEndsAtAnyQuestion(t *testing.T) {
	const most = 60 // operations of an update of these models, and some
	for name, s := range stops(t) {
		whole := &asked{counting: counting{context.Background(), math.MaxInt}}
		if _, err := carryOut(whole, s, builtin(t), cpu.New(), experiment.Options{Yield: whole.yield}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		questions := math.MaxInt - whole.left
		if whole.turns < questions/3 {
			t.Errorf("%s: %d questions, but %d turns", name, questions, whole.turns)
		}
		every := max(1, questions/moments())
		for k := 0; k < questions; k += every {
			a := &asked{counting: counting{context.Background(), k}}
			_, err := carryOut(a, s, builtin(t), cpu.New(), experiment.Options{Yield: a.yield})
			if !errors.Is(err, context.Canceled) || a.after > most {
				t.Errorf("%s, given up at question %d of %d: error %v after %d turns", name, k, questions, err,
					a.after)
			}
		}
	}
}

// What is given up anywhere and resumed ends in the same bits.
func TestARunGivenUpAnywhereIsResumedToTheSameReport(t *testing.T) {
	s := only(small(t), "cosine")
	whole := &counting{context.Background(), math.MaxInt}
	want, err := carryOut(whole, s, builtin(t), cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	questions := math.MaxInt - whole.left
	for k := 1; k < questions; k += questions / moments() {
		store := memory{}
		_, err := carryOut(&counting{context.Background(), k}, s, builtin(t), cpu.New(),
			experiment.Options{Store: store})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("question %d of %d: error %v", k, questions, err)
		}
		got, err := carryOut(context.Background(), s, builtin(t), cpu.New(), experiment.Options{Store: store})
		if err != nil {
			t.Fatal(err)
		}
		if stripped(t, got) != stripped(t, want) {
			t.Errorf("given up at question %d of %d: another report", k, questions)
		}
	}
}
