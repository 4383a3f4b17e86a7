package main

import (
	"io"
	"path/filepath"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/datasets/steps"
	"cosinelab/engine/alarms"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// joined are alarms as the flags -merge and -least have them.
func joined(e *metrics.Evaluation, a *metrics.Alarms, o evalOptions) (*metrics.Alarms, error) {
	if a == nil || o.merge == nil && o.least == nil {
		return a, nil
	}
	flags := make([]bool, e.N())
	for _, s := range a.Segments {
		for t := s.From; t < s.To; t++ {
			flags[t] = true
		}
	}
	number := func(n *int) int {
		if n == nil {
			return 0
		}
		return *n
	}
	return e.Raise(detect.Alarms(e.N(), e.Borders, func(i int) bool { return flags[i] }, number(o.merge),
		number(o.least)))
}

// alarmFormat is the format of a file of alarms by its ending; windows of NAB end in .json.
func alarmFormat(file string) (alarms.Format, error) {
	switch strings.ToLower(filepath.Ext(file)) {
	case "", ".csv":
		return alarms.CSV, nil
	case ".jsonl":
		return alarms.Lines, nil
	case ".json":
		return alarms.NAB, nil
	}
	return "", usage("cli-flag-value", "-alarms", file, fault.New("want-choice",
		fault.Choices{"NAME.csv", "NAME.jsonl", "NAME.json"}))
}

// writeRaised writes the alarms of every column of scores to the file that the flags name, if they name one. Points
// are counted as they were measured: without those that are excluded, series one behind the other.
func writeRaised(all []evaluation, o evalOptions) error {
	if o.alarms == "" {
		return nil
	}
	format, err := alarmFormat(o.alarms)
	if err != nil {
		return err
	}
	return keep.Write(o.alarms, func(out io.Writer) error {
		w := alarms.NewWriter(out, format)
		for _, v := range all {
			if v.raised == nil {
				continue
			}
			from := alarms.Source{Name: filepath.Base(o.scores)}
			if len(all) > 1 {
				from.Arm = v.Name
			}
			for _, r := range v.raised.Segments {
				if err := w.Write(from, peaked(v.raised.Evaluation.Scores, r)); err != nil {
					return err
				}
			}
		}
		return w.Close()
	})
}

// peaked is an alarm with its highest score.
func peaked(scores []float64, r steps.Range) spec.Alarm {
	a := spec.Alarm{Range: r, Peak: spec.Peak{Step: r.From, Score: metrics.Value(scores[r.From])}}
	for t := r.From; t < r.To; t++ {
		if scores[t] > float64(a.Peak.Score) {
			a.Peak = spec.Peak{Step: t, Score: metrics.Value(scores[t])}
		}
	}
	return a
}
