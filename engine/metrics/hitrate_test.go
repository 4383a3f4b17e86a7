package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestHitRateByHand(t *testing.T) {
	ranked := []int{4, 1, 0, 3, 2}
	for _, c := range []struct {
		truth   []int
		percent int
		want    Value
	}{
		{[]int{4}, 100, 1},
		{[]int{1}, 100, 0},
		{[]int{1}, 150, 0}, // 1.5 channels are one
		{[]int{1, 0}, 100, 0.5},
		{[]int{1, 0}, 150, 1},
		{[]int{2, 4, 1}, 100, 2. / 3},
		{[]int{2, 4, 1}, 150, 2. / 3},
		{[]int{0, 1, 2, 3, 4}, 150, 1}, // more candidates than channels
	} {
		if got := HitRate(ranked, c.truth, c.percent); got != c.want {
			t.Errorf("HitRate@%d of %v is %v, want %v", c.percent, c.truth, got, c.want)
		}
	}
	if HitRate(ranked, nil, 100).Defined() || ChanceHitRate(5, nil, 100).Defined() ||
		ChanceHitRate(0, []int{1}, 100).Defined() {
		t.Error("a hit rate without truth is defined")
	}
}

func TestChanceHitRateIsTheMeanOverRandomOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	truth := []int{0, 3, 7}
	for _, percent := range []int{100, 150, 400} {
		sum := 0.0
		const draws = 20000
		for range draws {
			sum += float64(HitRate(r.Perm(10), truth, percent))
		}
		if want := ChanceHitRate(10, truth, percent); math.Abs(sum/draws-float64(want)) > 0.01 {
			t.Errorf("@%d: mean %v, want %v", percent, sum/draws, want)
		}
	}
}
