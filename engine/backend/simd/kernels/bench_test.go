package kernels

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// A timing is one line of the benchmark: a kernel called on whatever memory holds.
type timing struct {
	Name   string    `json:"-"`
	Kernel string    `json:"kernel"`
	Args   []float64 `json:"args"`
	flops  float64   // of one call
}

// gemmTiming multiplies [m, k] by [k, n], both contiguous; transA and transB read them transposed.
func gemmTiming(shape, m, n, k int, transA, transB bool) timing {
	a, b := 1<<20, 8<<20
	c, scratch := 16<<20, 24<<20
	rsA, csA, rsB, csB := k, 1, n, 1
	name := "NN"
	if transA {
		rsA, csA, name = 1, m, "TN"
	}
	if transB {
		rsB, csB, name = 1, k, "NT"
	}
	args := []int{shape, m, n, k, 1, a, rsA, csA, b, rsB, csB, 0, c, n, scratch, 0, 0, 0, 0, 0}
	t := timing{Name: fmt.Sprintf("sgemm[%d] %s %dx%dx%d", shape, name, m, n, k), Kernel: "sgemm",
		flops: 2 * float64(m) * float64(n) * float64(k)}
	for _, v := range args {
		t.Args = append(t.Args, float64(v))
	}
	return t
}

const rooflineRounds = 20000

// measure runs the timings in turns and returns the milliseconds per call, sorted.
func measure(tb testing.TB, ctx context.Context, timings []timing, rounds int) [][]float64 {
	tb.Helper()
	list, err := json.Marshal(timings)
	if err != nil {
		tb.Fatal(err)
	}
	var times [][]float64
	script := fmt.Sprintf("fill(1<<20, 8<<20); measure(%s, %d, 10)", list, rounds)
	if err := chromedp.Run(ctx, chromedp.Evaluate(script, &times)); err != nil {
		tb.Fatal(err)
	}
	for _, t := range times {
		slices.Sort(t)
	}
	return times
}

// BenchmarkGEMM prints GFLOP/s and their share of the roofline measured in the same run.
func BenchmarkGEMM(b *testing.B) {
	ctx := chromium(b, Relaxed)
	for b.Loop() {
		timings := []timing{{Name: "roofline", Kernel: "roofline", Args: []float64{rooflineRounds, 1e-9}, flops: 96 * rooflineRounds}}
		for _, s := range benchShapes {
			timings = append(timings,
				gemmTiming(s, 64, 64, 64, false, false),
				gemmTiming(s, 256, 256, 256, false, false),
				gemmTiming(s, 512, 512, 512, false, false),
				gemmTiming(s, 1600, 64, 64, false, false),
				gemmTiming(s, 1600, 512, 512, false, false),
				gemmTiming(s, 512, 512, 1600, true, false),
				gemmTiming(s, 64, 64, 1600, true, false),
				gemmTiming(s, 1600, 512, 512, false, true),
				gemmTiming(s, 100, 64, 64, false, true),
				gemmTiming(s, 100, 100, 8, false, true),
				gemmTiming(s, 100, 8, 100, false, false),
				gemmTiming(s, 100, 8, 100, true, false),
			)
		}
		report(timings, measure(b, ctx, timings, 9))
	}
}

func report(timings []timing, times [][]float64) {
	gflops := func(i int, ms float64) float64 { return timings[i].flops / ms / 1e6 }
	for i, t := range times {
		median, best := t[len(t)/2], t[0]
		fmt.Printf("%-28s %9.4f ms %6.1f GFLOP/s (best %5.1f) %4.0f %% of roofline (best/best %3.0f %%)\n", timings[i].Name, median,
			gflops(i, median), gflops(i, best), 100*gflops(i, median)/gflops(0, times[0][len(times[0])/2]),
			100*gflops(i, best)/gflops(0, times[0][0]))
	}
}

var benchShapes = []int{0, 1, 2, 3}
