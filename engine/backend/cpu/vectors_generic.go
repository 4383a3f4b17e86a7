//go:build !amd64

package cpu

import "cosinelab/engine/backend/portable"

// Vectors are the inner loops in assembly: there are none for this processor.
func Vectors() portable.Vectors { return portable.Vectors{} }

func fastest() (run func(rounds int, x float32) float32, flop int) { return portableMultiplyAdds, 16 }
