// Package peer lets workers compute for one another.
package peer

import (
	"context"
	"errors"
	"fmt"

	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/train"
)

// Ask is one message to another worker: a task to get ready for, or shards or a pass to compute, with the parameters and
// the windows as buffers beside it, or nothing, which is answered as soon as the worker is there.
type Ask struct {
	Task *experiment.Task `json:"task,omitempty"`
	Work *train.Work      `json:"work,omitempty"`
	Pass *train.Pass      `json:"pass,omitempty"`
}

// Answer comes back; the gradient of each shard, or each result of a pass, is a buffer beside it.
type Answer struct {
	Shards    []Losses `json:"shards,omitempty"`
	Error     string   `json:"error,omitempty"`
	NotFinite bool     `json:"not_finite,omitempty"` // the error is that of the numbers, not of the worker
}

// Losses are those of one shard, summed over its micro-batches.
type Losses struct {
	Micro   int       `json:"micro"`
	Monitor float64   `json:"monitor"`
	Parts   []float64 `json:"parts"`
}

// Server computes what other workers ask for; it is ready for one task at a time.
type Server struct {
	hand experiment.Hand
	peer train.Peer // that of the last task; zero before one
}

// NewServer returns a server that computes on a device.
func NewServer(dev backend.Device) *Server { return &Server{hand: experiment.Local(dev)} }

// Answer answers one message. The values beside the answer are good until the next call.
func (s *Server) Answer(ctx context.Context, ask Ask, buffers [][]float32) (Answer, [][]float32) {
	answer, values, err := s.answer(ctx, ask, buffers)
	if err != nil {
		return Answer{Error: err.Error(), NotFinite: errors.Is(err, train.ErrNotFinite)}, nil
	}
	return answer, values
}

func (s *Server) answer(ctx context.Context, ask Ask, buffers [][]float32) (Answer, [][]float32, error) {
	switch {
	case ask.Task != nil:
		return Answer{}, nil, s.join(ctx, *ask.Task)
	case ask.Work == nil && ask.Pass == nil:
		return Answer{}, nil, nil
	case s.peer.Forward == nil:
		return Answer{}, nil, errors.New("work came before a task")
	case len(buffers) != 2:
		return Answer{}, nil, fmt.Errorf("%d buffers, want parameters and windows", len(buffers))
	case ask.Pass != nil:
		ask.Pass.Params, ask.Pass.Windows = buffers[0], buffers[1]
		results, err := s.peer.Forward(ctx, *ask.Pass)
		return Answer{}, results, err
	}
	ask.Work.Params, ask.Work.Windows = buffers[0], buffers[1]
	gradients, err := s.peer.Gradients(ctx, *ask.Work)
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
	s.peer = train.Peer{}
	s.peer, err = s.hand.Join(ctx, task)
	return err
}

// Call sends a message with its buffers and waits for the answer, whose values are good until the next call. It fails when
// the worker is gone.
type Call func(context.Context, Ask, ...[]float32) (Answer, [][]float32, error)

// Hand makes the worker at the other end of call one of a crew.
func (call Call) Hand() experiment.Hand {
	return experiment.Hand{Join: func(ctx context.Context, task experiment.Task) (train.Peer, error) {
		_, _, err := call.checked(ctx, Ask{Task: &task})
		return train.Peer{Gradients: call.gradients, Forward: call.forward}, err
	}}
}

// Started waits until the worker is there.
func (call Call) Started(ctx context.Context) error {
	_, _, err := call.checked(ctx, Ask{})
	return err
}

// checked turns an error that was sent back into one of this side.
func (call Call) checked(ctx context.Context, ask Ask, buffers ...[]float32) (Answer, [][]float32, error) {
	answer, values, err := call(ctx, ask, buffers...)
	switch {
	case err != nil:
		return answer, nil, err
	case answer.NotFinite:
		return answer, nil, fmt.Errorf("%s: %w", answer.Error, train.ErrNotFinite)
	case answer.Error != "":
		return answer, nil, errors.New(answer.Error)
	}
	return answer, values, nil
}

func (call Call) gradients(ctx context.Context, w train.Work) ([]train.Gradient, error) {
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

func (call Call) forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	_, results, err := call.checked(ctx, Ask{Pass: &p}, p.Params, p.Windows)
	return results, err
}
