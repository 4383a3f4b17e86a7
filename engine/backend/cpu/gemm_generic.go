//go:build !amd64

package cpu

func bestTile() tile { return portable }
