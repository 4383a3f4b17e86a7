//go:build !amd64

package cpu

func bestTile() tile { return portable }

func fastest() (run func(rounds int, x float32) float32, flop int) { return portableMultiplyAdds, 16 }
