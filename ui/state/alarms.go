package state

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/chart"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// Alarms is how a person looks at the list of alarms of the arm in focus.
type Alarms struct {
	Open   bool
	Sort   AlarmOrder
	From   int          // first step of the alarm that was shown last; of none before one was
	Shown  bool         // there was one
	Wrong  string       // the field whose text was not taken: AlarmMerge or AlarmLeast; empty = none
	Count  int          // how often one was shown
	Failed *fault.Fault // why the last file could not be kept; nil = it could
}

// AlarmOrder is what alarms are sorted by.
type AlarmOrder string

// The orders.
const (
	AlarmsByTime   AlarmOrder = "" // the first one first
	AlarmsByLength AlarmOrder = "length"
	AlarmsByScore  AlarmOrder = "score"
)

// What a person types into the list of alarms.
const (
	AlarmMerge = "merge"
	AlarmLeast = "least"
)

// SaveKinds are the files that can be kept of the arm in focus: its alarms as a protocol.Export has them, its
// scores, its detector.
var SaveKinds = []SaveKind{
	{"csv", "save-csv", "save-csv-hint"},
	{"json", "save-json", "save-json-hint"},
	{"nab", "save-nab", "save-nab-hint"},
	{saveScores, "save-scores", "save-scores-hint"},
	{saveDetector, "save-detector", "save-detector-hint"},
}

// SaveKind is a file that can be kept, as Save names it, with its words.
type SaveKind struct {
	What       string
	Name, Hint words.Key
}

const (
	saveScores   = protocol.ExportScores
	saveDetector = protocol.TypeDetector
)

// mostAlarms is how many rows the list has; files have all.
const mostAlarms = 400

// AlarmList is the list of alarms of the arm in focus.
type AlarmList struct {
	Open   bool
	New    bool // they are of new data
	Waits  bool // a detector waits for its data
	Locked bool // no data are taken: a run goes on
	look.Look
	Tab     string // what its tab says
	Lead    string // of which run they are, and how they are made
	Missing string // why there is no list; empty = there is
	Heads   []AlarmHead
	Rows    []AlarmRow
	Fields  []AlarmField
	Series  []form.Choice // of new data, which is shown; nil = they are one
	Pending bool          // they are being made in another way
	Foot    string
	Rate    string // what their number means where there are no labels; empty where there are
	More    string // what the list leaves out
	Failed  string // why the last file could not be kept
}

// AlarmHead is the head of a column.
type AlarmHead struct {
	Text   string
	Order  AlarmOrder
	Sorts  bool
	Sorted bool
}

// AlarmRow is an alarm.
type AlarmRow struct {
	From     int
	On       bool // it was shown last
	Focus    bool // it takes the focus of the keyboard
	Kind     string
	Judged   string // whether it is right or, without labels, how many seeds agree
	Start    string
	Length   string
	Peak     string
	Part     results.Maybe // of the peak, on a scale of one
	Cut      results.Maybe // of δ, on the same scale
	Channels string
}

// Kinds of AlarmRow.
const (
	AlarmRight = "right"
	AlarmFalse = "false"
)

// AlarmField is a number that a person can type.
type AlarmField struct {
	Name, Label, Unit, Value, Why string
}

// AlarmList returns what the list of alarms shows.
func (s *State) AlarmList() AlarmList {
	if s.New != nil {
		return s.New.list(s)
	}
	c, w := s.Scene(), s.Words
	v := AlarmList{Open: s.Alarms.Open, Locked: s.Control.Locked(), Tab: s.alarmsTab()}
	l, ok := c.focusedLane(w)
	if !ok {
		v.Missing = w.Say("alarms-none-yet")
		if c.absent != "" {
			v.Missing = w.Say(c.absent, c.title)
		}
		return v
	}
	v.Look, v.Pending = l.Look, l.Pending
	if s.Alarms.Failed != nil {
		v.Failed = results.Sentence(w.Error(s.Alarms.Failed))
	}
	if !v.Open { // nobody looks at the rest
		return v
	}
	v.Lead = w.Say("alarms-of", l.Text, l.Run.Seed, thresholdText(w, l.Threshold))
	v.Heads = s.alarmHeads(c.Data.Labelled)
	v.Fields = s.alarmFields(c, l)
	c.listAlarms(w, &v, l, s.Alarms)
	v.Foot = c.alarmCount(w, l.Run)
	if !c.Data.Labelled {
		v.Rate = c.alarmRate(w, l.Run)
	}
	return v
}

// alarmsTab is what the tab of the list says.
func (s *State) alarmsTab() string {
	if l, ok := s.Scene().focusedLane(s.Words); ok {
		return s.Words.Say("alarms-tab", len(l.Run.Alarms))
	}
	return s.Words.Say("alarms-title")
}

func thresholdText(w *words.Language, at float64) string {
	if math.IsNaN(at) {
		return w.Say("alarms-moving")
	}
	return w.Say("alarms-delta", short(w, at))
}

func (s *State) alarmHeads(labelled bool) []AlarmHead {
	w := s.Words
	first := w.Say("alarms-agree")
	if labelled {
		first = w.Say("alarms-judged")
	}
	heads := []AlarmHead{{Text: first},
		{Text: w.Say("alarms-from"), Order: AlarmsByTime, Sorts: true},
		{Text: w.Say("alarms-length"), Order: AlarmsByLength, Sorts: true},
		{Text: w.Say("alarms-peak"), Order: AlarmsByScore, Sorts: true},
		{Text: w.Say("alarms-channels")}}
	for i := range heads {
		heads[i].Sorted = heads[i].Sorts && heads[i].Order == s.Alarms.Sort
	}
	return heads
}

func (s *State) alarmFields(c Scene, l Lane) []AlarmField {
	j, set := c.Stack.Moved[l.Name]
	if !set {
		j = judgedAs(l.Run)
	}
	w := s.Words
	fields := []AlarmField{{Name: AlarmMerge, Label: w.Say("alarms-merge"), Value: strconv.Itoa(j.Merge)},
		{Name: AlarmLeast, Label: w.Say("alarms-least"), Value: strconv.Itoa(j.Least)}}
	for i := range fields {
		fields[i].Unit = w.Say("alarms-steps")
		if fields[i].Name == s.Alarms.Wrong {
			fields[i].Why = w.Say("alarms-not-steps")
		}
	}
	return fields
}

// listAlarms lists the alarms of a lane in the order that is set.
func (c Scene) listAlarms(w *words.Language, v *AlarmList, l Lane, how Alarms) {
	all := l.Run.Raised(nil)
	switch how.Sort {
	case AlarmsByLength:
		slices.SortStableFunc(all, func(a, b spec.Alarm) int { return cmp.Compare(b.Len(), a.Len()) })
	case AlarmsByScore:
		slices.SortStableFunc(all, func(a, b spec.Alarm) int { return cmp.Compare(b.Peak.Score, a.Peak.Score) })
	}
	if left := len(all) - mostAlarms; left > 0 {
		v.More = w.Say("alarms-more", mostAlarms, left)
		all = all[:mostAlarms]
	}
	top := scaleOf(all, l.Threshold)
	var others []*spec.Run
	if !c.Data.Labelled && c.run != nil {
		others = c.seedsOf(l.Name)
	}
	for _, a := range all {
		r := AlarmRow{From: a.From, On: how.Shown && a.From == how.From, Start: c.moment(w, a.From),
			Length: c.lasts(w, a.Range), Channels: c.alarmChannels(w, a, l.Run.Usual)}
		if a.Peak.Score.Defined() {
			r.Peak = short(w, float64(a.Peak.Score))
			r.Part = results.Maybe{Value: part(float64(a.Peak.Score), top), Known: true}
		}
		if !math.IsNaN(l.Threshold) {
			r.Cut = results.Maybe{Value: part(l.Threshold, top), Known: true}
		}
		c.judgeAlarm(w, &r, a.Range, others)
		v.Rows = append(v.Rows, r)
	}
	at := max(0, slices.IndexFunc(v.Rows, func(r AlarmRow) bool { return r.On }))
	if len(v.Rows) > 0 {
		v.Rows[at].Focus = true
	}
}

// scaleOf is the end of the scale of peaks, which is one of square roots: the highest of them.
func scaleOf(all []spec.Alarm, threshold float64) float64 {
	top := 0.0
	if threshold > 0 {
		top = threshold
	}
	for _, a := range all {
		if v := float64(a.Peak.Score); v > top && !math.IsInf(v, 0) {
			top = v
		}
	}
	return top
}

// short writes a value with three digits.
func short(w *words.Language, v float64) string {
	decimals := 2
	if v != 0 && !math.IsInf(v, 0) {
		decimals = min(max(0, 2-int(math.Floor(math.Log10(math.Abs(v))))), 6)
	}
	return w.Fixed(v, decimals)
}

// part is a value on that scale.
func part(v, top float64) float64 {
	if top <= 0 || v <= 0 {
		return 0
	}
	return math.Sqrt(min(1, v/top))
}

// judgeAlarm says whether an alarm is right; without labels, in how many seeds there is one at that place.
func (c Scene) judgeAlarm(w *words.Language, r *AlarmRow, at steps.Range, seeds []*spec.Run) {
	if seeds == nil && !c.Data.Labelled {
		return
	}
	if !c.Data.Labelled {
		agree := 0
		for _, run := range seeds {
			if overlapping(run.Alarms, at) >= 0 {
				agree++
			}
		}
		r.Judged = w.Say("alarms-agreed", agree, len(seeds))
		return
	}
	if truth := c.segmentAt(at); truth >= 0 {
		r.Kind, r.Judged = AlarmRight, w.Say("alarms-right", chart.Name(truth))
		return
	}
	r.Kind, r.Judged = AlarmFalse, w.Say("alarms-false")
}

// seedsOf lists the runs of an arm that have scores; that of the first seed as it is judged now.
func (c Scene) seedsOf(arm string) (runs []*spec.Run) {
	first := c.shownRun(arm)
	for _, seed := range c.run.Spec.Seeds {
		for i := range c.run.Runs {
			r := &c.run.Runs[i]
			if r.Arm != arm || r.Seed != seed || r.Failed != nil {
				continue
			}
			if j := c.Stack.Moved[arm]; r == first && j.Run != nil {
				r = j.Run
			}
			runs = append(runs, r)
		}
	}
	return runs
}

// shownCauses is how many channels of an alarm are named; of further ones only the number is said.
const shownCauses = 2

// alarmChannels names the channels behind an alarm with their shares, beside the usual ones.
func (c Scene) alarmChannels(w *words.Language, a spec.Alarm, usual []float64) string {
	var names []string
	for _, cause := range a.Causes[:min(shownCauses, len(a.Causes))] {
		text := c.channelName(w, cause.Channel) + " *" + w.Fixed(100*cause.Share, 0) + " %*"
		if cause.Channel < len(usual) {
			text += " (" + w.Say("cause-usual", w.Fixed(100*usual[cause.Channel], 0)) + ")"
		}
		names = append(names, text)
	}
	list := strings.Join(names, w.Say("list-comma"))
	if more := len(a.Causes) - len(names); more > 0 {
		list += " +" + strconv.Itoa(more)
	}
	return list
}

// moment is when a step was measured, or its number where nobody knows.
func (c Scene) moment(w *words.Language, step int) string {
	t := c.Data.Timeline
	at, ok := t.At(step)
	if s := c.Data.SeriesAt(step); s != nil && !ok {
		return words.Name(s.Name) + " · " + w.Count(step-s.Scored.From)
	}
	switch {
	case !ok:
		return w.Count(step)
	case !t.Clock:
		return short(w, float64(at)*t.Unit)
	}
	day := time.Unix(0, at).UTC()
	_, month, date := day.Date()
	hour, minute, second := day.Clock()
	text := two(hour) + ":" + two(minute)
	if second != 0 {
		text += ":" + two(second)
	}
	if days, undated := chart.Undated(day); undated && days > 0 {
		return text + " +" + strconv.Itoa(days) + "d"
	} else if undated {
		return text
	}
	return w.Say("sheet-day", date, strings.Fields(w.Say("sheet-months"))[month-1]) + " " + text
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// lasts is how long steps are: in time, where they have one.
func (c Scene) lasts(w *words.Language, r steps.Range) string {
	if d := c.length(r); d > 0 {
		return w.Duration(d)
	}
	return w.Say("alarms-n-steps", r.Len())
}

// length is that of steps with the one behind them, 0 where nobody knows.
func (c Scene) length(r steps.Range) time.Duration {
	t := c.Data.Timeline
	if t == nil || !t.Clock || len(t.Knots) < 2 {
		return 0
	}
	from, _ := t.At(r.From)
	to, ok := t.At(r.To)
	if !ok || to-from < int64(time.Second) {
		return 0
	}
	return time.Duration(to - from)
}

// alarmCount says how many alarms there are and how many of them are right, beside what as many at random
// would find.
func (c Scene) alarmCount(w *words.Language, r *spec.Run) string {
	if !c.Data.Labelled {
		return w.Say("alarms-count", len(r.Alarms))
	}
	wrong := 0
	for _, a := range r.Alarms {
		if c.segmentAt(a) < 0 {
			wrong++
		}
	}
	found := 0
	for _, g := range c.Data.Segments {
		if overlapping(r.Alarms, g.Range) >= 0 {
			found++
		}
	}
	return w.Say("alarms-found", len(r.Alarms)-wrong, wrong, found, len(c.Data.Segments),
		w.Fixed(foundAtRandom(r.Alarms, c.Data.Segments, c.Data.TestSteps), 1))
}

// foundAtRandom is how many of the segments alarms of the same lengths would meet on average, if each began
// anywhere with equal chance.
func foundAtRandom(alarms []steps.Range, truth []spec.Segment, n int) float64 {
	found := 0.0
	for _, g := range truth {
		missed := 1.0
		for _, a := range alarms {
			places := n - a.Len() + 1 // where the alarm can begin; those from which it meets g:
			meets := min(g.To, places) - max(0, g.From-a.Len()+1)
			missed *= 1 - float64(max(0, meets))/float64(max(1, places))
		}
		found += 1 - missed
	}
	return found
}

// alarmRate says what the number of alarms means, and how a threshold is chosen without labels.
func (c Scene) alarmRate(w *words.Language, r *spec.Run) string {
	n := len(r.Alarms)
	rate := w.Say("alarms-rate-steps", n, c.Data.TestSteps, short(w, 1000*float64(n)/float64(c.Data.TestSteps)))
	if d := c.length(steps.Range{To: c.Data.TestSteps - 1}); d > 0 {
		rate = w.Say("alarms-rate-time", n, w.Duration(d), short(w, float64(n)/(d.Hours()/24)))
	}
	return rate + " " + c.expected(w, r) + " " + w.Say("alarms-choose")
}

// expected says how much lies above the threshold where all is well, as far as its policy sets that.
func (c Scene) expected(w *words.Language, r *spec.Run) string {
	t := c.spec.Detect.Threshold
	share := 0.0
	switch {
	case r.Threshold.Policy != t.Policy: // a person has set it
	case t.Percent > 0:
		share = 100 - t.Percent
	case t.Q > 0:
		share = 100 * t.Q
	}
	if share <= 0 {
		return w.Say("alarms-expect-nothing")
	}
	return w.Say("alarms-expect", short(w, share))
}

// showAlarm brings an alarm into view, with the cursor at its begin.
func (s *State) showAlarm(from int) []Effect {
	c := s.Shown()
	l, ok := c.focusedLane(s.Words)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(l.Run.Alarms, func(a steps.Range) bool { return a.From == from })
	if i < 0 {
		return nil
	}
	s.Alarms.From, s.Alarms.Shown = from, true
	s.Alarms.Count++
	c.Stack.zoom(around(l.Run.Alarms[i], c.Stack.Span, c.Data.TestSteps), c.Data)
	c.Stack.Cursor = from
	return s.refresh()
}

// around is the steps that are shown of an alarm: as many as before, unless that is all, or too few for it.
func around(a, before steps.Range, n int) steps.Range {
	long := before.Len()
	if long == 0 {
		long = max(n/10, leastAround)
	}
	long = min(max(long, 3*a.Len()), n)
	from := min(max(0, (a.From+a.To-long)/2), n-long)
	return steps.Range{From: from, To: from + long}
}

// leastAround is how many steps are shown around an alarm at least.
const leastAround = 200

// joinAlarms makes the alarms of the arm in focus in another way.
func (s *State) joinAlarms(m JoinAlarms) []Effect {
	if s.New != nil {
		return s.joinNew(m)
	}
	c := s.Scene()
	l, ok := c.focusedLane(s.Words)
	if !ok {
		return nil
	}
	n, ok := s.stepsTyped(m)
	if !ok {
		return nil
	}
	return s.threshold(l.Name, false, func(j *Judged) {
		if m.Field == AlarmMerge {
			j.Merge = n
		} else {
			j.Least = n
		}
	})
}

// mostJoined is the largest number of steps that can be typed.
const mostJoined = 1_000_000

// stepsTyped reads a number of steps, or has the field say that it is none.
func (s *State) stepsTyped(m JoinAlarms) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(m.Text))
	if err != nil || n < 0 || n > mostJoined {
		s.Alarms.Wrong = m.Field
		return 0, false
	}
	s.Alarms.Wrong = ""
	return n, true
}

// joinNew has new data scored again, with alarms that are made in another way.
func (s *State) joinNew(m JoinAlarms) []Effect {
	n, ok := s.stepsTyped(m)
	if !ok {
		return nil
	}
	if m.Field == AlarmMerge {
		s.New.merge = &n
	} else {
		s.New.least = &n
	}
	return s.score()
}

// save asks for a file of the run whose alarms are listed. The engine sends it to the browser, which keeps it.
func (s *State) save(what string) []Effect {
	s.Alarms.Failed = nil
	if s.New != nil {
		e := protocol.Export{What: protocol.ExportAlarms, Format: what}
		if what == saveScores {
			e.What, e.Format = protocol.ExportScores, ""
		}
		return []Effect{s.requests.post(protocol.Request{Type: protocol.TypeExport, Export: &e})}
	}
	c := s.Scene()
	r := c.Focused()
	if r == nil {
		return nil
	}
	of := &protocol.Of{Arm: r.Arm, Seed: r.Seed}
	if what == saveDetector {
		return []Effect{s.requests.post(protocol.Request{Type: protocol.TypeDetector, Of: of})}
	}
	by := c.byHand(r.Arm)
	e := protocol.Export{What: protocol.ExportAlarms, Format: what, Of: of, Threshold: by.Threshold,
		Merge: by.Merge, Least: by.Least}
	if what == saveScores {
		e.What, e.Format = protocol.ExportScores, ""
	}
	return []Effect{s.requests.post(protocol.Request{Type: protocol.TypeExport, Export: &e})}
}
