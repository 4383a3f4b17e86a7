// Package fault carries what went wrong as a key with arguments until somebody puts it in words.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

// Fault is an error without a sentence: Key names the sentence in the files of package words, Args go into
// it. An argument is a string, a number, a Word, Choices, a Span or another error, whatever its type.
type Fault struct {
	Key  string
	Args []any
}

// New returns a *Fault. The key stands in every language's file.
func New(key string, args ...any) error { return &Fault{key, args} }

// Word is an argument that is itself said by words: its value is a key.
type Word string

// WordKey returns the key.
func (w Word) WordKey() string { return string(w) }

// Choices is an argument that lists what may be typed, as it is typed: a or b.
type Choices []string

// List returns the choices.
func (c Choices) List() []string { return c }

// Span is an argument that is how long something lasts.
type Span time.Duration

// String is for programmers: 3h13m0s.
func (s Span) String() string { return time.Duration(s).String() }

// Long returns the time.
func (s Span) Long() time.Duration { return time.Duration(s) }

// Told returns the key and its arguments.
func (f *Fault) Told() (key string, args []any) { return f.Key, f.Args }

// Error is for programmers: the key, then the arguments.
func (f *Fault) Error() string {
	if len(f.Args) == 0 {
		return f.Key
	}
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		args[i] = fmt.Sprint(a)
	}
	return f.Key + ": " + strings.Join(args, ", ")
}

// Unwrap returns the arguments that are errors.
func (f *Fault) Unwrap() (inner []error) {
	for _, a := range f.Args {
		if err, ok := a.(error); ok {
			inner = append(inner, err)
		}
	}
	return inner
}

// told is an error that says its key and arguments: a Fault, or a type that holds one.
type told interface {
	error
	Told() (key string, args []any)
}

// foreign is the key of an error that has none of its own: its text is the argument.
const foreign = "foreign-error"

// Of returns the first fault in the tree of err, outermost first; an error that has none becomes one that
// says its text. Nil stays nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	t, ok := errors.AsType[told](err)
	if !ok {
		return &Fault{foreign, []any{err.Error()}}
	}
	if f, ok := t.(*Fault); ok {
		return f
	}
	key, args := t.Told()
	return &Fault{key, args}
}

// Has reports whether err is, or wraps, a fault with this key.
func Has(err error, key string) bool {
	if t, ok := err.(told); ok {
		if k, _ := t.Told(); k == key {
			return true
		}
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		return Has(x.Unwrap(), key)
	case interface{ Unwrap() []error }:
		for _, inner := range x.Unwrap() {
			if Has(inner, key) {
				return true
			}
		}
	}
	return false
}

// Cause says why a file could not be used, without the name and the operation that the error of a file system
// holds: its caller names the file.
func Cause(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return New("file-missing", err)
	case errors.Is(err, fs.ErrPermission):
		return New("file-forbidden", err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return New("file-cut-off", err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return New("file-no-room", err)
	case errors.Is(err, syscall.EROFS):
		return New("file-read-only", err)
	case errors.Is(err, syscall.EPIPE):
		return New("file-unread", err)
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err
	}
	return err
}

// argument is an argument in JSON: one field is set.
type argument struct {
	Text    *string  `json:"text,omitempty"`
	Number  *float64 `json:"number,omitempty"`
	Word    Word     `json:"word,omitempty"`
	Choices Choices  `json:"choices,omitempty"`
	Fault   *Fault   `json:"fault,omitempty"`
	Span    Span     `json:"span,omitempty"` // nanoseconds
}

// plain is a Fault in JSON.
type plain struct {
	Key  string     `json:"key"`
	Args []argument `json:"args,omitempty"`
}

// MarshalJSON writes numbers as numbers, errors as faults, and whatever else as its text.
func (f *Fault) MarshalJSON() ([]byte, error) {
	p := plain{Key: f.Key}
	for _, a := range f.Args {
		p.Args = append(p.Args, argumentOf(a))
	}
	return json.Marshal(p)
}

func argumentOf(a any) argument {
	switch x := a.(type) {
	case Word:
		return argument{Word: x}
	case Choices:
		return argument{Choices: x}
	case Span:
		return argument{Span: x}
	case error:
		return argument{Fault: Of(x)}
	}
	text := fmt.Sprint(a)
	var number float64
	switch a.(type) {
	case int, int64, uint64, float64:
		if json.Unmarshal([]byte(text), &number) == nil &&
			(fmt.Sprint(number) == text || fmt.Sprintf("%.0f", number) == text) {
			return argument{Number: &number}
		}
	}
	return argument{Text: &text}
}

// longest is a bound of faults in JSON, in bytes. Each of those inside another is read over and over, once for
// every fault around it.
const longest = 1 << 16

// UnmarshalJSON reads what MarshalJSON writes; a string is the text of an error that had no key. A fault that
// says nothing is refused: nobody could be told of it.
func (f *Fault) UnmarshalJSON(b []byte) error {
	if len(b) > longest {
		return fmt.Errorf("fault: %d bytes, want %d at most", len(b), longest)
	}
	var text string
	if json.Unmarshal(b, &text) == nil && text != "" {
		*f = Fault{foreign, []any{text}}
		return nil
	}
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	if p.Key == "" {
		return errors.New("fault: no key")
	}
	*f = Fault{Key: p.Key}
	for _, a := range p.Args {
		f.Args = append(f.Args, a.value())
	}
	return nil
}

func (a argument) value() any {
	switch {
	case a.Number != nil:
		return *a.Number
	case a.Word != "":
		return a.Word
	case a.Choices != nil:
		return a.Choices
	case a.Fault != nil:
		return error(a.Fault)
	case a.Text != nil:
		return *a.Text
	case a.Span != 0:
		return a.Span
	}
	return ""
}
