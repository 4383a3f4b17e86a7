package state

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"cosinelab/engine/experiment"
	"cosinelab/ui/words"
)

// Learning is how the losses fell.
type Learning struct {
	Sub   string
	Plots []Plot
}

// Plot is one chart. Places are shares of its width from the left and of its height from the top.
type Plot struct {
	Title, Sub     string
	Curves         []Curve
	Across, Upward []Tick
	Spoken         string
}

// Curve is one line.
type Curve struct {
	Kind string // its colour and dash: a kind of arm, or input for the total
	Name string
	X, Y []float64
	Mark bool // ends in the arm's marker
}

// Tick is a value of an axis.
type Tick struct {
	At   float64
	Text string
}

// KindTotal is the Kind of the curve that all parts add up to.
const KindTotal = "input"

// trace is a curve in the units of its data.
type trace struct {
	kind, name string
	x, y       []float64
	mark       bool
}

// Learning returns the curves of the training that is under way, or after the run those of the arm in focus.
func (s *State) Learning() Learning {
	w := s.Words
	if s.Run == nil {
		return Learning{Sub: w.Say(words.LearningNone), Plots: []Plot{newPlot(w.Say(words.Loss), "", nil, s.Spec.Train.Epochs),
			newPlot(w.Say(words.ValidationBy), w.Say(words.ByEpoch), nil, s.Spec.Train.Epochs)}}
	}
	return Learning{Sub: s.learningSub(), Plots: []Plot{s.lossPlot(), s.validationPlot()}}
}

func (s *State) learningSub() string {
	if e := s.Run.Last; !s.Run.Ended && e.StepMs > 0 {
		return s.Words.Say(words.StepStats, words.Fixed(e.StepMs, 0), words.Fixed(e.GradNorm, 2))
	}
	if r := s.learned(); r != nil && r.StepMs > 0 {
		return s.Words.Say(words.SeedN, r.Seed) + " · " + s.Words.Say(words.StepMs, words.Fixed(r.StepMs, 0))
	}
	return ""
}

// learned returns the finished run whose losses are shown.
func (s *State) learned() *experiment.Run {
	for _, name := range []string{s.Focus, examined(s.Run.Spec), baseline(s.Run.Spec)} {
		if r := s.shownRun(name); r != nil && len(r.Epochs) > 0 {
			return r
		}
	}
	return nil
}

// lossPlot shows the losses by part, on a log scale.
func (s *State) lossPlot() Plot {
	w, p := s.Words, s.Run
	arm, seed, epochs := p.Last.Arm, p.Last.Seed, p.Last.Epochs
	samples := p.Trace
	if p.Ended {
		samples = nil
		if r := s.learned(); r != nil {
			arm, seed, epochs = r.Arm, r.Seed, len(r.Epochs)
			for _, e := range r.Epochs {
				samples = append(samples, Sample{float64(e.Epoch), e.Losses})
			}
		}
	}
	var traces []trace
	for _, name := range partNames(samples) {
		t := trace{kind: p.kindOfPart(name, arm), name: partWords(w, name)}
		for _, sample := range samples {
			if v, ok := partOf(sample.Losses, name); ok {
				t.x, t.y = append(t.x, sample.Epoch), append(t.y, v)
			}
		}
		traces = append(traces, t)
	}
	sub := ""
	if samples != nil {
		sub = w.Say(words.LossOf, p.nameOf(w, arm), seed)
	}
	return newPlot(w.Say(words.Loss), sub, traces, max(epochs, 1))
}

// kindOfPart gives the total the ink of facts, the student's own parts its colour, and what comes from the teacher
// the teacher's.
func (p *Progress) kindOfPart(part, arm string) string {
	switch part {
	case "total":
		return KindTotal
	case "cosine", "mse":
		return TeacherK
	case "discrepancy":
		return Untrained
	}
	if a := armNamed(p.Spec, arm); a != nil {
		return kindOf(*a)
	}
	return TeacherK
}

var partKeys = []struct {
	part string
	name words.Key
}{
	{"total", words.PartTotal},
	{"reconstruction", words.PartReconstruction},
	{"discrepancy", words.PartDiscrepancy},
	{"cosine", words.PartCosine},
	{"mse", words.PartMSE},
}

func partWords(w *words.Language, part string) string {
	for _, k := range partKeys {
		if k.part == part {
			return w.Say(k.name)
		}
	}
	return part
}

func partNames(samples []Sample) []string {
	var names []string
	for _, s := range samples {
		for _, l := range s.Losses {
			if !slices.Contains(names, l.Name) {
				names = append(names, l.Name)
			}
		}
	}
	return names
}

func partOf(parts []experiment.Part, name string) (float64, bool) {
	for _, p := range parts {
		if p.Name == name {
			return p.Value, true
		}
	}
	return 0, false
}

// validationPlot compares the arms on the data held out from training: the reconstruction, which all of them have.
func (s *State) validationPlot() Plot {
	w, p := s.Words, s.Run
	var traces []trace
	epochs := p.Spec.Train.Epochs
	for _, a := range p.Spec.Arms {
		list := p.epochsOf(a.Name)
		t := trace{kind: kindOf(a), name: shortName(w, a), mark: true}
		for _, e := range list {
			if v, ok := partOf(e.Validation, "reconstruction"); ok {
				t.x, t.y = append(t.x, float64(e.Epoch)), append(t.y, v)
			}
		}
		if len(t.x) > 0 {
			traces = append(traces, t)
		}
	}
	return newPlot(w.Say(words.ValidationBy), w.Say(words.ByEpoch), traces, max(epochs, 1))
}

// epochsOf returns the epochs of an arm's first finished run, or of the one under way.
func (p *Progress) epochsOf(arm string) []experiment.Epoch {
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil && len(r.Epochs) > 0 {
			return r.Epochs
		}
	}
	if p.Last.Arm == arm && !p.Ended {
		return p.Epochs
	}
	return nil
}

func shortName(w *words.Language, a experiment.Arm) string {
	if a.Name == Alone {
		return w.Say(words.ShortAlone)
	}
	return look(w, a).Text
}

// newPlot scales traces to a plot whose axis goes from 0 to the given epochs.
func newPlot(title, sub string, traces []trace, epochs int) Plot {
	p := Plot{Title: title, Sub: sub}
	for _, e := range []int{0, epochs / 2, epochs} {
		if e > 0 || len(p.Across) == 0 {
			p.Across = append(p.Across, Tick{float64(e) / float64(epochs), strconv.Itoa(e)})
		}
	}
	p.Across = slices.CompactFunc(p.Across, func(a, b Tick) bool { return a.Text == b.Text })
	sc := newScale(traces)
	p.Upward = sc.ticks()
	p.Spoken = title
	for _, t := range traces {
		c := Curve{Kind: t.kind, Name: t.name, Mark: t.mark}
		for i := range t.x {
			if y, ok := sc.place(t.y[i]); ok {
				c.X, c.Y = append(c.X, min(t.x[i]/float64(epochs), 1)), append(c.Y, y)
			}
		}
		if n := len(c.X); n > 0 {
			p.Curves = append(p.Curves, c)
			p.Spoken += fmt.Sprintf("; %s %s", t.name, strconv.FormatFloat(t.y[len(t.y)-1], 'g', 3, 64))
		}
	}
	return p
}

// scale maps values to shares from the top. It is logarithmic: values that are not positive have no place on it.
type scale struct {
	low, high float64 // in decades
	any       bool    // there is a value
}

func newScale(traces []trace) scale {
	s := scale{low: math.Inf(1), high: math.Inf(-1)}
	for _, t := range traces {
		for _, y := range t.y {
			if v, ok := decades(y); ok {
				s.low, s.high, s.any = min(s.low, v), max(s.high, v), true
			}
		}
	}
	const air = 0.06
	span := max(s.high-s.low, 0.1)
	s.low, s.high = s.low-air*span, s.high+air*span
	return s
}

func decades(y float64) (float64, bool) {
	d := math.Log10(y)
	return d, !math.IsNaN(d) && !math.IsInf(d, 0)
}

func (s scale) place(y float64) (float64, bool) {
	v, ok := decades(y)
	return (s.high - v) / (s.high - s.low), ok && s.any
}

// ticks returns two or three round values on the scale.
func (s scale) ticks() []Tick {
	var ticks []Tick
	if !s.any {
		return nil
	}
	for _, steps := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}} {
		ticks = nil
		for d := math.Floor(s.low); d <= s.high; d++ {
			for _, m := range steps {
				y := m * math.Pow(10, d)
				if at, _ := s.place(y); at >= 0 && at <= 1 {
					ticks = append(ticks, Tick{at, words.Setting(round(y))})
				}
			}
		}
		if len(ticks) >= 2 {
			break
		}
	}
	const most = 4
	for len(ticks) > most {
		ticks = everyOther(ticks)
	}
	return ticks
}

// round drops the last bits that a power of ten leaves behind.
func round(y float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(y, 'g', 6, 64), 64)
	return v
}
