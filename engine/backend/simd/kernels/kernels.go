// Package kernels holds the WebAssembly SIMD kernels as bytes, with their signatures.
package kernels

import _ "embed"

//go:generate go run ../gen .

// Plain is the module for engines with fixed-width SIMD (WebAssembly 2.0).
//
//go:embed plain.wasm
var Plain []byte

// Relaxed is the same module with fused multiply-adds, for engines with relaxed SIMD.
//
//go:embed relaxed.wasm
var Relaxed []byte

// Shapes is the number of tile shapes that sgemm has.
const Shapes = 5

// GemmScratchBytes is the memory that a product needs for its packed panels.
const GemmScratchBytes = 4*(256*384+256*8) + 4*8*16
