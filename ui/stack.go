package ui

import (
	"math"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/chart"
	"cosinelab/ui/results"
	"cosinelab/ui/signal"
	"cosinelab/ui/state"
)

// stack gives the charts what the state has for them, and turns what they tell into messages. Package signal
// knows neither the state nor the protocol.
func (p *Page) stack() signal.Props {
	s, w := p.State.Shown(), p.State.Words
	props := signal.Props{
		Words: w, Cursor: s.Stack.Cursor, Moves: p.State.Alarms.Count, ScoreMax: s.Highest(), ScoresOnly: s.ScoresOnly(), Focus: s.FocusedLane(),
		ChannelsTyped: s.ShownText(),
		OnView:        func(from, to int) { p.Send(state.Zoom{Span: steps.Range{From: from, To: to}}) },
		OnCursor:      func(step int) { p.Send(state.Cursor{Step: step}) },
		OnThreshold:   func(arm string, v float64) { p.Send(state.Threshold{Arm: arm, Value: v}) },
		OnHold:        func(arm string, v float64) { p.Send(state.Hold{Arm: arm, Value: v}) },
		OnRank:        func(arm string, by int) { p.Send(state.Rank{Arm: arm, By: by}) },
		OnBack:        func(arm string) { p.Send(state.Back{Arm: arm}) },
		Held:          s.Stack.Held, Random: s.Stack.Random, CanRandom: s.HasRandom(),
		Table:      s.Stack.Table,
		OnFocus:    func(arm string) { p.Send(state.Focus{Arm: arm}) },
		OnChannels: func(typed string) { p.Send(state.Show{Channels: typed}) },
		OnBuckets:  func(n int) { p.Send(state.Resize{Width: n}) },
	}
	if d := s.Data; d != nil {
		view := s.Visible()
		props.Steps, props.From, props.To = d.TestSteps, view.From, view.To
		props.Labelled, props.ChannelsAll = d.Labelled, len(d.Channels)
		for _, seg := range d.Segments {
			props.Truth = append(props.Truth, seg.Range)
		}
		for _, one := range d.Series {
			props.Series = append(props.Series, signal.Series{Name: words.Name(one.Name), Range: one.Scored})
		}
		props.Times = timesOf(d.Timeline)
		props.Overview = buckets(s.Stack.Overview, s.OverviewLine())
		props.Channels = channels(s)
	}
	props.Student, _, _ = s.Models()
	if why := s.Stack.Refused; why != nil {
		props.ChannelsError = w.Error(why)
	}
	if t := s.Watched(); t != nil {
		if props.Live = liveText(w, t); t.Seen.Windows < t.Seen.Of {
			props.Live = w.Say("stack-live-even", props.Live)
		}
	}
	props.Arms = lanes(s, w)
	return props
}

// timesOf are the times of steps as charts take them, where they are those of a clock.
func timesOf(t *spec.Timeline) (out chart.Times) {
	if t == nil || !t.Clock {
		return nil
	}
	for _, k := range t.Knots {
		out = append(out, chart.Knot(k))
	}
	return out
}

// buckets is a line of an answer with the steps that it is about, which may be those of the view before:
// charts place it by its own steps. It is empty where the line was not asked for.
func buckets(series state.Series, line protocol.Line) chart.Buckets {
	return chart.Buckets{Range: series.View.Range, Values: series.Values(line)}
}

// channels shows teacher and student of one run only: the lines of all arms over each other could not be told
// apart.
func channels(s state.Scene) []signal.Channel {
	var list []signal.Channel
	for _, c := range s.Shown() {
		name := s.Data.Channels[c]
		ch := signal.Channel{Number: c + 1, Name: words.Name(name), Whole: words.Whole(name),
			Input: buckets(s.Stack.Lanes, protocol.Line{Kind: protocol.LineInput, Channel: c})}
		if arm, seed, there := s.Models(); there {
			ch.Teacher = buckets(s.Stack.Lanes, protocol.Line{Kind: protocol.LineTeacher, Channel: c,
				Seed: seed})
			ch.Student = buckets(s.Stack.Lanes, protocol.Line{Kind: protocol.LineStudent, Channel: c,
				Arm: arm, Seed: seed})
		}
		list = append(list, ch)
	}
	return list
}

// liveText says what is shown of a training run under way.
func liveText(w *words.Language, t *results.Track) string {
	if t.Seen.Windows == t.Seen.Of {
		return w.Say("stack-live-all", w.Count(t.Seen.Step))
	}
	return w.Say("stack-live-some", w.Count(t.Seen.Step), t.Seen.Windows, t.Seen.Of)
}

// lanes is one lane for each trained arm, with its alarms or why there are none.
func lanes(s state.Scene, w *words.Language) []signal.Arm {
	var list []signal.Arm
	for _, l := range s.LaneList(w) {
		arm := signal.Arm{Name: l.Name, Label: l.Text, Short: l.Brief, Whole: l.Whole, Look: lookOf(l.Look),
			Policy: math.NaN(), Threshold: math.NaN(), Note: l.Note}
		of := func(arm string, seed uint64) (score, cosine chart.Buckets) {
			return buckets(s.Stack.Lanes, protocol.Line{Kind: protocol.LineScore, Arm: arm, Seed: seed}),
				buckets(s.Stack.Lanes, protocol.Line{Kind: protocol.LineCosine, Arm: arm, Seed: seed})
		}
		if t := l.Live; t != nil {
			arm.Score, arm.Cosine = of(t.Of.Arm, t.Of.Seed)
			arm.Live = liveText(w, t)
		}
		if r := l.Run; r != nil {
			arm.Score, arm.Cosine = of(r.Arm, r.Seed)
			arm.Policy, arm.Threshold, arm.Pending = float64(l.Policy), l.Threshold, l.Pending
			arm.Alarms, arm.Adjusted = r.Alarms, l.Adjusted
		}
		list = append(list, arm)
	}
	return list
}
