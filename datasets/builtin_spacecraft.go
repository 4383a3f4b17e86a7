package datasets

// spacecraftChannels is a satellite in a low orbit of 96 steps with an eclipse in each. Six commands (0 or 1)
// switch its loads; eight telemetry channels answer: the bus carries the sum of the loads, the battery pays
// for them in the dark, warm parts lag behind, the wheels gather speed until they are unloaded. Every few
// days the attitude changes, and with it how much sun the panels get.
func spacecraftChannels(g *generator) []channel {
	const orbit = 96
	sun := g.season(orbit, 0.05).apply(func(v float64) float64 { return min(max(0.8+float64(1.6*v), 0), 1) })
	attitude := g.regimes(420, 1000, 1, 0.78, 0.9).follow(0.2)
	heater := g.job(32, 8, 12, 2)
	transmit := g.job(orbit, 30, 22, 3)
	camera := g.job(3*orbit/2, 60, 14, 5)
	unload := g.job(210, 205, 6, 0)
	record := g.job(64, 40, 26, 4)
	safe := g.job(1150, 700, 60, 40)
	speed := ramps(unload)

	power := sun.times(attitude)
	loads := mix(0.8, term{0.9, heater}, term{1.5, transmit}, term{0.7, camera}, term{0.35, record},
		term{0.5, unload}, term{-0.4, safe}, term{0.05, g.wander(0.9)})
	charge := mix(0.4, term{4.2, power}, term{-1, loads}).follow(0.06)
	body := mix(0, term{14, power}, term{2, loads}).follow(0.07)

	return []channel{
		{name: "array_current", clean: mix(0.1, term{7.4, power}), noise: 0.12, hi: 12},
		{name: "bus_current", clean: loads, noise: 0.07, hi: 12},
		{name: "battery_voltage", clean: mix(27, term{1.1, charge}, term{-0.25, loads}),
			noise: 0.06, lo: 18, hi: 36},
		{name: "panel_temperature", clean: mix(-28, term{88, power.follow(0.12)}),
			noise: 1.5, lo: -120, hi: 120},
		{name: "body_temperature", clean: mix(6, term{1, body}), noise: 0.2, lo: -60, hi: 90},
		{name: "tank_temperature", clean: mix(9, term{7, heater.follow(0.10)}, term{0.25, body}),
			noise: 0.12, lo: -60, hi: 90},
		{name: "wheel_speed", clean: mix(600, term{2400, speed}, term{90, g.season(orbit, 0.4)}),
			noise: 25, hi: 6000},
		{name: "amplifier_power", clean: mix(0.5, term{19, transmit.follow(0.6)}), noise: 0.4, hi: 40},
		{name: "cmd_heater", clean: heater, hi: 1, binary: true},
		{name: "cmd_transmit", clean: transmit, hi: 1, binary: true},
		{name: "cmd_camera", clean: camera, hi: 1, binary: true},
		{name: "cmd_unload", clean: unload, hi: 1, binary: true},
		{name: "cmd_record", clean: record, hi: 1, binary: true},
		{name: "cmd_safe", clean: safe, hi: 1, binary: true},
	}
}

// ramps returns wheel speed from 0 to about 1: it grows until the unloading command brings it down.
func ramps(unload track) track {
	x := make(track, len(unload))
	var speed float64
	for t, on := range unload {
		speed += 1.0 / 210
		if on == 1 {
			speed = float64(speed * 0.45)
		}
		x[t] = speed
	}
	return x
}
