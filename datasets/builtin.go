package datasets

import "math"

// Lengths of the built-in sets, in steps.
const (
	builtinTrain = 4000
	builtinTest  = 4000
)

// channel is one observed column of a built-in set.
type channel struct {
	name   string
	clean  track   // in its unit
	noise  float64 // deviation of the measurement noise, in the same unit
	lo, hi float64 // physical limits
	binary bool    // a 0/1 command: no noise, nothing added to it
}

// Builtin generates the built-in set with that catalogue id. The same seed gives the same bits on every
// machine.
func Builtin(id string, seed uint64) (*Set, error) {
	for _, s := range All {
		if s.ID == id && s.generate != nil {
			set := assemble(newGenerator(seed, builtinTrain+builtinTest), s.generate)
			set.Name, set.Title = s.ID, s.Title
			return set, nil
		}
	}
	return nil, unknownSource(id, GroupBuiltin)
}

// assemble observes what the generator hides, injects anomalies into the test part, and rounds.
func assemble(g *generator, generate func(*generator) []channel) *Set {
	channels := generate(g)
	observed := make([]track, len(channels))
	set := &Set{}
	for i, c := range channels {
		set.Channels = append(set.Channels, c.name)
		observed[i] = g.observe(c)
	}
	set.Anomalies = inject(g, channels, observed)
	set.Train = collect(channels, observed, 0, builtinTrain)
	set.Test = collect(channels, observed, builtinTrain, g.rows)
	set.Labels = make([]uint8, builtinTest)
	for _, a := range set.Anomalies {
		for t := a.From; t < a.To; t++ {
			set.Labels[t] = 1
		}
	}
	return set
}

// observe returns a channel as its sensor reports it, before limits and rounding.
func (g *generator) observe(c channel) track {
	x := make(track, len(c.clean))
	for t, v := range c.clean {
		x[t] = v
		if !c.binary {
			x[t] += float64(c.noise * g.normal())
		}
	}
	return x
}

// collect returns the steps from a to b within the channels' limits, rounded to four decimals.
func collect(channels []channel, observed []track, a, b int) Raw {
	r := Raw{Rows: b - a}
	for i, c := range channels {
		values := make([]float64, r.Rows)
		for t := range values {
			v := min(max(observed[i][a+t], c.lo), c.hi)
			values[t] = math.Round(v*1e4) / 1e4
		}
		r.Columns = append(r.Columns, values)
	}
	return r
}
