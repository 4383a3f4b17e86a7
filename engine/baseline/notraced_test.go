//go:build !race

package baseline_test

// raced says that the race detector makes everything many times slower.
const raced = false
