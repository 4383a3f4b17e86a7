package words

import (
	"strings"
	"testing"
)

func TestTheLanguageOfACommand(t *testing.T) {
	for _, c := range []struct {
		env, args, want string
	}{
		{"", "", "en"},
		{"LANG=ko_KR.UTF-8", "", "ko"},
		{"LANG=fr_FR.UTF-8", "", "en"},
		{"LANG=ko_KR.UTF-8 LC_ALL=C", "", "en"},
		{"LANG=en_US.UTF-8 LC_MESSAGES=ko_KR", "run default", "ko"},
		{"LANG=ko_KR.UTF-8", "run -lang en default", "en"},
		{"", "-lang=ko", "ko"},
		{"", "--lang ko", "ko"},
		{"", "run -- -lang ko", "en"},
		{"LANG=ko", "-lang", "en"},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got := FromCommand(strings.Fields(c.args), func(name string) string { return env[name] })
		if got.Tag != c.want {
			t.Errorf("%q with %q is answered in %s, want %s", c.args, c.env, got.Tag, c.want)
		}
	}
}
