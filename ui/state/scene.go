package state

import (
	"cmp"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// Scene is what the charts show: the stack over a series, with the scores of a run.
type Scene struct {
	Stack *Stack
	Data  *spec.DataSummary // nil = no series has been read yet

	run    *results.Progress // whose scores can be drawn; nil = of none
	spec   spec.Spec         // whose arms have lanes
	absent words.Key         // why a lane has no scores; empty = it waits
	title  string            // of the series of the last run
	fresh  *Scoring          // new data, of which there is one lane and no channel; nil = it is the experiment's series
}

// Scene returns what the charts show. While the last run belongs to another series, or its engine died, the
// lanes are those of the experiment as it is set, with the reason why they are empty.
func (s *State) Scene() Scene {
	c := Scene{Stack: &s.Stack, Data: s.Form.Data, spec: s.Form.Spec}
	if s.Run == nil {
		return c
	}
	c.title = words.Name(s.Words.TitleOf(s.Run.Data.Source, s.Run.Data.Title))
	switch {
	case s.Control.Broken != Loading:
		c.absent = "scores-return"
	case s.Run.Died:
		c.absent = "scores-died"
	case s.Run.Gone, s.Form.Data == nil: // nothing of the series is known while another is being read
		c.absent = "run-elsewhere"
	}
	if !s.Run.Gone && s.Form.Data != nil {
		c.run, c.spec = s.Run, s.Run.Spec
	}
	return c
}

// Shown returns what the charts show now: new data once there are scores of them, else the experiment.
func (s *State) Shown() Scene {
	if s.New != nil {
		return s.New.scene()
	}
	return s.Scene()
}

// ScoresOnly tells whether there is nothing but one lane of scores, whose threshold stays as it is.
func (c Scene) ScoresOnly() bool { return c.fresh != nil }

// Lane is one arm of the stack.
type Lane struct {
	look.Look
	Run       *spec.Run      // nil while it has no scores
	Policy    metrics.Value  // the threshold that the policy chose
	Threshold float64        // the one in force
	Pending   bool           // the alarms of Run belong to another threshold
	Note      string         // why there are no scores; empty = it waits
	Live      *results.Track // the training run whose scores the lane shows, as long as Run is nil; nil = none
	Rough     bool           // what is known of the alarms of Run is not all: the threshold moves
	Held      bool           // its threshold moves
	Follows   bool           // it is the random score, whose threshold follows that of the arm in focus
	Adjusted  string         // of the random score: its F1 after point adjustment
}

// Shown returns the channels of the stack: those set, or else those in which most anomalies show.
func (c Scene) Shown() []int {
	if c.fresh != nil || c.Data == nil || len(c.Stack.Channels) > 0 {
		return c.Stack.Channels
	}
	counts := make([]int, len(c.Data.Channels))
	for _, seg := range c.Data.Segments {
		for _, ch := range seg.Channels {
			if ch < len(counts) {
				counts[ch]++
			}
		}
	}
	order := make([]int, len(counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[b] - counts[a] })
	shown := order[:min(maxChannels, len(order))]
	slices.Sort(shown)
	return shown
}

// ShownText writes the shown channels as a person would type them.
func (c Scene) ShownText() string { return strings.ReplaceAll(link.ChannelsText(c.Shown()), ",", ", ") }

// Visible returns the steps that the stack shows.
func (c Scene) Visible() steps.Range {
	if c.Stack.Span != (steps.Range{}) || c.Data == nil {
		return c.Stack.Span
	}
	return steps.Range{To: c.Data.TestSteps}
}

// shownRun returns the run of an arm that the stack shows: of its first finished seed. It is nil when the arm
// has no scores yet.
func (c Scene) shownRun(arm string) *spec.Run {
	if c.run == nil {
		return nil
	}
	return c.run.First(arm)
}

// trained lists the arms that have a lane; controls have none.
func (c Scene) trained() (arms []spec.Arm) {
	for _, a := range c.spec.Arms {
		if results.Trained(a) {
			arms = append(arms, a)
		}
	}
	return arms
}

// scored lists the trained arms that have scores to show, in the order of the spec.
func (c Scene) scored() []spec.Arm {
	return slices.DeleteFunc(c.trained(), func(a spec.Arm) bool {
		r := c.shownRun(a.Name)
		return r == nil || r.Failed != nil
	})
}

// watched is the training run of an arm that its lane shows, as long as the arm has no scores; nil = none.
func (c Scene) watched(arm string) *results.Track {
	if c.run == nil || arm != "" && c.shownRun(arm) != nil {
		return nil
	}
	return c.run.Watched(arm)
}

// Models is whose outputs the channels show: those of the run in focus, else of a training run under way with its
// teacher, or of a teacher alone. An empty arm stands for no student; false = there is no teacher either.
func (c Scene) Models() (arm string, seed uint64, there bool) {
	if r := c.Focused(); r != nil {
		return r.Arm, r.Seed, true
	}
	var live *results.Track
	for _, a := range c.trained() {
		if t := c.watched(a.Name); t != nil && (live == nil || a.Name == c.Stack.Focus) {
			live = t
		}
	}
	if live == nil {
		live = c.watched("")
	}
	switch {
	case live != nil:
		return live.Of.Arm, live.Of.Seed, true
	case c.run != nil && len(c.run.Teachers) > 0:
		return "", c.run.Teachers[0], true
	}
	return "", 0, false
}

// Watched is the training run under way that the channels show; nil where they show one that is finished, or none.
func (c Scene) Watched() *results.Track {
	arm, _, there := c.Models()
	if !there || c.Focused() != nil {
		return nil
	}
	return c.watched(arm)
}

// source is the run whose scores the lane of an arm shows, finished or under way; false = none.
func (c Scene) source(arm string) (seed uint64, there bool) {
	if c.fresh != nil && c.Data != nil {
		return c.fresh.Got.Detector.Seed, true
	}
	if r := c.shownRun(arm); r != nil {
		return r.Seed, r.Failed == nil
	}
	if t := c.watched(arm); t != nil {
		return t.Of.Seed, true
	}
	return 0, false
}

// FocusedLane is the arm whose lane stays while the others fade; empty = all are alike.
func (c Scene) FocusedLane() string {
	if slices.ContainsFunc(c.trained(), func(a spec.Arm) bool { return a.Name == c.Stack.Focus }) {
		return c.Stack.Focus
	}
	return ""
}

// Focused returns the run whose output the channels show: of the arm in focus, else of the arm under
// examination, else of the first that has scores.
func (c Scene) Focused() *spec.Run {
	arms := c.scored()
	if len(arms) == 0 {
		return nil
	}
	for _, name := range []string{c.Stack.Focus, c.spec.Examined()} {
		if slices.ContainsFunc(arms, func(a spec.Arm) bool { return a.Name == name }) {
			return c.shownRun(name)
		}
	}
	return c.shownRun(arms[0].Name)
}

// LaneList lists the trained arms with what the stack shows of them.
func (c Scene) LaneList(w *words.Language) (lanes []Lane) {
	if c.fresh != nil && c.Data != nil {
		return []Lane{c.fresh.lane(w)}
	}
	for _, a := range c.trained() {
		lanes = append(lanes, c.lane(w, a))
	}
	if a, ok := c.random(); ok {
		lanes = append(lanes, c.randomLane(w, a))
	}
	return lanes
}

// random is the arm of the random score, if it has a lane.
func (c Scene) random() (spec.Arm, bool) {
	i := slices.IndexFunc(c.spec.Arms, func(a spec.Arm) bool { return a.Control == spec.ControlRandom })
	if i < 0 || !c.Stack.Random {
		return spec.Arm{}, false
	}
	return c.spec.Arms[i], true
}

// HasRandom tells whether there is a random score that could have a lane.
func (c Scene) HasRandom() bool {
	return c.fresh == nil && slices.ContainsFunc(c.spec.Arms, func(a spec.Arm) bool {
		return a.Control == spec.ControlRandom
	})
}

// randomLane is that of the random score: at as many flagged steps as the arm in focus has, once that is judged.
func (c Scene) randomLane(w *words.Language, a spec.Arm) Lane {
	l := c.lane(w, a)
	l.Follows = true
	if l.Run == nil {
		return l
	}
	if r := c.Stack.Chance; r != nil {
		l.Run, l.Threshold = r, float64(r.Threshold.Value)
	}
	l.Adjusted = results.PointAdjusted(w, l.Run)
	return l
}

// lane keeps the alarms of the threshold before until those of the new one are judged, and says so.
func (c Scene) lane(w *words.Language, a spec.Arm) Lane {
	l := Lane{Look: look.Of(w, c.spec, a)}
	r := c.shownRun(a.Name)
	switch {
	case r == nil && c.absent != "":
		l.Note = w.Say(c.absent, c.title)
		return l
	case r == nil:
		l.Live = c.watched(a.Name)
		return l
	case r.Failed != nil:
		l.Note = w.Say("run-failed", r.Failed)
		return l
	}
	l.Run, l.Policy, l.Threshold = r, r.Threshold.Value, float64(r.Threshold.Value)
	l.Held = c.Stack.Held == a.Name
	if moved, set := c.Stack.Moved[a.Name]; set {
		l.Threshold, l.Pending = moved.Threshold, true
		if moved.Run != nil {
			l.Run, l.Pending, l.Rough = moved.Run, !moved.like(judgedAs(moved.Run)), moved.Rough
		}
	}
	return l
}

// series is which of several series of new data is shown.
func (c Scene) series() int {
	if c.fresh == nil {
		return 0
	}
	return c.fresh.at
}

// lines lists what the lanes draw.
func (c Scene) lines() []protocol.Line {
	if c.fresh != nil {
		return c.scoreLine()
	}
	var lines []protocol.Line
	arm, seed, there := c.Models()
	for _, ch := range c.Shown() {
		lines = append(lines, protocol.Line{Kind: protocol.LineInput, Channel: ch})
		if there {
			lines = append(lines, protocol.Line{Kind: protocol.LineTeacher, Channel: ch, Seed: seed})
		}
		if arm != "" {
			lines = append(lines, protocol.Line{Kind: protocol.LineStudent, Channel: ch, Arm: arm, Seed: seed})
		}
	}
	for _, a := range c.trained() {
		if seed, there := c.source(a.Name); there {
			lines = append(lines, protocol.Line{Kind: protocol.LineCosine, Arm: a.Name, Seed: seed},
				protocol.Line{Kind: protocol.LineScore, Arm: a.Name, Seed: seed})
		}
	}
	if r := c.randomRun(); r != nil && c.Stack.Random {
		lines = append(lines, protocol.Line{Kind: protocol.LineScore, Arm: r.Arm, Seed: r.Seed})
	}
	return lines
}

// overviewLines are what is asked for over the whole test part: the line of the overview, and every score for
// its peak.
func (c Scene) overviewLines() []protocol.Line {
	if c.fresh != nil {
		return c.scoreLine()
	}
	lines := []protocol.Line{c.OverviewLine()}
	for _, a := range c.scored() {
		seed := c.shownRun(a.Name).Seed
		lines = append(lines, protocol.Line{Kind: protocol.LineScore, Arm: a.Name, Seed: seed})
	}
	return lines
}

// scoreLine is the one line of new data.
func (c Scene) scoreLine() []protocol.Line {
	return []protocol.Line{{Kind: protocol.LineScore, Arm: c.fresh.Got.Detector.Arm, Seed: c.fresh.Got.Detector.Seed}}
}

// OverviewLine is the first channel that the stack shows; of new data it is the score.
func (c Scene) OverviewLine() protocol.Line {
	if c.fresh != nil {
		return c.scoreLine()[0]
	}
	return protocol.Line{Kind: protocol.LineInput, Channel: c.Shown()[0]}
}

// Highest is the highest score of any arm in the whole test part, 0 while none is known: the score axes of
// all arms hold it, so that they stand still while a person zooms.
func (c Scene) Highest() float64 {
	highest := 0.0
	overview := c.Stack.Overview
	lines := overview.View.Lines
	if c.fresh == nil { // the first is that of the overview itself; the rest are scores (overviewLines)
		lines = lines[min(1, len(lines)):]
	}
	for _, l := range lines {
		for i, v := range overview.Values(l) {
			if maximum := i%3 == 1; maximum && float64(v) > highest { // no NaN is
				highest = float64(v)
			}
		}
	}
	return highest
}

// channelName returns what the file calls a channel, or its number.
func (c Scene) channelName(w *words.Language, channel int) string {
	name := ""
	if channel < len(c.Data.Channels) {
		name = words.Name(c.Data.Channels[channel])
	}
	return cmp.Or(name, w.Say("stack-channel", channel+1))
}

// reveal is, as a person would type it, a channel with the one beside it that was first; empty where nothing
// changes.
func (c Scene) reveal(channel int) string {
	shown := c.Shown()
	if c.Data == nil || channel < 0 || channel >= len(c.Data.Channels) || slices.Contains(shown, channel) {
		return ""
	}
	return link.ChannelsText(append([]int{channel}, shown[:min(1, len(shown))]...))
}

// threshold is where a fixed threshold starts: at the one that is shown, or at the policy's own start where
// none is.
func (c Scene) threshold() float64 {
	if r := c.Focused(); r != nil && r.Threshold.Value.Defined() {
		return form.RoundTo2(float64(r.Threshold.Value))
	}
	return spec.Params[spec.ParamValue].Start
}
