package sheet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// lookedAt is the sheet of a file that was read.
func lookedAt(t *testing.T, name string, content []byte) *Sheet {
	t.Helper()
	d := spec.Default().Data
	d.Source = "file/" + name
	s := New(d, form.Dropped{ID: 1, Names: []string{name}})
	again(t, s, content)
	return s
}

// again has the engine look at the file as it is decided now; it notes an error on the sheet.
func again(t *testing.T, s *Sheet, content []byte) {
	t.Helper()
	s.Ask(1)
	f := datasets.File{Name: s.Files.Names[0], Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
	set, err := datasets.ReadFiles(context.Background(), []datasets.File{f}, experiment.FileOptions(s.Data))
	var summary spec.DataSummary
	if err == nil {
		summary, err = experiment.Look(s.Data, set)
	}
	if err != nil {
		s.Refuse(&protocol.Error{Where: "data", Fault: fault.Of(err)})
		return
	}
	s.Hear(protocol.Response{Type: protocol.TypeLooked, ID: 1, Look: &protocol.Look{Summary: summary, Preview: set.Look}})
}

// unique wants every value of a list to be there once: the page keeps elements apart by them.
func unique(t *testing.T, what string, list []form.Choice) {
	t.Helper()
	on := 0
	for i, c := range list {
		if slices.ContainsFunc(list[:i], func(d form.Choice) bool { return d.Value == c.Value }) {
			t.Errorf("%s: %q is there twice in %+v", what, c.Value, list)
		}
		if c.On {
			on++
		}
	}
	if on > 1 {
		t.Errorf("%s: %d choices are on", what, on)
	}
}

// checkView wants a view that can be drawn.
func checkView(t *testing.T, name string, s *Sheet) {
	t.Helper()
	for _, tag := range words.Tags() {
		v := s.View(words.In(tag), false)
		unique(t, name+": times", v.Times)
		unique(t, name+": labels", v.Labels)
		unique(t, name+": header", v.Header)
		unique(t, name+": scaling", v.Scaling)
		places := map[int]bool{}
		for _, c := range v.Columns {
			unique(t, name+": roles of "+c.Name, c.Choices)
			if places[c.Place] {
				t.Errorf("%s: place %d is there twice", name, c.Place)
			}
			places[c.Place] = true
		}
		chips := map[int]bool{}
		for _, c := range v.Chips {
			if chips[c.Place] {
				t.Errorf("%s: the chip of place %d is there twice", name, c.Place)
			}
			chips[c.Place] = true
		}
		for _, it := range v.Found {
			unique(t, name+": "+it.Text, it.Choices)
		}
		if v.Claim == "" || v.Tag == "" || strings.Contains(v.Claim, "{") {
			t.Errorf("%s: the sheet says %q", name, v.Claim)
		}
	}
}

// Every file that people came with can be drawn, whatever is then decided about it.
func TestEveryFileCanBeDrawn(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/cases/*.*")
	if len(files) == 0 {
		t.Skip("no ../shared/cases")
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil || filepath.Ext(file) == ".md" {
			continue
		}
		name := filepath.Base(file)
		s := lookedAt(t, name, content)
		checkView(t, name, s)
		var answers []struct{ what, text string }
		for _, it := range s.View(words.English(), false).Found {
			for _, c := range it.Choices {
				answers = append(answers, struct{ what, text string }{it.What, c.Value})
			}
		}
		for _, c := range s.columns() {
			for _, role := range append([]found.Role{""}, found.Given...) {
				answers = append(answers, struct{ what, text string }{Role + "1", string(role)})
			}
			_ = c
			break
		}
		for _, a := range answers {
			s := lookedAt(t, name, content)
			s.Decide(a.what, a.text)
			again(t, s, content)
			checkView(t, name+" with "+a.what+" "+a.text, s)
		}
	}
}

func TestUnitsStandApartFromNames(t *testing.T) {
	for name, want := range map[string][2]string{"temp [degC]": {"temp", "degC"}, "Druck (bar)": {"Druck", "bar"},
		"flow [m³/h] ": {"flow", "m³/h"}, "pump (2)": {"pump (2)", ""}, "[degC]": {"[degC]", ""}, "speed": {"speed", ""},
		"note (see the other table)": {"note (see the other table)", ""}} {
		if short, unit := unitOf(name); short != want[0] || unit != want[1] {
			t.Errorf("%q: %q in %q", name, short, unit)
		}
	}
	s := lookedAt(t, "pump.csv", []byte("time,temp [degC],flow\n"+strings.Repeat("2024-01-01,1,2\n", 40)))
	for _, c := range s.View(words.English(), false).Columns {
		if (c.Unit == "degC") != (c.Name == "temp") {
			t.Errorf("%+v", c)
		}
	}
}

func TestRowsAreSortedOrLeftAsTheyStand(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,flow\n")
	for i := range 80 {
		at := i
		if i == 40 || i == 41 {
			at = 81 - i // two rows change places
		}
		fmt.Fprintf(&b, "2024-01-01 00:%02d:%02d,%d\n", at/60, at%60, at*7%11)
	}
	s := lookedAt(t, "pump.csv", []byte(b.String()))
	choice := func() *Item {
		for _, it := range s.View(words.English(), false).Found {
			if it.What == Order {
				return &it
			}
		}
		return nil
	}
	it := choice()
	if it == nil || it.Look != LookDoubt || len(it.Choices) != 2 || !it.Choices[0].On {
		t.Fatalf("rows out of order: %+v", it)
	}
	s.Decide(Order, "file")
	if !s.Stale() || !strings.Contains(s.Command(), "-order file") {
		t.Errorf("stale: %v, %s", s.Stale(), s.Command())
	}
	again(t, s, []byte(b.String()))
	if it = choice(); it == nil || it.Look != LookDone || !it.Choices[1].On || !strings.Contains(it.Text, "left as they stand") {
		t.Errorf("left as they stand: %+v", it)
	}
	s.Decide(Order, "time")
	again(t, s, []byte(b.String()))
	if it = choice(); it == nil || it.Look != LookDone || !it.Choices[0].On {
		t.Errorf("asked to sort: %+v", it)
	}
}
