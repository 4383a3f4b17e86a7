package state

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Teacher is what a person gives in place of a teacher that is trained: a file of weights.
type Teacher struct {
	File  form.Dropped      // the one in use; none = the page has none
	Open  bool              // the tensors that it has to hold are shown
	Got   *protocol.Teacher // what the engine said last; nil = nothing
	Wrong *fault.Fault      // why it could say nothing

	tried form.Dropped // what was asked about; none = only which tensors
	id    int          // of the question
}

// isWeights tells whether a file holds weights alone, by its name.
func isWeights(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".safetensors") }

// teach asks whether a file can be the teacher; it takes the place of what there is once the engine has said so.
func (s *State) teach(files form.Dropped) []Effect {
	if s.Control.Locked() || len(files.Names) == 0 {
		return nil
	}
	files.Names = files.Names[:1]
	return s.askTeacher(files)
}

// askTeacher asks what the teacher takes, and whether a file has it.
func (s *State) askTeacher(file form.Dropped) []Effect {
	if s.Control.Mode == Loading || s.Control.Mode == Dead {
		return nil
	}
	sp := s.Form.Copy()
	post := s.requests.post(protocol.Request{Type: protocol.TypeTeacher, Spec: &sp, Files: file.Names, Drop: file.ID})
	s.Teacher.tried, s.Teacher.id, s.Teacher.Wrong = file, post.Request.ID, nil
	return []Effect{post}
}

// teacherHere tells whether the page has the file that the spec names.
func (s *State) teacherHere() bool {
	names := s.Teacher.File.Names
	return len(names) > 0 && names[0] == s.Form.Spec.Teacher.Weights
}

// teacherID is the number of the file that the spec names as the teacher; 0 = it names none, or none that is here.
func (s *State) teacherID() int {
	if !s.teacherHere() {
		return 0
	}
	return s.Teacher.File.ID
}

// askAgain asks what the teacher takes once that may have changed, if anybody wants to know. An engine that was
// started anew gets the file again.
func (s *State) askAgain() []Effect {
	switch {
	case s.Form.Data == nil:
		return nil
	case s.Form.Spec.Teacher.Weights != "" && s.teacherHere():
		return s.askTeacher(s.Teacher.File)
	case s.Teacher.Open:
		return s.askTeacher(form.Dropped{})
	}
	s.Teacher.Got, s.Teacher.Wrong = nil, nil
	return nil
}

// taught takes over what the engine says of a teacher, and the teacher itself if it fits.
func (s *State) taught(r protocol.Response) []Effect {
	t := &s.Teacher
	if r.ID != t.id || s.Control.Locked() {
		return nil
	}
	t.Got = r.Teacher
	if r.Teacher.File == "" || len(r.Teacher.Wrong) > 0 {
		return nil
	}
	t.File = t.tried
	s.Form.Spec.Teacher.Weights = r.Teacher.File
	s.forgetSpecError()
	return s.moved()
}

// refuseTeacher says why a file of weights cannot be read, and tells whether the error is about one.
func (s *State) refuseTeacher(r protocol.Response) bool {
	if r.Error == nil || r.ID == 0 || r.ID != s.Teacher.id {
		return false
	}
	s.Teacher.Got, s.Teacher.Wrong = nil, r.Error.Fault
	return true
}

// trainTeacher has the teacher trained again, in place of a file.
func (s *State) trainTeacher() []Effect {
	if s.Control.Locked() {
		return nil
	}
	sp := &s.Form.Spec.Teacher
	sp.Weights = ""
	if sp.Epochs == 0 {
		sp.Epochs = spec.Default().Teacher.Epochs
	}
	s.Teacher = Teacher{Open: s.Teacher.Open}
	s.forgetSpecError()
	return s.askAgain()
}

// openTeacher shows which tensors a teacher takes, or no longer.
func (s *State) openTeacher() []Effect {
	if s.Teacher.Open = !s.Teacher.Open; s.Teacher.Open && s.Teacher.Got == nil {
		return s.askAgain()
	}
	return nil
}

// mostMisfits is how many tensors that do not fit are named: the first, which are missing or have another shape, and
// the last, which the file alone knows.
const mostMisfits = 6

// weights is the part of the recipe about a teacher from a file.
func (s *State) weights(w *words.Language) form.Weights {
	t := &s.Teacher
	name := s.Form.Spec.Teacher.Weights
	v := form.Weights{Used: name != "", Open: t.Open}
	switch {
	case name == "":
	case s.teacherHere():
		v.Said = w.Say("teacher-from", words.Name(name))
	default:
		v.Said = w.Say("teacher-needed", words.Name(name))
	}
	if t.Wrong != nil {
		v.Wrong = []string{results.Sentence(w.Error(t.Wrong))}
	}
	if t.Got == nil {
		return v
	}
	if n := len(t.Got.Wrong); n > 0 {
		v.Wrong = []string{w.Say("weights-misfit", words.Name(t.Got.File), n)}
		for i, f := range t.Got.Wrong {
			if i < mostMisfits/2 || n-i <= mostMisfits/2 {
				v.Wrong = append(v.Wrong, results.Sentence(w.Error(f)))
			} else if i == mostMisfits/2 {
				v.Wrong = append(v.Wrong, w.Say("weights-more", n-mostMisfits))
			}
		}
	}
	for _, e := range t.Got.Expects {
		var shape []string
		for _, n := range e.Shape {
			shape = append(shape, strconv.Itoa(n))
		}
		v.Expects = append(v.Expects, form.Tensor{Name: e.Name, Shape: strings.Join(shape, " × ")})
	}
	return v
}
