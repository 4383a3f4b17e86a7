package session

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

func TestReadyNamesTheDeviceAndTheSets(t *testing.T) {
	p := newPage(t)
	p.session.Ready()
	m := p.next()
	if m.Type != protocol.TypeReady || m.Device != "cpu" || len(m.Catalogue) == 0 {
		t.Fatalf("sent %+v", m.Response)
	}
	for _, c := range m.Catalogue {
		if c.Group != string(datasets.GroupBuiltin) || c.About == "" ||
			!strings.HasPrefix(c.ID, "builtin/") || c.Title == "" {
			t.Errorf("without a folder there is %+v", c)
		}
	}
}

// A table at the top of the folder is listed, so it opens, with the choices that one dropped has; a run finds
// it.
func TestAServedFileIsReadAsOneThatIsDropped(t *testing.T) {
	p := newPage(t)
	rows := "a,truth\n" + strings.Repeat("0.1,0\n0.3,1\n", 50)
	p.session.Remote = fstest.MapFS{"pump.csv": {Data: []byte(rows)},
		"broken.csv": {Data: []byte("a,b\n1\n")}}
	p.session.Ready()
	catalogue := p.next().Catalogue
	if last := catalogue[len(catalogue)-1]; last.ID != "file/pump.csv" ||
		last.Group != string(datasets.GroupBenchmark) {
		t.Fatalf("listed %+v", last)
	}
	open := func(source, label string, files ...datasets.File) message {
		d := data()
		d.Source, d.Label = source, label
		p.session.Handle(protocol.Request{Type: protocol.TypeOpen, Data: &d}, files)
		return p.next()
	}
	if m := open("file/pump.csv", "truth"); m.Type != protocol.TypeData || len(m.Summary.Channels) != 1 ||
		!m.Summary.Labelled {
		t.Fatalf("sent %+v", m.Response)
	}
	// It counts as the file in use now.
	if len(p.session.files.files) != 1 || p.session.files.files[0].Name != "pump.csv" {
		t.Errorf("in use: %v", p.session.files)
	}
	if m := open("file/broken.csv", ""); m.Type != protocol.TypeError || m.Error.Line != 2 ||
		len(m.Error.Around) == 0 {
		t.Errorf("a broken one: %+v", m.Response)
	}
	dropped := datasets.File{Name: "pump.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("x,y\n" + strings.Repeat("1,2\n3,4\n", 50))), nil
	}}
	if m := open("file/pump.csv", "", dropped); m.Type != protocol.TypeData || len(m.Summary.Channels) != 2 {
		t.Errorf("one of the same name that is dropped: %+v", m.Response)
	}
	if m := open("file/pump.csv", "truth"); m.Type != protocol.TypeData || len(m.Summary.Channels) != 1 {
		t.Errorf("the served one again: %+v", m.Response)
	}
}

func TestWhatAServedFolderPassesOverIsSaid(t *testing.T) {
	p := newPage(t)
	p.session.Passed = []datasets.Passed{{Path: "train.csv", Fault: &fault.Fault{Key: "folder-pipe"}}}
	p.session.Ready()
	if m := p.next(); len(m.Passed) != 1 || m.Passed[0].Path != "train.csv" ||
		m.Passed[0].Fault.Key != "folder-pipe" {
		t.Errorf("sent %+v", m.Passed)
	}
}

func TestFolderOfRealSetsIsListedAndRead(t *testing.T) {
	rows := strings.Repeat("0.1,0.2\n0.3,0.1\n", 50)
	p := newPage(t)
	p.session.Remote = fstest.MapFS{
		"smd/train/machine-1-1.txt":      {Data: []byte(rows)},
		"smd/test/machine-1-1.txt":       {Data: []byte(rows)},
		"smd/test_label/machine-1-1.txt": {Data: []byte(strings.Repeat("0\n1\n", 50))},
	}
	p.session.Ready()
	var ids []string
	for _, c := range p.next().Catalogue {
		if c.Group == string(datasets.GroupBenchmark) {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) != 1 || ids[0] != "smd/machine-1-1" {
		t.Fatalf("benchmarks %v", ids)
	}
	d := data()
	d.Source = ids[0]
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d})
	m := p.next()
	// SMD has 38 columns; these have 2, which the loader may refuse: in words, about the data.
	if m.Type != protocol.TypeData && (m.Type != protocol.TypeError || m.Error.Where != "data") {
		t.Errorf("sent %+v", m.Response)
	}
}

func TestOpenDescribesTheSet(t *testing.T) {
	p := newPage(t)
	d := data()
	id := p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, pump())
	m, _ := p.wait(protocol.TypeData)
	if s := m.Summary; m.ID != id || len(s.Channels) != 2 || s.TrainSteps != 60 || s.TestSteps != 43 ||
		s.ScoredSteps != 40 || s.Anomalous != 1 {
		t.Errorf("answer %d: %+v", m.ID, m.Summary)
	}
	// The file stays: another cut of it needs no new upload.
	d.Channels = []int{1}
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d})
	if m, _ = p.wait(protocol.TypeData); len(m.Summary.Channels) != 1 {
		t.Errorf("channels %v", m.Summary.Channels)
	}
	d.Label = "c"
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d})
	p.fails(p.id, "data", "", "c")
}

func TestErrorsSayWhereTheyBelong(t *testing.T) {
	p := opened(t)
	d := data()
	d.Test.To = 44
	p.fails(p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}), "spec", "data.test.to", "at most 43")
	d = data()
	d.Stride = 0
	p.fails(p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}), "spec", "data.stride", "1 to 1000000 steps")
	d.Source = "smd/machine-1-1"
	p.fails(p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}), "data", "",
		"start the server with -data")
	d = data()
	p.fails(p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, file("table.csv", "1,2\n3\n")),
		"data", "", "table.csv:2")
	p.fails(p.post(protocol.Request{Type: protocol.TypeOpen}), "data", "", "no data given")
	p.fails(p.post(protocol.Request{Type: "dance"}), "engine", "", `request type "dance" is unknown`)
	p.fails(p.post(protocol.Request{Type: protocol.TypeRun}), "spec", "", "no spec given")
	p.fails(p.post(protocol.Request{Type: protocol.TypeStep}), "spec", "", "no spec given")
	p.fails(p.post(protocol.Request{Type: protocol.TypeView}), "view", "", "nothing asked for")
	p.fails(p.post(protocol.Request{Type: protocol.TypeJudge}), "view", "", "nothing asked for")
	s := small()
	s.Train.Rate = -1
	p.fails(p.run(protocol.TypeRun, s), "spec", "train.rate", "a number above 0")
	p.state(protocol.StateIdle)
	s = small()
	s.Data.Source = "builtin/nothing"
	p.fails(p.run(protocol.TypeRun, s), "data", "", "builtin/nothing")
	p.state(protocol.StateIdle)
	s = small()
	s.Data.Channels = []int{2}
	p.fails(p.run(protocol.TypeRun, s), "spec", "data.channels[0]", "a column below 2")
	p.state(protocol.StateIdle)
	// After all that the set that was open is still there.
	if got := p.view(protocol.View{Range: steps.Range{To: 43}, Width: 1,
		Lines: []protocol.Line{{Kind: protocol.LineInput, Channel: 1}}}); got[1] < 900 {
		t.Errorf("the open set shows %v", got)
	}
}

func TestABadFileShowsTheLinesAroundTheBadOne(t *testing.T) {
	p := newPage(t)
	d := data()
	ask := func(content string) *protocol.Error {
		p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, file("table.csv", content))
		for {
			if m := p.next(); m.Type == protocol.TypeError {
				return m.Error
			}
		}
	}
	long := strings.Repeat("4,", 5000)
	for _, c := range []struct {
		content string
		line    int
		first   int
		around  []string
	}{
		{"1,2\r\n1,2\n3\n4,5\n6,7\n", 3, 2, []string{"1,2", "3", "4,5"}},
		{"1,2\n1,2\n1,2,3", 3, 2, []string{"1,2", "1,2,3"}},
		{"1,2\n1,2\n" + long, 3, 2, []string{"1,2", long[:200]}},
		{"", 0, 0, nil},
	} {
		if e := ask(c.content); e.Line != c.line || e.First != c.first || !slices.Equal(e.Around, c.around) {
			t.Errorf("%.20q: %+v", c.content, e)
		}
	}
}

func TestRunGoesToItsReport(t *testing.T) {
	p := opened(t)
	id := p.run(protocol.TypeRun, small())
	m := p.next()
	if m.State != protocol.StateRunning || m.ID != id {
		t.Errorf("first %+v", m.Response)
	}
	report, before := p.wait(protocol.TypeReport)
	finished, epochs := 0, 0
	for _, m := range before {
		if m.Type != protocol.TypeEvent || m.ID != id {
			t.Errorf("during the run: %+v", m.Response)
			continue
		}
		if m.Event.Finished != nil {
			finished++
		}
		epochs += m.epochs("")
	}
	if finished != 2 || epochs != 2 {
		t.Errorf("%d finished runs and %d epochs were told, want 2 and 2", finished, epochs)
	}
	if r := report.Report; report.ID != id || len(r.Arms) != 2 || len(r.Arms[1].Runs) != 1 ||
		r.Device != "cpu test" {
		t.Errorf("report %+v", r)
	}
	if last := p.next(); last.State != protocol.StateIdle {
		t.Errorf("last %+v", last.Response)
	}
	if _, err := json.Marshal(report.Response); err != nil {
		t.Error(err)
	}
}

// Seeds that are added to the last experiment are trained; those it had are not, and stay for views.
func TestSeedsAreAddedToTheLastExperiment(t *testing.T) {
	p := opened(t)
	few := small()
	p.run(protocol.TypeRun, few)
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	more := few.MoreSeeds(1)
	p.run(protocol.TypeRun, more)
	report, before := p.wait(protocol.TypeReport)
	for _, m := range before {
		if e := m.Event; e != nil && e.Seed == few.Seeds[0] {
			t.Fatalf("seed %d is trained again: %+v", e.Seed, e)
		}
	}
	if runs := report.Report.Arms[0].Runs; len(runs) != len(more.Seeds) {
		t.Errorf("%d runs, want %d", len(runs), len(more.Seeds))
	}
	shown := p.session.shown()
	for _, seed := range more.Seeds {
		if r := shown.runOf(more.Arms[0].Name, seed); r == nil || len(r.Scores) == 0 {
			t.Errorf("nothing to see of seed %d", seed)
		}
	}
}

// What opening prepares is what views look at, and so it is with a run: nothing is cut and scaled again.
func TestASetIsPreparedOnce(t *testing.T) {
	p := opened(t)
	looked := p.session.shown()
	if looked.Prepared != p.session.open.Prepared || looked.Prepared != p.session.shown().Prepared {
		t.Error("two looks at the open set have it prepared twice")
	}
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	ran := p.session.shown()
	if ran.set != looked.set || ran.Prepared == looked.Prepared ||
		ran.Spec.Train.Epochs != small().Train.Epochs {
		t.Errorf("after the run the session shows what was prepared for %+v", ran.Spec.Train)
	}
}

func TestStepDoesOneStepAndHolds(t *testing.T) {
	p := opened(t)
	id := p.run(protocol.TypeStep, endless())
	if m, _ := p.state(protocol.StatePaused); m.ID != id {
		t.Errorf("state for request %d, want %d", m.ID, id)
	}
	for want := 1; want <= 3; want++ {
		if e := p.step(); e.Step != want {
			t.Fatalf("step %d, want %d", e.Step, want)
		}
		id = p.post(protocol.Request{Type: protocol.TypeStep})
		if m, _ := p.state(protocol.StatePaused); m.ID != id {
			t.Errorf("state for request %d, want %d", m.ID, id)
		}
	}
	p.step()
	p.post(protocol.Request{Type: protocol.TypeStep})
	p.post(protocol.Request{Type: protocol.TypeStep})
	p.step()
	if e := p.step(); e.Step != 6 {
		t.Errorf("two presses went to step %d, want 6", e.Step)
	}
	p.stop()
}

// stop ends an experiment and waits until nothing runs.
func (p *page) stop() []message {
	p.t.Helper()
	id := p.post(protocol.Request{Type: protocol.TypeStop})
	if m, _ := p.state(protocol.StateStopping); m.ID != id {
		p.t.Errorf("stopping for request %d, want %d", m.ID, id)
	}
	_, before := p.state(protocol.StateIdle)
	return before
}

func TestPauseContinueAndStopAreAnsweredDuringTraining(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, endless())
	p.trains()
	id := p.post(protocol.Request{Type: protocol.TypePause})
	if m, _ := p.state(protocol.StatePaused); m.ID != id {
		t.Errorf("paused for request %d, want %d", m.ID, id)
	}
	id = p.post(protocol.Request{Type: protocol.TypeContinue})
	if m, _ := p.state(protocol.StateRunning); m.ID != id {
		t.Errorf("running for request %d, want %d", m.ID, id)
	}
	p.trains()
	// A step out of the run holds it.
	id = p.post(protocol.Request{Type: protocol.TypeStep})
	if m, _ := p.state(protocol.StatePaused); m.ID != id {
		t.Errorf("paused for request %d, want %d", m.ID, id)
	}
	reports := 0
	for _, m := range p.stop() {
		if m.Type == protocol.TypeReport {
			reports++
			if r := m.Report; len(r.Arms[0].Runs) != 1 || len(r.Arms[1].Runs) != 0 {
				t.Errorf("report of %d and %d runs, want the random one alone", len(r.Arms[0].Runs),
					len(r.Arms[1].Runs))
			}
		}
	}
	if reports != 1 {
		t.Errorf("%d reports, want one of the finished run", reports)
	}
}

// What comes right behind run finds it under way, however early that is.
func TestStopRightBehindRunIsNotLost(t *testing.T) {
	for range 20 {
		p := opened(t)
		p.run(protocol.TypeRun, endless())
		p.stop()
	}
}

func TestAfterStopNothingGoesOn(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeStep, endless())
	p.step()
	p.post(protocol.Request{Type: protocol.TypeStop})
	p.post(protocol.Request{Type: protocol.TypeContinue})
	p.post(protocol.Request{Type: protocol.TypeStep})
	_, before := p.state(protocol.StateIdle)
	for _, m := range before {
		if m.Type == protocol.TypeState && m.State != protocol.StateStopping &&
			m.State != protocol.StatePaused {
			t.Errorf("state %s after stop", m.State)
		}
		if m.Type == protocol.TypeEvent && m.Event.Step > 1 {
			t.Errorf("step %d after stop", m.Event.Step)
		}
	}
}

func TestOneExperimentAtATime(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeStep, endless())
	p.step()
	p.fails(p.run(protocol.TypeRun, small()), "run", "", "running already")
	p.post(protocol.Request{Type: protocol.TypeStep})
	if e := p.step(); e.Step != 2 {
		t.Errorf("step %d of the first experiment, want 2", e.Step)
	}
	p.stop()
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
}

func TestControlWithoutAnExperimentSaysIdle(t *testing.T) {
	p := newPage(t)
	for _, kind := range []string{protocol.TypePause, protocol.TypeContinue, protocol.TypeStop,
		protocol.TypeReset} {
		id := p.post(protocol.Request{Type: kind})
		if m := p.next(); m.State != protocol.StateIdle || m.ID != id {
			t.Errorf("%s: %+v", kind, m.Response)
		}
	}
}

func TestResetForgetsARunUnderWay(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeStep, endless())
	p.step()
	p.post(protocol.Request{Type: protocol.TypeReset})
	_, before := p.state(protocol.StateIdle)
	for _, m := range before {
		if m.Type == protocol.TypeReport {
			t.Error("a report of what was forgotten")
		}
	}
	p.forgotten()
}

func TestResetForgetsFinishedRuns(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	p.post(protocol.Request{Type: protocol.TypeReset})
	p.state(protocol.StateIdle)
	p.forgotten()
}

// forgotten fails unless no run is left.
func (p *page) forgotten() {
	p.t.Helper()
	p.fails(p.post(protocol.Request{Type: protocol.TypeJudge,
		Judge: &protocol.Judge{Arm: "random", Seed: 1}}), "view", "", "arm random with seed 1 has no scores")
}

func TestLongWorkYieldsToThePage(t *testing.T) {
	p := opened(t)
	var yields atomic.Int32
	p.session.Yield = func() { yields.Add(1) }
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	running := yields.Load()
	if running < 100 { // 4 steps have dozens of operations each
		t.Errorf("a run yielded %d times", running)
	}
	p.post(protocol.Request{Type: protocol.TypeJudge,
		Judge: &protocol.Judge{Arm: "random", Seed: 1, Threshold: new(0.5)}})
	p.wait(protocol.TypeJudged)
	judging := yields.Load() - running
	if judging < 10 { // there are more metrics
		t.Errorf("a judgement yielded %d times", judging)
	}
	p.post(protocol.Request{Type: protocol.TypeBench, Bench: &protocol.Bench{Runs: 1, Only: []string{"L"}}})
	p.state(protocol.StateIdle)
	if timing := yields.Load() - running - judging; timing < 100 {
		t.Errorf("a benchmark yielded %d times", timing)
	}
}

// Another open ends a read under way, even one that waits for its file, and is answered at once.
func TestAReadIsLeftForTheNextOne(t *testing.T) {
	p := newPage(t)
	slow := pump()
	open, release := slow.Open, make(chan struct{})
	slow.Open = func() (io.ReadCloser, error) {
		<-release
		return open()
	}
	d := data()
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, slow)
	builtin := spec.Default().Data
	next := p.post(protocol.Request{Type: protocol.TypeOpen, Data: &builtin})
	if m := p.next(); m.Type != protocol.TypeData || m.ID != next {
		t.Fatalf("answer %+v, want the data of request %d", m.Response, next)
	}
	close(release)
	p.post(protocol.Request{Type: protocol.TypeView,
		View: &protocol.View{Range: steps.Range{To: 100}, Width: 1,
			Lines: []protocol.Line{{Kind: protocol.LineInput}}}})
	if m, _ := p.wait(protocol.TypeSeries); m.Series.Rows != 4000 {
		t.Errorf("%d rows are open, want those of the built-in set", m.Series.Rows)
	}
}

func TestAFolderThatCannotBeListedIsSaid(t *testing.T) {
	p := newPage(t)
	p.session.Remote = broken{}
	p.session.Ready()
	p.fails(0, "data", "", "no network")
	if m := p.next(); m.Type != protocol.TypeReady || len(m.Catalogue) == 0 {
		t.Errorf("then %+v", m.Response)
	}
}

type broken struct{}

func (broken) Open(string) (fs.File, error) { return nil, errors.New("no network") }

// A link once took the tab's memory for a minute before the engine died of it.
func TestAModelBeyondTheTabIsRefusedBeforeItIsPlanned(t *testing.T) {
	p := opened(t)
	p.session.Memory = 2.5e9
	s := small()
	s.Student = spec.Model{Kind: spec.ModelAnomalyTransformer, DModel: 4096, Heads: 256, Layers: 64, DFF: 16384}
	p.fails(p.run(protocol.TypeRun, s), "spec", "student", "which a tab can hold")
	p.state(protocol.StateIdle)
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
}

func TestAnEstimateIsGivenUpByStop(t *testing.T) {
	p := opened(t)
	p.session.Memory = 2.5e9
	turns := 0
	p.session.Yield = func() {
		if turns++; turns == 1 {
			p.session.work.stop()
		}
	}
	id := p.run(protocol.TypeRun, small())
	if m, before := p.state(protocol.StateIdle); m.ID != id {
		t.Errorf("after %v it is idle by %+v", before, m)
	}
	if turns != 1 {
		t.Errorf("%d turns after the stop", turns-1)
	}
}
