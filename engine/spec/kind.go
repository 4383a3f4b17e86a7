package spec

import (
	"fmt"
	"iter"
	"slices"

	"cosinelab/datasets/fault"
)

// A kind is the index of a row in a table of this package, which holds what is known of it. In JSON it is the
// row's name. Kinds that a Spec may leave out, or must name, begin with 0, no name.

// row is one row of a table of kinds. A table is an array that is indexed by its kind, so that a kind without
// a row shows as one without a name.
type row interface{ name() string }

// names lists the rows' names, by kind.
func names[R row](rows []R) []string {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.name()
	}
	return list
}

// nameOf is a kind's name; "" for the kind that has none.
func nameOf[K ~uint8, R row](k K, rows []R) string {
	if int(k) >= len(rows) {
		return "invalid"
	}
	return rows[k].name()
}

// textOf is a kind's name as JSON has it. A kind beyond its table is a mistake in the program, not in a spec.
func textOf[K ~uint8, R row](k K, rows []R) ([]byte, error) {
	if int(k) >= len(rows) {
		return nil, fmt.Errorf("spec: %T %d is not in its table", k, k)
	}
	return []byte(rows[k].name()), nil
}

// read sets a kind by its name; an unknown one is a *nameError, which lists the names that there are. The
// empty name is known where row 0 has none: it is how JSON leaves the kind out.
func read[K ~uint8, R row](k *K, text []byte, rows []R) error {
	i := slices.Index(names(rows), string(text))
	if i < 0 {
		return &nameError{string(text), names(rows)}
	}
	*k = K(i)
	return nil
}

// nameError says that a table has no row of this name.
type nameError struct {
	got     string
	choices []string // the names that there are; "" = none is a choice
}

// Told returns the key of the sentence and its arguments.
func (e *nameError) Told() (key string, args []any) {
	return "spec-whole", []any{quoted(e.got), e.want()}
}

// Error is for programmers.
func (e *nameError) Error() string { return fmt.Sprintf("spec: %q, want one of %v", e.got, e.choices) }

func (e *nameError) want() error {
	named := slices.DeleteFunc(slices.Clone(e.choices), func(name string) bool { return name == "" })
	return fault.New("want-one-of", fault.Choices(named))
}

// Each yields the kinds of a table that have a name, in the order of the table: Each(PolicyCount). It leaves
// out the kind that stands for nothing.
func Each[K interface {
	~uint8
	String() string
}](count K) iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range count {
			if k.String() != "" && !yield(k) {
				return
			}
		}
	}
}
