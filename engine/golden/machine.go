package golden

import (
	"context"
	"fmt"
	"strconv"

	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// feeds are the values of inputs and parameters before the first round.
type feeds map[*graph.Node][]float32

// job is a computation in rounds: in each, inputs are written, the results are computed, and the updates are
// made. Parameters last from round to round; results are read before the next one, and show parameters as
// they were before the round's updates.
type job struct {
	graph            *graph.Graph
	feeds            feeds
	results, updates []*graph.Node
	rounds           []map[*graph.Node][]float32 // the inputs that change, by round
}

// machine runs a job and returns the values of each result in each round. Values come as float64, whatever
// they were computed in.
type machine func(j job) ([][][]float64, error)

// onDevice runs jobs as plans on a device. Each job is compiled by itself and its memory is given back at the
// end.
func onDevice(dev backend.Device) machine {
	return func(j job) (values [][][]float64, err error) {
		p, err := j.plan()
		if err != nil {
			return nil, err
		}
		program, err := dev.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("compile for %s: %w", dev.Name(), err)
		}
		defer func() {
			if e := program.Close(); err == nil {
				err = e
			}
		}()
		r := run{p, program}
		if err := r.write(j.feeds); err != nil {
			return nil, err
		}
		for _, inputs := range j.rounds {
			v, err := r.round(inputs, len(j.results))
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		return values, nil
	}
}

// plan names results by their position: targets of different quantities may have the same name.
func (j job) plan() (*plan.Plan, error) {
	p := plan.Proc{Name: "golden", Updates: j.updates}
	for i, n := range j.results {
		p.Results = append(p.Results, plan.Result{Name: strconv.Itoa(i), Node: n})
	}
	if err := small(j.graph, p); err != nil {
		return nil, err
	}
	return plan.Build(j.graph, plan.Options{}, p)
}

// run is a job that is compiled.
type run struct {
	plan    *plan.Plan
	program backend.Program
}

// write sets inputs and parameters; the plan has no slot for those that no result depends on.
func (r run) write(values map[*graph.Node][]float32) error {
	for n, v := range values {
		class := plan.ClassParam
		if n.Kind == op.Input {
			class = plan.ClassInput
		}
		slot, ok := r.plan.Slot(class, n.Name)
		if !ok {
			continue
		}
		if err := r.program.Write(slot, v); err != nil {
			return fmt.Errorf("write %v %s: %w", n.Kind, n.Name, err)
		}
	}
	return nil
}

// round runs the procedure once and reads all results. The slots are there, since plan named them.
func (r run) round(inputs map[*graph.Node][]float32, results int) ([][]float64, error) {
	if err := r.write(inputs); err != nil {
		return nil, err
	}
	if err := r.program.Run(context.Background(), 0, nil); err != nil {
		return nil, err
	}
	out := make([][]float64, results)
	for i := range out {
		slot, _ := r.plan.Slot(plan.ClassResult, strconv.Itoa(i))
		v := make([]float32, r.plan.Slots[slot].Shape.Len())
		if err := r.program.Read(slot, v); err != nil {
			return nil, err
		}
		for _, x := range v {
			out[i] = append(out[i], float64(x))
		}
	}
	return out, nil
}
