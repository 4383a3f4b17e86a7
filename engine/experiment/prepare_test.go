package experiment

import (
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// numbered is a set whose values are the steps, counted on through both parts.
func numbered(train, test int) *datasets.Set {
	set := &datasets.Set{Channels: []string{"step"}}
	for i := range train + test {
		part := &set.Train
		if i >= train {
			part = &set.Test
		}
		if part.Columns == nil {
			part.Columns = make([][]float64, 1)
		}
		part.Columns[0] = append(part.Columns[0], float64(i))
		part.Rows++
	}
	return set
}

// No window that decides when to stop shares a step with one that is trained on, and neither comes from the
// test part.
func TestValidationWindowsAreApartFromTrainingWindows(t *testing.T) {
	for _, share := range []float64{0.2, 0.25, 0.5, 0.33} {
		for _, stride := range []int{1, 3, 10, 40} {
			sp := spec.Default()
			sp.Data = spec.Data{Source: "file/x", Scaling: spec.ScalingNone, Window: 10, Stride: stride,
				Train: steps.Range{From: 3, To: 100}}
			sp.Train.Validation = share
			p, err := Prepare(sp, numbered(103, 30))
			if err != nil {
				t.Fatal(err)
			}
			last := float32(-1)
			one := make([]float32, 10)
			for i := range p.fit.Len() {
				p.fit.Copy(i, one)
				last = max(last, one[9])
			}
			if p.fit.Len() == 0 || p.valid.Len() == 0 {
				t.Fatalf("share %v: %d and %d windows", share, p.fit.Len(), p.valid.Len())
			}
			for i := range p.valid.Len() {
				p.valid.Copy(i, one)
				if one[0] <= last || one[9] >= 100 {
					t.Errorf(
						"share %v, stride %d: validation window from %v to %v, training goes up to %v of 100", share, stride, one[0], one[9], last)
				}
			}
			for i := range p.train.Len() {
				if p.train.Copy(i, one); one[9] >= 100 || one[0] < 3 {
					t.Errorf("a training window from %v to %v", one[0], one[9])
				}
			}
		}
	}
}

func TestTeacherAndStudentSeedsNeverMeet(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(1000) {
		seen[seed] = true
	}
	for _, seed := range []uint64{0, 1, 999, 1<<53 - 1} {
		if s := teacherSeed(seed); seen[s] || s < 1<<53 {
			t.Errorf("the teacher of seed %d draws from %d, which a spec may name", seed, s)
		}
	}
}

// An lstm likes 16 windows at once.
func TestMicroBatchesLeaveFewWindowsUnused(t *testing.T) {
	for _, c := range []struct{ fit, valid, batch, want int }{
		{160, 32, 16, 16},
		{100, 0, 20, 10}, // 16 would leave out 4 of every 20
		{60, 0, 16, 8},   // 16 would leave out the last 12
		{93, 0, 31, 15},  // a prime: 15 leaves out one of every 31
		{160, 5, 16, 4},  // 5 would leave out 1 of every 16
		{3, 0, 16, 3},
		{40, 1, 8, 1},
	} {
		p := &Prepared{fit: datasets.Windows{Starts: make([]int, c.fit)},
			valid: datasets.Windows{Starts: make([]int, c.valid)}}
		if got := p.microBatch(spec.Model{Kind: spec.ModelLSTM}, c.batch); got != c.want {
			t.Errorf("%d and %d windows in batches of %d: micro-batches of %d, want %d", c.fit, c.valid,
				c.batch, got, c.want)
		}
		if got := p.microBatch(spec.Model{Kind: spec.ModelTransformer}, c.batch); got != 1 {
			t.Errorf("a transformer gets %d windows at once", got)
		}
	}
}
