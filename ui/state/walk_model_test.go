package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
	"cosinelab/ui/sheet"
)

// check looks at the page as a person does, and compares it with what it should show.
func (l *lab) check() {
	s, w := l.state, l.state.Words
	for _, v := range []any{s.SheetView(), s.Recipe(), s.Causes(), s.Learning(), s.Table(), s.Scene().LaneList(w)} {
		_ = v // that none of them fails
	}
	l.checkControl()
	l.checkAddress()
	l.checkRun()
	l.checkCharts()
	l.checkSheet()
}

// checkSheet compares the sheet with its file, and with whether it can be used.
func (l *lab) checkSheet() {
	s := l.state
	if s.Sheet == nil {
		return
	}
	v, files := s.SheetView(), s.Sheet.Files
	if s.Sheet.Read() && files.ID > 0 {
		d := s.Sheet.Look.Summary
		want(l.drops[files.ID-1].good, "a broken file is read")
		want(strings.HasPrefix(d.Columns[0].Name, fmt.Sprintf("c%d", files.ID)), "the sheet of drop %d shows column %s",
			files.ID, d.Columns[0].Name)
	}
	want(!v.CanUse || s.Sheet.Read() && l.mode != Running && l.mode != Paused && l.mode != Stopping,
		"a file can be used that is not read, or while a run goes on")
}

// checkControl compares the buttons with where the run control stands.
func (l *lab) checkControl() {
	s, bar, say := l.state, l.state.Bar(), l.state.Words.Say
	live := l.mode == Running || l.mode == Paused
	want(s.Control.Mode == l.mode, "the run control stands at %d, expected is %d", s.Control.Mode, l.mode)
	label := words.Key("train")
	switch {
	case l.mode == Running:
		label = "pause"
	case l.mode == Paused, l.begun != nil && l.halted && l.isSet() && l.lacks():
		label = "continue"
	case l.begun != nil:
		label = "train-again"
	}
	want(bar.Run == say(label), "the button says %q, expected is %q", bar.Run, say(label))
	want(bar.CanStop == live, "Stop can be pressed: %v", bar.CanStop)
	want(bar.CanRun == bar.CanStep, "Train and Step differ")
	want(!live || bar.CanRun, "a run cannot be held")
	want(bar.CanReset == (l.begun != nil && l.mode != Stopping), "Reset can be pressed: %v", bar.CanReset)
	want(bar.Locked == (live || l.mode == Stopping), "the settings are locked: %v", bar.Locked)
	if bar.CanRun && !live {
		want(l.mode == Idle && s.Form.Open == nil && s.Form.Data != nil, "a run can be started without a series")
	}
	want(s.Control.Unsaved() == (live || l.mode == Stopping || l.broken), "leaving is asked about: %v",
		s.Control.Unsaved())
	v := s.Verdict()
	dead := v.Tag == say("tag-engine-error") && v.Way != nil && v.Way.Start != ""
	want(dead == (l.mode == Dead), "the page offers to start an engine: %v", dead)
	if l.mode == Dead {
		offer := words.Key("start-again")
		if l.broken {
			offer = "start-and-go-on"
		}
		want(v.Way.Start == say(offer), "it offers %q, expected is %q", v.Way.Start, say(offer))
	}
}

// isSet tells whether the run that was started last is of the experiment that is set.
func (l *lab) isSet() bool {
	f := &l.state.Form
	return form.Same(*l.begun, f.Spec) && l.drop == f.Files.Of(f.Spec.Data.Source)
}

// lacks tells whether not all that was to be trained is.
func (l *lab) lacks() bool {
	done, all := l.state.Run.Done()
	return done < all
}

// checkAddress compares the address with what is shown.
func (l *lab) checkAddress() {
	s := l.state
	want(s.Form.Spec.Validate() == nil, "what is set is no experiment: %v", s.Form.Spec.Validate())
	want(l.entries[l.at] == s.Hash(), "the address is %s, shown is %s", l.entries[l.at], s.Hash())
	read, err := link.Parse(s.Hash())
	want(err == nil, "the address cannot be read: %v", err)
	want(form.Same(read.Spec, s.Form.Spec) && read.Span == s.Stack.Span &&
		slices.Equal(read.Channels, s.Stack.Channels), "the address means another experiment")
	if !slices.Contains(l.links, s.Hash()) {
		l.links = append(l.links, s.Hash())
	}
}

// mark begins the names of the channels of a source.
func (l *lab) mark(source string, drop int) string {
	switch {
	case drop > 0:
		return fmt.Sprintf("c%d", drop)
	case source == "file/served.csv":
		return "s"
	}
	return ""
}

// checkRun compares what is said of the last run with the run that was started.
func (l *lab) checkRun() {
	s, say := l.state, l.state.Words.Say
	want((s.Run != nil) == (l.begun != nil), "there is a run: %v", s.Run != nil)
	if d, drop := s.Form.Data, s.Form.Files.Of(s.Form.Spec.Data.Source); d != nil {
		mark := l.mark(s.Form.Spec.Data.Source, drop)
		want(d.Source == s.Form.Spec.Data.Source, "the series of %s is shown as %s", d.Source,
			s.Form.Spec.Data.Source)
		want(strings.HasPrefix(d.Channels[0], mark), "channel %s is shown of a file of %s", d.Channels[0], mark)
		want(drop == 0 || l.drops[drop-1].good, "a broken file has taken a good one's place")
	}
	if s.Run == nil {
		return
	}
	want(form.Same(s.Run.Spec, *l.begun), "the run is shown with another experiment")
	want(strings.HasPrefix(s.Run.Data.Channels[0], l.mark(l.begun.Data.Source, l.drop)),
		"the run is shown with channel %s", s.Run.Data.Channels[0])
	if s.Run.Final != nil {
		want(form.Same(s.Run.Final.Spec, *l.begun), "the report is of another experiment")
		want(l.told != nil && form.Same(*s.Run.Final, *l.told), "the report is not that of the engine")
	}
	same := l.isSet()
	if s.Wrong == nil && l.mode != Dead && s.Run.Over {
		v := s.Verdict()
		want(strings.Contains(v.Note, say("changed")) == !same,
			"the verdict says %q of an experiment that is the same: %v", v.Note, same)
	}
	drawn := form.Same(l.begun.Data, s.Form.Spec.Data) && l.drop == s.Form.Files.Of(s.Form.Spec.Data.Source)
	if s.Form.Data != nil && !s.Run.Gone {
		want(drawn, "scores of one series are drawn over another")
	}
}

// checkCharts compares what the charts draw with the series that is shown.
func (l *lab) checkCharts() {
	s := l.state
	if s.Form.Data == nil {
		return
	}
	if v := s.InsideView(); v.Told != nil {
		for _, f := range v.Told.Figures {
			heads, rows := f.Table()
			want(f.Size() == len(f.Values) && f.Spoken() != "" && len(rows) > 0 && len(rows[0]) == len(heads),
				"%s has %d values, %d rows", f.Name, len(f.Values), len(rows))
		}
		want(slices.Contains(s.lookable(), s.Inside.seen.Of) || l.mode != Idle, "%v is looked into, and is no student of the run",
			s.Inside.seen.Of)
	}
	scene := s.Scene()
	for _, x := range []Series{s.Stack.Lanes, s.Stack.Overview} {
		if x.Buckets != nil {
			want(x.Rows == s.Form.Data.TestSteps, "a series of %d steps is drawn as one of %d", x.Rows,
				s.Form.Data.TestSteps)
		}
	}
	visible := scene.Visible()
	want(visible.From >= 0 && visible.To <= s.Form.Data.TestSteps, "steps %v are shown of %d", visible,
		s.Form.Data.TestSteps)
}

// checkSettled wants nothing to wait any more once everything is computed and heard.
func (l *lab) checkSettled() {
	s := l.state
	if l.mode == Dead {
		return
	}
	k := &s.Stack
	want(s.Sheet == nil || s.Sheet.ID == 0 && s.Sheet.Opening == 0, "the sheet still waits")
	want(s.Sheet == nil || s.Sheet.Wrong != nil || s.Sheet.Read(), "the sheet is not read")
	want(s.Form.Open == nil, "a series is still being read")
	want(s.Inside.asked.id == 0, "a look inside still waits")
	want(k.lanes.id == 0 && k.overview.id == 0 && k.judge.id == 0, "a chart still waits")
	want(l.mode == Idle || l.mode == Paused, "the run control still stands at %d", l.mode)
	truth := map[string]Mode{protocol.StateIdle: Idle, protocol.StatePaused: Paused}[l.engine.state]
	want(truth == l.mode, "the engine is %s, the page at %d", l.engine.state, l.mode)
	want(k.anew.id == 0 && s.Curves.id == 0, "a report or curves are waited for")
	want(l.begun == nil || (l.mode == Idle) == s.Run.Over, "the run is over: %v", s.Run != nil && s.Run.Over)
	if l.mode == Idle && s.Form.Data != nil && s.Wrong == nil {
		want(s.Bar().CanRun, "nothing goes on, and nothing can be trained")
	}
	for arm, j := range k.Moved {
		want(j.Run == nil || float64(j.Run.Threshold.Value) == j.Threshold || j.Run.Failed != nil,
			"alarms of %s are of another threshold", arm)
	}
}

// pick takes one of several.
func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// settings are values that a person types, good ones and bad ones.
var settings = []struct {
	field  form.Field
	values []string
}{
	{"data.window", []string{"5", "10", "20", "60", "9999", "x", ""}},
	{"data.stride", []string{"5", "10", "0"}},
	{"data.scaling", []string{"standard", "minmax", "none"}},
	{"data.seed", []string{"1", "2", "-1"}},
	{"data.label", []string{"label", "nothing", ""}},
	{"data.split", []string{"0.5", "0.7", "0.06", "2"}},
	{"train.epochs", []string{"1", "2", "0"}},
	{"detect.threshold.percent", []string{"80", "95", "200"}}, {"detect.smoothing", []string{"0", "3"}},
	{"train.rate", []string{"0.002", "1", "-1"}},
	{"train.batch", []string{"2", "4", "2000"}},
	{"train.validation", []string{"0", "0.2", "0.5"}},
	{"train.patience", []string{"0", "1"}},
	{"seeds", []string{"1", "2", "3,5", "x"}},
	{form.FieldWeight, []string{"0", "0.5", "3", "99"}},
	{"arms.objective.axis", []string{"channel", "time"}},
	{"detect.threshold.policy", []string{"train_percentile", "fixed", "best_f1", "pot"}},
	{"detect.smoothing", []string{"3", ""}},
	{"no-such-field", []string{"1"}},
}

// event makes one event happen and says which.
func (l *lab) event(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return l.goOn(r)
	}
	switch n := r.IntN(100); {
	case n < 22:
		k := pick(r, KeyRun, KeyRun, KeyRun, KeyStep, KeyStop, KeyReset, KeyReset, KeyCopy)
		l.press(k)
		return fmt.Sprintf("press %d", k)
	case n < 34:
		turns := pick(r, 1, 20, 500, 5000)
		l.engine.compute(turns)
		return fmt.Sprintf("compute %d", turns)
	case n < 50:
		most := pick(r, 1, 3, 50)
		for range most {
			l.hear()
		}
		return fmt.Sprintf("hear %d", most)
	case n < 56:
		l.settle()
		return "settle"
	case n < 66:
		set := pick(r, settings...)
		m := Set{set.field, pick(r, set.values...)}
		l.send(m)
		return fmt.Sprintf("%T%v", m, m)
	case n < 72:
		return l.dropFiles(r)
	case n < 80:
		return l.navigate(r)
	case n < 82:
		l.kill()
		return "the engine dies"
	case n < 90:
		return l.onSheet(r)
	case n < 93:
		if all := l.engine.beside(); len(all) > 0 {
			pick(r, all...).Dismiss()
		}
		return "a worker dies"
	}
	m := pick[Message](r, Toggle{pick(r, look.Cosine, look.MSE, look.Random)}, Tab{pick(r, "builtin", "file")},
		Choose{pick(r, "builtin/server", "builtin/pool", "file/served.csv", "")}, Discard{},
		Workers{pick(r, 1, 2, 3)},
		More{}, SetLanguage{pick(r, words.Tags()...)}, Zoom{steps.Range{From: r.IntN(99), To: r.IntN(150)}},
		Resize{pick(r, 200, 300)}, Cursor{r.IntN(100) - 1}, Show{pick(r, "1", "1,2", "99", "")}, Reveal{r.IntN(4)},
		Threshold{pick(r, look.Alone, look.Cosine), r.Float64()}, Hold{pick(r, look.Alone, look.Cosine), r.Float64()},
		Rank{pick(r, look.Alone, look.Cosine), pick(r, -1, 10, 1<<31-1)}, Back{pick(r, look.Alone, look.Cosine)},
		ShowRandom{}, ShowTable{}, LookAt{pick(r, results.CurvesShown, results.EpochsHidden)}, Focus{pick(r, look.Alone, look.Cosine, "")},
		Pin{look.Cosine}, MoreMetrics{}, Theme{}, OpenInside{true}, OpenInside{r.IntN(4) > 0},
		Glance{pick(r, GlanceRun, GlanceHead, GlancePick, GlanceStep, GlanceTable), pick(r, "0", "1", "3", "77", "-1", "x")})
	l.send(m)
	return fmt.Sprintf("%T%v", m, m)
}

// decisions are what a person decides on the sheet, good and bad.
var decisions = []struct {
	what  string
	texts []string
}{
	{sheet.Role + "1", []string{"dropped", "channel", "time", "label", "", "no-role"}},
	{sheet.Role + "2", []string{"dropped", "channel", ""}},
	{sheet.Role + "3", []string{"label", "channel", "dropped", ""}},
	{sheet.Role + "99", []string{"label"}},
	{sheet.Time, []string{"0", "1", "2"}},
	{sheet.Label, []string{"0", "3"}},
	{sheet.Anomaly, []string{"0", "1", "2", sheet.NoLabels, ""}},
	{sheet.Header, []string{"yes", "no", ""}},
	{sheet.Parted, []string{"comma", "semicolon", "", "x"}},
	{sheet.Decimal, []string{"comma", "point", ""}},
	{sheet.Missing, []string{"last", "linear", "refuse"}},
	{sheet.Scaling, []string{"robust", "standard", "x"}},
	{sheet.Cut, []string{"0.4", "55 %", "70", "100000", "x", "", "2024-01-01"}},
	{sheet.Share, []string{"30", "61.5", "-4", "nonsense"}},
	{sheet.Leave, []string{"yes", "no"}},
	{"nothing", []string{"1"}},
}

// onSheet opens the sheet, decides something, uses it or leaves it. The experiment stays as it is until a file is
// used.
func (l *lab) onSheet(r *rand.Rand) string {
	before := l.state.Form.Copy()
	switch n := r.IntN(10); {
	case n < 5:
		d := pick(r, decisions...)
		m := Decide{d.what, pick(r, d.texts...)}
		l.send(m)
		want(form.Same(before, l.state.Form.Spec), "%v changes the experiment", m)
		return fmt.Sprintf("%T%v", m, m)
	case n < 8:
		m := pick[Message](r, Use{}, Use{}, Reopen{}, CopyCommand{})
		l.send(m)
		return fmt.Sprintf("%T", m)
	}
	l.send(LeaveSheet{})
	want(l.state.Sheet == nil && form.Same(before, l.state.Form.Spec), "leaving the sheet does not leave everything")
	return "leave the sheet"
}

// goOn does what a person would do who wants a report.
func (l *lab) goOn(r *rand.Rand) string {
	switch bar := l.state.Bar(); {
	case l.state.Sheet != nil && l.state.SheetView().CanUse:
		l.send(Use{})
		return "use"
	case l.mode == Dead:
		l.send(Restart{})
		return "restart"
	case l.state.Wrong != nil && l.state.Wrong.Where == whereData:
		l.send(Discard{})
		return "discard"
	case bar.CanRun && l.mode == Idle, l.mode == Paused:
		l.press(KeyRun)
		return "run"
	}
	turns := pick(r, 100, 1000, 10000)
	l.engine.compute(turns)
	for range 20 {
		l.hear()
	}
	return fmt.Sprintf("compute %d and hear", turns)
}

// dropFiles lets good and broken files fall on the page.
func (l *lab) dropFiles(r *rand.Rand) string {
	if l.state.Bar().Locked {
		return "a drop that is not taken"
	}
	id := len(l.drops) + 1
	mark := fmt.Sprintf("c%d", id)
	whole := table("a.csv", mark, 120+id, "")
	d := pick(r, dropKind{"good", true, []datasets.File{whole}},
		dropKind{"broken", false, []datasets.File{table("a.csv", mark, 120+id, "1,2\n")}},
		dropKind{"empty", false, []datasets.File{inMemory("a.csv", "")}},
		dropKind{"two of one name", false, []datasets.File{whole, table("a.csv", mark, 99, "")}},
		dropKind{"parts", true, []datasets.File{table("train.csv", mark, 90, ""),
			table("test.csv", mark, 60+id, "")}},
		dropKind{"broken labels", false, []datasets.File{whole, inMemory("a_label.csv", "0\nx\n")}})
	l.drops = append(l.drops, d)
	files := form.Dropped{ID: id}
	for _, f := range d.files {
		files.Names = append(files.Names, f.Name)
	}
	l.send(Drop{files})
	return fmt.Sprintf("drop %d: %s", id, d.name)
}

// navigate changes the address by hand, goes back and forward, or loads the page again.
func (l *lab) navigate(r *rand.Rand) string {
	switch r.IntN(12) {
	case 0:
		l.goTo(pick(r, "spec=(a", "", "nonsense", "spec=()", l.entries[l.at]+"&view=9-3"), len(l.entries))
		return "a broken address"
	case 1, 2, 3:
		l.goTo("", max(0, l.at-1))
		return "back"
	case 4, 5:
		l.goTo("", min(len(l.entries)-1, l.at+1))
		return "forward"
	case 6:
		l.drops = nil
		clear(l.kept)
		l.load()
		l.send(Resize{Width: 300})
		return "reload"
	}
	hash := pick(r, l.links...)
	l.goTo(hash, len(l.entries))
	return "the address " + hash
}
