package experiment

import (
	"fmt"

	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// Need is what an experiment takes, estimated before any of it is there.
type Need struct {
	Arm        string  // whose training run is the largest; empty = the teacher's
	Model      string  // of that run
	Parameters float64 // numbers that it changes
	Run        float64 // bytes of it, while it goes on
	Kept       float64 // bytes of what stays of all runs until the report
	Work       float64 // FLOP in products of all runs, unless training stops early

	field string // of the spec that takes most
}

// need is one training run with its scores, or one closed form.
type need struct {
	arm, field     string
	name           string // of the model
	parameters     float64
	arena          float64 // bytes
	kept           float64 // bytes of its detector
	learns, scores float64 // FLOP
	runs           float64 // how many there are
	gradient       float64 // FLOP of one micro-batch's gradient, of so many windows
	micro          int
}

// Estimate says what the experiment that p was prepared for takes. Bytes of a training run are within half of
// what its plan then needs (plan.Estimate), those of a closed form within a factor of 2 of what it takes. Outputs
// are kept as Options.Outputs has them, and detectors with them. pause is called between models; its error ends
// the estimate.
func Estimate(p *Prepared, outputs bool, pause func() error) (Need, error) {
	runs, err := needs(p, pause)
	if err != nil {
		return Need{}, err
	}
	var out Need
	var most need
	for _, n := range runs {
		if n.arena > most.arena {
			most = n
		}
		out.Work += n.runs * (n.learns + n.scores)
		if outputs {
			out.Kept += n.runs * n.kept
		}
	}
	out.Arm, out.Model, out.Parameters = most.arm, most.name, most.parameters
	parts := p.bytes(outputs)
	out.Run, out.field = most.arena, most.field
	largest := most.arena
	for _, x := range parts {
		if x.bytes > largest {
			largest, out.field = x.bytes, x.field
		}
		if x.kept {
			out.Kept += x.bytes
		} else {
			out.Run += x.bytes
		}
	}
	return out, nil
}

// part is memory beside that of models, with the field of the spec that it grows with.
type part struct {
	field string
	bytes float64
	kept  bool
}

// bytes lists what the data of an experiment take beside the set itself.
func (p *Prepared) bytes(outputs bool) []part {
	sp := p.Spec
	steps, channels := float64(p.test.Steps()), float64(p.channels)
	arms, seeds := float64(len(sp.Arms)), float64(len(sp.Seeds))
	// Of each scored step: the score, and on the way its rank and those of random scores.
	one := []part{{"data.test", steps * 100, false}, {"data.channels", steps * channels * 4, false},
		// Windows travel to the workers that share a batch.
		{"train.batch", float64(min(sp.Train.Batch, p.fit.Len())*p.fit.Size()) * 4, false},
		{"seeds", arms * seeds * steps * 9, true}}
	if spec.Policies[sp.Detect.Threshold.Policy].Train {
		// Scores of the training windows, and a copy to sort, with room for runs of them.
		one = append(one, part{"data.stride", float64(p.train.Steps()) * 24, false})
	}
	if outputs {
		// Output and errors of each arm, output of each teacher.
		one = append(one, part{"seeds", (2*arms + 1) * seeds * steps * channels * 4, true})
		// What runs can be judged by anew: scores of about two sources, each way.
		train := float64(p.overTrain(false, p.trainRanges()...).Steps() + p.overTrain(true, p.trainRanges()...).Steps())
		one = append(one, part{"data.stride", arms * seeds * 16 * (steps + min(train, mostKept)), true})
	}
	return one
}

// needs lists the training runs of one seed: the teacher, if there is one, then the arms that have a student or
// are closed forms. Arms of the same model and objective are estimated once.
func needs(p *Prepared, pause func() error) (all []need, err error) {
	sp := p.Spec
	r := &run{spec: sp, data: p}
	add := func(arm, field string, m spec.Model, epochs int, build func() (train.Problem, error)) error {
		if err := pause(); err != nil {
			return err
		}
		problem, err := build()
		if err != nil {
			return err
		}
		n, err := p.need(problem, epochs)
		n.arm, n.field, n.name, n.runs = arm, field, m.Kind.String(), float64(len(sp.Seeds))
		if arm != "" {
			n.kept = 4 * n.parameters
		}
		all = append(all, n)
		return err
	}
	if sp.Teaches() {
		epochs := sp.Teacher.Epochs
		if sp.Teacher.Weights != "" {
			epochs = 0
		}
		if err := add("", "teacher", sp.Teacher.Model, epochs, r.teacherProblem); err != nil {
			return nil, err
		}
	}
	known := map[string]need{}
	for i, a := range sp.Arms {
		if spec.Controls[a.Control].Closed {
			n := p.closedNeed(a.OrDefault())
			n.arm, n.name, n.runs = a.Name, a.Control.String(), float64(sp.RunsOf(a))
			if n.field == "" {
				n.field = "data.channels"
			} else {
				n.field = fmt.Sprintf("arms[%d].%s", i, n.field)
			}
			all = append(all, n)
			continue
		}
		if !spec.Controls[a.Control].Student {
			continue
		}
		student, field, epochs := sp.StudentOf(a), "student", 0
		if a.Student != nil {
			field = fmt.Sprintf("arms[%d].student", i)
		}
		if spec.Controls[a.Control].Trains {
			epochs = sp.Train.Epochs
		}
		a.Objective.Weight, a.Objective.Schedule = 0, 0 // numbers of the same graph
		key := fmt.Sprint(student, epochs, a.Objective)
		if n, ok := known[key]; ok {
			n.arm, n.field = a.Name, field
			all = append(all, n)
			continue
		}
		build := func() (train.Problem, error) { return r.studentProblem(a, sp.Teaches()) }
		if err := add(a.Name, field, student, epochs, build); err != nil {
			return nil, err
		}
		known[key] = all[len(all)-1]
	}
	return all, nil
}

// need is that of one training run, which grows the problem's graph.
func (p *Prepared) need(problem train.Problem, epochs int) (n need, err error) {
	micro := float64(problem.Windows.Shape[0])
	for _, w := range problem.Trainable {
		n.parameters += floats(w.Shape)
	}
	size, err := train.Estimate(problem, p.Spec.Train.Clip)
	if err != nil {
		return n, err
	}
	// Beside the plan's own memory there are the best epoch's parameters, and gradients on their way.
	n.arena = 4 * (size.Arena + 2*n.parameters)
	passes := func(windows int) float64 { return float64(windows)/micro + 1 }
	gradient, evaluate, forward := size.FLOP[0], size.FLOP[3], size.FLOP[4]
	n.gradient, n.micro = gradient, problem.Windows.Shape[0]
	n.learns = float64(epochs) * (passes(p.fit.Len())*gradient + passes(p.valid.Len())*evaluate)
	n.scores = passes(p.test.Len()) * forward
	if spec.Policies[p.Spec.Detect.Threshold.Policy].Train {
		n.scores += passes(p.train.Len()) * forward
	}
	return n, nil
}

// closedNeed is that of a detector without a network: what is alive at once while it is fitted, or while it scores.
// field is that of the arm which its size grows with, empty where the series take more.
func (p *Prepared) closedNeed(a spec.Arm) (n need) {
	if narrow(a, p.channels) != nil {
		return n
	}
	const bytes = 8
	c, looks := float64(p.channels), spec.Policies[p.Spec.Detect.Threshold.Policy].Train
	train, test := float64(p.trained.Rows), float64(p.Scaled.Rows)
	scored, series := test, train+test // steps; both parts are there in float64
	if looks {
		scored += train
	}
	var d, fits, misses float64 // values of a window; numbers that fitting takes; errors of a series at once
	fitting := 2 * train        // steps of copies
	switch a.Control {
	case spec.ControlNorm:
		fitting, misses = 0, 1
		n.scores = 2 * scored * c
	case spec.ControlPCA:
		d, misses, n.field = c*float64(a.Window), 3, "window"
		fits, n.kept = 2*d*d, bytes*d*d/2
		n.learns = 2*train*c*d + 9*d*d*d
		n.scores = 2 * scored * d * d
	case spec.ControlForecast:
		d, misses, n.field = c*float64(a.Lag+1), 1, "lag"
		fits, n.kept = d*d+c*d, bytes*c*d
		n.learns = 2*train*c*d + d*d*d/3 + 2*c*d*d
		n.scores = 2 * scored * c * d
	}
	scoring := misses * test
	if looks {
		scoring = max(scoring, test+misses*train)
	}
	steps := c * (series + max(fitting, scoring))
	if fits < steps {
		n.field = ""
	}
	n.arena = bytes * max(c*(series+fitting)+fits, c*(series+scoring)+fits/2)
	return n
}

// floats is the number of elements of a shape, which may be beyond every int.
func floats(s tensor.Shape) float64 {
	n := 1.0
	for _, d := range s {
		n *= float64(d)
	}
	return n
}

// maxWork is more than any machine does in years.
const maxWork = 1e20

// Limit is the memory that an experiment may take, in bytes, with the words that say what it is.
type Limit struct {
	Bytes float64
	Told  fault.Word
}

// Workers is how many of so many workers an experiment can have within a limit: each goes on with a training
// run of its own, in this program, and beside says that those beside this one keep a second copy in it. Where
// there is no room for one, the error names the field of the spec that takes most.
func (n Need) Workers(most int, beside bool, l Limit) (int, error) {
	room := l.Bytes - n.Kept
	if n.Run > room {
		const giga = 1e9
		return 0, &spec.FieldError{Field: n.field,
			Got:  fault.New("got-need", n.Parameters, (n.Run+n.Kept)/giga),
			Want: fault.New(string(l.Told), l.Bytes/giga)}
	}
	if n.Work > maxWork {
		return 0, &spec.FieldError{Field: "train.epochs", Got: fault.New("got-work", fmt.Sprintf("%.1e", n.Work)),
			Want: fault.New("want-work", fmt.Sprintf("%.0e", maxWork))}
	}
	each := n.Run
	if beside {
		each *= 2
		room += n.Run
	}
	return max(1, min(most, int(room/each))), nil
}
