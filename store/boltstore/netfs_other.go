//go:build !linux

package boltstore

// networkFS cannot tell on this system.
func networkFS(string) (string, bool) { return "", false }
