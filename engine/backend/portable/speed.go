package portable

import "time"

// Speed repeats what takes so many floating-point operations for a time d or little more, and returns
// GFLOP/s.
func Speed(d time.Duration, flop int, run func()) float64 {
	for start, total := time.Now(), 0; ; {
		run()
		total += flop
		if took := time.Since(start); took >= d && took > 0 {
			return float64(total) / took.Seconds() / 1e9
		}
	}
}
