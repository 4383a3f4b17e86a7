package experiment

import (
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Planned is the plan of one training run.
type Planned struct {
	Arm        string // its name; empty = the teacher
	Model      string
	Parameters int // numbers that training changes
	Windows    int // in a micro-batch
	Plan       *plan.Plan
}

// Plans lays out what an experiment computes, without computing it: the teacher, if there is one, then every
// arm that has a student, trained or not. Seeds share their plans.
func Plans(prepared *Prepared) ([]Planned, error) {
	sp := prepared.Spec
	r := &run{spec: sp, data: prepared}
	var plans []Planned
	if sp.Teaches() {
		p, err := r.teacherProblem()
		if err != nil {
			return nil, err
		}
		if plans, err = planned(plans, p, "", sp.Teacher.Model, sp.Train.Clip); err != nil {
			return nil, err
		}
	}
	for _, a := range sp.Arms {
		if !spec.Controls[a.Control].Student {
			continue
		}
		p, err := r.studentProblem(a, sp.Teaches())
		if err != nil {
			return nil, err
		}
		if plans, err = planned(plans, p, a.Name, sp.StudentOf(a), sp.Train.Clip); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// planned adds the plan of a problem to others.
func planned(plans []Planned, p train.Problem, arm string, m spec.Model, clip float64) ([]Planned, error) {
	parameters := 0
	for _, w := range p.Trainable {
		parameters += w.Shape.Len()
	}
	laid, err := train.Plan(p, clip, nil)
	return append(plans, Planned{Arm: arm, Model: m.Kind.String(), Parameters: parameters,
		Windows: p.Windows.Shape[0], Plan: laid}), err
}
