package state

import (
	"slices"

	"cosinelab/engine/experiment"
	"cosinelab/ui/words"
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
}

// Bar returns what the top bar shows.
func (s *State) Bar() Bar {
	live := s.Mode == Running || s.Mode == Paused
	return Bar{
		Run: s.Words.Say(s.runKey()), Pauses: s.Mode == Running,
		CanRun: live || s.Ready(), CanStep: live || s.Ready(), CanStop: live,
		CanReset: s.Run != nil && s.Mode != Stopping,
		Status:   s.status(), Segments: s.segments(), Device: s.Device,
	}
}

func (s *State) runKey() words.Key {
	switch {
	case s.Mode == Running:
		return words.Pause
	case s.Mode == Paused:
		return words.Continue
	case s.Run != nil:
		return words.TrainAgain
	}
	return words.Train
}

// status is the line beside the run control.
func (s *State) status() []string {
	w := s.Words
	switch {
	case s.Ask:
		return []string{w.Say(words.StatusAskReset, s.Run.finished())}
	case s.Notice != "":
		return []string{s.Notice}
	case s.Mode == Loading:
		return []string{w.Say(words.StatusLoading)}
	case s.Mode == Dead:
		return nil
	case s.Mode == Stopping:
		return []string{w.Say(words.StatusStopping)}
	case s.Run != nil && !s.Run.Ended:
		return s.statusLive()
	case s.Run != nil:
		done, all := s.Run.done()
		if done < all {
			return []string{w.Say(words.StatusStopped, done, all)}
		}
		return []string{w.Say(words.StatusDone, done, all)}
	}
	return []string{w.Say(words.StatusRuns, Trainings(s.Spec))}
}

func (s *State) statusLive() []string {
	w, e := s.Words, s.Run.Last
	who := w.Say(words.StatusRun, s.Run.nameOf(w, e.Arm), e.Seed)
	var parts []string
	switch {
	case s.Mode == Paused && e.Steps > 0:
		return []string{w.Say(words.StatusPaused, words.Count(e.Step)), who}
	case e.Phase == experiment.PhaseData:
		parts = []string{w.Say(words.StatusData)}
	case e.Phase == experiment.PhaseScore:
		parts = []string{w.Say(words.StatusScore), who}
	default:
		parts = []string{w.Say(words.StatusEpoch, max(e.Epoch, 1), e.Epochs), who}
	}
	if e.Left > 0 {
		parts = append(parts, w.Say(words.StatusLeft, words.Duration(words.Seconds(e.Left))))
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

// segments is one share a training, in the order in which they are done.
func (s *State) segments() []float64 {
	if s.Run == nil || s.Run.Ended {
		return nil
	}
	e := s.Run.Last
	_, all := s.Run.done()
	shares := slices.Repeat([]float64{0}, all)
	for i := range shares {
		switch {
		case i < e.Run:
			shares[i] = 1
		case i == e.Run && e.Steps > 0:
			shares[i] = float64(e.Step) / float64(e.Steps)
		}
	}
	return shares
}
