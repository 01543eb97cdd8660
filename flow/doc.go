// Package flow holds the rules of Epilogue: what an incident is, which flow it goes through once it is resolved, what
// a person may do to it, and who must hear of it.
//
// A command comes in, events come out:
//
//	after, events, err := flow.Do(process, before, flow.CompleteTask{Task: 3}, actor, now) // decides
//	after = flow.Apply(before, event)                                                      // records, decides nothing
//	effects := flow.Effects(events)                                                        // who must hear of it
//
// The package is pure: no clock, no I/O, no goroutine, nothing but the standard library. It knows nothing of Slack, of
// databases or of sentences: a rule that says no answers with a [Refusal], which package blocks puts into words.
//
// Reading order: process.go (what admins shape), incident.go (what an incident is), command.go and fact.go (what can be
// asked for, what can happen), do.go (the engine: record a fact, then move on for as long as the current status is
// settled), declare.go, lifecycle.go, tasks.go and evidence.go (a rule a command), closing.go (what closing would mean
// now), apply.go (what a fact changes), effect.go and effects.go (who hears of it), check.go (what makes a process whole).
package flow
