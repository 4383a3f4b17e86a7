// Package state is what the page shows, as it follows from all that has happened.
//
// The path of a click: ui/input_js.go hears it on the document and finds the message that the element's data
// attribute names in a table of ui/actions_js.go (the charts have listeners and callbacks of their own:
// ui/signal/events_js.go, ui/stack_js.go). Page.Send, which is lab.send in wasm/lab/main.go, hands the
// message to State.Update, which has a case for each message, changes the state and returns effects. lab.do
// carries these out; it has a case for each effect. Then the page is drawn anew from the views: Bar, Recipe,
// Verdict, Scene, Causes, Learning, Table.
//
// What the worker says takes the same path, as the message Answer.
//
// Before there is a worker the page shows a run that was made with it (recorded.go), and keeps what is pressed.
//
// Nothing here, or in the packages that this one imports, knows the browser, so that all of it is tested
// natively. It runs on the page's only thread: there are no locks, and Update must not block.
package state

import (
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
	"cosinelab/ui/results"
	"cosinelab/ui/sheet"
)

// State is everything the page shows, in no language: the views put it into words.
type State struct {
	Words   *words.Language
	Form    form.Form         // the experiment as it is set
	Control Control           // what runs
	Run     *results.Progress // the last experiment that was carried out, or is
	Stack   Stack             // what the charts show
	Sheet   *sheet.Sheet      // files that a person looks at before they are used; nil = none

	Recorded Recorded // what the page begins with

	Wrong      *Wrong
	Notice     words.Key // takes the place of the status line until something happens
	AllMetrics bool      // every metric is shown
	Gains      bool      // as differences to the baseline
	Epochs     results.EpochView
	Alarms     Alarms
	New        *Scoring // new data that are scored; nil = none are
	Teacher    Teacher
	Over       Over
	Curves     Curves
	Inside     Inside // a student that a person looks into
	Where      bool   // the map of a grid stands in the place of the charts

	plan     plan
	address  string   // the hash that the page was last told
	trained  bool     // what it says is what the results are of, so that it is to be found again
	requests requests // gives ids to what is asked of the worker
}

// New returns the state of a page whose address has this hash, on a machine that remembers a number of
// workers (0 = none), and what the page has to do first. A hash that cannot be read leaves the default
// experiment and says so in Wrong.
func New(w *words.Language, hash string, workers int) (*State, []Effect) {
	s := &State{Words: w, Control: Control{Chosen: workers}, Form: form.New(spec.Default())}
	s.Stack.Cursor, s.Inside.pick = -1, -1
	s.follow(hash)
	s.address = s.Hash()
	return s, []Effect{SetHash{s.address}}
}

// Update changes s by a message and returns what the page has to do.
func (s *State) Update(m Message) []Effect {
	// Any action withdraws the question; a second press of Reset, which answers it, still has to know that it
	// was asked.
	asked := s.Control.Ask
	if m.message() == action {
		s.Notice, s.Control.Ask = "", false
	}
	effects := s.handle(m, asked)
	answer, answers := m.(Answer)
	if m.message() == action {
		effects = append(effects, s.moved()...)
	}
	if m.message() == action || answers && answer.Type != protocol.TypeEvent && answer.Type != protocol.TypeSeries {
		effects = append(effects, s.planning()...)
		s.trained = s.isOfRun()
	}
	return effects
}

// handle does what a message is about. asked tells that Reset was pressed just before and waits to be
// confirmed.
func (s *State) handle(m Message, asked bool) []Effect {
	switch m := m.(type) {
	case Press:
		return s.press(m.Key, asked)
	case Set:
		return s.set(m.Field, strings.TrimSpace(m.Text))
	case Toggle:
		s.toggle(m.Kind)
	case Tab:
		s.Form.Group = m.Group
	case Choose:
		return s.choose(m.Source)
	case ChoosePreset:
		effects := s.goTo("preset=" + m.Name)
		s.address = "" // unlike an address that was typed, the browser has not got it yet
		return effects
	case Drop:
		return s.drop(m.Files)
	case AddBeside:
		if s.Sheet != nil && s.Sheet.Opening == 0 {
			s.Sheet = s.Sheet.Beside(m.Files, m.What)
			return s.look()
		}
	case Reopen:
		return s.reopen()
	case Decide:
		return s.decide(m)
	case Use:
		return s.use()
	case LeaveSheet:
		return s.leaveSheet()
	case CopyCommand:
		if s.Sheet != nil {
			return []Effect{CopyText{s.Sheet.Command()}}
		}
	case Discard:
		if s.New != nil && s.Control.Mode != Dead {
			return s.leaveNew()
		}
		s.Wrong = nil
		s.Form.ShowGroup()
	case Workers:
		s.Control.Chosen = m.N
		return []Effect{Remember{m.N}}
	case More:
		s.Form.More = !s.Form.More
	case LookAt:
		s.Epochs.Turn(m.Epochs)
		return s.askCurves()
	case MoreMetrics:
		s.AllMetrics = !s.AllMetrics
	case AddSeeds:
		return s.addSeeds()
	case OverData:
		return s.switchOverData()
	case Cells:
		s.Gains = m.Gain
	case Theme:
		return []Effect{SwitchTheme{}}
	case SetLanguage:
		if !words.Here(m.Tag) {
			s.Notice = "status-no-words"
			return nil
		}
		s.Words = words.In(m.Tag)
		return []Effect{RememberLanguage{s.Words.Tag}}
	case Follow:
		return s.goTo(m.Hash)
	case Copied:
		if s.Sheet != nil {
			s.Sheet.Copied = m.OK
			return nil
		}
		s.Notice = "status-not-copied"
		if m.OK {
			s.Notice = "status-copied"
		}
	case Zoom:
		c := s.Shown()
		c.Stack.zoom(m.Span, c.Data)
		return s.refresh()
	case Resize:
		if s.Stack.Width != m.Width {
			s.Stack.Width = m.Width
			return s.refresh()
		}
	case Drawn:
		return s.drawn()
	case Cursor:
		s.Shown().Stack.Cursor = m.Step // the charts have moved it already; views that depend on it read it here
		return s.glance()
	case OpenWhere:
		s.Where, s.Inside.Open = true, false
		return []Effect{ShowWhere{Hash: s.Hash(), Drop: s.Form.Files.Of(s.Form.Spec.Data.Source)}}
	case CarryOut:
		return s.carryOut(m.Hash)
	case OpenInside:
		s.Where, s.Inside.Open = false, m.Open
		return s.glance()
	case Glance:
		return s.glanceAt(m)
	case Show:
		if s.Stack.show(strings.TrimSpace(m.Channels), s.Form.Data) {
			return s.refresh()
		}
	case Reveal:
		if text := s.Scene().reveal(m.Channel); text != "" && s.Stack.show(text, s.Form.Data) {
			return s.refresh()
		}
	case Threshold:
		return s.threshold(m.Arm, false, func(j *Judged) { j.Threshold, j.Ranks = m.Value, 0 })
	case Hold:
		return s.threshold(m.Arm, true, func(j *Judged) { j.Threshold, j.Ranks = m.Value, 0 })
	case Rank:
		return s.rank(m)
	case Back:
		return s.back(m.Arm)
	case ShowRandom:
		return s.showRandom()
	case ShowTable:
		s.Shown().Stack.Table = !s.Shown().Stack.Table
	case OpenAlarms:
		s.Alarms.Open = m.Open
	case SortAlarms:
		s.Alarms.Sort = m.By
	case ShowAlarm:
		return s.showAlarm(m.From)
	case JoinAlarms:
		return s.joinAlarms(m)
	case Teach:
		return s.teach(m.Files)
	case TrainTeacher:
		return s.trainTeacher()
	case OpenTeacher:
		return s.openTeacher()
	case ShowSeries:
		return s.showSeries(m.At)
	case ScoreNew:
		return s.scoreNew(m.Files)
	case Save:
		return s.save(m.What)
	case Focus:
		if s.New == nil {
			s.Stack.focus(m.Arm)
			return append(s.refresh(), s.besides()...)
		}
	case Pin:
		s.Stack.pin(m.Arm)
		return s.refresh()
	case Lost:
		s.lose(m.Why)
	case Restart:
		return s.restart()
	case Answer:
		return s.answer(m)
	}
	return nil
}

// Hash is the address that leads back to the experiment as it is set.
func (s *State) Hash() string {
	return link.Link{Spec: s.Form.Spec, Preset: s.Form.Preset(), Span: s.Stack.Span, Channels: s.Stack.Channels,
		Thresholds: s.thresholds()}.Hash()
}

// moved tells the page its address where that has changed. Who leaves settings that there are results of finds them
// in the history. A series that is still being read is not in it:
// the address follows once the series is there (opened).
func (s *State) moved() []Effect {
	hash := s.Hash()
	if hash == s.address {
		return nil
	}
	left := s.trained && !s.isOfRun() && (s.Run == nil || !s.Form.Spec.RejudgedFrom(s.Run.Spec))
	s.address = hash
	if left {
		return []Effect{PushHash{hash}}
	}
	return []Effect{SetHash{hash}}
}

// follow takes over what a hash says: all of it, or nothing when a part is wrong. An empty one says nothing.
func (s *State) follow(hash string) {
	if strings.TrimPrefix(hash, "#") == "" {
		return
	}
	l, err := link.Parse(hash)
	if err != nil {
		s.Wrong = &Wrong{Where: whereLink, Why: fault.Of(err)}
		return
	}
	s.Form.Spec = l.Spec
	s.Form.Choose(l.Preset)
	s.Stack.Span, s.Stack.Channels, s.Stack.Handed = l.Span, l.Channels, l.Thresholds
	s.Form.ShowGroup()
}

// carryOut sets the experiment of an address and trains it, as soon as its series is there. It does nothing during a
// run. The history of the page keeps one entry for all that are carried out so.
func (s *State) carryOut(hash string) []Effect {
	if s.Control.Locked() || s.Control.Mode == Dead {
		return nil
	}
	effects := append(s.goTo(hash), SetHash{s.Hash()})
	switch {
	case s.Wrong != nil:
	case s.Ready():
		effects = append(effects, s.press(KeyRun, false)...)
	default:
		s.Recorded.waits, s.Recorded.pressed = Press{KeyRun}, true
	}
	return effects
}

// goTo follows an address that a person changed while the page was open. What is not followed does not stay
// in the address (moved): it is that of what is shown, always.
func (s *State) goTo(hash string) []Effect {
	s.address = strings.TrimPrefix(hash, "#")
	if s.address == s.Hash() && s.Form.Open == nil {
		return nil
	}
	if s.Control.Locked() { // a run keeps its settings
		s.Notice = "status-link-locked"
		return nil
	}
	was := s.Form.Copy()
	before := was.Data
	s.Wrong = nil
	left := s.leaveSheet() // whoever goes elsewhere wants to see it
	s.follow(hash)
	s.showAsLinked(was)
	// With the same series only settings or the view differ: there is nothing to read again. One that is
	// being read would come after the address, which was the last word.
	if form.Same(before, s.Form.Spec.Data) && (s.Form.Open == nil || s.Wrong != nil) {
		if s.Control.Mode == Idle {
			left = append(left, s.handOver()...)
		}
		return slices.Concat(left, s.refresh(), s.followThresholds(), s.judgeAnew())
	}
	// The spec names the new series already, so that the summary of the old one must not stand beside it.
	s.Form.Data = nil
	return append(left, s.read(s.Form.Spec.Data, s.Form.Files, "")...)
}
