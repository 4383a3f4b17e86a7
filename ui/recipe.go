package ui

import (
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// recipe is the experiment from top to bottom, in the order of a Spec. Every control carries the setting it
// belongs to in a data attribute; none has a listener.
func recipe(w *words.Language, v form.Recipe) *vecty.HTML {
	more := words.Key("all-settings")
	if v.More {
		more = "fewer-settings"
	}
	frozen := words.Key("frozen")
	if v.Weights.Used {
		frozen = "frozen-file"
	}
	return elem.Aside(vecty.Markup(class("recipe"), vecty.MarkupIf(v.Locked, class("locked")),
		attr("aria-label", w.Say("experiment")), attr("aria-disabled", strconv.FormatBool(v.Locked))),
		dataSection(w, v),
		elem.Section(elem.Heading2(term("teacher", w.Say("teacher")),
			elem.Small(icon("lock"), vecty.Text(w.Say(frozen)))),
			pick(v.Teacher, v.Locked, &look.Look{Kind: look.Teacher}), weights(w, v.Weights, v.Locked),
			rows(v.TeacherMore, v.Locked)),
		elem.Section(heading(w, "student"), pick(v.Student, v.Locked, nil), rows(v.StudentMore, v.Locked)),
		elem.Section(heading(w, "objective"), objective(w, v), rows(v.Objectives, v.Locked)),
		elem.Section(heading(w, "arms"), arms(w, v)),
		elem.Section(heading(w, "training"), rows(v.Training, v.Locked), rows(v.Detection, v.Locked),
			elem.Button(vecty.Markup(class("lnk", "more"), do("more", ""),
				attr("aria-expanded", strconv.FormatBool(v.More))), vecty.Text(w.Say(more))),
			elem.Button(vecty.Markup(class("lnk", "more"), vecty.Data("tour", "yes")), vecty.Text(w.Say("tour-open")))),
	)
}

// heading is the title of a section, which is a term.
func heading(w *words.Language, name words.Key) *vecty.HTML {
	return elem.Heading2(term(name, w.Say(name)))
}

// dataSection is where the series comes from: three tabs, the series of the open one, and files, which can be
// chosen whatever tab is open.
func dataSection(w *words.Language, v form.Recipe) *vecty.HTML {
	tab := func(group string, name words.Key) *vecty.HTML {
		return elem.Label(
			elem.Input(vecty.Markup(vecty.Property("type", "radio"), vecty.Property("name", "group"),
				vecty.Property("value", group),
				vecty.Property("checked", v.Group == group), vecty.Property("disabled", v.Locked),
				vecty.Data("tab", group))),
			elem.Span(vecty.Text(w.Say(name))))
	}
	var sub vecty.List
	for _, line := range v.Sub {
		sub = append(sub, elem.Span(rich(line)))
	}
	var passed vecty.List
	for _, line := range v.Passed {
		passed = append(passed, elem.Span(vecty.Text(line)))
	}
	return elem.Section(
		elem.Heading2(elem.Span(vecty.Text(w.Say("data"))), presets(w, v),
			elem.Button(vecty.Markup(class("lnk"), do("reopen", ""), vecty.Property("hidden", !v.Reopen)),
				vecty.Text(w.Say("sheet-reopen")))),
		elem.Div(vecty.Markup(class("seg"), attr("role", "radiogroup"), attr("aria-label", w.Say("source"))),
			tab(form.GroupBuiltin, "builtin"), tab(form.GroupBenchmark, "benchmark"),
			tab(form.GroupFile, "file")),
		elem.Paragraph(vecty.Markup(class("sub", "about"), vecty.Property("hidden", v.About == "")), vecty.Text(v.About)),
		sourcePick(w, v),
		elem.Paragraph(vecty.Markup(class("sub", "n")), sub),
		elem.Paragraph(vecty.Markup(class("sub", "passed"), vecty.Property("hidden", len(passed) == 0)),
			passed),
		elem.Paragraph(vecty.Markup(class("sub", "err"), live(true),
			vecty.Property("hidden", v.DataErr == "")), vecty.Text(v.DataErr)),
		elem.Paragraph(vecty.Markup(class("sub", "drop")), fileChooser(w, "drop-or-choose", "lnk", forData, v.Locked)),
		rows(v.DataMore, v.Locked),
	)
}

// presets are a list of questions beside the data: each sets the whole experiment.
func presets(w *words.Language, v form.Recipe) *vecty.HTML {
	return elem.Label(vecty.Markup(class("lnk", "presets")), elem.Span(vecty.Text(w.Say("presets"))), icon("chevron"),
		elem.Select(vecty.Markup(attr("aria-label", w.Say("presets-choose")), vecty.Property("disabled", v.Locked),
			vecty.Data("preset", "yes")), options(v.Presets)))
}

// sourcePick lists the series of the open tab; the tab of files shows the file's name instead.
func sourcePick(w *words.Language, v form.Recipe) *vecty.HTML {
	if v.Group == form.GroupFile {
		name := v.Source
		if name == "" {
			name = w.Say("no-file-yet")
		}
		return elem.Div(vecty.Markup(class("pick", "fixed"), vecty.Property("title", v.Whole)),
			elem.Bold(vecty.Text(name)))
	}
	return elem.Label(vecty.Markup(class("pick"), vecty.Property("title", v.Whole),
		vecty.Property("hidden", len(v.Sources) == 0)),
		elem.Bold(vecty.Text(v.Source)), icon("chevron"),
		elem.Select(vecty.Markup(attr("aria-label", w.Say("series")), vecty.Property("disabled", v.Locked),
			vecty.Data("source", "yes")),
			options(v.Sources)))
}

// weights is a teacher from a file: what is used, what does not fit, what it has to hold.
func weights(w *words.Language, v form.Weights, locked bool) *vecty.HTML {
	var wrong, rows vecty.List
	for _, line := range v.Wrong {
		wrong = append(wrong, elem.Span(vecty.Text(line)))
	}
	for _, t := range v.Expects {
		rows = append(rows, elem.TableRow(elem.TableData(elem.Code(vecty.Text(t.Name))),
			elem.TableData(vecty.Markup(class("n")), vecty.Text(t.Shape))))
	}
	return elem.Div(vecty.Markup(class("weights")),
		elem.Paragraph(vecty.Markup(class("sub"), vecty.Property("hidden", v.Said == "")), elem.Span(rich(v.Said))),
		elem.Paragraph(vecty.Markup(class("sub", "err"), live(true),
			vecty.Property("hidden", len(wrong) == 0)), wrong),
		elem.Paragraph(vecty.Markup(class("sub", "drop")),
			elem.Button(vecty.Markup(class("lnk"), do("untaught", ""), vecty.Property("hidden", !v.Used),
				vecty.Property("disabled", locked)), vecty.Text(w.Say("teacher-train"))),
			fileChooser(w, "teacher-choose", "lnk", forTeacher, locked),
			elem.Button(vecty.Markup(class("lnk"), do("tensors", ""), attr("aria-expanded", strconv.FormatBool(v.Open))),
				vecty.Text(w.Say("teacher-takes")))),
		elem.Table(vecty.Markup(class("tensors"), vecty.Property("hidden", !v.Open || len(rows) == 0)),
			elem.Caption(vecty.Markup(class("sr")), vecty.Text(w.Say("teacher-takes"))), elem.TableBody(rows)))
}

// What files are chosen for.
const (
	forData    = "read"
	forScores  = "score"
	forTeacher = "teacher"
	forLabels  = "labels"
	forNames   = "names"
)

// fileChooser looks like a button and opens the browser's own dialog for files, which only an input of that
// type can. Look is the classes of the style sheet, purpose what the files are for.
func fileChooser(w *words.Language, name words.Key, look, purpose string, locked bool) *vecty.HTML {
	spoken := words.Key("choose-file")
	if purpose != forData {
		spoken = name
	}
	return elem.Label(vecty.Markup(class(append(strings.Fields(look), "chooser")...)),
		elem.Span(vecty.Text(w.Say(name))),
		elem.Input(vecty.Markup(vecty.Property("type", "file"), vecty.Property("multiple", purpose != forTeacher && purpose != forLabels && purpose != forNames),
			vecty.Property("disabled", locked),
			attr("aria-label", w.Say(spoken)), vecty.Data("files", purpose))))
}

// onText is the text of the choice that is taken; empty = none is.
func onText(choices []form.Choice) string {
	for _, c := range choices {
		if c.On {
			return c.Text
		}
	}
	return ""
}

// options are the choices of a select, in groups where they have any. When the value is not among them an
// empty one is selected that cannot be chosen: the browser would show the first as if it were set.
func options(choices []form.Choice) vecty.List {
	list := vecty.List{}
	if !anyOn(choices) {
		list = append(list, elem.Option(vecty.Markup(vecty.Key(""), vecty.Property("value", ""),
			vecty.Property("selected", true), vecty.Property("disabled", true))))
	}
	for i, c := range choices {
		switch {
		case c.Group == "":
			list = append(list, option(c))
		case i == 0 || c.Group != choices[i-1].Group:
			list = append(list, optionGroup(c.Group, choices[i:]))
		}
	}
	return list
}

// optionGroup takes the choices of a group from the front of a list, whose groups are not mixed.
func optionGroup(group string, choices []form.Choice) *vecty.HTML {
	var list vecty.List
	for _, c := range choices {
		if c.Group != group {
			break
		}
		list = append(list, option(c))
	}
	return elem.OptionsGroup(vecty.Markup(vecty.Key(group), attr("label", group)), list)
}

// option has a key: without one, vecty would move the choice to another model when the list changes.
func option(c form.Choice) *vecty.HTML {
	return elem.Option(vecty.Markup(vecty.Key(c.Value), vecty.Property("value", c.Value),
		vecty.Property("selected", c.On),
		vecty.Property("title", c.Hint)), vecty.Text(c.Text))
}

// anyOn tells whether the value is among the choices.
func anyOn(choices []form.Choice) bool {
	for _, c := range choices {
		if c.On {
			return true
		}
	}
	return false
}

// pick is a model with its size; the browser's own list lies over it, unseen. Look marks it with the sign of
// an arm, nil for none.
func pick(v form.Pick, locked bool, look *look.Look) vecty.List {
	var mark vecty.MarkupOrChild
	if look != nil {
		mark = sign(*look)
	}
	return vecty.List{
		elem.Label(vecty.Markup(class("pick")), mark, elem.Bold(vecty.Text(v.Title)),
			elem.Emphasis(vecty.Markup(class("n")), elem.Span(vecty.Text(v.Width)),
				elem.Span(vecty.Text(v.Layers))), icon("chevron"),
			elem.Select(vecty.Markup(attr("aria-label", v.Name), vecty.Property("disabled", locked),
				field(v.Field)), options(v.Choices))),
		why(v.Why),
	}
}

// field marks a control with the setting it belongs to; changes (actions_js.go) reads it.
func field(f form.Field) vecty.Applyer { return vecty.Data("field", string(f)) }

// why says why a typed value was not taken; it is hidden where there is nothing to say.
func why(text string) *vecty.HTML {
	return elem.Paragraph(vecty.Markup(class("sub", "err"), live(true),
		vecty.Property("hidden", text == "")), vecty.Text(text))
}

// rows is one setting a line: its name, and its value to click on.
func rows(inputs []form.Input, locked bool) *vecty.HTML {
	list := vecty.List{}
	for _, in := range inputs {
		list = append(list, elem.Div(vecty.Markup(vecty.Key(string(in.Field)), class("setting")),
			elem.Label(vecty.Markup(class("row")), elem.Span(vecty.Text(in.Name)), value(in, locked)),
			why(in.Why)))
	}
	return elem.Div(vecty.Markup(class("rows")), list)
}

// value is edited in place: typed values in a field that looks like text, choices in the browser's own list.
func value(in form.Input, locked bool) *vecty.HTML {
	if in.Choices == nil {
		return elem.Input(vecty.Markup(class("val", "n"), vecty.Property("type", "text"),
			vecty.Property("value", in.Value), vecty.Property("disabled", locked),
			attr("size", max(len(in.Value), len([]rune(in.Hint))*3/4, 2)), attr("autocomplete", "off"),
			attr("spellcheck", "false"),
			vecty.Property("placeholder", in.Hint), vecty.Property("title", in.Hint),
			attr("aria-invalid", strconv.FormatBool(in.Why != "")),
			field(in.Field), vecty.Data("kept", in.Value)))
	}
	text := in.Shown
	for _, c := range in.Choices {
		if c.On && text == "" {
			text = c.Text
		}
	}
	return elem.Span(vecty.Markup(class("val", "choice")), elem.Span(vecty.Text(text)), icon("chevron"),
		elem.Select(vecty.Markup(attr("aria-label", in.Name), vecty.Property("disabled", locked),
			field(in.Field)), options(in.Choices)))
}

// objective is the loss as a formula, with the weight under the same letter. The slider moves in steps of its
// own, which moves (actions_js.go) turns into weights; the field beside it takes any weight.
func objective(w *words.Language, v form.Recipe) *vecty.HTML {
	lambda := func() *vecty.HTML { return elem.Variable(vecty.Markup(class("lam")), vecty.Text("λ")) }
	if v.Formula == nil {
		return elem.Div(elem.Paragraph(vecty.Markup(class("formula")),
			elem.Span(vecty.Text(w.Say("own-loss")+", "+w.Say("formula-alone")))))
	}
	return elem.Div(
		elem.Paragraph(vecty.Markup(class("formula"), attr("aria-label", w.Say("formula-spoken"))),
			elem.Span(vecty.Text(w.Say("own-loss")+" + ")), lambda(),
			elem.Span(vecty.Text("\u2009"), variables(v.Formula[0]))),
		elem.Label(vecty.Markup(class("row", "slider")), elem.Span(lambda()),
			elem.Input(vecty.Markup(vecty.Property("type", "range"), vecty.Property("max", form.SliderSteps),
				vecty.Property("value", strconv.Itoa(v.Slider)),
				vecty.Property("disabled", v.Locked), attr("aria-label", w.Say("weight")),
				attr("aria-valuetext", v.Weight.Value), vecty.Data("slider", "yes"))),
			value(v.Weight, v.Locked)),
		why(v.Weight.Why),
	)
}

// variables renders the letters between underscores as variables of a formula.
func variables(formula string) vecty.List {
	var list vecty.List
	for i, part := range strings.Split(formula, "_") {
		if i%2 == 1 {
			list = append(list, elem.Variable(vecty.Text(part)))
		} else {
			list = append(list, elem.Span(vecty.Text(part)))
		}
	}
	return list
}

// arms are native check boxes under drawn ones, for the keyboard and for those who do not see them. One that
// has to be on cannot be changed.
func arms(w *words.Language, v form.Recipe) *vecty.HTML {
	var list vecty.List
	for i, a := range v.Arms {
		if a.Control && (i == 0 || !v.Arms[i-1].Control) {
			list = append(list, elem.ListItem(vecty.Markup(vecty.Key("controls"), class("group")),
				vecty.Text(w.Say("control"))))
		}
		list = append(list, elem.ListItem(vecty.Markup(vecty.Key(a.Kind)), elem.Label(
			elem.Input(vecty.Markup(vecty.Property("type", "checkbox"), vecty.Property("checked", a.On),
				vecty.Property("disabled", v.Locked || a.Fixed),
				vecty.Data("toggle", a.Kind))),
			elem.Span(vecty.Markup(class("box"), attr("aria-hidden", "true"))), sign(a.Look),
			elem.Span(vecty.Text(a.Text)))))
	}
	return elem.UnorderedList(vecty.Markup(class("arms")), list)
}
