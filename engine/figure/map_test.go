package figure

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

func mapCell(differences ...metrics.Value) spec.MapCell {
	return spec.MapCell{Gain: spec.NewPaired(differences, make([]metrics.Value, len(differences)), 0.95)}
}

// grid is a map with a cell of each kind.
func grid() spec.Map {
	alone := spec.NoCell(nil)
	alone.Alone, alone.Base = true, 0.339
	return spec.Map{Title: "Server", Rows: spec.Axis{Field: "arms.objective.weight", Values: []string{"0", "0.5"}},
		Columns: spec.Axis{Field: "train.epochs", Values: []string{"1", "2", "4"}}, Metric: "average_precision",
		Arm: "cosine", Over: "alone", Level: 0.95,
		Cells: [][]spec.MapCell{{alone, alone, spec.NoCell(nil)},
			{mapCell(0.04, 0.041, 0.042), mapCell(-0.04, -0.041, -0.042), mapCell(0.03, -0.02, 0.01)}}}
}

// svgOf draws a map.
func svgOf(t *testing.T, m spec.Map) string {
	t.Helper()
	f, err := NewMap(m, words.English(), 120*vg.Millimeter)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats() {
		if err := f.Write(&bytes.Buffer{}, format); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAMapSaysInNumbersWhatItSaysInColour(t *testing.T) {
	svg := svgOf(t, grid())
	for _, want := range []string{"+4.1", "−4.1", "+0.7", "33.9", "weight", "epochs", "interval contains 0", "not run",
		"3 of 4 cells run: 1 above 0, 1 below; by chance alone about 0.2 would leave 0"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %q in the map", want)
		}
	}
}

// Blue for a gain, vermilion for harm, and hatching only where the interval contains 0.
func TestTheColoursOfAMap(t *testing.T) {
	// Six points are the strongest colour, which the legend does not have.
	solid := func(d ...metrics.Value) (fills, strokes int) {
		m := grid()
		m.Rows.Values, m.Columns.Values = []string{"1"}, []string{"1"}
		m.Cells = [][]spec.MapCell{{mapCell(d...)}}
		g := &gainMap{Map: m, step: 2}
		svg := svgOf(t, m)
		colour := g.colour(6)
		if d[0] < 0 {
			colour = g.colour(-6)
		}
		name := strings.ToUpper(hexOf(colour))
		return strings.Count(svg, "fill:#"+name), strings.Count(svg, "stroke:#"+name)
	}
	if fills, strokes := solid(0.058, 0.06, 0.062); fills == 0 || strokes != 0 {
		t.Errorf("a gain has %d surfaces, %d strokes", fills, strokes)
	}
	if fills, strokes := solid(-0.058, -0.06, -0.062); fills == 0 || strokes != 0 {
		t.Errorf("harm has %d surfaces, %d strokes", fills, strokes)
	}
	if fills, strokes := solid(0.14, -0.02, 0.06); fills != 0 || strokes == 0 {
		t.Errorf("what contains 0 has %d surfaces, %d strokes", fills, strokes)
	}
}

// hexOf is a colour as SVG has it.
func hexOf(c color.NRGBA) string { return fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B) }

func TestAWideMapIsWidened(t *testing.T) {
	m := grid()
	m.Columns.Values, m.Cells = nil, [][]spec.MapCell{nil, nil}
	for i := range 40 {
		m.Columns.Values = append(m.Columns.Values, string(rune('a'+i%26)))
		for y := range m.Cells {
			m.Cells[y] = append(m.Cells[y], mapCell(0.1, 0.2))
		}
	}
	f, err := NewMap(m, words.English(), 60*vg.Millimeter)
	if err != nil || f.Width <= 60*vg.Millimeter {
		t.Errorf("width %v, error %v", f.Width, err)
	}
}
