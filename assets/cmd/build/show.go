//go:build !js

package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"reflect"

	"cosinelab/assets/words"
	"cosinelab/engine/session/recorded"
	"cosinelab/ui"
	"cosinelab/ui/results"
	"cosinelab/ui/state"
	"cosinelab/ui/still"
)

// recordedFile is the run as the program reads it, relative to assets.
const recordedFile = "recorded.json"

// sheetFile is what the page without a program has in its style sheet.
const sheetFile = "still.css"

// place is where the page stands in index.html until the program takes it over.
var place = []byte("<x-page></x-page>")

// settings is where index.html has the address of the default experiment, which the recorded run is of.
var settings = []byte(`data-settings=""`)

// buckets is how wide the plots of the page without a program are: about a third of what they usually are, which
// can be seen, and keeps the page small.
const buckets = 250

// show adds the run to the sources: as a file, and as what index.html shows.
func (m *made) show(sources map[string][]byte) error {
	text, run, err := m.pack()
	if err != nil {
		return err
	}
	sources[recordedFile] = text
	if !bytes.Contains(sources[index], settings) {
		return fmt.Errorf("assets/%s: no %s", index, settings)
	}
	var pages []still.Page
	for _, tag := range words.Tags() {
		pages = append(pages, still.Page{Tag: tag, Root: &ui.Page{State: begun(tag, run)}})
	}
	address := `data-settings="` + html.EscapeString(begun(words.Tags()[0], run).Hash()) + `"`
	sources[index] = bytes.Replace(sources[index], settings, []byte(address), 1)
	page, sheet := still.Write(pages)
	sources[sheetFile] = sheet
	sources[index] = bytes.Replace(sources[index], place, page, 1)
	return nil
}

// pack rounds the numbers of the run to as few digits as leave every word that the page says as it is.
func (m *made) pack() ([]byte, *recorded.Run, error) {
	lines := m.lines()
	whole := &recorded.Run{Report: m.Report, Catalogue: m.Catalogue, Lines: lines}
	for digits := 4; digits <= 17; digits++ {
		text, err := recorded.Pack(m.Report, m.Catalogue, lines, digits)
		if err != nil {
			return nil, nil, err
		}
		run, err := recorded.Read(text)
		if err != nil {
			return nil, nil, err
		}
		if sameWords(whole, run) {
			return text, run, nil
		}
	}
	return nil, nil, errors.New("the recorded run says something else once it is written down")
}

// begun is the state of a page that has the run, before there is an engine.
func begun(tag string, run *recorded.Run) *state.State {
	s, _ := state.New(words.In(tag), "", 0)
	s.Record(run, buckets)
	return s
}

// sameWords tells whether the page says the same of both, whatever is opened on it.
func sameWords(a, b *recorded.Run) bool {
	for _, tag := range words.Tags() {
		if !reflect.DeepEqual(said(tag, a), said(tag, b)) {
			return false
		}
	}
	return true
}

// said is the words of every view.
func said(tag string, run *recorded.Run) (all []any) {
	s := begun(tag, run)
	for _, gain := range []bool{false, true} {
		s.Gains, s.AllMetrics = gain, true
		for _, r := range s.Table().Rows {
			for _, c := range r.Cells {
				all = append(all, c.Value, c.Company, c.Doubtful)
			}
		}
	}
	v := s.Verdict()
	all = append(all, v.Claim, v.Why, v.Note, v.Effect.Label, v.Effect.Spoken)
	s.Update(state.LookAt{Epochs: results.EpochsShown})
	for _, a := range run.Report.Arms {
		s.Stack.Focus = a.Arm.Name
		l := s.Learning()
		all = append(all, s.Table().Detail, l.Sub, l.Epochs.Claim, l.Epochs.Rows)
		for _, p := range l.Plots {
			all = append(all, p.Title, p.Sub, p.Spoken)
		}
		if l := s.Scene().Focused(); l != nil {
			for _, alarm := range l.Alarms {
				s.Stack.Cursor = alarm.From
				all = append(all, s.Causes())
			}
		}
	}
	s.Alarms.Open = true
	for _, r := range s.AlarmList().Rows {
		all = append(all, r.Judged, r.Start, r.Length, r.Peak, r.Channels)
	}
	return all
}
