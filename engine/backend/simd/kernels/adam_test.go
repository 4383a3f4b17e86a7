package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAdamEqualsOracleOverSteps(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(31, 32))
		const beta1, beta2, rate, eps, scale = 0.9, 0.999, 1e-2, 1e-8, 0.5
		for n := 0; n <= largest; n++ {
			memory := newArena(t, m)
			p := normals(r, n)
			want, first, second := float64s(p), make([]float64, n), make([]float64, n)
			pp, pm, pv, pg := memory.put(p), memory.put(make([]float32, n)), memory.put(make([]float32, n)),
				memory.put(normals(r, n))
			decay := []float64{0, 0.01}[n%2]
			for step := 1.0; step <= 3; step++ {
				unbias1, unbias2 := 1/(1-math.Pow(beta1, step)), 1/(1-math.Pow(beta2, step))
				memory.call("adam", []any{n, pp.at, pg.at, pm.at, pv.at, float32(scale), float32(decay),
					float32(beta1), float32(1 - beta1),
					float32(beta2), float32(1 - beta2), float32(unbias1), float32(unbias2), float32(rate),
					float32(eps)}, pp, pm, pv)
				for i, g := range memory.get(pg) {
					d := scale*float64(g) + decay*want[i]
					first[i] = beta1*first[i] + (1-beta1)*d
					second[i] = beta2*second[i] + (1-beta2)*d*d
					want[i] -= rate * first[i] * unbias1 / (math.Sqrt(second[i]*unbias2) + eps)
				}
			}
			near(t, "adam", memory.get(pp), want, 1e-6)
			near(t, "adam's first moment", memory.get(pm), first, 1e-6)
			near(t, "adam's second moment", memory.get(pv), second, 1e-6)
		}
	})
}
