package words

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const minus = "\u2212" // true minus sign

// Numbers is how a language writes numbers.
type Numbers struct {
	Decimal string // between whole and fraction
	Group   string // between groups of three digits
	None    string // stands where a number is undefined: never 0, never empty
}

// Count writes a whole number with its thousands apart.
func (l Numbers) Count(n int) string {
	s := strconv.Itoa(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + l.Group + s[i:]
	}
	if neg {
		return minus + s
	}
	return s
}

// Points writes a share of one in points of 100 with one decimal.
func (l Numbers) Points(share float64) string { return l.Fixed(100*share, 1) }

// SignedPoints writes a difference of shares in points of 100, with its sign: +0.8, −2.3, 0.0.
func (l Numbers) SignedPoints(share float64) string {
	s := l.Points(share)
	if share > 0 && s != "0"+l.Decimal+"0" {
		return "+" + s
	}
	return s
}

// Percent writes a share of one as a percentage with at most one decimal.
func (l Numbers) Percent(share float64) string {
	return strings.TrimSuffix(l.Fixed(100*share, 1), l.Decimal+"0") + " %"
}

// Fixed writes v with the given number of decimals, a true minus sign and no negative zero; None stands for
// what is not finite.
func (l Numbers) Fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return l.None
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	if l.Decimal != "." {
		s = strings.Replace(s, ".", l.Decimal, 1)
	}
	return strings.ReplaceAll(s, "-", minus) // a replacer for both would take ten times as long
}

// Plain writes a number as short as it can be, with its digits together and an ordinary minus sign.
func (l Numbers) Plain(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), ".", l.Decimal, 1)
}

// Setting writes a value as a person would type it in any language, with a decimal point: 0.5, 1e-4, 100. It
// reads back as the same number.
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
func (l *Language) Duration(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	switch {
	case s < 60:
		return l.Say("seconds", s)
	case s < 3600:
		return l.units("minutes", s/60, "seconds", s%60)
	}
	m := (s + 30) / 60
	return l.units("hours", m/60, "minutes", m%60)
}

// units writes a time in two units, of which the smaller is left out when it is zero.
func (l *Language) units(unit Key, a int, small Key, b int) string {
	s := l.Say(unit, a)
	if b == 0 {
		return s
	}
	return s + " " + l.Say(small, b)
}

// Seconds turns a number of seconds into a Duration; what is below zero becomes zero.
func Seconds(s float64) time.Duration {
	return time.Duration(math.Max(s, 0) * float64(time.Second))
}
