package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"cosinelab/engine/backend"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Worker computes beside the one that carries an experiment out, for one training run at a time.
type Worker interface {
	// Join makes the worker ready for a task, in place of the one before: it builds the same problem.
	Join(context.Context, Task) (train.Worker, error)
}

// Task is what a worker needs to know to build the problem of one training run: the spec, and what was
// decided from the data. A worker is sent windows, never the set.
type Task struct {
	Spec     spec.Spec `json:"spec"`
	Arm      int       `json:"arm"` // position in Spec.Arms, or TeacherArm
	Taught   bool      `json:"taught"`
	Channels int       `json:"channels"`
	Micro    int       `json:"micro"`             // windows in a micro-batch
	Outputs  bool      `json:"outputs,omitempty"` // as Options has it
}

// Problem builds what the task trains. The task may come from another program, so that it is checked.
func (task Task) Problem() (train.Problem, error) {
	if err := task.Spec.Validate(); err != nil {
		return train.Problem{}, err
	}
	if task.Micro < 1 || task.Micro > task.Spec.Train.Batch || task.Channels < 1 {
		return train.Problem{}, fmt.Errorf("task: micro-batches of %d windows with %d channels", task.Micro,
			task.Channels)
	}
	if task.Arm < TeacherArm || task.Arm >= len(task.Spec.Arms) {
		return train.Problem{}, fmt.Errorf("task: arm %d of %d", task.Arm, len(task.Spec.Arms))
	}
	r := &run{spec: task.Spec, o: Options{Outputs: task.Outputs}, data: &Prepared{channels: task.Channels, micro: task.Micro}}
	if task.Arm == TeacherArm {
		return r.teacherProblem()
	}
	return r.studentProblem(task.Spec.Arms[task.Arm], task.Taught)
}

// designs keep what training runs of one spec compute: every seed has the same. They may be used from any
// goroutine.
type designs struct {
	mu    sync.Mutex
	there map[designKey]*train.Design
}

// designKey is what tells tasks of one spec apart.
type designKey struct {
	arm, channels, micro int
	taught, outputs      bool
}

// of lays out what a task trains, or finds it. pause is that of train.NewDesign.
func (d *designs) of(task Task, pause func() error) (*train.Design, error) {
	key := designKey{task.Arm, task.Channels, task.Micro, task.Taught, task.Outputs}
	d.mu.Lock()
	known := d.there[key]
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	p, err := task.Problem()
	if err != nil {
		return nil, err
	}
	laid, err := train.NewDesign(p, task.Spec.Train.Clip, pause)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.there == nil {
		d.there = map[designKey]*train.Design{}
	}
	d.there[key] = laid
	return laid, nil
}

// local is a worker in this process. It has one trainer at a time, for memory's sake.
type local struct {
	device  backend.Device
	spec    []byte         // that of the last task, as JSON
	designs *designs       // of that spec
	last    *train.Trainer // of the last task; nil before one
}

// Local returns a worker in this process, on a device of its own: it need not use many cores.
func Local(dev backend.Device) Worker { return &local{device: dev} }

// Join compiles the problem of the task; what it answers depends on the parameters in each request alone.
func (l *local) Join(ctx context.Context, task Task) (train.Worker, error) {
	if l.last != nil {
		if err := l.last.Close(); err != nil {
			return nil, err
		}
		l.last = nil
	}
	text, err := json.Marshal(task.Spec)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(text, l.spec) {
		l.spec, l.designs = text, &designs{}
	}
	d, err := l.designs.of(task, ctx.Err)
	if err != nil {
		return nil, err
	}
	if l.last, err = d.New(l.device, 0, ctx.Err); err != nil {
		return nil, err
	}
	return l.last.Worker(), nil
}
