// Package steps says which steps of a series are meant.
package steps

// Range is the steps From up to, not including, To.
type Range struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Len is the number of steps.
func (r Range) Len() int { return r.To - r.From }

// Meets reports whether both share a step.
func (r Range) Meets(o Range) bool { return r.From < o.To && o.From < r.To }
