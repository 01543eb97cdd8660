package bot

import (
	"strings"
	"testing"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// outdated is an incident whose flow has changed since it entered.
func (r *rig) outdated() flow.IncidentID {
	r.t.Helper()
	inc := r.inFlow(false)
	next, err := flow.Edit(r.process(), flow.AddStatus{Flow: "standard", Name: "Learning"}, flow.Actor{Standing: flow.Epilogue})
	r.must(err)
	r.must(r.db.SaveProcess(r.t.Context(), store.ProcessVersion{Process: next, At: time.Now()}))
	return inc.ID
}

func TestOnlyAdminsBringSeveralIncidentsUpToDateWhateverIsSent(t *testing.T) {
	update := func(r *rig, by flow.UserID) int {
		id := r.outdated()
		ref := blocks.Ref{Flow: "standard", Version: r.process().Version}
		r.received("interactive", r.submitted(by, blocks.UpdateIncidents, ref, map[string]any{blocks.FieldIncident: []string{blocks.Ref{Incident: id}.String()}}))
		inc, err := r.db.Incident(r.t.Context(), id)
		r.must(err)
		return len(inc.Snapshot.Statuses)
	}
	for who, by := range newRig(t).strangers() {
		t.Run(who, func(t *testing.T) {
			r := newRig(t)
			r.strangers()
			if n := update(r, by); n != 2 {
				t.Errorf("the incident has %d statuses", n)
			}
			if !strings.Contains(r.said.String(), "somebody who is no admin reached for the process") {
				t.Error("it is not in the log")
			}
		})
	}
	t.Run("an admin", func(t *testing.T) {
		if n := update(newRig(t), ana); n != 3 {
			t.Errorf("the incident has %d statuses", n)
		}
	})
}
