package timing

import (
	"fmt"
	"math"
	"strconv"
)

// layout is that of a row: group, name, workers, GFLOP, median, 10th percentile, GFLOP/s, both shares,
// roofline, rate.
const layout = "%-18s %-15s %7s %10s %11s %10s %8s %9s %9s %9s  %s"

// Head is the first line of the table that Row belongs to.
var Head = fmt.Sprintf(layout, "", "", "workers", "GFLOP", "median ms", "10th pct", "GFLOP/s", "of roof",
	"10th pct", "roofline", "")

// Row is the line as the table has it; what is not known is a dash.
func (l Line) Row() string {
	rate, workers := "", "-"
	if l.Group == GroupScoring {
		rate = fmt.Sprintf("%.0f windows/s", l.Rate())
	}
	if l.Workers > 0 {
		workers = strconv.Itoa(l.Workers)
	}
	return fmt.Sprintf(layout, l.Group, l.Name, workers, number(l.FLOP/1e9, "%.4f"),
		fmt.Sprintf("%.4f", l.Median), fmt.Sprintf("%.4f", l.P10),
		number(l.GFLOPS(), "%.1f"), number(100*l.Share(), "%.0f %%"), number(100*l.BestShare(), "%.0f %%"),
		number(l.Roofline, "%.1f"), rate)
}

func number(x float64, format string) string {
	if x == 0 || math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf(format, x)
}
