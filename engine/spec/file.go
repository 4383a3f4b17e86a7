package spec

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// Bounds of what is said of a file.
const (
	maxRows  = 100_000_000
	maxRoles = 1000 // columns that are given one
	// numbers that stand for missing cells: more are a mistake
	maxNoValues = 20
	maxSkip     = 10_000 // lines before a table
)

// ValidateFile checks what is said of a user's own files alone. The first wrong field is returned as
// *FieldError.
func (d Data) ValidateFile() error {
	var c check
	d.validateFile(&c)
	return c.first()
}

// validateFile checks what is said of a user's own files, as far as it can be judged without them.
func (d Data) validateFile(c *check) {
	c.short("data.anomaly", d.Anomaly, maxName)
	oneOf(c, "data.header", d.Header, "yes", "no")
	c.that(d.Skip >= 0 && d.Skip <= maxSkip, "data.skip", d.Skip, "want-up-to", maxSkip)
	oneOf(c, "data.separator", d.Separator, found.Separators...)
	oneOf(c, "data.decimal", d.Decimal, found.Decimals...)
	oneOf(c, "data.order", d.Order, found.Orders...)
	oneOf(c, "data.dates", d.Dates, found.DateOrders...)
	oneOf(c, "data.files", d.Files, found.Together...)
	c.short("data.label_file", d.LabelFile, maxName)
	c.short("data.names_file", d.NamesFile, maxName)
	c.short("data.accept", d.Accept, maxName)
	for kind := range strings.SplitSeq(d.Accept, ",") {
		oneOf(c, "data.accept", strings.TrimSpace(kind), found.Acceptable...)
	}
	oneOf(c, "data.missing", d.Missing, "last", "linear", "refuse")
	c.that(len(d.NoValue) <= maxNoValues, "data.no_value", len(d.NoValue), "want-up-to", maxNoValues)
	for i, x := range d.NoValue {
		c.that(math.Abs(x) <= maxFloat, element("data.no_value", i), x, "want-number")
	}
	c.that(len(d.NoWord) <= maxNoValues, "data.no_word", len(d.NoWord), "want-up-to", maxNoValues)
	for i, w := range d.NoWord {
		c.short(element("data.no_word", i), w, maxName)
	}
	c.that(d.SplitRow >= 0 && d.SplitRow <= maxRows, "data.split_row", d.SplitRow, "want-up-to", maxRows)
	c.that(d.SplitRow == 0 || d.Split == nil, "data.split_row", d.SplitRow, "want-one-cut")
	c.that(d.SplitTime == "" || d.Split == nil && d.SplitRow == 0, "data.split_time",
		strconv.Quote(d.SplitTime), "want-one-cut")
	c.short("data.split_time", d.SplitTime, maxName)
	c.that(len(d.Columns) <= maxRoles, "data.columns", len(d.Columns), "want-up-to", maxRoles)
	var roles fault.Choices
	for _, r := range found.Given {
		roles = append(roles, string(r))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Columns)) {
		role := d.Columns[name]
		c.short("data.columns", name, maxName)
		c.that(slices.Contains(found.Given, role), "data.columns["+strconv.Quote(name)+"]",
			strconv.Quote(string(role)), "want-one-of", roles)
	}
}

// oneOf wants nothing, or one of some words.
func oneOf(c *check, field, got string, words ...string) {
	c.that(got == "" || slices.Contains(words, got), field, strconv.Quote(got), "want-one-of",
		fault.Choices(words))
}
