package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
)

func builtin(t *testing.T, id string, seed uint64) *Set {
	t.Helper()
	set, err := Builtin(id, seed)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// digest covers every value, label and anomaly of a set.
func digest(set *Set) string {
	h := sha256.New()
	for _, part := range []any{Unscaled(set.Train).Apply(set.Train).Values,
		Unscaled(set.Test).Apply(set.Test).Values, set.Labels} {
		if err := binary.Write(h, binary.LittleEndian, part); err != nil {
			panic(err) // a hash does not fail
		}
	}
	type anomaly struct { // as it was written when the digests were made
		From, To int
		Kind     string
		Channels []int
	}
	var anomalies []anomaly
	for _, a := range set.Anomalies {
		anomalies = append(anomalies, anomaly{a.From, a.To, a.Kind, a.Channels})
	}
	fmt.Fprint(h, set.Channels, anomalies)
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// The digests were made on linux/amd64; this test runs under js/wasm too, and on whatever machine builds the
// project.
func TestBuiltInSetsAreTheSameBitsEverywhere(t *testing.T) {
	digests := map[string]map[uint64]string{ // by set and seed
		"builtin/server":     {0: "70ccfc3964a69c1f", 42: "6f27ec06ca87aeea"},
		"builtin/spacecraft": {0: "25f426f9e4b0579c", 42: "f344cac8469db6cc"},
		"builtin/pool":       {0: "9b825dad3ffe60d6", 42: "dafc085edf46473c"},
	}
	for _, s := range All {
		for _, seed := range []uint64{0, 42} {
			if s.Group() != GroupBuiltin {
				continue
			}
			switch got, want := digest(builtin(t, s.ID, seed)), digests[s.ID][seed]; {
			case want == "":
				t.Errorf("no digest of %s with seed %d: it is now %s", s.ID, seed, got)
			case got != want:
				t.Errorf("%s with seed %d has the digest %s, want %s", s.ID, seed, got, want)
			}
		}
	}
	for id := range digests {
		if !slices.ContainsFunc(All, func(s Source) bool { return s.ID == id }) {
			t.Errorf("there is a digest of %s, which All lacks", id)
		}
	}
}

func TestBuiltInSetsDescribeThemselves(t *testing.T) {
	for _, s := range All {
		if s.Group() != GroupBuiltin {
			continue
		}
		set := builtin(t, s.ID, 7)
		if set.Name != s.ID || set.Title != s.Title {
			t.Errorf("%s: set is called %q, %q", s.ID, set.Name, set.Title)
		}
		if n := set.Train.Channels(); n != set.Test.Channels() || n != len(set.Channels) {
			t.Errorf("%s: %d channels, %d names", s.ID, n, len(set.Channels))
		}
		if set.Train.Rows != builtinTrain || set.Test.Rows != builtinTest || len(set.Labels) != builtinTest {
			t.Errorf("%s: %d + %d steps", s.ID, set.Train.Rows, set.Test.Rows)
		}
		checkSet(t, set)
	}
}

func TestBuiltInAnomaliesOfEveryKindFillFourToTenPercent(t *testing.T) {
	for _, s := range All {
		for seed := uint64(0); s.Group() == GroupBuiltin && seed < 8; seed++ {
			set := builtin(t, s.ID, seed)
			steps, kinds := 0, map[string]int{}
			for _, a := range set.Anomalies {
				steps += a.To - a.From
				kinds[a.Kind]++
				if len(a.Channels) == 0 {
					t.Errorf("%s seed %d: %s anomaly at %d shows in no channel", s.ID, seed, a.Kind, a.From)
				}
			}
			if share := float64(steps) / builtinTest; share < 0.04 || share > 0.10 {
				t.Errorf("%s seed %d: %.1f %% anomalous", s.ID, seed, 100*share)
			}
			for _, p := range plans {
				if kinds[p.kind] != p.count {
					t.Errorf("%s seed %d: %d %s anomalies, want %d", s.ID, seed, kinds[p.kind], p.kind,
						p.count)
				}
			}
			if got := segments(set.Labels); len(got) != len(set.Anomalies) {
				t.Errorf("%s seed %d: %d runs of labels, %d anomalies", s.ID, seed, len(got),
					len(set.Anomalies))
			}
		}
	}
}

// Somebody who adds a set may give it few channels.
func TestAnomaliesShowInSetsOfFewChannels(t *testing.T) {
	constant := channel{name: "constant", hi: 9}
	for _, s := range All {
		if s.generate == nil {
			continue
		}
		for n := 1; n <= 4; n++ {
			for _, last := range []bool{false, true} { // the last channels of the spacecraft are commands
				set := assemble(newGenerator(3, builtinTrain+builtinTest), func(g *generator) []channel {
					all := s.generate(g)
					constant.clean = make(track, g.rows)
					if last {
						return append(slices.Clone(all[max(0, len(all)-n):]), constant)
					}
					return all[:min(n, len(all))]
				})
				checkSet(t, set)
				if len(set.Anomalies) == 0 {
					t.Errorf("%s, %d channels: no anomalies", s.ID, n)
				}
				for _, a := range set.Anomalies {
					if len(a.Channels) == 0 {
						t.Errorf("%s, %d channels: %s anomaly at %d shows in none", s.ID, n, a.Kind, a.From)
					}
				}
			}
		}
	}
}

func TestSeedsGiveDifferentData(t *testing.T) {
	if digest(builtin(t, "builtin/pool", 1)) == digest(builtin(t, "builtin/pool", 2)) {
		t.Error("seeds 1 and 2 give the same set")
	}
}

func TestCommandsStayBinary(t *testing.T) {
	set := builtin(t, "builtin/spacecraft", 3)
	for c, name := range set.Channels {
		if !strings.HasPrefix(name, "cmd_") {
			continue
		}
		ones := 0
		for row, v := range set.Test.Columns[c] {
			switch v {
			case 0:
			case 1:
				ones++
			default:
				t.Fatalf("%s is %g at step %d", name, v, row)
			}
		}
		if ones == 0 || ones == set.Test.Rows {
			t.Errorf("%s never changes", name)
		}
	}
}

func TestAnUnknownBuiltInSetNamesTheKnownOnes(t *testing.T) {
	_, err := Builtin("builtin/moon", 0)
	if err == nil || fault.Of(err).Key != "data-unknown-source" {
		t.Fatalf("error %v", err)
	}
	for _, s := range All {
		if named := strings.Contains(err.Error(), s.ID); named != (s.Group() == GroupBuiltin) {
			t.Errorf("%s is named: %v in %v", s.ID, named, err)
		}
	}
}

func TestWaveIsASine(t *testing.T) {
	for i := range 1000 {
		turns := float64(i-500) / 77
		if d := math.Abs(wave(turns) - math.Sin(2*math.Pi*turns)); d > 0.002 {
			t.Fatalf("wave(%g) is off by %g", turns, d)
		}
	}
}

func TestNormalHasMeanZeroAndVarianceOne(t *testing.T) {
	g := newGenerator(5, 0)
	x := make(track, 200_000)
	for i := range x {
		x[i] = g.normal()
	}
	if mean, deviation := x.moments(); math.Abs(mean) > 0.01 || math.Abs(deviation-1) > 0.01 {
		t.Errorf("mean %g, deviation %g", mean, deviation)
	}
}
