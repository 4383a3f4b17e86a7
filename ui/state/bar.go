package state

import (
	"strconv"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Bar is the run control with its progress.
type Bar struct {
	Run      string // what the button says: Train, Pause or Continue, to which CanRun applies alike
	Pauses   bool   // and whether it shows the sign for pause
	CanRun   bool
	CanStep  bool
	CanStop  bool
	CanReset bool
	Status   []string  // text between asterisks is strong
	Segments []float64 // how much of each run is done, 0 to 1; nil when none is live
	Device   string
	Counts   []form.Choice // of workers, to choose from; nil where there can be only one
	Workers  int           // that a run uses
	Locked   bool
}

// Bar returns what the top bar shows.
func (s *State) Bar() Bar {
	c := &s.Control
	ready := c.live() || s.Ready() || s.coming()
	return Bar{
		Run: s.Words.Say(s.runKey()), Pauses: c.Mode == Running,
		CanRun: ready, CanStep: ready, CanStop: c.live(), CanReset: s.Run != nil && c.Mode != Stopping,
		Status: s.status(), Segments: segments(s.Run),
		Device: c.Device, Counts: c.counts(s.Words), Workers: c.Workers(), Locked: c.Locked(),
	}
}

// counts offers numbers of workers; none on one core, where there is nothing to choose.
func (c *Control) counts(w *words.Language) (list []form.Choice) {
	for n := 1; n <= c.Cores && c.Cores > 1; n++ {
		list = append(list, form.Choice{Value: strconv.Itoa(n), Text: w.Say("n-workers", n),
			On: n == c.Workers()})
	}
	return list
}

// runKey is what the button does next, not what goes on.
func (s *State) runKey() words.Key {
	switch {
	case s.Control.Mode == Running:
		return "pause"
	case s.Control.Mode == Paused, s.resumes():
		return "continue"
	case s.Run != nil && !s.Run.Recorded:
		return "train-again"
	}
	return "train"
}

// status is the line beside the run control. What asks or answers a person goes before the state of the run.
func (s *State) status() []string {
	w := s.Words
	switch {
	case s.Control.Ask:
		return []string{w.Say("status-ask-reset", s.Run.Finished())}
	case s.Notice != "":
		return []string{w.Say(s.Notice)}
	case s.Recorded.pressed:
		return []string{w.Say("status-waits")}
	case s.Control.Mode == Loading:
		return []string{w.Say("status-loading")}
	case s.Control.Mode == Dead:
		return nil
	case s.Control.Mode == Stopping:
		return []string{w.Say("status-stopping")}
	case s.Run == nil, s.Run.Recorded:
		return s.planText()
	case !s.Run.Over:
		return statusLive(w, s.Run, s.Control.Mode == Paused)
	case s.resumes():
		done, all := s.Run.Done()
		return []string{w.Say("status-stopped", done, all), w.Say("status-goes-on")}
	case s.plan.known && s.plan.kept > 0 && !s.there(): // other settings than those it is of
		return s.planText()
	}
	done, all := s.Run.Done()
	if done < all {
		return []string{w.Say("status-stopped", done, all)}
	}
	return []string{w.Say("status-done", done, all)}
}

// statusLive tells of one training run, and how many go on beside it.
func statusLive(w *words.Language, p *results.Progress, paused bool) []string {
	of, e := p.Shown().Of, p.Shown().Last
	who := w.Say("status-run", p.NameOf(w, of.Arm), of.Seed)
	var parts []string
	switch {
	case paused && e.Steps > 0:
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

// segments is one share a training run, in the order of the spec; none where nothing runs.
func segments(p *results.Progress) []float64 {
	if p == nil || p.Over {
		return nil
	}
	return p.Shares()
}
