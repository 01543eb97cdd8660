// Package sandbox is a local Slack: a Web API, a Socket Mode server, and people who act by what they see.
//
// A newcomer tries the bot in it, and the end-to-end tests run on it over the real protocol. It is written
// from Slack's documentation and imports nothing of this project, so that it cannot share our
// misunderstandings: it does not know what an incident is, nor which library the bot speaks with.
//
// A test reads aloud:
//
//	slack := sandbox.Start(t)                        // an app connects with slack.APIURL(), BotToken() and AppToken()
//	ana := slack.Person("ana")
//	ana.Slash("#general", "/inc declare")            // returns when the app has acknowledged it
//	form := ana.Modal("Declare an incident")         // waits until it is open
//	form.Fill("Name", "Checkout errors").Choose("Severity", "Major").Pick("Lead", "@ben").Submit()
//	ana.In("#inc-1").Click("Mark done").In("Create a post-mortem document")
//	ana.Waits("#inc-1", "moves to Reviewing")
//
// What is on the wire keeps real time (acks within three seconds, triggers, pings, rate limits); what people see
// (timestamps of messages, the half hour of a response_url, scheduled messages) follows a business clock that can
// be moved.
//
// One mutex guards the workspace. Nothing waits and nothing is written to a network while it is held: frames
// are put on a connection's queue, answers are awaited outside.
//
// What people see and do by ids, as the web page needs it, is in screen.go (with screen_*.go, unread.go, reader.go) and gesture.go; the page itself is another package.
//
// Where to read next: server.go (what is started, and how a request is let in), endpoints.go (every method with its
// tier, scopes and arguments), socket.go and envelopes.go (Socket Mode), person.go and modal.go (the language that tests
// are written in), faults.go and switches.go (what can be made to go wrong), log.go,
// happening.go and cause.go (what is known behind the stage), control.go (all of it over HTTP, described by the tables that serve it).
package sandbox
