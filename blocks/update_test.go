package blocks

import (
	"fmt"
	"strings"
	"testing"

	"epilogue/flow"
)

// updates are what an incident could be brought up to date with: the flow that it is in with everything renamed, another flow, and as much as there may be.
func (s sampled) updates(inc flow.Incident) []flow.SnapshotUpdate {
	p := s.scene.Process
	var out []flow.SnapshotUpdate
	for _, f := range p.Flows {
		f.Key = inc.Snapshot.Flow
		f.Name = cut(s.typed, flow.MaxLabel)
		p.Flows = []flow.Flow{f}
		if u, ok := p.SnapshotUpdate(inc, flow.Actor{}); ok {
			out = append(out, u)
		}
		f.Key = "another"
		p.Flows = []flow.Flow{f}
		if u, ok := p.SnapshotUpdate(inc, flow.Actor{}); ok {
			out = append(out, u)
		}
	}
	most := flow.SnapshotUpdate{Flow: p.Flows[0], Version: 7}
	for i := range 2 * flow.MaxTasks {
		most.Changes = append(most.Changes, flow.SnapshotChange{ID: fmt.Sprintf("add:%037d", i), Differences: []flow.Difference{{
			Part: flow.TaskPart, Turn: flow.Added, Status: cut(s.typed, flow.MaxLabel), Name: cut(s.typed, flow.MaxTitle),
		}}})
	}
	return append(out, most)
}

// changed is a process whose flow is another one by now.
func changed(t *testing.T, p flow.Process, edits ...flow.ProcessEdit) flow.Process {
	t.Helper()
	for _, e := range edits {
		next, err := flow.Edit(p, e, actor(ana))
		if err != nil {
			t.Fatal(err)
		}
		p = next
	}
	return p
}

func TestTheMenuOfTheCardOffersAnUpdateOnlyWhenTheFlowHasChanged(t *testing.T) {
	s := entered(t, flow.Standard())
	offers := func() bool {
		return strings.Contains(encode(t, body(Card(s.scene(), s.inc, s.began()))), string(UpdateFromFlow))
	}
	if offers() {
		t.Error("it is offered, and nothing has changed")
	}
	s.p = changed(t, s.p, flow.AddFlow{Name: "Other", Preset: flow.LightPreset})
	if offers() {
		t.Error("it is offered, and only another flow has changed")
	}
	s.p = changed(t, s.p, flow.AddStatus{Flow: "standard", Name: "Learning"})
	if !offers() {
		t.Error("it is not offered")
	}
}
