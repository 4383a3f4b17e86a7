// Package simd is the device that runs plans on WebAssembly SIMD kernels, in a browser.
//
// The kernels compute on Go's own memory. The program that uses the package must be started by
// assets/kernels.js, which gives it trampolines to kernels that can only be instantiated once the program,
// and with it the memory, is there.
package simd

import "errors"

// Name is the device's.
const Name = "simd"

// ErrUnavailable is wrapped when the browser has no SIMD.
var ErrUnavailable = errors.New("no WebAssembly SIMD here")
