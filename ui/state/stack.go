package state

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// Stack is the part of the series that the charts show, with what was computed for it.
type Stack struct {
	Width    int          // pixels of a plot; 0 until it is on the page
	Span     link.Span    // zero = the whole test part
	Channels []int        // nil = as Scene.Shown chooses
	Refused  *fault.Fault // why typed channels were not taken; nil = they were
	Cursor   int          // a step, -1 = nowhere
	Focus    string       // an arm's name
	Pinned   string       // the arm that stays in focus when nothing else is

	Lanes    Series            // the newest answer for Span
	Overview Series            // the newest answer for the whole test part
	Moved    map[string]Judged // arms with a threshold set by hand

	lanes, overview, judge question
}

// Judged is a threshold set by hand, with what the arm alarmed at the newest one that was judged.
type Judged struct {
	Threshold float64
	Run       *spec.Run
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
func (q *question) ask(s *State, r protocol.Request) []Effect {
	if q.id != 0 {
		q.next = &r
		return nil
	}
	post := s.post(r)
	q.id = s.id
	return []Effect{post}
}

// answered tells whether id is the answer that q waits for, and sends what has waited.
func (q *question) answered(s *State, id int) (effects []Effect, mine bool) {
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

// fit brings span and channels in line with a series.
func (k *Stack) fit(d spec.DataSummary) {
	if k.Span.To > d.TestSteps {
		k.Span = link.Span{}
	}
	if slices.ContainsFunc(k.Channels, func(c int) bool { return c >= len(d.Channels) }) {
		k.Channels = nil
	}
	k.Cursor, k.Lanes, k.Overview = -1, Series{}, Series{}
	k.forget()
}

// forget drops what depends on a run.
func (k *Stack) forget() { k.Moved = nil }

// hearNothing drops the questions to an engine that answers no more.
func (k *Stack) hearNothing() { k.lanes, k.overview, k.judge = question{}, question{}, question{} }

func (k *Stack) focus(arm string) { k.Focus = cmp.Or(arm, k.Pinned) }

// pin lets go at the second press.
func (k *Stack) pin(arm string) {
	if k.Pinned == arm {
		arm = ""
	}
	k.Pinned, k.Focus = arm, arm
}

// zoom keeps a span inside the test part; one that is all of it, or nothing, is zero.
func (s *State) zoom(span link.Span) []Effect {
	s.Stack.Span = link.Span{}
	if d := s.Form.Data; d != nil {
		span = link.Span{From: max(span.From, 0), To: min(span.To, d.TestSteps)}
		if span.To > span.From && span != (link.Span{To: d.TestSteps}) {
			s.Stack.Span = span
		}
	}
	return s.refresh()
}

func (s *State) resize(width int) []Effect {
	if s.Stack.Width == width {
		return nil
	}
	s.Stack.Width = width
	return s.refresh()
}

// maxChannels is how many channels fit beside the scores.
const maxChannels = 2

// show takes typed channel numbers over.
func (s *State) show(text string) []Effect {
	k := &s.Stack
	k.Refused = nil
	if text == "" {
		k.Channels = nil
		return s.refresh()
	}
	all := 0
	if s.Form.Data != nil {
		all = len(s.Form.Data.Channels)
	}
	channels, err := link.ParseChannels(text)
	if err != nil || len(channels) > maxChannels || slices.Max(channels) >= all {
		k.Refused = fault.Of(fault.New("not-channels", text, all))
		return nil
	}
	k.Channels = slices.Compact(channels)
	return s.refresh()
}

// reveal shows a channel first, and the one that was first beside it.
func (s *State) reveal(channel int) []Effect {
	shown := s.Scene().Shown()
	if s.Form.Data == nil || channel < 0 || channel >= len(s.Form.Data.Channels) || slices.Contains(shown, channel) {
		return nil
	}
	next := []string{strconv.Itoa(channel + 1)}
	if len(shown) > 0 {
		next = append(next, strconv.Itoa(shown[0]+1))
	}
	return s.show(strings.Join(next, ","))
}

// judge asks what an arm would alarm at a threshold set by hand.
func (s *State) judge(t Threshold) []Effect {
	r := s.Scene().shownRun(t.Arm)
	if r == nil {
		return nil
	}
	if s.Stack.Moved == nil {
		s.Stack.Moved = map[string]Judged{}
	}
	s.Stack.Moved[t.Arm] = Judged{t.Value, s.Stack.Moved[t.Arm].Run}
	return s.Stack.judge.ask(s, protocol.Request{Type: protocol.TypeJudge,
		Judge: &protocol.Judge{Arm: t.Arm, Seed: r.Seed, Threshold: t.Value}})
}

// overviewWidth is in buckets: enough for any screen, asked for once a series.
const overviewWidth = 1200

// refresh asks for what the stack shows now, and for the overview when it is not there.
func (s *State) refresh() []Effect {
	if s.Form.Data == nil || s.Stack.Width < 1 {
		return nil
	}
	scene := s.Scene()
	span, steps := scene.Visible(), s.Form.Data.TestSteps
	effects := s.Stack.lanes.ask(s, protocol.Request{Type: protocol.TypeView, View: &protocol.View{
		From: span.From, To: span.To, Width: min(s.Stack.Width, span.To-span.From), Lines: scene.lines()}})
	if want := scene.overviewLines(); !slices.Equal(s.Stack.Overview.View.Lines, want) {
		effects = append(effects, s.Stack.overview.ask(s, protocol.Request{Type: protocol.TypeView, View: &protocol.View{
			From: 0, To: steps, Width: min(overviewWidth, steps), Lines: want}})...)
	}
	return effects
}

// answerStack takes series and judged runs over.
func (s *State) answerStack(a Answer) []Effect {
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
	if mine && a.Response.Run != nil && k.Moved != nil {
		arm := a.Response.Run.Arm
		k.Moved[arm] = Judged{k.Moved[arm].Threshold, a.Response.Run}
	}
	return effects
}
