package main

import (
	"runtime"
	"runtime/debug"
)

// version is what the Go tool noted while building: the module's version, else the commit.
func version() string {
	built, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown, " + platform()
	}
	setting := map[string]string{}
	for _, s := range built.Settings {
		setting[s.Key] = s.Value
	}
	v := built.Main.Version
	if v == "" || v == "(devel)" {
		v = "unreleased"
		if commit := setting["vcs.revision"]; commit != "" {
			v += " " + commit[:min(len(commit), 12)]
		}
	}
	return v + ", " + platform()
}

func platform() string { return runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH }
