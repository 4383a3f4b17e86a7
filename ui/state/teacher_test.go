package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
)

// says answers a question about a teacher.
func says(s *State, r *protocol.Request, file string, wrong ...*fault.Fault) {
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeTaught, ID: r.ID, Teacher: &protocol.Teacher{
		Expects: []protocol.Tensor{{Name: "in.weight", Shape: []int{64, 38}}}, File: file, Wrong: wrong}}})
}

func TestATeachersFileIsUsedOnceItFits(t *testing.T) {
	s := idle(t)
	r := posted(s.Update(Drop{files(3, "teacher.safetensors")}), protocol.TypeTeacher)
	if r == nil || r.Drop != 3 || !slices.Equal(r.Files, []string{"teacher.safetensors"}) || s.Sheet != nil {
		t.Fatalf("a dropped file of weights asks %+v", r)
	}
	says(s, r, "teacher.safetensors", fault.Of(fault.New("tensor-missing", "in.weight", "[64, 38]")))
	v := s.Recipe().Weights
	if v.Used || s.Form.Spec.Teacher.Weights != "" || len(v.Wrong) != 2 || !strings.Contains(v.Wrong[1], "in.weight is missing") {
		t.Fatalf("one that does not fit: %+v", v)
	}
	r = posted(s.Update(Teach{files(4, "better.safetensors")}), protocol.TypeTeacher)
	says(s, r, "better.safetensors")
	v = s.Recipe().Weights
	if !v.Used || len(v.Wrong) > 0 || !strings.Contains(v.Said, "better.safetensors") || s.Form.Spec.Teacher.Weights != "better.safetensors" {
		t.Fatalf("one that fits: %+v", v)
	}
	if !strings.Contains(s.Hash(), "better.safetensors") {
		t.Errorf("the address %q does not name it", s.Hash())
	}
	// Another size is another teacher: the same file is held against it.
	if r := posted(s.Update(Set{"teacher", "transformer 128"}), protocol.TypeTeacher); r == nil || r.Drop != 4 {
		t.Errorf("a larger teacher asks %+v", r)
	}
	s.Update(TrainTeacher{})
	if v := s.Recipe().Weights; v.Used || s.Form.Spec.Teacher.Weights != "" {
		t.Errorf("trained instead: %+v", v)
	}
}

func TestALinkNamesATeachersFileThatIsNotHere(t *testing.T) {
	s := idle(t)
	s.Form.Spec.Teacher.Weights = "theirs.safetensors"
	if v := s.Recipe().Weights; !strings.Contains(v.Said, "choose that file") {
		t.Errorf("says %q", v.Said)
	}
}

func TestAFileThatIsNoTeacherSaysWhy(t *testing.T) {
	s := idle(t)
	r := posted(s.Update(Teach{files(3, "teacher.safetensors")}), protocol.TypeTeacher)
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: r.ID,
		Error: &protocol.Error{Where: "teacher", Fault: fault.Of(fault.New("weights-closed", "pca"))}}})
	if v := s.Recipe().Weights; len(v.Wrong) != 1 || !strings.Contains(v.Wrong[0], "pca") || v.Used {
		t.Errorf("%+v", v)
	}
	if s.Wrong != nil {
		t.Error("the error takes the place of the verdict")
	}
}

func TestWhatATeacherTakesIsShown(t *testing.T) {
	s := idle(t)
	r := posted(s.Update(OpenTeacher{}), protocol.TypeTeacher)
	if r == nil || len(r.Files) > 0 {
		t.Fatalf("asks %+v", r)
	}
	says(s, r, "")
	if v := s.Recipe().Weights; !v.Open || len(v.Expects) != 1 || v.Expects[0].Shape != "64 × 38" {
		t.Errorf("%+v", v)
	}
}

// Another file of the same name is another teacher: what was trained by the first is not gone on with.
func TestSeedsAreNotAddedUnderAnotherTeacherOfTheSameName(t *testing.T) {
	s := idle(t)
	give := func(id int) {
		says(s, posted(s.Update(Teach{files(id, "t.safetensors")}), protocol.TypeTeacher), "t.safetensors")
	}
	give(3)
	s.Update(Press{KeyRun})
	s.Control.Mode = Idle
	if !s.isOfRun() {
		t.Fatal("the run is not that of its own teacher")
	}
	give(4)
	if s.isOfRun() {
		t.Error("another teacher makes no difference")
	}
}
