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
	revision, changed := p.w.Say("cli-unknown"), words.Key("cli-unknown")
	if info != nil {
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
	p.line("cli-version", p.version(info))
	p.line("cli-revision", revision)
	p.line("cli-changed", changed)
	p.line("cli-go", runtime.Version(), machine())
}

// version is what the build noted, or that it did not.
func (p printer) version(info *debug.BuildInfo) string {
	if info != nil && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return p.w.Say("cli-unknown")
}

// buildVersion names the version of this program as short as it can be said: by its tag, else by its
// revision.
func (a *app) buildVersion() string {
	info, _ := debug.ReadBuildInfo()
	version := printer{a.out, a.w}.version(info)
	if info == nil || version == info.Main.Version {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version = s.Value[:min(12, len(s.Value))]
		}
	}
	return version
}
