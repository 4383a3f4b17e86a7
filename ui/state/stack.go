package state

import (
	"cmp"
	"slices"
	"strings"

	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Stack is the part of the series that the charts show, with what was computed for it.
type Stack struct {
	Width    int         // pixels of a plot; 0 until it is on the page
	Span     steps.Range // zero = the whole test part
	Channels []int       // nil = as Shown chooses
	Cursor   int         // a step, -1 = nowhere
	Why      string
	Tries    int // typed channels that were not taken

	Lanes    Series          // the newest answer for Span
	Overview Series          // the newest answer for the whole test part
	Hand     map[string]Hand // arms with a threshold set by hand

	lanes, overview, judge question
}

// Hand is a threshold set by hand, and what the arm alarmed at the newest one that was judged.
type Hand struct {
	Threshold float64
	Judged    *spec.Run
}

// Lane is one arm of the stack.
type Lane struct {
	Look
	Run       *spec.Run     // nil while it has no scores
	Policy    metrics.Value // the threshold that the policy chose
	Threshold float64       // the one in force
	Pending   bool          // the alarms of Run belong to another one
	Note      string        // why there are no scores; empty = it waits
}

// Series is an answer of the worker: for line i and bucket k minimum, maximum and mean at 3*(i*View.Width+k).
type Series struct {
	protocol.Series
	Buckets []float32
}

// Values returns the buckets of a line, or nil when it was not asked for.
func (s Series) Values(l protocol.Line) []float32 {
	n := 3 * s.View.Width
	i := slices.Index(s.View.Lines, l)
	if i < 0 || len(s.Buckets) < (i+1)*n {
		return nil
	}
	return s.Buckets[i*n : (i+1)*n]
}

// question is a request of which one is under way at most: what is asked meanwhile waits, and only the last counts.
type question struct {
	id   int // 0 = none is under way
	next *protocol.Request
}

// ask sends r, or keeps it until the answer to the one under way.
func (q *question) ask(s *State, r protocol.Request) []any {
	if q.id != 0 {
		q.next = &r
		return nil
	}
	post := s.post(r)
	q.id = s.id
	return []any{post}
}

// answered tells whether id is the answer that q waits for, and sends what has waited.
func (q *question) answered(s *State, id int) (effects []any, mine bool) {
	if id == 0 || id != q.id {
		return nil, false
	}
	q.id = 0
	if next := q.next; next != nil {
		q.next = nil
		effects = q.ask(s, *next)
	}
	return effects, true
}

// overviewWidth is in buckets: enough for any screen, asked for once a series.
const overviewWidth = 1200

// fit brings span and channels in line with a series.
func (k *Stack) fit(d spec.DataSummary) {
	if k.Span.To > d.TestSteps {
		k.Span = steps.Range{}
	}
	if slices.ContainsFunc(k.Channels, func(c int) bool { return c >= len(d.Channels) }) {
		k.Channels = nil
	}
	k.Cursor, k.Lanes, k.Overview = -1, Series{}, Series{}
	k.forget()
}

// forget drops what depends on a run.
func (k *Stack) forget() { k.Hand = nil }

// maxChannels is how many channels fit beside the scores.
const maxChannels = 2

// Shown returns the channels of the stack: those set, or else those in which most anomalies show.
func (s *State) Shown() []int {
	if s.Data == nil || len(s.Stack.Channels) > 0 {
		return s.Stack.Channels
	}
	counts := make([]int, len(s.Data.Channels))
	for _, seg := range s.Data.Segments {
		for _, c := range seg.Channels {
			if c < len(counts) {
				counts[c]++
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

// Visible returns the steps that the stack shows.
func (s *State) Visible() steps.Range {
	if s.Stack.Span != (steps.Range{}) || s.Data == nil {
		return s.Stack.Span
	}
	return steps.Range{From: 0, To: s.Data.TestSteps}
}

// updateStack asks for new buckets after whatever changes the view; the cursor changes none.
func (s *State) updateStack(msg any) []any {
	k := &s.Stack
	switch m := msg.(type) {
	case Zoom:
		k.Span = s.bounded(m.Span)
	case Resize:
		if k.Width == m.Width {
			return nil
		}
		k.Width = m.Width
	case Show:
		return s.show(strings.TrimSpace(m.Channels))
	case Reveal:
		return s.reveal(m.Channel)
	case Focus:
		s.Focus = cmp.Or(m.Arm, s.Pinned)
	case Pin:
		if s.Pinned == m.Arm {
			m.Arm = "" // the second press lets go
		}
		s.Pinned, s.Focus = m.Arm, m.Arm
	case Cursor:
		k.Cursor = m.Step
		return nil
	case Threshold:
		return s.judge(m)
	}
	return s.refresh()
}

// bounded keeps a span inside the test part; one that is all of it, or nothing, is zero.
func (s *State) bounded(span steps.Range) steps.Range {
	if s.Data == nil {
		return steps.Range{}
	}
	span = steps.Range{From: max(span.From, 0), To: min(span.To, s.Data.TestSteps)}
	if span.To <= span.From || span == (steps.Range{From: 0, To: s.Data.TestSteps}) {
		return steps.Range{}
	}
	return span
}

// show takes typed channel numbers over.
func (s *State) show(text string) []any {
	k := &s.Stack
	k.Why = ""
	if text == "" {
		k.Channels = nil
		return s.refresh()
	}
	channels, err := parseChannels(text)
	if err != nil || s.Data == nil || len(channels) > maxChannels || slices.Max(channels) >= len(s.Data.Channels) {
		k.Tries++
		k.Why = s.Words.Say("not-channels", text, s.channels())
		return nil
	}
	k.Channels = slices.Compact(channels)
	return s.refresh()
}

func (s *State) channels() int {
	if s.Data == nil {
		return 0
	}
	return len(s.Data.Channels)
}

// ShownText writes the shown channels as a person would type them.
func (s *State) ShownText() string { return strings.ReplaceAll(channelsText(s.Shown()), ",", ", ") }

// judge asks what an arm would alarm at a threshold set by hand.
func (s *State) judge(t Threshold) []any {
	r := s.shownRun(t.Arm)
	if r == nil {
		return nil
	}
	if s.Stack.Hand == nil {
		s.Stack.Hand = map[string]Hand{}
	}
	s.Stack.Hand[t.Arm] = Hand{t.Value, s.Stack.Hand[t.Arm].Judged}
	return s.Stack.judge.ask(s, protocol.Request{Type: protocol.TypeJudge,
		Judge: &protocol.Judge{Arm: t.Arm, Seed: r.Seed, Threshold: t.Value}})
}

// shownRun returns the run of an arm that the stack shows: of its first finished seed. It is nil when the arm has no
// scores yet.
func (s *State) shownRun(arm string) *spec.Run {
	if s.Run == nil || s.Run.Gone {
		return nil
	}
	return s.Run.first(arm)
}

// FocusedLane is the arm whose lane stays while the others fade; empty = all are alike. Controls have no lane.
func (s *State) FocusedLane() string {
	for _, l := range s.LaneList() {
		if l.Name == s.Focus {
			return l.Name
		}
	}
	return ""
}

// LaneList lists the trained arms with what the stack shows of them.
func (s *State) LaneList() []Lane {
	sp := s.Spec
	if s.Run != nil && !s.Run.Gone {
		sp = s.Run.Spec
	}
	var lanes []Lane
	for _, a := range sp.Arms {
		if trained(a) {
			lanes = append(lanes, s.lane(sp, a))
		}
	}
	return lanes
}

// lane keeps the alarms of the threshold before until those of the new one are judged, and says so.
func (s *State) lane(sp spec.Spec, a spec.Arm) Lane {
	l := Lane{Look: look(s.Words, sp, a)}
	r := s.shownRun(a.Name)
	switch {
	case r == nil:
		switch {
		case s.Run == nil:
		case s.Broken != Loading:
			l.Note = s.Words.Say("scores-return")
		case s.Run.Died:
			l.Note = s.Words.Say("scores-died")
		case s.Run.Gone:
			l.Note = s.Words.Say("run-elsewhere", s.title())
		}
		return l
	case r.Failed != nil:
		l.Note = s.Words.Say("run-failed", r.Failed)
		return l
	}
	l.Run, l.Policy, l.Threshold = r, r.Threshold.Value, float64(r.Threshold.Value)
	if hand, set := s.Stack.Hand[a.Name]; set {
		l.Threshold, l.Pending = hand.Threshold, true
		if j := hand.Judged; j != nil {
			l.Run, l.Pending = j, float64(j.Threshold.Value) != hand.Threshold
		}
	}
	return l
}

// refresh asks for what the stack shows now, and for the overview when it is not there.
func (s *State) refresh() []any {
	if s.Data == nil || s.Stack.Width < 1 {
		return nil
	}
	span := s.Visible()
	effects := s.Stack.lanes.ask(s, protocol.Request{Type: protocol.TypeView, View: &protocol.View{
		Range: span, Width: min(s.Stack.Width, span.To-span.From), Lines: s.lines()}})
	if want := s.overviewLines(); !slices.Equal(s.Stack.Overview.View.Lines, want) {
		effects = append(effects, s.Stack.overview.ask(s, protocol.Request{Type: protocol.TypeView, View: &protocol.View{
			Range: steps.Range{To: s.Data.TestSteps}, Width: min(overviewWidth, s.Data.TestSteps), Lines: want}})...)
	}
	return effects
}

// overviewLines are what is asked for over the whole test part: the line of the overview, and every score for its peak.
func (s *State) overviewLines() []protocol.Line {
	lines := []protocol.Line{s.OverviewLine()}
	for _, a := range s.scoredArms() {
		lines = append(lines, protocol.Line{Kind: protocol.LineScore, Arm: a.Name, Seed: s.shownRun(a.Name).Seed})
	}
	return lines
}

// Highest is the highest score of any arm in the whole test part, 0 while none is known: the score axes of all arms hold
// it, so that they stand still while a person zooms.
func (s *State) Highest() float64 {
	highest := 0.0
	for _, l := range s.Stack.Overview.View.Lines[min(1, len(s.Stack.Overview.View.Lines)):] {
		for i, v := range s.Stack.Overview.Values(l) {
			if maximum := i%3 == 1; maximum && float64(v) > highest { // no NaN is
				highest = float64(v)
			}
		}
	}
	return highest
}

// OverviewLine is the first channel that the stack shows.
func (s *State) OverviewLine() protocol.Line {
	return protocol.Line{Kind: protocol.LineInput, Channel: s.Shown()[0]}
}

// lines lists what the lanes draw.
func (s *State) lines() []protocol.Line {
	var lines []protocol.Line
	focus := s.Focused()
	for _, c := range s.Shown() {
		lines = append(lines, protocol.Line{Kind: protocol.LineInput, Channel: c})
		if focus != nil {
			lines = append(lines, protocol.Line{Kind: protocol.LineTeacher, Channel: c, Seed: focus.Seed},
				protocol.Line{Kind: protocol.LineStudent, Channel: c, Arm: focus.Arm, Seed: focus.Seed})
		}
	}
	for _, a := range s.scoredArms() {
		r := s.shownRun(a.Name)
		if trained(a) {
			lines = append(lines, protocol.Line{Kind: protocol.LineCosine, Arm: r.Arm, Seed: r.Seed})
		}
		lines = append(lines, protocol.Line{Kind: protocol.LineScore, Arm: r.Arm, Seed: r.Seed})
	}
	return lines
}

// scoredArms lists the trained arms of the run that have scores to show, in the order of the spec.
func (s *State) scoredArms() []spec.Arm {
	if s.Run == nil {
		return nil
	}
	var arms []spec.Arm
	for _, a := range s.Run.Spec.Arms {
		if r := s.shownRun(a.Name); trained(a) && r != nil && r.Failed == nil {
			arms = append(arms, a)
		}
	}
	return arms
}

// Focused returns the run whose output the channels show: of the arm in focus, else of the arm under examination,
// else of the first that has scores.
func (s *State) Focused() *spec.Run {
	arms := s.scoredArms()
	if len(arms) == 0 {
		return nil
	}
	for _, name := range []string{s.Focus, examined(s.Run.Spec)} {
		if i := slices.IndexFunc(arms, func(a spec.Arm) bool { return a.Name == name }); i >= 0 {
			return s.shownRun(name)
		}
	}
	return s.shownRun(arms[0].Name)
}

// answerStack takes series and judged runs over.
func (s *State) answerStack(a Answer) []any {
	k := &s.Stack
	if effects, mine := k.lanes.answered(s, a.ID); mine {
		if a.Series != nil {
			k.Lanes = Series{*a.Series, a.Buckets}
		}
		return effects
	}
	if effects, mine := k.overview.answered(s, a.ID); mine {
		if a.Series != nil {
			k.Overview = Series{*a.Series, a.Buckets}
		}
		return effects
	}
	effects, mine := k.judge.answered(s, a.ID)
	if mine && a.Response.Run != nil && k.Hand != nil {
		arm := a.Response.Run.Arm
		k.Hand[arm] = Hand{k.Hand[arm].Threshold, a.Response.Run}
	}
	return effects
}
