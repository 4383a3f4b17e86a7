package timing

import (
	"fmt"
	"strconv"
	"strings"
)

// Markdown is the report as a short table of medians; what is not known is empty.
func (r Report) Markdown() string {
	var b strings.Builder
	b.WriteString("| | workers | ms | GFLOP/s | of roofline |\n|---|--:|--:|--:|--:|\n")
	for _, l := range r.Lines {
		name := l.Group + " " + l.Name
		switch l.Group {
		case GroupStep:
			name += ": " + l.About
		case GroupScoring:
			name += fmt.Sprintf(": %s, %.0f windows/s", l.About, l.Rate())
		}
		workers := ""
		if l.Workers > 0 {
			workers = strconv.Itoa(l.Workers)
		}
		// Three digits, but whole numbers in full.
		ms := strconv.FormatFloat(l.Median, 'g', 3, 64)
		if l.Median >= 100 {
			ms = fmt.Sprintf("%.0f", l.Median)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, workers, ms, known(l.GFLOPS(), "%.1f"),
			known(100*l.Share(), "%.0f %%"))
	}
	return b.String()
}

// known is empty where number would be a dash.
func known(x float64, format string) string { return strings.TrimPrefix(number(x, format), "-") }
