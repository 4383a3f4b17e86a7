package state

import (
	"math"
	"strings"
	"testing"

	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// Curves are asked for when somebody looks, once, and their marks stand where the threshold is.
func TestCurvesHaveAMarkWhereTheThresholdIs(t *testing.T) {
	s := measured(t)
	for i := range s.Run.Runs {
		s.Run.Runs[i].Metrics = append(s.Run.Runs[i].Metrics, spec.Measure{Name: "recall", Value: 0.4},
			spec.Measure{Name: "precision", Value: 0.7}, spec.Measure{Name: "false_alarm_points", Value: 200})
	}
	var asked protocol.Request
	for _, e := range s.Update(LookAt{results.CurvesShown}) {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeCurves {
			asked = p.Request
		}
	}
	if len(asked.Curves) != 3 || asked.Curves[0] != (protocol.Of{Arm: look.Alone, Seed: 1}) {
		t.Fatalf("asks %+v", asked)
	}
	values := make([]float32, 3*3*protocol.CurvePoints)
	for i := range values {
		values[i] = float32(math.NaN())
	}
	copy(values[3*protocol.CurvePoints:], []float32{0.1, 1, 0, 1, 0.3, 1}) // of the second arm alone
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeDrawn, ID: asked.ID}, Buckets: values})
	plots := s.Learning().Curves
	pr := plots[0].Curves
	// chance, the curve, its mark
	if len(pr) != 3 || pr[1].Name != look.Cosine || len(pr[1].X) != 2 || pr[2].X[0] != 0.4 || pr[2].Y[0] != 0.7 ||
		!pr[2].Mark || pr[1].Mark {
		t.Fatalf("%+v", pr)
	}
	if roc := plots[1].Curves; roc[2].X[0] != 0.02 || roc[2].Y[0] != 0.4 || roc[0].Y[1] != 1 {
		t.Errorf("%+v", roc)
	}
	if !strings.Contains(plots[0].Spoken, "recall 40.0, precision 70.0, 2.0 %") {
		t.Errorf("%q", plots[0].Spoken)
	}
	held := one(t, s.Update(Hold{look.Cosine, 2}))
	run := spec.Run{Arm: look.Cosine, Seed: 1, Threshold: spec.Cut{Value: 2}, Metrics: []spec.Measure{
		{Name: "recall", Value: 0.6}, {Name: "precision", Value: 0.5}, {Name: "false_alarm_points", Value: metrics.Value(500)}}}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeJudged, ID: held.ID, Runs: []spec.Run{run}, Rough: true}})
	if at := s.Learning().Curves[0].Curves[2]; at.X[0] != 0.6 || at.Y[0] != 0.5 {
		t.Errorf("the mark is at %v, %v", at.X, at.Y)
	}
	for _, e := range s.Update(LookAt{results.CurvesShown}) {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeCurves {
			t.Error("asked again")
		}
	}
	s.Update(LookAt{results.EpochsHidden})
	if s.Learning().Curves != nil {
		t.Error("curves that nobody looks at are drawn")
	}
}
