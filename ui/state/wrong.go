package state

import (
	"cmp"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Wrong is an error that is shown in place of the verdict.
type Wrong struct {
	Where string // of protocol.Error, or whereLink
	Name  string // of the file, if it is about one
	Why   *fault.Fault
	Lines []results.FileLine // of the file, around the one that it is about
}

// Values of Wrong.Where: whereLink, and those that the worker sends as protocol.Error.Where.
const (
	whereLink     = "link"
	whereData     = "data"
	whereSpec     = "spec"
	whereRun      = "run"
	whereView     = "view"
	whereWorker   = "worker"
	whereEngine   = "engine"
	whereExport   = "export"
	whereDetector = "detector"
)

// wrongData is an error about a series that could not be read.
func wrongData(e protocol.Error, source string) *Wrong {
	wrong := &Wrong{Where: whereData, Why: e.Fault}
	if name, isFile := form.FileName(source); isFile {
		wrong.Name = name
	}
	for i, text := range e.Around {
		n := e.First + i
		wrong.Lines = append(wrong.Lines, results.FileLine{Number: n, Text: text, Wrong: n == e.Line})
	}
	return wrong
}

// wrongTags name what went wrong; what is not here is called an error of the run.
var wrongTags = map[string]words.Key{
	whereData:   "tag-data-error",
	whereSpec:   "tag-spec-error",
	whereRun:    "tag-run-error",
	whereEngine: "tag-engine-error",
	whereLink:   "tag-link-error",
}

// text is the error as a sentence.
func (e *Wrong) text(w *words.Language) string {
	text := results.Sentence(w.Error(e.Why))
	if e.Where == whereEngine {
		return w.Say("engine-lost", text)
	}
	return text
}

// longClaim is how many bytes of a message fit two lines of large type.
const longClaim = 110

// Verdict returns what the page claims now.
func (s *State) Verdict() results.Verdict {
	w := s.Words
	switch wrong := s.wrong(); {
	case wrong != nil:
		return wrong.verdict(s)
	case s.New != nil:
		return s.New.verdict(w)
	case s.Run == nil: // the question that the page is there to answer
		return results.Verdict{Tag: w.Say("tag-idle"), Look: results.TagDashed, Note: w.Say("idle-note"),
			Claim: w.Say("idle-claim"),
			Why:   w.Say("what-this-is") + " " + w.Say("idle-why", len(results.TrainingRuns(s.Form.Spec)))}
	}
	v := s.Run.Verdict(w, s.Control.Mode == Paused, !s.isOfRun())
	if s.Run.Over && s.Run.Anew {
		v.Note += " · " + w.Say("judged-anew", form.ThresholdText(w, s.Run.Spec.Detect.Threshold))
	}
	if names := s.handNames(); s.Run.Over && names != nil {
		v.Note += " · " + w.Say("judged-hand", strings.Join(names, w.Say("list-comma")))
	}
	if !s.growable() {
		v.More = ""
	}
	return v
}

// wrong is what is said in place of the verdict. An engine that is gone goes before everything else, whatever
// happens until there is another.
func (s *State) wrong() *Wrong {
	if s.Control.Mode == Dead {
		return &Wrong{Where: whereEngine, Why: s.Control.why}
	}
	return s.Wrong
}

// verdict says what happened, what became of what was there, and what can be done.
func (e *Wrong) verdict(s *State) results.Verdict {
	w := s.Words
	v := results.Verdict{Look: results.TagBad, Tag: w.Say("tag-run-error"), Claim: e.text(w),
		Why: w.Say("nothing-changed")}
	v.Long = len(v.Claim) > longClaim
	if tag := wrongTags[e.Where]; tag != "" {
		v.Tag = w.Say(tag)
	}
	if s.Run != nil && len(s.Run.Runs) > 0 {
		v.Why = w.Say("last-run-stays")
	}
	switch e.Where {
	case whereData:
		v.Way = &results.WayOn{File: e.Name != "", Lines: e.Lines}
		if s.Form.Data != nil { // only then is there something to go back to
			v.Way.Back = w.Say("back-to", words.Name(w.TitleOf(s.Form.Data.Source, s.Form.Data.Title)))
		}
		if e.Name != "" {
			v.Tag = w.Say("tag-file-error")
		}
	case whereEngine:
		v.Way = &results.WayOn{Start: w.Say("start-again")}
		v.Why = w.Say("settings-stay")
		switch {
		case s.Control.Broken != Loading:
			v.Way.Start, v.Why = w.Say("start-and-go-on"), w.Say("run-is-kept")
		case s.Run != nil && s.Run.Finished() > 0:
			v.Why = w.Say("results-stay")
		}
	case whereLink:
		v.Why = w.Say("nothing-changed")
		if form.Same(s.Form.Spec, spec.Default()) {
			v.Why = w.Say("default-shown")
		}
	}
	return v
}

// Table returns the results as far as they have come. Before any run it has the arms and metrics of the
// experiment as it is set, without values.
func (s *State) Table() results.Table {
	run := s.Run
	if run == nil {
		run = results.Begin(s.Form.Spec, spec.DataSummary{})
	}
	t := run.Table(s.Words, s.AllMetrics, s.Gains, s.Stack.Pinned)
	t.Detail = run.Detail(s.Words, cmp.Or(s.Stack.Focus, run.Spec.Examined(), run.Spec.Baseline()), s.Gains)
	t.Data = s.overData()
	switch {
	case s.Run == nil:
		t.Foot = s.Words.Say("results-none")
	case s.wrong() != nil:
		t.Foot = s.Words.Say("results-last", words.Name(s.Words.TitleOf(run.Data.Source, run.Data.Title)))
	default:
		t.Foot = run.Footnote(s.Words, s.Gains)
	}
	return t
}

// Learning returns how the losses fell; before any run, empty plots of the same layout.
func (s *State) Learning() results.Learning {
	if s.Run == nil {
		l := results.NoLearning(s.Words, s.Form.Spec)
		l.Epochs = results.Begin(s.Form.Spec, spec.DataSummary{}).Epochs(s.Words, s.Epochs)
		l.Alarms = s.Words.Say("alarms-title")
		if s.Epochs.Curves {
			l.Curves = s.curves()
		}
		return l
	}
	l := s.Run.Learning(s.Words, s.Stack.Focus)
	l.Epochs = s.Run.Epochs(s.Words, s.Epochs)
	l.Alarms = s.alarmsTab()
	if s.Epochs.Curves {
		l.Curves = s.curves()
	}
	return l
}
