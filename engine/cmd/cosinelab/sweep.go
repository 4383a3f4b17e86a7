package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/figure"
	"cosinelab/engine/spec"
)

// sweepOptions are the flags of the sweep command.
type sweepOptions struct {
	*fillOptions
	rows, columns string
}

// sweep carries out the experiments of a grid, and shows where in it the method helps.
func (a *app) sweep(f *flag.FlagSet) action {
	o := &sweepOptions{fillOptions: a.fillFlags(f, "cli-flag-sweep-out")}
	f.StringVar(&o.rows, "rows", "", a.w.Say("cli-flag-rows"))
	f.StringVar(&o.columns, "columns", "", a.w.Say("cli-flag-columns"))
	return func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return usage("cli-one-spec", "sweep")
		}
		if err := o.check(); err != nil {
			return err
		}
		text, err := a.readSweep(args[0])
		if err != nil {
			return err
		}
		s, err := spec.ParseSweep(text)
		if err != nil {
			return told(args[0], err)
		}
		show := &sweepShown{sweep: s}
		if show.rows, show.columns, err = axesOf(s, o.rows, o.columns); err != nil {
			return err
		}
		cells, sets, err := openSweep(ctx, *o.data, s)
		if err != nil {
			return told(args[0], err)
		}
		p := &planned{Kind: kindSweep, Sweep: text, Cells: cells, Command: commandOf("sweep", f, args[0])}
		return a.fill(ctx, o.fillOptions, p, sets, show)
	}
}

// readSweep reads the text of a sweep from a file, or from standard input.
func (a *app) readSweep(name string) ([]byte, error) {
	if name == "-" {
		return spec.Read(a.stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, told(name, err)
	}
	defer f.Close()
	text, err := spec.Read(f)
	return text, told(name, err)
}

// axesOf are the axes of a map's rows and columns: those that are asked for, or those that vary last.
func axesOf(s spec.Sweep, rows, columns string) (y, x int, err error) {
	y, x = s.RowsAndColumns()
	for _, ask := range []struct {
		name, flag string
		axis       *int
		other      *int
	}{{rows, "-rows", &y, &x}, {columns, "-columns", &x, &y}} {
		if ask.name == "" {
			continue
		}
		i := s.Find(ask.name)
		if i < 0 {
			var names fault.Choices
			for _, a := range s.Axes {
				names = append(names, a.Name())
			}
			return 0, 0, usage("cli-flag-value", ask.flag, ask.name, fault.New("want-choice", names))
		}
		if *ask.other == i {
			*ask.other = *ask.axis
		}
		*ask.axis = i
	}
	return y, x, nil
}

// source is a set as the cells of a sweep need it.
type source struct {
	title, digest string
	rows          int                   // steps of its whole training part
	check         func(spec.Spec) error // says why an experiment cannot be carried out on it; nil = that is seen then
}

// openSweep lists the cells of a sweep, and opens the sets.
func openSweep(ctx context.Context, data string, s spec.Sweep) (cells []*cell, sets map[string]*datasets.Set, err error) {
	sets = map[string]*datasets.Set{}
	cells, err = planSweep(s, func(d spec.Data) (source, error) {
		set, err := openSet(ctx, data, d)
		if err != nil {
			return source{}, err
		}
		digest := set.Digest().String()
		sets[digest] = set
		check := func(sp spec.Spec) error {
			_, err := experiment.Prepare(sp, set)
			return err
		}
		return source{set.Title, digest, set.Train.Rows, check}, nil
	})
	return cells, sets, err
}

// planSweep lists the cells of a sweep, each place of the grid with each seed; open is asked once for each set. A
// place whose weight is 0 has none: it is the student alone, whom its neighbours train as well.
func planSweep(s spec.Sweep, open func(spec.Data) (source, error)) (cells []*cell, err error) {
	sources := map[string]source{} // by id and seed
	for _, at := range s.Grid() {
		sp, err := s.At(at, 0)
		if err != nil {
			return nil, err
		}
		if sp.Examined() == "" || sp.Baseline() == "" {
			return nil, fault.New("cli-sweep-arms")
		}
		id := sp.Data.Source
		key := fmt.Sprint(id, sp.Data.Seed)
		set, ok := sources[key]
		if !ok {
			if set, err = open(sp.Data); err != nil {
				return nil, err
			}
			sources[key] = set
		}
		if sp, err = s.At(at, set.rows); err != nil {
			return nil, err
		}
		if sp.IsAlone() {
			continue
		}
		if set.check != nil {
			if err := set.check(sp); err != nil {
				return nil, fault.New("cli-sweep-cell", valuesAt(s, at), err)
			}
		}
		for _, seed := range sp.Seeds {
			c := &cell{Set: id, Title: set.title, What: valuesAt(s, at), Seed: seed, At: at,
				Data: set.digest, Spec: sp}
			c.Spec.Seeds, c.Spec.Looked = []uint64{seed}, nil
			cells = append(cells, c.named())
		}
	}
	if len(cells) == 0 {
		return nil, fault.New("cli-sweep-weights")
	}
	return cells, nil
}

// valuesAt names a place of a grid by what varies: weight=0.5 epochs=4.
func valuesAt(s spec.Sweep, at []int) string {
	var parts []string
	for i, a := range s.Axes {
		if a.Field != "data.source" {
			parts = append(parts, a.Name()+"="+a.Text(at[i]))
		}
	}
	if parts == nil {
		return "-"
	}
	return strings.Join(parts, " ")
}

// sweepShown shows cells as maps.
type sweepShown struct {
	sweep         spec.Sweep
	rows, columns int
	chosen        spec.Pairing // what maps compare; what it leaves empty is as the verdict has it
}

func sweepShownOf(text json.RawMessage) (results, error) {
	s, err := spec.ParseSweep(text)
	show := &sweepShown{sweep: s}
	show.rows, show.columns = s.RowsAndColumns()
	return show, err
}

func (*sweepShown) name() string { return "map" }

// maps lays finished cells out. A place without a weight shows what its neighbours found of the student alone.
func (s *sweepShown) maps(cells []*cell) []spec.Map {
	at := map[string][]*cell{}
	for _, c := range cells {
		key := fmt.Sprint(c.At)
		at[key] = append(at[key], c)
	}
	compared := map[string]*spec.MapCell{}
	compare := func(place []int) *spec.MapCell {
		key := fmt.Sprint(place)
		if c, ok := compared[key]; ok {
			return c
		}
		var out *spec.MapCell
		if r, ok := mergedSeeds(at[key]); ok {
			c := spec.NewMapCell(r, s.chosen.In(r.Spec), place)
			out = &c
		}
		compared[key] = out
		return out
	}
	maps := s.sweep.Maps(s.rows, s.columns, func(place []int) spec.MapCell {
		out := spec.NoCell(place)
		if c := compare(place); c != nil {
			return *c
		}
		if sp, err := s.sweep.At(place, 0); err == nil && sp.IsAlone() {
			out.Alone = true
			if c := s.neighbour(place, compare); c != nil {
				out.Base, out.Value, out.Seeds = c.Base, c.Base, c.Seeds
			}
		}
		return out
	})
	for i := range maps {
		s.describe(&maps[i], cells)
	}
	return maps
}

// neighbour is a cell that has been compared and differs from a place in its weight alone.
func (s *sweepShown) neighbour(place []int, compare func([]int) *spec.MapCell) *spec.MapCell {
	for i, a := range s.sweep.Axes {
		if a.Name() != "weight" {
			continue
		}
		for v := range a.Values {
			near := slices.Clone(place)
			near[i] = v
			if c := compare(near); c != nil {
				return c
			}
		}
	}
	return nil
}

// source names the experiment that the number of a map's cell is from: its own, or of a cell without a weight that
// of a neighbour; false if it has no number.
func (s *sweepShown) source(c spec.MapCell, set string, cells []*cell) (what string, ok bool) {
	for _, x := range cells {
		if x.report == nil || x.Set != set || len(x.At) != len(c.At) {
			continue
		}
		same := true
		for i, a := range s.sweep.Axes {
			same = same && (x.At[i] == c.At[i] || c.Alone && a.Name() == "weight")
		}
		if same {
			return x.What, true
		}
	}
	return "", false
}

// describe notes what a map is about.
func (s *sweepShown) describe(m *spec.Map, cells []*cell) {
	sp, err := s.sweep.At(m.Cells[0][0].At, 0)
	if err != nil {
		return // every place was read before
	}
	m.Set, m.Title = sp.Data.Source, sp.Data.Source
	for _, c := range cells {
		if c.Set == m.Set {
			m.Title = c.Title
		}
	}
	m.Fixed = slices.DeleteFunc(m.Fixed, func(f spec.Setting) bool { return f.Name == "source" })
	by := s.chosen.In(sp)
	m.Metric, m.Arm, m.Over, m.Level = by.Metric, by.Arm, by.Over, sp.Level()
}

// mergedSeeds is the report of the cells of one place, as if one experiment had run all seeds.
func mergedSeeds(cells []*cell) (r spec.Report, ok bool) {
	if !slices.ContainsFunc(cells, func(c *cell) bool { return c.report != nil }) {
		return r, false
	}
	return merged(cells, cells[0].Set, cells[0].What), true
}

// print writes the maps in one of formats.
func (s *sweepShown) print(a *app, w io.Writer, format string, cells []*cell) error {
	p, maps := printer{w, a.w}, s.maps(cells)
	switch format {
	case "csv":
		return s.csv(w, maps)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(maps)
	}
	for _, m := range maps {
		p.mapOf(m, format)
	}
	if format != "latex" {
		p.line("map-legend", mark)
	}
	return nil
}

// mapOf writes one map, then how many of its cells leave 0 and how many would by chance.
func (p printer) mapOf(m spec.Map, format string) {
	t := p.grid(p.mapHead(m)...)
	for y, row := range m.Cells {
		texts := []string{m.Rows.Text(y)}
		for _, c := range row {
			texts = append(texts, p.mapCell(c))
		}
		t.row(texts...)
	}
	t.titled(p, p.mapTitle(m), format)
	p.blank()
	if format == "latex" {
		fmt.Fprint(p.out, "% ")
	}
	fmt.Fprintln(p.out, p.mapCount(m))
	p.blank()
}

// mapHead are the headings of a map: both of its axes, then the values of its columns.
func (p printer) mapHead(m spec.Map) []string {
	head := []string{m.Rows.Name() + ` \ ` + m.Columns.Name()}
	for i := range m.Columns.Values {
		head = append(head, m.Columns.Text(i))
	}
	return head
}

// mapTitle says which set a map is of, what is the same in all of it, and what it shows.
func (p printer) mapTitle(m spec.Map) string {
	metric := spec.Spec{Headline: m.Metric}.JudgedBy()
	return p.w.Say("map-title", m.Where(p.w.TitleOf(m.Set, m.Title)), metric.Short, m.Arm, m.Over)
}

// mapCount says how many cells leave 0, beside how many would by chance.
func (p printer) mapCount(m spec.Map) string {
	n := m.Counts()
	return p.w.Say("map-count", n.Run, n.All, n.Above, n.Below, n.Chance, percent(m.Level))
}

// mapCell writes the gain of a cell with its interval, marked where that contains 0.
func (p printer) mapCell(c spec.MapCell) string {
	switch {
	case c.Alone && c.Base.Defined():
		return p.w.Say("map-alone", p.points(c.Base))
	case !c.Run():
		return "-"
	}
	text := p.w.SignedPoints(float64(c.Gain.Mean))
	if c.Gain.N() > 1 {
		text += " (" + p.w.Say("interval", p.w.SignedPoints(float64(c.Gain.Low)),
			p.w.SignedPoints(float64(c.Gain.High))) + ")"
	}
	if !c.Gain.Excludes0() {
		text += " " + mark
	}
	return text
}

// csv writes one line a cell, with a column for each axis; what is undefined is empty.
func (s *sweepShown) csv(w io.Writer, maps []spec.Map) error {
	c := csv.NewWriter(w)
	head := []string{"set"}
	for _, a := range s.sweep.Axes {
		head = append(head, a.Field)
	}
	c.Write(append(head, "metric", "arm", "over", "seeds", "failed", "alone", "value", "base", "gain", "low", "high",
		"p", "excludes_0"))
	for _, m := range maps {
		for _, row := range m.Cells {
			for _, x := range row {
				line := []string{m.Set}
				for i, a := range s.sweep.Axes {
					line = append(line, a.Text(x.At[i]))
				}
				c.Write(append(line, m.Metric, m.Arm, m.Over, strconv.Itoa(x.Seeds), strconv.Itoa(x.Failed),
					strconv.FormatBool(x.Alone), orEmpty(x.Value), orEmpty(x.Base), orEmpty(x.Gain.Mean),
					orEmpty(x.Gain.Low), orEmpty(x.Gain.High), orEmpty(x.Gain.P),
					strconv.FormatBool(x.Run() && x.Gain.Excludes0())))
			}
		}
	}
	c.Flush()
	return c.Error()
}

// figures draws each map.
func (s *sweepShown) figures(a *app, cells []*cell) (map[string]func(io.Writer) error, error) {
	files := map[string]func(io.Writer) error{}
	maps := s.maps(cells)
	for i, m := range maps {
		f, err := figure.NewMap(m, a.w, pageWidth*vg.Millimeter)
		if err != nil {
			return nil, err
		}
		name := "map"
		if len(maps) > 1 {
			name += "-" + strconv.Itoa(i+1)
		}
		for _, format := range figure.Formats()[:2] {
			files[name+"."+format] = func(w io.Writer) error { return f.Write(w, format) }
		}
	}
	return files, nil
}
