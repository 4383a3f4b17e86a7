package results

import (
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Looks of the tag, which says what the claim rests on; they are class names of the style sheet.
const (
	TagPlain  = ""
	TagDashed = "pre"  // nothing measured
	TagLive   = "live" // while training
	TagBad    = "bad"
)

// Verdict is what the experiment comes to, stated before its evidence: a claim, why it is made, and beside it
// one figure at most: Effect once there is a verdict, Matrix before.
type Verdict struct {
	Tag, Look  string // what the claim rests on, and how that looks
	Note       string // beside the tag
	Claim, Why string // text between asterisks is strong
	More       string // words of adding seeds; empty where that cannot help
	Long       bool   // the claim is too long for large type
	Effect     *EffectFigure
	Matrix     *Matrix
	Way        *WayOn
}

// EffectFigure is the difference per seed, in points of 100.
type EffectFigure struct {
	look.Look
	Points          []float64
	Mean, Low, High float64 // of the seeds, with the interval
	Excludes0       bool    // the interval does
	Label           string  // of the mean
	Caption, Bar    string  // what is drawn, and what its bar is
	Spoken          string
}

// Matrix is how far each run has come.
type Matrix struct {
	Seeds []string
	Many  string // how many seeds there are, where one name each has no room; else empty
	Rows  []MatrixRow
}

// seedsNamed is how many names of seeds have room beside each other.
const seedsNamed = 3

// MatrixRow is the runs of one arm.
type MatrixRow struct {
	look.Look
	Done []float64 // 0 to 1, one a seed
}

// WayOn is what to do about data that could not be read, or about an engine that is gone.
type WayOn struct {
	Back  string // words of the way back; empty when there was no series before
	File  bool   // what could not be read is a file: another may be
	Lines []FileLine
	Start string // words of starting the engine again; empty when it runs
}

// FileLine is a line of a file that could not be read.
type FileLine struct {
	Number int
	Text   string
	Wrong  bool // the error is about it
}

// Verdict returns what the page claims: of an experiment under way, that there is no verdict yet; of one that
// has ended, what its seeds show. changed tells that the experiment is no longer the one that is set.
func (p *Progress) Verdict(w *words.Language, paused, changed bool) Verdict {
	if p.Over {
		return p.verdictDone(w, changed)
	}
	return p.verdictLive(w, paused)
}

// verdictLive holds the verdict back: the first seeds often say otherwise than all of them.
func (p *Progress) verdictLive(w *words.Language, paused bool) Verdict {
	done, all := p.Done()
	v := Verdict{Tag: w.Say("tag-training"), Look: TagLive, Claim: w.Say("no-verdict-yet", done, all),
		Note: p.titled(w), Matrix: p.matrix(w)}
	if paused {
		v.Tag, v.Look = w.Say("tag-paused"), TagPlain
	}
	arm, base := p.pair(w)
	switch {
	case arm == "" || base == "":
		v.Why = w.Say("results-provisional")
	case p.Left > 0:
		v.Why = w.Say("no-verdict-left", base, arm, w.Duration(words.Seconds(p.Left)))
	default:
		v.Why = w.Say("no-verdict-why", base, arm)
	}
	if p.Lost != nil {
		v.Why = w.Say("worker-lost", Sentence(w.Error(p.Lost))) + " " + v.Why
	}
	return v
}

// pair names the arm under examination and the one it is compared with, in words; empty when the spec has
// none.
func (p *Progress) pair(w *words.Language) (arm, base string) {
	if name := p.Spec.Examined(); name != "" {
		arm = p.NameOf(w, name)
	}
	if name := p.Spec.Baseline(); name != "" {
		base = p.NameOf(w, name)
	}
	return arm, base
}

// matrix says how far each run has come.
func (p *Progress) matrix(w *words.Language) *Matrix {
	m := &Matrix{}
	if n := len(p.Spec.Seeds); n > seedsNamed {
		m.Many = w.Say("n-seeds", n)
	}
	for _, seed := range p.Spec.Seeds {
		m.Seeds = append(m.Seeds, w.Say("seed-n", seed))
	}
	row := func(l look.Look, arm string) {
		r := MatrixRow{Look: l}
		for _, seed := range p.Spec.Seeds {
			r.Done = append(r.Done, p.share(TrainingRun{arm, seed}))
		}
		m.Rows = append(m.Rows, r)
	}
	if trainsTeacher(p.Spec) {
		row(look.OfTeacher(w), "")
	}
	for _, a := range p.Spec.Arms {
		if Trained(a) {
			row(look.Of(w, p.Spec, a), a.Name)
		}
	}
	return m
}

// verdictDone judges an experiment that has ended. The cases before the last are those in which there is
// nothing to judge; the first that applies explains most.
func (p *Progress) verdictDone(w *words.Language, changed bool) Verdict {
	v := Verdict{Tag: w.Say("tag-trained"), Note: p.provenance(w, changed)}
	done, all := p.Done()
	stopped := done < all
	switch {
	case p.Recorded:
		v.Tag, v.Look = w.Say("tag-recorded"), TagDashed
	case stopped:
		v.Tag = w.Say("tag-stopped")
	}
	report, arm, base := p.Report(), p.Spec.Examined(), p.Spec.Baseline()
	failed := p.failure(arm, base)
	switch {
	case !p.Data.Labelled:
		v.Claim, v.Why = w.Say("no-labels-claim"), w.Say("no-labels-why")
	case p.Data.Anomalous == 0:
		v.Claim, v.Why = w.Say("no-anomaly-claim"), w.Say("no-anomaly-why")
	case failed != nil:
		v.Claim, v.Why = w.Say("runs-failed", p.NameOf(w, failed.Arm), failed.Failed), w.Say("nothing-why")
	case arm == "" || base == "":
		v.Claim, v.Why = w.Say("nothing-to-compare"), w.Say("nothing-why")
	case stopped && !p.complete(arm, base):
		armText, baseText := p.pair(w)
		v.Claim, v.Why = w.Say("not-enough", done, all), w.Say("no-verdict-why", baseText, armText)
	default:
		if p.chosenAfter() {
			v.say(w.Say("judged-after"))
		}
		p.judge(w, &v, report, report.Verdict())
	}
	if p.Recorded { // whoever comes for the first time reads it
		v.Why = w.Say("what-this-is") + " " + v.Why
	}
	return v
}

// titled is what the series is called.
func (p *Progress) titled(w *words.Language) string {
	return words.Name(w.TitleOf(p.Data.Source, p.Data.Title))
}

// provenance says where the results come from, as facts with dots between them.
func (p *Progress) provenance(w *words.Language, changed bool) string {
	if p.Recorded {
		return p.recordedBy(w, changed)
	}
	var parts []string
	if r := p.Final; r != nil {
		parts = append(parts, p.titled(w), w.Say("n-seeds", len(p.Spec.Seeds)),
			w.Duration(words.Seconds(r.Seconds)), r.Device)
		if name := p.Spec.Teacher.Weights; name != "" && p.Spec.Teaches() {
			parts = append(parts, w.Say("teacher-was", words.Name(name)))
		}
		if p.Data.Labelled {
			parts = append(parts, w.Say("judged-by", p.Spec.JudgedBy().Short))
		}
		parts = append(parts, p.thresholdSaw(w)...)
		if p.Spec.Detect.Serial() {
			parts = append(parts, w.Say("scores-were", p.scoring(w)))
		}
	}
	if p.Lost != nil {
		parts = append(parts, w.Say("worker-was-lost"))
	}
	switch {
	case p.Died:
		parts = append(parts, w.Say("engine-was-lost"))
	case p.Resumed:
		parts = append(parts, w.Say("engine-went-on"))
	}
	if changed {
		parts = append(parts, w.Say("changed"))
	}
	return strings.Join(parts, " · ")
}

// recordedBy says where a recorded run comes from. What it rests on besides stands in the recipe and the table: room
// is needed for what the experiment is about.
func (p *Progress) recordedBy(w *words.Language, changed bool) string {
	done, _ := p.Done()
	said := w.Say("recorded-by", done, p.Final.Device)
	if changed {
		said += " · " + w.Say("recorded-other")
	}
	return said
}

// thresholdSaw says what the thresholds of a run saw of the data that they are judged on, and whether one
// that fits the tail of the scores had too little to fit.
func (p *Progress) thresholdSaw(w *words.Language) []string {
	i := slices.IndexFunc(p.Runs, func(r spec.Run) bool { return r.Threshold.Saw.String() != "" })
	if i < 0 {
		return nil
	}
	said := []string{w.Say(words.Key(p.Runs[i].Threshold.Saw.WordKey()))}
	unreliable := func(r spec.Run) bool { return r.Threshold.Tail != nil && r.Threshold.Tail.Unreliable }
	if slices.ContainsFunc(p.Runs, unreliable) {
		said = append(said, w.Say("tail-unreliable"))
	}
	return said
}

// scoring says how scores were taken from windows, where not as usual.
func (p *Progress) scoring(w *words.Language) string {
	var parts []string
	if n := p.Spec.Detect.Warm; n > 0 {
		parts = append(parts, w.Say("scored-warm", n))
	}
	if n := p.Spec.Detect.Smoothing; n > 0 {
		parts = append(parts, w.Say("scored-smooth", n))
	}
	return strings.Join(parts, w.Say("list-comma"))
}

// Sentence ends a message as a sentence ends. Asterisks and backquotes in it become look-alikes, since
// messages quote files and would be marked up by them.
func Sentence(message string) string {
	message = strings.NewReplacer("*", "∗", "`", "'").Replace(message)
	if message == "" || strings.ContainsRune(".!?", rune(message[len(message)-1])) {
		return message
	}
	return message + "."
}
