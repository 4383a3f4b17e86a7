// Package figure draws the publication figures of a report with gonum/plot.
package figure

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// Input is what figures show. The words inside a figure are English, whatever the captions are written in:
// the fonts that come with gonum/plot, Liberation, have no Hangul. Names of channels or arms that these fonts
// cannot write are replaced by their numbers. A Figure reads it when it is drawn, too: it must not change
// before.
type Input struct {
	Report  spec.Report     // the scores of its runs where they are known; runs that are missing are left out
	Test    datasets.Series // the test part as models see it [test steps, channels]; no steps = not at hand
	Words   *words.Language // of captions
	Version string          // of the program, for captions
}

// Options say how figures look; every field but Width may be zero.
type Options struct {
	Width    vg.Length
	Channels []int       // that the signal shows; none = those in which most true anomalies show
	Steps    steps.Range // of the test part that the signal shows; zero = all
	Metrics  []string    // that the results show; none = all that were measured
}

// Figure is a drawing with its caption. It may be written several times.
type Figure struct {
	Name    string // a row of Names
	Caption string
	Width   vg.Length
	Height  vg.Length

	draw func(draw.Canvas)
}

// kinds lists the figures that there are.
var kinds = []struct {
	name string
	make func(Input, Options) (*Figure, error)
}{
	{"signal", signal},
	{"learning", learning},
	{"results", results},
	{"epochs", byEpoch},
}

// Names lists the figures that there are.
func Names() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// narrowest is the smallest width in which labels do not touch: less is refused, rather than drawn badly.
const narrowest = 60 * vg.Millimeter

// New lays out the figure of this name: its height follows from its content. It is an error if the report
// holds nothing that the figure would show, or if an option names what is not there.
func New(name string, in Input, o Options) (*Figure, error) {
	at := slices.Index(Names(), name)
	if at < 0 {
		return nil, fault.New("figure-unknown", name, fault.Choices(Names()))
	}
	if !(o.Width >= narrowest) {
		return nil, fault.New("figure-narrow", float64(o.Width/vg.Millimeter),
			float64(narrowest/vg.Millimeter))
	}
	f, err := kinds[at].make(in, o)
	if err != nil {
		return nil, err
	}
	f.Name, f.Width = name, o.Width
	return f, nil
}
