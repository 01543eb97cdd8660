// Package flowfile is the whole process as one YAML file, so that it can live in Git: Write makes the
// file, Read takes it back.
//
// The file is made for people. What has a permanent key shows it beside its free name, due offsets are
// written as 2bd, 3d or 12h, conditions as "severity: {at-least: major}", and what has its default is
// left out. Reading is strict, and finds everything at once, with line and column: a typo in a file that
// shapes every incident must not pass for a default.
//
// It refuses to know where a process comes from or goes to: it opens no file and knows no store. What a
// process may hold is decided by flow.Process.Check alone; this package only finds the line that Check
// is talking about.
//
// Reading order: write.go for how the file looks, shape.go for what is in it, walk.go for how it is
// walked, read.go for how it becomes a process or a list of problems.
package flowfile
