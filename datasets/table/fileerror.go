package table

import "cosinelab/datasets/fault"

// FileError is an error in a file; the fault that it is says where, too.
type FileError struct {
	*fault.Fault
	File string
	Line int // from 1; 0 = no line, or not one alone
}

// InFile returns what is wrong with a file.
func InFile(name string, err error) error {
	return &FileError{fault.Of(fault.New("in-place", Visible(name), err)), name, 0}
}

// AtLine returns what is wrong with a line of a file.
func AtLine(name string, line int, err error) error {
	return &FileError{fault.Of(fault.New("at-line", Visible(name), line, err)), name, line}
}
