package main

import (
	"flag"
	"fmt"
	"io"
	"slices"

	"cosinelab/assets/words"
)

// help says what the program does and lists its commands. It goes to standard output if it was asked for, to
// standard error if a command was missing.
func (a *app) help(out io.Writer) {
	p := printer{out, a.w}
	p.line("cli-what")
	p.blank()
	t := p.grid()
	for _, c := range commands() {
		t.row("  cosinelab "+c.name+" "+p.w.Say(c.args), p.w.Say(c.about))
	}
	t.print()
	p.blank()
	p.line("cli-each-h")
	p.line("cli-exit-codes")
}

// topic is help on what a command prints: -h with its name behind it.
type topic struct {
	name  string
	about words.Key
	help  func(a *app)
}

// helpOn is the help of one command: usage, an example, the flags, and the fields of a spec where it takes
// one; or on its topic, if that stands among the arguments.
func (a *app) helpOn(c command, f *flag.FlagSet, args []string) {
	if c.topic.name != "" && slices.Contains(args, c.topic.name) {
		c.topic.help(a)
		return
	}
	p := printer{a.out, a.w}
	p.line("cli-usage", c.name+" "+p.w.Say(c.args))
	p.blank()
	p.line(c.about)
	for _, note := range c.notes {
		p.line(note)
	}
	p.blank()
	p.line("cli-example", c.example)
	p.blank()
	p.line("cli-flags")
	t := p.grid()
	for _, name := range c.first {
		t.row(a.flagHelp(f.Lookup(name))...)
	}
	f.VisitAll(func(f *flag.Flag) {
		if !slices.Contains(c.first, f.Name) {
			t.row(a.flagHelp(f)...)
		}
	})
	t.print()
	if c.fields {
		p.blank()
		p.line("cli-spec-fields")
		p.fields()
	}
	if c.topic.name != "" {
		p.blank()
		p.line("cli-topic", "cosinelab "+c.name+" -h "+c.topic.name, p.w.Say(c.topic.about))
	}
	p.blank()
	p.line("cli-exit-codes")
}

// flagHelp says what a flag is called and what it does, with its default, unless that is nothing. A word in
// back quotes in its text is what its value is called.
func (a *app) flagHelp(f *flag.Flag) []string {
	value, about := flag.UnquoteUsage(f)
	if isSwitch(f) {
		value = ""
	}
	switch f.DefValue {
	case "", "0", "false":
	default:
		about = a.w.Say("flag-default", about, f.DefValue)
	}
	name := fmt.Sprintf("  -%s %s", f.Name, value)
	return []string{name, about}
}
