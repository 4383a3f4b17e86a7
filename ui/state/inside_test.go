package state

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
)

// glances are the looks inside among effects.
func glances(effects []Effect) (all []protocol.Request) {
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeInside {
			all = append(all, p.Request)
		}
	}
	return all
}

// only is the one look inside among effects.
func only(t *testing.T, effects []Effect) protocol.Request {
	t.Helper()
	all := glances(effects)
	if len(all) != 1 {
		t.Fatalf("%d looks inside, want one", len(all))
	}
	return all[0]
}

// insightOf answers a look with two heads and a figure of two rows.
func insightOf(r protocol.Request, epoch int) Answer {
	text := func(key string, args ...any) *fault.Fault { return fault.Of(fault.New(key, args...)) }
	names := protocol.Names{Head: "inside-step", Count: 2, First: 10}
	heads := protocol.Figure{Name: "heads", Kind: protocol.FigureMap, Title: text("inside-heads"), Axis: text("inside-heads-axis"),
		Says: text("inside-heads-says", 1, 2), Rows: protocol.Names{Count: 2}, Columns: protocol.Names{Count: 1}}
	one := protocol.Figure{Name: "angle", Kind: protocol.FigureAngle, Title: text("inside-angle"), Axis: text("inside-angle-axis", 12),
		Says: text("inside-angle-says", 60, 0.5, fault.Word("inside-gives-reconstruction"), fault.Word("inside-gives-prediction")),
		Rows: names, Columns: protocol.Names{Count: 2, Words: []fault.Word{"inside-length", "inside-degrees"}}, Row: -1}
	return Answer{Response: protocol.Response{Type: protocol.TypeInsight, ID: r.ID, Insight: &protocol.Insight{Inside: *r.Inside,
		Window: steps.Range{From: 10, To: 12}, Epoch: epoch, Model: spec.ModelAnomalyTransformer, Layers: 1, Heads: 2,
		Figures: []protocol.Figure{heads, one}, Notes: []*fault.Fault{text("inside-no-teacher")}}},
		Buckets: []float32{0.5, 0.5, 2, 0, 1, 60}}
}

func TestTheInsideIsThatOfTheStepUnderTheCursor(t *testing.T) {
	s := idle(t)
	if got := glances(s.Update(OpenInside{true})); got != nil {
		t.Errorf("asked %v before there is a student", got)
	}
	if v := s.InsideView(); !v.Open || v.Note == "" || v.Told != nil {
		t.Errorf("before there is a student: %+v", v)
	}
	s.Update(OpenInside{false})
	reported(t, s, map[string][]float64{look.Alone: {0.2, 0.3, 0.4}, look.Cosine: {0.3, 0.4, 0.5}})
	asked := only(t, s.Update(OpenInside{true}))
	if asked.Inside.Step != 10 || asked.Inside.Arm != look.Cosine || asked.Inside.Pick != -1 {
		t.Errorf("asked for %+v, want the first anomaly in the cosine arm", asked.Inside)
	}
	// While an answer is on its way, only the last question waits.
	for _, step := range []int{40, 50, 60} {
		if got := glances(s.Update(Cursor{step})); got != nil {
			t.Fatalf("asked %v meanwhile", got)
		}
	}
	next := only(t, s.Update(insightOf(asked, 0)))
	if next.Inside.Step != 60 {
		t.Errorf("asked for step %d, want 60", next.Inside.Step)
	}
	v := s.InsideView()
	if v.Note != "" || v.Told == nil || v.Step != 60 || v.Told.Of("angle").Says != "cos 60° = 0.50. Teacher: reconstruction of this step."+
		" Student: prediction of this step from those before." || len(v.Runs) < 6 {
		t.Fatalf("%+v", v)
	}
	if again := s.InsideView(); again.Told != v.Told {
		t.Error("what has not changed is told anew")
	}
	s.Update(SetLanguage{"ko"})
	if ko := s.InsideView(); ko.Told == v.Told || !strings.Contains(ko.Told.Of("angle").Says, "교사") {
		t.Errorf("in Korean: %+v", ko.Told)
	}
	heads, rows := v.Told.Of("angle").Table()
	if !slices.Equal(heads, []string{"step", "length", "degrees"}) || !slices.Equal(rows[1], []string{"11", "1.00", "60.0"}) {
		t.Errorf("table %v, %v", heads, rows)
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: next.ID,
		Error: &protocol.Error{Where: "inside", Fault: fault.Of(fault.New("inside-no-window", 60))}}})
	if v := s.InsideView(); v.Told != nil || !strings.Contains(v.Note, "시점 60") {
		t.Errorf("where there is no window: %+v", v)
	}
	if s.Wrong != nil {
		t.Errorf("the page is wrong: %+v", s.Wrong)
	}
}

func TestAHeadARunAndAChannelArePicked(t *testing.T) {
	s := idle(t)
	reported(t, s, map[string][]float64{look.Alone: {0.2, 0.3, 0.4}, look.Cosine: {0.3, 0.4, 0.5}})
	asked := only(t, s.Update(OpenInside{true}))
	s.Update(insightOf(asked, 0))
	for _, c := range []struct {
		m    Glance
		want func(protocol.Inside) bool
	}{
		{Glance{GlanceHead, "1"}, func(i protocol.Inside) bool { return i.Layer == 0 && i.Head == 1 }},
		{Glance{GlancePick, "4"}, func(i protocol.Inside) bool { return i.Pick == 4 && i.Head == 1 }},
		{Glance{GlanceStep, "99"}, func(i protocol.Inside) bool { return i.Step == 99 && i.Pick == 4 }},
		// Another student chooses its own channel.
		{Glance{GlanceRun, "0"}, func(i protocol.Inside) bool { return i.Arm == look.Alone && i.Seed == 1 && i.Pick == -1 }},
	} {
		asked = only(t, s.Update(c.m))
		if !c.want(*asked.Inside) {
			t.Errorf("%+v asks for %+v", c.m, asked.Inside)
		}
		s.Update(insightOf(asked, 0))
	}
	for _, m := range []Glance{{GlanceRun, "99"}, {GlanceRun, "-1"}, {GlanceHead, "x"}} {
		s.Update(m)
		if v := s.InsideView(); v.Told == nil {
			t.Errorf("%+v leaves nothing", m)
		}
	}
	s.Update(Glance{GlanceTable, "0"})
	if !s.InsideView().Table {
		t.Error("no tables")
	}
	// Whoever resets, or opens another series, sees nothing of what was.
	s.Update(Press{KeyReset})
	s.Update(Press{KeyReset})
	if v := s.InsideView(); v.Told != nil || v.Runs != nil {
		t.Errorf("after a reset: %+v", v)
	}
}

func TestAStudentThatLearnsIsAskedForAfterEachEpoch(t *testing.T) {
	s := idle(t)
	s.Update(OpenInside{true})
	s.Update(Press{KeyRun})
	s.Update(happened(spec.Event{Phase: spec.PhaseTeacher, Seed: 1, Epoch: 1, Epochs: 6, EpochDone: &spec.Epoch{Epoch: 1}}))
	if v := s.InsideView(); v.Runs != nil {
		t.Errorf("a teacher is no student: %+v", v.Runs)
	}
	e := spec.Event{Phase: spec.PhaseStudent, Arm: look.MSE, Seed: 2, Epoch: 1, Epochs: 6, Step: 3, Steps: 18,
		EpochDone: &spec.Epoch{Epoch: 1}}
	asked := only(t, s.Update(happened(e)))
	if asked.Inside.Of != (protocol.Of{Arm: look.MSE, Seed: 2}) {
		t.Errorf("asked for %+v", asked.Inside)
	}
	s.Update(insightOf(asked, 1))
	if v := s.InsideView(); v.Epoch != "after epoch 1" || v.Look.Kind != look.MSE {
		t.Errorf("%+v", v)
	}
	e.Epoch, e.EpochDone = 2, &spec.Epoch{Epoch: 2}
	only(t, s.Update(happened(e)))
	s.Update(OpenInside{false})
	e.Epoch, e.EpochDone = 3, &spec.Epoch{Epoch: 3}
	if got := glances(s.Update(happened(e))); got != nil {
		t.Error("asked although nobody looks")
	}
}

func TestNumbersOfTablesHaveThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{0.12345: "0.123", 1.2345: "1.23", 12.345: "12.3", 123.45: "123", 0: "0.000",
		math.NaN(): ""} {
		if got := number(words.English(), v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

func TestFewRowsOfManyColumnsAreATableOfManyRows(t *testing.T) {
	f := InsideFigure{words: words.English(), Values: make([]float32, 40), Figure: protocol.Figure{
		Rows:    protocol.Names{Head: "inside-line", Count: 2, Words: []fault.Word{"stack-input", "inside-mean"}},
		Columns: protocol.Names{Head: "inside-step", Count: 20, First: 100}}}
	f.Values[20+7] = 0.5
	heads, rows := f.Table()
	if !slices.Equal(heads, []string{"step", "input", "predicted"}) || len(rows) != 20 ||
		!slices.Equal(rows[7], []string{"107", "0.000", "0.500"}) {
		t.Errorf("%v\n%v", heads, rows)
	}
	// Of a map with more cells than a person reads only the framed row is there.
	f.Figure.Rows, f.Figure.Row, f.Values = protocol.Names{Head: "inside-step", Count: 100, First: 100}, 3, make([]float32, 2000)
	if heads, rows = f.Table(); !f.Framed() || len(rows) != 20 || heads[1] != "103" {
		t.Errorf("%v, %d rows", heads, len(rows))
	}
}

func TestAPresetSetsTheWholeExperimentAndItsLinkIsShort(t *testing.T) {
	s := idle(t)
	effects := s.Update(ChoosePreset{"little"})
	if s.Hash() != "preset=little" {
		t.Errorf("address %q", s.Hash())
	}
	var hash string
	for _, e := range effects {
		if h, ok := e.(SetHash); ok {
			hash = h.Hash
		}
	}
	if hash != "preset=little" || !slices.Contains(sent(effects), protocol.TypeOpen) {
		t.Errorf("told the browser %q, sent %v", hash, sent(effects))
	}
	s.Update(opened(s))
	if r := s.Recipe(); r.About == "" || !slices.ContainsFunc(r.Presets, func(c form.Choice) bool { return c.On && c.Value == "little" }) {
		t.Errorf("%q is not shown as chosen", r.About)
	}
	other, _ := New(words.English(), "#"+s.Hash(), 0)
	if other.Form.Spec.Data.Train.To != 600 || other.Hash() != s.Hash() {
		t.Errorf("the link leads to %+v", other.Form.Spec.Data)
	}
	// With a change it is no preset any more.
	s.Update(Set{"train.epochs", "3"})
	if strings.HasPrefix(s.Hash(), "preset") || s.Recipe().About != "" {
		t.Errorf("changed, and still %q", s.Hash())
	}
	wrong, _ := New(words.English(), "#preset=nothing", 0)
	if wrong.Wrong == nil || wrong.Wrong.Why.Key != "link-part" {
		t.Errorf("an unknown preset: %+v", wrong.Wrong)
	}
}
