package flow

import "time"

// Event is one entry of the timeline: who, what, when. The timeline is append-only; it is also the audit trail.
type Event struct {
	Seq  uint64    // 1, 2, 3, … within the incident
	At   time.Time // UTC
	By   UserID    // empty: Epilogue itself
	Fact Fact
}
