package figure

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// sentences is a caption under way.
type sentences struct {
	w   *words.Language
	all []string
}

func (s *sentences) say(k words.Key, args ...any) { s.all = append(s.all, s.w.Say(k, args...)) }

// finish adds what every caption says, and puts all together: data, seeds, missing runs, version. A figure
// that travels without its report must still say what it shows.
func (s *sentences) finish(in Input) string {
	sp := in.Report.Spec
	s.say("caption-data", s.w.TitleOf(sp.Data.Source, in.Report.Data.Title), sp.Data.Source, in.Report.Data.TestSteps,
		len(in.Report.Data.Channels))
	if !in.Report.Data.Labelled {
		s.say("caption-no-labels")
	}
	s.say("caption-seeds", s.w.All(seedList(sp.Seeds)))
	if missing := unfinished(in.Report); len(missing) > 0 {
		s.say("caption-missing", s.w.All(missing))
	}
	s.say("caption-version", in.Version)
	return strings.Join(s.all, " ")
}

func seedList(seeds []uint64) (list []string) {
	for _, seed := range seeds {
		list = append(list, strconv.FormatUint(seed, 10))
	}
	return list
}

// unfinished lists the runs of a spec that have no scores, as arm/seed.
func unfinished(r spec.Report) (missing []string) {
	for _, a := range r.Spec.Arms {
		for _, seed := range r.Spec.Seeds {
			if !scored(r, a.Name, seed) {
				missing = append(missing, a.Name+"/"+strconv.FormatUint(seed, 10))
			}
		}
	}
	return missing
}

// scored reports whether the run of an arm with a seed has something to show: scores, or the metrics of a
// report whose scores are not at hand.
func scored(r spec.Report, arm string, seed uint64) bool {
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Arm == arm && run.Seed == seed {
				return run.Failed == nil && (len(run.Scores) > 0 || len(run.Metrics) > 0)
			}
		}
	}
	return false
}

// threshold says how thresholds were chosen.
func (s *sentences) threshold(in Input) {
	s.say("caption-threshold", in.Report.Spec.Detect.Threshold.String())
}

// caption says only what the drawing holds: channels, scores, or both.
func (s *signalOf) caption() string {
	c := &sentences{w: s.Words}
	shown := s.channels
	if s.Test.Rows == 0 {
		shown = nil
	}
	var names []string
	for _, i := range shown {
		names = append(names, s.nameOf(i))
	}
	switch runs := len(s.lanes) > len(shown); {
	case runs && len(names) > 0:
		c.say("caption-signal", c.w.All(names), strconv.FormatUint(s.seed, 10))
	case runs:
		c.say("caption-scores", strconv.FormatUint(s.seed, 10))
	default:
		c.say("caption-channels", c.w.All(names))
	}
	if s.steps != (steps.Range{To: s.Report.Data.TestSteps}) {
		c.say("caption-steps", s.steps.From, s.steps.To)
	}
	if n := len(s.Report.Data.Series); n > 0 {
		c.say("caption-series", n)
	}
	if s.Report.Data.Labelled {
		c.say("caption-truth")
	}
	if len(s.lanes) > len(shown) {
		if s.root {
			c.say("caption-score-root")
		}
		c.say("caption-score-axes")
		c.threshold(s.Input)
		if s.Report.Data.Labelled {
			c.say("caption-alarms")
		} else {
			c.say("caption-alarms-only")
		}
	}
	return c.finish(s.Input)
}

func learningCaption(in Input) string {
	c := &sentences{w: in.Words}
	c.say("caption-learning")
	if in.Report.Spec.Teaches() {
		c.say("caption-cosine")
	}
	return c.finish(in)
}

func epochsCaption(in Input) string {
	c := &sentences{w: in.Words}
	c.say("caption-epochs", strconv.FormatFloat(100*in.Report.Spec.Level(), 'g', 4, 64))
	return c.finish(in)
}

func (r *resultsOf) caption() string {
	c := &sentences{w: r.Words}
	c.say("caption-results")
	if r.gains {
		c.say("caption-gains", r.baseline(), r.level())
	}
	for _, b := range r.blocks {
		for _, m := range b.metrics {
			if m.Metric.Name == r.Report.Spec.JudgedBy().Name && m.Untrained.Defined() {
				c.say("caption-headline", m.Metric, 100*float64(m.Chance),
					100*float64(m.Untrained))
			}
		}
	}
	c.threshold(r.Input)
	return c.finish(r.Input)
}
