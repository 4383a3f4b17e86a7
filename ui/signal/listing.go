package signal

import (
	"fmt"
	"strings"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// Listing is the numbers behind a chart: a title with a note, heads, and rows that each begin with their name. It can
// have the focus, so that the keyboard can scroll it.
func Listing(title, note string, heads []string, rows [][]string) *vecty.HTML {
	var head, body vecty.List
	for _, h := range heads {
		head = append(head, elem.TableHeader(vecty.Markup(vecty.Attribute("scope", "col")), vecty.Text(h)))
	}
	for _, r := range rows {
		cells := vecty.List{elem.TableHeader(vecty.Markup(vecty.Attribute("scope", "row")), vecty.Text(r[0]))}
		for _, c := range r[1:] {
			cells = append(cells, elem.TableData(vecty.Text(c)))
		}
		body = append(body, elem.TableRow(cells))
	}
	return elem.Div(vecty.Markup(vecty.Class("listing"), vecty.Property("tabIndex", 0), vecty.Attribute("role", "group"),
		vecty.Attribute("aria-label", title)),
		elem.Table(vecty.Markup(vecty.Class("n")), elem.Caption(elem.Bold(vecty.Text(title)), elem.Span(vecty.Text(note))),
			elem.TableHead(elem.TableRow(head)), elem.TableBody(body)))
}

// listed is how many rows the table of the charts has at most; each is about as many steps as there have to be.
const listed = 120

// table is what the lanes draw: a row for some steps in view, with the anomalies that they are in, the values of every
// line, which are means, of scores the highest, and the arms that raise an alarm there.
func (s *stack) table() (heads []string, rows [][]string) {
	w := s.Words
	heads = []string{w.Say("stack-step"), w.Say("stack-truth")}
	var lines []entry
	for _, l := range s.lanes() {
		for _, e := range l.legend {
			heads = append(heads, strings.TrimSpace(l.title+" "+e.text))
			lines = append(lines, e)
		}
	}
	for i := range s.Arms {
		heads = append(heads, s.Arms[i].Label+": "+w.Say("stack-alarm"))
	}
	n := 0
	for _, e := range lines {
		n = max(n, e.line.Len())
	}
	every := max(1, (n+listed-1)/listed)
	for k := 0; k < n; k += every {
		rows = append(rows, s.tableRow(lines, k, min(n, k+every), n))
	}
	return heads, rows
}

// tableRow is the row of buckets from up to, not including, to, of n.
func (s *stack) tableRow(lines []entry, from, to, n int) []string {
	x := chart.Scale{From: float64(s.From) + float64(from*s.Len())/float64(n), To: float64(s.From) + float64(to*s.Len())/float64(n), End: 1}
	first, last := int(x.From), max(int(x.From), int(x.To-1))
	name := s.Words.Count(first)
	if last > first {
		name += "–" + s.Words.Count(last)
	}
	var truth []string
	for i, t := range s.Truth {
		if t.From <= last && t.To > first {
			truth = append(truth, fmt.Sprint("A", i+1))
		}
	}
	row := []string{name, strings.Join(truth, " ")}
	for _, e := range lines {
		value := "–"
		if e.line.Len() == n {
			if _, high, mean, ok := e.line.Over(from, to); ok && e.peaks {
				value = number(s.Words.Numbers, high)
			} else if ok {
				value = number(s.Words.Numbers, mean)
			}
		}
		row = append(row, value)
	}
	for i := range s.Arms {
		mark := ""
		for _, a := range s.Arms[i].Alarms {
			if a.From <= last && a.To > first {
				mark = "✓"
			}
		}
		row = append(row, mark)
	}
	return row
}
