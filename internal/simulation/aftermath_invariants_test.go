package simulation

import (
	"slices"

	"epilogue/flow"
)

// leftBehind looks at what the incidents left behind: what was asked for was done once, and what is linked says the same on both sides.
func (w *world) leftBehind() {
	all := map[flow.IncidentID]flow.Incident{}
	for _, inc := range w.incidents() {
		all[inc.ID] = inc
	}
	for _, inc := range all {
		events := w.events(inc.ID)
		w.documentsMade(inc, events)
		w.documentsShared(inc, events)
		w.pinnedOnce(inc)
		for _, d := range inc.Documents {
			w.documentLinks(all, inc, d)
		}
		w.debriefLinks(all, inc)
	}
}

// documentsMade: each document that was asked for was made once.
func (w *world) documentsMade(inc flow.Incident, events []flow.Event) {
	for _, asked := range events {
		if _, ok := asked.Fact.(flow.DocumentRequested); !ok {
			continue
		}
		n := 0
		for _, ev := range events {
			if f, ok := ev.Fact.(flow.DocumentAttached); ok && f.Request == asked.Seq {
				n++
			}
		}
		if n > 1 || n == 0 && !w.spoilt[string(inc.Channel)] && len(inc.Documents) < flow.MaxDocuments {
			w.fail("%s: the document of event %d was made %d times", inc.ID, asked.Seq, n)
		}
	}
}

// documentsShared: each document that was shared was posted once, and what was posted is known.
func (w *world) documentsShared(inc flow.Incident, events []flow.Event) {
	for _, asked := range events {
		f, ok := asked.Fact.(flow.DocumentShareAsked)
		if !ok {
			continue
		}
		posts := 0
		for _, m := range w.slack.Messages(string(f.Channel)) {
			w.mu.Lock()
			job := w.jobs[jobOf(m)]
			w.mu.Unlock()
			if job.Incident == inc.ID && job.Effect.Tell == flow.TellShare && job.Effect.Seq == asked.Seq {
				posts++
			}
		}
		known := 0
		for _, ev := range events {
			if s, ok := ev.Fact.(flow.DocumentShared); ok && s.Request == asked.Seq {
				known++
			}
		}
		detached := slices.ContainsFunc(events, func(ev flow.Event) bool {
			d, ok := ev.Fact.(flow.DocumentDetached)
			return ok && ev.Seq > asked.Seq && d.Document.Number == f.Document
		})
		if posts > 1 || known > posts || !detached && (posts == 0 || known == 0) {
			w.fail("%s: the document of event %d was posted %d times, and is known to be %d times", inc.ID, asked.Seq, posts, known)
		}
	}
}

func (w *world) pinnedOnce(inc flow.Incident) {
	seen := map[string]bool{}
	for _, p := range inc.Pinned {
		if seen[p.TS] {
			w.fail("%s: a message is pinned twice", inc.ID)
		}
		seen[p.TS] = true
	}
}

// documentLinks: what is another incident's is known there, and is as far here as there. A private one only has a copy: the other must not learn of it.
func (w *world) documentLinks(all map[flow.IncidentID]flow.Incident, inc flow.Incident, d flow.Document) {
	if from := d.Source; from.Incident != 0 && !inc.Private {
		o, ok := all[from.Incident].Document(from.Document)
		switch {
		case !ok:
			w.fail("%s uses document %d of %s, which is there no more", inc.ID, from.Document, from.Incident)
		case !slices.Contains(o.UsedBy, inc.ID):
			w.fail("%s uses document %d of %s, which does not know it", inc.ID, from.Document, from.Incident)
		case o.State != d.State:
			w.fail("%s uses document %d of %s, which is %s there and %s here", inc.ID, from.Document, from.Incident, o.State, d.State)
		}
	}
	for _, id := range d.UsedBy {
		if !slices.ContainsFunc(all[id].Documents, func(o flow.Document) bool { return o.Source == flow.Source{Incident: inc.ID, Document: d.Number} }) {
			w.fail("%s believes that %s uses its document %d", inc.ID, id, d.Number)
		}
	}
}

// debriefLinks: a debrief that is another incident's is known there, and is at the same time.
func (w *world) debriefLinks(all map[flow.IncidentID]flow.Incident, inc flow.Incident) {
	if d := inc.Debrief; d != nil && d.Of != 0 {
		switch o := all[d.Of]; {
		case o.Debrief == nil:
			w.fail("%s uses the debrief of %s, which has none", inc.ID, d.Of)
		case !slices.Contains(o.DebriefWith, inc.ID):
			w.fail("%s uses the debrief of %s, which does not know it", inc.ID, d.Of)
		case !o.Debrief.Start.Equal(d.Start) || !o.Debrief.End.Equal(d.End):
			w.fail("%s uses the debrief of %s, which is at %s there and at %s here", inc.ID, d.Of, o.Debrief.Start, d.Start)
		}
	}
	for _, id := range inc.DebriefWith {
		if o := all[id]; o.Debrief == nil || o.Debrief.Of != inc.ID {
			w.fail("%s believes that %s uses its debrief", inc.ID, id)
		}
	}
}
