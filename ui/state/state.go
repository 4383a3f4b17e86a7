// Package state is what the page shows, as it follows from all that has happened.
package state

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Mode is where the run control stands. The page changes it at once when a button is pressed; the worker confirms.
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

// State is everything the page shows.
type State struct {
	Words *words.Language
	Spec  spec.Spec

	Mode      Mode
	Device    string
	Cores     int // of this machine; 0 until the engine has answered
	Chosen    int // workers that a person wants; 0 = none were chosen. Results do not depend on it, so links do not hold it
	Catalogue []protocol.Source

	Group string            // the data tab that is open
	Data  *spec.DataSummary // of Spec.Data; nil until it is read
	Files []string          // that the page holds, by which source GroupFile is read
	Open  *Reading          // the series that is being read
	More  bool              // all settings are shown

	AllMetrics bool // every metric is shown

	Wrong  *Wrong
	Reject Reject

	Run    *Progress // of the last run, live or finished
	Broken Mode      // Running or Paused: the engine died in a run, which a new one can go on with; else Loading
	Ask    bool      // Reset waits for a second press
	Notice string    // takes the place of the status line until something happens

	Stack  Stack
	Focus  string // an arm's name
	Pinned string // the arm that stays in focus when nothing else is

	address string // the hash that the page was last told
	id      int    // of the last request
	control int    // id of the last request of the run control
}

// Reading is a series on its way.
type Reading struct {
	ID    int
	Data  spec.Data
	Files []string // it is read from; they replace State.Files once it is there
	Field Field    // whose change asked for it; fieldCount when none did
}

// Wrong is an error that the verdict's place shows.
type Wrong struct {
	Where   string // of protocol.Error, or "link"
	Name    string // of the file, if it is about one
	Message string
	Lines   []FileLine // of the file, around the one that it is about
}

// FileLine is a line of a file that could not be read.
type FileLine struct {
	Number int
	Text   string
	Wrong  bool // the error is about it
}

// Reject is a typed value that was not taken.
type Reject struct {
	Field Field
	Text  string // why
	Times int    // so that the same mistake twice still puts the old value back
}

// noField is the Field of a Reject or Reading that is about none.
const noField = fieldCount

// New returns the state of a page whose address has this hash, on a machine that remembers a number of workers; 0 = none.
func New(w *words.Language, hash string, workers int) (*State, []any) {
	s := &State{Words: w, Chosen: workers, Spec: spec.Default(), Group: GroupBuiltin, Reject: Reject{Field: noField}}
	s.Stack.Cursor = -1
	s.follow(hash)
	s.address = s.Hash()
	return s, []any{SetHash{s.address}}
}

// Hash is the address that leads back to the experiment as it is set.
func (s *State) Hash() string {
	return Link{s.Spec, s.Stack.Span, s.Stack.Channels}.Hash()
}

// follow takes over what a hash says. An empty one says nothing.
func (s *State) follow(hash string) {
	if strings.TrimPrefix(hash, "#") == "" {
		return
	}
	l, err := ParseLink(hash)
	if err != nil {
		s.Wrong = &Wrong{Where: whereLink, Message: err.Error()}
		return
	}
	s.Spec = l.Spec
	s.Stack.Span, s.Stack.Channels = l.Span, l.Channels
	s.Group = groupOf(l.Spec.Data.Source, s.Catalogue)
}

// Values of Wrong.Where that the page treats in their own way.
const (
	whereLink   = "link"
	whereData   = "data"
	whereEngine = "engine"
)

// groupOf returns the data tab that a source belongs to.
func groupOf(source string, catalogue []protocol.Source) string {
	if strings.HasPrefix(source, filePrefix) {
		return GroupFile
	}
	for _, c := range catalogue {
		if c.ID == source {
			return c.Group
		}
	}
	if strings.HasPrefix(source, GroupBuiltin+"/") {
		return GroupBuiltin
	}
	return GroupBenchmark
}

// Update changes s by a message and returns what the page has to do.
func (s *State) Update(msg any) []any {
	s.quiet(msg)
	effects := s.update(msg)
	if !moves(msg) {
		return effects
	}
	if hash := s.Hash(); hash != s.address {
		s.address = hash
		effects = append(effects, SetHash{hash})
	}
	return effects
}

// moves tells whether a message may change the address: those that come many times a second do not.
func moves(msg any) bool {
	switch m := msg.(type) {
	case Answer:
		return m.Type == protocol.TypeData
	case Copied, Cursor, Resize, Focus, Pin, Lost, Press:
		return false
	}
	return true
}

// quiet takes back what only the last action of a person had to do with.
func (s *State) quiet(msg any) {
	switch m := msg.(type) {
	case Answer, Copied, Cursor, Resize, Focus, Pin, Lost:
	case Press:
		s.Notice = ""
		s.Ask = s.Ask && m.Key == KeyReset
	default:
		s.Notice, s.Ask = "", false
	}
}

// update is Update without what every message has in common.
func (s *State) update(msg any) []any {
	switch m := msg.(type) {
	case Press:
		return s.press(m.Key)
	case Set:
		return s.set(m.Field, strings.TrimSpace(m.Text))
	case Toggle:
		s.toggle(m.Kind)
	case Tab:
		s.Group = m.Group
	case Choose:
		return s.choose(m.Source)
	case Drop:
		return s.drop(m.Names)
	case Discard:
		s.Wrong = nil
		s.Group = groupOf(s.Spec.Data.Source, s.Catalogue)
	case Workers:
		s.Chosen = m.N
		return []any{Remember{m.N}}
	case More:
		s.More = !s.More
	case MoreMetrics:
		s.AllMetrics = !s.AllMetrics
	case Help:
		s.Notice = s.Words.Say("keys-list")
	case Follow:
		return s.goTo(m.Hash)
	case Copied:
		s.Notice = s.Words.Say("status-not-copied")
		if m.OK {
			s.Notice = s.Words.Say("status-copied")
		}
	case Lost:
		s.lose(m.Reason)
	case Restart:
		return s.restart()
	case Answer:
		return s.answer(m)
	default:
		return s.updateStack(msg)
	}
	return nil
}

// lose keeps what the page holds of an engine that is gone: the results of finished runs, and checkpoints of those under
// way. What charts were drawn from is lost with it.
func (s *State) lose(reason string) {
	if s.Run != nil && (s.Mode == Running || s.Mode == Paused) {
		s.Broken = s.Mode
	}
	s.Mode = Dead
	s.Wrong = &Wrong{Where: whereEngine, Message: s.Words.Say("engine-lost", sentence(reason))}
	s.Open = nil
	s.Stack.lanes, s.Stack.overview, s.Stack.judge = question{}, question{}, question{}
	if s.Run != nil {
		s.Run.Over, s.Run.Gone, s.Run.Died = true, true, true
	}
}

// restart waits for the engine as at the beginning.
func (s *State) restart() []any {
	if s.Mode != Dead {
		return nil
	}
	s.Mode, s.Wrong = Loading, nil
	return []any{StartEngine{}}
}

// command is post for a request of the run control.
func (s *State) command(r protocol.Request) Post {
	p := s.post(r)
	s.control = s.id
	return p
}

// Locked tells whether the recipe may not be changed: while the worker has a run.
func (s *State) Locked() bool { return s.Mode == Running || s.Mode == Paused || s.Mode == Stopping }

// post makes a request with an id of its own.
func (s *State) post(r protocol.Request) Post {
	s.id++
	r.ID = s.id
	return Post{r}
}

// set takes a typed value over, or says why not and keeps the old one.
func (s *State) set(f Field, text string) []any {
	if s.Locked() {
		return nil
	}
	next := clone(s.Spec)
	err := fields[f].set(&next, text)
	if err == nil {
		s.adapt(&next)
		err = next.Validate()
	}
	if err != nil {
		s.reject(f, err)
		return nil
	}
	s.Reject = Reject{Field: noField, Times: s.Reject.Times}
	if !same(next.Data, s.Spec.Data) {
		return s.read(next.Data, f)
	}
	s.Spec = next
	s.forgetSpecError()
	return nil
}

// adapt brings values in line that make sense only together.
func (s *State) adapt(next *spec.Spec) {
	adaptThreshold(&next.Detect.Threshold, s.thresholdNow())
	if !slices.Contains(scoresOf(next), next.Detect.Score) {
		next.Detect.Score = spec.ScoreModel // the student before had another
	}
	if !smooths(next) {
		next.Detect.Smoothing = 0
	}
	if !warms(next) {
		next.Detect.Warm = 0
	}
	if !spec.RateSchedules[next.Train.Schedule].Steps {
		next.Train.StepEpochs, next.Train.StepFactor = 0, 0
	}
	if next.Train.Validation == 0 {
		next.Train.Patience = 0 // nothing to be patient about
	}
}

// reject says beside a setting why a value was not taken. Of the experiment's own errors the path is left out where the
// place says it already.
func (s *State) reject(f Field, err error) {
	text := err.Error()
	var p problem
	var fe *spec.FieldError
	switch {
	case errors.As(err, &p):
		text = s.Words.Say(p.key, p.args...)
	case errors.As(err, &fe):
		text = fe.Got + ", want " + fe.Want
		if fe.Field != fields[f].path {
			text = fe.Field + ": " + text
		}
	}
	s.Reject = Reject{Field: f, Text: text, Times: s.Reject.Times + 1}
}

// toggle never leaves a spec that cannot be trained.
func (s *State) toggle(kind string) {
	if s.Locked() {
		return
	}
	next := clone(s.Spec)
	toggleArm(&next, kind)
	if next.Validate() == nil {
		s.Spec = next
		s.forgetSpecError()
	}
}

// forgetSpecError drops an error about the settings once they have changed.
func (s *State) forgetSpecError() {
	if s.Wrong != nil && s.Wrong.Where != whereData {
		s.Wrong = nil
	}
}

func (s *State) choose(source string) []any {
	if s.Locked() || source == "" {
		return nil
	}
	return s.read(s.fresh(source), noField)
}

// fresh is another series with the settings that are not about the one before.
func (s *State) fresh(source string) spec.Data {
	next := s.Spec.Data
	next.Source = source
	next.Train, next.Test, next.Channels = steps.Range{}, steps.Range{}, nil
	next.Label, next.Split = "", nil
	return next
}

// drop opens the first file; the others may belong to it, as the test part or the labels do.
func (s *State) drop(names []string) []any {
	if s.Locked() || len(names) == 0 {
		return nil
	}
	s.Group = GroupFile
	next := s.fresh(filePrefix + names[0])
	return s.readFrom(next, names, noField)
}

// goTo follows an address that a person changed while the page was open.
func (s *State) goTo(hash string) []any {
	if strings.TrimPrefix(hash, "#") == s.Hash() || s.Locked() {
		return nil
	}
	before := s.Spec.Data
	s.Wrong = nil
	s.follow(hash)
	if same(before, s.Spec.Data) {
		return s.refresh()
	}
	s.Data = nil
	return s.read(s.Spec.Data, noField)
}

// read asks the worker for a series. Until it answers, and if it fails, the series before stays.
func (s *State) read(d spec.Data, f Field) []any { return s.readFrom(d, s.Files, f) }

// readFrom is read from files that are not the page's yet: they are only kept once they could be read.
func (s *State) readFrom(d spec.Data, files []string, f Field) []any {
	if s.Mode == Loading || s.Mode == Dead {
		s.Spec.Data, s.Files = d, files
		return nil
	}
	s.Wrong = nil
	if missing(d, files) {
		s.Spec.Data = d
		return nil
	}
	r := protocol.Request{Type: protocol.TypeOpen, Data: &d}
	if strings.HasPrefix(d.Source, filePrefix) {
		r.Files = files
	}
	post := s.post(r)
	s.Open = &Reading{ID: s.id, Data: d, Files: files, Field: f}
	return []any{post}
}

// missing tells whether a series is a file that is not among these.
func missing(d spec.Data, files []string) bool {
	name, isFile := strings.CutPrefix(d.Source, filePrefix)
	return isFile && !slices.Contains(files, name)
}

// clone returns a deep copy, so that a change that is not taken leaves nothing behind.
func clone(sp spec.Spec) spec.Spec {
	sp.Arms = slices.Clone(sp.Arms)
	sp.Seeds = slices.Clone(sp.Seeds)
	return sp
}

// same tells whether two values have the same JSON.
func same[T any](a, b T) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
