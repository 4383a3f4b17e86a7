package state

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Message is what a person does or the page hears. Update has a case for each.
type Message interface{ message() weight }

// weight is what every message of a kind does besides its own effect.
type weight int

const (
	passing weight = iota // nothing: it comes by itself or very often, or concerns only how the page looks
	action                // a person's: it takes back the last notice or question and may change the address
)

// The messages.
type (
	Press struct{ Key Key } // a button of the run control, or its key on the keyboard
	Set   struct {
		Field form.Field
		Text  string
	} // a typed value or a choice
	Toggle    struct{ Kind string }        // an arm's check mark
	Tab       struct{ Group string }       // where data come from: builtin, benchmark or file
	Choose    struct{ Source string }      // a series of the catalogue
	Drop      struct{ Files form.Dropped } // dropped or picked; the page keeps their contents
	AddBeside struct {                     // those of the sheet, with one of labels or names
		Files form.Dropped
		What  string // sheet.LabelFile or sheet.NamesFile
	}
	Reopen      struct{}                             // the sheet of the file in use
	Decide      struct{ What, Text string }          // on the sheet: of sheet.Decide
	Use         struct{}                             // what the sheet has
	LeaveSheet  struct{}                             // without using it
	CopyCommand struct{}                             // that shows the same as the sheet
	Discard     struct{}                             // leave an error about data and keep the series that was there
	Workers     struct{ N int }                      // how many train, from the next run on
	More        struct{}                             // show or hide all settings
	AddSeeds    struct{}                             // to the experiment that has ended
	OverData    struct{}                             // intervals over the data, or no longer
	Cells       struct{ Gain bool }                  // of the results: values, or differences to the baseline
	MoreMetrics struct{}                             // show every metric, or the headline
	LookAt      struct{ Epochs results.EpochSwitch } // turn a part of the gains by epoch
	Theme       struct{}                             // light or dark
	SetLanguage struct{ Tag string }                 // of everything that the page says
	Follow      struct{ Hash string }                // the address changed
	Copied      struct{ OK bool }                    // the clipboard answered
	Zoom        struct{ Span steps.Range }           // the stack shows these steps; zero = all
	Resize      struct{ Width int }                  // the stack's plots are so many pixels wide
	Drawn       struct{}                             // what is on the page is the newest state
	Cursor      struct{ Step int }                   // the cursor stands at a step; -1 = nowhere
	Show        struct{ Channels string }            // typed: the channels of the stack
	Reveal      struct{ Channel int }                // of the stack, from 0: one that raised an alarm
	Threshold   struct {                             // a threshold set by hand
		Arm   string
		Value float64
	}
	Hold struct { // likewise, while it moves
		Arm   string
		Value float64
	}
	Rank struct { // the threshold moves by so many of the scores that occur
		Arm string
		By  int
	}
	Back         struct{ Arm string }         // to the threshold of the policy
	ShowRandom   struct{}                     // the random score as a lane, or no longer
	OpenWhere    struct{}                     // the map of a grid in place of the charts
	CarryOut     struct{ Hash string }        // asked by the grid: set the experiment of an address, and train it
	ShowTable    struct{}                     // numbers in the place of charts, or charts again
	OpenAlarms   struct{ Open bool }          // the list of alarms in place of learning and results
	SortAlarms   struct{ By AlarmOrder }      // the list
	ShowAlarm    struct{ From int }           // in the charts: the alarm that begins with this step
	JoinAlarms   struct{ Field, Text string } // typed: AlarmMerge or AlarmLeast
	ShowSeries   struct{ At int }             // of new data that are several series, one
	ScoreNew     struct{ Files form.Dropped } // new data, or a detector with them
	Save         struct{ What string }        // as a file: of SaveKinds
	Teach        struct{ Files form.Dropped } // the first is the teacher's weights
	TrainTeacher struct{}                     // in place of a file
	OpenTeacher  struct{}                     // show or hide which tensors it takes
	Focus        struct{ Arm string }         // the arm that others step back for; empty = none
	Pin          struct{ Arm string }         // the arm that keeps the focus; a second time: no longer
	Lost         struct{ Why *fault.Fault }   // the engine cannot run, or no longer
	Restart      struct{}                     // of an engine that is lost
	Answer       struct {                     // from the worker; Buckets travel beside a series
		protocol.Response
		Buckets []float32
	}
)

func (Press) message() weight        { return action }
func (Set) message() weight          { return action }
func (Toggle) message() weight       { return action }
func (Tab) message() weight          { return action }
func (Choose) message() weight       { return action }
func (Drop) message() weight         { return action }
func (AddBeside) message() weight    { return action }
func (Reopen) message() weight       { return action }
func (Decide) message() weight       { return action }
func (Use) message() weight          { return action }
func (LeaveSheet) message() weight   { return action }
func (CopyCommand) message() weight  { return action }
func (Discard) message() weight      { return action }
func (Workers) message() weight      { return action }
func (More) message() weight         { return action }
func (LookAt) message() weight       { return action }
func (MoreMetrics) message() weight  { return action }
func (AddSeeds) message() weight     { return action }
func (OverData) message() weight     { return action }
func (Cells) message() weight        { return passing }
func (Theme) message() weight        { return passing }
func (SetLanguage) message() weight  { return passing }
func (Follow) message() weight       { return action }
func (Copied) message() weight       { return passing }
func (Zoom) message() weight         { return action }
func (Resize) message() weight       { return passing }
func (Cursor) message() weight       { return passing }
func (Drawn) message() weight        { return passing }
func (Show) message() weight         { return action }
func (Reveal) message() weight       { return action }
func (Threshold) message() weight    { return action }
func (Hold) message() weight         { return passing }
func (Rank) message() weight         { return action }
func (Back) message() weight         { return action }
func (ShowRandom) message() weight   { return action }
func (ShowTable) message() weight    { return passing }
func (OpenAlarms) message() weight   { return passing }
func (OpenWhere) message() weight    { return passing }
func (CarryOut) message() weight     { return passing }
func (SortAlarms) message() weight   { return passing }
func (ShowAlarm) message() weight    { return action }
func (JoinAlarms) message() weight   { return action }
func (ShowSeries) message() weight   { return action }
func (ScoreNew) message() weight     { return action }
func (Save) message() weight         { return action }
func (Teach) message() weight        { return action }
func (TrainTeacher) message() weight { return action }
func (OpenTeacher) message() weight  { return passing }
func (Focus) message() weight        { return passing }
func (Pin) message() weight          { return passing }
func (Lost) message() weight         { return passing }
func (Restart) message() weight      { return action }
func (Answer) message() weight       { return passing }

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
