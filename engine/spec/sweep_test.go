package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
)

// sweepText is the default spec with some of its values replaced by lists.
func sweepText(t *testing.T, replace ...string) string {
	t.Helper()
	text, err := json.MarshalIndent(Default(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	out := string(text)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(out, replace[i]) {
			t.Fatalf("the default spec has no %s", replace[i])
		}
		out = strings.ReplaceAll(out, replace[i], replace[i+1])
	}
	return out
}

func TestASweepIsEveryCombinationOfItsLists(t *testing.T) {
	s, err := ParseSweep([]byte(sweepText(t, `"weight": 5`, `"weight": [0, 0.5, 5]`,
		`"epochs": 8,`+"\n  \"batch\"", `"epochs": [1, 2],`+"\n  \"batch\"",
		`"source": "builtin/server"`, `"source": ["builtin/server", "builtin/pool"]`)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Axis{{"data.source", []string{`"builtin/server"`, `"builtin/pool"`}},
		{"arms.objective.weight", []string{"0", "0.5", "5"}}, {"train.epochs", []string{"1", "2"}}}
	if !reflect.DeepEqual(s.Axes, want) {
		t.Fatalf("axes %+v, want %+v", s.Axes, want)
	}
	if s.Axes[0].Text(1) != "builtin/pool" || s.Axes[1].Name() != "weight" || s.Find("epochs") != 2 ||
		s.Find("train.epochs") != 2 || s.Find("rate") != -1 {
		t.Error("axes have other names")
	}
	seen := map[string]bool{}
	for _, at := range s.Grid() {
		got, err := s.At(at, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := Default()
		want.Data.Source = s.Axes[0].Text(at[0])
		for i := range want.Arms {
			if want.Arms[i].Distils() { // both arms vary together
				want.Arms[i].Objective.Weight = []float64{0, 0.5, 5}[at[1]]
			}
		}
		want.Train.Epochs = []int{1, 2}[at[2]]
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %+v, want %+v", at, got, want)
		}
		if got.IsAlone() != (at[1] == 0) {
			t.Errorf("%v: alone is %v", at, got.IsAlone())
		}
		seen[fmt.Sprint(at)] = true
	}
	if len(seen) != 12 || s.Points() != 12 {
		t.Errorf("%d places, want 12", len(seen))
	}
	if rows, columns := s.RowsAndColumns(); rows != 1 || columns != 2 {
		t.Errorf("rows %d, columns %d", rows, columns)
	}
}

// A spec without lists is a sweep of one place; lists that a spec has itself are none of a sweep.
func TestASpecIsASweepOfOnePlace(t *testing.T) {
	s, err := ParseSweep([]byte(sweepText(t)))
	if err != nil || s.Points() != 1 || len(s.Axes) != 0 {
		t.Fatalf("%+v, error %v", s.Axes, err)
	}
	if got, err := s.At(nil, 0); err != nil || !reflect.DeepEqual(got, Default()) {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestTheShareOfTheTrainingPartIsItsEnd(t *testing.T) {
	for _, share := range []string{`[0.25, 1]`, `0.25`} {
		s, err := ParseSweep([]byte(sweepText(t, `"seed": 1,`, `"seed": 1, "train_share": `+share+`,`)))
		if err != nil {
			t.Fatal(err)
		}
		at := make([]int, len(s.Axes))
		sp, err := s.At(at, 1000)
		if want := (steps.Range{From: 750, To: 1000}); err != nil || sp.Data.Train != want {
			t.Errorf("%v, error %v, want %v", sp.Data.Train, err, want)
		}
		if len(s.Axes[0].Values) > 1 {
			at[0] = 1
			if sp, err := s.At(at, 1000); err != nil || sp.Data.Train != (steps.Range{}) {
				t.Errorf("all of it is %v, error %v", sp.Data.Train, err)
			}
		}
	}
}

func TestASweepThatIsWrongIsNamedByItsField(t *testing.T) {
	for _, c := range []struct{ from, to, field, want string }{
		{`"weight": 5`, `"weight": []`, "arms[4].objective.weight", "want-sweep-values"},
		{`"weight": 5`, `"weight": [1, 1]`, "arms[4].objective.weight", "want-sweep-once"},
		{`"weight": 5`, `"weight": [[1], 2]`, "arms[4].objective.weight", "want-sweep-value"},
		{`"weight": 5`, `"weight": [null]`, "arms[4].objective.weight", "want-sweep-value"},
		{`"rate": 0.002`, `"rate": ["fast"]`, "train.rate", "want-number"},
		{`"rate": 0.002`, `"rate": [-1]`, "train.rate", "want-positive"},
		{`"rate": 0.002`, `"rates": [1]`, "train.rates", "want-field"},
		{`"seed": 1,`, `"seed": 1, "train_share": "all",`, "data.train_share", "want-share"},
		{`"seed": 1,`, `"seed": 1, "train_share": [2],`, "data.train_share", "want-share"},
	} {
		_, err := ParseSweep([]byte(sweepText(t, c.from, c.to)))
		wrong, ok := errors.AsType[*FieldError](err)
		if !ok || wrong.Field != c.field || !fault.Has(wrong.Want, c.want) {
			t.Errorf("%s: error %v, want %s, %s", c.to, err, c.field, c.want)
		}
	}
	text := sweepText(t)
	at := strings.LastIndex(text, `"weight": 5`)
	other := text[:at] + `"weight": [1, 2]` + text[at+len(`"weight": 5`):]
	at = strings.Index(other, `"weight": 5`)
	other = other[:at] + `"weight": [1, 3]` + other[at+len(`"weight": 5`):]
	if _, err := ParseSweep([]byte(other)); err == nil {
		t.Error("arms of different weights are one axis")
	}
	if _, err := ParseSweep([]byte("{")); !fault.Has(err, "spec-syntax") {
		t.Error(err)
	}
	var hundred []string
	for i := range 101 {
		hundred = append(hundred, fmt.Sprint(i+1))
	}
	list := "[" + strings.Join(hundred[:100], ",") + "]"
	_, err := ParseSweep([]byte(sweepText(t, `"batch": 16`, `"batch": `+list, `"patience": 3`, `"patience": `+list,
		`"stride": 25`, `"stride": `+list)))
	if !fault.Has(err, "sweep-too-large") {
		t.Error(err)
	}
}

func FuzzSweep(f *testing.F) {
	f.Add(`{"data": {"train_share": [0.5, 1], "source": ["a", "b"]}, "arms": [{"objective": {"weight": [1]}}]}`)
	f.Add(`{"train": {"epochs": [1, 2]}, "seeds": [1, 2], "train_share": [`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSweep([]byte(text))
		if err != nil {
			return
		}
		for i, at := range s.Grid() {
			if i == 100 {
				break
			}
			if sp, err := s.At(at, 100); err == nil && sp.Validate() != nil {
				t.Error("an invalid spec came of a sweep")
			}
		}
	})
}

// gained is a cell whose paired differences are these.
func gained(differences ...metrics.Value) MapCell {
	return MapCell{Gain: NewPaired(differences, make([]metrics.Value, len(differences)), 0.95)}
}

func TestAMapCountsWhatLeaves0AndWhatWouldByChance(t *testing.T) {
	m := Map{Level: 0.95, Cells: [][]MapCell{{gained(0.1, 0.11, 0.12), gained(-0.1, -0.11, -0.12), gained(0.1, -0.1, 0)},
		{NoCell(nil), {Alone: true}, gained(0.1)}}}
	got := m.Counts()
	if math.Abs(got.Chance-0.15) > 1e-12 {
		t.Errorf("%v would leave 0 by chance, want 0.15", got.Chance)
	}
	if got.Chance = 0; got != (MapCounts{All: 5, Run: 4, Above: 1, Below: 1}) {
		t.Errorf("%+v", got)
	}
}

// Where nothing differs, the share of cells that leave 0 is what a map says of chance.
func TestChanceLeavesAsManyCellsAsAMapSays(t *testing.T) {
	m := Map{Level: 0.95}
	const cells, seeds = 4000, 5
	state := uint64(1)
	uniform := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return (float64(state>>11) + 0.5) / (1 << 53)
	}
	for range cells {
		var d []metrics.Value
		for range seeds {
			d = append(d, metrics.Value(math.Sqrt(-2*math.Log(uniform()))*math.Cos(2*math.Pi*uniform())))
		}
		m.Cells = append(m.Cells, []MapCell{gained(d...)})
	}
	n := m.Counts()
	if left := float64(n.Above + n.Below); math.Abs(left-n.Chance) > 4*math.Sqrt(n.Chance) {
		t.Errorf("%v cells of %d leave 0, by chance about %v", left, cells, n.Chance)
	}
}

func TestMapsAreLaidOutByTheirAxes(t *testing.T) {
	s := Sweep{Axes: []Axis{{"data.source", []string{`"a"`, `"b"`}}, {"w", []string{"0", "1", "2"}}, {"e", []string{"1", "2"}}}}
	maps := s.Maps(1, 2, func(at []int) MapCell { return NoCell(at) })
	if len(maps) != 2 || len(maps[1].Cells) != 3 || len(maps[1].Cells[0]) != 2 {
		t.Fatalf("%+v", maps)
	}
	if at := maps[1].Cells[2][1].At; !reflect.DeepEqual(at, []int{1, 2, 1}) {
		t.Errorf("the cell is at %v", at)
	}
	if f := maps[1].Fixed; !reflect.DeepEqual(f, []Setting{{"source", "b"}}) {
		t.Errorf("fixed is %v", f)
	}
	one := Sweep{Axes: s.Axes[2:]}.Maps(-1, 0, func(at []int) MapCell { return NoCell(at) })
	if len(one) != 1 || len(one[0].Cells) != 1 || len(one[0].Cells[0]) != 2 {
		t.Errorf("%+v", one)
	}
}
