package state

import (
	"cmp"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// Stack is the part of the series that the charts show, with what was computed for it.
type Stack struct {
	Width    int          // pixels of a plot; 0 until it is on the page
	Span     steps.Range  // zero = the whole test part
	Channels []int        // nil = as Scene.Shown chooses
	Refused  *fault.Fault // why typed channels were not taken; nil = they were
	Cursor   int          // a step, -1 = nowhere
	Focus    string       // an arm's name
	Pinned   string       // the arm that stays in focus when nothing else is

	Lanes    Series            // the newest answer for Span
	Overview Series            // the newest answer for the whole test part
	Moved    map[string]Judged // arms with a threshold set by hand
	Handed   link.Thresholds   // of a link, until there are scores for them
	Linked   link.Thresholds   // set by hand, as the address has them: where they were let go
	Held     string            // the arm whose threshold moves under the pointer; empty = none does
	Random   bool              // the random score has a lane
	Chose    bool              // a person has said whether it has
	Table    bool              // numbers stand in the place of charts
	Chance   *spec.Run         // it, at as many flagged steps as the arm in focus; nil = not judged yet

	lanes, overview, judge, anew question
	undrawn                      bool // Lanes are newer than what is on the page
	waits                        bool // there is more to see of a training run, once Lanes are drawn

	by spec.Detect // that a report is being judged by
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

// question is a request of which at most one is under way: what is asked meanwhile waits, and only the last
// counts. A drag asks with every move of the pointer, and the worker would fall behind.
type question struct {
	id    int  // 0 = none is under way
	stale bool // the answer to it is about what is gone
	next  *protocol.Request
}

// ask sends r, or keeps it until the answer to the one under way.
func (q *question) ask(r protocol.Request, out *requests) []Effect {
	if q.id != 0 {
		q.next = &r
		return nil
	}
	post := out.post(r)
	q.id = post.Request.ID
	return []Effect{post}
}

// now sends r at once: whatever is under way is answered too late, and nothing waits.
func (q *question) now(r protocol.Request, out *requests) []Effect {
	*q = question{}
	return q.ask(r, out)
}

// answered tells whether id is the answer that q waits for, and sends what has waited. What is stale is not
// good any more.
func (q *question) answered(id int, out *requests) (effects []Effect, mine, good bool) {
	if id == 0 || id != q.id {
		return nil, false, false
	}
	good = !q.stale
	q.id, q.stale = 0, false
	if next := q.next; next != nil {
		q.next = nil
		effects = q.ask(*next, out)
	}
	return effects, true, good
}

// fit adapts the stack to a series: a span or channels that it does not have are given up, and what was
// computed for the one before is dropped.
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

// forget drops what depends on a run: thresholds set by hand, and answers that are on their way. They may be
// about the series before, or scores of the run before.
func (k *Stack) forget() {
	k.Moved, k.Linked, k.Held, k.Chance = nil, nil, "", nil
	for _, q := range []*question{&k.lanes, &k.overview, &k.judge, &k.anew} {
		q.stale, q.next = q.id != 0, nil
	}
}

// hearNothing drops the questions to an engine that answers no more.
func (k *Stack) hearNothing() {
	k.lanes, k.overview, k.judge, k.anew = question{}, question{}, question{}, question{}
}

// focus puts an arm in front; when none is pointed at, the pinned one, if any, returns.
func (k *Stack) focus(arm string) { k.Focus = cmp.Or(arm, k.Pinned) }

// pin keeps an arm in front; a second press lets it go.
func (k *Stack) pin(arm string) {
	if k.Pinned == arm {
		arm = ""
	}
	k.Pinned, k.Focus = arm, arm
}

// zoom keeps a span inside the test part; one that is all of it, or nothing, is zero.
func (k *Stack) zoom(span steps.Range, d *spec.DataSummary) {
	k.Span = steps.Range{}
	if d == nil {
		return
	}
	span = steps.Range{From: max(span.From, 0), To: min(span.To, d.TestSteps)}
	if span.To > span.From && span != (steps.Range{To: d.TestSteps}) {
		k.Span = span
	}
}

// maxChannels is how many channels fit beside the scores.
const maxChannels = 2

// show takes typed channel numbers over, counted from 1, and tells whether it did. An empty text lets the
// page choose; a wrong one stays as the reason in Refused and changes nothing else.
func (k *Stack) show(text string, d *spec.DataSummary) bool {
	k.Refused = nil
	if text == "" {
		k.Channels = nil
		return true
	}
	all := 0
	if d != nil {
		all = len(d.Channels)
	}
	channels, err := link.ParseChannels(text)
	if err != nil || len(channels) > maxChannels || slices.Max(channels) >= all {
		k.Refused = fault.Of(fault.New("not-channels", text, all))
		return false
	}
	k.Channels = slices.Compact(channels)
	return true
}

// overviewWidth is in buckets: enough for any screen, asked for once a series.
const overviewWidth = 1200

// refresh asks for what the stack shows now: the lanes every time, the overview only when its lines have
// changed, since it does not depend on the view. There is nothing to ask for before a series is read and the
// plots are measured.
func (s *State) refresh() []Effect {
	scene := s.Shown()
	k, d := scene.Stack, scene.Data
	k.Width = s.Stack.Width // of the same plots
	if d == nil || k.Width < 1 {
		return nil
	}
	if scene.fresh == nil && s.alone() {
		s.draw()
		return nil
	}
	view := func(r steps.Range, width int, lines []protocol.Line) protocol.Request {
		return protocol.Request{Type: protocol.TypeView,
			View: &protocol.View{Range: r, Width: min(width, r.Len()), Lines: lines, Scored: scene.fresh != nil,
				Series: scene.series()}}
	}
	effects := k.lanes.ask(view(scene.Visible(), k.Width, scene.lines()), &s.requests)
	want := scene.overviewLines()
	if !slices.Equal(k.Overview.View.Lines, want) || k.Overview.View.To != d.TestSteps {
		effects = append(effects, k.overview.ask(view(steps.Range{To: d.TestSteps}, overviewWidth, want),
			&s.requests)...)
	}
	return effects
}

// glimpsed asks for what there is to see of a training run, but no faster than it is drawn: what nobody sees costs
// neither the page nor the engine anything.
func (s *State) glimpsed() []Effect {
	if s.Stack.waits = s.Stack.undrawn; s.Stack.waits {
		return nil
	}
	return s.refresh()
}

// drawn asks for what has waited until the page was drawn.
func (s *State) drawn() []Effect {
	s.Stack.undrawn = false
	if !s.Stack.waits {
		return nil
	}
	return s.glimpsed()
}

// answer takes series over.
func (k *Stack) answer(a Answer, out *requests) []Effect {
	if effects, mine, good := k.lanes.answered(a.ID, out); mine {
		if good && a.Series != nil {
			k.Lanes, k.undrawn = Series{*a.Series, a.Buckets}, true
		}
		return effects
	}
	if effects, mine, good := k.overview.answered(a.ID, out); mine {
		if good && a.Series != nil {
			k.Overview = Series{*a.Series, a.Buckets}
		}
		return effects
	}
	return nil
}
