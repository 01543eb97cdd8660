package flow

// The proofs that complete tasks, besides roles: names of things that can be there. They are stored for ever.
const (
	PostmortemAttached = "postmortem/attached"
	PostmortemComplete = "postmortem/complete"
	PostmortemShared   = "postmortem/shared"
	DebriefScheduled   = "debrief/scheduled"
)

func roleProof(role Key) string { return "role/" + string(role) }

// Proof names what completes a task by evidence; it is empty for what is settled by hand only. A new kind that completes by evidence
// needs the name of its proof above and its line here, and no rule of its own.
func (t Task) Proof() string {
	switch t.Kind {
	case CreatePostmortem:
		return PostmortemAttached
	case CompletePostmortem:
		return PostmortemComplete
	case SharePostmortem:
		return PostmortemShared
	case ScheduleDebrief:
		return DebriefScheduled
	case AssignRole:
		return roleProof(t.Role)
	}
	return ""
}

// evidence is what is there for a proof.
func (inc Incident) evidence(proof string) (what string, there bool) {
	for role, holder := range inc.Roles {
		if roleProof(role) == proof {
			return string(holder), true
		}
	}
	if d, _ := inc.Postmortem(); d.proof(proof) != "" {
		return d.proof(proof), true
	}
	what, there = inc.Evidence[proof]
	return what, there
}

func (c RecordEvidence) do(s *scene) error {
	was, there := s.inc.Evidence[c.Proof]
	switch {
	case c.What != "" && c.What != was:
		s.record(EvidenceFound{Proof: c.Proof, What: c.What})
		s.found(c.Proof)
	case c.What == "" && there:
		s.gone(c.Proof, c.Reason)
	default:
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	return nil
}

// found completes every open task that new evidence is for, also those of later statuses.
func (s *scene) found(proof string) {
	for _, t := range s.inc.Open() {
		if t.Proof() == proof {
			s.complete(t)
		}
	}
}

// present completes every open task whose evidence is there already: on entering and on coming back. What a person opened again waits for
// new evidence.
func (s *scene) present() {
	for _, t := range s.inc.Open() {
		if !t.Again {
			s.complete(t)
		}
	}
}

func (s *scene) complete(t Task) {
	proof := t.Proof()
	if what, there := s.inc.evidence(proof); there && proof != "" {
		s.record(TaskCompleted{Task: t.Number, Evidence: what, Proof: proof})
	}
}

// gone reopens the tasks that the evidence had completed, in the current status or a later one. What is past is only noted.
func (s *scene) gone(proof, reason string) {
	f := EvidenceGone{Proof: proof, Reason: reason}
	var reopen []TaskNumber
	for _, t := range s.inc.Tasks {
		if t.Settled.How != ByEvidence || t.Proof() != proof {
			continue
		}
		if s.inc.Stage != Closed && s.inc.Snapshot.place(t.Status) >= s.inc.Snapshot.place(s.inc.here()) {
			reopen = append(reopen, t.Number)
		} else {
			f.Past = append(f.Past, t.Number)
		}
	}
	if _, stored := s.inc.Evidence[proof]; stored || len(f.Past) > 0 {
		s.record(f)
	}
	for _, n := range reopen {
		s.record(TaskReopened{Task: n, Proof: proof, Reason: reason})
		s.follow(n)
	}
}

// here is the status of the snapshot that the incident is in, or waits in while it is paused.
func (inc Incident) here() Key {
	if inc.PausedIn != "" {
		return inc.PausedIn
	}
	return inc.Status
}
