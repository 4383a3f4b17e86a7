package words

import "strings"

// FromEnvironment returns the language that a person's environment asks for, the first that is set of LC_ALL,
// LC_MESSAGES and LANG; getenv is os.Getenv.
func FromEnvironment(getenv func(name string) string) *Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			return In(value)
		}
	}
	return English()
}

// FromCommand returns the language that a command's arguments ask for by -lang, else that of the environment.
// It is there before the arguments are parsed, since errors in them and the help are said in it too; the
// command's own flag -lang refuses what is none of Tags.
func FromCommand(args []string, getenv func(name string) string) *Language {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		name, value, found := strings.Cut(arg, "=")
		if name != "-lang" && name != "--lang" {
			continue
		}
		if !found && i+1 < len(args) {
			value = args[i+1]
		}
		return In(value)
	}
	return FromEnvironment(getenv)
}
