package datasets

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// pivot makes channels of the values that rows hold one by one, and rows of their times: a row is anomalous if one of
// those of its time is.
func (p *portion) pivot(t *table.Table) error {
	names := t.With(found.Names)
	if len(names) == 0 {
		return nil
	}
	if len(names) > 1 {
		return table.InFile(t.File, fault.New("data-two-names", table.Short(names[0].Name), table.Short(names[1].Name)))
	}
	if p.entities != nil {
		return table.InFile(t.File, fault.New("data-names-entity", table.Short(names[0].Name), table.Short(p.entities.column)))
	}
	values := t.Channels()
	if len(values) != 1 {
		return table.InFile(t.File, fault.New("data-long-values", table.Short(names[0].Name), len(values)))
	}
	if p.at.None() {
		return table.InFile(t.File, fault.New("data-long-no-times", table.Short(names[0].Name)))
	}
	w, err := t.Pivot(names[0], values[0], p.at.At)
	if err != nil {
		return err
	}
	p.raw = Raw{Columns: w.Columns, Rows: len(w.First)}
	p.names = nil
	for _, n := range w.Names {
		p.names = append(p.names, table.Visible(n))
	}
	if p.labels != nil {
		labels := make([]uint8, len(w.First))
		for row, k := range w.Of {
			labels[k] |= p.labels[row]
		}
		p.labels = labels
	}
	p.at.At = permuted(p.at.At, w.First)
	if w.Doubles > 0 {
		p.findings = append(p.findings, found.Finding{File: table.VisibleFile(p.file), Column: table.Visible(names[0].Name), Doubt: true,
			Said: fault.Of(fault.New("find-long-doubles", w.Doubles))})
	}
	return nil
}
