package table

import "cosinelab/datasets/fault"

// FileError is an error in a file; the fault that it is says where, too.
type FileError struct {
	*fault.Fault
	File string
	Line int // from 1; 0 = no line, or not one alone

	Place int // of the column, from 1; 0 = none alone
}

// InFile returns what is wrong with a file.
func InFile(name string, err error) error {
	return &FileError{Fault: fault.Of(fault.New("in-place", VisibleFile(name), err)), File: name}
}

// AtLine returns what is wrong with a line of a file.
func AtLine(name string, line int, err error) *FileError {
	return &FileError{Fault: fault.Of(fault.New("at-line", VisibleFile(name), line, err)), File: name, Line: line}
}
