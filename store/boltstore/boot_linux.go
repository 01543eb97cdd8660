package boltstore

import (
	"os"
	"strings"
)

// bootID names this run of the machine: the kernel makes a new one each time it starts. It is empty where the kernel does not say.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
