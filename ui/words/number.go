package words

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	thin  = "\u2009" // thin space, between groups of three digits
	minus = "\u2212" // true minus sign
)

// NotAvailable stands where a number is undefined: never 0, never empty.
const NotAvailable = "n/a"

// Count writes a whole number with thin spaces between thousands.
func Count(n int) string {
	s := strconv.Itoa(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + thin + s[i:]
	}
	if neg {
		return minus + s
	}
	return s
}

// Points writes a share of one in points of 100 with one decimal.
func Points(share float64) string { return Fixed(100*share, 1) }

// SignedPoints writes a difference of shares in points of 100, with its sign: +0.8, −2.3, 0.0.
func SignedPoints(share float64) string {
	s := Points(share)
	if share > 0 && s != "0.0" {
		return "+" + s
	}
	return s
}

// Percent writes a share of one as a percentage with at most one decimal.
func Percent(share float64) string {
	return strings.TrimSuffix(Fixed(100*share, 1), ".0") + " %"
}

// Fixed writes v with the given number of decimals, a true minus sign and no negative zero.
func Fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return NotAvailable
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", minus, 1)
}

// Setting writes a value as a person would type it: 0.5, 1e-4, 100.
func Setting(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if a := math.Abs(v); a > 0 && a < 1e-3 {
		s = strconv.FormatFloat(v, 'e', -1, 64)
	}
	mantissa, exponent, ok := strings.Cut(s, "e")
	if !ok {
		return s
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "e" + strconv.Itoa(n)
}

// Duration writes a time in the two largest units that matter: 38 s, 1 min 50 s, 2 h 5 min.
func Duration(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	switch {
	case s < 60:
		return strconv.Itoa(s) + " s"
	case s < 3600:
		return units(s/60, "min", s%60, "s")
	}
	m := (s + 30) / 60
	return units(m/60, "h", m%60, "min")
}

func units(a int, unit string, b int, small string) string {
	s := strconv.Itoa(a) + " " + unit
	if b == 0 {
		return s
	}
	return s + " " + strconv.Itoa(b) + " " + small
}

// Seconds turns a number of seconds into a Duration, nothing below zero.
func Seconds(s float64) time.Duration {
	return time.Duration(math.Max(s, 0) * float64(time.Second))
}
