package metrics

import (
	"encoding/binary"
	"math"
	"testing"
)

// fuzzSeries reads two bytes a point: a label, and a score from few levels so that ties are common.
func fuzzSeries(data []byte) (scores []float64, labels []uint8) {
	for ; len(data) >= 2; data = data[2:] {
		score := float64(int8(data[0])) / 8
		switch data[0] {
		case 0x80:
			score = math.NaN()
		case 0x81:
			score = math.Inf(1)
		}
		scores, labels = append(scores, score), append(labels, data[1]&3%3)
	}
	return scores, labels
}

// series writes what fuzzSeries reads.
func series(scores []int8, labels ...uint8) []byte {
	var data []byte
	for i, s := range scores {
		data = append(data, byte(s), labels[i])
	}
	return data
}

func FuzzMetricsFollowTheirDefinitions(f *testing.F) {
	f.Add(series(nil), 0.0, uint8(0))
	f.Add(series([]int8{1, 2, 3, 4}, 0, 1, 1, 0), 0.25, uint8(0))
	// all equal, segments at both ends
	f.Add(series([]int8{5, 5, 5, 5}, 1, 0, 0, 1), 0.625, uint8(0))
	f.Add(series([]int8{7, 0, 0, 0}, 1, 0, 0, 0), 0.5, uint8(0))             // one segment at the start
	f.Add(series([]int8{0, 0, 0, 7}, 0, 0, 0, 1), 0.5, uint8(0))             // one segment at the end
	f.Add(series([]int8{-128, 3, -128, 9}, 1, 0, 0, 1), 0.5, uint8(1))       // unscored, excluded
	f.Add(series([]int8{-128, 3, -128, 9}, 1, 0, 0, 1), -9.0, uint8(2))      // unscored, lowest
	f.Add(series([]int8{1, 2, 3}, 1, 1, 1), math.NaN(), uint8(0))            // all anomalous
	f.Add(series([]int8{1, 2, 3}, 0, 0, 0), math.Inf(-1), uint8(0))          // none anomalous, all flagged
	f.Add(series([]int8{1, -127, 3}, 0, 1, 0), 0.0, uint8(2))                // infinite
	f.Add(series([]int8{9, 1, 9, 1, 9, 1}, 1, 0, 1, 0, 1, 0), 1.0, uint8(0)) // buffers that overlap
	f.Add(series([]int8{1, 9, 9, 9, 9, 1}, 0, 1, 0, 0, 1, 0), 1.0, uint8(0)) // one alarm across two segments
	f.Fuzz(func(t *testing.T, data []byte, threshold float64, policy uint8) {
		scores, labels := fuzzSeries(data[:min(len(data), 80)])
		e, err := NewEvaluation(scores, labels, Unscored(policy%3))
		if err == nil {
			checkDefinitions(t, e, threshold)
			checkRanges(t, e, threshold)
		}
	})
}

// FuzzNoValueLeavesItsRange takes scores of any magnitude.
func FuzzNoValueLeavesItsRange(f *testing.F) {
	extreme := []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0,
		math.Copysign(0, -1), 1e-300, 1}
	var data []byte
	for i, s := range extreme {
		data = append(binary.LittleEndian.AppendUint64(data, math.Float64bits(s)), byte(i&1))
	}
	f.Add(data, 0.5, uint8(2))
	f.Add(data[:9], 0.0, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, threshold float64, policy uint8) {
		var scores []float64
		var labels []uint8
		for ; len(data) >= 9; data = data[9:] {
			scores = append(scores, math.Float64frombits(binary.LittleEndian.Uint64(data)))
			labels = append(labels, data[8]&1)
		}
		e, err := NewEvaluation(scores, labels, Unscored(policy%3))
		if err == nil {
			checkRanges(t, e, threshold)
		}
	})
}

// checkRanges demands that every metric and every chance level in closed form lies in the range of its unit,
// or is undefined for a reason. Drawn levels are means of metrics.
func checkRanges(t *testing.T, e *Evaluation, threshold float64) {
	t.Helper()
	a := e.At(threshold)
	mixed := e.Positives > 0 && e.Negatives() > 0 && a.Flagged > 0
	most := [UnitCount]float64{UnitShare: 1, UnitSteps: float64(e.N()), UnitSegments: float64(len(e.Segments)),
		UnitPer10000: 1e4}
	check := func(what string, v Value, most float64, always bool) {
		t.Helper()
		if v < 0 || float64(v) > most || always && !v.Defined() {
			t.Errorf("%s is %v, want 0 to %v; scores %v labels %v threshold %v", what, v, most, e.Scores,
				e.Labels, threshold)
		}
	}
	for _, m := range All {
		always := mixed
		switch m.Name {
		case "detection_delay":
			always = a.Hits > 0
		case "ucr_accuracy":
			always = len(e.Segments) == 1
		}
		check(m.Name, m.Of(e, a), most[m.Unit], always)
		if m.Chance != nil {
			check(m.Name+" by chance", m.Chance(e, a.Rate()), most[m.Unit]*(1+1e-12), always)
		}
	}
}
