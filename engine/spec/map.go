package spec

import (
	"cmp"

	"cosinelab/engine/metrics"
)

// Map is what an arm gains over the baseline, by two settings of a sweep.
type Map struct {
	Set     string    `json:"set"`
	Title   string    `json:"title"`           // of the set
	Fixed   []Setting `json:"fixed,omitempty"` // what is the same in all of it, of what else the sweep varies
	Rows    Axis      `json:"rows"`            // without a field if nothing varies so
	Columns Axis      `json:"columns"`
	Metric  string    `json:"metric"`
	Arm     string    `json:"arm"`
	Over    string    `json:"over"`
	Level   float64   `json:"level"`
	// Cells are by row, then by column.
	Cells [][]MapCell `json:"cells"`
}

// Setting is one value of an axis.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Where names the set, by its title, with what is the same in all of the map.
func (m Map) Where(title string) string {
	text := title
	for _, f := range m.Fixed {
		text += ", " + f.Name + " " + f.Value
	}
	return text
}

// MapCell is one experiment of a map.
type MapCell struct {
	At     []int `json:"at"` // its place in the sweep
	Seeds  int   `json:"seeds"`
	Failed int   `json:"failed,omitempty"` // runs without scores
	// Alone says that the weight is 0: the cell is the baseline itself, and its gain 0 by definition.
	Alone bool          `json:"alone,omitempty"`
	Gain  Paired        `json:"gain"`
	Value metrics.Value `json:"value"` // of the arm
	Base  metrics.Value `json:"base"`  // of the baseline
}

// Run reports whether the cell's experiment has been carried out and compared.
func (c MapCell) Run() bool { return c.Gain.N() > 0 }

// MapCounts is how many cells of a map leave 0, beside how many would by chance.
type MapCounts struct {
	All, Run, Above, Below int
	Chance                 float64 // cells whose interval would exclude 0 if nothing differed
}

// Counts counts the cells whose weight is not 0. A cell of one seed has no interval, hence no chance to leave 0.
func (m Map) Counts() (n MapCounts) {
	for _, row := range m.Cells {
		for _, c := range row {
			if c.Alone {
				continue
			}
			n.All++
			if !c.Run() {
				continue
			}
			n.Run++
			if c.Gain.N() > 1 {
				n.Chance += 1 - m.Level
			}
			switch {
			case c.Gain.Excludes0() && c.Gain.Mean > 0:
				n.Above++
			case c.Gain.Excludes0():
				n.Below++
			}
		}
	}
	return n
}

// IsAlone reports whether the arm that an experiment is about has no weight: such an experiment is its student
// alone, and nothing of it has to be computed beside that.
func (s Spec) IsAlone() bool {
	for _, a := range s.Arms {
		if a.Name == s.Examined() {
			return a.Distils() && a.Objective.Weight == 0
		}
	}
	return false
}

// Pairing is what the cells of a map compare.
type Pairing struct{ Metric, Arm, Over string }

// In fills what is empty as the verdict of an experiment has it.
func (c Pairing) In(s Spec) Pairing {
	return Pairing{cmp.Or(c.Metric, s.JudgedBy().Name), cmp.Or(c.Arm, s.Examined()), cmp.Or(c.Over, s.Baseline())}
}

// NewMapCell compares two arms of a report.
func NewMapCell(r Report, by Pairing, at []int) MapCell {
	arm, over, metric := by.Arm, by.Over, by.Metric
	c := MapCell{At: at, Gain: r.Gain(arm, over, metric), Value: metrics.Undefined, Base: metrics.Undefined}
	for _, a := range r.Arms {
		if a.Arm.Name != arm && a.Arm.Name != over {
			continue
		}
		mean := r.Standing(a.Arm.Name, metric).Value.Mean
		if a.Arm.Name == over {
			c.Base = mean
			continue
		}
		c.Value, c.Seeds = mean, len(a.Runs)
		for _, run := range a.Runs {
			if run.Failed != nil {
				c.Failed++
			}
		}
	}
	return c
}

// NoCell is the cell of an experiment that has not been carried out.
func NoCell(at []int) MapCell {
	return MapCell{At: at, Gain: NewPaired(nil, nil, 1-Alpha), Value: metrics.Undefined, Base: metrics.Undefined}
}

// Maps lays cells out: by the axes of rows and columns, of which rows may be -1, a map for every combination of
// the other axes. cell returns that of a place.
func (s Sweep) Maps(rows, columns int, cell func(at []int) MapCell) (maps []Map) {
	whole := Sweep{}
	var fixed []int
	for i, a := range s.Axes {
		if i != rows && i != columns {
			whole.Axes, fixed = append(whole.Axes, a), append(fixed, i)
		}
	}
	axis := func(i int) Axis {
		if i < 0 {
			return Axis{Values: []string{""}}
		}
		return s.Axes[i]
	}
	for _, other := range whole.Grid() {
		m := Map{Rows: axis(rows), Columns: axis(columns)}
		at := make([]int, len(s.Axes))
		for k, i := range fixed {
			at[i] = other[k]
			m.Fixed = append(m.Fixed, Setting{s.Axes[i].Name(), s.Axes[i].Text(other[k])})
		}
		for y := range m.Rows.Values {
			var line []MapCell
			for x := range m.Columns.Values {
				here := append([]int{}, at...)
				if rows >= 0 {
					here[rows] = y
				}
				if columns >= 0 {
					here[columns] = x
				}
				line = append(line, cell(here))
			}
			m.Cells = append(m.Cells, line)
		}
		maps = append(maps, m)
	}
	return maps
}

// RowsAndColumns are the axes that a map of the sweep has unless somebody wants others: the last two that vary,
// columns the last; -1 where there is none.
func (s Sweep) RowsAndColumns() (rows, columns int) {
	rows, columns = -1, -1
	for i, a := range s.Axes {
		if len(a.Values) > 1 && a.Field != "data.source" {
			rows, columns = columns, i
		}
	}
	return rows, columns
}
