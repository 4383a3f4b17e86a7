package inside

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/models"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// vectors are a file of golden vectors: models/README.md names what it holds.
type vectors map[string]any

func golden(t *testing.T, name string) vectors {
	t.Helper()
	text, err := os.ReadFile("../../golden/testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// flat are the numbers of nested lists in their order, with the lengths of the lists.
func flat(x any) (data []float32, shape tensor.Shape) {
	list, ok := x.([]any)
	if !ok {
		return []float32{float32(x.(float64))}, nil
	}
	var inner tensor.Shape
	for _, y := range list {
		d, s := flat(y)
		data, inner = append(data, d...), s
	}
	return data, append(tensor.Shape{len(list)}, inner...)
}

func (v vectors) at(name string) (data []float32, shape tensor.Shape) { return flat(v[name]) }

func (v vectors) params() map[string]tensor.Tensor {
	out := map[string]tensor.Tensor{}
	for name, x := range v["params"].(map[string]any) {
		data, shape := flat(x)
		out[name] = tensor.Tensor{Shape: shape, Data: data}
	}
	// A table for longer windows serves shorter ones, by its first steps.
	for name, x := range out {
		if strings.HasSuffix(name, ".global.scores") {
			const n, window = 16, 12
			var cut []float32
			for row := range x.Shape[0] * n {
				if row%n < window {
					cut = append(cut, x.Data[row*n:row*n+window]...)
				}
			}
			out[name] = tensor.Tensor{Shape: tensor.Shape{x.Shape[0], window, window}, Data: cut}
		}
	}
	return out
}

// look has a student compute the first window of a file, as the session does.
func (v vectors) look(t *testing.T, m spec.Model) (Subject, int) {
	t.Helper()
	input, shape := v.at("input")
	window, c := shape[1], shape[2]
	raw := datasets.Raw{Rows: shape[0] * window, Columns: make([][]float64, c)}
	var names []string
	for i, x := range input {
		raw.Columns[i%c] = append(raw.Columns[i%c], float64(x))
	}
	for i := range c {
		names = append(names, fmt.Sprint("channel ", i+1))
	}
	sp := spec.Default()
	sp.Data = spec.Data{Source: "file/x.csv", Scaling: spec.ScalingNone, Window: window, Stride: window}
	sp.Student, sp.Train.Validation, sp.Train.Patience = m, 0, 0
	p, err := experiment.Prepare(sp, &datasets.Set{Channels: names, Train: raw, Test: raw})
	if err != nil {
		t.Fatal(err)
	}
	in, err := experiment.NewInsider(context.Background(), cpu.New(), sp, sp.Arms[3], c, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.SetWeights(v.params()); err != nil {
		t.Fatal(err)
	}
	step := window + 5 // in the second window
	at, err := in.Look(context.Background(), p, step)
	if err != nil {
		t.Fatal(err)
	}
	if at.Range != (steps.Range{From: window, To: 2 * window}) {
		t.Fatalf("window %v, want the second of %d steps", at.Range, window)
	}
	teacher, _ := v.at("teacher_output")
	return Subject{Inside: at, Asked: protocol.Inside{Step: step, Pick: -1}, Channels: names,
		Input: input[window*c : 2*window*c], Teacher: teacher[step*c : (step+1)*c], OfErrors: true}, c
}

// figure returns a figure with its values, and fails where there is none of the name.
func figure(t *testing.T, i protocol.Insight, values []float32, name string) (protocol.Figure, []float32) {
	t.Helper()
	at := 0
	for _, f := range i.Figures {
		n := f.Size()
		if f.Name == name {
			return f, values[at : at+n]
		}
		at += n
	}
	t.Fatalf("no figure %s", name)
	return protocol.Figure{}, nil
}

func near(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tolerance) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestAssociationsAreThoseOfTheGoldenVectors(t *testing.T) {
	v := golden(t, "anomaly_transformer")
	s, c := v.look(t, spec.Model{Kind: spec.ModelAnomalyTransformer, DModel: 16, Heads: 2, Layers: 2, DFF: 24})
	n := s.Len()
	output, _ := v.at("output")
	near(t, "output", s.Values[experiment.InnerSeries].Data, output[n*c:], 1e-5)
	total := make([]float32, n)
	for l := range 2 {
		series, _ := flat(v["series"].([]any)[l])
		prior, _ := flat(v["prior"].([]any)[l])
		for h := range 2 {
			s.Asked.Layer, s.Asked.Head = l, h
			got, values := Of(s)
			at := (2 + h) * n * n // of the second window
			f, heat := figure(t, got, values, "series")
			near(t, "S", heat[:n*n], series[at:at+n*n], 1e-5)
			_, p := figure(t, got, values, "prior")
			near(t, "P", p, prior[at:at+n*n], 1e-5)
			_, row := figure(t, got, values, "row")
			near(t, "row of S", row[:n], series[at+5*n:at+6*n], 1e-5)
			near(t, "row of P", row[n:], prior[at+5*n:at+6*n], 1e-5)
			_, d := figure(t, got, values, "discrepancy")
			for i, x := range d {
				total[i] += x / 2
			}
			if f.Row != 5 || got.Layers != 2 || got.Heads != 2 {
				t.Errorf("row %d of %d layers, %d heads, want 5 of 2, 2", f.Row, got.Layers, got.Heads)
			}
			// One head of the thumbnails is the whole map, since windows are short.
			_, heads := figure(t, got, values, "heads")
			near(t, "thumbnail", heads[(2*l+h)*n*n:(2*l+h+1)*n*n], series[at:at+n*n], 1e-5)
		}
	}
	want, _ := v.at("discrepancy")
	near(t, "discrepancy, mean of heads, sum of layers", total, want[n:2*n], 1e-4)
}

func TestThePlainTransformerHasNoPrior(t *testing.T) {
	v := golden(t, "anomaly_transformer")
	s, _ := v.look(t, spec.Model{Kind: spec.ModelAnomalyTransformer, DModel: 16, Heads: 2, Layers: 2, DFF: 24})
	plain := s
	plain.Kind = spec.ModelTransformer
	plain.Values = map[string]tensor.Tensor{"association.0": s.Values["association.0"], "association.1": s.Values["association.1"],
		experiment.InnerSeries: s.Values[experiment.InnerSeries]}
	got, values := Of(plain)
	_, heat := figure(t, got, values, "series")
	near(t, "S", heat, s.Values["association.0"].Data[:len(heat)], 0)
	for _, f := range got.Figures {
		if f.Name == "prior" || f.Name == "discrepancy" {
			t.Errorf("a plain transformer shows %s", f.Name)
		}
	}
}

func TestTheAngleAndTheSharesFollowTheirFormulas(t *testing.T) {
	v := golden(t, "lstm")
	s, c := v.look(t, spec.Model{Kind: spec.ModelLSTM, DModel: 8, Layers: 2})
	s.Usual, s.Truth = []float64{0.2, 0.5, 0.3}, []int{0}
	got, values := Of(s)
	y := s.Values[experiment.InnerSeries].Data[5*c : 6*c]
	var dot, aa, bb, sum float64
	squares := make([]float64, c)
	for i := range c {
		a, b, x := float64(s.Teacher[i]), float64(y[i]), float64(s.Input[5*c+i])
		dot, aa, bb = dot+a*b, aa+a*a, bb+b*b
		squares[i] = (b - x) * (b - x)
		sum += squares[i]
	}
	_, angle := figure(t, got, values, "angle")
	degrees := math.Acos(dot/math.Sqrt(aa*bb)) * 180 / math.Pi
	near(t, "angle", angle, []float32{float32(math.Sqrt(aa)), 0, float32(math.Sqrt(bb)), float32(degrees)}, 1e-4)
	f, shares := figure(t, got, values, "channels")
	for i, ch := range f.IDs {
		if want := squares[ch] / sum; math.Abs(float64(shares[2*i])-want) > 1e-6 || shares[2*i+1] != float32(s.Usual[ch]) {
			t.Errorf("channel %d: share %v, usually %v, want %v, %v", ch, shares[2*i], shares[2*i+1], want, s.Usual[ch])
		}
		if i > 0 && shares[2*i] > shares[2*i-2] {
			t.Errorf("share %v stands behind %v", shares[2*i], shares[2*i-2])
		}
	}
	if len(f.Marked) != 1 || f.IDs[f.Marked[0]] != 0 {
		t.Errorf("rows %v are marked, want that of channel 0", f.Marked)
	}
	hidden, _ := flat(v["hidden"].([]any)[1])
	_, latent := figure(t, got, values, "latent")
	for i := range 8 {
		for step := range s.Len() {
			if want := hidden[(s.Len()+step)*8+i]; math.Abs(float64(latent[i*s.Len()+step]-want)) > 1e-5 {
				t.Fatalf("state %d at %d is %v, want %v", i, step, latent[i*s.Len()+step], want)
			}
		}
	}
}

func TestThePredictionHasTheBandOfItsModel(t *testing.T) {
	v := golden(t, "omni_anomaly")
	s, c := v.look(t, spec.Model{Kind: spec.ModelOmniAnomaly, DModel: 8, DFF: 8, Latent: 3, Flows: 3, Samples: 1})
	s.Asked.Pick = 2
	got, values := Of(s)
	n := s.Len()
	f, rows := figure(t, got, values, "prediction")
	if f.Rows.Count != 4 {
		t.Fatalf("%d lines, want input, mean and both ends", f.Rows.Count)
	}
	for step := range n {
		mean, std := s.Values[experiment.InnerSeries].Data[step*c+2], s.Values["output_std"].Data[step*c+2]
		if std <= 0 {
			t.Fatalf("deviation %v at %d", std, step)
		}
		for i, want := range []float32{s.Input[step*c+2], mean, mean - 2*std, mean + 2*std} {
			if got := rows[i*n+step]; math.Abs(float64(got-want)) > 1e-5 {
				t.Fatalf("line %d at %d is %v, want %v", i, step, got, want)
			}
		}
	}
	lstm, _ := golden(t, "lstm").look(t, spec.Model{Kind: spec.ModelLSTM, DModel: 8, Layers: 2})
	got, values = Of(lstm)
	if f, _ := figure(t, got, values, "prediction"); f.Rows.Count != 2 || f.Says.Key != "inside-band-none" {
		t.Errorf("%d lines, %s, want no band while nobody knows an error", f.Rows.Count, f.Says.Key)
	}
	lstm.Deviates = []float64{0.1, 0.2, 0.3}
	lstm.Asked.Pick = 1
	got, values = Of(lstm)
	_, rows = figure(t, got, values, "prediction")
	for step := range n {
		if d := rows[3*n+step] - rows[2*n+step]; math.Abs(float64(d)-0.8) > 1e-5 {
			t.Fatalf("the band at %d is %v wide, want 0.8", step, d)
		}
	}
}

// thocSubject has what the golden file says that the model computes: its layers have different numbers of centres, as
// no spec can say.
func thocSubject(v vectors, window int) Subject {
	s := Subject{Asked: protocol.Inside{Step: 7, Pick: -1}, Channels: []string{"a", "b", "c"}}
	s.Kind, s.First, s.Range = spec.ModelTHOC, 1, steps.Range{To: window}
	s.Model = models.Config{Layers: 3}
	s.Values, s.Weights = map[string]tensor.Tensor{}, v.params()
	first := func(name string, x any) {
		data, shape := flat(x)
		s.Values[name] = tensor.Tensor{Shape: shape[1:], Data: data[:len(data)/2]}
	}
	for l := range 3 {
		first(fmt.Sprint("relevance.", l), v["relevance"].([]any)[l])
	}
	first("distance", v["distance"])
	first("final_features", v["final_features"])
	first(experiment.InnerSeries, v["output"])
	input, _ := v.at("input")
	s.Input = input[:len(input)/2]
	return s
}

func TestCentresAreThoseOfTheGoldenVectors(t *testing.T) {
	v := golden(t, "thoc")
	const n = 12
	s := thocSubject(v, n)
	for pick := range 2 {
		s.Asked.Pick = pick
		got, values := Of(s)
		f, heat := figure(t, got, values, "assignment")
		if f.Rows.Count != 4+3+2 || fmt.Sprint(f.Parts) != "[4 7]" {
			t.Fatalf("%d rows in parts %v, want 9 in [4 7]", f.Rows.Count, f.Parts)
		}
		for step := range n {
			sum := 0.0
			for row := 4; row < 7; row++ {
				want := s.Values["relevance.1"].Data[step*3+row-4]
				if got := heat[row*n+step]; got != want {
					t.Fatalf("row %d at %d: %v, want %v", row, step, got, want)
				}
				sum += float64(heat[row*n+step])
			}
			if math.Abs(sum-1) > 1e-5 {
				t.Errorf("step %d: weights of a layer add up to %v", step, sum)
			}
		}
		_, angle := figure(t, got, values, "centre")
		// The angle in float64 from the vectors themselves, not from the distance.
		feature := s.Values["final_features"].Data[(7*2+pick)*6 : (7*2+pick+1)*6]
		centre := s.Weights["centres.2"].Data[pick*6 : (pick+1)*6]
		var dot, aa, bb float64
		for i := range feature {
			a, b := float64(centre[i]), float64(feature[i])
			dot, aa, bb = dot+a*b, aa+a*a, bb+b*b
		}
		degrees := math.Acos(dot/math.Sqrt(aa*bb)) * 180 / math.Pi
		near(t, "angle to the centre", angle[:4], []float32{float32(math.Sqrt(aa)), 0, float32(math.Sqrt(bb)), float32(degrees)},
			0.02)
		ticks, pairs := figure(t, got, values, "centres")
		if ticks.Columns.Count != 6 || ticks.Rows.Count != 3 || !math.IsNaN(float64(pairs[6*2+1])) || pairs[6*2] != pairs[6*2] {
			t.Errorf("pairs %v, want 6, 3 and 1 in three layers", pairs)
		}
	}
}

func TestTheGraphIsTheOneThatScores(t *testing.T) {
	v := golden(t, "gta")
	tau, sparsity := 0.7, 0.1
	s, c := v.look(t, spec.Model{Kind: spec.ModelGTA, DModel: 16, Heads: 2, Layers: 2, DFF: 24, Features: 4, MLP: 6, Levels: 3,
		Constants: spec.Constants{Tau: &tau, SparsityWeight: &sparsity}})
	s.Asked.Pick = 1
	other := map[string]tensor.Tensor{logits: {Shape: tensor.Shape{c, c, 2}, Data: make([]float32, 2*c*c)}}
	s.Seeds = []map[string]tensor.Tensor{s.Weights, other} // of the other no edge is likelier than not
	got, values := Of(s)
	want, _ := v.at("adjacency_evaluation")
	f, have := figure(t, got, values, "graph")
	for k, edge := range want {
		if k%(c+1) == 0 {
			edge = 0 // every channel reads itself
		}
		if have[k] != edge {
			t.Errorf("edge %d is in %v seeds, want %v", k, have[k], edge)
		}
	}
	if f.High != 2 || f.Row != 1 {
		t.Errorf("%v seeds, node %d, want 2 and 1", f.High, f.Row)
	}
	_, p := figure(t, got, values, "probability")
	l := s.Weights[logits].Data
	for k := range p {
		a, b := math.Exp(float64(l[2*k])), math.Exp(float64(l[2*k+1]))
		mean := (b/(a+b) + 0.5) / 2
		if k%(c+1) == 0 {
			mean = 0
		}
		if math.Abs(float64(p[k])-mean) > 1e-6 {
			t.Errorf("probability %d is %v, want %v", k, p[k], mean)
		}
	}
	bars, shares := figure(t, got, values, "listens")
	for i := 2; i < len(shares); i += 2 {
		if shares[i] > shares[i-2] {
			t.Errorf("bars %v are not sorted", shares)
		}
	}
	if bars.Rows.Count != c-1 {
		t.Errorf("%d bars, want %d", bars.Rows.Count, c-1)
	}
}

// Sentences are said in both languages with all that they need.
func TestEverySentenceCanBeSaid(t *testing.T) {
	at, _ := golden(t, "anomaly_transformer").look(t,
		spec.Model{Kind: spec.ModelAnomalyTransformer, DModel: 16, Heads: 2, Layers: 2, DFF: 24})
	at.Alone, at.Truth, at.Usual = at.Teacher, []int{1, 2}, []float64{1, 0, 0}
	lstm, _ := golden(t, "lstm").look(t, spec.Model{Kind: spec.ModelLSTM, DModel: 8, Layers: 2})
	for _, s := range []Subject{at, lstm, thocSubject(golden(t, "thoc"), 12)} {
		got, _ := Of(s)
		for _, tag := range words.Tags() {
			w := words.In(tag)
			for _, f := range got.Figures {
				for _, said := range []string{w.Error(f.Title), w.Error(f.Axis), w.Error(f.Says)} {
					if said == "" || said == f.Title.Key || said == f.Axis.Key || said == f.Says.Key {
						t.Errorf("%s, %s: %q", tag, f.Name, said)
					}
					for _, r := range said {
						if r == '{' || r == '}' {
							t.Errorf("%s, %s: %q lacks an argument", tag, f.Name, said)
						}
					}
				}
			}
		}
	}
}
