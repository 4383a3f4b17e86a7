// Package signal is the stack of charts that share one time axis.
package signal

import (
	"math"
	"reflect"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/ui/chart"
)

// Props is all that the stack shows, and whom it tells. The stack keeps nothing of its own but the pointer's
// state: what a person does reaches the callbacks, and shows once the next Props hold it. Only the cursor
// moves by itself, at pointer speed and without a render.
//
// Steps are those of the test part, counted from 0. Spans ascend and do not overlap.
type Props struct {
	Words *words.Language

	Steps       int // 0 = no series yet
	steps.Range     // in view
	Cursor      int // a step; -1 = none
	Moves       int // how often it was moved from elsewhere
	Labelled    bool
	Truth       []steps.Range
	Series      []Series    // one behind the other; none = there is one alone
	Times       chart.Times // when the steps were measured; none = nobody knows

	Overview   chart.Buckets // the first channel over the whole test part
	Channels   []Channel     // one or two
	Student    string        // the Name of the arm whose output stands in Channels
	Arms       []Arm         // one score lane each
	Live       string        // how much is shown of a training run under way; empty = all runs shown are finished
	Focus      string        // the Name of the arm that stays when the others fade; empty = none
	Held       string        // the Name of the arm whose threshold moves under the pointer; empty = none
	Random     bool          // the random score has a lane
	Table      bool          // numbers stand in the place of the lanes
	CanRandom  bool          // there is a random score
	ScoresOnly bool          // there are no channels, no cosine, and thresholds stay as they are
	ScoreMax   float64       // largest score of any arm in the whole test part; 0 = not known

	// ChannelsTyped is the text of the channels field, ChannelsAll how many there are to choose from, and
	// ChannelsError what is wrong with the text; empty = nothing.
	ChannelsTyped string
	ChannelsAll   int
	ChannelsError string

	// None of these may be nil, or block: they run inside the browser's events.
	OnView      func(from, to int)                  // drag, brush, keys
	OnCursor    func(step int)                      // once a frame at most; keep it for Props, render nothing
	OnThreshold func(arm string, threshold float64) // threshold by hand, for one arm, where it was let go
	OnHold      func(arm string, threshold float64) // likewise, while it moves
	OnRank      func(arm string, by int)            // by so many scores that occur, up or down
	OnBack      func(arm string)                    // to the threshold of the policy
	OnFocus     func(arm string)                    // arm of the lane pointed at or focused; empty = none
	OnChannels  func(typed string)                  // Enter in the channels field
	OnBuckets   func(n int)                         // how many buckets fit the plots
}

// same tells whether two Props look alike. Whom they tell does not show, nor does the cursor, which moves by
// itself. Values of buckets are not compared where they are the same memory.
func (p Props) same(q Props) bool {
	if !slices.EqualFunc(p.Arms, q.Arms, Arm.same) {
		return false
	}
	for _, x := range []*Props{&p, &q} {
		x.Arms, x.Cursor = nil, 0
		x.OnView, x.OnCursor, x.OnFocus, x.OnChannels, x.OnBuckets = nil, nil, nil, nil, nil
		x.OnThreshold, x.OnHold, x.OnRank, x.OnBack = nil, nil, nil, nil
	}
	return reflect.DeepEqual(p, q)
}

// same is equality in which NaN equals NaN: both mean that there is no number.
func (a Arm) same(b Arm) bool {
	for _, x := range []*float64{&a.Policy, &a.Threshold, &b.Policy, &b.Threshold} {
		if math.IsNaN(*x) {
			*x = math.Inf(-1)
		}
	}
	return reflect.DeepEqual(a, b)
}

// Series is one of several.
type Series struct {
	Name string
	steps.Range
}

// borders are the first steps of the series behind the first.
func (p *Props) borders() (at []int) {
	for _, s := range p.Series[min(1, len(p.Series)):] {
		at = append(at, s.From)
	}
	return at
}

// Channel is one channel of the series with what the models make of it. Lines that are not there yet are
// empty.
type Channel struct {
	Number  int    // its place in the series, from 1
	Name    string // from the file; may be empty
	Whole   string // the name, where Name is only a part of it; else empty
	Input   chart.Buckets
	Teacher chart.Buckets
	Student chart.Buckets // output of the arm Props.Student
	Extent  chart.Extent  // what the value axis holds; empty = what is in view
}

// Arm is one arm with the seed that is shown.
type Arm struct {
	Name   string // as in the Spec
	Label  string // in words
	Short  string // in few words, for legends; empty = Label
	Whole  string // the name, where Label is only a part of it; else empty
	Look   chart.Look
	Score  chart.Buckets
	Cosine chart.Buckets // of teacher and student output; empty for arms without

	// Policy is the threshold that the policy chose: the score axis is laid out for it, so that it stands
	// still while a person moves Threshold, which is the one in force. Where they differ it was moved by
	// hand. NaN = not there yet, or, where there are alarms, one that moves with the scores.
	Policy, Threshold float64

	// Alarms over the whole test part. Pending means that they belong to another threshold: until they are
	// there, alarms are read off the buckets in view.
	Alarms  []steps.Range
	Pending bool

	// Live says that the lane shows a training run under way, and how much of it: it has no threshold and no alarms
	// yet. Empty = the scores are those of a run that is finished.
	Live string

	// Adjusted is what point adjustment makes of the random score, whose threshold nobody moves: it follows. Empty =
	// it is another arm.
	Adjusted string

	// Note stands in the lane instead of a score: why there is none. Empty = it waits for its turn.
	Note string
}

// moment says which step it is, and when it was measured where that is known.
func (p *Props) moment(step int) string {
	text := p.Words.Count(step)
	for _, s := range p.Series {
		if step >= s.From && step < s.To {
			text = s.Name + " · " + p.Words.Count(step-s.From)
		}
	}
	if at := p.Times.Moment(p.Words, step); at != "" {
		text += " · " + at
	}
	return text
}
