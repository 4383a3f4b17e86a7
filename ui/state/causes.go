package state

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/ui/chart"
)

// Causes is which channels raised the alarm at the cursor.
type Causes struct {
	Look            // of the arm in focus; its Name is empty while none has scores
	Lead     string // which alarm it is, or why there is nothing to tell
	Channels []Cause
	Truth    string // the channels that the anomaly shows in; empty where nobody knows them
}

// Cause is a channel with its part in an alarm.
type Cause struct {
	Channel int // from 0
	Name    string
	Share   string
	Right   bool // the anomaly shows in it
	Spoken  string
}

// Causes returns what the page tells of the alarm at the cursor, or of the first one in the anomaly at the cursor.
func (s *State) Causes() Causes {
	w := s.Words
	l, ok := s.focusedLane()
	if !ok {
		return Causes{Lead: w.Say("causes-none")}
	}
	c := Causes{Look: l.Look}
	truth := s.segmentAt(steps.Range{From: s.Stack.Cursor, To: s.Stack.Cursor + 1})
	at := steps.Range{From: s.Stack.Cursor, To: s.Stack.Cursor + 1}
	i := overlapping(l.Run.Alarms, at)
	if i < 0 && truth >= 0 {
		segment := s.Data.Segments[truth]
		i = overlapping(l.Run.Alarms, segment.Range)
	}
	switch {
	case l.Run.Causes == nil && len(l.Run.Alarms) > 0:
		c.Lead = w.Say("causes-unknown")
	case l.Pending, s.Stack.Cursor < 0, i < 0 && truth < 0:
		c.Lead, c.Truth = w.Say("causes-hint"), s.hitRate(l.Name)
	case i < 0:
		c.Lead = w.Say("causes-missed", chart.Name(truth))
		c.Truth = s.showsIn(truth)
	default:
		s.explain(&c, l.Run, i)
	}
	return c
}

// focusedLane is the lane whose output the channels show; false while no arm has scores.
func (s *State) focusedLane() (Lane, bool) {
	r := s.Focused()
	if r == nil {
		return Lane{}, false
	}
	for _, l := range s.LaneList() {
		if l.Name == r.Arm && l.Run != nil {
			return l, true
		}
	}
	return Lane{}, false
}

// overlapping returns the first of the ranges that shares a step with at, -1 = none does.
func overlapping(ranges []steps.Range, at steps.Range) int {
	return slices.IndexFunc(ranges, func(r steps.Range) bool { return r.Meets(at) })
}

// segmentAt returns the first true anomaly that shares a step with at, -1 = none does.
func (s *State) segmentAt(at steps.Range) int {
	return slices.IndexFunc(s.Data.Segments, func(g spec.Segment) bool { return g.From < at.To && at.From < g.To })
}

// explain tells of alarm i of a run.
func (s *State) explain(c *Causes, r *spec.Run, i int) {
	w, a := s.Words, r.Alarms[i]
	if c.Lead = w.Say("causes-alarm", w.Count(a.From), w.Count(a.To-1)); a.To == a.From+1 {
		c.Lead = w.Say("causes-alarm-at", w.Count(a.From))
	}
	truth := s.segmentAt(a)
	switch {
	case truth >= 0:
		c.Lead = w.Say("causes-right", c.Lead, chart.Name(truth))
		c.Truth = s.showsIn(truth)
	case s.Data.Labelled:
		c.Lead = w.Say("causes-false", c.Lead)
	}
	for _, cause := range r.Causes[i] {
		one := Cause{Channel: cause.Channel, Name: s.channelName(cause.Channel), Share: w.Fixed(100*cause.Share, 0) + " %"}
		one.Spoken = w.Say("cause-spoken", one.Name, one.Share)
		if c.Truth != "" && slices.Contains(s.Data.Segments[truth].Channels, cause.Channel) {
			one.Right = true
			one.Spoken = w.Say("cause-spoken-right", one.Name, one.Share, chart.Name(truth))
		}
		c.Channels = append(c.Channels, one)
	}
}

func (s *State) channelName(c int) string {
	name := ""
	if c < len(s.Data.Channels) {
		name = s.Data.Channels[c]
	}
	return cmp.Or(name, s.Words.Say("stack-channel", c+1))
}

// shownTrue is how many true channels are named: more say how many they are.
const shownTrue = 4

// showsIn names the channels that a true anomaly shows in; empty where nobody knows them.
func (s *State) showsIn(truth int) string {
	w, known := s.Words, s.Data.Segments[truth].Channels
	if len(known) == 0 {
		return ""
	}
	var names []string
	for _, c := range known[:min(shownTrue, len(known))] {
		names = append(names, s.channelName(c))
	}
	list := strings.Join(names, ", ")
	if more := len(known) - len(names); more > 0 {
		list = w.Say("causes-more", list, more)
	}
	return w.Say("causes-true", chart.Name(truth), list)
}

// reveal shows a channel first, and the one that was first beside it.
func (s *State) reveal(channel int) []any {
	shown := s.Shown()
	if channel < 0 || channel >= s.channels() || slices.Contains(shown, channel) {
		return nil
	}
	next := []string{strconv.Itoa(channel + 1)}
	if len(shown) > 0 {
		next = append(next, strconv.Itoa(shown[0]+1))
	}
	return s.show(strings.Join(next, ","))
}

// hitRate says how often an arm blames the right channels, beside what guessing gives; empty where nobody knows them.
func (s *State) hitRate(arm string) string {
	var said []string
	for _, h := range hitRates {
		got, chance := s.Run.located(arm, h.value), s.Run.located(arm, h.chance)
		if got.Mean.Defined() {
			said = append(said, s.Words.Say("hit-rate-of", h.title, points(s.Words.Numbers, got.Mean), points(s.Words.Numbers, chance.Mean)))
		}
	}
	return strings.Join(said, ", ")
}
