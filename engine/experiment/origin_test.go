package experiment_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/spec"
)

// goesOn carries an experiment out from checkpoints that stay as they are, and returns its report without
// timings, or why it refuses them.
func goesOn(t *testing.T, s spec.Spec, set *datasets.Set, from memory, machine string) (report, refusal string) {
	t.Helper()
	r, err := carryOut(context.Background(), s, set, cpu.New(),
		experiment.Options{Store: maps.Clone(from), Machine: machine})
	if err != nil {
		return "", words.English().Error(err)
	}
	return stripped(t, r), ""
}

// Whatever field of a spec is changed, an experiment does not go on from the checkpoints of before, or ends as
// if there were none.
func TestCheckpointsOfAnotherSpecAreRefusedOrMakeNoDifference(t *testing.T) {
	base := only(small(t), "alone", "cosine")
	base.Train.Schedule, base.Train.StepEpochs, base.Train.StepFactor = spec.RateStep, 1, 0.5
	store := memory{}
	quick(t, base, experiment.Options{Store: store})
	most := 2
	if testing.Short() {
		most = 1
	}
	refused := map[string]bool{}
	whole := func(s *spec.Spec) []reflect.Value { return []reflect.Value{reflect.ValueOf(s).Elem()} }
	for path, at := range fields(reflect.TypeFor[spec.Spec](), "", whole) {
		tried := 0
		for s := range changes(base, at) {
			if tried++; tried > most || s.Teacher.Weights != "" {
				break
			}
			got, why := goesOn(t, s, unlabelled(t), store, "")
			if why != "" {
				refused[path] = true
				if !strings.Contains(why, ".safetensors: checkpoint: of another") {
					t.Errorf("%s: %s", path, why)
				}
				continue
			}
			if want, _ := goesOn(t, s, unlabelled(t), memory{}, ""); got != want {
				t.Errorf("%s: the report is not that of its spec", path)
			}
		}
	}
	for _, path := range []string{"train.rate", "arms.objective.weight", "arms.objective.axis", "data.stride",
		"teacher.epochs", "student.d_ff"} {
		if !refused[path] {
			t.Errorf("%s: checkpoints of another are taken", path)
		}
	}
	for path := range refused {
		if strings.HasPrefix(path, "detect.") && path != "detect.score" || path == "arms.name" ||
			path == "headline" || path == "looks" || path == "looked" {
			t.Errorf("%s: checkpoints are refused, though training does not depend on it", path)
		}
	}
}

// The teacher's checkpoint is that of every student.
func TestATeacherDependsOnNoStudent(t *testing.T) {
	teacher := experiment.Checkpoint{Seed: 1, Arm: experiment.TeacherArm}.File()
	base, store := only(small(t), "cosine"), memory{}
	quick(t, base, experiment.Options{Store: store})
	alone := memory{teacher: store[teacher]}
	for what, change := range map[string]func(*spec.Spec){
		"model":      func(s *spec.Spec) { s.Student.Kind = spec.ModelTransformer },
		"epochs":     func(s *spec.Spec) { s.Train.Epochs++ },
		"objective":  func(s *spec.Spec) { s.Arms[0].Objective.Weight = 7 },
		"name":       func(s *spec.Spec) { s.Arms[0].Name = "x" },
		"more seeds": func(s *spec.Spec) { s.Seeds = []uint64{3, 1} },
		"threshold":  func(s *spec.Spec) { s.Detect.Threshold.Percent = 95 },
	} {
		s := *copied(base)
		change(&s)
		if _, why := goesOn(t, s, unlabelled(t), alone, ""); why != "" {
			t.Errorf("another %s: %s", what, why)
		}
	}
}

func TestCheckpointsOfOtherDataOrMachinesAreRefused(t *testing.T) {
	s, store := only(small(t), "alone", "cosine"), memory{}
	if _, why := goesOn(t, s, unlabelled(t), store, "here"); why != "" {
		t.Fatal(why)
	}
	want := quick(t, s, experiment.Options{Store: store, Machine: "here"})
	other := *unlabelled(t)
	other.Train.Columns = slices.Clone(other.Train.Columns)
	other.Train.Columns[0] = slices.Clone(other.Train.Columns[0])
	other.Train.Columns[0][100] += 0.25
	if _, why := goesOn(t, s, &other, store, "here"); !strings.Contains(why, "of other data") {
		t.Errorf("another value: %q", why)
	}
	if _, why := goesOn(t, s, unlabelled(t), store, "there"); !strings.Contains(why,
		"computed on cpu here, this is cpu there") {
		t.Errorf("another machine: %q", why)
	}
	if got, why := goesOn(t, s, unlabelled(t), store, "here"); got != stripped(t, want) {
		t.Errorf("the same once more: %s", why)
	}
}

// Checkpoints that change places, damaged ones, and students of another teacher.
func TestCheckpointsInAWrongPlaceAreRefused(t *testing.T) {
	s, store := only(small(t), "alone", "cosine"), memory{}
	s.Seeds = []uint64{1, 2}
	want := stripped(t, quick(t, s, experiment.Options{Store: store}))
	files := slices.Sorted(maps.Keys(store))
	for i, file := range files {
		others := slices.Concat(files[i+1:], files[:i])
		if testing.Short() {
			others = others[:1]
		}
		for _, from := range others {
			swapped := maps.Clone(store)
			swapped[file] = store[from]
			if _, why := goesOn(t, s, unlabelled(t), swapped, ""); !strings.Contains(why,
				file+": checkpoint: of another spec") {
				t.Errorf("%s in the place of %s: %q", from, file, why)
			}
		}
		damaged := maps.Clone(store)
		damaged[file] = bytes.Clone(store[file])
		damaged[file][len(damaged[file])-7] ^= 4
		if _, why := goesOn(t, s, unlabelled(t), damaged, ""); !strings.Contains(why,
			file+": checkpoint: damaged") {
			t.Errorf("damaged %s: %q", file, why)
		}
		lost := maps.Clone(store)
		delete(lost, file)
		if got, why := goesOn(t, s, unlabelled(t), lost, ""); got != want {
			t.Errorf("without %s the report differs: %s", file, why)
		}
	}
}

func TestStudentsOfOtherWeightsAreRefused(t *testing.T) {
	s := loaded(t, spec.ModelTransformer)
	weights := published(t, spec.ModelTransformer)
	_, g := graphOf(t, ofSmallSize(spec.ModelTransformer), 10)
	params := g.Params()
	if testing.Short() {
		params = []*graph.Node{params[0], params[len(params)-1]}
	}
	for _, p := range params { // what else is in the file changes nothing
		name, o := p.Name, experiment.Options{Store: memory{}, Weights: from(t, weights)}
		quick(t, s, o)
		weights[name].Data[0] += 1e-3
		o.Weights = from(t, weights)
		_, err := carryOut(context.Background(), s, unlabelled(t), cpu.New(), o)
		if err == nil || !strings.Contains(words.English().Error(err), "of a student of another teacher") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The history can be read without the problem, but only from a checkpoint of the experiment.
func TestHistoriesAreReadFromTheExperimentsOwnCheckpoints(t *testing.T) {
	s, store := only(small(t), "alone", "cosine"), memory{}
	r := quick(t, s, experiment.Options{Store: store})
	p, err := experiment.Prepare(s, unlabelled(t))
	if err != nil {
		t.Fatal(err)
	}
	read := func(p *experiment.Prepared, arm int) ([]spec.Epoch, error) {
		c := experiment.Checkpoint{Seed: 1, Arm: arm}
		var f io.Reader = bytes.NewReader(store[c.File()])
		return c.ReadHistory(p, f)
	}
	for arm, want := range [][]spec.Epoch{r.Arms[0].Runs[0].Epochs, r.Arms[1].Runs[0].Epochs} {
		if got, err := read(p, arm); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("arm %d: %v, error %v", arm, got, err)
		}
	}
	p.Spec.Train.Rate *= 2
	if _, err := read(p, 0); err == nil || !strings.Contains(words.English().Error(err), "of another spec") {
		t.Errorf("error %v", err)
	}
}
