package session

import (
	"fmt"
	"io"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/alarms"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// keeper keeps the detectors of an experiment with its results, as long as anybody wants them.
func (s *Session) keeper(w *work) func(*detector.Detector) error {
	return func(d *detector.Detector) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !w.forgotten {
			s.results.kept, s.results.made = append(s.results.kept, d), append(s.results.made, d)
		}
		return nil
	}
}

// detectorOf is the detector of a finished run.
func (s *Session) detectorOf(of *protocol.Of) (*detector.Detector, error) {
	if of == nil {
		return nil, fault.New("detector-of-nothing")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.results.kept {
		if d.Arm().Name == of.Arm && d.Seed() == of.Seed {
			return d, nil
		}
	}
	return nil, fault.New("detector-none", of.Arm, of.Seed)
}

// sendDetector sends the file of a run's detector.
func (s *Session) sendDetector(req protocol.Request) {
	d, err := s.detectorOf(req.Of)
	if err == nil {
		err = s.sendFile(req.ID, detector.FileName(d.Arm().Name, d.Seed()), d.Write)
	}
	if err != nil {
		s.fail(req.ID, "detector", err)
	}
}

// sendFile sends the bytes of a file. It takes its turn among answers.
func (s *Session) sendFile(id int, name string, write func(io.Writer) error) error {
	if s.SendFile == nil {
		return fault.New("no-files")
	}
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.SendFile(protocol.Response{Type: protocol.TypeFile, ID: id, Name: name}, write)
}

// export sends scores or alarms of a run or of new data as a file.
func (s *Session) export(req protocol.Request) {
	e := req.Export
	if e == nil {
		e = &protocol.Export{}
	}
	var err error
	switch {
	case e.What != protocol.ExportAlarms && e.What != protocol.ExportScores:
		err = fault.New("export-what", fault.Choices{protocol.ExportAlarms, protocol.ExportScores})
	case e.Of == nil:
		err = s.exportNew(req, *e)
	default:
		err = s.exportRun(req, *e)
	}
	if err != nil {
		s.fail(req.ID, "export", err)
	}
}

// exportRun sends scores or alarms of the test part.
func (s *Session) exportRun(req protocol.Request, e protocol.Export) error {
	on := s.shown()
	run := on.runOf(e.Of.Arm, e.Of.Seed)
	if run == nil || run.Scores == nil {
		return fault.New("judge-no-scores", e.Of.Arm, e.Of.Seed)
	}
	if e.Threshold != nil || e.Merge != nil || e.Least != nil {
		judged, err := on.judged(&protocol.Judge{Arm: e.Of.Arm, Seed: e.Of.Seed, Threshold: e.Threshold,
			Merge: e.Merge, Least: e.Least})
		if err != nil {
			return err
		}
		if err := on.JudgeAlarms(&judged); err != nil {
			return err
		}
		run = &judged
	}
	name := fmt.Sprintf("%s-%d-%s", e.Of.Arm, e.Of.Seed, e.What)
	if e.What == protocol.ExportScores {
		return s.sendFile(req.ID, name+".csv", func(out io.Writer) error {
			return alarms.Scores(out, *run, on.Summary, on.Time)
		})
	}
	f, err := alarms.FormatOf(e.Format)
	if err != nil {
		return fault.New("export-format", err)
	}
	from := alarms.Source{Name: on.Spec.Data.Source, Arm: run.Arm, Seed: &run.Seed, Channels: on.Summary.Channels,
		Series: on.Summary.Series, Usual: run.Usual}
	return s.sendFile(req.ID, name+f.Ending(), func(out io.Writer) error {
		return writeAlarms(out, f, from, run.Raised(on.Time))
	})
}

func writeAlarms(out io.Writer, f alarms.Format, from alarms.Source, all []spec.Alarm) error {
	w := alarms.NewWriter(out, f)
	for _, a := range all {
		if err := w.Write(from, a); err != nil {
			return err
		}
	}
	return w.Close()
}

// answerTeacher says what a teacher takes, and whether a file fits. One that does is kept for later runs.
func (s *Session) answerTeacher(req protocol.Request, files []datasets.File) {
	answer, err := s.taught(req, files)
	if err != nil {
		s.fail(req.ID, "teacher", err)
		return
	}
	s.send(protocol.Response{Type: protocol.TypeTaught, ID: req.ID, Teacher: answer})
}

func (s *Session) taught(req protocol.Request, files []datasets.File) (*protocol.Teacher, error) {
	on := s.shown()
	switch {
	case req.Spec == nil:
		return nil, fault.New("run-no-spec")
	case on.Prepared == nil:
		return nil, fault.New("view-no-data")
	}
	sp := *req.Spec
	if sp.Teacher.Weights == "" {
		sp.Teacher.Weights = "weights" // a teacher that is read needs no epochs
	}
	if err := sp.Validate(); err != nil {
		return nil, err
	}
	channels := len(on.Summary.Channels)
	expected, err := experiment.Expects(sp, channels)
	if err != nil {
		return nil, err
	}
	out := &protocol.Teacher{Expects: []protocol.Tensor{}}
	for _, e := range expected {
		out.Expects = append(out.Expects, protocol.Tensor{Name: e.Name, Shape: e.Shape})
	}
	if len(files) == 0 {
		return out, nil
	}
	out.File = files[0].Name
	in, err := files[0].Open()
	if err != nil {
		return nil, fault.New("in-place", out.File, fault.Cause(err))
	}
	defer in.Close()
	values, err := experiment.ReadWeights(in)
	if err != nil {
		return nil, fault.New("in-place", out.File, err)
	}
	if out.Wrong, err = experiment.Misfits(sp, channels, values); err != nil {
		return nil, err
	}
	if len(out.Wrong) == 0 {
		s.mu.Lock()
		s.teacher, s.teacherID = files[0], req.Drop
		s.mu.Unlock()
	}
	return out, nil
}

// openTeacher opens the file that a spec names as its teacher. One that is being looked at is waited for.
func (s *Session) openTeacher(name string) (io.ReadCloser, error) {
	s.mu.Lock()
	teaching := s.teaching
	s.mu.Unlock()
	if teaching != nil {
		<-teaching
	}
	s.mu.Lock()
	f := s.teacher
	s.mu.Unlock()
	if f.Open == nil || f.Name != name {
		return nil, fault.New("teacher-not-here", name)
	}
	return f.Open()
}

// isDetector reports whether a file's name says that it is a detector.
func isDetector(name string) bool { return strings.HasSuffix(strings.ToLower(name), detector.Ending) }
