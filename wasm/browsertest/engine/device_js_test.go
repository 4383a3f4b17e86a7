package engine_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
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
	"cosinelab/engine/models"
)

func device(tb testing.TB) backend.Device {
	tb.Helper()
	dev, err := simd.New()
	if err != nil {
		tb.Fatal(err)
	}
	return dev
}

func TestDeviceFollowsTheContract(t *testing.T) { backendtest.Run(t, device(t)) }

func TestGoldenVectors(t *testing.T) {
	files := js.Global().Get("golden")
	names := js.Global().Get("Object").Call("keys", files)
	for i := range names.Length() {
		name := names.Index(i).String()
		t.Run(name, func(t *testing.T) {
			report, err := golden.Verify([]byte(files.Get(name).String()), device(t))
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
	only = flag.String("only", "", "training steps to time, separated by commas; empty = everything")
	runs = flag.Int("runs", 30, "runs of each training step")
)

// BenchmarkSteps prints the table of package bench, then the same as JSON.
func BenchmarkSteps(b *testing.B) {
	dev := device(b)
	o := bench.Options{Runs: *runs, Roofline: simd.Roofline, Done: func(l bench.Line) { fmt.Println(l.Row()) }}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	for b.Loop() {
		fmt.Println(bench.Head)
		lines, err := bench.Run(context.Background(), dev, o)
		if err != nil {
			b.Fatal(err)
		}
		text, err := json.Marshal(lines)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Println(string(text))
	}
}

// BenchmarkProfile prints what the parts of a micro-batch take, of training steps or of models: gta in its size for the
// lab, gta/full in that of its paper.
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
				fmt.Printf("%9.1f us %6.1f GFLOP/s %4d %s\n", float64(c.Time.Nanoseconds())/1000, c.FLOP/float64(c.Time.Nanoseconds()), c.Count, c.What)
			}
		}
	}
}

// stepOf finds a training step, or makes one of a model.
func stepOf(tb testing.TB, name string) bench.Step {
	if i := slices.IndexFunc(bench.Steps, func(s bench.Step) bool { return s.Name == name }); i >= 0 {
		return bench.Steps[i]
	}
	model, size, _ := strings.Cut(name, "/")
	m, err := models.Find(model)
	if err != nil || size != "" && size != "full" {
		tb.Fatal(name, err)
	}
	c := m.Lab
	if size == "full" {
		c = m.Full
	}
	c.Window, c.Channels = bench.Length, bench.Channels
	return bench.Step{Name: name, Model: model, Config: c}
}
