package bench

import (
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
)

// Message is what a person does or the page hears. Update has a case for each.
type Message interface{ message() }

// The messages.
type (
	// the page, so many milliseconds after the start of the navigation
	Drawn        struct{ Ms float64 }
	Start        struct{}                   // measure everything anew
	Stop         struct{}                   // what goes on
	Choose       struct{ Runs int }         // how often a training step is run
	CopyJSON     struct{}                   // of all that has been measured
	Copied       struct{ OK bool }          // the clipboard answered
	DownloadJSON struct{}                   // of all that has been measured
	Theme        struct{}                   // light or dark
	SetLanguage  struct{ Tag string }       // of everything that the page says
	Lost         struct{ Why *fault.Fault } // there is no engine any more
	// of the worker, so many milliseconds after the start of the navigation
	Answer struct {
		protocol.Response
		Ms float64
	}
)

func (Drawn) message()        {}
func (Start) message()        {}
func (Stop) message()         {}
func (Choose) message()       {}
func (CopyJSON) message()     {}
func (Copied) message()       {}
func (DownloadJSON) message() {}
func (Theme) message()        {}
func (SetLanguage) message()  {}
func (Lost) message()         {}
func (Answer) message()       {}

// Effect is what Update asks the page to do. The command lab has a case for each.
type Effect interface{ effect() }

// The effects.
type (
	Post        struct{ Request protocol.Request } // to the worker
	Copy        struct{ Text string }              // to the clipboard; answer with Copied
	Download    struct{ Name, Text string }        // as a file
	SwitchTheme struct{}                           // light to dark, or back
	// for the next visit; the document is in this language now
	RememberLanguage struct{ Tag string }
)

func (Post) effect()             {}
func (Copy) effect()             {}
func (Download) effect()         {}
func (SwitchTheme) effect()      {}
func (RememberLanguage) effect() {}
