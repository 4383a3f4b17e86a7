package results

import (
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Detail is what a line says of one arm that its row has no room for: how its alarms fared, all four numbers
// of them beside what chance gets, and, where somebody asked for them, intervals over the data beside those
// over seeds. It is empty for an arm without results.
func (p *Progress) Detail(w *words.Language, arm string, gain bool) string {
	r := p.Report()
	parts := []string{p.alarms(w, r, arm), p.bySeries(w, r, arm)}
	var rows []string // the metric of the verdict first, as they were drawn
	if r.OverData != nil {
		for _, i := range r.OverData.Intervals {
			if !slices.Contains(rows, i.Metric) {
				rows = append(rows, i.Metric)
			}
		}
	}
	for _, name := range rows {
		if m, ok := metrics.Find(name); ok {
			parts = append(parts, p.overData(w, r, m, arm, gain))
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ""
	}
	return w.Say("detail", p.NameOf(w, arm), strings.Join(parts, " · "))
}

// alarms are the four metrics of detection of an arm, each with its chance level.
func (p *Progress) alarms(w *words.Language, r spec.Report, arm string) string {
	var said []any
	there := false
	for _, m := range metrics.OfDetection() {
		s := r.Standing(arm, m.Name)
		there = there || s.Value.Mean.Defined()
		said = append(said, written(w.Numbers, m.Unit, s.Value.Mean), written(w.Numbers, m.Unit, s.Chance.Mean))
	}
	if !there {
		return ""
	}
	return w.Say("detail-alarms", said...)
}

// mostSeries is how many series are named with their values; the report has all.
const mostSeries = 8

// bySeries is the metric of the verdict on each of several series, means over seeds beside chance.
func (p *Progress) bySeries(w *words.Language, r spec.Report, arm string) string {
	m := r.Spec.JudgedBy()
	var said []string
	for i, s := range r.Data.Series {
		var values, chance []metrics.Value
		for _, a := range r.Arms {
			for _, run := range a.Runs {
				if a.Arm.Name == arm && i < len(run.Series) {
					of := run.Series[i].Of(m.Name)
					values, chance = append(values, of.Value), append(chance, of.Chance)
				}
			}
		}
		if v := spec.NewSpread(values).Mean; v.Defined() {
			said = append(said, w.Say("hit-rate-of", words.Name(s.Name), written(w.Numbers, m.Unit, v),
				written(w.Numbers, m.Unit, spec.NewSpread(chance).Mean)))
		}
	}
	if len(said) == 0 {
		return ""
	}
	if more := len(said) - mostSeries; more > 0 {
		said = append(said[:mostSeries], "+"+strconv.Itoa(more))
	}
	return w.Say("detail-series", m.Short, strings.Join(said, w.Say("list-comma")))
}

// overData is one metric's interval over the data beside that over seeds, of the arm or of its gain.
func (p *Progress) overData(w *words.Language, r spec.Report, m metrics.Metric, arm string, gain bool) string {
	over := ""
	if gain {
		over = p.Spec.Baseline()
	}
	i := r.OverData.Of(m.Name, arm, over)
	if !i.Low.Defined() {
		return ""
	}
	data := w.Say("interval", written(w.Numbers, m.Unit, i.Low), written(w.Numbers, m.Unit, i.High))
	values := r.Standing(arm, m.Name).Value.Values
	of := spec.NewPaired(values, make([]metrics.Value, len(values)), r.Spec.Level())
	if gain {
		of = r.Gain(arm, over, m.Name)
		data = p.signedInterval(w, m.Unit, i)
	}
	if of.N() < 2 {
		return w.Say("detail-data", m.Short, data)
	}
	seeds := w.Say("interval", written(w.Numbers, m.Unit, of.Low), written(w.Numbers, m.Unit, of.High))
	if gain {
		seeds = p.signedInterval(w, m.Unit, metrics.Interval{Low: of.Low, High: of.High})
	}
	return w.Say("detail-both", m.Short, seeds, data)
}

// signedInterval writes that of differences.
func (p *Progress) signedInterval(w *words.Language, u metrics.Unit, i metrics.Interval) string {
	return w.Say("interval", w.SignedPoints(u.Of(i.Low)/100), w.SignedPoints(u.Of(i.High)/100))
}
