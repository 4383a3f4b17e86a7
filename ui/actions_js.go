package ui

import (
	"strconv"

	"cosinelab/ui/form"
	"cosinelab/ui/results"
	"cosinelab/ui/state"
)

// clicks are the messages of buttons, by their data-do. Elements carry names instead of Go functions, so that
// a few listeners on the document serve all of them, whatever is rendered (input_js.go).
var clicks = map[string]state.Message{
	"run":      state.Press{Key: state.KeyRun},
	"step":     state.Press{Key: state.KeyStep},
	"stop":     state.Press{Key: state.KeyStop},
	"reset":    state.Press{Key: state.KeyReset},
	"copy":     state.Press{Key: state.KeyCopy},
	"more":     state.More{},
	"metrics":  state.MoreMetrics{},
	"random":   state.ShowRandom{},
	"tabled":   state.ShowTable{},
	"curves":   state.LookAt{Epochs: results.CurvesShown},
	"seeds":    state.AddSeeds{},
	"values":   state.Cells{},
	"gain":     state.Cells{Gain: true},
	"overdata": state.OverData{},
	"gains":    state.LookAt{Epochs: results.EpochsShown},
	"losses":   state.LookAt{Epochs: results.EpochsHidden},
	"epochs":   state.LookAt{Epochs: results.EpochsCounted},
	"seconds":  state.LookAt{Epochs: results.EpochsTimed},
	"taught":   state.LookAt{Epochs: results.EpochsWithTeacher},
	"numbers":  state.LookAt{Epochs: results.EpochsTable},
	"alarms":   state.OpenAlarms{Open: true},
	"results":  state.OpenAlarms{},
	"signal":   state.OpenInside{},
	"inside":   state.OpenInside{Open: true},
	"where":    state.OpenWhere{},
	"listed":   state.Glance{What: state.GlanceTable, Value: "0"},
	"discard":  state.Discard{},
	"reopen":   state.Reopen{},
	"untaught": state.TrainTeacher{},
	"tensors":  state.OpenTeacher{},
	"use":      state.Use{},
	"leave":    state.LeaveSheet{},
	"command":  state.CopyCommand{},
	"restart":  state.Restart{},
	"theme":    state.Theme{},
}

// Click is the message of the button with this data-do; nil if there is none.
func Click(do string) state.Message { return clicks[do] }

// shortcuts are keys that do what a button does, by KeyboardEvent.key: the value is a key of clicks.
var shortcuts = map[string]string{
	" ":          "run",
	"ArrowRight": "step",
	"Escape":     "stop",
	"r":          "reset",
	"R":          "reset",
	"m":          "metrics",
	"M":          "metrics",
	"t":          "theme",
	"T":          "theme",
	"1":          "signal",
	"2":          "inside",
	"3":          "alarms",
	"4":          "where",
}

// sheetShortcuts are those while the sheet of a file lies over the lab.
var sheetShortcuts = map[string]string{
	"Enter":  "use",
	"Escape": "leave",
	"t":      "theme",
	"T":      "theme",
}

// action is what a person can do to an element that has a data attribute.
type action struct {
	attribute string
	message   func(attribute, value string) state.Message // value is that of the control
}

// changes are the messages of controls whose value has changed, once per change: at Enter or when the focus
// leaves.
var changes = []action{
	{"field", func(field, value string) state.Message {
		return state.Set{Field: form.Field(field), Text: value}
	}},
	{"toggle", func(kind, _ string) state.Message { return state.Toggle{Kind: kind} }},
	{"tab", func(group, _ string) state.Message { return state.Tab{Group: group} }},
	{"workers", func(_, n string) state.Message { return state.Workers{N: number(n)} }},
	{"preset", func(_, name string) state.Message { return state.ChoosePreset{Name: name} }},
	{"source", func(_, source string) state.Message { return state.Choose{Source: source} }},
	{"decide", decide},
	{"glance", func(what, value string) state.Message { return state.Glance{What: what, Value: value} }},
	{"series", func(_, at string) state.Message { return state.ShowSeries{At: number(at)} }},
	{"join", func(name, text string) state.Message { return state.JoinAlarms{Field: name, Text: text} }},
}

// moves are the messages of controls while their value changes, many a second.
var moves = []action{
	{"slider", func(_, place string) state.Message {
		weight := strconv.FormatFloat(form.SliderWeight(number(place)), 'g', -1, 64)
		return state.Set{Field: form.FieldWeight, Text: weight}
	}},
	{"moved", decide},
	{"glide", func(what, value string) state.Message { return state.Glance{What: what, Value: value} }},
}

// decide is a decision about a file.
func decide(what, text string) state.Message { return state.Decide{What: what, Text: text} }

// presses are the messages of what is clicked on. Of nested elements the one that is first in this list
// counts, which need not be the innermost.
var presses = []action{
	{"channel", func(channel, _ string) state.Message { return state.Reveal{Channel: number(channel)} }},
	{"head", func(n, _ string) state.Message { return state.Glance{What: state.GlanceHead, Value: n} }},
	{"pick", func(n, _ string) state.Message { return state.Glance{What: state.GlancePick, Value: n} }},
	{"do", func(what, _ string) state.Message { return clicks[what] }},
	{"language", func(tag, _ string) state.Message { return state.SetLanguage{Tag: tag} }},
	{"chip", decide},
	{"sort", func(by, _ string) state.Message { return state.SortAlarms{By: state.AlarmOrder(by)} }},
	{"save", func(what, _ string) state.Message { return state.Save{What: what} }},
	{"row", func(arm, _ string) state.Message { return state.Pin{Arm: arm} }},
}

// number reads a number that the page itself wrote, so that an error cannot happen.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
