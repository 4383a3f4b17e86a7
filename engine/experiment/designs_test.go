package experiment_test

import (
	"context"
	"sync"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/plan"
)

// compiling is a device that remembers which plans it compiled, and how often.
type compiling struct {
	backend.Device
	mu    sync.Mutex
	plans map[*plan.Plan]int
}

func newCompiling() *compiling { return &compiling{Device: cpu.New(), plans: map[*plan.Plan]int{}} }

func (c *compiling) Compile(p *plan.Plan) (backend.Program, error) {
	c.mu.Lock()
	c.plans[p]++
	c.mu.Unlock()
	return c.Device.Compile(p)
}

// compiled is how many programs there were.
func (c *compiling) compiled() (n int) {
	for _, k := range c.plans {
		n += k
	}
	return n
}

// What a training run computes is laid out once for all seeds, here and by each worker.
func TestSeedsShareWhatIsLaidOut(t *testing.T) {
	s := only(small(t), "alone", "cosine")
	s.Seeds = []uint64{1, 2, 3, 4}
	here, there := newCompiling(), newCompiling()
	p, err := experiment.Prepare(s, builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = experiment.Run(context.Background(), p, here,
		experiment.Options{Workers: []experiment.Worker{experiment.Local(there)}}); err != nil {
		t.Fatal(err)
	}
	const kinds = 3 // the teacher, and two arms
	if here.compiled() != kinds*len(s.Seeds) {
		t.Errorf("%d programs here, want %d", here.compiled(), kinds*len(s.Seeds))
	}
	// Two seeds that begin at the same time may lay out the same.
	if len(here.plans) > 2*kinds || len(there.plans) > kinds {
		t.Errorf("%d plans here and %d there, want about %d", len(here.plans), len(there.plans), kinds)
	}
}

// A worker that is asked for the same task of another spec does not take what it laid out for the first.
func TestAWorkerLaysOutAnotherSpecAnew(t *testing.T) {
	dev := newCompiling()
	w := experiment.Local(dev)
	task := experiment.Task{Spec: small(t), Arm: 0, Channels: 3, Micro: 1}
	for _, clip := range []float64{1, 1, 2} {
		task.Spec.Train.Clip = clip
		if _, err := w.Join(context.Background(), task); err != nil {
			t.Fatal(err)
		}
	}
	if len(dev.plans) != 2 || dev.compiled() != 3 {
		t.Errorf("%d plans in %d programs, want 2 in 3", len(dev.plans), dev.compiled())
	}
}
