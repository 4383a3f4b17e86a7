package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// tableOptions are the flags of the table command.
type tableOptions struct {
	data, sets, models string
	seeds              int
	size               string
	score, policy      string
	spec               string
	epochs             int
	warm, smoothing    int
	out, format        string
	parallel           int
}

// Sizes of models in a table.
const (
	sizeLab  = "lab"
	sizeFull = "full"
)

func (a *app) table(ctx context.Context, args []string) error {
	o, err := a.tableFlags(args)
	if err != nil {
		return err
	}
	base, err := o.base(a)
	if err != nil {
		return err
	}
	cells, sets, err := o.plan(ctx, base)
	if err == nil && o.out != "" {
		err = o.claim(base)
	}
	if err != nil {
		return err
	}
	for _, c := range cells {
		if err := c.check(); err != nil {
			return err
		}
	}
	o.parallel = min(o.parallel, len(byTeacher(cells)))
	progress := newTableProgress(a, cells, o.parallel)
	err = runCells(ctx, cells, sets, o.parallel, progress)
	progress.end()
	if errors.Is(err, context.Canceled) {
		return o.interrupted(progress)
	}
	if cause := writeTable(a.out, o.format, tabulate(cells)); cause != nil {
		return cause
	}
	if err == nil && o.out != "" {
		err = writeTables(o.out, tabulate(cells))
	}
	return err
}

func (a *app) tableFlags(args []string) (tableOptions, error) {
	var o tableOptions
	f := a.flags("table")
	f.StringVar(&o.data, "data", "", "the `folder` of real sets (smd, msl, psm)")
	f.StringVar(&o.sets, "sets", "builtin/server", "`sets`, such as msl,smd/machine-1-2; see cosinelab data list")
	f.StringVar(&o.models, "models", "all", "`models` that learn, with commas between: "+strings.Join(modelNames(), ", "))
	f.IntVar(&o.seeds, "seeds", 3, "seeds, from 1")
	f.StringVar(&o.size, "size", sizeLab, "lab: small models that train in minutes; full: as large as in their papers")
	f.StringVar(&o.score, "score", "", "model, each model's own score (default), or reconstruction")
	f.StringVar(&o.policy, "threshold", "", "a `policy` (default train_percentile; the paper's, train_test_percentile, sees test scores)")
	f.IntVar(&o.warm, "warm", 0, "score only the last so many `steps` of windows that start so far apart; only of models that predict from the past")
	f.IntVar(&o.smoothing, "smoothing", 0, "the `span` of the exponential mean that smooths scores; 0: none")
	f.IntVar(&o.epochs, "epochs", 0, "of students (default that of the size)")
	f.StringVar(&o.spec, "spec", "", "take what is not named here from this spec `file`")
	f.StringVar(&o.out, "out", "", "the `folder` to keep finished cells and the table in; the same command goes on there")
	f.StringVar(&o.format, "format", "text", strings.Join(formats, ", "))
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "trainings side by side, which share the cores")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return o, err
	case len(rest) > 0:
		return o, fmt.Errorf("%w: table takes flags only, see cosinelab table -h", errUsage)
	case o.size != sizeLab && o.size != sizeFull:
		return o, fmt.Errorf("%w: -size %s, want %s or %s", errUsage, o.size, sizeLab, sizeFull)
	case o.warm < 0 || o.smoothing < 0:
		return o, fmt.Errorf("%w: -warm %d, -smoothing %d: want 0 or more", errUsage, o.warm, o.smoothing)
	case o.seeds < 1 || o.parallel < 1 || o.epochs < 0:
		return o, fmt.Errorf("%w: -seeds %d, -parallel %d, -epochs %d: want at least 1, 1 and 0", errUsage, o.seeds, o.parallel, o.epochs)
	case !slices.Contains(formats, o.format):
		return o, fmt.Errorf("%w: -format %s, want one of %s", errUsage, o.format, strings.Join(formats, ", "))
	}
	return o, nil
}

func modelNames() (names []string) {
	for _, m := range models.All {
		names = append(names, m.Name)
	}
	return names
}

// base is what all cells have in common.
func (o tableOptions) base(a *app) (spec.Spec, error) {
	sp := tableSpec(o.size)
	if o.spec != "" {
		var err error
		if sp, err = a.readSpec(runOptions{spec: o.spec}); err != nil {
			return sp, err
		}
	}
	if o.score != "" {
		sp.Detect.Score = o.score
	}
	if o.warm > 0 {
		sp.Detect.Warm = o.warm
	}
	if o.smoothing > 0 {
		sp.Detect.Smoothing = o.smoothing
	}
	if o.epochs > 0 {
		sp.Train.Epochs = o.epochs
	}
	if o.policy != "" {
		percent := sp.Detect.Threshold.Percent
		sp.Detect.Threshold = spec.Threshold{Policy: o.policy}
		if strings.HasSuffix(o.policy, "_percentile") {
			sp.Detect.Threshold.Percent = percent
		}
	}
	return sp, nil
}

// tableSpec is the experiment behind a cell: the default arms, each model's own score. The full size trains as the
// Anomaly Transformer's authors do, on windows that do not overlap.
func tableSpec(size string) spec.Spec {
	s := spec.Default()
	s.Data = spec.Data{Scaling: "standard", Window: 100, Stride: 50}
	s.Train = spec.Train{Rate: 1e-3, Schedule: "constant", Epochs: 5, Batch: 32, Clip: 1, Validation: 0.2, Patience: 3}
	s.Detect = spec.Detect{Score: "model", Threshold: spec.Threshold{Policy: "train_percentile", Percent: 99}}
	if size == sizeFull {
		s.Data.Stride = 100
		s.Train.Rate, s.Train.Epochs = 1e-4, 10
		s.Teacher.Model = fullSize("transformer")
	}
	return s
}

// claim makes the folder of a table, or checks that it holds cells of the same one.
func (o tableOptions) claim(base spec.Spec) error {
	file := filepath.Join(o.out, specFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return err
		}
		return writeJSON(file, base)
	}
	if err != nil {
		return err
	}
	if before, err := spec.Parse(text); err != nil || !reflect.DeepEqual(before, base) {
		return fmt.Errorf("%s is of another table: use another -out", file)
	}
	return nil
}

// fullSize is the model as large as in its paper.
func fullSize(name string) spec.Model {
	for _, m := range models.All {
		if m.Name == name {
			c := m.Full
			full := spec.Model{Name: name, DModel: c.DModel, Heads: c.Heads, Layers: c.Layers, DFF: c.DFF, Latent: c.Latent,
				Flows: c.Flows, Features: c.Features, MLP: c.MLP, Dropout: c.Dropout}
			if len(c.Centres) > 0 {
				full.Centres = c.Centres[0]
			}
			return full
		}
	}
	return spec.Model{Name: name}
}

// plan lists the cells, and opens the sets.
func (o tableOptions) plan(ctx context.Context, base spec.Spec) ([]*cell, map[string]*datasets.Set, error) {
	names := strings.Split(o.models, ",")
	if o.models == "all" {
		names = modelNames()
	}
	sets := map[string]*datasets.Set{}
	var cells []*cell
	for _, id := range strings.Split(o.sets, ",") {
		sp := base
		sp.Data.Source = id
		if datasets.GroupOf(id) == datasets.GroupBuiltin {
			sp.Data.Seed = 1
		}
		if strings.HasPrefix(id, "smd") && sp.Detect.Threshold.Percent == 99 && o.spec == "" {
			sp.Detect.Threshold.Percent = 99.5 // as in the Anomaly Transformer's paper
		}
		set, err := openSet(ctx, o.data, sp.Data)
		if err != nil {
			return nil, nil, err
		}
		sets[id] = set
		for seed := range o.seeds {
			for _, name := range names {
				c := &cell{set: id, title: set.Title, model: name, seed: uint64(seed + 1), dir: o.folder(id)}
				c.spec = sp
				c.spec.Seeds = []uint64{c.seed}
				if c.spec.Student = o.student(base, name); !c.spec.Student.Causal() {
					c.spec.Detect.Warm = 0
				}
				if err := c.spec.Validate(); err != nil {
					return nil, nil, fmt.Errorf("%s: %w", c, err)
				}
				cells = append(cells, c)
			}
		}
	}
	return cells, sets, nil
}

// student is a model in the size of the table; that of the spec, if it is one, keeps its own size.
func (o tableOptions) student(base spec.Spec, name string) spec.Model {
	switch {
	case o.spec != "" && base.Student.Name == name:
		return base.Student
	case o.size == sizeFull:
		return fullSize(name)
	}
	return spec.Model{Name: name}
}

func (o tableOptions) folder(set string) string {
	if o.out == "" {
		return ""
	}
	return filepath.Join(o.out, strings.ReplaceAll(set, "/", "-"))
}

// runCells runs the cells that are not finished, so many at once. Cells of the same set and seed share a teacher, so
// they run one after the other. What a cell fails by does not stop the others. One training on many cores leaves more of
// them idle than many trainings on one each.
func runCells(ctx context.Context, cells []*cell, sets map[string]*datasets.Set, parallel int, p *tableProgress) error {
	dev := cpu.New().OnCores(runtime.GOMAXPROCS(0) / parallel)
	var group errgroup.Group
	group.SetLimit(parallel)
	var failed []error
	for _, shared := range byTeacher(cells) {
		group.Go(func() error {
			teacher := &teacherStore{}
			if first := shared[0]; first.dir != "" {
				teacher.file = filepath.Join(first.dir, fmt.Sprintf("teacher-seed%d.safetensors", first.seed))
			}
			for _, c := range shared {
				err := c.run(ctx, sets[c.set], dev, teacher, p)
				if errors.Is(err, context.Canceled) {
					return err
				}
				if err != nil {
					p.failed(c, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, c := range cells {
		if c.err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c, c.err))
		}
	}
	return errors.Join(failed...)
}

// byTeacher groups the cells of each set and seed.
func byTeacher(cells []*cell) (groups [][]*cell) {
	for i, c := range cells {
		if i == 0 || c.set != cells[i-1].set || c.seed != cells[i-1].seed {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}

func (o tableOptions) interrupted(p *tableProgress) error {
	if o.out == "" {
		return fmt.Errorf("interrupted with %d cells done; nothing is kept without -out", p.done)
	}
	return fmt.Errorf("interrupted with %d cells done; the same command goes on", p.done)
}

// writeTables keeps the table in every format.
func writeTables(dir string, rows []row) error {
	for i, format := range formats {
		name := "table" + []string{".txt", ".md", ".csv", ".json"}[i]
		f, err := os.CreateTemp(dir, "."+name)
		if err == nil {
			err = errors.Join(writeTable(f, format, rows), f.Chmod(0o644), f.Close(), os.Rename(f.Name(), filepath.Join(dir, name)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
