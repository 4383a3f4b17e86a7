//go:build !amd64

package cpu

func lanesOfPairs() int { return 0 }

func influenceRow(_, _, _, _ *float32, _, _, _ int) { panic("no assembly") }

func influenceGradRow(_, _, _, _, _, _ *float32, _, _, _ int) { panic("no assembly") }

func influenceGradWeightsRow(_, _, _, _ *float32, _, _, _ int) { panic("no assembly") }
