package state

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
)

// browser is a page with its address, as the browser has it.
type browser struct {
	*State
	hash, copied string
}

func (b *browser) update(m Message) {
	if f, ok := m.(Follow); ok {
		b.hash = strings.TrimPrefix(f.Hash, "#")
	}
	for _, e := range b.Update(m) {
		switch e := e.(type) {
		case SetHash:
			b.hash = e.Hash
		case PushHash:
			b.hash = e.Hash
		case Copy:
			b.copied = e.Hash
		}
	}
}

// agree fails the test unless address and copied link are those of what is shown.
func (b *browser) agree(t *testing.T, when string) {
	t.Helper()
	b.update(Press{KeyCopy})
	if want := b.Hash(); b.hash != want || b.copied != want {
		t.Errorf("%s the address is %q and the link %q of what is shown as %q", when, b.hash, b.copied, want)
	}
}

func TestTheAddressIsThatOfWhatIsShown(t *testing.T) {
	b := &browser{State: idle(t)}
	b.hash = b.Hash()
	hashes := []string{b.hash}
	for _, epochs := range []int{3, 4} { // by hand, twice
		sp := b.Form.Copy()
		sp.Train.Epochs = epochs
		b.update(Follow{"#" + link.Link{Spec: sp}.Hash()})
		hashes = append(hashes, b.Hash())
		b.agree(t, "by hand")
	}
	b.update(Press{KeyRun})
	for _, h := range []string{hashes[1], hashes[2], hashes[0], "spec=(a", "", hashes[1]} {
		b.update(Follow{"#" + h})
		if b.agree(t, "during a run"); b.Hash() != hashes[2] {
			t.Error("the experiment has changed under its run")
		}
	}
	b.update(Follow{"#" + hashes[0]})
	if got, want := b.Bar().Status, words.English().Say("status-link-locked"); len(got) != 1 || got[0] != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	b.update(confirmed(protocol.StateIdle))
	b.update(Follow{"#" + hashes[0]})
	if b.agree(t, "back after the run"); b.Hash() != hashes[0] {
		t.Error("it was not followed")
	}
	b.update(Follow{"#spec=(a"})
	if b.agree(t, "after a broken one"); b.Hash() != hashes[0] || b.Wrong == nil || b.Wrong.Where != whereLink {
		t.Errorf("wrong: %+v", b.Wrong)
	}
}

// A series that is being read would come after an address that is followed, which is the last word.
func TestAnAddressEndsAReadingThatItIsNotAbout(t *testing.T) {
	b := &browser{State: idle(t)}
	before := b.Hash()
	b.update(Choose{"smd/machine-1-2"})
	late := opened(b.State)
	b.update(Follow{"#" + before})
	if b.Form.Open == nil || b.Form.Open.Data.Source != "builtin/server" {
		t.Fatalf("reads %+v", b.Form.Open)
	}
	b.update(late)
	b.update(failed("data", late.ID, "nobody waits for it"))
	b.update(opened(b.State))
	if b.agree(t, "in the end"); b.Hash() != before || b.Wrong != nil || !b.Ready() {
		t.Errorf("%s, wrong %+v", b.Hash(), b.Wrong)
	}
}

// A link to another series, after a run, shows nothing of the run over what nobody has read yet.
func TestAnAddressOfAnotherSeriesLeavesNoScores(t *testing.T) {
	s := idle(t)
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1}, look.MSE: {1, 1, 1}})
	sp := s.Form.Copy()
	sp.Data.Source = "smd/machine-1-2"
	s.Update(Cursor{12})
	s.Update(Follow{"#" + link.Link{Spec: sp}.Hash()})
	views(s)
	for _, l := range s.Scene().LaneList(s.Words) {
		if l.Run != nil || l.Note == "" {
			t.Errorf("%s: %+v", l.Name, l)
		}
	}
}

// Until there is another engine the page says that this one is gone and offers to start one.
func TestAnEngineThatIsGoneIsSaidWhateverHappens(t *testing.T) {
	s := idle(t)
	other := s.Form.Copy()
	other.Data.Seed++
	s.Update(Press{KeyRun})
	s.Update(Lost{fault.Of(errors.New("panic"))})
	for _, m := range []Message{Set{"train.epochs", "4"}, Toggle{look.MSE}, Discard{}, Choose{"smd/machine-1-2"},
		dropped(1, "a.csv"), Follow{"#spec=(a"}, Follow{"#" + link.Link{Spec: other}.Hash()}, Press{KeyRun},
		Press{KeyReset}, Press{KeyReset}, Press{KeyStop}, Set{"data.window", "30"}} {
		s.Update(m)
		if v := s.Verdict(); v.Tag != words.English().Say("tag-engine-error") || v.Way == nil || v.Way.Start == "" {
			t.Fatalf("after %#v: %+v", m, v)
		}
	}
	if got := s.Update(Restart{}); !slices.Contains(got, Effect(StartEngine{})) {
		t.Errorf("restart does %v", got)
	}
}

// An answer to what was pressed before a run is none about the run.
func TestAnOldAnswerDoesNotEndARun(t *testing.T) {
	s := idle(t)
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}})
	s.Update(Press{KeyReset})
	var reset int
	for _, e := range s.Update(Press{KeyReset}) {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeReset {
			reset = p.Request.ID
		}
	}
	s.Update(Press{KeyRun})
	late := confirmed(protocol.StateIdle)
	late.ID = reset
	s.Update(late)
	if s.Control.Mode != Running || s.Run == nil || s.Run.Over {
		t.Errorf("mode %d, run %+v", s.Control.Mode, s.Run)
	}
}

// A file that cannot be read never takes the place of one of its name that could be.
func TestABrokenFileTakesNobodysPlace(t *testing.T) {
	s := idle(t)
	taken(s, 1, "a.csv")
	s.Update(opened(s))
	taken(s, 2, "a.csv", "a_label.csv")
	s.Update(failed("data", s.Form.Open.ID, "a_label.csv:2"))
	s.Update(LeaveSheet{})
	r := request(t, s.Update(Set{"data.window", "30"}))
	if r.Type != protocol.TypeOpen || r.Drop != 1 || !slices.Equal(r.Files, []string{"a.csv"}) {
		t.Errorf("asks for %+v", r)
	}
	s.Update(opened(s))
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}})
	if s.Run.Drop != 1 || s.Run.Gone {
		t.Errorf("the run is of %d, gone: %v", s.Run.Drop, s.Run.Gone)
	}
	taken(s, 3, "a.csv") // another one of this name, which can be read
	s.Update(opened(s))
	if !s.Run.Gone || s.isOfRun() {
		t.Error("the run of one file counts for another of its name")
	}
	s.Update(Lost{fault.Of(errors.New("panic"))})
	s.Update(Restart{})
	if r := request(t, s.Update(ready())); r.Drop != 3 {
		t.Errorf("a new engine reads %+v", r)
	}
}

// Leaving is asked about while a run would be lost, and only then.
func TestLeavingIsAskedAboutWhileARunWouldBeLost(t *testing.T) {
	s := idle(t)
	want := func(unsaved bool, when string) {
		t.Helper()
		if got := s.Control.Unsaved(); got != unsaved {
			t.Errorf("%s: %v", when, got)
		}
	}
	want(false, "before a run")
	s.Update(Press{KeyRun})
	want(true, "while it trains")
	s.Update(Press{KeyRun})
	want(true, "while it is held")
	s.Update(Lost{fault.Of(errors.New("panic"))})
	want(true, "while another engine could go on")
	s.Update(Press{KeyReset})
	want(false, "when it is forgotten")
	s = idle(t)
	s.Update(Press{KeyRun})
	s.Update(Press{KeyStop})
	want(true, "while it stops")
	s.Update(confirmed(protocol.StateIdle))
	want(false, "once it has stopped")
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}})
	want(false, "with a report")
	s.Update(Follow{"#" + link.Link{Spec: spec.Default()}.Hash()})
	want(false, "with another experiment")
}

// hostile is a link that somebody else has made.
func hostile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/link-" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// A link beyond the bounds is refused in words before anything of it is shown, whether the page is opened with
// it or is open already; then what was shown stays.
func TestLinksBeyondTheBoundsAreRefusedInWords(t *testing.T) {
	for name, field := range map[string]string{"400-arms": "arms", "stride-max": "data.stride"} {
		s, _ := New(words.English(), hostile(t, name), 0)
		if v := s.Verdict(); !strings.Contains(v.Claim, field) || !strings.Contains(v.Tag, "Link") ||
			len(s.Form.Spec.Arms) != len(spec.Default().Arms) {
			t.Errorf("%s: %q, %q with %d arms", name, v.Tag, v.Claim, len(s.Form.Spec.Arms))
		}
		b := &browser{State: idle(t)}
		b.hash = b.Hash()
		before := b.hash
		b.update(Follow{hostile(t, name)})
		if v := b.Verdict(); !strings.Contains(v.Claim, field) || b.Hash() != before {
			t.Errorf("%s: %q, shown is %s", name, v.Claim, b.Hash())
		}
		b.agree(t, name)
	}
}

// A name of a link that turns the direction of letters is isolated wherever it stands in a sentence.
func TestANameThatTurnsTheLineIsIsolated(t *testing.T) {
	s, _ := New(words.English(), hostile(t, "rtl-arm"), 0)
	s.Update(ready())
	s.Update(opened(s))
	s.Update(Press{KeyRun})
	s.Update(step("\u202eabc", 1, 3))
	said := append([]string{s.Verdict().Why, s.Learning().Plots[0].Sub}, s.Bar().Status...)
	found := 0
	for _, text := range said {
		if strings.Contains(text, "\u202e") {
			found++
			if !strings.Contains(text, "\u2068\u202eabc\u2069") {
				t.Errorf("says %q", text)
			}
		}
	}
	if found == 0 {
		t.Errorf("nobody names it: %q", said)
	}
}
