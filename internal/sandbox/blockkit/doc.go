// Package blockkit knows Block Kit the way Slack does: which payloads Slack refuses and in which words
// (check*.go, with the limits in the kit*.go tables), what Slack adds to a payload that it takes
// (normalize.go), which elements a person can press or fill in and what an untouched form holds
// (elements.go, state.go), what a person reads (text.go, mrkdwn.go) and who is pinged (mentions.go).
//
// It refuses to know anything about workspaces, tokens, sockets or incidents. Everything is a pure function
// of JSON; nothing panics, whatever the JSON. Where published accounts of Slack disagree, the checks take
// the narrower reading: a local Slack that is stricter than the real one costs a developer a minute, one
// that is laxer costs an outage.
//
// The words of a refusal are those that Slack was seen to use. Where no record of Slack's words exists (numeric ranges,
// rules across fields) they follow the same pattern, and only the fact that the payload is refused can be relied on.
//
// Read CheckMessage and CheckView first, then kit_blocks.go for the shape of the tables.
package blockkit
