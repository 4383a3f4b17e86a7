package results

import (
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// judge writes the claim about the difference that a report has found between two arms, in the headline
// metric: what it is, whether the seeds carry it, whether other metrics agree, and what a flattering one
// would have said.
func (p *Progress) judge(w *words.Language, v *Verdict, r spec.Report, found spec.Verdict) {
	e := found.Differences
	diff, seeds := w.SignedPoints(float64(e.Mean)), len(e.Values)
	shown := look.Named(w, p.Spec, found.Arm)
	method := w.Say(words.Key("method-" + shown.Kind))
	title, outcome := metricNamed(spec.Headline).Short, noticed(w, e)
	doubtful := r.Standing(found.Arm, spec.Headline).Doubtful()
	switch {
	case outcome == spec.VerdictNull && diff == w.SignedPoints(0):
		v.Claim = w.Say("no-difference-claim", method, diff, title, seeds)
	case outcome == spec.VerdictNull:
		v.Claim = w.Say("null-claim", method, diff, title, seeds)
	case outcome == spec.VerdictHelps:
		v.Claim = w.Say("positive-claim", method, diff, title, seeds, p.Data.Title)
	case outcome == spec.VerdictHarms:
		v.Claim = w.Say("harm-claim", method, diff, title)
	case outcome == spec.VerdictOneSeed:
		v.Claim, v.Why = w.Say("one-seed-claim", diff, title), w.Say("one-seed-why")
		if doubtful {
			v.Why += " " + w.Say("doubtful-one", shown.Text)
		}
		return
	default:
		v.Claim, v.Why = w.Say("nothing-to-compare"), w.Say("nothing-why")
		return
	}
	v.Why = agreement(w, r, found.Arm, found.Over, outcome)
	if doubtful {
		v.Why = w.Say("doubtful", shown.Text)
	}
	v.Why = strings.TrimSpace(v.Why + " " + flattery(w, r, found.Arm))
	v.Effect = effectFigure(w, shown, e)
}

// noticed is the outcome of differences as the page tells it. A difference that rounds to 0.0 is none to a
// reader, whatever its spread.
func noticed(w *words.Language, e spec.Spread) spec.OutcomeKind {
	if len(e.Values) > 1 && w.SignedPoints(float64(e.Mean)) == w.SignedPoints(0) {
		return spec.VerdictNull
	}
	return e.Outcome()
}

// agreement says which other honest metrics of the headline lead to the same verdict, which differences are
// within their spread, and which point elsewhere.
func agreement(w *words.Language, r spec.Report, arm, base string, verdict spec.OutcomeKind) string {
	var agree, within, differ []string
	for _, m := range columns(false) {
		if m.Group != metrics.Honest || m.Name == spec.Headline {
			continue
		}
		e := r.Gain(arm, base, m.Name)
		difference := w.SignedPoints(float64(e.Mean))
		found := noticed(w, e)
		switch {
		case len(e.Values) < 2:
		case found == verdict:
			agree = append(agree, m.Short)
		case found == spec.VerdictNull:
			within = append(within, m.Short+" ("+difference+")")
		default:
			differ = append(differ, m.Short+" ("+difference+")")
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
func flattery(w *words.Language, r spec.Report, arm string) string {
	s := r.Standing(arm, flattering)
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
	if random >= r.Standing(arm, spec.Headline).Value.Mean { // what looks good is had for nothing
		k = "flatters"
	}
	return w.Say(k, metricNamed(flattering).Short, w.Points(float64(got)), w.Points(float64(random)))
}

// effectFigure is the figure beside the claim. Spoken has every number in it, for those who do not see the
// figure.
func effectFigure(w *words.Language, shown look.Look, e spec.Spread) *EffectFigure {
	title := metricNamed(spec.Headline).Short
	f := &EffectFigure{Look: shown, Mean: 100 * float64(e.Mean), Spread: 100 * float64(e.SD),
		Label: w.SignedPoints(float64(e.Mean)), Caption: w.Say("effect-caption", title, shown.Text),
		Grey: w.Say("effect-spread")}
	var spoken []string
	for _, d := range e.Values {
		f.Points = append(f.Points, 100*float64(d))
		spoken = append(spoken, w.SignedPoints(float64(d)))
	}
	f.Spoken = w.Say("effect-spoken", title, strings.Join(spoken, w.Say("list-comma")), f.Label)
	return f
}
