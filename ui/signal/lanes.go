package signal

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/ui/chart"
)

// kind is what a lane of the stack shows.
type kind uint8

const (
	overview kind = iota
	funnel        // leads from the brush to the lanes; names the anomalies
	channel
	cosine
	score
	axis
)

// lane is one row of the stack: what stands beside its plot. The plot itself is drawn once its size is known.
type lane struct {
	kind   kind
	key    string // the same from render to render: sizes and events find the lane by it
	index  int    // in Props.Channels or Props.Arms
	title  string
	whole  string // title attribute; empty = title says it
	sub    string
	look   *chart.Look
	legend []entry
	say    string // name and summary in one or two sentences
	empty  string // stands in the plot instead of lines
}

// entry is a row of the legend: a sample of the line, what it is, and its value at the cursor.
type entry struct {
	class string
	look  *chart.Look
	text  string
	line  chart.Buckets
	peaks bool // its maxima count, as those of scores do, not its means
}

// value returns where the line is at a step, in words.
func (e entry) value(w words.Numbers, step int) string {
	k, ok := e.line.At(step)
	switch {
	case !ok:
		return "–"
	case e.peaks:
		return number(w, e.line.Max(k))
	}
	return number(w, e.line.Mean(k))
}

// number writes a value with two or three digits that count.
func number(w words.Numbers, v float64) string {
	size := math.Abs(v)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return w.None
	case size >= 1e6 || 0 < size && size < 0.01:
		return chart.Digits(w, v, 2)
	case size >= 1000:
		return w.Count(int(math.Round(v)))
	case size >= 100:
		return w.Fixed(v, 0)
	case size >= 10:
		return w.Fixed(v, 1)
	}
	return w.Fixed(v, 2)
}

// stack is Props with what several lanes need; it lives for one render.
type stack struct {
	*Props
	teacher chart.Look
	student *Arm     // whose output stands in the channels; nil = none
	top     float64  // where the score axis ends
	marks   []alarms // one an arm
	traces  *traces
}

// alarms is what the alarms of one arm come to: the spans of the whole test part, and how many of them are in
// view.
type alarms struct {
	chart.Alarms
	found, segments, false int // true anomalies found, of how many, and false alarms
}

// newStack works out what several lanes need, once a render. t keeps paths from render to render.
func newStack(p *Props, t *traces) *stack {
	t.turn()
	s := &stack{Props: p, teacher: chart.LookOf("teacher", 0), top: p.scoreTop(), traces: t}
	for i := range p.Arms {
		s.marks = append(s.marks, p.alarms(&p.Arms[i]))
		if p.Arms[i].Name == p.Student {
			s.student = &p.Arms[i]
		}
	}
	return s
}

// inView is the scale of steps without pixels: enough to ask what is in view.
func (p *Props) inView() chart.Scale {
	return chart.Scale{From: float64(p.From), To: float64(p.To), End: 1}
}

// alarms compares an arm's alarms with the truth. Without labels nobody can say that one is false: all are
// drawn alike.
func (p *Props) alarms(a *Arm) alarms {
	raised := a.Alarms
	if a.Live != "" { // nothing is missed before there is a threshold
		return alarms{}
	}
	if a.Pending {
		raised = a.Score.Above(a.Threshold)
	}
	if !p.Labelled {
		return alarms{Alarms: chart.Alarms{Right: raised}, found: len(chart.InView(raised, p.inView()))}
	}
	m := alarms{Alarms: chart.Classify(raised, p.Truth)}
	m.segments = len(chart.InView(p.Truth, p.inView()))
	m.found = m.segments - len(chart.InView(m.Missed, p.inView()))
	m.false = len(chart.InView(m.False, p.inView()))
	return m
}

// Layout of the score axis: it ends at the highest score, but where one peak would press all thresholds to
// the floor it ends at cutAbove times the highest of them, and higher peaks are marked as cut. A threshold is
// never at the rim.
const (
	cutAbove = 4 // half of the height, on an axis of square roots
	headroom = 1.2
)

// scoreTop returns where the score axis of all arms ends.
func (p *Props) scoreTop() float64 {
	var highest chart.Extent
	policy := 0.0
	for _, a := range p.Arms {
		if a.Adjusted != "" {
			continue
		}
		highest = highest.Join(a.Score.Extent())
		if a.Policy > policy {
			policy = a.Policy
		}
	}
	top := highest.Hi
	if !(top >= p.ScoreMax) { // in view are only lower ones, or none
		top = p.ScoreMax
	}
	if policy > 0 {
		top = max(min(top, cutAbove*policy), headroom*policy)
	}
	if !(top > 0) {
		return 1
	}
	return top
}

// lanes lists the rows of the stack from top to bottom.
func (s *stack) lanes() []lane {
	rows := []lane{s.overview(), {kind: funnel, key: "funnel"}}
	for i := range s.Channels {
		rows = append(rows, s.channel(i))
	}
	if !s.ScoresOnly {
		rows = append(rows, s.cosine())
	}
	for i := range s.Arms {
		rows = append(rows, s.score(i))
	}
	return append(rows, s.axis())
}

// overview describes the lane of the whole test part.
func (s *stack) overview() lane {
	w := s.Words
	l := lane{kind: overview, key: "overview", title: w.Say("stack-overview"), sub: w.Say("stack-whole-part"),
		say: w.Say("say-overview", w.Count(s.Steps), len(s.Truth), w.Count(s.From), w.Count(s.To))}
	if s.Overview.Empty() {
		l.empty = w.Say("stack-no-series")
	}
	return l
}

// channel describes the lane of one channel; its legend has the lines that are there.
func (s *stack) channel(i int) lane {
	w, c := s.Words, &s.Channels[i]
	l := lane{kind: channel, key: fmt.Sprint("channel ", i), index: i,
		title: w.Say("stack-channel", c.Number), sub: w.Say("stack-of", s.ChannelsAll)}
	// sets without names call a channel by its number
	if c.Name != "" && !strings.EqualFold(c.Name, l.title) {
		l.title, l.whole, l.sub = c.Name, c.Whole, w.Say("stack-channel-of", c.Number, s.ChannelsAll)
	}
	input := c.Input.Extent()
	if input.Empty() {
		l.empty, l.say = w.Say("stack-no-series"), w.Say("say-no-values", l.title)
		return l
	}
	l.say = w.Say("say-channel", l.title, number(w.Numbers, input.Lo), number(w.Numbers, input.Hi))
	l.legend = append(l.legend, entry{class: "input", text: w.Say("stack-input"), line: c.Input})
	if !c.Teacher.Empty() {
		l.legend = append(l.legend, entry{class: s.teacher.Class, text: w.Say("stack-teacher"),
			line: c.Teacher})
	}
	if a := s.student; a != nil && !c.Student.Empty() {
		l.legend = append(l.legend, entry{class: a.Look.Class, look: &a.Look, text: a.short(),
			line: c.Student})
	}
	return l
}

// cosine describes the lane of all arms that have a cosine to the teacher.
func (s *stack) cosine() lane {
	w := s.Words
	l := lane{kind: cosine, key: "cosine", title: w.Say("stack-cosine"), sub: w.Say("stack-per-step")}
	var means []string
	for i := range s.Arms {
		a := &s.Arms[i]
		if mean, ok := average(a.Cosine); ok {
			l.legend = append(l.legend, entry{class: a.Look.Class, look: &a.Look, text: a.short(),
				line: a.Cosine})
			means = append(means, w.Say("say-mean", a.Label, number(w.Numbers, mean)))
		}
	}
	if means == nil {
		l.empty, l.say = w.Say("stack-waits"), w.Say("say-no-values", l.title)
		if len(s.Arms) > 0 && s.Arms[0].Note != "" {
			l.empty = s.Arms[0].Note
		}
		return l
	}
	l.say = w.Say("say-cosine", strings.Join(means, ", "))
	return l
}

// average returns the mean of the buckets' means, and whether there is one. Buckets are equal parts, so that
// they count alike.
func average(b chart.Buckets) (float64, bool) {
	sum, n := 0.0, 0
	for k := range b.Len() {
		if b.Has(k) {
			sum += b.Mean(k)
			n++
		}
	}
	return sum / float64(n), n > 0
}

// scoreKey is the key of an arm's lane.
func scoreKey(arm string) string { return "score " + arm }

// score describes the lane of one arm: its threshold, or why it has no score.
func (s *stack) score(i int) lane {
	w, a := s.Words, &s.Arms[i]
	l := lane{kind: score, key: scoreKey(a.Name), index: i, title: a.Label, whole: a.Whole,
		sub: w.Say("stack-score"), look: &a.Look}
	highest := a.Score.Extent()
	if highest.Empty() {
		l.empty, l.say = cmp.Or(a.Note, w.Say("stack-waits")), w.Say("say-no-values", a.Label)
		return l
	}
	l.say = w.Say("say-score", a.Label, number(w.Numbers, highest.Hi))
	l.legend = []entry{{line: a.Score, peaks: true}}
	if a.Live != "" {
		l.sub = a.Live
		return l
	}
	l.say += " " + s.sayAlarms(i)
	switch {
	case a.Adjusted != "":
		l.sub, l.legend = w.Say("stack-same-rate"), nil // what point adjustment makes of it stands in its place
	case !a.hasThreshold():
		l.sub = w.Say("stack-moves")
	case a.Threshold != a.Policy:
		l.sub = w.Say("stack-by-hand", number(w.Numbers, a.Threshold))
	default:
		l.sub = w.Say("stack-threshold", number(w.Numbers, a.Threshold))
	}
	return l
}

// short is what a legend calls the arm.
func (a *Arm) short() string { return cmp.Or(a.Short, a.Label) }

// hasThreshold tells whether there is a score to cut and a threshold to cut it with.
func (a *Arm) hasThreshold() bool { return !math.IsNaN(a.Threshold) && !a.Score.Empty() }

func (s *stack) sayAlarms(i int) string {
	m := s.marks[i]
	if !s.Labelled {
		return s.Words.Say("say-unlabeled", m.found)
	}
	return s.Words.Say("say-alarms", m.found, m.segments, m.false)
}

// axis describes the common axis; beside it stands how many steps share a pixel, since values are theirs
// together.
func (s *stack) axis() lane {
	w := s.Words
	l := lane{kind: axis, key: "axis", sub: w.Say("stack-step"), say: w.Say("say-axis", w.Count(s.From),
		w.Count(s.To))}
	var first chart.Buckets
	switch {
	case len(s.Channels) > 0:
		first = s.Channels[0].Input
	case len(s.Arms) > 0:
		first = s.Arms[0].Score
	}
	if first.Len() > 0 {
		if n := first.PerBucket(); n >= 1.5 {
			l.sub = w.Say("stack-steps-a-pixel", w.Count(int(math.Round(n))))
		}
	}
	return l
}

// readouts returns the values at a step of every legend entry, in the order of the lanes.
func readouts(w words.Numbers, lanes []lane, step int) []string {
	var out []string
	for _, l := range lanes {
		for _, e := range l.legend {
			out = append(out, e.value(w, step))
		}
	}
	return out
}
