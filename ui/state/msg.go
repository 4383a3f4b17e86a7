package state

import (
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
)

// What a person or the page does. Each is a message to Update.
type (
	Press struct{ Key Key } // a button of the run control, or its key on the keyboard
	Set   struct {
		Field Field
		Text  string
	} // a typed value or a choice
	Toggle      struct{ Kind string }      // an arm's check mark
	Tab         struct{ Group string }     // where data come from: builtin, benchmark or file
	Choose      struct{ Source string }    // a series of the catalogue
	Drop        struct{ Names []string }   // files, dropped or picked; the page keeps their contents
	Discard     struct{}                   // leave an error about data and keep the series that was there
	Workers     struct{ N int }            // how many train, from the next run on
	More        struct{}                   // show or hide all settings
	MoreMetrics struct{}                   // show every metric, or the headline
	Help        struct{}                   // name the keys in the status line
	Follow      struct{ Hash string }      // the address changed
	Copied      struct{ OK bool }          // the clipboard answered
	Zoom        struct{ Span steps.Range } // the stack shows these steps; zero = all
	Resize      struct{ Width int }        // the stack's plots are so many pixels wide
	Cursor      struct{ Step int }         // the cursor stands at a step; -1 = nowhere
	Show        struct{ Channels string }  // typed: the channels of the stack
	Reveal      struct{ Channel int }      // of the stack, from 0: one that raised an alarm
	Threshold   struct {                   // a threshold set by hand
		Arm   string
		Value float64
	}
	Focus   struct{ Arm string }    // the arm that others step back for; empty = none
	Pin     struct{ Arm string }    // the arm that keeps the focus; a second time: no longer
	Lost    struct{ Reason string } // the engine cannot run, or no longer
	Restart struct{}                // of an engine that is lost
	Answer  struct {                // from the worker; Buckets travel beside a series
		protocol.Response
		Buckets []float32
	}
)

// Key is a button of the run control.
type Key int

// The run control.
const (
	KeyRun Key = iota // Train, Pause, Continue: what the button says
	KeyStep
	KeyStop
	KeyReset
	KeyCopy
)

// What Update asks the page to do.
type (
	Post        struct{ Request protocol.Request } // to the worker, with the files that it names
	GoOn        struct{ Request protocol.Request } // to the worker, with the checkpoints that the page keeps
	Forget      struct{}                           // the checkpoints: they are of a run that is over
	SetHash     struct{ Hash string }              // of the address, without a new entry in the history
	Remember    struct{ Workers int }              // on this machine, for the next visit
	StartEngine struct{}                           // again
	Copy        struct{}                           // the address to the clipboard; answer with Copied
)

// Group names of the data tabs; the first two are groups of protocol.Source.
const (
	GroupBuiltin   = "builtin"
	GroupBenchmark = "benchmark"
	GroupFile      = "file"
)

// filePrefix begins the source of a series that a person dropped.
const filePrefix = "file/"
