package bench

import (
	"fmt"
	"math"
)

// Head is the first line of the table that Row belongs to.
const Head = "                                  GFLOP     median ms   10th pct   GFLOP/s   of roofline (10th pct)   roofline"

// Row is the line as the table has it.
func (l Line) Row() string {
	speed := ""
	if l.Group == "scoring" {
		speed = fmt.Sprintf("  %.0f windows/s", 1000/l.Median)
	}
	return fmt.Sprintf("%-14s %-14s %9.4f  %11.4f  %9.4f  %8.1f   %s (%s)%s  %s", l.Group, l.Name, l.FLOP/1e9, l.Median, l.P10, l.GFLOPS(),
		percent(l.Share()), percent(l.BestShare()), known(l.Roofline), speed)
}

func percent(x float64) string {
	if math.IsNaN(x) {
		return "    -"
	}
	return fmt.Sprintf("%3.0f %%", 100*x)
}

func known(x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("  %.1f GFLOP/s", x)
}
