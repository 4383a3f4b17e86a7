package spec

import (
	"math"
	"strconv"
	"unicode/utf8"

	"cosinelab/datasets/fault"
)

// Bounds beyond which nothing sensible lies: no sum overflows, no list takes longer to check than to read,
// and memory is not asked for in terabytes. What a spec within them needs on its data, experiment.Estimate
// says before any of it is taken.
const (
	maxWindow   = 4096 // attention keeps its square, for every head and layer
	maxEpochs   = 100_000
	maxSpan     = 1_000_000     // steps
	maxStep     = 1_000_000_000 // of a series
	maxChannels = 65_536
	maxBatch    = 65_536 // windows
	maxSeed     = 1 << 53
	maxArms     = 64 // what a page shows side by side
	maxSeeds    = 1000
	// of a closed form, which works on matrices of so many steps with all channels
	maxBaselineSteps = 100
	maxName          = 100  // characters of an arm's name, or a column's
	maxPath          = 4096 // bytes of what names a file, as file systems bound it
	maxFactor        = 1e6  // of a constant of a model: beyond it float32 keeps nothing else
	maxFloat         = 1e38 // about where float32 ends, in which everything is computed
)

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// upTo reports whether x is one of the numbers from 0 to most; NaN is none.
func upTo(x, most float64) bool { return x >= 0 && x <= most }

// short wants a text of at most so many characters. An error shows how it begins.
func (c *check) short(field, text string, most int) {
	c.that(utf8.RuneCountInString(text) <= most, field, quoted(text), "want-short", most)
}

// few wants a list of at most so many things, in the words of want. It reports whether it is one: what a
// longer one holds is not looked at.
func (c *check) few(field string, n, most int, want fault.Word) bool {
	c.that(n <= most, field, n, want, most)
	return n <= most
}

// shown is the number of characters of a text that an error repeats.
const shown = 40

// cut is a text as errors repeat it: its beginning, if it is long.
func cut(text string) string {
	n := 0
	for i := range text {
		if n++; n > shown {
			return text[:i] + "…"
		}
	}
	return text
}

// quoted is a text as errors show it, in quotes that also spell out what is not printed.
func quoted(text string) string { return strconv.Quote(cut(text)) }
