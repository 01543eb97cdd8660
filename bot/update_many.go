package bot

import (
	"context"
	"errors"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// clickUpdateIncidents shows an admin the incidents of a flow that are not up to date with it.
func (b *Bot) clickUpdateIncidents(d desk, r request, ref blocks.Ref) (answer, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return answer{}, err
	}
	behind, next, err := b.list(d.ctx, r.user, store.Query{Stage: flow.PostIncident}, blocks.MostUpdated, func(inc flow.Incident) bool {
		u, ok := d.p.SnapshotUpdate(inc, d.who)
		return ok && !u.Switch && u.Flow.Key == f.Key
	})
	if err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.UpdateIncidentsForm(d.s, f, behind, next != "", d.from(blocks.Ref{}))), nil
}

// submitUpdateIncidents brings each chosen incident up to date, with all that has changed in the flow since. One that is refused keeps nobody else from it.
func (b *Bot) submitUpdateIncidents(ctx context.Context, r request, ref blocks.Ref) (answer, error) {
	if _, err := b.admin(ctx, r); err != nil {
		return answer{}, err
	}
	process, err := b.store.Process(ctx)
	if err != nil {
		return answer{}, err
	}
	s := b.scene(ctx)
	var updated []flow.IncidentID
	var refused []blocks.Text
	for _, id := range incidentsPicked(r.view) {
		inc, err := b.see(ctx, r.user, id)
		if err == nil {
			cmd := flow.UpdateSnapshot{Flow: ref.Flow, Version: ref.Version}
			u, _ := process.SnapshotUpdate(inc, flow.Actor{})
			for _, c := range u.Changes {
				cmd.Changes = append(cmd.Changes, c.ID)
			}
			_, _, err = b.do(ctx, id, r.user, named(r.delivery, id.String()), cmd)
		}
		var no flow.Refusal
		switch {
		case errors.As(err, &no):
			refused = append(refused, blocks.Refusal(s, inc, no))
		case err != nil:
			return answer{}, err
		default:
			updated = append(updated, id)
		}
	}
	return b.open(r, blocks.UpdatedIncidents(s, updated, refused)), nil
}

// incidentsPicked are the incidents that were chosen in a form.
func incidentsPicked(v viewState) []flow.IncidentID {
	var out []flow.IncidentID
	for _, value := range v.picked(blocks.FieldIncident) {
		if ref, err := blocks.ParseRef(value); err == nil && ref.Incident != 0 {
			out = append(out, ref.Incident)
		}
	}
	return out
}
