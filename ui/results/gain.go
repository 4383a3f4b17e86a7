package results

import (
	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// legend says how differences to the baseline, called base, are read, and what columns are to.
func (t *Table) legend(w *words.Language, base string, level float64) {
	t.Legend = w.Say("legend-gain", percent(level))
	for i := range t.Columns {
		t.Columns[i].To = w.Say("gain-to", base)
	}
}

// addGains puts one metric into a table of differences to the baseline, which has no row there: every cell
// says by how much an arm is better, with the interval of that.
func (t *Table) addGains(w *words.Language, u metrics.Unit, gains []spec.Comparison, seeds int) {
	for i := range t.Rows {
		c := Cell{Value: w.Say("pending"), Provisional: true}
		for _, g := range gains {
			if g.Arm == t.Rows[i].Name {
				c = gainCell(w, u, g.Paired, seeds)
			}
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, c)
	}
}

// gainCell writes a difference. Of one seed there is no interval, and no mean. The ends of the interval have
// no plus: the column has no room for them.
func gainCell(w *words.Language, u metrics.Unit, g spec.Paired, seeds int) Cell {
	n := g.N()
	c := Cell{Value: w.Say("pending"), Provisional: n < seeds}
	for _, v := range g.Values {
		c.Marks = append(c.Marks, u.Of(v))
	}
	if n == 0 {
		return c
	}
	c.Value = w.SignedPoints(u.Of(g.Mean) / 100)
	switch {
	case n < seeds:
		c.Company = w.Say("seed-of", n, seeds)
	case n > 1:
		c.Company = w.Say("interval", written(w.Numbers, u, g.Low), written(w.Numbers, u, g.High))
	}
	if n > 1 {
		c.Mean, c.Low, c.High, c.Shown = maybe(u, g.Mean), maybe(u, g.Low), maybe(u, g.High), g.Shown()
	}
	return c
}
