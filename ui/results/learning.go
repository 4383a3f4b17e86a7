package results

import (
	"fmt"
	"math"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Learning is how the losses fell: Sub beside the title, then the plots.
type Learning struct {
	Sub    string
	Plots  []Plot
	Curves []Plot // what every threshold gives, in the place of Plots where Epochs.Curves asks for it
	Alarms string // what the tab of the list of alarms says
	Epochs Epochs // in their place where they are open
}

// Plot is one chart over the epochs of a training run. Spoken says its last values, for those who do not see
// it.
type Plot struct {
	Title, Sub string
	Across, Up string // what its axes are
	Curves     []Curve
	Linear     bool // the value axis; otherwise it is logarithmic
	Epochs     int
	Spoken     string
}

// Curve is one line.
type Curve struct {
	look.Look
	X, Y []float64 // epochs done, in fractions while an epoch runs, and the value
	Mark bool      // ends in the arm's marker
	Bare bool      // has no name at its end
}

// KindTotal is the Kind of the curve that all parts add up to.
const KindTotal = "total"

// NoLearning are the plots of an experiment that has not begun.
func NoLearning(w *words.Language, s spec.Spec) Learning {
	second := words.Key("validation-loss")
	if s.Teaches() {
		second = "cosine-to-teacher"
	}
	loss := newPlot(w, w.Say("loss"), "", nil, s.Train.Epochs)
	validation := newPlot(w, w.Say(second), w.Say("by-epoch"), nil, s.Train.Epochs)
	return Learning{Sub: w.Say("learning-none"), Plots: []Plot{loss, validation}}
}

// Learning returns the curves of the training run that is under way, or at the end those of the arm in focus.
func (p *Progress) Learning(w *words.Language, focus string) Learning {
	r := p.learned(focus)
	return Learning{Sub: p.pace(w, r), Plots: []Plot{p.lossPlot(w, r), p.validationPlot(w)}}
}

// pace says how long a step takes, which tells people whether to wait.
func (p *Progress) pace(w *words.Language, r *spec.Run) string {
	if e := p.Shown().Last; !p.Over && e.StepMs > 0 {
		return w.Say("step-stats", w.Fixed(e.StepMs, 0), w.Fixed(e.GradNorm, 2))
	}
	if r != nil && r.StepMs > 0 {
		return w.Say("step-ms", w.Fixed(r.StepMs, 0)) // the plot of losses says of which seed
	}
	return ""
}

// learned returns the finished run whose losses are shown; nil = there is none.
func (p *Progress) learned(focus string) *spec.Run {
	for _, name := range []string{focus, p.Spec.Examined(), p.Spec.Baseline()} {
		if r := p.First(name); r != nil && len(r.Epochs) > 0 {
			return r
		}
	}
	return nil
}

// lossPlot shows the losses by part, on a log scale: of the run under way step by step, of a finished one, r,
// epoch by epoch, since reports keep no more.
func (p *Progress) lossPlot(w *words.Language, r *spec.Run) Plot {
	t := p.Shown()
	arm, seed, epochs := t.Of.Arm, t.Of.Seed, t.Last.Epochs
	samples := t.Trace
	if p.Over {
		samples = nil
		if r != nil {
			arm, seed, epochs = r.Arm, r.Seed, len(r.Epochs)
			for _, e := range r.Epochs {
				samples = append(samples, Sample{float64(e.Epoch), e.Losses})
			}
		}
	}
	var curves []Curve
	names := partNames(samples)
	if own := spec.PartOwn.String(); slices.Contains(names, own) {
		names = slices.DeleteFunc(names, func(n string) bool { // nearly the same line
			return n != own && spec.Parts[partOfName(n)].From == spec.FromStudent
		})
	}
	for _, name := range names {
		c := Curve{Look: p.lookOfPart(w, name, arm)}
		for _, sample := range samples {
			if v, ok := partOf(sample.Losses, name); ok {
				c.X, c.Y = append(c.X, sample.Epoch), append(c.Y, v)
			}
		}
		curves = append(curves, c)
	}
	sub := ""
	if samples != nil {
		sub = w.Say("loss-of", p.NameOf(w, arm), seed)
	}
	return newPlot(w, w.Say("loss"), sub, curves, max(epochs, 1))
}

// lookOfPart says how the part of a loss appears: the total in the ink of facts, what the model is held to
// besides its series in grey, the student's own parts in its colour, and what comes from the teacher in the
// teacher's.
func (p *Progress) lookOfPart(w *words.Language, part, arm string) look.Look {
	l := look.OfTeacher(w)
	k := partOfName(part)
	switch spec.Parts[k].From {
	case spec.FromAll:
		l = look.Look{Kind: KindTotal}
	case spec.FromModel:
		l = look.Look{Kind: look.Untrained}
	case spec.FromStudent:
		l = look.Named(w, p.Spec, arm)
	}
	l.Name, l.Text = part, w.Say(words.Key(k.WordKey()))
	l.Brief = l.Text
	return l
}

// partOfName is the kind of a part by its name; events have no other names.
func partOfName(name string) (k spec.PartKind) {
	_ = k.UnmarshalText([]byte(name)) // 0 where there is none
	return k
}

// partNames keeps the order of first appearance, so that colours and labels stand still while samples come
// in.
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

func partOf(parts []spec.Part, name string) (float64, bool) {
	for _, p := range parts {
		if p.Name == name {
			return p.Value, true
		}
	}
	return 0, false
}

// validationPlot compares the arms on the data held out from training: by the cosine of their output to the
// teacher's or, where there is no teacher, by their own loss, which all of them have.
func (p *Progress) validationPlot(w *words.Language) Plot {
	title, measure := w.Say("validation-loss"), func(e spec.Epoch) (float64, bool) {
		return partOf(e.Validation, spec.PartOwn.String())
	}
	linear := p.Spec.Teaches()
	if linear {
		title, measure = w.Say("cosine-to-teacher"), func(e spec.Epoch) (float64, bool) {
			apart, ok := partOf(e.Validation, spec.PartToTeacher.String())
			return 1 - apart, ok
		}
	}
	plot := newPlot(w, title, w.Say("by-epoch"), p.validation(w, measure), max(p.Spec.Train.Epochs, 1))
	plot.Linear = linear
	return plot
}

// validation is one curve for each arm; measure tells the value of an epoch, and whether it has one.
func (p *Progress) validation(w *words.Language, measure func(spec.Epoch) (float64, bool)) (curves []Curve) {
	for _, a := range p.Spec.Arms {
		c := Curve{Look: look.Of(w, p.Spec, a), Mark: true}
		for _, e := range p.epochsOf(a.Name) {
			if v, ok := measure(e); ok {
				c.X, c.Y = append(c.X, float64(e.Epoch)), append(c.Y, v)
			}
		}
		curves = append(curves, c)
	}
	return curves
}

// epochsOf returns the epochs of an arm's first finished run, or of its first one under way.
func (p *Progress) epochsOf(arm string) []spec.Epoch {
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil && len(r.Epochs) > 0 {
			return r.Epochs
		}
	}
	for _, t := range p.Live {
		if t.Of.Arm == arm {
			return t.Epochs
		}
	}
	return nil
}

// mostRows is how many points of a curve its table has: those between are left out, the last is there.
const mostRows = 60

// Table is a plot as numbers: its heads, then a row for each point, with the name of its curve first.
func (p Plot) Table(n words.Numbers) (heads []string, rows [][]string) {
	heads = []string{p.Title, p.Across, p.Up}
	for _, c := range p.Curves {
		every := max(1, (len(c.X)+mostRows-1)/mostRows)
		for i := range c.X {
			if (len(c.X)-1-i)%every == 0 {
				rows = append(rows, []string{c.Text, n.Fixed(c.X[i], decimals(c.X[i])), n.Fixed(c.Y[i], decimals(c.Y[i]))})
			}
		}
	}
	return heads, rows
}

// decimals are those with which three digits count; whole numbers have none.
func decimals(v float64) int {
	if v == math.Trunc(v) {
		return 0
	}
	return max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
}

// newPlot leaves out curves without points, and says the others in words too.
func newPlot(w *words.Language, title, sub string, curves []Curve, epochs int) Plot {
	p := Plot{Title: title, Sub: sub, Across: w.Say("figure-epoch"), Up: title, Epochs: epochs, Spoken: title}
	for _, c := range curves {
		if n := len(c.X); n > 0 {
			p.Curves = append(p.Curves, c)
			p.Spoken += fmt.Sprintf("; %s %.3g", c.Text, c.Y[n-1])
		}
	}
	return p
}
