//go:build !unix

package keep

// gone would report whether this machine has no process of this number: here nobody knows, and claims lapse.
func gone(int) bool { return false }
