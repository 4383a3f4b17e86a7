package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/figure"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

const length = 400

// cut is the threshold of every run of sample, peak its highest score.
const cut, peak = 1.0, 4.0

// sample is a report of the default experiment with invented numbers.
func sample() figure.Input {
	rng := rand.New(rand.NewPCG(1, 2))
	sp := spec.Default()
	objective := func(k spec.ObjectiveKind, a spec.AxisKind) spec.Objective {
		return spec.Objective{Kind: k, Weight: 0.5, Axis: a, Schedule: spec.WeightConstant}
	}
	sp.Arms = []spec.Arm{
		{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}},
		{Name: "cosine", Objective: objective(spec.ObjectiveCosine, spec.AxisChannel)},
		{Name: "mse", Objective: objective(spec.ObjectiveMSE, 0)},
		{Name: "untrained", Control: spec.ControlUntrained},
		{Name: "random", Control: spec.ControlRandom},
	}
	r := spec.Report{Version: spec.Version, Spec: sp,
		Data: spec.DataSummary{Source: sp.Data.Source, Title: "Web server",
			Channels: []string{"requests", "load", "latency"}, TestSteps: length, ScoredSteps: length,
			Labelled: true, Anomalous: 41,
			Segments: []spec.Segment{{Range: steps.Range{From: 50, To: 90}, Channels: []int{1}},
				{Range: steps.Range{From: 200, To: 201}, Channels: []int{1, 2}}}}}
	for _, seed := range sp.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed, Epochs: epochs(rng, "")})
	}
	for _, arm := range sp.Arms {
		a := spec.ArmReport{Arm: arm}
		for _, seed := range sp.Seeds {
			a.Runs = append(a.Runs, run(rng, arm, seed))
		}
		r.Arms = append(r.Arms, a)
	}
	test := datasets.Series{Rows: length, Channels: 3}
	for range length * 3 {
		test.Values = append(test.Values, rng.Float32()*4-2)
	}
	return figure.Input{Report: r, Test: test, Words: words.English(), Version: "1.2.3"}
}

func run(rng *rand.Rand, arm spec.Arm, seed uint64) spec.Run {
	r := spec.Run{Arm: arm.Name, Seed: seed,
		Threshold: spec.Cut{Policy: spec.PolicyTrainPercentile, Value: cut}, Hits: 1, FalseRuns: 1,
		Alarms: []steps.Range{{From: 60, To: 64}, {From: 300, To: 310}}}
	for t := range length {
		r.Scores = append(r.Scores, rng.Float64()*cut)
		if t == 61 || t == 305 {
			r.Scores[t] = peak
		}
	}
	for _, m := range metrics.All {
		r.Metrics = append(r.Metrics, spec.Measure{Name: m.Name,
			Value: metrics.Value(0.2 + 0.6*rng.Float64()), Chance: 0.1})
	}
	if arm.Control == spec.ControlNone {
		r.Epochs = epochs(rng, "to_teacher")
		for i := range r.Epochs {
			r.Epochs[i].Test = []spec.Measure{{Name: spec.DefaultHeadline,
				Value: metrics.Value(0.3 + 0.1*rng.Float64()), Chance: 0.1}}
		}
	}
	return r
}

func epochs(rng *rand.Rand, check string) (all []spec.Epoch) {
	for e := range 10 {
		loss := []spec.Part{{Name: "own", Value: math.Exp(-float64(e)/3) + 0.1*rng.Float64()}}
		all = append(all, spec.Epoch{Epoch: e + 1, Losses: loss, Validation: loss})
		if check != "" {
			all[e].Validation = append(all[e].Validation[:1:1],
				spec.Part{Name: check, Value: 0.3 / float64(e+1)})
		}
	}
	return all
}

var page = figure.Options{Width: 180 * vg.Millimeter}

func mustNew(t *testing.T, name string, in figure.Input, o figure.Options) *figure.Figure {
	t.Helper()
	f, err := figure.New(name, in, o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func bytesOf(t *testing.T, f *figure.Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, format); err != nil {
		t.Fatalf("%s as %s: %v", f.Name, format, err)
	}
	return b.Bytes()
}

// drawing is what an SVG holds.
type drawing struct {
	texts []string
	paths []path
	xml   string
}

// path is an outline with its style: fill or stroke, a colour in capitals.
type path struct {
	style  string
	colour string
	filled bool
	box    box
}

type box struct{ x0, y0, x1, y1 float64 }

var (
	colourOf = regexp.MustCompile(`(fill|stroke):(#[0-9A-F]{6})`)
	pointOf  = regexp.MustCompile(`[ML]([0-9.e+-]+),([0-9.e+-]+)`) // arcs begin where a move ended
)

// parse reads an SVG. It fails the test if a coordinate is no number, or lies outside the figure.
func parse(t *testing.T, f *figure.Figure) drawing {
	t.Helper()
	d := drawing{xml: string(bytesOf(t, f, "svg"))}
	for _, bad := range []string{"NaN", "Inf"} {
		if strings.Contains(d.xml, bad) {
			t.Fatalf("%s: the SVG has %s", f.Name, bad)
		}
	}
	reader := xml.NewDecoder(strings.NewReader(d.xml))
	inText := false
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			inText = x.Name.Local == "text"
			if x.Name.Local == "path" {
				d.paths = append(d.paths, pathOf(t, x))
			}
		case xml.CharData:
			if inText {
				d.texts = append(d.texts, string(x))
			}
		case xml.EndElement:
			inText = false
		}
	}
	for _, p := range d.paths {
		b := p.box
		if b.x0 < -1 || b.y0 < -1 || b.x1 > float64(f.Width)+1 || b.y1 > float64(f.Height)+1 {
			t.Fatalf("%s: a path reaches over %v, outside %v × %v", f.Name, b, f.Width, f.Height)
		}
	}
	return d
}

func pathOf(t *testing.T, x xml.StartElement) (p path) {
	t.Helper()
	p.box = box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, a := range x.Attr {
		switch a.Name.Local {
		case "style":
			p.style = a.Value
			for _, m := range colourOf.FindAllStringSubmatch(a.Value, -1) {
				p.colour, p.filled = m[2], m[1] == "fill"
			}
		case "d":
			for _, m := range pointOf.FindAllStringSubmatch(a.Value, -1) {
				px, err1 := strconv.ParseFloat(m[1], 64)
				py, err2 := strconv.ParseFloat(m[2], 64)
				if err1 != nil || err2 != nil {
					t.Fatalf("path %q: %v %v", a.Value, err1, err2)
				}
				p.box = box{min(p.box.x0, px), min(p.box.y0, py), max(p.box.x1, px), max(p.box.y1, py)}
			}
		}
	}
	return p
}

// of are the paths of a colour, filled or stroked.
func (d drawing) of(colour string, filled bool) (found []path) {
	for _, p := range d.paths {
		if same(p.colour, colour) && p.filled == filled {
			found = append(found, p)
		}
	}
	return found
}

// same compares colours but for what rounding takes off those that shine through.
func same(a, b string) bool {
	x, err1 := strconv.ParseUint(strings.TrimPrefix(a, "#"), 16, 32)
	y, err2 := strconv.ParseUint(strings.TrimPrefix(b, "#"), 16, 32)
	if err1 != nil || err2 != nil {
		return false
	}
	for shift := 0; shift < 24; shift += 8 {
		if d := int(x>>shift&255) - int(y>>shift&255); d < -5 || d > 5 {
			return false
		}
	}
	return true
}

func (d drawing) says(text string) bool {
	for _, s := range d.texts {
		if s == text {
			return true
		}
	}
	return false
}
