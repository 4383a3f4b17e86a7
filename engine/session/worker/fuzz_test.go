package worker

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/train"
)

// joined is a server that is ready for a task with noise in it.
func joined(t testing.TB) (*Server, experiment.Task) {
	task := experiment.Task{Spec: small(), Arm: 1, Taught: true, Channels: 2, Micro: 2}
	s := NewServer(cpu.New())
	if answer, _ := s.Answer(context.Background(), Ask{Task: &task}, nil); answer.Fault != nil {
		t.Fatal(answer.Fault)
	}
	return s, task
}

// Whatever comes as a message, the answer is one that can be sent, or an error in words, and the worker goes
// on: the message after it is answered as if nothing had happened.
func FuzzAsk(f *testing.F) {
	s, task := joined(f)
	params := 0
	for n := 1; params == 0 && n < 1<<20; n *= 2 { // as many as the problem has, or more
		answer, _ := s.Answer(context.Background(), Ask{Pass: &train.Pass{At: []int{0}}},
			[][]float32{make([]float32, n), make([]float32, 20)})
		if answer.Fault == nil {
			params = n
		}
	}
	for _, ask := range []Ask{{}, {Task: &task}, {Work: &train.Work{Shards: []int{2, 4}, Share: 0.25}},
		{Work: &train.Work{Shards: []int{-2, 4}, Share: math.MaxFloat64, First: -1}},
		{Work: &train.Work{Shards: []int{0, 0, 0, 0}, Lambda: -1, Draws: train.Draws{Step: -1, Epoch: -9}}},
		{Pass: &train.Pass{At: []int{0, 7, -1}, Losses: true}}, {Pass: &train.Pass{}}} {
		text, err := json.Marshal(ask)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), 2, params, 60)
		f.Add(string(text), 2, params, 120)
		f.Add(string(text), 1, 0, 0)
	}
	f.Fuzz(func(t *testing.T, text string, count, first, second int) {
		var ask Ask
		if json.Unmarshal([]byte(text), &ask) != nil {
			return // said by whoever reads messages
		}
		if ask.Task != nil { // of specs that are too large for a test
			ask.Task.Spec = task.Spec
			if ask.Task.Channels > 64 {
				return
			}
		}
		bounded := func(n int) []float32 { return make([]float32, max(0, n%(1<<16))) }
		buffers := [][]float32{bounded(first), bounded(second), bounded(first)}[:uint(count)%4]
		answer, values := s.Answer(t.Context(), ask, buffers)
		if _, err := json.Marshal(answer); err != nil {
			t.Errorf("answer %+v: %v", answer, err)
		}
		switch {
		case answer.Fault != nil && words.English().Error(answer.Fault) == "":
			t.Errorf("an error without words: %v", answer.Fault)
		case answer.Fault == nil && ask.Task == nil && ask.Work != nil && ask.Pass == nil &&
			(len(answer.Shards) != len(values) || len(values) != len(ask.Work.Shards)):
			t.Errorf("%d gradients, %d losses for %v", len(values), len(answer.Shards), ask.Work.Shards)
		}
		if ask.Task != nil {
			if answer, _ := s.Answer(t.Context(), Ask{Task: &task}, nil); answer.Fault != nil {
				t.Fatalf("no other task: %v", answer.Fault)
			}
		}
		pass := &train.Pass{At: []int{0, 1}}
		answer, values = s.Answer(t.Context(), Ask{Pass: pass},
			[][]float32{make([]float32, params), make([]float32, 40)})
		if answer.Fault != nil || len(values) == 0 {
			t.Errorf("then it answers %v with %d results", answer.Fault, len(values))
		}
	})
}

// Whatever another worker answers, the call ends with a result of the right size or an error.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"shards":[{"micro":1,"monitor":0.5,"parts":[1]}]}`, 1, 3)
	f.Add(`{"fault":{"key":"not-finite","args":[{"fault":null}]}}`, 0, 0)
	f.Add(`{"shards":[{},{}]}`, 2, 0)
	f.Add(`null`, 3, 1)
	f.Fuzz(func(t *testing.T, text string, count, size int) {
		var answer Answer
		if json.Unmarshal([]byte(text), &answer) != nil {
			return
		}
		values := make([][]float32, max(0, count%9))
		for i := range values {
			values[i] = make([]float32, max(0, size%1000))
		}
		call := Call(func(context.Context, Ask, ...[]float32) (Answer, [][]float32, error) {
			return answer, values, nil
		})
		got, err := call.Gradients(t.Context(), train.Work{Shards: []int{2}})
		if err == nil && len(got) != len(answer.Shards) {
			t.Errorf("%d gradients of %d", len(got), len(answer.Shards))
		}
		if err != nil && words.English().Error(err) == "" {
			t.Errorf("an error without words: %v", err)
		}
		_, err = call.Join(t.Context(), experiment.Task{})
		if (err == nil) != (answer.Fault == nil) {
			t.Errorf("joined: %v after %v", err, answer.Fault)
		}
	})
}
