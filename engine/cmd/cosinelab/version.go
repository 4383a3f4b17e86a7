package main

import (
	"flag"
	"runtime"
	"runtime/debug"

	"cosinelab/assets/words"
)

func (a *app) version(*flag.FlagSet) action {
	return alone("version", func() error {
		info, _ := debug.ReadBuildInfo()
		printer{a.out, a.w}.build(info)
		return nil
	})
}

// build says which version of the program this is, as the build noted it; info may be nil.
func (p printer) build(info *debug.BuildInfo) {
	version, revision, changed := p.w.Say("cli-unknown"), p.w.Say("cli-unknown"), words.Key("cli-unknown")
	if info != nil {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = "cli-yes"
			case s.Key == "vcs.modified":
				changed = "cli-no"
			}
		}
	}
	p.line("cli-version", version)
	p.line("cli-revision", revision)
	p.line("cli-changed", changed)
	p.line("cli-go", runtime.Version(), machine())
}
