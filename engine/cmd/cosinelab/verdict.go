package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// plain says a sentence of the page, without its marks for strong text.
func (p printer) plain(key words.Key, args ...any) string {
	return strings.ReplaceAll(p.w.Say(key, args...), "*", "")
}

// signed writes a difference in its unit.
func (p printer) signed(u metrics.Unit, v metrics.Value) string {
	return p.w.SignedPoints(u.Of(v) / 100)
}

// interval writes that of differences in their unit.
func (p printer) interval(u metrics.Unit, g spec.Paired) string {
	return p.w.Say("interval", p.signed(u, g.Low), p.signed(u, g.High))
}

// percent writes a level: 95, 97.5.
func percent(level float64) string { return strconv.FormatFloat(100*level, 'g', 4, 64) }

// gains prints, of every metric, what each trained arm differs by from the baseline.
func (p printer) gains(r spec.Report, s spec.Summary) {
	base := r.Spec.Baseline()
	var arms []string
	for _, a := range r.Arms {
		if spec.Controls[a.Arm.Control].Trains && a.Arm.Name != base {
			arms = append(arms, a.Arm.Name)
		}
	}
	if base == "" || len(arms) == 0 || len(s.Metrics) == 0 {
		return
	}
	t := p.grid(append([]string{""}, arms...)...)
	for _, m := range s.Metrics {
		row := []string{p.metric(m.Metric)}
		gains := r.Gains(spec.MeasuredBy(m.Metric))
		for _, arm := range arms {
			i := slices.IndexFunc(gains, func(c spec.Comparison) bool { return c.Arm == arm })
			row = append(row, p.gain(m.Metric.Unit, gains[i].Paired))
		}
		t.row(row...)
	}
	fmt.Fprintf(p.out, "\n%s\n", p.w.Say("cli-gains", base, percent(r.Spec.Level())))
	t.print()
	p.blank()
	p.line("cli-not-shown", mark)
}

// gain writes a difference with its interval, marked where it is not shown.
func (p printer) gain(u metrics.Unit, g spec.Paired) string {
	if g.N() == 0 {
		return "-"
	}
	text := p.signed(u, g.Mean)
	if g.N() > 1 {
		text += " (" + p.interval(u, g) + ")"
	}
	if !g.Shown() {
		text += " " + mark
	}
	return text
}

// verdict says the outcome, what it is to be held against, and what so many seeds can show.
func (p printer) verdict(r spec.Report, v spec.Verdict) {
	fmt.Fprintln(p.out, p.claim(r, v))
	if v.Gain.N() == 0 {
		return
	}
	p.credit(v)
	p.standing(v)
	if v.Best != "" {
		key := words.Key("best-free")
		if v.BeatenByBest() {
			key = "best-free-ahead"
		}
		fmt.Fprintln(p.out, p.plain(key, v.Best, p.points(v.BestValue), v.Arm,
			p.points(v.Standing.Value.Mean)))
	}
	p.power(v.Gain)
	if gain := r.OverData.Of(v.Metric.Name, v.Arm, v.Over); gain.Low.Defined() {
		p.line("over-data-gain", p.signed(v.Metric.Unit, gain.Low), p.signed(v.Metric.Unit, gain.High))
	}
	if planned := r.Spec.Planned(); planned < len(r.Spec.Seeds) {
		p.line("seeds-added", planned, len(r.Spec.Seeds)-planned)
	}
}

// power says what so many seeds can show, and what the exact p is.
func (p printer) power(g spec.Paired) {
	n := g.N()
	var said []string
	if half := g.Half(n); half > 0 {
		more := n + spec.Step
		said = append(said, p.plain("power", n, p.points(half), more, p.points(g.Half(more))))
	}
	if g.SignFlip.Defined() && n > 1 {
		said = append(said, p.w.Say("sign-flip", float64(g.SignFlip), n, float64(g.Least)))
	}
	if said != nil {
		fmt.Fprintln(p.out, strings.Join(said, " "))
	}
}

// credit says whether a gain is the teacher's.
func (p printer) credit(v spec.Verdict) {
	switch {
	case v.Outcome != spec.VerdictHelps && v.Outcome != spec.VerdictUncredited:
	case v.Credited == "":
		p.line("credit-unknown")
	default:
		fmt.Fprintln(p.out, p.plain("credit", p.signed(v.Metric.Unit, v.Credit.Mean), v.Credited,
			percent(v.Credit.Level), p.interval(v.Metric.Unit, v.Credit)))
	}
}

// claim is the outcome in one sentence.
func (p printer) claim(r spec.Report, v spec.Verdict) string {
	method := ""
	for _, a := range r.Spec.Arms {
		if a.Name == v.Arm {
			method = p.w.Say(words.Key("method-" + a.Kind()))
		}
	}
	diff, phrase := p.signed(v.Metric.Unit, v.Gain.Mean), words.Key("over-arm")
	if v.Gain.Mean < 0 {
		phrase = "against-arm"
	}
	over := p.w.Say(phrase, v.Over)
	level, interval, n := percent(v.Gain.Level), p.interval(v.Metric.Unit, v.Gain), v.Gain.N()
	switch v.Outcome {
	case spec.VerdictHelps:
		return p.plain("verdict-helps", method, diff, v.Metric.Short, over, level, interval, n,
			p.w.TitleOf(r.Data.Source, r.Data.Title))
	case spec.VerdictUncredited:
		return p.plain("verdict-uncredited", method, diff, v.Metric.Short, over, level, interval, n)
	case spec.VerdictHarms:
		return p.plain("verdict-harms", method, diff, v.Metric.Short, over, level, interval, n)
	case spec.VerdictNull:
		return p.plain("verdict-null", method, diff, v.Metric.Short, over, level, interval, n)
	case spec.VerdictExploratory:
		return p.plain("verdict-exploratory", method, diff, v.Metric.Short, over, level, interval, n,
			r.Spec.Planned())
	case spec.VerdictFlat:
		return p.plain("verdict-flat", method, diff, v.Metric.Short, over, n)
	case spec.VerdictOneSeed:
		return p.plain("one-seed-claim", diff, v.Metric.Short)
	case spec.VerdictNoLabels:
		if r.Data.Labelled {
			return p.plain("no-anomaly-claim")
		}
		return p.w.Say("cli-verdict-no-labels")
	}
	return p.w.Say("cli-verdict-none")
}

// standing says what the arm beats, or what it is not shown to beat.
func (p printer) standing(v spec.Verdict) {
	var all, unbeaten words.All
	for _, c := range v.Standing.Over {
		name := c.Over
		if name == "" {
			name = p.w.Say("chance")
		}
		all = append(all, name)
		if !c.Beaten() {
			unbeaten = append(unbeaten, name)
		}
	}
	switch {
	case len(unbeaten) > 0 && v.Gain.N() == 1:
		p.line("doubtful-one", v.Arm, unbeaten)
	case len(unbeaten) > 0:
		p.line("doubtful", v.Arm, unbeaten)
	case len(all) > 0 && v.Gain.N() > 1:
		p.line("beats", v.Arm, all)
	}
}

// least is the smallest exact p that so many seeds can give.
func least(seeds int) metrics.Value {
	return spec.NewPaired(make([]metrics.Value, seeds), make([]metrics.Value, seeds), 1-spec.Alpha).Least
}
