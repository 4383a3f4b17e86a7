package main

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/keep"
	"cosinelab/engine/detector"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// armFiles are what the files of arms are called: their names, as far as file systems take them, each once.
func armFiles(sp spec.Spec) map[string]string {
	out, taken := map[string]string{}, map[string]bool{}
	for i, a := range sp.Arms {
		name := detector.Safe(a.Name)
		if key := strings.ToLower(name); taken[key] {
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		taken[strings.ToLower(name)] = true
		out[a.Name] = name
	}
	return out
}

// detectorName is that of a run's detector; arm is what the arm's files are called.
func detectorName(arm string, seed uint64) string { return fmt.Sprintf("%s-%d", arm, seed) }

// detectorFile is the file of a run's detector in the folder of all.
func detectorFile(arm string, seed uint64) string {
	return path.Join(detectorsDir, detectorName(arm, seed)+detector.Ending)
}

// keepDetectors writes the detector of each run as soon as it is there.
func keepDetectors(folder *keep.Folder, sp spec.Spec) func(*detector.Detector) error {
	names := armFiles(sp)
	return func(d *detector.Detector) error {
		return folder.Write(detectorFile(names[d.Arm().Name], d.Seed()), d.Write)
	}
}

// chooseDetectors puts one detector of each arm beside the report: that of the run whose value of the metric that
// the verdict is about is the median of all seeds, the lower one of two; without labels that of the first seed.
// Runs that failed, and random scores, have none.
func chooseDetectors(folder *keep.Folder, r spec.Report) error {
	names := armFiles(r.Spec)
	for _, a := range r.Arms {
		run := middle(a.Runs, r.Spec)
		if run == nil {
			continue
		}
		f, err := openIn(folder, detectorFile(names[a.Arm.Name], run.Seed))
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		err = folder.Write(names[a.Arm.Name]+detector.Ending, func(w io.Writer) error {
			_, err := io.Copy(w, f)
			return err
		})
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// middle is the run in the middle by the metric of the verdict; nil = all failed.
func middle(runs []spec.Run, sp spec.Spec) *spec.Run {
	headline := sp.Headline
	if headline == "" {
		headline = spec.DefaultHeadline
	}
	var all []*spec.Run
	for i := range runs {
		if runs[i].Failed == nil {
			all = append(all, &runs[i])
		}
	}
	if len(all) == 0 {
		return nil
	}
	value := func(r *spec.Run) metrics.Value { return r.Of(headline).Value }
	if slices.ContainsFunc(all, func(r *spec.Run) bool { return !value(r).Defined() }) {
		return all[0]
	}
	slices.SortStableFunc(all, func(a, b *spec.Run) int { return cmp.Compare(value(a), value(b)) })
	return all[(len(all)-1)/2]
}
