// Package worker lets workers compute for one another by messages.
package worker

import (
	"context"
	"errors"
	"fmt"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/train"
)

// Ask is one message to another worker: a task to get ready for, or shards or a pass to compute, with the
// parameters and the windows as buffers beside it, or nothing, which is answered as soon as the worker is
// there.
type Ask struct {
	Task *experiment.Task `json:"task,omitempty"`
	Work *train.Work      `json:"work,omitempty"`
	Pass *train.Pass      `json:"pass,omitempty"`
}

// Answer comes back; the gradient of each shard, or each result of a pass, is a buffer beside it.
type Answer struct {
	Shards []Losses     `json:"shards,omitempty"`
	Fault  *fault.Fault `json:"fault,omitempty"` // why there is no answer
}

// Losses are those of one shard, summed over its micro-batches.
type Losses struct {
	Micro   int       `json:"micro"`
	Monitor float64   `json:"monitor"`
	Parts   []float64 `json:"parts"`
}

// Server computes what other workers ask for; it is ready for one task at a time.
type Server struct {
	local  experiment.Worker
	joined train.Worker // for the last task; nil before one
}

// NewServer returns a server that computes on a device.
func NewServer(dev backend.Device) *Server { return &Server{local: experiment.Local(dev)} }

// Answer answers one message. The values beside the answer are good until the next call.
func (s *Server) Answer(ctx context.Context, ask Ask, buffers [][]float32) (Answer, [][]float32) {
	answer, values, err := s.answer(ctx, ask, buffers)
	if err != nil {
		return Answer{Fault: fault.Of(err)}, nil
	}
	return answer, values
}

func (s *Server) answer(ctx context.Context, ask Ask, buffers [][]float32) (Answer, [][]float32, error) {
	switch {
	case ask.Task != nil:
		return Answer{}, nil, s.join(ctx, *ask.Task)
	case ask.Work == nil && ask.Pass == nil:
		return Answer{}, nil, nil
	case s.joined == nil:
		return Answer{}, nil, errors.New("work came before a task")
	case len(buffers) != 2:
		return Answer{}, nil, fmt.Errorf("%d buffers, want parameters and windows", len(buffers))
	case ask.Pass != nil:
		ask.Pass.Params, ask.Pass.Windows = buffers[0], buffers[1]
		results, err := s.joined.Forward(ctx, *ask.Pass)
		return Answer{}, results, err
	}
	ask.Work.Params, ask.Work.Windows = buffers[0], buffers[1]
	gradients, err := s.joined.Gradients(ctx, *ask.Work)
	var out Answer
	var values [][]float32
	for _, g := range gradients {
		out.Shards = append(out.Shards, Losses{g.Micro, g.Monitor, g.Parts})
		values = append(values, g.Values)
	}
	return out, values, err
}

// join leaves the last task for another.
func (s *Server) join(ctx context.Context, task experiment.Task) (err error) {
	s.joined = nil
	s.joined, err = s.local.Join(ctx, task)
	return err
}

// Call sends a message with its buffers to another worker and waits for the answer, whose values are good
// until the next call. It fails when the worker is gone. It is that worker for an experiment, and, once it
// has joined, for a trainer.
type Call func(context.Context, Ask, ...[]float32) (Answer, [][]float32, error)

// Join makes the worker ready for a task.
func (call Call) Join(ctx context.Context, task experiment.Task) (train.Worker, error) {
	_, _, err := call.checked(ctx, Ask{Task: &task})
	return call, err
}

// Started waits until the worker is there.
func (call Call) Started(ctx context.Context) error {
	_, _, err := call.checked(ctx, Ask{})
	return err
}

// checked turns a fault that was sent back into an error of this side.
func (call Call) checked(ctx context.Context, ask Ask, buffers ...[]float32) (Answer, [][]float32, error) {
	answer, values, err := call(ctx, ask, buffers...)
	if err == nil && answer.Fault != nil {
		err = answer.Fault
	}
	return answer, values, err
}

// Gradients asks for the gradients of shards.
func (call Call) Gradients(ctx context.Context, w train.Work) ([]train.Gradient, error) {
	answer, values, err := call.checked(ctx, Ask{Work: &w}, w.Params, w.Windows)
	if err != nil {
		return nil, err
	}
	if len(values) != len(answer.Shards) {
		return nil, fmt.Errorf("%d gradients for %d shards", len(values), len(answer.Shards))
	}
	out := make([]train.Gradient, len(values))
	for i, l := range answer.Shards {
		out[i] = train.Gradient{Values: values[i], Micro: l.Micro, Monitor: l.Monitor, Parts: l.Parts}
	}
	return out, nil
}

// Forward asks for a pass.
func (call Call) Forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	_, results, err := call.checked(ctx, Ask{Pass: &p}, p.Params, p.Windows)
	return results, err
}
