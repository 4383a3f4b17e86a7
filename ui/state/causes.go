package state

import (
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/ui/chart"
	"cosinelab/ui/look"
)

// Causes is which channels raised the alarm at the cursor.
type Causes struct {
	look.Look        // of the arm in focus; its Name is empty while none has scores
	Lead      string // which alarm it is, or why there is nothing to tell
	Channels  []Cause
	Truth     string // the channels that the anomaly shows in; empty where nobody knows them
	All       string // what opens the list of all alarms; empty while there is none
}

// Cause is a channel with its part in an alarm.
type Cause struct {
	Channel int // from 0
	Name    string
	Share   string
	Usual   string // its usual share; empty = nobody knows
	Right   bool   // the anomaly shows in it
	Spoken  string
}

// Causes returns what the page tells of the alarm at the cursor, or of the first one in the anomaly at the
// cursor.
func (s *State) Causes() Causes { return s.Scene().causes(s.Words) }

// causes tells of the alarm at the cursor; in a true anomaly without an alarm at the cursor, of the first
// alarm that meets the anomaly.
func (c Scene) causes(w *words.Language) Causes {
	l, ok := c.focusedLane(w)
	if !ok {
		return Causes{Lead: w.Say("causes-none")}
	}
	told := Causes{Look: l.Look, All: w.Say("alarms-all", len(l.Run.Alarms))}
	at := steps.Range{From: c.Stack.Cursor, To: c.Stack.Cursor + 1}
	truth, i := c.segmentAt(at), overlapping(l.Run.Alarms, at)
	if i < 0 && truth >= 0 {
		segment := c.Data.Segments[truth]
		i = overlapping(l.Run.Alarms, segment.Range)
	}
	switch {
	case l.Run.Causes == nil && len(l.Run.Alarms) > 0 && !l.Rough:
		told.Lead = w.Say("causes-unknown")
	case l.Pending, l.Rough, c.Stack.Cursor < 0, i < 0 && truth < 0:
		told.Lead, told.Truth = w.Say("causes-hint"), c.run.HitRates(w, l.Name)
	case i < 0:
		told.Lead, told.Truth = w.Say("causes-missed", chart.Name(truth)), c.showsIn(w, truth)
	default:
		c.explain(w, &told, l.Run, i)
	}
	return told
}

// focusedLane is the lane whose output the channels show; false while no arm has scores.
func (c Scene) focusedLane(w *words.Language) (Lane, bool) {
	if c.fresh != nil && c.Data != nil {
		return c.fresh.lane(w), true
	}
	r := c.Focused()
	if r == nil {
		return Lane{}, false
	}
	for _, l := range c.LaneList(w) {
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
func (c Scene) segmentAt(at steps.Range) int {
	shares := func(g spec.Segment) bool { return g.Meets(at) }
	return slices.IndexFunc(c.Data.Segments, shares)
}

// explain tells of alarm i of a run.
func (c Scene) explain(w *words.Language, told *Causes, r *spec.Run, i int) {
	a := r.Alarms[i]
	if told.Lead = w.Say("causes-alarm", w.Count(a.From), w.Count(a.To-1)); a.To == a.From+1 {
		told.Lead = w.Say("causes-alarm-at", w.Count(a.From))
	}
	truth := c.segmentAt(a)
	switch {
	case truth >= 0:
		told.Lead = w.Say("causes-right", told.Lead, chart.Name(truth))
		told.Truth = c.showsIn(w, truth)
	case c.Data.Labelled:
		told.Lead = w.Say("causes-false", told.Lead)
	}
	for _, cause := range r.Causes[i] {
		one := Cause{Channel: cause.Channel, Name: c.channelName(w, cause.Channel),
			Share: w.Fixed(100*cause.Share, 0) + " %"}
		if cause.Channel < len(r.Usual) {
			one.Usual = w.Say("cause-usual", w.Fixed(100*r.Usual[cause.Channel], 0))
		}
		one.Spoken = w.Say("cause-spoken", one.Name, one.Share)
		if told.Truth != "" && slices.Contains(c.Data.Segments[truth].Channels, cause.Channel) {
			one.Right = true
			one.Spoken = w.Say("cause-spoken-right", one.Name, one.Share, chart.Name(truth))
		}
		told.Channels = append(told.Channels, one)
	}
}

// shownTrue is how many true channels are named; of further ones only the number is said.
const shownTrue = 4

// showsIn names the channels in which true anomaly number truth shows; empty where nobody knows them.
func (c Scene) showsIn(w *words.Language, truth int) string {
	known := c.Data.Segments[truth].Channels
	if len(known) == 0 {
		return ""
	}
	var names []string
	for _, channel := range known[:min(shownTrue, len(known))] {
		names = append(names, c.channelName(w, channel))
	}
	list := strings.Join(names, w.Say("list-comma"))
	if more := len(known) - len(names); more > 0 {
		list = w.Say("causes-more", list, more)
	}
	return w.Say("causes-true", chart.Name(truth), list)
}
