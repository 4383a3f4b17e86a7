package spec_test

import (
	"iter"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// keys are the word keys of the kinds of a table.
func keys[K interface{ WordKey() string }](kinds iter.Seq[K]) (list []string) {
	for k := range kinds {
		list = append(list, k.WordKey())
	}
	return list
}

// What a person can choose, or is told, has a title in every language. A row that is added without one is named here.
func TestEveryKindThatIsShownHasItsWordsInEveryLanguage(t *testing.T) {
	tables := map[string][]string{
		"Scores": keys(spec.Each(spec.ScoreCount)), "Policies": keys(spec.Each(spec.PolicyCount)),
		"Saws": keys(spec.Each(spec.SawCount)), "Axes": keys(spec.Each(spec.AxisCount)), "Scalings": keys(spec.Each(spec.ScalingCount)),
		"WeightSchedules": keys(spec.Each(spec.WeightScheduleCount)), "RateSchedules": keys(spec.Each(spec.RateScheduleCount)),
		"Sizes": keys(spec.Each(spec.SizeCount)), "Params": keys(spec.Each(spec.ParamCount)), "Parts": keys(spec.Each(spec.PartCount)),
	}
	for k := range spec.Each(spec.PolicyCount) {
		tables["Policies"] = append(tables["Policies"], k.ShortKey())
	}
	for _, tag := range words.Tags() {
		w := words.In(tag)
		for table, list := range tables {
			for _, key := range list {
				if !w.Has(words.Key(key)) {
					t.Errorf("%s.txt has no text for %s, which spec.%s has a row for", tag, key, table)
				}
			}
		}
	}
}
