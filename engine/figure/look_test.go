package figure

import (
	"fmt"
	"image/color"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// token reads a custom property of the page: its light value, where it has two.
func token(t *testing.T, name string) string {
	t.Helper()
	css, err := os.ReadFile("../../assets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`--` + name + `: (?:light-dark\(([^,]+),|([^;]+);)`).FindStringSubmatch(
		string(css))
	if m == nil {
		t.Fatalf("tokens.css has no --%s", name)
	}
	return m[1] + m[2]
}

func TestFiguresHaveThePagesColoursAndDashes(t *testing.T) {
	colours := map[string]string{}
	for _, k := range looks {
		colours["c-"+k.kind] = fmt.Sprintf("#%06x", k.colour)
		if got := token(t, "d-"+k.kind); got != dashText(k.dash) {
			t.Errorf("%s has dashes %s, the page %s", k.kind, dashText(k.dash), got)
		}
	}
	for name, c := range map[string]color.NRGBA{"ink": ink, "ink-2": ink2, "ink-3": ink3, "rule-2": rule2,
		"c-truth": truth, "c-truth-edge": truthEdge} {
		colours[name] = fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	for name, got := range colours {
		if want := token(t, name); got != want {
			t.Errorf("%s is %s, on the page %s", name, got, want)
		}
	}
}

func dashText(dash []vg.Length) string {
	if dash == nil {
		return "none"
	}
	var parts []string
	for _, d := range dash {
		parts = append(parts, strconv.FormatFloat(float64(d), 'g', -1, 64))
	}
	return strings.Join(parts, " ")
}

// Without colour, a mark and a line still say which arm they are of.
func TestLooksDifferInGrey(t *testing.T) {
	r := spec.Report{}
	for _, kind := range []spec.ObjectiveKind{spec.ObjectiveNone, spec.ObjectiveNone, spec.ObjectiveCosine,
		spec.ObjectiveCosine, spec.ObjectiveMSE, spec.ObjectiveMSE} {
		a := spec.Arm{Name: strconv.Itoa(len(r.Arms)), Objective: spec.Objective{Kind: kind}}
		r.Arms = append(r.Arms, spec.ArmReport{Arm: a})
	}
	for _, control := range []spec.ControlKind{spec.ControlUntrained, spec.ControlRandom} {
		r.Arms = append(r.Arms, spec.ArmReport{Arm: spec.Arm{Name: control.String(), Control: control}})
	}
	seen := map[string]int{}
	for i := range r.Arms {
		l := lookOf(r, i)
		if kind := r.Arms[i].Arm.Kind(); i%2 == 1 && i < 6 {
			if first := lookOf(r, i-1); first.colour != l.colour || first.mark == l.mark ||
				fmt.Sprint(first.dash) == fmt.Sprint(l.dash) {
				t.Errorf("kind %s: %+v and %+v, want one colour, two marks and dashes", kind, first, l)
			}
			continue // marks of further arms are shared among kinds, whose names stand beside them
		}
		key := fmt.Sprintf("%T %v", l.mark, l.dash)
		if before, twice := seen[key]; twice {
			t.Errorf("arms %d and %d have the same mark and dashes, %s", before, i, key)
		}
		seen[key] = i
	}
}

func TestEveryKindOfArmHasALook(t *testing.T) {
	for _, a := range spec.Default().Arms {
		if got := lookOfKind(a.Kind()); got.name != words.English().Say(words.Key("arm-"+a.Name)) {
			t.Errorf("%s is drawn as %s", a.Name, got.name)
		}
	}
}

// What stands inside figures can be written in all formats.
func TestLabelsAreWestern(t *testing.T) {
	for _, k := range words.English().Keys() {
		if !strings.HasPrefix(string(k), "figure-") && !strings.HasPrefix(string(k), "arm-") {
			continue
		}
		if text := words.English().Say(k); strings.Contains(string(western(text)), "?") {
			t.Errorf("%s: %q cannot be written in a PDF", k, text)
		}
	}
	if got := string(western("−1\u2009000 ±")); got != "\x961\xa0000 \xb1" {
		t.Errorf("%q", got)
	}
}

func TestTicksAreRoundAndInside(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		most   int
		want   string
	}{
		{-1.7, 3.2, 4, "[0 2]"},
		{0, 4000, 8, "[0 500 1 000 1 500 2 000 2 500 3 000 3 500 4 000]"},
		{0.64, 0.93, 4, "[0.7 0.8 0.9]"},
		{1, 10, 6, "[2 4 6 8 10]"},
		{1, 3, 6, "[1 2 3]"},
		{5e-5, 9e-5, 3, "[0.00006 0.00008]"},
	} {
		var got []string
		ticker := linearTicks(c.most)
		if c.lo == float64(int(c.lo)) {
			ticker = wholeTicks(c.most)
		}
		for _, tick := range ticker(c.lo, c.hi) {
			got = append(got, tick.Label)
		}
		if said := strings.ReplaceAll(fmt.Sprint(got), "\u2009", " "); said != c.want {
			t.Errorf("from %v to %v: %v, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

func TestThresholdsHaveTwoDigits(t *testing.T) {
	for cut, want := range map[float64]string{0.7016: "0.70", 0.0421: "0.042", 3.79: "3.8", 123.4: "123",
		-0.5: "−0.50", 2.5e-7: "2.5e−07", 1e200: "1e+200"} {
		if got := (&lane{cut: cut}).cutText(); got != want {
			t.Errorf("%v is written %s, want %s", cut, got, want)
		}
	}
}
