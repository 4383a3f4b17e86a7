package figure_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/figure"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Colours of the arms of sample, as tokens.css has them.
var armColours = map[string]string{"student alone": "#B1480C", "+ cosine": "#1C5FD6", "+ MSE": "#93357A"}

const (
	grey       = "#646B75" // of both controls
	truthBand  = "#FAEDC0"
	inkColour  = "#16191D"
	teacherTag = "#0A7355"
)

func TestSignalPutsTruthAndThresholdsWhereTheyAre(t *testing.T) {
	d := parse(t, mustNew(t, "signal", sample(), page))
	var dotted []path // thresholds reach from the first step to the last
	for _, p := range d.of(inkColour, false) {
		if strings.Contains(p.style, "stroke-dasharray") {
			dotted = append(dotted, p)
		}
	}
	if len(dotted) != 5 {
		t.Fatalf("%d thresholds, want one an arm", len(dotted))
	}
	left, right := dotted[0].box.x0, dotted[0].box.x1
	at := func(step float64) float64 { return left + step/length*(right-left) }

	bands := d.of(truthBand, true)
	if len(bands) != 2 {
		t.Fatalf("%d bands of truth, want 2", len(bands))
	}
	if !near(bands[0].box.x0, at(50)) || !near(bands[0].box.x1, at(90)) {
		t.Errorf("the first band spans %v, want %v to %v", bands[0].box, at(50), at(90))
	}
	if middle := (bands[1].box.x0 + bands[1].box.x1) / 2; !near(middle, at(200.5)) {
		t.Errorf("the band of one step stands at %v, want %v", middle, at(200.5))
	}
	if bands[1].box.x1-bands[1].box.x0 < 0.7 {
		t.Errorf("the band of one step is %v wide: nobody sees it", bands[1].box.x1-bands[1].box.x0)
	}
	// The lane's axis is the upright line at its left edge; its range ends a little above the highest score.
	share := math.Sqrt(cut / (1.05 * peak))
	for i, p := range dotted {
		axis := nearestUpright(d, left, p.box.y0)
		if want := axis.y0 + share*(axis.y1-axis.y0); !near(p.box.y0, want) {
			t.Errorf("threshold %d lies at %v, want %v within %v", i, p.box.y0, want, axis)
		}
	}
}

// nearestUpright is the upright line at x that spans y.
func nearestUpright(d drawing, x, y float64) box {
	for _, p := range d.of(inkColour, false) {
		b := p.box
		if near(b.x0, b.x1) && math.Abs(b.x0-x) < 0.6 && b.y0 <= y && y <= b.y1 {
			return b
		}
	}
	return box{}
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.05 }

func TestSignalShowsRightFalseAndMissedAlarms(t *testing.T) {
	in := sample()
	in.Report.Spec.Arms, in.Report.Arms = in.Report.Spec.Arms[:1], in.Report.Arms[:1]
	d := parse(t, mustNew(t, "signal", in, page))
	colour := armColours["student alone"]
	filled, hollow, dashed := 0, 0, 0
	for _, p := range d.paths {
		low := p.box.y1-p.box.y0 < 4.1 && p.box.y1-p.box.y0 > 3.9 // the height of an alarm
		switch {
		case !same(p.colour, colour) || !low:
		case p.filled:
			filled++
		case strings.Contains(p.style, "dasharray"):
			dashed++
		default:
			hollow++
		}
	}
	if filled != 1 || hollow != 1 || dashed != 1 {
		t.Errorf("%d right, %d false, %d missed, want one of each", filled, hollow, dashed)
	}
}

func TestSignalKeepsSpikesOfOneStep(t *testing.T) {
	in := sample()
	const long = 50_000
	in.Report.Data.TestSteps, in.Report.Data.ScoredSteps = long, long
	in.Test = datasets.Series{Rows: long, Channels: 3, Values: make([]float32, 3*long)}
	in.Test.Values[3*31_415] = 9
	d := parse(t, mustNew(t, "signal", in, figure.Options{Width: page.Width, Channels: []int{0}}))
	highest := 0.0
	for _, p := range d.of(inkColour, true) {
		highest = max(highest, p.box.y1-p.box.y0)
	}
	if highest < 25 {
		t.Errorf("the area between extremes is %v high: the spike is lost", highest)
	}
}

func TestEveryArmAndSeedIsInTheResults(t *testing.T) {
	in, all := sample(), page
	for _, m := range metrics.All {
		all.Metrics = append(all.Metrics, m.Name)
	}
	d := parse(t, mustNew(t, "results", in, all))
	seeds := len(in.Report.Spec.Seeds)
	for name, colour := range armColours {
		marks := seeds * len(metrics.All)
		if name != "student alone" { // the others have marks, a bar and its edge of each gain besides: none is filled
			marks += (seeds + 2) * len(metrics.All)
		}
		if !d.says(name) {
			t.Errorf("no name %s", name)
		}
		// Besides its marks an arm has a bar for each mean; hollow marks are strokes like these.
		strokes, fills := len(d.of(colour, false)), len(d.of(colour, true))
		if got := strokes + fills - len(metrics.All); got != marks {
			t.Errorf("%s has %d marks, want %d", name, got, marks)
		}
	}
	for _, m := range metrics.All {
		title := words.English().Say(words.Key(m.WordKey()))
		if m.Unit != metrics.UnitShare {
			title += ", " + words.English().Say(words.Key(m.Unit.WordKey()))
		}
		if !d.says(title) {
			t.Errorf("no metric %s", title)
		}
	}
	honest, flattering := slices.Index(d.texts, "Composite F1"), slices.Index(d.texts, "Point-adjusted F1")
	heading := slices.IndexFunc(d.texts, func(s string) bool { return strings.HasPrefix(s, "Flattering") })
	if honest > heading || heading > flattering {
		t.Error("honest metrics do not come before the heading of the flattering ones")
	}
}

// apart is the sample in which + cosine gains in every seed, + MSE in none, and the random score lies far below.
func apart() figure.Input {
	in := sample()
	for i, base := range in.Report.Arms[0].Runs {
		for arm, gain := range map[int]metrics.Value{1: 0.1 + 0.02*metrics.Value(i), 2: 0.08 - 0.05*metrics.Value(i),
			4: -2} {
			for k := range base.Metrics {
				in.Report.Arms[arm].Runs[i].Metrics[k].Value = base.Metrics[k].Value + gain
			}
		}
	}
	return in
}

func TestGainsHaveTheirIntervalsBesideTheValues(t *testing.T) {
	in := apart()
	d := parse(t, mustNew(t, "results", in, figure.Options{Width: page.Width,
		Metrics: []string{spec.DefaultHeadline}}))
	if !d.says("gain, AP") || !d.says("95 % interval of the mean gain: it differs from 0") {
		t.Fatalf("no gain in %q", d.texts)
	}
	zero := math.NaN()
	for _, p := range d.of(inkColour, false) {
		if near(p.box.x0, p.box.x1) && p.box.y1-p.box.y0 > 20 {
			zero = p.box.x0
		}
	}
	bar := func(arm, colour string, dashed bool) {
		t.Helper()
		gain := in.Report.Gain(arm, "alone", spec.DefaultHeadline)
		var mean, bars []path
		for _, p := range d.of(colour, false) {
			switch height := p.box.y1 - p.box.y0; {
			case near(p.box.x0, p.box.x1) && height > 7 && p.box.x0 > 200: // right of the values
				mean = append(mean, p)
			case near(height, 6):
				bars = append(bars, p)
			}
		}
		if len(mean) != 1 || len(bars) != 1 {
			t.Fatalf("%s: %d strokes of the mean, %d bars, want one of each", arm, len(mean), len(bars))
		}
		if strings.Contains(bars[0].style, "dasharray") != dashed {
			t.Errorf("%s: the bar's edge is %s, want dashed: %v", arm, bars[0].style, dashed)
		}
		unit := (mean[0].box.x0 - zero) / float64(gain.Mean)
		if b := bars[0].box; !(math.Abs(b.x0-zero-unit*float64(gain.Low)) < 0.1 &&
			math.Abs(b.x1-zero-unit*float64(gain.High)) < 0.1) {
			t.Errorf("%s: the bar spans %v around %v, want %v to %v", arm, b, zero, gain.Low, gain.High)
		}
	}
	bar("cosine", armColours["+ cosine"], false)
	bar("mse", armColours["+ MSE"], true)
	arrows := 0
	for _, p := range d.of(grey, true) {
		if near(p.box.y1-p.box.y0, 4.8) && near(p.box.x1-p.box.x0, 4) {
			arrows++
		}
	}
	if arrows != 1 {
		t.Errorf("%d arrowheads, want one of the random score", arrows)
	}
}

// An interval that goes on beyond the scale has no end there.
func TestAnIntervalThatIsCutIsOpen(t *testing.T) {
	in := apart()
	for i, base := range in.Report.Arms[0].Runs {
		for k := range base.Metrics { // of the untrained student: 0 in the mean, far apart
			in.Report.Arms[3].Runs[i].Metrics[k].Value = base.Metrics[k].Value + metrics.Value(i-2)
		}
	}
	d := parse(t, mustNew(t, "results", in, figure.Options{Width: page.Width,
		Metrics: []string{spec.DefaultHeadline}}))
	var edges []box
	for _, p := range d.of(grey, false) {
		if b := p.box; near(b.y0, b.y1) && b.x1-b.x0 > 60 {
			edges = append(edges, b)
		}
		if near(p.box.y1-p.box.y0, 6) && p.box.x1-p.box.x0 > 60 {
			t.Errorf("a bar that is cut is closed: %v", p.box)
		}
	}
	if len(edges) != 2 || !near(math.Abs(edges[1].y0-edges[0].y0), 6) {
		t.Errorf("edges %v, want two, as far apart as the bar is high", edges)
	}
}

func TestGainsNeedTwoSeedsAndABaseline(t *testing.T) {
	for name, change := range map[string]func(*spec.Report){
		"one seed": func(r *spec.Report) {
			r.Spec.Seeds = r.Spec.Seeds[:1]
			for i := range r.Arms {
				r.Arms[i].Runs = r.Arms[i].Runs[:1]
			}
		},
		"no baseline": func(r *spec.Report) { r.Spec.Arms, r.Arms = r.Spec.Arms[1:], r.Arms[1:] },
	} {
		in := sample()
		change(&in.Report)
		f := mustNew(t, "results", in, page)
		if d := parse(t, f); d.says("gain, AP") || strings.Contains(f.Caption, "Gain") {
			t.Errorf("%s: there are gains", name)
		}
	}
}

// The gain that the verdict is about is in the narrowest figure; the gains of others give way to the page.
func TestTheGainOfTheVerdictIsInEveryFigure(t *testing.T) {
	for width, every := range map[vg.Length]bool{60: false, 88: false, 180: true} {
		d := parse(t, mustNew(t, "results", sample(), figure.Options{Width: width * vg.Millimeter}))
		if !d.says("gain, AP") || d.says("gain, AUROC") != every {
			t.Errorf("%v mm: want the gain in AP, and all others: %v; texts %q", float64(width), every, d.texts)
		}
	}
}

func TestResultsOfAColumnFitOnAPage(t *testing.T) {
	f := mustNew(t, "results", sample(), figure.Options{Width: 88 * vg.Millimeter})
	if f.Height > 240*vg.Millimeter {
		t.Errorf("%v mm high", float64(f.Height/vg.Millimeter))
	}
	if d := parse(t, f); !d.says("Average precision") {
		t.Error("the metric of the verdict is left out")
	}
	one := figure.Options{Width: page.Width, Metrics: []string{"auroc"}}
	if d := parse(t, mustNew(t, "results", sample(), one)); d.says("F1") || !d.says("AUROC") {
		t.Error("results do not show the metrics asked for alone")
	}
}

func TestLearningHasACurveForEverySeedAndArm(t *testing.T) {
	in := sample()
	d := parse(t, mustNew(t, "learning", in, page))
	seeds, panels := len(in.Report.Spec.Seeds), 3
	for colour, want := range map[string]int{
		armColours["+ cosine"]: panels * (seeds + 1),
		armColours["+ MSE"]:    panels * (seeds + 1),
		teacherTag:             (panels - 1) * (seeds + 1), // the teacher has no cosine to itself
	} {
		lines := len(d.of(colour, false)) - 1 // the legend's
		if lines != want {
			t.Errorf("%s: %d lines, want %d", colour, lines, want)
		}
	}
}

func TestTheMeanEndsWhereTheFirstSeedStopped(t *testing.T) {
	in := sample()
	cosine := in.Report.Arms[1].Runs
	cosine[2].Epochs = cosine[2].Epochs[:4]
	d := parse(t, mustNew(t, "learning", in, page))
	marks := len(d.of(armColours["+ cosine"], true))
	if want := 3*4 + 1; marks != want { // of the mean in three panels, one in the legend
		t.Errorf("%d marks, want %d", marks, want)
	}
}

// Reports with all that can be missing or odd are drawn or refused with a fault, never with a panic or a
// number that is none.
func TestUnfinishedAndOddReports(t *testing.T) {
	all := func(in *figure.Input, change func(*spec.Run)) {
		for i := range in.Report.Arms {
			for j := range in.Report.Arms[i].Runs {
				change(&in.Report.Arms[i].Runs[j])
			}
		}
	}
	for name, change := range map[string]func(*figure.Input){
		"as it is": func(*figure.Input) {},
		"no labels": func(in *figure.Input) {
			in.Report.Data.Labelled, in.Report.Data.Segments, in.Report.Data.Anomalous = false, nil, 0
			all(in, func(r *spec.Run) { r.Metrics = nil })
		},
		"a failed run": func(in *figure.Input) { failed(&in.Report.Arms[0].Runs[0]) },
		"all failed":   func(in *figure.Input) { all(in, failed) },
		"no scores":    func(in *figure.Input) { all(in, func(r *spec.Run) { r.Scores = nil }) },
		"fewer scores": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Scores = r.Scores[:350] })
		},
		"a threshold moves": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Threshold.Value = metrics.Undefined })
		},
		"scores of one value": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Scores = make([]float64, length); r.Threshold.Value = 0 })
		},
		"negative scores": func(in *figure.Input) {
			all(in, func(r *spec.Run) {
				for t := range r.Scores {
					r.Scores[t] -= 100
				}
			})
		},
		"scores that are no numbers": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Scores[7], r.Scores[8] = math.NaN(), math.Inf(1) })
		},
		"huge scores": func(in *figure.Input) { all(in, func(r *spec.Run) { r.Scores[9] = 1e200 }) },
		"undefined metrics": func(in *figure.Input) {
			all(in, func(r *spec.Run) {
				r.Metrics[4].Value = metrics.Undefined
				r.Metrics[5].Chance = metrics.Undefined
			})
		},
		"equal metrics": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Metrics[4].Value, r.Metrics[4].Chance = 1, 1 })
		},
		"no runs": func(in *figure.Input) {
			for i := range in.Report.Arms {
				in.Report.Arms[i].Runs = nil
			}
		},
		"no arms": func(in *figure.Input) { in.Report.Arms = nil },
		"no data": func(in *figure.Input) { in.Test = datasets.Series{} },
		"one epoch": func(in *figure.Input) {
			all(in, func(r *spec.Run) { r.Epochs = r.Epochs[:min(1, len(r.Epochs))] })
		},
		"losses below 0": func(in *figure.Input) {
			all(in, func(r *spec.Run) {
				for e := range r.Epochs {
					r.Epochs[e].Losses = []spec.Part{{Name: "own", Value: -float64(e)}}
				}
			})
		},
		"losses that are no numbers": func(in *figure.Input) {
			all(in, func(r *spec.Run) {
				for e := range r.Epochs {
					r.Epochs[e].Losses = []spec.Part{{Name: "own", Value: math.NaN()}}
				}
			})
		},
		"a constant channel": func(in *figure.Input) {
			in.Test.Values = make([]float32, len(in.Test.Values))
		},
		"an empty report": func(in *figure.Input) {
			in.Report, in.Test = spec.Report{}, datasets.Series{}
		},
	} {
		for _, kind := range figure.Names() {
			t.Run(name+"/"+kind, func(t *testing.T) {
				in := sample()
				change(&in)
				f, err := figure.New(kind, in, page)
				if err != nil {
					if told := fault.Of(err); !strings.HasPrefix(told.Key, "figure-") || name == "as it is" {
						t.Errorf("%v", err)
					}
					return
				}
				parse(t, f)
			})
		}
	}
}

func failed(r *spec.Run) {
	*r = spec.Run{Arm: r.Arm, Seed: r.Seed, Failed: fault.Of(errors.New("loss total became NaN"))}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for want, err := range map[string]error{
		"figure-unknown": second(figure.New("cover", sample(), page)),
		"figure-narrow":  second(figure.New("signal", sample(), figure.Options{Width: 10})),
		"figure-steps": second(figure.New("signal", sample(),
			figure.Options{Width: page.Width, Steps: steps.Range{From: 9, To: 4000}})),
		"figure-channel": second(figure.New("signal", sample(),
			figure.Options{Width: page.Width, Channels: []int{3}})),
		"figure-metric": second(figure.New("results", sample(),
			figure.Options{Width: page.Width, Metrics: []string{"fun"}})),
		"figure-format": mustNew(t, "results", sample(), page).Write(&bytes.Buffer{}, "gif"),
	} {
		if !fault.Has(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := figure.New("signal", sample(), figure.Options{Width: vg.Length(math.NaN())}); err == nil {
		t.Error("a width that is no number is taken")
	}
}

func second(_ *figure.Figure, err error) error { return err }

func TestFilesAreWhatTheySayAndTheSameEveryTime(t *testing.T) {
	for _, kind := range figure.Names() {
		for format, magic := range map[string]string{"svg": "<?xml", "pdf": "%PDF-",
			"png": "\x89PNG\r\n\x1a\n"} {
			f := mustNew(t, kind, sample(), page)
			first := bytesOf(t, f, format)
			if !bytes.HasPrefix(first, []byte(magic)) {
				t.Errorf("%s.%s begins with %q", kind, format, first[:8])
			}
			if again := bytesOf(t, mustNew(t, kind, sample(), page), format); !bytes.Equal(first, again) {
				t.Errorf("%s.%s is not the same twice", kind, format)
			}
			if format == "png" {
				width, height := binary.BigEndian.Uint32(first[16:]), binary.BigEndian.Uint32(first[20:])
				wantHeight := math.Round(float64(f.Height) / 72 * figure.DPI)
				if width != 4252 || math.Abs(float64(height)-wantHeight) > 1 { // 180 mm at 600 dots per inch
					t.Errorf("%s.png is %d × %d, want 4252 × %v", kind, width, height, wantHeight)
				}
			}
		}
	}
}

func TestNamesThatTheFontsLackAreNumbers(t *testing.T) {
	in := sample()
	in.Report.Data.Channels = []string{"요청", "load", "latency"}
	in.Report.Spec.Arms[0].Name = "단독"
	in.Report.Arms[0].Arm.Name = "단독"
	for i := range in.Report.Arms[0].Runs {
		in.Report.Arms[0].Runs[i].Arm = "단독"
	}
	for _, kind := range figure.Names() {
		d := parse(t, mustNew(t, kind, in, figure.Options{Width: page.Width, Channels: []int{0}}))
		for _, text := range d.texts {
			for _, r := range text {
				if r > 0x2fff {
					t.Errorf("%s says %q, which Liberation cannot write", kind, text)
				}
			}
		}
		if kind == "signal" && !(d.says("channel 0") && d.says("arm 1")) {
			t.Errorf("neither channel 0 nor arm 1 in %q", d.texts)
		}
	}
}

func TestCaptionsSayWhatTheFigureShows(t *testing.T) {
	in := sample()
	failed(&in.Report.Arms[2].Runs[1])
	for _, w := range []*words.Language{words.English(), words.In("ko")} {
		in.Words = w
		for _, kind := range figure.Names() {
			caption := mustNew(t, kind, in, page).Caption
			for _, fact := range []string{w.TitleOf("builtin/server", ""), "builtin/server", "mse/2", "1.2.3"} {
				if !strings.Contains(caption, fact) {
					t.Errorf("%s in %s says nothing of %s: %s", kind, w.Tag, fact, caption)
				}
			}
			if threshold := "train_percentile, percent 99"; kind != "learning" && kind != "epochs" &&
				!strings.Contains(caption, threshold) {
				t.Errorf("%s in %s says nothing of the threshold: %s", kind, w.Tag, caption)
			}
			if strings.Contains(caption, "{") || strings.Contains(caption, "caption-") {
				t.Errorf("%s in %s has a hole: %s", kind, w.Tag, caption)
			}
		}
	}
	part := figure.Options{Width: page.Width, Steps: steps.Range{From: 20, To: 120}}
	if caption := mustNew(t, "signal", sample(), part).Caption; !strings.Contains(caption,
		"steps 20 to 120") {
		t.Errorf("a part of the steps is not said to be one: %s", caption)
	}
	svg := string(bytesOf(t, mustNew(t, "results", sample(), page), "svg"))
	if !strings.Contains(svg, "<desc>Every metric") {
		t.Error("the SVG is not described")
	}
}

// Of every trained arm each epoch has a mean, and each but those of the baseline a gain below it.
func TestEpochsHaveAMeanAndAGainOfEveryArm(t *testing.T) {
	in := sample()
	d := parse(t, mustNew(t, "epochs", in, page))
	if !d.says("Average precision") || !d.says("gain over the baseline, AP") {
		t.Errorf("texts %q", d.texts)
	}
	for arm, want := range map[string]int{"student alone": 10, "+ cosine": 20, "+ MSE": 20} {
		// each stroke is a line of the arm's colour, one more stands in the legend
		if got := len(d.of(armColours[arm], false)) - 1; got < want {
			t.Errorf("%s: %d strokes, want %d", arm, got, want)
		}
	}
	for i := range in.Report.Arms {
		for j := range in.Report.Arms[i].Runs {
			for k := range in.Report.Arms[i].Runs[j].Epochs {
				in.Report.Arms[i].Runs[j].Epochs[k].Test = nil
			}
		}
	}
	if _, err := figure.New("epochs", in, page); !fault.Has(err, "figure-no-epochs") {
		t.Errorf("nobody looked: error %v", err)
	}
	threshold := figure.Options{Width: page.Width, Metrics: []string{"f1"}}
	if _, err := figure.New("epochs", sample(), threshold); !fault.Has(err, "figure-no-epochs-of") {
		t.Errorf("a metric of alarms: error %v", err)
	}
}

func ExampleNames() {
	fmt.Println(figure.Names(), figure.Formats())
	// Output: [signal learning results epochs] [svg pdf png]
}
