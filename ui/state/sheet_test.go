package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	reader "cosinelab/datasets/found"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/form"
	"cosinelab/ui/sheet"
)

// looked answers the look that the sheet of s waits for.
func looked(s *State) Answer {
	d := summary()
	d.Columns = []reader.Column{{Name: "a", Place: 1, Role: reader.Channel, Why: fault.Of(fault.New("why-numbers"))},
		{Name: "b", Place: 2, Role: reader.Channel, Why: fault.Of(fault.New("why-numbers"))},
		{Name: "label", Place: 3, Role: reader.Label, Why: fault.Of(fault.New("why-name"))}}
	return Answer{Response: protocol.Response{Type: protocol.TypeLooked, ID: s.Sheet.ID,
		Look: &protocol.Look{Summary: *d, Preview: &reader.Preview{Rows: 9000, Cut: 4000,
			Cells: []reader.Row{{Line: 2, Cells: []string{"1", "2", "0"}}}}}}}
}

// taken is files that fall on the page, are looked at and used; it returns what the page does then.
func taken(s *State, id int, names ...string) []Effect {
	s.Update(dropped(id, names...))
	s.Update(looked(s))
	return s.Update(Use{})
}

// What is decided on the sheet is in the experiment once it is used, and the sheet shows it when it is opened again.
func TestWhatIsDecidedOnTheSheetIsInTheExperiment(t *testing.T) {
	s := idle(t)
	s.Form.Spec.Data.Header, s.Form.Spec.Data.LeaveOut = "yes", true // of the file before
	s.Form.Spec.Data.Columns = map[string]reader.Role{"old": reader.Dropped}
	first := request(t, s.Update(dropped(1, "a.csv")))
	if first.Type != protocol.TypeLook || first.Drop != 1 || first.Data.Header != "" || first.Data.Columns != nil ||
		first.Data.LeaveOut || first.Data.Window != s.Form.Spec.Data.Window {
		t.Errorf("looks at %+v", first)
	}
	if s.Form.Spec.Data.Source != "builtin/server" || !s.Bar().CanRun {
		t.Error("the experiment has changed before the file is used")
	}
	s.Update(looked(s))
	for _, d := range []Decide{{sheet.Role + "2", "dropped"}, {sheet.Cut, "60 %"}, {sheet.Missing, "linear"},
		{sheet.Scaling, "robust"}, {sheet.Anomaly, "1"}} {
		s.Update(d)
		if s.Sheet.ID > 0 {
			s.Update(looked(s))
		}
	}
	open := request(t, s.Update(Use{}))
	d := open.Data
	if open.Type != protocol.TypeOpen || open.Drop != 1 || d.Columns["b"] != reader.Dropped || *d.Split != 0.6 ||
		d.Missing != "linear" || d.Scaling.String() != "robust" || d.Label != "label" || d.Anomaly != "1" {
		t.Errorf("opens %+v", d)
	}
	if got := sent(s.Update(opened(s))); !slices.Contains(got, protocol.TypeLeave) || s.Sheet != nil {
		t.Errorf("sends %v", got)
	}
	if !form.Same(s.Form.Spec.Data, *d) || !strings.Contains(s.Hash(), "linear") {
		t.Errorf("uses %+v", s.Form.Spec.Data)
	}
	if got := request(t, s.Update(Reopen{})); got.Type != protocol.TypeLook || !form.Same(got.Data, d) {
		t.Errorf("opens the sheet again with %+v", got)
	}
	s.Update(looked(s))
	const command = "cosinelab data describe a.csv -label label -anomaly 1 -drop b -missing linear -split 0.6 -scaling robust"
	if v := s.SheetView(); v.Command != command {
		t.Errorf("the command is %s", v.Command)
	}
	if got := sent(s.Update(Use{})); !slices.Equal(got, []string{protocol.TypeLeave}) {
		t.Errorf("using what is in use sends %v", got)
	}
}

// asking is an answer in which a column may be labels.
func asking(s *State) Answer {
	a := looked(s)
	a.Look.Summary.Findings = []reader.Finding{{Doubt: true, Column: "b", Flag: "-label", Guess: "channel",
		Choices: []string{"label", "dropped"}, Said: fault.Of(fault.New("find-maybe-label", "b"))}}
	return a
}

// What only a person can know holds the button back, with the count, until it is answered.
func TestAQuestionHoldsTheFileBack(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	s.Update(asking(s))
	v := s.SheetView()
	if v.CanUse || v.Beside != "1 question left" || v.Found[0].Look != sheet.LookAsk {
		t.Errorf("%+v", v)
	}
	for _, c := range v.Found[0].Choices {
		if c.On {
			t.Errorf("%s is taken before anybody has answered", c.Value)
		}
	}
	if s.Update(Use{}) != nil {
		t.Error("it can be used")
	}
	if r := request(t, s.Update(Decide{v.Found[0].What, "channel"})); r.Data.Columns["b"] != reader.Channel {
		t.Errorf("looks at %+v", r.Data)
	}
	s.Update(looked(s))
	if v := s.SheetView(); !v.CanUse {
		t.Errorf("%+v", v)
	}
}

// Enter that comes while a file is read counts once it is; a question takes it back.
func TestEnterWhileAFileIsReadCountsOnceItIs(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	if s.Update(Use{}) != nil || s.SheetView().Beside != words.English().Say("sheet-when-read") {
		t.Error("it does not wait")
	}
	if got := sent(s.Update(looked(s))); !slices.Contains(got, protocol.TypeOpen) {
		t.Errorf("sends %v", got)
	}
	s.Update(dropped(2, "b.csv"))
	s.Update(Use{})
	if got := s.Update(asking(s)); sent(got) != nil || s.Sheet.Wanted {
		t.Errorf("sends %v", got)
	}
}

// A cut waits for the file that is being read; a role ends that reading and begins another.
func TestDecisionsWhileAFileIsRead(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	head := looked(s)
	head.Reading = &protocol.Reading{Share: 0.2, Left: 40}
	s.Update(head)
	if v := s.SheetView(); !v.Reading || v.Done != 0.2 || !strings.Contains(v.Claim, "20 %") || v.CanUse ||
		!strings.Contains(v.Why, "40 s") || len(v.Columns) == 0 && v.Chips == nil {
		t.Errorf("%+v", v)
	}
	id := s.Sheet.ID
	if got := s.Update(Decide{sheet.Share, "70"}); sent(got) != nil {
		t.Errorf("a cut sends %v", got)
	}
	if r := request(t, s.Update(Decide{sheet.Role + "1", "dropped"})); r.Type != protocol.TypeLook ||
		*r.Data.Split != 0.7 {
		t.Errorf("looks at %+v", r.Data)
	}
	late := looked(s)
	late.ID = id
	s.Update(late)
	if s.Sheet.Read() {
		t.Error("an answer to an older look counts")
	}
	s.Update(looked(s))
	if r := request(t, s.Update(Decide{sheet.Share, "71"})); *r.Data.Split != 0.71 {
		t.Errorf("looks at %+v", r.Data)
	}
	s.Update(Decide{sheet.Share, "72"})
	if r := request(t, s.Update(looked(s))); *r.Data.Split != 0.72 {
		t.Errorf("the cut that waited is %+v", r.Data)
	}
}

// A file that could not be read and falls again keeps what was decided; another does not.
func TestARefusedFileKeepsWhatWasDecided(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	s.Update(Decide{sheet.Header, "no"})
	s.Update(failed("data", s.Sheet.ID, "a.csv:7"))
	if v := s.SheetView(); v.Look != "bad" || !v.Header[2].On {
		t.Errorf("%+v", v)
	}
	if r := request(t, s.Update(dropped(2, "a.csv"))); r.Data.Header != "no" || r.Drop != 2 {
		t.Errorf("looks at %+v", r)
	}
	s.Update(failed("data", s.Sheet.ID, "a.csv:7"))
	if r := request(t, s.Update(dropped(3, "b.csv"))); r.Data.Header != "" {
		t.Errorf("looks at %+v", r)
	}
}

// Labelled steps of the training part stay out of it unless a person says otherwise, once.
func TestLabelledStepsStayOutOfTraining(t *testing.T) {
	s := idle(t)
	marked := func() Answer {
		a := looked(s)
		a.Look.Summary.Marked = 40
		a.Look.Summary.Findings = []reader.Finding{{Doubt: true, Flag: "-leave-out",
			Said: fault.Of(fault.New("find-marked-training", 40, 4000))}}
		return a
	}
	s.Update(dropped(1, "a.csv"))
	s.Update(marked())
	if v := s.SheetView(); !s.Sheet.Data.LeaveOut || !v.CanUse || !v.Found[0].Choices[0].On {
		t.Errorf("%+v", v.Found)
	}
	s.Update(Decide{sheet.Leave, "no"})
	s.Update(Decide{sheet.Role + "1", "dropped"})
	s.Update(marked())
	if s.Sheet.Data.LeaveOut {
		t.Error("what a person has said is taken back")
	}
}

// An engine that is gone is said on the sheet; the next one looks at its files again.
func TestTheSheetOutlivesItsEngine(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	s.Update(Decide{sheet.Header, "yes"})
	s.Update(Lost{fault.Of(fault.New("not-a-number", "x"))})
	if v := s.SheetView(); v.Restart == "" || v.CanUse {
		t.Errorf("%+v", v)
	}
	s.Update(Restart{})
	if got := sent(s.Update(ready())); !slices.Contains(got, protocol.TypeLook) || s.Sheet.Data.Header != "yes" {
		t.Errorf("sends %v", got)
	}
}

// While a run goes on the sheet cannot be opened, and one that is open cannot be used.
func TestARunKeepsItsFile(t *testing.T) {
	s := idle(t)
	s.Update(dropped(1, "a.csv"))
	s.Update(looked(s))
	s.Update(Press{KeyRun})
	if s.Update(Use{}) != nil || s.SheetView().CanUse {
		t.Error("it can be used")
	}
	s.Update(LeaveSheet{})
	s.Update(dropped(2, "b.csv"))
	if s.Update(Reopen{}); s.Sheet != nil {
		t.Error("the sheet opens during a run")
	}
}

// A file of labels comes beside that of the data; what was decided stays.
func TestLabelsComeFromAFileOfTheirOwn(t *testing.T) {
	s := idle(t)
	s.Update(Drop{files(2, "pump.csv")})
	s.Update(Decide{"missing", "linear"})
	r := posted(s.Update(AddBeside{files(3, "pump.csv", "events.csv"), sheet.LabelFile}), protocol.TypeLook)
	if r == nil || r.Drop != 3 || !slices.Equal(r.Files, []string{"pump.csv", "events.csv"}) || r.Data.Missing != "linear" ||
		r.Data.Source != "file/pump.csv" || r.Data.LabelFile != "events.csv" {
		t.Fatalf("asks %+v", r)
	}
	if got := s.Sheet.Command(); got != "cosinelab data describe pump.csv -missing linear -label-file events.csv" {
		t.Error("the command is", got)
	}
	if effects := idle(t).Update(AddBeside{files(3, "a", "b"), sheet.LabelFile}); posted(effects, protocol.TypeLook) != nil {
		t.Error("labels are added where no sheet is open")
	}
}
