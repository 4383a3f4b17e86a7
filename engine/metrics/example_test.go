package metrics

import (
	"context"
	"fmt"

	"cosinelab/datasets/steps"
)

// exampleSeries has 12 points; the true segments are [2, 5) and [8, 10).
func exampleSeries() *Evaluation {
	scores := []float64{1, 2, 9, 3, 12, 4, 11, 2, 5, 6, 13, 1}
	for i := range scores {
		scores[i] /= 16
	}
	e, err := NewEvaluation(scores, []uint8{0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0}, RefuseUnscored)
	if err != nil {
		panic(err)
	}
	return e
}

func ExampleAlarms_Point() {
	a := exampleSeries().At(0.5)
	c := a.Point()
	fmt.Println(a.Segments)
	fmt.Printf("%d TP, %d FP, %d FN, %d TN\n", c.TP, c.FP, c.FN, c.TN)
	fmt.Printf("precision %.3f, recall %.3f, F1 %.3f\n", c.Precision, c.Recall, c.F1)
	// Output:
	// [{2 3} {4 5} {6 7} {10 11}]
	// 2 TP, 2 FP, 3 FN, 5 TN
	// precision 0.500, recall 0.400, F1 0.444
}

func ExampleEvaluation_BestF1() {
	best := exampleSeries().BestF1()
	fmt.Printf("F1 %.4f for scores of at least %.4f, or above %.5f\n", best.F1, best.ThresholdGE,
		best.Threshold)
	// Output: F1 0.7692 for scores of at least 0.1875, or above 0.15625
}

func ExampleEvaluation_AUROC() {
	e := exampleSeries()
	fmt.Printf("%.4f %.4f\n", e.AUROC(), e.AveragePrecision())
	// Output: 0.7143 0.5783
}

func ExampleAlarms_PointAdjusted() {
	a := exampleSeries().At(0.5)
	fmt.Printf("one flag is enough: F1 %.3f\n", a.PointAdjusted().F1)
	fmt.Printf("by the second point: F1 %.3f\n", a.DelayAdjusted(1).F1)
	fmt.Printf("more than 80 %%: F1 %.3f\n", a.PercentAdjusted(80).F1)
	fmt.Printf("from 0 to 100 %%: area %.3f\n", a.PercentArea())
	// Output:
	// one flag is enough: F1 0.600
	// by the second point: F1 0.600
	// more than 80 %: F1 0.444
	// from 0 to 100 %: area 0.548
}

func ExampleEvaluation_BestPercentArea() {
	e := exampleSeries()
	fmt.Printf("%.4f %.4f %.4f\n", e.BestPointAdjusted().F1, e.BestPercentAdjusted(80).F1,
		e.BestPercentArea())
	// Output: 0.8333 0.7692 0.8119
}

func ExampleAlarms_EventWise() {
	a := exampleSeries().At(0.5)
	s := a.SegmentWise()
	fmt.Printf("%d of 2 segments hit, %d false alarms\n", s.TP, s.FP)
	fmt.Printf("segment-wise F1 %.3f, composite F1 %.3f, event-wise F1 %.3f\n", s.F1, a.Composite().F1,
		a.EventWise().F1)
	// Output:
	// 1 of 2 segments hit, 2 false alarms
	// segment-wise F1 0.400, composite F1 0.500, event-wise F1 0.323
}

func ExampleAlarms_RangeBased() {
	a := exampleSeries().At(0.5)
	fmt.Printf("%.3f\n", a.RangeBased(RangeOptions{}).Recall)
	fmt.Printf("%.3f\n", a.RangeBased(RangeOptions{Cardinality: OneCardinality, RecallBias: MiddleBias}).Recall)
	// Output:
	// 0.167
	// 0.250
}

func ExampleAlarms_Affiliation() {
	got := exampleSeries().At(0.5).Affiliation()
	fmt.Printf("precision %.3f in zones %.3f\n", got.Precision, got.ZonePrecision)
	fmt.Printf("recall %.3f in zones %.3f\n", got.Recall, got.ZoneRecall)
	// Output:
	// precision 0.597 in zones [0.831 0.364]
	// recall 0.828 in zones [0.974 0.682]
}

func ExampleEvaluation_VUS() {
	v := exampleSeries().VUS(2)
	fmt.Printf("VUS-ROC %.4f, VUS-PR %.4f, buffers on %.0f %% of the normal points\n", v.ROC, v.PR,
		100*v.Covered)
	// Output: VUS-ROC 0.7500, VUS-PR 0.6552, buffers on 57 % of the normal points
}

func ExampleChancePointAdjusted() {
	segments := []steps.Range{{From: 2000, To: 2200}, {From: 7000, To: 7300}}
	chance := ChancePointAdjusted(segments, 10_000, 0.02)
	fmt.Printf("2 %% random flags: F1 %.3f, without adjustment %.3f\n", chance.F1,
		ChancePoint(segments, 10_000, 0.02).F1)
	// Output: 2 % random flags: F1 0.836, without adjustment 0.029
}

func ExampleMeasure() {
	e := exampleSeries()
	a := e.At(0.5)
	values, err := Measure(context.Background(), All[:3], e, a, nil)
	if err != nil {
		panic(err)
	}
	chance, err := ChanceLevels(context.Background(), All[:3], e, a.Rate(), nil)
	if err != nil {
		panic(err)
	}
	for i, m := range All[:3] {
		fmt.Printf("%s %.3f, by chance %.3f\n", m.Name, values[i], chance[i].Mean)
	}
	// Output:
	// precision 0.500, by chance 0.417
	// recall 0.400, by chance 0.333
	// f1 0.444, by chance 0.370
}

func ExampleConfusion_FBeta() {
	c := exampleSeries().At(0.5).Point()
	fmt.Printf("F0.5 %.3f, F1 %.3f, F2 %.3f\n", c.FBeta(0.5), c.FBeta(1), c.FBeta(2))
	// Output: F0.5 0.476, F1 0.444, F2 0.417
}

func ExampleEvaluation_PrecisionAtK() {
	e := exampleSeries()
	at := e.PrecisionAtK(e.Positives)
	fmt.Printf("%.1f of the %d highest, down to %.3f\n", at.Value, at.K, at.Threshold)
	// Output: 0.6 of the 5 highest, down to 0.375
}

func ExampleEvaluation_UCR() {
	e, err := NewEvaluation([]float64{0, 0, 0, 0, 0, 1, 0, 0}, []uint8{0, 0, 0, 1, 1, 0, 0, 0}, RefuseUnscored)
	if err != nil {
		panic(err)
	}
	fmt.Printf("hit %v, by chance %v\n", e.UCR(2).Hit, e.UCR(2).Chance)
	// Output: hit 1, by chance 0.5
}

func ExampleAlarms_Detection() {
	d := exampleSeries().At(0.5).Detection()
	fmt.Printf("delay %v, %d missed, %.0f false runs and %.0f false points for 10,000\n", d.MeanDelay, d.Missed,
		d.RunsPer10000, d.PointsPer10000)
	// Output: delay 0, 1 missed, 2857 false runs and 2857 false points for 10,000
}

func ExampleAlarms_ETaPR() {
	got := exampleSeries().At(0.5).ETaPR(DefaultETaPR)
	fmt.Printf("precision %.3f, recall %.3f, correct %v\n", got.Precision, got.Recall, got.Correct)
	// Output: precision 0.500, recall 0.417, correct [true true false false]
}

func ExampleEvaluation_PATE() {
	e := exampleSeries()
	fmt.Printf("PATE %.4f, without buffers %.4f\n", e.PATE(PATEOptions{Early: 2, Late: 2}),
		e.PATE(PATEOptions{}))
	fmt.Printf("F1 above 0.5: %.4f\n", e.At(0.5).PATEF1(PATEOptions{Early: 2, Late: 2}))
	// Output:
	// PATE 0.5603, without buffers 0.4896
	// F1 above 0.5: 0.4775
}

func ExampleAlarms_DQE() {
	d := exampleSeries().At(0.5).DQE(2)
	fmt.Printf("captured %.2f, near misses %.4f, false alarms %.2f\n", d.Capture, d.NearMiss, d.FalseAlarm)
	// Output: captured 0.50, near misses 0.5625, false alarms 1.00
}

func ExampleEvaluation_RangePRArea() {
	e := exampleSeries()
	fmt.Printf("%.4f %.4f\n", e.RangePRArea(0), e.RangePRArea(0.5))
	// Output: 0.5396 0.4521
}

func ExampleEvaluation_BestComposite() {
	e := exampleSeries()
	fmt.Printf("composite %.4f, range-based %.4f, affiliation %.4f\n", e.BestComposite().F1, e.BestRange(0).F1,
		e.BestAffiliation().F1)
	// Output: composite 0.8000, range-based 0.7755, affiliation 0.8708
}

func ExamplePeriodOf() {
	var x []float64
	for t := range 200 {
		x = append(x, float64(t%12))
	}
	fmt.Println(PeriodOf(x).Length)
	// Output: 12
}
