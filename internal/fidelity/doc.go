// Package fidelity holds the sandbox against Slack's documentation, claim by claim, through a client that was written against the real
// Slack: slack-go, with its own Socket Mode client. Every limit of Block Kit is tried at N and at N+1, on every surface.
//
// The numbers and the words stand in the tables here once more, read off the documentation and not off the sandbox, so that a slip in
// either shows. The package imports the sandbox and nothing else of ours.
//
// A second client reads the same: Bolt for JavaScript, in bolt, which "make fidelity" installs. It sends all that the tables of blocks send, and must hear
// what slack-go hears; bolt_behavior_test.go is what its listeners meet.
//
// Read limits_test.go first: one line is one limit. placement_test.go says what may stand where, methods_test.go that every method and
// every answer obeys the same tables, and socket_test.go, forms_test.go and workspace_test.go how the whole behaves.
package fidelity
