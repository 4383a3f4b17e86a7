// Package runfile is a finished run as files that other programs read: a folder, or one zip of the same.
package runfile

import (
	"encoding/csv"
	"encoding/json"
	"io"

	"cosinelab/engine/alarms"
	"cosinelab/engine/spec"
)

// Ending is that of the names of zips.
const Ending = ".cosinelab"

// Version is the version of the files that this package writes; it reads this one, and folders of before there were
// versions.
const Version = 1

// The files of a run. Detectors lie in a folder of their own.
const (
	AboutFile    = "run.json"
	ReadmeFile   = "README.txt"
	SpecFile     = "spec.json"
	ReportFile   = "report.json"
	TextFile     = "report.txt" // the report as the program prints it
	HistoryFile  = "history.csv"
	ScoresFile   = "scores.csv"
	MetricsFile  = "metrics.csv"
	AlarmsFile   = "alarms.csv"
	SignalsFile  = "signals.npz"
	DetectorsDir = "detectors"
)

// Files describes the files of a run, in the order of a zip; About is the key of the words that say what is in one.
var Files = []struct{ Name, About string }{
	{ReadmeFile, "runfile-about-readme"}, {AboutFile, "runfile-about-run"}, {SpecFile, "runfile-about-spec"},
	{ReportFile, "runfile-about-report"}, {TextFile, "runfile-about-text"},
	{HistoryFile, "runfile-about-history"}, {ScoresFile, "runfile-about-scores"},
	{MetricsFile, "runfile-about-metrics"}, {AlarmsFile, "runfile-about-alarms"},
	{SignalsFile, "runfile-about-signals"},
}

// DetectorsAbout is the key of the words that say what DetectorsDir holds.
const DetectorsAbout = "runfile-about-detectors"

// Put writes a file by its name in a run, whole or not at all.
type Put func(name string, write func(io.Writer) error) error

// About says what wrote a run, and of what.
type About struct {
	Version int    `json:"version"`
	Program string `json:"program"`
	// DataSHA256 is that of the data: see Signals.SHA256.
	DataSHA256 string `json:"data_sha256,omitempty"`
	Command    string `json:"command,omitempty"` // that gives the run again
	Link       string `json:"link,omitempty"`    // the part of the page's address that opens its experiment, from # on
}

// Run is a finished run with what its files say beyond the report.
type Run struct {
	About   About
	Report  spec.Report           // with the scores of its runs
	Time    func(step int) string // of the test part; empty = nobody knows
	Labels  []uint8               // one a step of the test part; nil = nobody knows
	Signals *Signals              // nil = they are left out
	Readme  string                // what each file holds, for people
	Text    string                // the report, for people
}

// Write writes every file but the detectors, which are written when their training ends. The report comes last: a
// folder that has it is taken for finished.
func (r Run) Write(put Put) error {
	tables := []struct {
		name string
		rows func(*csv.Writer)
	}{{HistoryFile, r.history}, {ScoresFile, r.scores}, {MetricsFile, r.metrics}}
	for _, t := range tables {
		if err := putTable(put, t.name, t.rows); err != nil {
			return err
		}
	}
	if err := put(AlarmsFile, r.alarms); err != nil {
		return err
	}
	if r.Signals != nil {
		if err := put(SignalsFile, r.Signals.Write); err != nil {
			return err
		}
	}
	for _, t := range []struct{ name, text string }{{ReadmeFile, r.Readme}, {TextFile, r.Text}} {
		if err := put(t.name, func(w io.Writer) error { _, err := io.WriteString(w, t.text); return err }); err != nil {
			return err
		}
	}
	about := r.About
	about.Version = Version
	if err := PutJSON(put, AboutFile, about); err != nil {
		return err
	}
	if err := PutJSON(put, SpecFile, r.Report.Spec); err != nil {
		return err
	}
	return PutJSON(put, ReportFile, r.Report)
}

// PutJSON writes a value as indented JSON.
func PutJSON(put Put, name string, v any) error {
	return put(name, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}

// putTable writes the CSV that rows fills. rows need not look at errors: the writer keeps the first.
func putTable(put Put, name string, rows func(*csv.Writer)) error {
	return put(name, func(w io.Writer) error {
		c := csv.NewWriter(w)
		rows(c)
		c.Flush()
		return c.Error()
	})
}

// alarms writes the alarms of all runs.
func (r Run) alarms(out io.Writer) error {
	w := alarms.NewWriter(out, alarms.CSV)
	for _, a := range r.Report.Arms {
		for _, run := range a.Runs {
			from := alarms.Source{Name: r.Report.Data.Source, Arm: run.Arm, Seed: &run.Seed,
				Channels: r.Report.Data.Channels, Series: r.Report.Data.Series, Usual: run.Usual}
			for _, alarm := range run.Raised(r.Time) {
				if err := w.Write(from, alarm); err != nil {
					return err
				}
			}
		}
	}
	return w.Close()
}
