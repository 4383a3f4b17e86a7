package datasets

import "fmt"

// poolChannels is a pool of application servers seen through 16 metrics without names. Five hidden movements
// drive them: the daily and half-daily use, a slow wander, a capacity that changes between three regimes, and
// bursts. Every metric weighs them in its own way, drawn from the seed, on top of a trend of its own.
func poolChannels(g *generator) []channel {
	const day = 120
	growth := g.season(20000, 0.02)
	use := mix(0.1, term{0.8, g.season(day, 0.6)}, term{0.25, g.season(day/3.0, 0.2)},
		term{0.16, g.wander(0.97)})
	half := mix(0, term{0.75, g.season(day/2, 0.15)}, term{0.2, g.wander(0.9)})
	slow := g.wander(0.992)
	capacity := g.regimes(350, 900, -1, 0.1, 1).follow(0.25)
	burst := g.bursts(110, 0.88)

	channels := make([]channel, 16)
	for i := range channels {
		weights := [5]float64{g.uniform(-1, 1), g.uniform(-0.7, 0.7), g.uniform(-0.5, 0.5),
			g.uniform(-0.6, 0.6), g.uniform(0, 0.7)}
		weights[i%4] += 0.8
		clean := mix(0, term{weights[0], use}, term{weights[1], half}, term{weights[2], slow},
			term{weights[3], capacity}, term{weights[4], burst}, term{g.uniform(-0.3, 0.3), growth})
		// The originals of this kind are scaled to about 0..1 by their owners.
		channels[i] = channel{name: fmt.Sprintf("metric_%02d", i), clean: mix(0.5, term{0.11, clean}),
			noise: 0.017, lo: 0, hi: 1}
	}
	return channels
}
