package session

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/datasets"
	"cosinelab/datasets/found"
	"cosinelab/engine/session/protocol"
)

// A link may name several sets of the folder beside the page: they open as one, with what each has.
func TestAPatternOpensSeveralSeriesAtOnce(t *testing.T) {
	row := strings.TrimSuffix(strings.Repeat("0.1,", 38), ",") + "\n"
	p := newPage(t)
	files := fstest.MapFS{}
	for _, m := range []string{"machine-1-1", "machine-1-2"} {
		for folder, text := range map[string]string{"train": strings.Repeat(row, 100), "test": strings.Repeat(row, 120),
			"test_label": strings.Repeat("0\n", 110) + strings.Repeat("1\n", 10)} {
			files["smd/"+folder+"/"+m+".txt"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	p.session.Remote = files
	p.session.Ready()
	p.next()
	d := data()
	d.Source, d.Window, d.Channels = "smd/machine*", 50, nil
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d})
	m := p.next()
	if m.Type != protocol.TypeData || len(m.Summary.Series) != 2 || m.Summary.Series[1].Name != "smd/machine-1-2" ||
		m.Summary.TestSteps != 200 {
		t.Errorf("sent %+v", m.Response)
	}
}

// fleet is a table of pumps whose rows take turns, from a step of pump to another; machine alone names one of them, whose
// rows alone are in it.
func fleet(name string, from, to int, alone string) datasets.File {
	var b strings.Builder
	b.WriteString("machine,a,b\n")
	for t := from; t < to; t++ {
		for k, machine := range []string{"north", "south", "east"} {
			level := 50.0
			if t == 60+spike+k {
				level = 900
			}
			if alone == "" || alone == machine {
				fmt.Fprintf(&b, "%s,%d,%v\n", machine, (t+k)%7, level+float64(t%5))
			}
		}
	}
	return file(name, b.String())
}

// New data of several series are scored each by itself, as files of one are; each can be looked at.
func TestNewDataOfSeveralSeriesAreScoredEachByItself(t *testing.T) {
	p := newPage(t)
	got := withFiles(p)
	d := data()
	d.Columns = map[string]found.Role{"machine": found.Entity}
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, fleet("table.csv", 0, 103, ""))
	p.wait(protocol.TypeData)
	sp := small()
	sp.Data = d
	p.run(protocol.TypeRun, sp)
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	score := &protocol.Score{Of: &protocol.Of{Arm: "alone", Seed: 1}}
	p.post(protocol.Request{Type: protocol.TypeScore, Score: score}, fleet("all.csv", 60, 103, ""))
	all := p.scoredAll()
	if len(all.Series) != 3 || all.Alarms != nil || all.Steps != 3*43 {
		t.Fatalf("%d series, %d steps", len(all.Series), all.Steps)
	}
	sum := 0
	looks := func(series int) []float32 {
		t.Helper()
		v := protocol.View{Width: 43, Lines: []protocol.Line{{}}, Scored: true, Series: series}
		v.To = 43
		p.post(protocol.Request{Type: protocol.TypeView, View: &v})
		m, _ := p.wait(protocol.TypeSeries)
		return m.values
	}
	var values [][]float32
	for i := range all.Series {
		values = append(values, looks(i))
	}
	v := protocol.View{Width: 43, Lines: []protocol.Line{{}}, Scored: true, Series: 3}
	v.To = 43
	p.fails(p.post(protocol.Request{Type: protocol.TypeView, View: &v}), "view", "", "")
	p.post(protocol.Request{Type: protocol.TypeExport, Export: &protocol.Export{What: protocol.ExportAlarms, Format: "csv"}})
	m, _ := p.wait(protocol.TypeFile)
	list := string(got[m.Name])
	for i, one := range all.Series {
		p.post(protocol.Request{Type: protocol.TypeScore, Score: score}, fleet("one.csv", 60, 103, one.Name))
		alone := p.scoredAll()
		mine := alone.Series[0]
		if !reflect.DeepEqual(one, mine) || one.Count != len(one.Alarms) || one.Steps != 43 {
			t.Errorf("%s: %+v, alone %+v", one.Name, one, mine)
		}
		same := looks(0)
		for k, x := range values[i] {
			if math.Float32bits(x) != math.Float32bits(same[k]) {
				t.Fatalf("%s: value %d is %v, alone %v", one.Name, k, x, same[k])
			}
		}
		if sum += one.Count; one.Count > 0 && !strings.Contains(list, one.Name) {
			t.Errorf("the file of alarms does not name %s:\n%s", one.Name, list)
		}
	}
	if sum != all.Count || sum == 0 {
		t.Errorf("%d alarms of all series, %d in sum", all.Count, sum)
	}
}
