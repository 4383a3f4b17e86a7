package state

import (
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Mode is where the run control stands. The page changes it at once when a button is pressed; the worker
// confirms.
type Mode int

// The modes.
const (
	Loading Mode = iota // the engine has not answered yet
	Idle
	Running
	Paused
	Stopping
	Dead // the engine cannot run
)

// Control is the run control, with what the page knows of the engine behind it.
type Control struct {
	Mode   Mode
	Broken Mode // Running or Paused: the engine died in a run, which a new one can go on with; else Loading
	Device string
	Cores  int  // of this machine; 0 until the engine has answered
	Chosen int  // workers that a person wants; 0 = none were chosen. No link holds it: results are the same
	Ask    bool // Reset waits for a second press

	last  int          // id of the last request of the run control; see confirm
	began int          // id of the one that started the run
	why   *fault.Fault // the engine is gone; nil unless Dead
}

// defaultWorkers is how many workers train where nobody has chosen: more gain little, and a person wants to
// do something else with the machine.
const defaultWorkers = 4

// Workers is how many workers a run uses: as many as were chosen, but no more than this machine has cores.
func (c *Control) Workers() int {
	chosen := c.Chosen
	if chosen == 0 {
		chosen = defaultWorkers
	}
	return max(1, min(chosen, c.Cores))
}

// Locked tells whether the recipe may not be changed: while the worker has a run.
func (c *Control) Locked() bool { return c.live() || c.Mode == Stopping }

// Unsaved tells whether leaving the page would lose a run: one that goes on, or that a new engine would go on
// with.
func (c *Control) Unsaved() bool { return c.Locked() || c.Broken != Loading }

func (c *Control) live() bool { return c.Mode == Running || c.Mode == Paused }

// press changes the mode at once, before the worker confirms it: a button has to answer under the finger. It
// returns what to ask of the worker, empty for nothing. Whoever steps wants to look: a step holds a run that
// goes on.
func (c *Control) press(k Key, ready bool) (request string) {
	switch {
	case k == KeyRun && c.Mode == Running:
		c.Mode = Paused
		return protocol.TypePause
	case k == KeyRun && c.Mode == Paused:
		c.Mode = Running
		return protocol.TypeContinue
	case k == KeyRun && ready:
		c.Mode = Running
		return protocol.TypeRun
	case k == KeyStep && (c.live() || ready):
		c.Mode = Paused
		return protocol.TypeStep
	case k == KeyStop && c.live(): // nothing else can be pressed until the worker has finished its step
		c.Mode = Stopping
		return protocol.TypeStop
	}
	return ""
}

// confirm brings the mode in line with the worker. An answer to an older press than the last is out of date.
func (c *Control) confirm(r protocol.Response) {
	switch state := r.State; {
	case state == protocol.StateIdle && r.ID != 0 && r.ID < c.began: // it was, before the run
	case state == protocol.StateIdle:
		c.Mode = Idle
	case state == protocol.StateStopping:
		c.Mode = Stopping
	// Once stopping, only idle counts: the worker may still confirm what was pressed before.
	case c.Mode == Stopping, r.ID != 0 && r.ID < c.last:
	case state == protocol.StateRunning:
		c.Mode = Running
	case state == protocol.StatePaused:
		c.Mode = Paused
	}
}

// Ready tells whether the experiment can be trained now.
func (s *State) Ready() bool {
	readable := s.Wrong == nil || s.Wrong.Where != whereData // what failed in a run may be tried again
	there := s.Form.Data != nil && s.Form.Open == nil && !s.Form.Missing(s.Form.Spec.Data, s.Form.Files)
	return s.Control.Mode == Idle && readable && there
}

// press does what a button says. A press that starts a run takes its settings along; it goes on with the run before
// if a person has stopped that, and else drops its checkpoints. Any other is only passed on.
func (s *State) press(k Key, asked bool) []Effect {
	switch k {
	case KeyCopy:
		return []Effect{Copy{s.Hash()}}
	case KeyReset:
		return s.reset(asked)
	}
	if s.coming() && (k == KeyRun || k == KeyStep) {
		s.wait(Press{k})
		return nil
	}
	starts, resumes := !s.Control.live(), s.resumes()
	if k == KeyStop && s.Control.live() {
		s.Run.Stopped = true
	}
	switch request := s.Control.press(k, s.Ready()); {
	case request == "":
		return nil
	case starts && resumes:
		return s.again(request)
	case starts:
		return append([]Effect{s.begin(request), Forget{}}, s.refresh()...)
	default:
		return []Effect{s.command(protocol.Request{Type: request})}
	}
}

// command is requests.post for the run control: confirm compares later answers with the id.
func (s *State) command(r protocol.Request) Post {
	p := s.requests.post(r)
	s.Control.last = p.Request.ID
	return p
}

// begin returns the request that starts the experiment; request is run or step. The run gets a copy of the
// spec, since the form may be changed once it is over. The series has to be there: Ready.
func (s *State) begin(request string) Post {
	sp := s.Form.Copy()
	s.Control.Broken = Loading
	s.planAnew()
	s.Wrong, s.New = nil, nil
	before := s.Run
	s.Run = results.Begin(sp, *s.Form.Data)
	s.Run.Drop, s.Run.Teacher = s.Form.Files.Of(sp.Data.Source), s.teacherID()
	if before != nil && before.Over && !before.Gone && !before.Recorded && before.Drop == s.Run.Drop &&
		before.Teacher == s.Run.Teacher && sp.GrewFrom(before.Spec) {
		s.Run.Runs, s.Run.Teachers = before.Runs, before.Teachers // the engine does not train them again
	}
	s.Stack.forget()
	s.Inside.forget()
	s.Over, s.Curves = Over{On: s.Over.On}, Curves{}
	post := s.command(protocol.Request{Type: request, Spec: &sp, Drop: s.Run.Drop,
		Workers: s.Control.Workers()})
	s.Control.began = post.Request.ID
	return post
}

// addSeeds goes on with the experiment that has ended, with more seeds.
func (s *State) addSeeds() []Effect {
	if !s.Ready() || !s.growable() {
		return nil
	}
	s.Form.Spec = s.Run.Spec.MoreSeeds(spec.Step)
	return s.press(KeyRun, false)
}

// growable tells whether seeds can be added to the last run: it is complete, and still the experiment that is
// set.
func (s *State) growable() bool {
	return s.Run != nil && s.Run.Final != nil && !s.Run.Gone && !s.Run.Recorded && s.isOfRun() &&
		len(s.Run.Spec.Seeds)+spec.Step <= form.MaxSeeds
}

// looked notes, when seeds are added by hand behind those whose results are on the page, that they were
// looked at.
func (s *State) looked() {
	if s.Run == nil || s.Run.Final == nil || s.Run.Recorded {
		return
	}
	grown := s.Form.Spec
	grown.Looked = append(slices.Clone(s.Run.Spec.Looked), len(s.Run.Spec.Seeds))
	if grown.GrewFrom(s.Run.Spec) {
		s.Form.Spec = grown
	}
}

// goOn has a new engine go on with the run that the last one died in, if that is still the experiment. What
// was finished is scored again, which takes moments; the losses so far stay.
func (s *State) goOn() []Effect {
	mode := s.Control.Broken // begin overwrites it
	if mode == Loading || !s.Ready() || !s.isOfRun() {
		return nil
	}
	request := protocol.TypeRun
	if mode == Paused {
		request = protocol.TypeStep
	}
	s.Control.Mode = mode
	effects := s.again(request)
	s.Run.Resumed = true
	return effects
}

// resumes tells whether starting the experiment goes on with the last run, which a person has stopped.
func (s *State) resumes() bool {
	if s.Run == nil || !s.Run.Stopped || !s.isOfRun() {
		return false
	}
	done, all := s.Run.Done()
	return done < all
}

// again starts the experiment of the last run from its checkpoints; request is as in begin.
func (s *State) again(request string) []Effect {
	before := s.Run
	post := s.begin(request)
	s.Run.Live, s.Run.Ended, s.Run.Resumed = before.Live, before.Ended, before.Resumed
	return append([]Effect{GoOn(post)}, s.refresh()...)
}

// isOfRun tells whether the experiment as it is set is the one of the last run.
func (s *State) isOfRun() bool {
	return s.Run != nil && form.Same(s.Form.Spec, s.Run.Spec) &&
		s.Form.Files.Of(s.Form.Spec.Data.Source) == s.Run.Drop && s.teacherID() == s.Run.Teacher
}

// reset forgets every run; when that would lose a trained one it asks first.
func (s *State) reset(asked bool) []Effect {
	if s.Run == nil || s.Control.Mode == Stopping {
		return nil
	}
	if s.Run.Finished() > 0 && !s.Run.Recorded && !asked {
		s.Control.Ask = true
		return nil
	}
	s.Run, s.Control.Broken, s.Wrong = nil, Loading, nil
	s.planAnew()
	s.Stack.forget()
	s.Inside.forget()
	s.Notice = "status-forgot"
	if s.Control.live() {
		s.Control.Mode = Stopping
	}
	return append([]Effect{s.command(protocol.Request{Type: protocol.TypeReset})}, s.refresh()...)
}

// lose keeps what the page holds of an engine that is gone: the results of finished runs, and checkpoints of
// those under way. What charts were drawn from is lost with the engine. A run that was being stopped is not
// gone on with.
func (s *State) lose(why *fault.Fault) {
	if s.Run != nil && s.Control.live() {
		s.Control.Broken = s.Control.Mode
	}
	s.Control.Mode, s.Control.why = Dead, why
	s.Wrong, s.New = nil, nil
	s.Form.HearNothing()
	s.planAnew()
	s.Over.id = 0
	s.Stack.hearNothing()
	s.Inside.forget()
	s.Inside.asked = question{}
	if s.Sheet != nil {
		s.Sheet.HearNothing()
	}
	switch {
	case s.recorded(): // the page has it
		s.Recorded.handed = false
	case s.Run != nil:
		s.Run.Over, s.Run.Gone, s.Run.Died = true, true, true
	}
}

// restart waits for the engine as at the beginning; what comes next follows from its answer (ready, then
// opened).
func (s *State) restart() []Effect {
	if s.Control.Mode != Dead {
		return nil
	}
	s.Control.Mode, s.Control.why = Loading, nil
	s.Stack.hearNothing() // a chart may have asked meanwhile
	return []Effect{StartEngine{}}
}
