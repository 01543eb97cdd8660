//go:build !linux

package boltstore

// bootID is only known on Linux. Elsewhere every store that was not closed is looked through before it is opened again.
func bootID() string { return "" }
