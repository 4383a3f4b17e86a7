package experiment

import (
	"slices"

	"cosinelab/engine/spec"
)

// takeOver keeps what was finished before, and returns the places of the seeds that are to be trained: those
// of which a run or the teacher is missing.
func (r *run) takeOver(before spec.Report) (fresh []int) {
	for i, seed := range r.spec.Seeds {
		teacher := slices.IndexFunc(before.Teachers, func(t spec.TeacherRun) bool { return t.Seed == seed })
		runs, there := r.runsBefore(before, i)
		if !there || r.spec.Teaches() && teacher < 0 {
			fresh = append(fresh, i)
			continue
		}
		if teacher >= 0 {
			r.teachers[i] = &before.Teachers[teacher]
		}
		for arm, run := range runs {
			if run != nil {
				r.runs[arm][i] = run
			}
		}
	}
	return fresh
}

// runsBefore are the runs that every arm had with a seed, nil for an arm that has none with it; false if one
// is missing.
func (r *run) runsBefore(before spec.Report, seed int) (runs []*spec.Run, there bool) {
	runs = make([]*spec.Run, len(r.spec.Arms))
	for arm, a := range r.spec.Arms {
		if seed >= r.spec.RunsOf(a) {
			continue
		}
		for _, was := range before.Arms {
			for k := range was.Runs {
				if run := &was.Runs[k]; run.Arm == a.Name && run.Seed == r.spec.Seeds[seed] {
					runs[arm] = run
				}
			}
		}
		if runs[arm] == nil {
			return nil, false
		}
	}
	return runs, true
}
