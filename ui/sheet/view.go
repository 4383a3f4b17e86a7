package sheet

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/found"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// View is what the sheet shows, in words.
type View struct {
	Open bool // else there is no sheet

	Tag, Look  string // as in results.Verdict
	Note       string
	Claim, Why string
	Long       bool
	Lines      []Line // of the file, around the one that cannot be read
	Restart    string // words of starting the engine again; empty when it runs
	CanUse     bool
	Beside     string // why it can be used, or not
	Reading    bool
	Done       float64 // share that is read
	Status     string

	File, FileNote string
	Header         []form.Choice
	Parted         []form.Choice
	Decimal        []form.Choice
	Times          []form.Choice // columns; nil = there are no columns
	TimeNote       string
	Labels         []form.Choice
	LabelNote      string
	Labelless      bool // labels may come from another file
	Nameless       bool // and names of columns
	Fixed          bool // the parts are files of their own
	Share          int  // per cent
	Cut            string
	CutErr         string
	CutNote        []string
	Channels       string
	Scaling        []form.Choice

	Preview *found.Preview // nil = nothing is read yet
	Hidden  bool           // labels are not settled, and not drawn
	Columns []Column
	More    int // columns that the preview leaves out
	Spoken  string

	Title   string // over what was found
	Found   []Item
	Chips   []Chip
	Chipped string // how many there are
	Command string
	Copy    string // what copies it, or did
}

// Line is a line of a file; the cell that is wrong stands apart.
type Line struct {
	results.FileLine
	Before, Cell, After string
}

// Column is a column of the preview.
type Column struct {
	Place       int
	Name        string
	Unit        string // as its name says it
	Role        found.Role
	Why         string // the reason for its role
	Choices     []form.Choice
	Doubt       bool // a question is about it
	Left, Wrong bool // it is not used; what cannot be read stands in it
}

// Item is something that was found, with what can be decided about it.
type Item struct {
	Key     string // of all items, this one
	Look    string // LookDone, LookDoubt, LookAsk, LookBad
	Text    string
	What    string // for Decide
	Choices []form.Choice
}

// Looks of items.
const (
	LookDone  = "check"
	LookDoubt = "doubt"
	LookAsk   = "ask"
	LookBad   = "warn"
)

// Chip is a column that is a channel, or would be one.
type Chip struct {
	Place int
	Name  string
	On    bool
	Click string // the role that a click gives it
}

// View returns what the sheet shows; locked says that nothing can be used now.
func (s *Sheet) View(w *words.Language, locked bool) View {
	v := View{Open: true, CanUse: s.Usable() && !locked, File: s.fileName(w), Cut: s.cutText(),
		Share: int(100*s.share() + 0.5), Command: s.Command(), Status: w.Say("file-private")}
	v.Header = choices(w, s.Data.Header, "", "sheet-as-found", "yes", "sheet-header-yes", "no", "sheet-header-no")
	v.Parted, v.Decimal = signs(w, s)
	for kind := range spec.Each(spec.ScalingCount) {
		v.Scaling = append(v.Scaling, form.Choice{Value: kind.String(), Text: w.Say(words.Key(kind.WordKey())),
			On: kind == s.Data.Scaling})
	}
	v.Copy = w.Say("sheet-copy")
	if s.Copied {
		v.Copy = w.Say("sheet-copied")
	}
	if s.Typed != "" {
		v.CutErr = w.Say("sheet-cut-wrong")
	}
	s.read(w, &v)
	s.claim(w, &v)
	s.beside(w, &v, locked)
	return v
}

// signs are what parts cells, or decimals.
func signs(w *words.Language, s *Sheet) (parted, decimal []form.Choice) {
	return choices(w, s.Data.Separator, "", "sheet-as-found", "comma", "sheet-sign-comma", "semicolon",
			"sheet-sign-semicolon", "tab", "sheet-sign-tab", "bar", "sheet-sign-bar", "space", "sheet-sign-space"),
		choices(w, s.Data.Decimal, "", "sheet-as-found", "point", "sheet-sign-point", "comma", "sheet-sign-comma")
}

// asFound has the first choice, which leaves it to the reader, say what that has found.
func asFound(list []form.Choice, value string) {
	for _, c := range list {
		if c.Value == value && list[0].On {
			list[0].Text = c.Text
		}
	}
}

// choices are pairs of a value and the key of its text.
func choices(w *words.Language, on string, pairs ...string) (out []form.Choice) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, form.Choice{Value: pairs[i], Text: w.Say(words.Key(pairs[i+1])), On: pairs[i] == on})
	}
	return out
}

// fileName names the file, or how many there are.
func (s *Sheet) fileName(w *words.Language) string {
	if n := len(s.Files.Names); n > 1 {
		return w.Say("sheet-files", words.Name(s.Files.Names[0]), n-1)
	}
	name, _ := form.FileName(s.Data.Source)
	return words.Name(name)
}

// read fills in what the last look has shown.
func (s *Sheet) read(w *words.Language, v *View) {
	v.Title = w.Say("sheet-found")
	if s.Wrong != nil {
		v.Found = append(v.Found, s.wrongItem(w))
		if lines := wrongLines(s.Wrong.First, s.Wrong.Line, s.Wrong.Place, s.Wrong.Around); s.Wrong.Place > 0 {
			for _, l := range lines {
				if isComma(l.Cell) {
					v.Found = append(v.Found, Item{Look: LookBad, Text: w.Say("sheet-decimals-are", l.Cell), What: Decimal,
						Choices: choices(w, s.Data.Decimal, "comma", "sheet-sign-comma")})
				}
			}
		}
	}
	if s.Look == nil {
		return
	}
	d, p := &s.Look.Summary, s.Look.Preview
	v.Preview, v.Fixed, v.Hidden = p, p.Fixed, len(s.questions()) > 0
	if p.Array {
		v.Header, v.Parted, v.Decimal = nil, nil, nil
	} else {
		asFound(v.Parted, p.Parted)
		asFound(v.Decimal, found.Decimals[number(p.Comma)])
	}
	v.FileNote = strings.Join(p.Files, ", ")
	v.Channels = w.Say("sheet-channels", len(d.Channels), len(d.Channels)+len(d.Dropped))
	s.columnViews(w, v)
	s.timeAndLabels(w, v)
	s.cutNotes(w, v)
	for _, f := range d.Findings {
		if !s.covered(f) {
			v.Found = append(v.Found, s.item(w, f))
		}
	}
	if d.Filled > 0 {
		v.Found = append(v.Found, s.filled(w))
	}
	slices.SortStableFunc(v.Found, func(a, b Item) int { return rank(a) - rank(b) })
	for i := range v.Found {
		v.Found[i].Key = strconv.Itoa(i) + v.Found[i].What
	}
	if n := len(s.questions()); n > 0 {
		v.Title = w.Say("sheet-found-ask", n)
	}
	v.Spoken = w.Say("sheet-spoken", p.Rows, v.Share)
}

// rank puts what wants an answer before what was decided.
func rank(i Item) int { return slices.Index([]string{LookBad, LookAsk, LookDoubt, LookDone}, i.Look) }

// columnViews are the columns with their roles, and the chips of those that can be channels.
func (s *Sheet) columnViews(w *words.Language, v *View) {
	p, on := s.Look.Preview, 0
	for i, c := range s.columns() {
		asked := s.Asked(c.Place)
		col := Column{Place: c.Place, Name: words.Name(c.Name), Role: c.Role, Why: w.Error(c.Why),
			Left:  !c.Role.Used() && c.Role != found.Label && c.Role != found.Time,
			Wrong: s.Wrong != nil && s.Wrong.Place == c.Place}
		if col.Name == "" {
			col.Name = strconv.Itoa(c.Place)
		}
		short, unit := unitOf(c.Name)
		for _, f := range s.questions() {
			col.Doubt = col.Doubt || f.Column == c.Name
		}
		col.Choices = s.roles(w, c, asked)
		if i < len(p.Shapes) {
			shown := col
			if unit != "" {
				shown.Name, shown.Unit = words.Name(short), words.Name(unit)
			}
			v.Columns = append(v.Columns, shown)
		} else {
			v.More++
		}
		if c.Role.Used() || asked == found.Dropped {
			click := ""
			if c.Role.Used() {
				click = string(found.Dropped)
			}
			v.Chips = append(v.Chips, Chip{c.Place, col.Name, c.Role.Used(), click})
			if c.Role.Used() {
				on++
			}
		}
	}
	v.Chipped = w.Say("sheet-chips", on, len(v.Chips))
}

// unitOf parts a name from the unit behind it in brackets, as in temp [degC]; the unit is empty where there is none.
func unitOf(name string) (short, unit string) {
	const longest = 12
	name = strings.TrimSpace(name)
	for _, pair := range []string{"[]", "()"} {
		at := strings.LastIndexByte(name, pair[0])
		if at <= 0 || !strings.HasSuffix(name, pair[1:]) {
			continue
		}
		unit = strings.TrimSpace(name[at+1 : len(name)-1])
		if len(unit) > 0 && len(unit) <= longest && strings.Trim(unit, "0123456789 ") != "" {
			return strings.TrimSpace(name[:at]), unit
		}
	}
	return name, ""
}

// roles are those that a column may be given; the first leaves it to the reader.
func (s *Sheet) roles(w *words.Language, c found.Column, asked found.Role) []form.Choice {
	first := w.Say("sheet-as-found")
	if asked == "" {
		first = w.Say(words.Key(c.Role.WordKey()))
	}
	out := []form.Choice{{Value: "", Text: first, On: asked == ""}}
	for _, r := range found.Given {
		if asked != "" || r != c.Role {
			out = append(out, form.Choice{Value: string(r), Text: w.Say(words.Key(r.WordKey())), On: r == asked})
		}
	}
	return out
}

// timeAndLabels say which columns hold times and labels, and what is in them.
func (s *Sheet) timeAndLabels(w *words.Language, v *View) {
	d, p := &s.Look.Summary, s.Look.Preview
	v.Times = []form.Choice{{Value: "0", Text: w.Say("sheet-no-time")}}
	v.Labels = []form.Choice{{Value: "0", Text: w.Say("sheet-no-labels")}}
	for _, c := range s.columns() {
		name := words.Name(c.Name)
		if name == "" {
			name = strconv.Itoa(c.Place)
		}
		choice := form.Choice{Value: strconv.Itoa(c.Place), Text: name}
		choice.On = c.Role == found.Time && !anyOn(v.Times)
		v.Times = append(v.Times, choice)
		choice.On = c.Role == found.Label
		v.Labels = append(v.Labels, choice)
	}
	v.Times[0].On, v.Labels[0].On = !anyOn(v.Times), !anyOn(v.Labels)
	if t := d.Times; t != nil {
		v.TimeNote = w.Say("sheet-times", shortTime(w, t.TrainFrom), shortTime(w, t.TestTo))
		if p.Every > 0 {
			v.TimeNote += ", " + s.every(w)
		}
	}
	one := !p.Fixed && len(d.Series) == 0
	v.Labelless = one && !d.Labelled && s.label() == nil && len(s.Files.Names) > 0 && s.Data.LabelFile == ""
	v.Nameless = one && len(s.Files.Names) > 0 && p.Nameless
	switch label := s.label(); {
	case label != nil && len(label.Spelt) > 0:
		var yes []string
		n := 0
		for _, sp := range label.Spelt {
			if sp.Anomaly {
				yes, n = append(yes, sp.Text), n+sp.Count
			}
		}
		v.LabelNote = w.Say("sheet-label-is", strings.Join(yes, ", "), n, len(p.Marked))
	case d.Labelled:
		v.Labels[0].Text = w.Say("sheet-labels-elsewhere")
		v.LabelNote = w.Say("sheet-label-file", len(p.Marked))
	}
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func anyOn(list []form.Choice) bool {
	return slices.ContainsFunc(list, func(c form.Choice) bool { return c.On })
}

// every is how far rows lie apart.
func (s *Sheet) every(w *words.Language) string {
	d := time.Duration(s.Look.Preview.Every)
	if d < time.Second {
		return w.Say("sheet-every", d.String())
	}
	return w.Say("sheet-every", w.Duration(d))
}

// cutNotes say where the parts meet, and where labels lie.
func (s *Sheet) cutNotes(w *words.Language, v *View) {
	d, p := &s.Look.Summary, s.Look.Preview
	v.CutNote = []string{w.Say("sheet-parts", d.TrainSteps, d.TestSteps)}
	if d.Times != nil {
		v.CutNote = append(v.CutNote, w.Say("sheet-cut-at", shortTime(w, d.Times.TestFrom)))
	}
	if d.Labelled && !v.Hidden {
		in := 0
		for _, m := range p.Marked {
			if m.From < p.Cut {
				in++
			}
		}
		v.CutNote = append(v.CutNote, w.Say("sheet-labelled-parts", in, len(p.Marked)-in))
	}
}

// item is a finding with what decides it.
func (s *Sheet) item(w *words.Language, f found.Finding) Item {
	it := Item{Look: LookDone, Text: w.Error(f.Said)}
	if f.Doubt {
		it.Look = LookDoubt
	}
	ask := isQuestion(f)
	if ask {
		it.Look = LookAsk
	}
	place := s.place(f.Column)
	switch {
	case f.Flag == "-header":
		it.What, it.Choices = Header, choices(w, f.Guess, "yes", "sheet-header-yes", "no", "sheet-header-no")
	case f.Flag == "-decimal":
		it.What, it.Choices = Decimal, choices(w, found.Decimals[number(s.Look.Preview.Comma)], "point",
			"sheet-sign-point", "comma", "sheet-sign-comma")
	case f.Flag == "-order":
		on := "time"
		if s.Data.Order != "" {
			on = s.Data.Order
		}
		it.What, it.Choices = Order, choices(w, on, "time", "sheet-order-time", "file", "sheet-order-file")
	case f.Flag == "-dates":
		it.What, it.Choices = Dates, choices(w, f.Guess, "ymd", "sheet-dates-ymd", "dmy", "sheet-dates-dmy", "mdy",
			"sheet-dates-mdy")
	case f.Flag == "-leave-out":
		on := map[bool]string{true: "yes", false: "no"}[s.Data.LeaveOut]
		it.Look, it.What = LookDone, Leave
		it.Choices = choices(w, on, "yes", "sheet-leave", "no", "sheet-train-on")
	case f.Flag == "-anomaly":
		it.What, it.Choices = Anomaly, s.anomalies(w, ask)
		if l := s.label(); ask && l != nil {
			it.Text = w.Say("sheet-which", words.Name(l.Name))
		}
	case f.Flag == "-files":
		it.What, it.Choices = Files, choices(w, f.Guess, "join", "sheet-files-join", "apart", "sheet-files-apart")
	case place > 0 && f.Flag != "-split":
		it.What = Role + strconv.Itoa(place)
		it.Choices = s.answers(w, f, place, ask)
	}
	if kind := strings.TrimPrefix(string(f.Said.Key), "find-"); len(it.Choices) == 0 && !ask &&
		slices.Contains(found.Acceptable, kind) && (f.Doubt || s.accepted(kind)) {
		on := ""
		if s.accepted(kind) {
			on = kind
		}
		it.What, it.Choices = Accept+kind, choices(w, on, "", "sheet-in-doubt", kind, "sheet-as-it-should")
	}
	return it
}

// place is that of the column of a name; 0 = there is none.
func (s *Sheet) place(name string) int {
	for _, c := range s.columns() {
		if name != "" && c.Name == name {
			return c.Place
		}
	}
	// Without names in the file, channels are counted: so are the columns that are such.
	k := slices.Index(s.Look.Summary.Channels, name)
	for _, c := range s.columns() {
		switch {
		case !c.Role.Used():
		case k == 0:
			return c.Place
		default:
			k--
		}
	}
	return 0
}

// answers are the roles that a finding leaves open: of a question none is taken yet.
func (s *Sheet) answers(w *words.Language, f found.Finding, place int, ask bool) (out []form.Choice) {
	now := s.column(place).Role
	roles := []found.Role{now}
	for _, c := range f.Choices {
		roles = append(roles, found.Role(c))
	}
	if len(f.Choices) == 0 && now.Used() {
		roles = append(roles, found.Dropped)
	}
	if len(roles) < 2 {
		return nil
	}
	asked := s.Asked(place)
	for _, r := range roles {
		value := string(r)
		if !ask && r == now && asked != now || !slices.Contains(found.Given, r) {
			value = "" // as it looks
		}
		out = append(out, form.Choice{Value: value, Text: w.Say(words.Key(r.WordKey())),
			On: !ask && value == string(asked)})
	}
	return out
}

// anomalies are the spellings of a label column that may be the anomaly: each of them but the most frequent,
// all of these, or none since the column holds no labels.
func (s *Sheet) anomalies(w *words.Language, ask bool) (out []form.Choice) {
	label := s.label()
	if label == nil {
		return nil
	}
	var taken, rare []string
	for i, sp := range label.Spelt {
		if sp.Anomaly {
			taken = append(taken, sp.Text)
		}
		if i > 0 {
			rare = append(rare, sp.Text)
		}
	}
	const most = 6
	values := slices.Clone(rare[:min(len(rare), most)])
	if len(label.Spelt) == 2 {
		values = []string{label.Spelt[0].Text, label.Spelt[1].Text}
	}
	if len(rare) > 1 {
		values = append(values, strings.Join(rare, ","))
	}
	for _, text := range values {
		shown := text
		if len(rare) > 1 && text == strings.Join(rare, ",") {
			shown = w.Say("sheet-all-of", len(rare))
			if len(rare) == 2 {
				shown = w.All(rare)
			}
		}
		out = append(out, form.Choice{Value: text, Text: shown, On: !ask && text == strings.Join(taken, ",")})
	}
	return append(out, form.Choice{Value: NoLabels, Text: w.Say("sheet-not-labels")})
}

// filled says which cells are missing, and what they take.
func (s *Sheet) filled(w *words.Language) Item {
	d := &s.Look.Summary
	most, name := 0, ""
	for _, c := range s.columns() {
		if c.Role.Used() && c.Missing > most {
			most, name = c.Missing, c.Name
		}
	}
	cells := float64(s.Look.Preview.Rows) * float64(len(d.Channels))
	text := w.Say("sheet-missing", d.Filled, w.Percent(float64(d.Filled)/cells))
	if name != "" && most < d.Filled {
		text = w.Say("sheet-missing-most", d.Filled, w.Percent(float64(d.Filled)/cells), most, words.Name(name))
	}
	return Item{Look: LookDone, Text: text, What: Missing, Choices: choices(w, d.FillRule, "last",
		"sheet-fill-last", "linear", "sheet-fill-linear", "refuse", "sheet-fill-refuse")}
}

// wrongItem is what cannot be read, with ways on.
func (s *Sheet) wrongItem(w *words.Language) Item {
	it := Item{Look: LookBad, Text: results.Sentence(w.Error(s.Wrong.Fault))}
	if s.Wrong.Place > 0 && (s.Look == nil || s.column(s.Wrong.Place) != nil) {
		it.What = Role + strconv.Itoa(s.Wrong.Place)
		it.Choices = choices(w, "?", string(found.Dropped), "role-dropped", string(found.OneHot), "role-one-hot")
	}
	return it
}

// claim is the sentence over the evidence, with why.
func (s *Sheet) claim(w *words.Language, v *View) {
	v.Note = v.File
	switch {
	case s.Wrong != nil:
		v.Tag, v.Look = w.Say("sheet-tag-bad"), results.TagBad
		v.Claim, v.Why = results.Sentence(w.Error(s.Wrong.Fault)), w.Say("sheet-unchanged")
		v.Lines = wrongLines(s.Wrong.First, s.Wrong.Line, s.Wrong.Place, s.Wrong.Around)
	case s.Look == nil || s.Head || s.ID != 0 && s.Reading != nil && s.Reading.Share < 1:
		s.readingClaim(w, v)
	case len(s.questions()) > 0:
		s.question(w, v)
	default:
		v.Tag, v.Note = w.Say("sheet-tag-ready"), v.File+" · "+w.Say("sheet-rows", s.Look.Preview.Rows)
		v.Claim, v.Why = s.sentence(w), s.reasons(w)
	}
	const long = 150
	v.Long = len(v.Claim) > long
}

// readingClaim says how far the files are read.
func (s *Sheet) readingClaim(w *words.Language, v *View) {
	v.Tag, v.Look, v.Reading = w.Say("sheet-tag-reading"), results.TagLive, true
	v.Claim, v.Why = w.Say("sheet-reading", 0), w.Say("sheet-reading-why")
	if s.Reading == nil {
		return
	}
	v.Done = s.Reading.Share
	v.Status = w.Say("sheet-reading", 100*v.Done)
	v.Claim = v.Status
	if s.Look != nil {
		v.Claim = w.Say("sheet-reading-so-far", 100*v.Done, len(s.Look.Summary.Channels))
		v.Why = w.Say("sheet-reading-head")
	}
	if s.Reading.Left > 0 {
		v.Why = w.Say("status-left", w.Duration(words.Seconds(s.Reading.Left))) + ". " + v.Why
	}
}

// question is the first that only a person can answer.
func (s *Sheet) question(w *words.Language, v *View) {
	all := s.questions()
	f := all[0]
	v.Tag, v.Look = w.Say("sheet-tag-ask", len(all)), results.TagDashed
	v.Note = v.File + " · " + w.Say("sheet-rows", s.Look.Preview.Rows)
	v.Claim, v.Why = results.Sentence(w.Error(f.Said)), w.Say("sheet-ask-why")
	l := s.label()
	if f.Flag != "-anomaly" || l == nil || len(l.Spelt) < 2 {
		v.Claim = w.Say("sheet-is-label", words.Name(f.Column))
		return
	}
	count := 0
	var rare []string
	for i, sp := range l.Spelt {
		count += sp.Count
		if i > 0 {
			rare = append(rare, sp.Text)
		}
	}
	if len(rare) > 4 {
		rare = append(rare[:3], "…")
	}
	v.Claim = w.Say("sheet-which-of", words.Name(l.Name), l.Spelt[0].Text,
		w.Percent(float64(l.Spelt[0].Count)/float64(count)), w.OneOf(rare))
}

// sentence says what will be done.
func (s *Sheet) sentence(w *words.Language) string {
	d, p := &s.Look.Summary, s.Look.Preview
	head := w.Say("sheet-n-channels", len(d.Channels))
	switch {
	case d.Times == nil:
		head += w.Say("sheet-no-times")
	case p.Every > 0:
		head += ", " + s.every(w)
	}
	parts := w.Say("sheet-train-steps", d.TrainSteps, d.TestSteps)
	if d.Times != nil && !p.Fixed {
		parts = w.Say("sheet-train-until", shortTime(w, d.Times.TestFrom))
	}
	truth := w.Say("sheet-truth-none")
	if d.Labelled {
		truth = w.Say("sheet-truth", len(d.Segments))
	}
	return w.Say("sheet-sentence", head, parts, truth)
}

// reasons are what else becomes of the rows.
func (s *Sheet) reasons(w *words.Language) string {
	d, p := &s.Look.Summary, s.Look.Preview
	var out []string
	if n := len(p.Gaps); n > 0 {
		out = append(out, w.Say("sheet-why-gaps", n))
	}
	if d.Filled > 0 {
		rule := s.Data.Missing
		if rule == "" {
			rule = "last"
		}
		out = append(out, w.Say("sheet-why-missing", d.Filled, w.Say(words.Key("sheet-fill-"+rule))))
	}
	if d.Marked > 0 {
		key := words.Key("sheet-why-train-on")
		if s.Data.LeaveOut {
			key = "sheet-why-leave"
		}
		out = append(out, w.Say(key, d.Marked))
	}
	if f := d.Fitted; f != nil {
		out = append(out, w.Say("sheet-why-short", f.Window))
	}
	if !d.Labelled {
		out = append(out, w.Say("sheet-why-no-labels"))
	}
	if len(out) == 0 {
		return w.Say("sheet-why-nothing")
	}
	return strings.Join(out, " ")
}

// beside says why it can be used, or what is missing.
func (s *Sheet) beside(w *words.Language, v *View, locked bool) {
	switch n := len(s.questions()); {
	case locked:
		v.Beside = w.Say("sheet-locked")
	case s.Opening != 0:
		v.Beside = w.Say("sheet-opening")
	case s.Wrong != nil || s.Typed != "":
		v.Beside = w.Say("sheet-settle")
	case s.Wanted:
		v.Beside = w.Say("sheet-when-read")
	case !s.Read():
		v.Beside = w.Say("sheet-preview-enough")
	case n > 0:
		v.Beside = w.Say("sheet-questions", n)
	case s.Unchanged():
		v.Beside = w.Say("sheet-in-use")
	}
}

// isComma tells whether a cell is a number with a decimal comma.
func isComma(cell string) bool {
	whole, after, ok := strings.Cut(strings.TrimSpace(cell), ",")
	digits := func(r rune) bool { return r < '0' || r > '9' }
	return ok && whole != "" && after != "" && !strings.ContainsFunc(strings.TrimPrefix(whole, "-"), digits) &&
		!strings.ContainsFunc(after, digits)
}

// wrongLines parts the line that cannot be read at the cell that is wrong, where the separator is plain.
func wrongLines(first, wrong, place int, around []string) (out []Line) {
	for i, text := range around {
		l := Line{FileLine: results.FileLine{Number: first + i, Text: text, Wrong: first+i == wrong}, Before: text}
		if l.Wrong && place > 0 {
			l.Before, l.Cell, l.After = cellOf(text, place)
		}
		out = append(out, l)
	}
	return out
}

// cellOf parts a line around a cell, counted from 1; the cell is empty where it cannot be told.
func cellOf(line string, place int) (before, cell, after string) {
	comma, most := "", 0
	for _, c := range []string{"\t", ";", "|", ","} {
		if n := strings.Count(line, c); n > most {
			comma, most = c, n
		}
	}
	if most == 0 || place > most+1 || strings.Contains(line, `"`) {
		return line, "", ""
	}
	cells := strings.Split(line, comma)
	before = strings.Join(cells[:place-1], comma)
	if place > 1 {
		before += comma
	}
	if place <= most {
		after = comma
	}
	return before, cells[place-1], after + strings.Join(cells[place:], comma)
}

// shortTime writes a time of a file as people of the language do: without its year and seconds of zero.
func shortTime(w *words.Language, text string) string {
	date, clock, _ := strings.Cut(text, " ")
	if len(date) != len("2006-01-02") {
		return text
	}
	month, wrong := strconv.Atoi(date[5:7])
	day, err := strconv.Atoi(date[8:])
	if wrong != nil || err != nil || month < 1 || month > 12 {
		return text
	}
	out := w.Say("sheet-day", day, strings.Fields(w.Say("sheet-months"))[month-1])
	if clock != "" {
		out += " " + strings.TrimSuffix(clock, ":00")
	}
	return out
}

// Long writes how long a gap is.
func Long(w *words.Language, text string) string {
	if d, err := time.ParseDuration(text); err == nil && d >= time.Second {
		return w.Duration(d)
	}
	return text
}

// TickText writes a round time for an axis: the time of day alone, where there is one.
func TickText(w *words.Language, text string) string {
	if _, clock, ok := strings.Cut(text, " "); ok && clock[0] != '+' { // else the day of a time without a date
		return strings.TrimSuffix(clock, ":00")
	}
	return shortTime(w, text)
}
