package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAFaultComesThroughJSON(t *testing.T) {
	inner := New("inner", 1.5, Word("yes"))
	for _, c := range []struct {
		sent error
		want *Fault
	}{
		{New("none"), &Fault{Key: "none"}},
		{New("all", "text", 3, 1_000_000, -0.25, Word("w"), Choices{"a", "b"}, Span(90*time.Minute), inner),
			&Fault{"all", []any{"text", 3.0, 1e6, -0.25, Word("w"), Choices{"a", "b"}, Span(90 * time.Minute),
				error(&Fault{"inner", []any{1.5, Word("yes")}})}}},
		{New("odd", math.NaN(), uint64(math.MaxUint64)), &Fault{"odd", []any{"NaN", "18446744073709551615"}}},
		{New("wraps", fs.ErrNotExist), &Fault{"wraps",
			[]any{error(&Fault{foreign, []any{fs.ErrNotExist.Error()}})}}},
		{errors.New("plain"), &Fault{foreign, []any{"plain"}}},
	} {
		text, err := json.Marshal(Of(c.sent))
		if err != nil {
			t.Fatal(err)
		}
		var got *Fault
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v comes as %#v, %v, want %#v", c.sent, got, err, c.want)
		}
	}
}

func TestATextReadsAsAForeignFault(t *testing.T) {
	var got Fault
	if err := json.Unmarshal([]byte(`"step 3: loss became NaN"`), &got); err != nil ||
		got.Args[0] != "step 3: loss became NaN" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnArgumentThatIsAnErrorIsWrapped(t *testing.T) {
	err := New("outer", "name", New("middle", fs.ErrNotExist))
	if !errors.Is(err, fs.ErrNotExist) || !Has(err, "middle") || Has(err, "inner") {
		t.Errorf("%v does not hold what it wraps", err)
	}
	if got, want := err.Error(), "outer: name, middle: file does not exist"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// placed is an error of a type of its own that holds a fault, as loaders have for a place in a file.
type placed struct{ *Fault }

func TestTheOutermostFaultIsTaken(t *testing.T) {
	inner := New("inner")
	err := fmt.Errorf("in between: %w", placed{Of(New("outer", inner))})
	if f := Of(err); f.Key != "outer" || !Has(err, "outer") || !Has(err, "inner") {
		t.Errorf("%v is taken for %v", err, f)
	}
}

func TestTheCauseNamesNoFile(t *testing.T) {
	_, err := os.Open("/no such folder/x.csv")
	if cause := Cause(err); !Has(cause, "file-missing") || !errors.Is(cause, fs.ErrNotExist) {
		t.Errorf("the cause of %v is %v", err, cause)
	}
	full := errors.New("no space left")
	if cause := Cause(&fs.PathError{Op: "write", Path: "x", Err: full}); cause != full {
		t.Errorf("got %v", cause)
	}
}

// A fault in JSON is bounded: one inside the other, a thousand times, would take for ever otherwise.
func TestAFaultIsBounded(t *testing.T) {
	const deep = 3000
	text := strings.Repeat(`{"key":"a","args":[{"fault":`, deep) + `{"key":"` + strings.Repeat("x", 10<<20) + `"}` +
		strings.Repeat(`}]}`, deep)
	var f Fault
	if err := json.Unmarshal([]byte(text), &f); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("error %v", err)
	}
}
