// Package results is what the page says of an experiment that is carried out, as functions of its reports.
package results

import (
	"reflect"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Progress is an experiment as far as it has come. Several training runs may be under way at once: their
// events come in any order, so each has a Track of its own.
type Progress struct {
	Spec     spec.Spec
	Data     spec.DataSummary
	Drop     int            // number of the files that Data was read from; 0 = it is not from such files
	Teacher  int            // likewise of the file that its teacher came from
	Phase    spec.PhaseKind // of the newest event
	Left     float64        // seconds until the report; not positive = not known
	Live     []Track        // training runs under way, in the order of the spec
	Ended    Track          // the training run that ended last: it is shown until the next begins
	Teachers []uint64       // seeds whose teacher has been trained
	Runs     []spec.Run     // that have their scores, or failed
	Final    *spec.Report   // nil until the engine has sent it
	Over     bool
	Anew     bool                  // Final was judged by another Detect than it was trained with
	OverData *spec.OverData        // nil until somebody has asked for it
	Hand     map[string][]spec.Run // by arm: Runs at a threshold that was set by hand
	Lost     *fault.Fault          // why a worker is gone; nil = none is
	Gone     bool                  // it cannot be drawn any more: another series was opened, or Died
	Died     bool                  // the engine did, with them
	Resumed  bool                  // from checkpoints, after an engine died in it
	Stopped  bool                  // by a person; where it has not come to its end its checkpoints are kept
	Recorded bool                  // when the page was made: nothing of it was trained here

	order []TrainingRun // those of Spec
	first spec.Detect   // that was set before training
}

// TrainingRun names one: that of a teacher has no arm, since all arms of a seed share it.
type TrainingRun struct {
	Arm  string
	Seed uint64
}

// Track is one training run as far as it has come.
type Track struct {
	Of     TrainingRun
	Last   spec.Event
	Seen   *Glimpse // what charts can show of it; nil = nothing yet
	Trace  []Sample // losses by step
	Epochs []spec.Epoch
}

// Glimpse is how much of the test part was scored after a step.
type Glimpse struct {
	spec.Glimpse
	Step int
}

// Sample is the losses at one moment of a training run.
type Sample struct {
	Epoch  float64 // epochs done, in fractions
	Losses []spec.Part
}

// MaxTrace bounds a trace: beyond it every other sample goes. What is left is as fine as the plot can show,
// and little enough to be drawn again with every step that the page hears of.
const MaxTrace = 500

// Begin returns the progress of an experiment that was just asked for.
func Begin(s spec.Spec, d spec.DataSummary) *Progress {
	return &Progress{Spec: s, Data: d, Phase: spec.PhaseData, first: s.Detect, order: TrainingRuns(s)}
}

// Hear takes an event over, and tells whether there is now more to draw in the charts: the output of a
// teacher or a student, or a glimpse of it. Events that come after the end are left out; the report has it all.
func (p *Progress) Hear(e *spec.Event) (more bool) {
	if e == nil || p.Over {
		return false
	}
	p.event(*e)
	return e.Finished != nil || e.Taught != nil || e.Glimpse != nil
}

// event takes over one event of the worker. Controls are not trained: of them only the result counts.
func (p *Progress) event(e spec.Event) {
	p.Phase, p.Left = e.Phase, e.Left
	of := TrainingRun{e.Arm, e.Seed}
	switch {
	case e.Taught != nil:
		p.Teachers = append(p.Teachers, e.Taught.Seed)
		p.end(of)
	case e.Finished != nil:
		p.Runs = append(p.Runs, *e.Finished)
		p.end(of)
	case (e.Arm != "" || e.Phase == spec.PhaseTeacher) && p.place(of) >= 0:
		p.track(of).event(e)
	}
}

// Finish takes over the report, which replaces what events have told: it has the runs in the order of the
// spec, and everything that stopping left out.
func (p *Progress) Finish(r *spec.Report) {
	p.Final, p.Over, p.Data = r, true, r.Data
	p.Teachers = nil
	for _, t := range r.Teachers {
		p.Teachers = append(p.Teachers, t.Seed)
	}
	p.Runs = p.Runs[:0:0]
	for _, a := range r.Arms {
		p.Runs = append(p.Runs, a.Runs...)
	}
}

// Rejudge takes over a report that was judged by another Detect. Thresholds by hand go.
func (p *Progress) Rejudge(r *spec.Report) {
	p.Spec.Detect, p.Hand, p.OverData = r.Spec.Detect, nil, nil
	p.Anew = !reflect.DeepEqual(p.Spec.Detect, p.first)
	p.Finish(r)
}

// chosenAfter tells whether what the metric of the verdict rests on was chosen after its results were seen.
func (p *Progress) chosenAfter() bool {
	d := p.Spec.Detect
	return d.Score != p.first.Score || d.Smoothing != p.first.Smoothing || d.Window != p.first.Window ||
		p.Spec.JudgedBy().NeedsThreshold() && (p.Anew || len(p.Hand) > 0)
}

// TakeHand takes over runs of an arm at a threshold set by hand, which come without what that does not change; a
// rough one has a part of its metrics only, and the others stay. It returns them whole.
func (p *Progress) TakeHand(judged []spec.Run) (whole []*spec.Run) {
	var all []spec.Run
	for _, j := range judged {
		own := p.runOf(j.Arm, j.Seed)
		if own == nil {
			continue
		}
		r := *own
		i := slices.IndexFunc(p.Hand[j.Arm], func(h spec.Run) bool { return h.Seed == j.Seed })
		if i >= 0 {
			r = p.Hand[j.Arm][i]
		}
		r.Threshold, r.Hits, r.FalseRuns, r.Series = j.Threshold, j.Hits, j.FalseRuns, j.Series
		r.Alarms, r.Peaks, r.Causes = j.Alarms, j.Peaks, j.Causes
		r.Metrics = slices.Clone(r.Metrics)
		for i := range r.Metrics {
			for _, m := range j.Metrics {
				if m.Name == r.Metrics[i].Name {
					r.Metrics[i] = m
				}
			}
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil
	}
	if p.Hand == nil {
		p.Hand = map[string][]spec.Run{}
	}
	p.Hand[all[0].Arm] = all
	for i := range all {
		whole = append(whole, &all[i])
	}
	return whole
}

// ShownMetrics are the names of the metrics that the page shows where it does not show all.
func (p *Progress) ShownMetrics() (names []string) {
	for _, m := range columns(false, p.Spec.JudgedBy()) {
		names = append(names, m.Name)
	}
	for _, m := range metrics.OfDetection() {
		names = append(names, m.Name)
	}
	return append(names, curveMetrics[:]...)
}

// curveMetrics are those that say where a threshold lies on the curves, the last for 10,000 normal steps.
var curveMetrics = [...]string{"recall", "precision", "false_alarm_points"}

// Report returns what is finished as a report, so that an experiment under way is summed up like one that is
// done.
func (p *Progress) Report() spec.Report {
	r := spec.Report{Version: spec.Version, Spec: p.Spec, Data: p.Data}
	if p.Final != nil {
		r = *p.Final
	}
	r.OverData = p.OverData
	if len(p.Hand) > 0 {
		r.Comparisons = nil // those are of the policy
	}
	r.Arms = nil
	for _, a := range p.Spec.Arms {
		r.Arms = append(r.Arms, spec.ArmReport{Arm: a, Runs: p.runsOf(a.Name)})
	}
	return r
}

// track returns the track of a training run under way, a new one in its place when it has just begun. The
// pointer is good until Live changes.
func (p *Progress) track(of TrainingRun) *Track {
	behind := func(t Track, place int) int { return p.place(t.Of) - place }
	at, found := slices.BinarySearchFunc(p.Live, p.place(of), behind)
	if !found {
		p.Live = slices.Insert(p.Live, at, Track{Of: of})
	}
	return &p.Live[at]
}

// end notes that a training run is over.
func (p *Progress) end(of TrainingRun) {
	p.Live = slices.DeleteFunc(p.Live, func(t Track) bool {
		if t.Of == of {
			p.Ended = t
		}
		return t.Of == of
	})
}

// Shown is the training run that a single line can tell of: the first in the order of the spec, which stays
// the same until it is over, whatever else goes on beside it.
func (p *Progress) Shown() *Track {
	if len(p.Live) > 0 {
		return &p.Live[0]
	}
	return &p.Ended
}

// event keeps the losses of every step it is told of; when there are many, it thins them out.
func (t *Track) event(e spec.Event) {
	if e.Glimpse != nil { // the step before has told of everything else
		t.Seen = &Glimpse{*e.Glimpse, e.Step}
		return
	}
	if e.Phase == spec.PhaseScore { // it counts no steps: those made stay
		t.Last.Phase, t.Last.Measured = e.Phase, e.Measured
		return
	}
	if e.Step < t.Last.Step {
		t.cut(e)
	}
	t.Last = e
	if len(e.Losses) > 0 && e.Steps > 0 {
		t.Trace = append(t.Trace, Sample{epochsDone(e), e.Losses})
		if len(t.Trace) > MaxTrace {
			t.Trace = everyOther(t.Trace)
		}
	}
	if e.EpochDone != nil {
		t.Epochs = append(t.Epochs, *e.EpochDone)
	}
}

// cut takes back what came after e: the training run goes on from a checkpoint, and makes those steps again.
func (t *Track) cut(e spec.Event) {
	t.Trace = slices.DeleteFunc(t.Trace, func(s Sample) bool { return s.Epoch >= epochsDone(e) })
	t.Epochs = slices.DeleteFunc(t.Epochs, func(done spec.Epoch) bool { return done.Epoch >= e.Epoch })
}

// epochsDone is where an event stands in its training run.
func epochsDone(e spec.Event) float64 {
	return float64(e.Step) / float64(e.Steps) * float64(e.Epochs)
}

// TrainingRuns lists everything that is trained, in the order of the spec: seed by seed, the teacher before
// the arms.
func TrainingRuns(s spec.Spec) (list []TrainingRun) {
	teacher := trainsTeacher(s)
	for _, seed := range s.Seeds {
		if teacher {
			list = append(list, TrainingRun{Seed: seed})
		}
		for _, a := range s.Arms {
			if Trained(a) {
				list = append(list, TrainingRun{a.Name, seed})
			}
		}
	}
	return list
}

// Trained tells whether an arm costs training.
func Trained(a spec.Arm) bool { return spec.Controls[a.Control].Trains }

// trainsTeacher tells whether a teacher is trained: some arm needs one, and its weights are not read from a
// file.
func trainsTeacher(s spec.Spec) bool { return s.Teacher.Weights == "" && s.Teaches() }

// place is that of a training run in the order of the spec, -1 for what is none.
func (p *Progress) place(of TrainingRun) int { return slices.Index(p.order, of) }

// Watched is the training run of an arm, or with an empty name of a teacher, that charts can show while it goes
// on; nil where there is none.
func (p *Progress) Watched(arm string) *Track {
	if p.Over {
		return nil
	}
	for i := range p.Live {
		if t := &p.Live[i]; t.Of.Arm == arm && t.Seen != nil {
			return t
		}
	}
	return nil
}

// Shares is how much of each training run is done, 0 to 1, in the order of the spec.
func (p *Progress) Shares() (shares []float64) {
	for _, of := range p.order {
		shares = append(shares, p.share(of))
	}
	return shares
}

// share is how much of a training run is done, 0 to 1. Scoring comes after its last step and is not counted.
func (p *Progress) share(of TrainingRun) float64 {
	if of.Arm == "" && slices.Contains(p.Teachers, of.Seed) || p.runOf(of.Arm, of.Seed) != nil {
		return 1
	}
	for _, t := range p.Live {
		if t.Of == of && t.Last.Steps > 0 {
			return float64(t.Last.Step) / float64(t.Last.Steps)
		}
	}
	return 0
}

// everyOther halves a list in place.
func everyOther[T any](list []T) []T {
	kept := list[:0]
	for i := 0; i < len(list); i += 2 {
		kept = append(kept, list[i])
	}
	return kept
}

// Finished counts the trained runs that have scores: controls cost nothing and are not counted.
func (p *Progress) Finished() int {
	n := 0
	for _, a := range p.Spec.Arms {
		if Trained(a) {
			n += len(p.runsOf(a.Name))
		}
	}
	return n
}

// Done counts the training runs that are over, of those there are.
func (p *Progress) Done() (done, all int) {
	return len(p.Teachers) + p.Finished(), len(p.order)
}

// First returns the run of an arm that stands for all of them in charts, the one with the first seed in the
// spec's order that is finished; nil when there is none.
func (p *Progress) First(arm string) *spec.Run {
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil {
			return r
		}
	}
	return nil
}

// runOf returns the run of an arm with a seed, or nil when it is not finished.
func (p *Progress) runOf(arm string, seed uint64) *spec.Run {
	for i := range p.Runs {
		if p.Runs[i].Arm == arm && p.Runs[i].Seed == seed {
			return &p.Runs[i]
		}
	}
	return nil
}

// runsOf returns the finished runs of an arm, at a threshold set by hand where there is one, in the order of the spec's seeds.
func (p *Progress) runsOf(arm string) []spec.Run {
	var runs []spec.Run
	for _, seed := range p.Spec.Seeds {
		r := p.runOf(arm, seed)
		for i, h := range p.Hand[arm] {
			if h.Seed == seed {
				r = &p.Hand[arm][i]
			}
		}
		if r != nil {
			runs = append(runs, *r)
		}
	}
	return runs
}

// failure returns the first run of these arms that has no scores because it failed, or nil.
func (p *Progress) failure(arms ...string) *spec.Run {
	for i, r := range p.Runs {
		if r.Failed != nil && slices.Contains(arms, r.Arm) {
			return &p.Runs[i]
		}
	}
	return nil
}

// complete tells whether all of these arms have every seed: no verdict before the last.
func (p *Progress) complete(arms ...string) bool {
	for _, a := range p.Spec.Arms {
		if slices.Contains(arms, a.Name) && len(p.runsOf(a.Name)) < p.Spec.RunsOf(a) {
			return false
		}
	}
	return true
}

// NameOf returns what an arm is called; an empty name stands for the teacher.
func (p *Progress) NameOf(w *words.Language, arm string) string {
	return look.Named(w, p.Spec, arm).Text
}
