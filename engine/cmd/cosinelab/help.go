package main

import (
	"flag"
	"fmt"
	"io"
)

// help says what the program does and lists its commands.
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

// helpOn is the help of one command: usage, an example, the flags, and the fields of a spec where it takes
// one.
func (a *app) helpOn(c command, f *flag.FlagSet) {
	p := printer{a.out, a.w}
	p.line("cli-usage", c.name+" "+p.w.Say(c.args))
	p.blank()
	p.line(c.about)
	p.blank()
	p.line("cli-example", c.example)
	p.blank()
	p.line("cli-flags")
	t := p.grid()
	f.VisitAll(func(f *flag.Flag) { t.row(a.flagHelp(f)...) })
	t.print()
	if c.fields {
		p.blank()
		p.line("cli-spec-fields")
		p.fields()
	}
	p.blank()
	p.line("cli-exit-codes")
}

// flagHelp says what a flag is called and what it does, with its default, unless that is nothing.
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
