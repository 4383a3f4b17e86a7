package state

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// Bar is the run control with its progress.
type Bar struct {
	Run      string // what the button says
	Pauses   bool   // and whether it shows the sign for pause
	CanRun   bool
	CanStep  bool
	CanStop  bool
	CanReset bool
	Status   []string  // text between asterisks is strong
	Segments []float64 // how much of each run is done, 0 to 1; nil when none is live
	Device   string
	Crew     []Choice // how many workers train; nil where there can be only one
	Workers  int
	Locked   bool
}

// Bar returns what the top bar shows.
func (s *State) Bar() Bar {
	live := s.Mode == Running || s.Mode == Paused
	return Bar{
		Run: s.Words.Say(s.runKey()), Pauses: s.Mode == Running,
		CanRun: live || s.Ready(), CanStep: live || s.Ready(), CanStop: live,
		CanReset: s.Run != nil && s.Mode != Stopping,
		Status:   s.status(), Segments: s.segments(), Device: s.Device, Crew: s.crew(), Workers: s.Workers(), Locked: s.Locked(),
	}
}

// defaultWorkers is how many workers train where nobody has chosen: more gain little, and a person wants to do something
// else with the machine.
const defaultWorkers = 4

// Workers is how many workers a run uses: as many as were chosen, but no more than this machine has cores.
func (s *State) Workers() int {
	chosen := s.Chosen
	if chosen == 0 {
		chosen = defaultWorkers
	}
	return max(1, min(chosen, s.Cores))
}

// crew is empty on one core, where there is nothing to choose.
func (s *State) crew() []Choice {
	var list []Choice
	for n := 1; n <= s.Cores && s.Cores > 1; n++ {
		k := words.Key("workers-n")
		if n == 1 {
			k = "workers-one"
		}
		list = append(list, Choice{Value: strconv.Itoa(n), Text: strings.TrimSpace(s.Words.Say(k, n)), On: n == s.Workers()})
	}
	return list
}

// runKey is what the button does next, not what goes on.
func (s *State) runKey() words.Key {
	switch {
	case s.Mode == Running:
		return "pause"
	case s.Mode == Paused:
		return "continue"
	case s.Run != nil:
		return "train-again"
	}
	return "train"
}

// status is the line beside the run control.
func (s *State) status() []string {
	w := s.Words
	switch {
	case s.Ask:
		return []string{w.Say("status-ask-reset", s.Run.finished())}
	case s.Notice != "":
		return []string{s.Notice}
	case s.Mode == Loading:
		return []string{w.Say("status-loading")}
	case s.Mode == Dead:
		return nil
	case s.Mode == Stopping:
		return []string{w.Say("status-stopping")}
	case s.Run != nil && !s.Run.Over:
		return s.statusLive()
	case s.Run != nil:
		done, all := s.Run.done()
		if done < all {
			return []string{w.Say("status-stopped", done, all)}
		}
		return []string{w.Say("status-done", done, all)}
	}
	return []string{w.Say("status-runs", len(trainings(s.Spec)))}
}

// statusLive tells of one training, and how many go on beside it.
func (s *State) statusLive() []string {
	w, p := s.Words, s.Run
	of, e := p.shown().Of, p.shown().Last
	who := w.Say("status-run", p.nameOf(w, of.Arm), of.Seed)
	var parts []string
	switch {
	case s.Mode == Paused && e.Steps > 0:
		return []string{w.Say("status-paused", w.Count(e.Step)), who}
	case e.Phase == spec.PhaseData:
		return []string{w.Say("status-data")}
	case e.Measured > 0:
		parts = []string{w.Say("status-measured", 100*e.Measured), who}
	case e.Phase == spec.PhaseScore:
		parts = []string{w.Say("status-score"), who}
	default:
		parts = []string{w.Say("status-epoch", max(e.Epoch, 1), e.Epochs), who}
	}
	if n := len(p.Live); n > 1 {
		parts = append(parts, w.Say("status-at-once", n))
	}
	if p.Left > 0 {
		parts = append(parts, w.Say("status-left", w.Duration(words.Seconds(p.Left))))
	}
	return parts
}

// nameOf returns what an arm is called; an empty name stands for the teacher.
func (p *Progress) nameOf(w *words.Language, arm string) string {
	if a := armNamed(p.Spec, arm); a != nil {
		return look(w, p.Spec, *a).Text
	}
	return teacherLook(w).Text
}

// segments is one share a training, in the order of the spec.
func (s *State) segments() []float64 {
	if s.Run == nil || s.Run.Over {
		return nil
	}
	var shares []float64
	for _, t := range trainings(s.Run.Spec) {
		shares = append(shares, s.Run.share(t))
	}
	return shares
}
