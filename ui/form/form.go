// Package form is the experiment while a person sets it.
package form

import (
	"encoding/json"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Form is the experiment as it is set, with what it can be set to.
type Form struct {
	Spec      spec.Spec
	Catalogue []protocol.Source
	Passed    []protocol.Passed // what the served folder holds and does not offer, with reasons

	Group string            // the data tab that is open
	Data  *spec.DataSummary // of Spec.Data; nil until it is read
	Files Dropped           // by which a source of GroupFile is read
	Open  *Reading          // the series that is being read; nil = none is
	early []Reading         // those that were asked for before it, whose answers may be on their way
	More  bool              // all settings are shown

	preset string    // that was chosen last; empty = none was
	chosen spec.Spec // its experiment

	Reject Reject
}

// Reading is a series on its way. Only once it is there does it take the place of the one before, so that a
// file that cannot be read changes nothing.
type Reading struct {
	ID    int // of the request
	Data  spec.Data
	Files Dropped // it is read from; they replace Form.Files once it is there
	Field Field   // whose change asked for it; empty when none did
}

// Dropped is files that a person dropped or chose together. The page keeps their contents by the number: a
// name may be that of another file that was dropped before or after.
type Dropped struct {
	ID    int // from 1; 0 = there are none
	Names []string
}

// Holds tells whether a source is one of the files, or several of them.
func (d Dropped) Holds(source string) bool {
	return isFile(source) && !slices.ContainsFunc(fileNames(source), func(name string) bool {
		return !slices.Contains(d.Names, name)
	})
}

// Of returns the number of the files by which a source is read; 0 = it is none of them.
func (d Dropped) Of(source string) int {
	if d.Holds(source) {
		return d.ID
	}
	return 0
}

// Reject is a typed value that was not taken.
type Reject struct {
	Field Field
	Why   *fault.Fault
	Times int // grows with each, so that the same mistake made twice still puts the old value back
}

// Choose notes that the experiment is that of a preset; empty = of none.
func (f *Form) Choose(preset string) { f.preset, f.chosen = preset, clone(f.Spec) }

// Preset is the preset whose experiment is set; empty = it is none of them.
func (f *Form) Preset() string {
	if f.preset == "" || !Same(f.Spec, f.chosen) {
		return ""
	}
	return f.preset
}

// Names of the data tabs; the first two are groups of protocol.Source.
const (
	GroupBuiltin   = "builtin"
	GroupBenchmark = "benchmark"
	GroupFile      = "file"
)

// filePrefix begins the source of a series that a person dropped.
const filePrefix = GroupFile + "/"

// New returns the form of an experiment.
func New(s spec.Spec) Form {
	f := Form{Spec: s}
	f.ShowGroup()
	return f
}

// GroupOf returns the data tab that a source belongs to. A file that the page holds goes before one of the
// same name that is served.
func (f *Form) GroupOf(source string) string {
	if f.Files.Holds(source) {
		return GroupFile
	}
	for _, c := range f.Catalogue {
		if c.ID == source {
			return c.Group
		}
	}
	switch {
	case isFile(source):
		return GroupFile
	case isBuiltin(source):
		return GroupBuiltin
	}
	return GroupBenchmark
}

func isBuiltin(source string) bool { return strings.HasPrefix(source, GroupBuiltin+"/") }

// ShowGroup opens the data tab of the series in use.
func (f *Form) ShowGroup() { f.Group = f.GroupOf(f.Spec.Data.Source) }

// Set takes a typed value over, or says why not and keeps the old one. A value that is about the series is
// not taken yet: Set returns what to read first, nil for nothing. fixed is where a fixed threshold starts
// that nobody has set.
func (f *Form) Set(field Field, text string, fixed float64) (read *spec.Data) {
	r := rowOf(field)
	if r == nil {
		return nil // a field of another version's page
	}
	next := clone(f.Spec)
	err := r.set(&next, text)
	if err == nil {
		adapt(&next, fixed)
		err = next.Validate()
	}
	if err != nil {
		f.Refuse(field, reason(field, err))
		return nil
	}
	f.Reject = Reject{Times: f.Reject.Times}
	if !Same(next.Data, f.Spec.Data) {
		return &next.Data
	}
	f.Spec = next
	return nil
}

// Refuse says beside a setting why a value was not taken.
func (f *Form) Refuse(field Field, why *fault.Fault) {
	f.Reject = Reject{Field: field, Why: why, Times: f.Reject.Times + 1}
}

// Toggle switches the arms of a kind on or off. It does nothing that would leave a spec that cannot be
// trained, and tells whether it did something.
func (f *Form) Toggle(kind string) bool {
	next := clone(f.Spec)
	toggleArm(&next, kind)
	if next.Validate() != nil {
		return false
	}
	f.Spec = next
	return true
}

// Fresh describes another series with the settings that are not about the one before: window, stride,
// scaling, seed. All that is said of a file belongs to that file.
func (f *Form) Fresh(source string) spec.Data {
	was := f.Spec.Data
	return spec.Data{Source: source, Seed: was.Seed, Scaling: was.Scaling, Window: was.Window, Stride: was.Stride}
}

// Source is the source of a series in dropped files: it names the first; the others may be its test part or
// its labels.
func (d Dropped) Source() string { return filePrefix + d.Names[0] }

// Missing tells whether a series is a file that is neither among these nor served.
func (f *Form) Missing(d spec.Data, files Dropped) bool {
	return isFile(d.Source) && !files.Holds(d.Source) && !f.Served(d.Source)
}

// Served tells whether a source is a file of the folder beside the page, or several; of a pattern the engine says
// whether there are such.
func (f *Form) Served(source string) bool {
	if !isFile(source) {
		return false
	}
	for _, name := range fileNames(source) {
		if !strings.ContainsAny(name, "*?") && !slices.ContainsFunc(f.Catalogue,
			func(c protocol.Source) bool { return c.ID == filePrefix+name }) {
			return false
		}
	}
	return len(f.Catalogue) > 0
}

func isFile(source string) bool { return strings.HasPrefix(source, filePrefix) }

// FileName returns the name of the file that a source stands for, of several their names.
func FileName(source string) (name string, file bool) {
	if !isFile(source) {
		return source, false
	}
	return strings.Join(fileNames(source), ", "), true
}

// fileNames are the names of the files of a source, which are parted as in lists of sources.
func fileNames(source string) []string {
	return strings.Split(strings.TrimPrefix(source, filePrefix), ","+filePrefix)
}

// Expect names a series that cannot be read yet. The summary of another one must not stand beside it.
func (f *Form) Expect(d spec.Data, files Dropped) {
	if !Same(d, f.Spec.Data) || files.Of(d.Source) != f.Files.Of(f.Spec.Data.Source) {
		f.Data = nil
	}
	f.Spec.Data, f.Files = d, files
	f.HearNothing()
}

// Read notes that a series is asked for, in place of the one that is being read.
func (f *Form) Read(r Reading) {
	if f.Open != nil {
		f.early = append(f.early, *f.Open)
	}
	f.Open = &r
}

// Answered ends the reading with this number, whatever became of it, and those before it, to which no answer
// comes any more. It returns nil when nobody has asked.
func (f *Form) Answered(id int) *Reading {
	for i, r := range f.early {
		if r.ID == id {
			f.early = f.early[i+1:]
			return &r
		}
	}
	if r := f.Open; r != nil && r.ID == id {
		f.HearNothing()
		return r
	}
	return nil
}

// HearNothing forgets what was asked of an engine that does not answer any more.
func (f *Form) HearNothing() { f.Open, f.early = nil, nil }

// Opened takes over a series that was read. It may be one that was asked for before Open: the engine shows
// what it has read last, and so does the page, whatever comes after it or fails. It tells whether the page
// showed another, or none, before.
func (f *Form) Opened(r Reading, d *spec.DataSummary) (changed bool) {
	changed = f.Data == nil || !Same(r.Data, f.Spec.Data) ||
		r.Files.Of(r.Data.Source) != f.Files.Of(f.Spec.Data.Source)
	f.Spec.Data, f.Files, f.Data = r.Data, r.Files, d
	f.ShowGroup()
	return changed
}

// clone returns a copy whose arms and seeds can be changed, so that a change that is not taken leaves nothing
// behind.
func clone(s spec.Spec) spec.Spec {
	s.Arms = slices.Clone(s.Arms)
	s.Seeds = slices.Clone(s.Seeds)
	return s
}

// Copy returns the experiment for a run, which later changes of the form do not reach.
func (f *Form) Copy() spec.Spec { return clone(f.Spec) }

// Same tells whether two values have the same JSON: what a link or a report would not tell apart is the same.
func Same[T any](a, b T) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
