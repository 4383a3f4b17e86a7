package state

import (
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Tag looks of the verdict's provenance.
const (
	TagPlain  = ""
	TagDashed = "pre"  // nothing measured
	TagLive   = "live" // while training
	TagBad    = "bad"
)

// Verdict is the answer before the evidence.
type Verdict struct {
	Tag, Look  string // provenance, and how its tag looks
	Note       string // beside the tag
	Claim, Why string // text between asterisks is strong
	Long       bool   // the claim is too long for large type
	Effect     *EffectFigure
	Matrix     *Matrix
	Way        *WayOn
}

// EffectFigure is the difference per seed, in points of 100.
type EffectFigure struct {
	Look
	Points        []float64
	Mean, Spread  float64
	Label         string // of the mean
	Caption, Grey string
	Spoken        string
}

// Matrix is how far each run has come.
type Matrix struct {
	Seeds []string
	Rows  []MatrixRow
}

// MatrixRow is the runs of one arm.
type MatrixRow struct {
	Look
	Done []float64 // 0 to 1, one a seed
}

// WayOn is what to do about data that could not be read.
type WayOn struct {
	Back  string // words of the way back; empty when there was no series before
	File  bool   // what could not be read is a file: another may be
	Lines []FileLine
	Start string // words of starting the engine again; empty when it runs
}

// longClaim is how many bytes of a message fit two lines of large type.
const longClaim = 110

// Verdict returns what the page claims now.
func (s *State) Verdict() Verdict {
	switch {
	case s.Wrong != nil:
		v := s.verdictWrong()
		v.Long = len(v.Claim) > longClaim
		return v
	case s.Run == nil:
		return s.verdictIdle()
	case !s.Run.Over:
		return s.verdictLive()
	}
	return s.verdictDone()
}

var wrongTags = []struct {
	where string
	tag   words.Key
}{
	{whereData, "tag-data-error"},
	{"spec", "tag-spec-error"},
	{"run", "tag-run-error"},
	{whereEngine, "tag-engine-error"},
	{whereLink, "tag-link-error"},
}

// verdictWrong says what happened, what became of what was there, and what can be done.
func (s *State) verdictWrong() Verdict {
	w := s.Words
	v := Verdict{Look: TagBad, Tag: w.Say("tag-run-error"), Claim: sentence(s.Wrong.Message), Why: w.Say("nothing-changed")}
	for _, t := range wrongTags {
		if t.where == s.Wrong.Where {
			v.Tag = w.Say(t.tag)
		}
	}
	switch {
	case s.Wrong.Where == whereData:
		v.Way = s.wayOn()
		if s.Wrong.Name != "" {
			v.Tag = w.Say("tag-file-error")
		}
	case s.Wrong.Where == whereEngine:
		v.Way = &WayOn{Start: w.Say("start-again")}
		v.Why = w.Say("settings-stay")
		switch {
		case s.Broken != Loading:
			v.Way.Start, v.Why = w.Say("start-and-go-on"), w.Say("run-is-kept")
		case s.Run != nil && s.Run.finished() > 0:
			v.Why = w.Say("results-stay")
		}
		return v
	case s.Wrong.Where == whereLink:
		if same(s.Spec, spec.Default()) {
			v.Why = w.Say("default-shown")
		}
		return v
	}
	if s.Run != nil && len(s.Run.Runs) > 0 {
		v.Why = w.Say("last-run-stays")
	}
	return v
}

// wayOn offers to go back only where there is something to go back to.
func (s *State) wayOn() *WayOn {
	way := &WayOn{File: s.Wrong.Name != "", Lines: s.Wrong.Lines}
	if s.Data != nil {
		way.Back = s.Words.Say("back-to", s.Data.Title)
	}
	return way
}

// sentence ends a message as a sentence ends; asterisks and backquotes in it are no markup.
func sentence(message string) string {
	message = strings.NewReplacer("*", "∗", "`", "'").Replace(message)
	if message == "" || strings.ContainsRune(".!?", rune(message[len(message)-1])) {
		return message
	}
	return message + "."
}

// verdictIdle asks the question that the page is there to answer.
func (s *State) verdictIdle() Verdict {
	w := s.Words
	return Verdict{Tag: w.Say("tag-idle"), Look: TagDashed, Note: w.Say("idle-note"),
		Claim: w.Say("idle-claim"), Why: w.Say("idle-why", len(trainings(s.Spec)))}
}

// title names the series of the last run.
func (s *State) title() string {
	switch {
	case s.Run != nil:
		return s.Run.Title
	case s.Data != nil:
		return s.Data.Title
	}
	return ""
}

// verdictLive holds the verdict back: the first seeds often say otherwise than all of them.
func (s *State) verdictLive() Verdict {
	w, p := s.Words, s.Run
	done, all := p.done()
	v := Verdict{Tag: w.Say("tag-training"), Look: TagLive, Claim: w.Say("no-verdict-yet", done, all), Matrix: s.matrix()}
	if s.Mode == Paused {
		v.Tag, v.Look = w.Say("tag-paused"), TagPlain
	}
	v.Note = s.title()
	arm, base := p.pair(w)
	switch {
	case arm == "" || base == "":
		v.Why = w.Say("results-provisional")
	case p.Left > 0:
		v.Why = w.Say("no-verdict-left", base, arm, w.Duration(words.Seconds(p.Left)))
	default:
		v.Why = w.Say("no-verdict-why", base, arm)
	}
	if p.Lost != "" {
		v.Why = w.Say("worker-lost", sentence(p.Lost)) + " " + v.Why
	}
	return v
}

// pair names the arm under examination and the one it is compared with; empty when the spec has none.
func (p *Progress) pair(w *words.Language) (arm, base string) {
	if a := armNamed(p.Spec, examined(p.Spec)); a != nil {
		arm = look(w, p.Spec, *a).Text
	}
	if a := armNamed(p.Spec, baseline(p.Spec)); a != nil {
		base = look(w, p.Spec, *a).Text
	}
	return arm, base
}

// matrix says how far each run has come.
func (s *State) matrix() *Matrix {
	w, p := s.Words, s.Run
	m := &Matrix{}
	for _, seed := range p.Spec.Seeds {
		m.Seeds = append(m.Seeds, w.Say("seed-n", seed))
	}
	row := func(l Look, arm string) {
		r := MatrixRow{Look: l}
		for _, seed := range p.Spec.Seeds {
			r.Done = append(r.Done, p.share(Training{arm, seed}))
		}
		m.Rows = append(m.Rows, r)
	}
	if teaches(p.Spec) {
		row(teacherLook(w), "")
	}
	for _, a := range p.Spec.Arms {
		if trained(a) {
			row(look(w, p.Spec, a), a.Name)
		}
	}
	return m
}

// verdictDone judges a run that has ended.
func (s *State) verdictDone() Verdict {
	w, p := s.Words, s.Run
	v := Verdict{Tag: w.Say("tag-trained"), Note: s.provenance()}
	done, all := p.done()
	stopped := done < all
	if stopped {
		v.Tag = w.Say("tag-stopped")
	}
	arm, base := examined(p.Spec), baseline(p.Spec)
	failed := p.failure(arm, base)
	switch {
	case p.Report != nil && !p.Report.Data.Labelled:
		v.Claim, v.Why = w.Say("no-labels-claim"), w.Say("no-labels-why")
	case failed != nil:
		v.Claim, v.Why = w.Say("runs-failed", look(w, p.Spec, *armNamed(p.Spec, failed.Arm)).Text, failed.Failed), w.Say("nothing-why")
	case arm == "" || base == "":
		v.Claim, v.Why = w.Say("nothing-to-compare"), w.Say("nothing-why")
	case stopped && !p.complete(arm, base):
		armText, baseText := p.pair(w)
		v.Claim, v.Why = w.Say("not-enough", done, all), w.Say("no-verdict-why", baseText, armText)
	default:
		s.judgeEffect(&v, arm, base)
	}
	return v
}

// failure returns the first run of the two arms that has no scores.
func (p *Progress) failure(arms ...string) *spec.Run {
	for i, r := range p.Runs {
		if r.Failed != nil && slices.Contains(arms, r.Arm) {
			return &p.Runs[i]
		}
	}
	return nil
}

// complete tells whether both arms have every seed: no verdict before the last.
func (p *Progress) complete(arms ...string) bool {
	for _, arm := range arms {
		for _, seed := range p.Spec.Seeds {
			if p.runOf(arm, seed) == nil {
				return false
			}
		}
	}
	return true
}

// provenance says where the results come from.
func (s *State) provenance() string {
	w, p := s.Words, s.Run
	var parts []string
	if r := p.Report; r != nil {
		seeds := w.Say("one-seed")
		if n := len(p.Spec.Seeds); n > 1 {
			seeds = w.Count(n) + " " + strings.ToLower(w.Say("seeds"))
		}
		parts = append(parts, r.Data.Title, seeds, w.Duration(words.Seconds(r.Seconds)), r.Device)
		parts = append(parts, p.thresholdSaw(w)...)
		if p.Spec.Detect.Serial() {
			parts = append(parts, w.Say("scores-were", p.scoring(w)))
		}
	}
	if p.Lost != "" {
		parts = append(parts, w.Say("worker-was-lost"))
	}
	switch {
	case p.Died:
		parts = append(parts, w.Say("engine-was-lost"))
	case p.Resumed:
		parts = append(parts, w.Say("engine-went-on"))
	}
	if !same(p.Spec, s.Spec) {
		parts = append(parts, w.Say("changed"))
	}
	return strings.Join(parts, " · ")
}

// judgeEffect writes the claim about the difference between two arms.
func (s *State) judgeEffect(v *Verdict, arm, base string) {
	w, p := s.Words, s.Run
	e := p.effect(arm, base, primary)
	found := outcome(e)
	diff, seeds := w.SignedPoints(float64(e.Mean)), len(e.Values)
	method := w.Say("method-cosine")
	if kindOf(*armNamed(p.Spec, arm)) == MSE {
		method = w.Say("method-mse")
	}
	title := primaryTitle
	switch {
	case diff == unnoticed && seeds > 1: // beyond its spread or not: nobody would notice it
		found = spec.VerdictNull
		v.Claim = w.Say("no-difference-claim", method, diff, title, seeds)
	case found == spec.VerdictHelps:
		v.Claim = w.Say("positive-claim", method, diff, title, seeds, s.title())
	case found == spec.VerdictHarms:
		v.Claim = w.Say("harm-claim", method, diff, title)
	case found == spec.VerdictNull:
		v.Claim = w.Say("null-claim", method, diff, title, seeds)
	case found == spec.VerdictOneSeed:
		v.Claim, v.Why = w.Say("one-seed-claim", diff, title), w.Say("one-seed-why")
		if p.report().Standing(arm, primary).Doubtful() {
			v.Why += " " + w.Say("doubtful-one", look(w, p.Spec, *armNamed(p.Spec, arm)).Text)
		}
		return
	default:
		v.Claim, v.Why = w.Say("nothing-to-compare"), w.Say("nothing-why")
		return
	}
	v.Why = s.agreement(arm, base, found)
	if p.report().Standing(arm, primary).Doubtful() {
		v.Why = w.Say("doubtful", look(w, p.Spec, *armNamed(p.Spec, arm)).Text)
	}
	v.Why = strings.TrimSpace(v.Why + " " + s.flattery(arm))
	v.Effect = s.effectFigure(arm, e)
}

// unnoticed is a difference that the page shows no digit of.
const unnoticed = "0.0"

// agreement says which other honest metrics lead to the same verdict, and which do not.
func (s *State) agreement(arm, base string, verdict spec.OutcomeKind) string {
	var agree, within, differ []string
	for _, m := range columns(false) {
		if m.Group != metrics.Honest || m.Name == primary {
			continue
		}
		e := s.Run.effect(arm, base, m.Name)
		difference := s.Words.SignedPoints(float64(e.Mean))
		found := outcome(e)
		if difference == unnoticed {
			found = spec.VerdictNull
		}
		switch {
		case len(e.Values) < 2:
		case found == verdict:
			agree = append(agree, m.short)
		case found == spec.VerdictNull:
			within = append(within, m.short+" ("+difference+")")
		default:
			differ = append(differ, m.short+" ("+difference+")")
		}
	}
	said := []string{s.says("agree", "agrees-one", agree), s.says("within", "within-one", within),
		s.says("disagree", "disagrees-one", differ)}
	return strings.Join(slices.DeleteFunc(said, func(text string) bool { return text == "" }), " ")
}

// says puts a list of names into the words for several, or for one.
func (s *State) says(several, one words.Key, names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return s.Words.Say(one, names[0])
	default:
		return s.Words.Say(several, strings.Join(names[:n-1], ", ")+s.Words.Say("and")+names[n-1])
	}
}

// flattery puts the flattering metric next to what a random score gets.
func (s *State) flattery(arm string) string {
	const name, flatteringTitle = "pa_f1", "PA F1"
	p := s.Run
	got, random := p.mean(arm, value, name), p.mean(arm, chance, name)
	if a := armOfKind(&p.Spec, Random); a != nil {
		random = p.mean(a.Name, value, name)
	}
	if !got.Defined() || !random.Defined() {
		return ""
	}
	k := words.Key("flat-no-gap")
	if random >= p.mean(arm, value, primary) { // what looks good is had for nothing
		k = "flatters"
	}
	return s.Words.Say(k, flatteringTitle, s.Words.Points(float64(got)), s.Words.Points(float64(random)))
}

// effectFigure has a sentence with every number in it, for those who do not see the figure.
func (s *State) effectFigure(arm string, e spec.Spread) *EffectFigure {
	w := s.Words
	shown := look(w, s.Run.Spec, *armNamed(s.Run.Spec, arm))
	title := primaryTitle
	f := &EffectFigure{Look: shown, Mean: 100 * float64(e.Mean), Spread: 100 * float64(e.SD), Label: w.SignedPoints(float64(e.Mean)),
		Caption: w.Say("effect-caption", title, shown.Text), Grey: w.Say("effect-spread")}
	var spoken []string
	for _, d := range e.Values {
		f.Points = append(f.Points, 100*float64(d))
		spoken = append(spoken, w.SignedPoints(float64(d)))
	}
	f.Spoken = w.Say("effect-spoken", title, strings.Join(spoken, ", "), f.Label)
	return f
}
