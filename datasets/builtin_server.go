package datasets

// serverChannels is a web server watched every ten minutes. Visitors come by day, less at weekends and in
// bursts; a balancer gives the machine its full or a smaller share of them; a job runs every night, another
// every three hours; memory fills until the service restarts. Load follows the processor, temperature follows
// load, latency grows with load faster than in proportion.
func serverChannels(g *generator) []channel {
	const day = 144
	daily := mix(0.5, term{0.42, g.season(day, -0.25)}, term{0.12, g.season(day/2, 0.1)})
	weekly := mix(0.92, term{0.10, g.season(7*day, 0.3)})
	share := g.regimes(500, 1100, 1, 0.68).follow(0.35)
	burst := g.bursts(90, 0.82)
	demand := mix(0.06, term{1, daily.times(weekly)}, term{0.05, g.wander(0.95)}, term{0.30, burst}).
		times(share)
	night := g.job(day, 20, 16, 2)
	rotate := g.job(18, 5, 3, 0)
	leak := g.sawtooth(380, 760)
	cpu := mix(0.05, term{0.62, demand}, term{0.26, night}, term{0.05, rotate}, term{0.02, g.wander(0.8)})
	load := cpu.follow(0.4)
	steep := load.apply(func(v float64) float64 { return float64(v * v) })

	return []channel{
		{name: "requests", clean: mix(4, term{310, demand}), noise: 7, hi: 2000},
		{name: "connections", clean: mix(20, term{420, demand.follow(0.5)}), noise: 9, hi: 4000},
		{name: "net_in", clean: mix(0.4, term{38, demand}), noise: 1.0, hi: 1000},
		{name: "net_out", clean: mix(1, term{96, demand}, term{9, night}), noise: 2.6, hi: 1000},
		{name: "cpu_user", clean: mix(1, term{84, cpu}), noise: 1.8, hi: 100},
		{name: "cpu_system", clean: mix(1.5, term{15, cpu}, term{4, rotate}), noise: 0.7, hi: 100},
		{name: "load", clean: mix(0.1, term{9, load}), noise: 0.18, hi: 64},
		{name: "temperature", clean: mix(38, term{33, load.follow(0.12)}), noise: 0.5, lo: 0, hi: 110},
		{name: "latency", clean: mix(11, term{14, load}, term{70, steep}), noise: 1.4, lo: 1, hi: 5000},
		{name: "mem_used", clean: mix(26, term{30, leak}, term{16, demand.follow(0.3)}), noise: 0.7, hi: 100},
		{name: "mem_cache", clean: mix(52, term{-24, leak}, term{7, night.follow(0.2)}), noise: 0.8, hi: 100},
		{name: "disk_read", clean: mix(3, term{22, demand}, term{34, night}), noise: 1.3, hi: 1000},
		{name: "disk_write", clean: mix(4, term{18, night}, term{13, rotate}, term{11, demand}), noise: 1.0,
			hi: 1000},
		{name: "threads", clean: mix(140, term{95, load}, term{24, share}), noise: 2.6, hi: 4000},
	}
}
