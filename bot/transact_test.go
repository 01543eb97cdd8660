package bot

import (
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// preset saves a process whose one flow gives its one task to somebody by default.
func (r *rig) preset(to flow.UserID) {
	p := flow.Standard()
	p.Version++
	p.Flows = []flow.Flow{{
		Key: "preset", Name: "Preset", Entry: flow.Ask, OptOut: flow.Everyone,
		Statuses: []flow.Status{{Key: "documenting", Name: "Documenting", Tasks: []flow.Template{
			{Key: "a", Kind: flow.Custom, Title: "Write it up", Assignee: flow.Assignee{User: to}},
		}}},
	}}
	r.must(r.db.SaveProcess(r.t.Context(), store.ProcessVersion{Process: p, At: time.Now()}))
}

func TestADefaultAssigneeWhoIsNoFullMemberAnyMoreIsPassedOver(t *testing.T) {
	for name, c := range map[string]struct{ to, want flow.UserID }{
		"a full member":            {ben, ben},
		"a guest":                  {gus, ana},
		"a deactivated person":     {"UGONE", ana},
		"somebody never seen":      {"UNEW", "UNEW"},
		"somebody half remembered": {"UHALF", "UHALF"}, // only their App Home is known
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: "UGONE", Standing: flow.Deactivated, Known: time.Now()}))
			r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: "UHALF", Home: true}))
			for _, id := range []flow.UserID{"UNEW", "UHALF"} {
				r.slack.answer("users.info", func(call) any { return user(id, `,"deleted":true`) })
			}
			r.preset(c.to)
			inc := r.done(r.declared(false).ID, ana, flow.EnterFlow{Flow: "preset"})
			if task, _ := inc.Task(1); task.Assignee != c.want {
				t.Errorf("it is %s's, want %s", task.Assignee, c.want)
			}
			r.idle()
		})
	}
}

func TestADefaultAssigneeWhoWasNeverSeenIsAskedForInTheBackground(t *testing.T) {
	r := newRig(t)
	r.slack.answer("users.info", func(call) any { return user("UNEW", `,"deleted":true`) })
	r.preset("UNEW")
	first := r.declared(false)
	r.done(first.ID, ana, flow.EnterFlow{Flow: "preset"})
	r.idle()
	second, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Another", Lead: flow.Person{User: ana, Standing: flow.FullMember}})
	r.must(err)
	after := r.done(second.ID, ana, flow.EnterFlow{Flow: "preset"})
	if task, _ := after.Task(1); task.Assignee != ana {
		t.Errorf("once they are known to be gone, it is %s's, want the lead's", task.Assignee)
	}
}
