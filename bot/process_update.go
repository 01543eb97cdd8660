package bot

import (
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// clickUpdateIncidents shows the incidents that entered a flow before it was changed.
func (b *Bot) clickUpdateIncidents(d desk, r request, ref blocks.Ref) (answer, error) {
	view, err := d.updateIncidentsForm(ref, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

func (d desk) updateIncidentsForm(ref blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	behind, more, err := d.behind(f.Key)
	return blocks.UpdateIncidentsForm(d.s, f, behind, more, d.from(blocks.Ref{}), blocks.Editing{Meanwhile: m}), err
}

// behind are the oldest incidents in a flow that it has left behind, of those that the admin can see; more says that there are others.
func (d desk) behind(k flow.Key) (behind []blocks.Behind, more bool, err error) {
	q := store.Query{Stage: flow.PostIncident, Limit: 1000}
	for range mostCounted / q.Limit {
		page, err := d.b.store.List(d.ctx, q)
		if err != nil {
			return nil, false, fmt.Errorf("list incidents: %w", err)
		}
		for _, inc := range page.Items {
			u, ok, err := d.leftBehind(inc, k)
			switch {
			case err != nil:
				return nil, false, err
			case ok && len(behind) == blocks.MostBehind:
				return behind, true, nil
			case ok:
				behind = append(behind, blocks.Behind{Incident: inc, Update: u})
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	return behind, false, nil
}

// leftBehind is what would change for an incident within the flow that it is in; false if nothing would, or if it is not there for the admin.
func (d desk) leftBehind(inc flow.Incident, k flow.Key) (flow.SnapshotUpdate, bool, error) {
	if inc.Snapshot == nil || inc.Snapshot.Flow != k {
		return flow.SnapshotUpdate{}, false, nil
	}
	seen, err := d.b.visible(d.ctx, d.who.User, inc)
	if err != nil || !seen {
		return flow.SnapshotUpdate{}, false, err
	}
	who := d.who
	who.Member = true // as far as it matters: they see it
	u, ok := d.p.SnapshotUpdate(inc, who)
	return u, ok && !u.Switch && flow.MayUpdate(inc, who), nil
}

// updateIncidentsForm brings the chosen incidents up to date, each as a change of its own. One to which something else has happened meanwhile is left as it
// is, and said so.
func (b *Bot) updateIncidentsForm(r request, ref blocks.Ref) processForm {
	return processForm{
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return d.updateIncidentsForm(ref, m)
		},
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			if ref.Version != d.p.Version { // by an edit of their own: the form says what would happen by now
				view, err := d.updateIncidentsForm(ref, nil)
				if err != nil {
					return nil, err
				}
				return nil, redrawn{view}
			}
			done, kept, err := b.updateIncidents(d, r, ref)
			if err != nil {
				return nil, err
			}
			b.followHome(d.ctx, r.user)
			return nil, redrawn{blocks.IncidentsUpdated(done, kept)}
		},
	}
}

func (b *Bot) updateIncidents(d desk, r request, ref blocks.Ref) (done int, kept []flow.IncidentID, err error) {
	for _, value := range r.view.picked(blocks.FieldIncidents) {
		one, err := blocks.ParseRef(value)
		if err != nil {
			return done, kept, fmt.Errorf("read the chosen incident %q: %w", value, err)
		}
		inc, err := b.see(d.ctx, r.user, one.Incident)
		var u flow.SnapshotUpdate
		ok := false
		if err == nil {
			u, ok, err = d.leftBehind(inc, ref.Flow)
		}
		if err == nil && ok {
			cmd := flow.UpdateSnapshot{Flow: u.Flow.Key, Version: u.Version}
			for _, c := range u.Changes {
				cmd.Changes = append(cmd.Changes, c.ID)
			}
			_, _, err = b.do(d.ctx, inc.ID, r.user, named(r.delivery, inc.ID.String()), cmd)
		}
		switch {
		case err != nil && !errors.As(err, new(flow.Refusal)):
			return done, kept, err
		case err != nil || !ok:
			kept = append(kept, one.Incident)
		default:
			done++
		}
	}
	return done, kept, nil
}
