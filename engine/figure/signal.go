package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// Heights of the signal's parts.
const (
	channelHeight = 34 * vg.Length(1)
	scoreHeight   = 28 * vg.Length(1)
	alarmHeight   = 4 * vg.Length(1)
	alarmGap      = 1.5 * vg.Length(1)
	bracketHeight = 12 * vg.Length(1)
	slimmest      = 0.8 * vg.Length(1) // band or bar: one step of thousands is still seen
)

var thresholdLine = draw.LineStyle{Color: ink, Width: 0.8, Dashes: []vg.Length{0.8, 1.6}}

// lane is one panel of the signal, under its name.
type lane struct {
	name, remark string
	colour       draw.LineStyle
	plot         *plot.Plot
	height       vg.Length
	run          *spec.Run // whose alarms stand below; nil = none
	cut          float64   // threshold; NaN = none
}

// signalOf is what the signal is drawn from.
type signalOf struct {
	Input
	steps    steps.Range // shown
	seed     uint64      // whose runs are shown
	channels []int
	lanes    []*lane
	root     bool // a score axis is a square root
}

// signal draws channels of the test part, then the scores of every arm with its threshold and alarms. All
// share the time axis; truth runs through all.
func signal(in Input, o Options) (*Figure, error) {
	s := &signalOf{Input: in, steps: o.Steps, channels: o.Channels}
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Test.Rows > 0 {
		for _, c := range s.channels {
			s.lanes = append(s.lanes, s.channel(c))
		}
	}
	s.scores()
	if len(s.lanes) == 0 {
		return nil, fault.New("figure-no-signal")
	}
	height := bracketHeight + axisSpace(s.timeAxis(o.Width))
	for _, l := range s.lanes {
		height += l.space()
	}
	return &Figure{Height: height, Caption: s.caption(), draw: s.draw}, nil
}

// check completes what is shown by what there is.
func (s *signalOf) check() error {
	d := s.Report.Data
	if s.steps == (steps.Range{}) {
		s.steps = steps.Range{To: d.TestSteps}
	}
	if s.steps.From < 0 || s.steps.To > d.TestSteps || s.steps.To-s.steps.From < 2 {
		return fault.New("figure-steps", s.steps.From, s.steps.To, d.TestSteps)
	}
	for _, c := range s.channels {
		if c < 0 || c >= len(d.Channels) {
			return fault.New("figure-channel", c, len(d.Channels)-1)
		}
	}
	if len(s.channels) == 0 {
		s.channels = telling(d, 2)
	}
	s.seed = s.seedShown()
	return nil
}

// telling are the channels in which most true anomalies show, the first ones of equals, in the order of the
// data.
func telling(d spec.DataSummary, count int) []int {
	votes := make([]int, len(d.Channels))
	all := make([]int, len(d.Channels))
	for i := range all {
		all[i] = i
	}
	for _, s := range d.Segments {
		for _, c := range s.Channels {
			if c >= 0 && c < len(votes) {
				votes[c]++
			}
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return votes[b] - votes[a] })
	all = all[:min(count, len(all))]
	slices.Sort(all)
	return all
}

// seedShown is the first one for which most arms have scores.
func (s *signalOf) seedShown() (best uint64) {
	most := -1
	for _, seed := range s.Report.Spec.Seeds {
		n := 0
		for i := range s.Report.Arms {
			if r := s.runOf(i, seed); r != nil && len(r.Scores) > 0 {
				n++
			}
		}
		if n > most {
			best, most = seed, n
		}
	}
	return best
}

func (s *signalOf) runOf(arm int, seed uint64) *spec.Run {
	runs := s.Report.Arms[arm].Runs
	for i := range runs {
		if runs[i].Seed == seed {
			return &runs[i]
		}
	}
	return nil
}

func (s *signalOf) nameOf(channel int) string {
	if name := s.Report.Data.Channels[channel]; printable(name) {
		return name
	}
	return label("figure-channel-number", channel)
}

// channel is the lane of one channel, in the units that models see.
func (s *signalOf) channel(c int) *lane {
	value := func(t int) float64 { return float64(s.Test.Row(t)[c]) }
	to := min(s.steps.To, s.Test.Rows)
	e := empty
	for t := s.steps.From; t < to; t++ {
		e.hold(value(t))
	}
	l := &lane{name: s.nameOf(c), height: channelHeight, plot: s.lanePlot(),
		colour: draw.LineStyle{Color: ink}, cut: math.NaN()}
	if s.Report.Spec.Data.Scaling == spec.ScalingStandard {
		l.remark = label("figure-standard")
	}
	e.on(&l.plot.Y, 0.04)
	l.plot.Add(paint(func(on draw.Canvas, p *plot.Plot) {
		x, y := p.Transforms(&on)
		all := bins(value, s.steps.From, to, binCount(on.Max.X-on.Min.X))
		trace(on, all, x, y, draw.LineStyle{Color: ink, Width: 0.6}, draw.LineStyle{Color: faint(ink, 0.18)},
			func(b bin) float64 { return b.mean })
	}))
	return l
}

// lanePlot is a plot without a time axis of its own.
func (s *signalOf) lanePlot() *plot.Plot {
	p := newPlot()
	p.HideX()
	p.X.Min, p.X.Max = float64(s.steps.From), float64(s.steps.To)
	return p
}

// scores adds a lane for every arm. Trained ones share their scale, so that they compare; a control, whose
// scores may be many times as high, has its own.
func (s *signalOf) scores() {
	shared := empty
	for i := range s.Report.Arms {
		if r := s.runOf(i, s.seed); r != nil && s.trained(i) {
			shared.hold(s.values(r)...)
		}
	}
	for i := range s.Report.Arms {
		r := s.runOf(i, s.seed)
		if r == nil {
			continue
		}
		on := shared
		if !s.trained(i) {
			on = empty
			on.hold(s.values(r)...)
		}
		s.lanes = append(s.lanes, s.score(i, r, on))
	}
}

func (s *signalOf) trained(arm int) bool { return s.Report.Arms[arm].Arm.Control == spec.ControlNone }

// values are what a lane must hold: scores and threshold.
func (s *signalOf) values(r *spec.Run) []float64 {
	return append(slices.Clone(s.within(r.Scores)), float64(r.Threshold.Value))
}

// within are the scores of the steps shown.
func (s *signalOf) within(scores []float64) []float64 {
	to := min(s.steps.To, len(scores))
	return scores[min(s.steps.From, to):to]
}

func (s *signalOf) score(arm int, r *spec.Run, on extent) *lane {
	look := lookOf(s.Report, arm)
	l := &lane{name: look.name, height: scoreHeight, plot: s.lanePlot(), colour: look.line(1), run: r,
		cut: float64(r.Threshold.Value)}
	if l.remark = s.found(r); len(r.Scores) == 0 {
		l.remark = label("figure-no-scores")
	}
	if on.lo >= 0 && on.hi > 0 {
		l.plot.Y.Scale, s.root = rootScale{}, true
		on.lo = 0
	}
	on.hi += 0.05 * (on.hi - on.lo)
	on.on(&l.plot.Y, 0)
	l.plot.Y.Tick.Marker = scoreTicks(l.plot.Y.Scale)
	to := min(s.steps.To, len(r.Scores))
	l.plot.Add(paint(func(c draw.Canvas, p *plot.Plot) {
		x, y := p.Transforms(&c)
		if to > s.steps.From {
			all := bins(func(t int) float64 { return r.Scores[t] }, s.steps.From, to,
				binCount(c.Max.X-c.Min.X))
			trace(c, all, x, y, draw.LineStyle{Color: look.colour, Width: 0.6},
				draw.LineStyle{Color: faint(look.colour, 0.35)},
				func(b bin) float64 { return b.hi })
		}
		if finite(l.cut) {
			at := y(l.cut)
			c.StrokeLine2(thresholdLine, c.Min.X, at, c.Max.X, at)
		}
	}))
	return l
}

// scoreTicks mark 0 and the highest round number, or, of scores that may be negative, a few.
func scoreTicks(on plot.Normalizer) plot.TickerFunc {
	if _, root := on.(rootScale); !root {
		return linearTicks(2)
	}
	return func(_, hi float64) []plot.Tick {
		top, decimals := niceStep(0.4*hi, 0) // at most 2.5 times as much as asked for
		return []plot.Tick{{Value: 0, Label: "0"}, {Value: top, Label: numeral(top, decimals)}}
	}
}

// found says how many anomalies the alarms found: 15 of 18, 21 false.
func (s *signalOf) found(r *spec.Run) string {
	if !s.Report.Data.Labelled {
		return label("figure-alarms", len(r.Alarms))
	}
	return label("figure-found", r.Hits, len(s.Report.Data.Segments), r.FalseRuns)
}

// space is the height of a lane with its name and alarms.
func (l *lane) space() vg.Length {
	h := leading + l.height
	if l.run != nil {
		h += alarmGap + alarmHeight
	}
	return h + 3
}
