package experiment

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"cosinelab/datasets"
	"cosinelab/engine/detector"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// Memory keeps what training runs came to, by all that they depend on (train.Origin), so that no later experiment
// trains the same again: it gets the bits that it would have trained. Where room is short, what was not used for
// longest goes. Its methods may be called from any goroutine.
type Memory struct {
	most int // bytes

	mu      sync.Mutex
	held    int
	clock   int
	entries map[train.Origin]*memorised
	dropped int
}

// memorised is what is kept of one training run, or of a control, which has results alone. Nothing in it changes
// but by replacement.
type memorised struct {
	used, bytes int
	taught      *spec.TeacherRun // of a teacher
	digest      string           // of its parameters
	weights     map[string]tensor.Tensor
	fit         train.Result
	results     map[string]remembered // of a student or a control, by spec.Detect
}

// remembered is a finished run, with what scores new data as it did; nil = nobody kept that.
type remembered struct {
	by       *spec.Detect
	run      spec.Run
	detector *detector.Detector
}

// NewMemory returns an empty memory of at most so many bytes.
func NewMemory(most int) *Memory { return &Memory{most: most, entries: map[train.Origin]*memorised{}} }

// Forget forgets everything.
func (m *Memory) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.held, m.dropped = map[train.Origin]*memorised{}, 0, 0
}

// Dropped is how many training runs were given up for lack of room since the last Forget.
func (m *Memory) Dropped() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}

// Held is about how many bytes are held.
func (m *Memory) Held() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

// find returns a copy of what is kept of a training run; nil = nothing is. A nil memory has nothing.
func (m *Memory) find(of train.Origin) *memorised {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[of]
	if e == nil {
		return nil
	}
	m.clock++
	e.used = m.clock
	out := *e
	return &out
}

// change replaces what is kept of a training run by what set makes of it, and gives up others where that takes
// too much room. One that has no room at all is not kept.
func (m *Memory) change(of train.Origin, set func(*memorised)) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	next := memorised{}
	if e := m.entries[of]; e != nil {
		next = *e
		m.held -= e.bytes
	}
	set(&next)
	m.clock++
	next.used, next.bytes = m.clock, next.size()
	m.entries[of] = &next
	m.held += next.bytes
	for m.held > m.most {
		m.drop()
	}
}

// drop gives up what was not used for longest; mu is held.
func (m *Memory) drop() {
	var oldest train.Origin
	var found *memorised
	for of, e := range m.entries {
		if found == nil || e.used < found.used {
			oldest, found = of, e
		}
	}
	m.held -= found.bytes
	m.dropped++
	delete(m.entries, oldest)
}

// size is about how many bytes it takes.
func (e *memorised) size() int {
	n := 1 << 10
	for _, x := range e.weights {
		n += 4 * len(x.Data)
	}
	if e.taught != nil {
		n += 4 * len(e.taught.Output)
	}
	for _, r := range e.results {
		if r.detector != nil {
			for _, x := range r.detector.Weights {
				n += 4 * len(x.Data)
			}
		}
		output, errors := r.run.Output, r.run.Errors
		if k := r.run.Kept; k != nil { // which has the same memory, and more
			output, errors = k.Output, k.Errors
			for _, s := range k.Scores {
				n += 8 * (len(s.Test) + len(s.Train) + len(s.Serial))
			}
		}
		n += 4*(len(output)+len(errors)) + 8*len(r.run.Scores) + len(r.run.Flags)
	}
	return n
}

// detects names what of a spec turns the output of a model into results.
func detects(d spec.Detect) string {
	text, _ := json.Marshal(d) // plain data
	return string(text)
}

// originOf is what a training run of p on a device belongs to, with the teacher of this digest.
func originOf(p *Prepared, c Checkpoint, teacher, device string) train.Origin {
	of, _ := c.origin(p) // plain data
	of.Teacher, of.Device = teacher, device
	return of
}

// Plan says what of an experiment is kept.
type Plan struct {
	Kept []Checkpoint // training runs
	// Whole tells that there is nothing left to train or to score: with the detection By, Run returns at once. By is
	// that of the experiment, or one that it can be judged anew from (spec.Spec.RejudgedFrom).
	Whole bool
	By    spec.Detect
}

// Plan says what of an experiment on a set of this digest is kept, on a device by its name in reports.
func (m *Memory) Plan(sp spec.Spec, set *datasets.Set, digest, device string) (Plan, error) {
	if err := sp.Validate(); err != nil {
		return Plan{}, err
	}
	sp, _, err := fitted(sp, set)
	if err != nil {
		return Plan{}, err
	}
	p := &Prepared{Spec: sp}
	p.Summary.Digest = digest
	out, missing := Plan{}, false
	var common map[string]remembered // by the detections that all runs have results by
	for i, seed := range sp.Seeds {
		teacher := ""
		if sp.Teaches() {
			c := Checkpoint{seed, TeacherArm}
			e := m.find(originOf(p, c, "", device))
			if e == nil || e.taught == nil {
				missing = true
				continue // whether its students are kept is not known before it is there
			}
			out.Kept, teacher = append(out.Kept, c), e.digest
		}
		for arm, a := range sp.Arms {
			if i >= sp.RunsOf(a) {
				continue
			}
			c := Checkpoint{seed, arm}
			e := m.find(originOf(p, c, teacher, device))
			if e == nil {
				missing = true
				continue
			}
			if spec.Controls[a.Control].Trains {
				out.Kept = append(out.Kept, c)
			}
			if common == nil {
				common = maps.Clone(e.results)
			}
			maps.DeleteFunc(common, func(by string, _ remembered) bool { return e.results[by].by == nil })
		}
	}
	if missing || len(common) == 0 {
		return out, nil
	}
	if _, ok := common[detects(sp.Detect)]; ok {
		out.Whole, out.By = true, sp.Detect
		return out, nil
	}
	for _, by := range slices.Sorted(maps.Keys(common)) {
		before := sp
		before.Detect = *common[by].by
		if !out.Whole && sp.RejudgedFrom(before) {
			out.Whole, out.By = true, before.Detect
		}
	}
	return out, nil
}

// memoriseTeacher keeps a teacher.
func (r *run) memoriseTeacher(done *spec.TeacherRun, from teacher) {
	if r.spec.Teacher.Weights != "" { // the name says nothing of what the file holds
		return
	}
	r.o.Memory.change(originOf(r.data, Checkpoint{done.Seed, TeacherArm}, "", r.named),
		func(e *memorised) { e.taught, e.digest, e.weights = done, from.digest, from.params })
}

// recall takes over the runs of these seeds that are kept, and tells of them as of any that is finished. It returns
// the seeds that are left to be trained. A teacher from a file is read again: it is named by its file, not by what
// that holds.
func (r *run) recall(fresh []int) (left []int, err error) {
	if r.o.Memory == nil {
		return fresh, nil
	}
	for _, i := range fresh {
		seed := r.spec.Seeds[i]
		if r.spec.Teaches() {
			e := r.o.Memory.find(originOf(r.data, Checkpoint{seed, TeacherArm}, "", r.named))
			if e == nil || e.taught == nil || r.o.Outputs && e.taught.Output == nil {
				left = append(left, i)
				continue
			}
			r.teachers[i], r.from[i] = e.taught, teacher{params: e.weights, digest: e.digest}
			r.measured(func(*meter) { r.recalled += e.taught.Seconds })
			r.send(spec.Event{Phase: spec.PhaseTeacher, Seed: seed, Taught: e.taught})
		}
		whole := true
		for arm, a := range r.spec.Arms {
			if i >= r.spec.RunsOf(a) {
				continue
			}
			there, err := r.recallRun(arm, i, r.from[i])
			if err != nil {
				return nil, err
			}
			whole = whole && there
		}
		if !whole {
			left = append(left, i)
		}
	}
	return left, nil
}

// recallRun takes a run over that is kept, and tells whether one is.
func (r *run) recallRun(arm, seed int, from teacher) (bool, error) {
	c := Checkpoint{r.spec.Seeds[seed], arm}
	e := r.o.Memory.find(originOf(r.data, c, from.digest, r.named))
	if e == nil {
		return false, nil
	}
	kept, ok := e.results[detects(r.spec.Detect)]
	outputs := r.o.Outputs && spec.Controls[r.spec.Arms[arm].Control].Student
	if !ok || r.keeps(arm) && kept.detector == nil || outputs && kept.run.Output == nil {
		return false, nil
	}
	out := kept.run
	out.Arm = r.spec.Arms[arm].Name // the name is not part of what was trained
	if d := kept.detector; r.keeps(arm) {
		again := *d
		again.Spec = r.specOfOne(arm, out.Seed)
		if err := r.o.Kept(&again); err != nil {
			return false, err
		}
	}
	r.measured(func(*meter) {
		r.runs[arm][seed] = &out
		r.recalled += out.Seconds
	})
	r.send(spec.Event{Phase: spec.PhaseScore, Arm: out.Arm, Seed: out.Seed, Finished: &out})
	return true, nil
}

// recallFit returns what is kept of a student's training; nil = nothing is.
func (r *run) recallFit(c Checkpoint, from teacher) *memorised {
	e := r.o.Memory.find(originOf(r.data, c, from.digest, r.named))
	if e == nil || e.weights == nil {
		return nil
	}
	return e
}

// memoriseFit keeps what a student has learnt.
func (r *run) memoriseFit(c Checkpoint, from teacher, weights map[string]tensor.Tensor, fit train.Result) {
	r.o.Memory.change(originOf(r.data, c, from.digest, r.named), func(e *memorised) {
		e.weights, e.fit = weights, fit
	})
}

// memoriseRun keeps a finished run that did not fail.
func (r *run) memoriseRun(c Checkpoint, from teacher, out *spec.Run, d *detector.Detector) {
	r.o.Memory.change(originOf(r.data, c, from.digest, r.named), func(e *memorised) {
		results := map[string]remembered{detects(r.spec.Detect): {&r.spec.Detect, *out, d}}
		for key, x := range e.results {
			if _, newer := results[key]; !newer {
				results[key] = x
			}
		}
		e.results = results
	})
}
