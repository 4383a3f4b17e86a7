package results

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// judge writes the claim about the difference that a report has found between two arms, in the metric that
// was named before: what it is with its interval, what the arm beats, what so many seeds can show, whether
// other metrics agree, and what a flattering one would have said.
func (p *Progress) judge(w *words.Language, v *Verdict, r spec.Report, found spec.Verdict) {
	shown := look.Named(w, p.Spec, found.Arm)
	v.Claim = p.claim(w, found)
	switch found.Outcome {
	case spec.VerdictNone:
		v.Why = w.Say("nothing-why")
		return
	case spec.VerdictOneSeed:
		v.say(w.Say("one-seed-why"), p.beaten(w, found))
		v.More = p.more(w, r)
		return
	}
	v.More = p.more(w, r)
	v.say(p.added(w), p.credit(w, found), p.beaten(w, found), p.best(w, found), power(w, found.Gain), overData(w, r, found),
		p.agreement(w, r, found), flattery(w, r, found))
	v.Effect = effectFigure(w, shown, found)
}

// more offers to add seeds, and says what it costs at the pace so far.
func (p *Progress) more(w *words.Language, r spec.Report) string {
	trained := len(p.Spec.Seeds)
	if n := len(p.Spec.Looked); n > 0 {
		trained -= p.Spec.Looked[n-1]
	}
	return w.Say("add-seeds", spec.Step, w.Duration(words.Seconds(r.Seconds*spec.Step/float64(trained))))
}

// say puts the reasons that there are behind one another.
func (v *Verdict) say(reasons ...string) {
	for _, reason := range reasons {
		v.Why = strings.TrimSpace(v.Why + " " + reason)
	}
}

// claim is the outcome in one sentence.
func (p *Progress) claim(w *words.Language, v spec.Verdict) string {
	method := w.Say(words.Key("method-" + look.Named(w, p.Spec, v.Arm).Kind))
	diff, title, n := w.SignedPoints(float64(v.Gain.Mean)), v.Metric.Short, v.Gain.N()
	phrase := words.Key("over-arm")
	if v.Gain.Mean < 0 {
		phrase = "against-arm"
	}
	over := w.Say(phrase, p.NameOf(w, v.Over))
	level, interval := percent(v.Gain.Level), intervalText(w, v.Gain)
	switch v.Outcome {
	case spec.VerdictHelps:
		return w.Say("verdict-helps", method, diff, title, over, level, interval, n, p.titled(w))
	case spec.VerdictUncredited:
		return w.Say("verdict-uncredited", method, diff, title, over, level, interval, n)
	case spec.VerdictHarms:
		return w.Say("verdict-harms", method, diff, title, over, level, interval, n)
	case spec.VerdictNull:
		return w.Say("verdict-null", method, diff, title, over, level, interval, n)
	case spec.VerdictExploratory:
		return w.Say("verdict-exploratory", method, diff, title, over, level, interval, n, p.Spec.Planned())
	case spec.VerdictFlat:
		return w.Say("verdict-flat", method, diff, title, over, n)
	case spec.VerdictOneSeed:
		return w.Say("one-seed-claim", diff, title)
	}
	return w.Say("nothing-to-compare")
}

// percent writes a level: 95, 97.5.
func percent(level float64) string { return strconv.FormatFloat(100*level, 'g', 4, 64) }

// intervalText writes the interval of differences in points of 100.
func intervalText(w *words.Language, g spec.Paired) string {
	return w.Say("interval", w.SignedPoints(float64(g.Low)), w.SignedPoints(float64(g.High)))
}

// added says how many seeds came after a look, where any did.
func (p *Progress) added(w *words.Language) string {
	planned := p.Spec.Planned()
	if planned == len(p.Spec.Seeds) {
		return ""
	}
	return w.Say("seeds-added", planned, len(p.Spec.Seeds)-planned)
}

// credit says whether a gain is the teacher's.
func (p *Progress) credit(w *words.Language, v spec.Verdict) string {
	switch {
	case v.Outcome != spec.VerdictHelps && v.Outcome != spec.VerdictUncredited:
		return ""
	case v.Credited == "":
		return w.Say("credit-unknown")
	}
	return w.Say("credit", w.SignedPoints(float64(v.Credit.Mean)), p.NameOf(w, v.Credited),
		percent(v.Credit.Level), intervalText(w, v.Credit))
}

// beaten says which of what costs no training the arm is not shown to beat, or that it beats all of it.
func (p *Progress) beaten(w *words.Language, v spec.Verdict) string {
	var all, unbeaten words.All
	for _, c := range v.Standing.Over {
		name := w.Say("chance")
		if c.Over != "" {
			name = p.NameOf(w, c.Over)
		}
		all = append(all, name)
		if !c.Beaten() {
			unbeaten = append(unbeaten, name)
		}
	}
	arm, one := p.NameOf(w, v.Arm), v.Outcome == spec.VerdictOneSeed
	switch {
	case len(unbeaten) > 0 && one:
		return w.Say("doubtful-one", arm, unbeaten)
	case len(unbeaten) > 0:
		return w.Say("doubtful", arm, unbeaten)
	case len(all) > 0 && !one:
		return w.Say("beats", arm, all)
	}
	return ""
}

// best puts the arm next to the closed form that does best.
func (p *Progress) best(w *words.Language, v spec.Verdict) string {
	if v.Best == "" {
		return ""
	}
	key := words.Key("best-free")
	if v.BeatenByBest() {
		key = "best-free-ahead"
	}
	return w.Say(key, p.NameOf(w, v.Best), w.Points(float64(v.BestValue)), p.NameOf(w, v.Arm),
		w.Points(float64(v.Standing.Value.Mean)))
}

// power says from where up so many seeds, and more of them, show a gain.
func power(w *words.Language, g spec.Paired) string {
	n := g.N()
	if half := g.Half(n); half.Defined() && !g.Flat {
		more := n + spec.Step
		return w.Say("power", n, w.Points(float64(half)), more, w.Points(float64(g.Half(more))))
	}
	return ""
}

// overData says where the gain would lie for other data, where somebody asked.
func overData(w *words.Language, r spec.Report, v spec.Verdict) string {
	i := r.OverData.Of(v.Metric.Name, v.Arm, v.Over)
	if !i.Low.Defined() {
		return ""
	}
	return w.Say("over-data-gain", w.SignedPoints(float64(i.Low)), w.SignedPoints(float64(i.High)))
}

// agreement says which other honest metrics of the headline lead to the same outcome, which show no
// difference, and which point elsewhere.
func (p *Progress) agreement(w *words.Language, r spec.Report, verdict spec.Verdict) string {
	var agree, within, differ words.All
	for _, m := range columns(false, verdict.Metric) {
		if m.Group != metrics.Honest || m.Name == verdict.Metric.Name {
			continue
		}
		for _, g := range r.Gains(spec.MeasuredBy(m.Metric)) {
			text := m.Short + " (" + w.SignedPoints(float64(g.Mean)) + ")"
			switch {
			case g.Arm != verdict.Arm || g.N() < 2:
			case g.Shown() != verdict.Gain.Excludes0() && !g.Shown():
				within = append(within, text)
			case g.Shown() && !(verdict.Gain.Excludes0() && (g.Mean > 0) == (verdict.Gain.Mean > 0)):
				differ = append(differ, text)
			default:
				agree = append(agree, m.Short)
			}
		}
	}
	var said []string
	for _, s := range []struct {
		key   words.Key
		names words.All
	}{{"agree", agree}, {"within", within}, {"disagree", differ}} {
		if len(s.names) > 0 {
			said = append(said, w.Say(s.key, s.names))
		}
	}
	return strings.Join(said, " ")
}

// flattery puts the flattering metric next to what a random score gets.
func flattery(w *words.Language, r spec.Report, v spec.Verdict) string {
	s := r.Standing(v.Arm, flattering)
	got, random := s.Value.Mean, s.Chance.Mean
	// An arm with random scores, where there is one, goes before the chance level.
	for _, a := range r.Arms {
		if a.Arm.Control == spec.ControlRandom {
			random = r.Standing(a.Arm.Name, flattering).Value.Mean
		}
	}
	if !got.Defined() || !random.Defined() {
		return ""
	}
	k := words.Key("flat-no-gap")
	if random >= v.Standing.Value.Mean { // what looks good is had for nothing
		k = "flatters"
	}
	return w.Say(k, metricNamed(flattering).Short, w.Points(float64(got)), w.Points(float64(random)))
}

// effectFigure is the figure beside the claim. Spoken has every number in it, for those who do not see the
// figure.
func effectFigure(w *words.Language, shown look.Look, v spec.Verdict) *EffectFigure {
	g, title := v.Gain, v.Metric.Short
	f := &EffectFigure{Look: shown, Mean: 100 * float64(g.Mean), Low: 100 * float64(g.Low),
		High: 100 * float64(g.High), Excludes0: g.Excludes0(), Label: w.SignedPoints(float64(g.Mean)),
		Caption: w.Say("effect-caption", title, shown.Text), Bar: w.Say("effect-spread", percent(g.Level))}
	var spoken []string
	for _, d := range g.Values {
		f.Points = append(f.Points, 100*float64(d))
		spoken = append(spoken, w.SignedPoints(float64(d)))
	}
	f.Spoken = w.Say("effect-spoken", title, strings.Join(spoken, w.Say("list-comma")), f.Label,
		percent(g.Level), intervalText(w, g))
	return f
}
