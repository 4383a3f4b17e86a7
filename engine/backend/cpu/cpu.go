// Package cpu is the device of every machine: plain Go on every core, with vector instructions where it knows
// them.
//
// A result does not depend on the number of cores, on where memory happens to lie, or on what ran before:
// every element is computed by the same operations in the same order. Between machines it may differ in the
// last bits, because some fuse a product with the sum it goes into and others do not: by about 1e-7 of the
// largest terms of a sum, times the square root of their number.
package cpu

import "cosinelab/engine/backend/portable"

// New returns a device that uses every core.
func New() *portable.Device { return portable.New("cpu", Vectors(), nil) }
