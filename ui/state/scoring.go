package state

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// Scoring is new data while a kept detector scores them, and then with what came of it.
type Scoring struct {
	Files form.Dropped
	Of    *protocol.Of // the run whose detector it is; nil = one that is among the files, or was before
	Got   *protocol.Scored
	Wrong *fault.Fault // why the data cannot be scored; nil = they can

	merge, least *int  // in place of the detector's own
	stack        Stack // what the charts show of it
	at           int   // which of several series is shown
	id           int   // of the question
}

// detectorEnding is that of the names of files that are detectors.
const detectorEnding = ".detector"

// IsDetector tells whether a file is a detector, by its name.
func IsDetector(name string) bool { return strings.HasSuffix(strings.ToLower(name), detectorEnding) }

// scoreNew has new data scored: by the detector among the files, else by the one that scored the data before, or
// by that of the run whose alarms are listed. A detector alone is opened, and waits for its data.
func (s *State) scoreNew(files form.Dropped) []Effect {
	if len(files.Names) == 0 || s.Control.Mode == Loading || s.Control.Mode == Dead {
		return nil
	}
	next := &Scoring{Files: files, stack: Stack{Cursor: -1}}
	if !IsDetector(files.Names[0]) {
		switch r := s.Scene().Focused(); {
		case s.New != nil: // the engine has it still
			next.Of = s.New.Of
		case r != nil:
			next.Of = &protocol.Of{Arm: r.Arm, Seed: r.Seed}
		default:
			return nil
		}
	}
	s.New, s.Alarms.Open, s.Alarms.Shown, s.Alarms.Failed = next, true, false, nil
	return s.score()
}

// score asks for the scores; what came before stays until they are there.
func (s *State) score() []Effect {
	n := s.New
	post := s.requests.post(protocol.Request{Type: protocol.TypeScore, Files: n.Files.Names, Drop: n.Files.ID,
		Score: &protocol.Score{Of: n.Of, Merge: n.merge, Least: n.least}})
	n.id, n.Wrong = post.Request.ID, nil
	return []Effect{post}
}

// scored takes what came of new data over, and has it drawn.
func (s *State) scored(r protocol.Response) []Effect {
	if s.New == nil || r.ID != s.New.id || r.Scored == nil {
		return nil
	}
	s.New.Got = r.Scored
	return s.refresh()
}

// refuseNew says why new data cannot be scored, and tells whether the error is about them.
func (s *State) refuseNew(r protocol.Response) bool {
	if s.New == nil || r.Error == nil || r.ID == 0 || r.ID != s.New.id {
		return false
	}
	s.New.Wrong = r.Error.Fault
	return true
}

// leaveNew goes back to the experiment.
func (s *State) leaveNew() []Effect {
	if s.New == nil {
		return nil
	}
	s.New, s.Alarms.Shown, s.Alarms.Wrong, s.Alarms.Failed = nil, false, "", nil
	if s.Control.Mode == Loading || s.Control.Mode == Dead {
		return nil
	}
	return append(s.refresh(), s.requests.post(protocol.Request{Type: protocol.TypeScore}))
}

// waits tells whether a detector is opened that no data were given yet.
func (n *Scoring) waits() bool { return len(n.Files.Names) == 1 && IsDetector(n.Files.Names[0]) }

// scene is new data as charts and list of alarms look at a series: one lane, no labels, no other seeds.
func (n *Scoring) scene() Scene {
	c := Scene{Stack: &n.stack, fresh: n}
	if g := n.Got; g != nil && g.Steps > 0 && n.Wrong == nil {
		one := n.shown()
		c.Data = &spec.DataSummary{Channels: g.Detector.Channels, TestSteps: one.Steps, Timeline: one.Timeline}
	}
	return c
}

// shown is the series that is looked at, or all of the file where it is one.
func (n *Scoring) shown() protocol.ScoredSeries {
	g := n.Got
	if n.at < len(g.Series) {
		return g.Series[n.at]
	}
	return protocol.ScoredSeries{Steps: g.Steps, Count: g.Count, Alarms: g.Alarms, Timeline: g.Timeline}
}

// showSeries looks at another of several series.
func (s *State) showSeries(at int) []Effect {
	n := s.New
	if n == nil || n.Got == nil || at < 0 || at >= len(n.Got.Series) || at == n.at {
		return nil
	}
	n.at, n.stack, s.Alarms.Shown = at, Stack{Cursor: -1}, false
	return s.refresh()
}

// choices are the series that can be looked at, each with how many alarms it has.
func (n *Scoring) choices(w *words.Language) (out []form.Choice) {
	for i, one := range n.Got.Series {
		out = append(out, form.Choice{Value: strconv.Itoa(i), On: i == n.at,
			Text: w.Say("new-series-choice", words.Name(one.Name), one.Count)})
	}
	return out
}

// lane is the score with its alarms.
func (n *Scoring) lane(w *words.Language) Lane {
	d := n.Got.Detector
	run := &spec.Run{Arm: d.Arm, Seed: d.Seed, Threshold: spec.Cut{Value: d.Value, Merge: d.Merge, Least: d.Least},
		Usual: d.Usual}
	for _, a := range n.shown().Alarms {
		run.Alarms, run.Peaks, run.Causes = append(run.Alarms, a.Range), append(run.Peaks, a.Peak), append(run.Causes, a.Causes)
	}
	if n.merge != nil {
		run.Threshold.Merge = *n.merge
	}
	if n.least != nil {
		run.Threshold.Least = *n.least
	}
	name := look.Look{Kind: d.Arm, Name: d.Arm, Text: words.Name(d.Arm), Whole: words.Whole(d.Arm)}
	return Lane{Look: name, Run: run, Policy: d.Value, Threshold: float64(d.Value)}
}

// list is the alarms of new data.
func (n *Scoring) list(s *State) AlarmList {
	w := s.Words
	v := AlarmList{Open: true, New: true, Locked: s.Control.Locked(), Tab: w.Say("alarms-title")}
	if s.Alarms.Failed != nil {
		v.Failed = results.Sentence(w.Error(s.Alarms.Failed))
	}
	c := n.scene()
	switch {
	case n.Wrong != nil:
		v.Missing = w.Say("new-no-alarms")
	case n.waits():
		v.Missing, v.Waits = w.Say("new-waits-list"), true
	case c.Data == nil:
		v.Missing = w.Say("new-scoring")
	}
	if v.Missing != "" {
		return v
	}
	g, l := n.Got, n.lane(w)
	v.Look = l.Look
	v.Pending = !g.Done
	v.Tab = w.Say("alarms-tab", g.Count)
	v.Lead = thresholdText(w, float64(g.Detector.Value))
	v.Heads = s.alarmHeads(false)
	v.Heads[0].Text = w.Say("new-number")
	v.Fields = s.alarmFields(c, l)
	c.listAlarms(w, &v, l, s.Alarms)
	one := n.shown()
	if left := one.Count - len(v.Rows); left > 0 {
		v.More = w.Say("alarms-more", len(v.Rows), left)
	}
	v.Foot, v.Series = w.Say("alarms-count", one.Count), n.choices(w)
	v.Rate = n.notes(w)
	return v
}

// notes says how the file was read where that may be wrong, and which channels left the range of training.
func (n *Scoring) notes(w *words.Language) string {
	var parts []string
	c := n.scene()
	for _, o := range n.Got.Outside {
		parts = append(parts, w.Say("new-outside", c.channelName(w, o.Channel), short(w, o.Value), o.Steps,
			c.moment(w, o.First)))
	}
	if len(parts) > 0 {
		parts = []string{w.Say("new-outside-all", strings.Join(parts, w.Say("list-comma")))}
	}
	for _, said := range n.Got.Notes {
		parts = append(parts, results.Sentence(w.Error(said)))
	}
	if n.Got.Filled > 0 {
		parts = append(parts, w.Say("new-filled", n.Got.Filled))
	}
	if n.Got.Backward > 0 {
		parts = append(parts, w.Say("new-backward", n.Got.Backward))
	}
	return strings.Join(parts, " ")
}

// file is the name of the data.
func (n *Scoring) file() string { return n.Files.Names[len(n.Files.Names)-1] }

// verdict says what came of new data, and offers the way back.
func (n *Scoring) verdict(w *words.Language) results.Verdict {
	v := results.Verdict{Tag: w.Say("new-tag"), Look: results.TagDashed, Note: words.Name(n.file()),
		Way: &results.WayOn{Back: w.Say("new-back")}}
	if n.Wrong != nil {
		v.Look, v.Tag = results.TagBad, w.Say("new-wrong")
		v.Claim, v.Why = results.Sentence(w.Error(n.Wrong)), w.Say("nothing-changed")
		v.Long = len(v.Claim) > longClaim
		return v
	}
	g := n.Got
	if g == nil {
		v.Claim = w.Say("new-scoring")
		return v
	}
	d := g.Detector
	if n.waits() {
		return n.opened(w, v)
	}
	v.Note = w.Say("new-by", words.Name(n.file()), d.Arm, d.Seed, words.Name(d.Title))
	c := n.scene()
	long := w.Say("alarms-n-steps", g.Steps)
	if last := g.Steps - 1; last > 0 {
		long = c.lasts(w, steps.Range{To: last})
	}
	v.Claim = w.Say("new-claim", g.Count, long)
	if k := len(g.Series); k > 0 {
		v.Claim = w.Say("new-claim-series", g.Count, k, g.Steps)
	}
	v.Why = w.Say("new-threshold", thresholdText(w, float64(d.Value)))
	if d.PerDay.Defined() {
		v.Why += " " + w.Say("new-per-day", short(w, float64(d.PerDay)))
	}
	if left := g.Steps - g.Scored; g.Done && left > 0 {
		v.Why += " " + w.Say("new-unscored", left)
	}
	return v
}

// opened says which detector is open, and what it wants next.
func (n *Scoring) opened(w *words.Language, v results.Verdict) results.Verdict {
	d := n.Got.Detector
	v.Tag = w.Say("new-open")
	v.Claim = w.Say("new-waits", words.Name(d.Arm), d.Seed, words.Name(d.Title))
	const most = 12
	names := make([]string, 0, most+1)
	for _, c := range d.Channels[:min(most, len(d.Channels))] {
		names = append(names, words.Name(c))
	}
	if len(d.Channels) > most {
		names = append(names, "…")
	}
	v.Why = w.Say("new-wants", len(d.Channels), strings.Join(names, w.Say("list-comma")), d.Window) + " " +
		w.Say("new-threshold", thresholdText(w, float64(d.Value)))
	return v
}
