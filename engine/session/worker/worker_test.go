package worker

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// small is an experiment of a few steps.
func small() spec.Spec {
	s := spec.Default()
	s.Data.Window, s.Data.Stride = 10, 10
	s.Data.Train, s.Data.Test = steps.Range{To: 200}, steps.Range{To: 200}
	size := spec.Model{DModel: 4, Heads: 2, Layers: 1, DFF: 4}
	s.Teacher.Model, s.Student = size, size
	s.Teacher.Kind, s.Student.Kind = spec.ModelTransformer, spec.ModelAnomalyTransformer
	s.Teacher.Epochs, s.Train.Epochs, s.Train.Batch, s.Seeds = 1, 1, 8, []uint64{1}
	return s
}

// wire connects a call with a server as messages do: everything goes through JSON.
func wire(t *testing.T, s *Server) Call {
	return func(ctx context.Context, ask Ask, buffers ...[]float32) (Answer, [][]float32, error) {
		var there Ask
		pass(t, ask, &there)
		answer, values := s.Answer(ctx, there, buffers)
		var here Answer
		pass(t, answer, &here)
		return here, values, nil
	}
}

func pass(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Error(err)
	}
}

func report(t *testing.T, s spec.Spec, others ...experiment.Worker) string {
	t.Helper()
	set, err := datasets.Builtin(s.Data.Source, s.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	lost := func(err error) { t.Errorf("a worker was lost: %v", err) }
	p, err := experiment.Prepare(s, set)
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiment.Run(context.Background(), p, cpu.New(),
		experiment.Options{Workers: others, Lost: lost})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWorkOverMessagesGivesTheSameReport(t *testing.T) {
	a, b := NewServer(cpu.New()), NewServer(cpu.New())
	if report(t, small()) != report(t, small(), wire(t, a), wire(t, b)) {
		t.Error("two workers beside this one give another report")
	}
}

func TestNumbersThatAreNotFiniteAreNoLostWorker(t *testing.T) {
	s := small()
	s.Train.Rate, s.Train.Clip = 1e6, 0
	text := report(t, s, wire(t, NewServer(cpu.New())), wire(t, NewServer(cpu.New())))
	if !strings.Contains(text, `"failed"`) {
		t.Errorf("no run failed: %s", text)
	}
	if alone := report(t, s); text != alone {
		t.Errorf("three workers fail otherwise than one: %s, want %s", text, alone)
	}
}

func TestMistakesAreAnsweredInWords(t *testing.T) {
	s := NewServer(cpu.New())
	ctx := context.Background()
	bad := small()
	bad.Train.Rate = -1
	for _, c := range []struct {
		ask     Ask
		buffers [][]float32
		want    string
	}{
		{Ask{}, nil, ""},
		{Ask{Work: &train.Work{Shards: []int{1}}}, nil, "before a task"},
		{Ask{Pass: &train.Pass{}}, nil, "before a task"},
		{Ask{Task: &experiment.Task{Spec: bad}}, nil, "train.rate"},
		{Ask{Task: &experiment.Task{Spec: small(), Arm: 0, Taught: true, Channels: 2, Micro: 1}}, nil, ""},
		{Ask{Work: &train.Work{Shards: []int{1}}}, [][]float32{{1}}, "1 buffers"},
		{Ask{Work: &train.Work{Shards: []int{1}}}, [][]float32{{1}, {1}}, "another problem"},
		{Ask{Pass: &train.Pass{At: []int{0}}}, [][]float32{{1}}, "1 buffers"},
		{Ask{Pass: &train.Pass{At: []int{0}}}, [][]float32{{1}, make([]float32, 20)}, "another problem"},
		{Ask{Pass: &train.Pass{At: []int{0}}}, [][]float32{{1}, {1}}, "pass of 1 windows"},
	} {
		answer, _ := s.Answer(ctx, c.ask, c.buffers)
		if (answer.Fault == nil) != (c.want == "") || answer.Fault != nil &&
			!strings.Contains(words.English().Error(answer.Fault), c.want) {
			t.Errorf("answer %v, want %q", answer.Fault, c.want)
		}
	}
}

func TestAnAnswerOfTheWrongSizeIsRefused(t *testing.T) {
	call := Call(func(context.Context, Ask, ...[]float32) (Answer, [][]float32, error) {
		return Answer{Shards: make([]Losses, 2)}, make([][]float32, 3), nil
	})
	if _, err := call.Gradients(context.Background(), train.Work{}); err == nil {
		t.Error("three gradients for two shards are accepted")
	}
	gone := errors.New("gone")
	call = func(context.Context, Ask, ...[]float32) (Answer, [][]float32, error) {
		return Answer{}, nil,
			gone
	}
	if _, err := call.Join(context.Background(), experiment.Task{}); !errors.Is(err, gone) {
		t.Errorf("error %v, want %v", err, gone)
	}
}
