// Package e2e holds the end-to-end scripts: a bot in a local Slack, and people who act by what they see. Nothing stands between the two but
// the real protocol.
//
// The scripts in testdata read like the help page, and are named by what they show; script_test.go explains their language. What a script says
// badly is in Go: privacy_test.go (a private incident is, to outsiders, one that does not exist), noise_test.go (how much one incident
// says, and to whom) and hostile_test.go (what people type pings nobody and breaks nothing).
//
// The package knows words and behavior, never how they come about: it imports neither bot nor blocks.
package e2e
