package protocol

import (
	"errors"
	"fmt"
	"slices"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// Check reports what a response lacks of what its type says, or in what it contradicts itself. A page that
// was built with its worker never hears of such a one; whoever draws what came from elsewhere would fail at
// it.
func (r *Response) Check() error {
	switch r.Type {
	case TypeReady, TypeState, TypeKept, TypeTimed, TypeFile, TypeDrawn:
		return nil
	case TypeScored:
		return checkScored(r.Scored)
	case TypeTaught:
		if r.Teacher == nil {
			return errors.New("an answer about a teacher without one")
		}
		return nil
	case TypeData:
		return checkSummary(r.Summary)
	case TypeLooked:
		return checkLook(r)
	case TypeEvent:
		if r.Event == nil {
			return errors.New("an event without one")
		}
		return checkRun(r.Event.Finished)
	case TypePlanned:
		if r.Planned == nil {
			return errors.New("a plan without one")
		}
		if r.Report == nil {
			return nil
		}
		return checkReport(r.Report)
	case TypeReport, TypeRejudged:
		return checkReport(r.Report)
	case TypeOverData:
		if r.OverData == nil {
			return errors.New("intervals over the data without any")
		}
		return nil
	case TypeJudged:
		if len(r.Runs) == 0 {
			return errors.New("a judgement without a run")
		}
		var err error
		for i := range r.Runs {
			err = errors.Join(err, checkRun(&r.Runs[i]))
		}
		return err
	case TypeSeries:
		if r.Series == nil || r.Series.View.Width < 1 || r.Series.View.From < 0 {
			return errors.New("a series without its view")
		}
		return nil
	case TypeInsight:
		return checkInsight(r.Insight)
	case TypeError:
		if r.Error == nil || r.Error.Fault == nil {
			return errors.New("an error without one")
		}
		return nil
	}
	return fmt.Errorf("a response of type %q", r.Type)
}

func checkLook(r *Response) error {
	if r.Look == nil {
		if r.Reading == nil {
			return errors.New("a look at nothing")
		}
		return nil
	}
	v := r.Look.Preview
	if v == nil || v.Rows < 1 || v.Cut < 0 || v.Cut > v.Rows {
		return errors.New("a look without its preview")
	}
	for _, row := range v.Cells {
		if len(row.Cells) > len(r.Look.Summary.Columns) {
			return fmt.Errorf("a row of %d cells in %d columns", len(row.Cells), len(r.Look.Summary.Columns))
		}
	}
	return checkSummary(&r.Look.Summary)
}

func checkScored(s *Scored) error {
	if s == nil || len(s.Detector.Channels) == 0 || s.Scored > s.Steps || !s.Timeline.Check() {
		return errors.New("scores without channels, or more of them than rows")
	}
	outside := func(c int) bool { return c < 0 || c >= len(s.Detector.Channels) }
	for _, a := range s.Alarms {
		if !within(a.Range, s.Steps) || slices.ContainsFunc(a.Causes, func(c spec.Cause) bool {
			return outside(c.Channel)
		}) {
			return fmt.Errorf("an alarm at %v of %d rows", a.Range, s.Steps)
		}
	}
	if slices.ContainsFunc(s.Outside, func(o spec.Outside) bool { return outside(o.Channel) }) {
		return errors.New("a channel that is none")
	}
	return nil
}

func checkSummary(d *spec.DataSummary) error {
	if d == nil || len(d.Channels) == 0 || d.TestSteps < 1 {
		return errors.New("a series without channels or steps")
	}
	if !d.Timeline.Check() {
		return errors.New("a timeline out of order")
	}
	for _, s := range d.Segments {

		outside := func(c int) bool { return c < 0 || c >= len(d.Channels) }
		if !within(s.Range, d.TestSteps) || slices.ContainsFunc(s.Channels, outside) {
			return fmt.Errorf("an anomaly at %v of %d steps", s.Range, d.TestSteps)
		}
	}
	return nil
}

func within(r steps.Range, n int) bool { return r.From >= 0 && r.To > r.From && r.To <= n }

func checkReport(r *spec.Report) error {
	if r == nil {
		return errors.New("a report without one")
	}
	err := checkSummary(&r.Data)
	for _, a := range r.Arms {
		for i := range a.Runs {
			err = errors.Join(err, checkRun(&a.Runs[i]))
		}
	}
	return err
}

// checkRun takes nil for a run that nothing is wrong with.
func checkRun(r *spec.Run) error {
	if r == nil {
		return nil
	}
	for i, a := range r.Alarms {
		if a.From < 0 || a.To <= a.From || r.Causes != nil && i >= len(r.Causes) {
			return fmt.Errorf("alarm %d at %v, causes of %d", i, a, len(r.Causes))
		}
	}
	for _, causes := range r.Causes {
		if slices.ContainsFunc(causes, func(c spec.Cause) bool { return c.Channel < 0 }) {
			return errors.New("a cause that is no channel")
		}
	}
	return nil
}

// checkInsight looks at numbers of rows and columns alone: values travel beside, and whoever draws sees how many came.
func checkInsight(i *Insight) error {
	if i == nil || i.Window.From < 0 || i.Window.To <= i.Window.From || i.Layers < 0 || i.Heads < 0 {
		return errors.New("a look inside without its window")
	}
	for _, f := range i.Figures {
		if f.Rows.Count < 0 || f.Columns.Count < 0 || f.Title == nil || f.Axis == nil || f.Says == nil {
			return fmt.Errorf("figure %q of %d rows and %d columns", f.Name, f.Rows.Count, f.Columns.Count)
		}
	}
	return nil
}
