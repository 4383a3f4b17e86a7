package engine_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"cosinelab/engine/backend"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/simd"
	"cosinelab/engine/bench"
	"cosinelab/engine/golden"
	"cosinelab/engine/spec"
)

func device(tb testing.TB) backend.Device {
	tb.Helper()
	dev, _, _, err := simd.New("")
	if err != nil {
		tb.Fatal(err)
	}
	return dev
}

func TestDeviceFollowsTheContract(t *testing.T) { backendtest.Run(t, device(t)) }

func TestGoldenVectors(t *testing.T) { verify(t, device(t)) }

// verify holds a device to every file of golden vectors.
func verify(t *testing.T, dev backend.Device) {
	files := js.Global().Get("golden")
	names := js.Global().Get("Object").Call("keys", files)
	for i := range names.Length() {
		name := names.Index(i).String()
		t.Run(name, func(t *testing.T) {
			report, err := golden.Verify([]byte(files.Get(name).String()), dev)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range report.Checks {
				if !c.OK() {
					t.Errorf("%s %s: error %.3g, limit %.3g", c.Name, c.At, c.Error, c.Limit)
				}
			}
		})
	}
}

var (
	only = flag.String("only", "A", "training steps or models to look into, separated by commas")
	runs = flag.Int("runs", 30, "rounds")
)

// BenchmarkProfile prints what the parts of a micro-batch take, of training steps or of models: gta in its
// size for the lab, gta/full in that of its paper.
func BenchmarkProfile(b *testing.B) {
	dev := device(b)
	for b.Loop() {
		for name := range strings.SplitSeq(*only, ",") {
			roofline := 0.0
			for range 50 {
				roofline = max(roofline, simd.Roofline(time.Millisecond))
			}
			fmt.Printf("%s: roofline %.1f GFLOP/s at best\n", name, roofline)
			costs, err := bench.Profile(context.Background(), dev, stepOf(b, name), *runs)
			if err != nil {
				b.Fatal(err)
			}
			for _, c := range costs {
				fmt.Printf("%9.1f us %6.1f GFLOP/s %4d %s\n", float64(c.Time.Nanoseconds())/1000,
					c.FLOP/float64(c.Time.Nanoseconds()), c.Count, c.What)
			}
			printKinds(costs)
		}
	}
}

// printKinds prints what the steps of a gradient take together by kind, those of products under one name, and
// what is left of its time when they run in one go: less than nothing, since the clock is looked at for each step
// otherwise.
func printKinds(costs []bench.Cost) {
	var whole, steps time.Duration
	kinds := map[string]time.Duration{}
	for _, c := range costs {
		kind, _, isStep := strings.Cut(c.What, " ")
		switch {
		case c.What == "gradient":
			whole = c.Time
			continue
		case !isStep: // another procedure
			continue
		case strings.HasPrefix(kind, "matmul"):
			kind = "products"
		}
		kinds[kind] += c.Time
		steps += c.Time
	}
	names := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return cmp.Compare(kinds[b], kinds[a]) })
	fmt.Printf("of the gradient, %.1f us, one after the other:\n", float64(whole.Nanoseconds())/1000)
	for _, name := range names {
		fmt.Printf("%8.1f %% %s\n", 100*float64(kinds[name])/float64(steps), name)
	}
	fmt.Printf("%8.1f %% less in one go\n", 100*float64(steps-whole)/float64(steps))
}

// stepOf finds a training step, or makes one of a model.
func stepOf(tb testing.TB, name string) bench.Step {
	if i := slices.IndexFunc(bench.Steps, func(s bench.Step) bool { return s.Name == name }); i >= 0 {
		return bench.Steps[i]
	}
	model, size, _ := strings.Cut(name, "/")
	var sized spec.Model
	if err := sized.Kind.UnmarshalText([]byte(model)); err != nil || size != "" && size != "full" {
		tb.Fatal(name, err)
	}
	if size == "full" {
		sized = sized.Kind.Full()
	}
	return bench.Step{Name: name, Model: sized}
}
