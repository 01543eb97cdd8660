package fakegoogle

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// stored is an event as Google has it, in Google's fields.
type stored struct {
	fields map[string]any
	serial int // when it was changed last
}

func (e *stored) text(field string) string {
	s, _ := e.fields[field].(string)
	return s
}

func (e *stored) moment(field string) time.Time {
	o, _ := e.fields[field].(map[string]any)
	s, _ := o["dateTime"].(string)
	at, _ := time.Parse(time.RFC3339, s)
	return at
}

func (e *stored) guests() []string {
	list, _ := e.fields["attendees"].([]any)
	var out []string
	for _, g := range list {
		o, _ := g.(map[string]any)
		email, _ := o["email"].(string)
		out = append(out, email)
	}
	return out
}

// Event is an event as a test looks at it.
type Event struct {
	ID, Title, Description string
	Start, End             time.Time
	Guests                 []string
	Canceled               bool
	Fields                 map[string]any
}

// Events are all that there are and were, by id.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Event
	for _, id := range slices.Sorted(maps.Keys(s.events)) {
		e := s.events[id]
		out = append(out, Event{
			ID: id, Title: e.text("summary"), Description: e.text("description"), Start: e.moment("start"), End: e.moment("end"), Guests: e.guests(),
			Canceled: e.text("status") == canceled, Fields: e.fields,
		})
	}
	return out
}

// Live are those that are not canceled.
func (s *Server) Live() []Event {
	return slices.DeleteFunc(s.Events(), func(e Event) bool { return e.Canceled })
}

// Put makes an event by hand, as somebody does in Google's own page. Recurring is the id of the series that it is of.
func (s *Server) Put(id, title, description string, start, end time.Time, recurring string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields := map[string]any{"id": id, "summary": title, "description": description, "start": at(start), "end": at(end)}
	if recurring != "" {
		fields["recurringEventId"] = recurring
	}
	s.keep(id, fields)
}

// Move moves an event by hand, and Delete deletes it.
func (s *Server) Move(id string, start, end time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields := maps.Clone(s.events[id].fields)
	fields["start"], fields["end"] = at(start), at(end)
	s.keep(id, fields)
}

// Delete deletes an event by hand.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel(id)
}

func at(t time.Time) map[string]any {
	return map[string]any{"dateTime": t.Format(time.RFC3339), "timeZone": "UTC"}
}

// keep writes an event as Google completes it.
func (s *Server) keep(id string, fields map[string]any) *stored {
	s.serial++
	fields["id"], fields["kind"], fields["etag"] = id, "calendar#event", fmt.Sprintf("%q", fmt.Sprint(s.serial))
	fields["status"] = cmp.Or(textOf(fields["status"]), "confirmed")
	fields["htmlLink"] = cmp.Or(s.Pages, "https://www.google.com/calendar") + "/event?eid=" + id
	fields["organizer"] = map[string]any{"email": s.Organizer, "self": true}
	if conference, ok := fields["conferenceData"].(map[string]any); ok && conference["createRequest"] != nil {
		request, _ := conference["createRequest"].(map[string]any)
		first := request["status"] == nil
		request["status"] = map[string]any{"statusCode": "success"}
		if first && s.SlowCalls {
			request["status"] = map[string]any{"statusCode": "pending"}
		}
		fields["hangoutLink"] = "https://meet.google.com/" + id[:min(len(id), 8)]
		if s.Pages != "" {
			fields["hangoutLink"] = s.Pages + "/call?eid=" + id
		}
		if first && s.SlowCalls {
			delete(fields, "hangoutLink")
		}
	}
	e := &stored{fields: fields, serial: s.serial}
	s.events[id] = e
	return e
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

func (s *Server) tell(r *request, e *stored, what string) {
	if r.query.Get("sendUpdates") != "all" {
		return
	}
	for _, g := range e.guests() {
		s.mails = append(s.mails, Mail{To: g, Event: e.text("id"), What: what})
	}
}

func (s *Server) cancel(id string) {
	s.serial++
	e := s.events[id]
	fields := maps.Clone(e.fields)
	fields["status"] = canceled
	s.events[id] = &stored{fields: fields, serial: s.serial}
}

var (
	validID   = regexp.MustCompile(`^[a-v0-9]+$`) // and of 5 to 1,024
	duplicate = answer{status: http.StatusConflict, reason: "duplicate", message: "The requested identifier already exists."}
	notFound  = answer{status: http.StatusNotFound, reason: "notFound", message: "Not Found"}
	deleted   = answer{status: http.StatusGone, reason: "deleted", message: "Resource has been deleted"}
)

// unfit is what Google refuses in an event.
func unfit(fields map[string]any) (answer, bool) {
	e := &stored{fields: fields}
	for _, g := range e.guests() {
		if !strings.Contains(g, "@") || strings.HasSuffix(g, "@invalid") {
			return answer{status: http.StatusBadRequest, reason: "invalid", message: "Invalid attendee email."}, true
		}
	}
	if !e.moment("end").After(e.moment("start")) {
		return answer{status: http.StatusBadRequest, reason: "timeRangeEmpty", message: "The specified time range is empty."}, true
	}
	return answer{}, false
}

func (s *Server) insert(r *request) answer {
	id := textOf(r.body["id"])
	if id == "" {
		id = fmt.Sprintf("google%d", s.serial)
	}
	if !validID.MatchString(id) || len(id) < 5 || len(id) > 1024 {
		return answer{status: http.StatusBadRequest, reason: "invalid", message: "Invalid resource id value."}
	}
	if s.events[id] != nil {
		return duplicate
	}
	if a, bad := unfit(r.body); bad {
		return a
	}
	if r.body["conferenceData"] != nil && r.query.Get("conferenceDataVersion") != "1" {
		delete(r.body, "conferenceData")
	}
	if s.NoCalls && r.body["conferenceData"] != nil {
		return answer{status: http.StatusBadRequest, reason: "invalid", message: "Invalid conference type value."}
	}
	e := s.keep(id, r.body)
	s.tell(r, e, "invited")
	return answer{body: e.fields}
}

func (s *Server) get(r *request) answer {
	e := s.events[r.PathValue("event")]
	if e == nil {
		return notFound
	}
	if s.SlowCalls && e.text("status") != canceled {
		e = s.keep(e.text("id"), maps.Clone(e.fields))
	}
	return answer{body: e.fields}
}

func (s *Server) patch(r *request) answer {
	id := r.PathValue("event")
	e := s.events[id]
	switch {
	case e == nil:
		return notFound
	case e.text("status") == canceled:
		return deleted
	}
	fields := maps.Clone(e.fields)
	maps.Copy(fields, r.body)
	if a, bad := unfit(fields); bad {
		return a
	}
	e = s.keep(id, fields)
	s.tell(r, e, "changed")
	return answer{body: e.fields}
}

func (s *Server) remove(r *request) answer {
	id := r.PathValue("event")
	e := s.events[id]
	switch {
	case e == nil:
		return notFound
	case e.text("status") == canceled:
		return deleted
	}
	s.tell(r, e, "canceled")
	s.cancel(id)
	return answer{}
}

// canceled is the status of an event that was deleted, as Google spells it.
const canceled = "cancelled" //nolint:misspell // Google's word

// page is how many events are listed at once.
const page = 3

func (s *Server) list(r *request) answer {
	after := 0
	if mark := r.query.Get("syncToken"); mark != "" {
		if _, err := fmt.Sscanf(mark, "mark-%d", &after); err != nil || s.forgets || after > s.serial {
			s.forgets = false
			return answer{status: http.StatusGone, reason: "fullSyncRequired", message: "Sync token is no longer valid, a full sync is required."}
		}
		for _, not := range []string{"timeMin", "timeMax", "q", "orderBy", "updatedMin", "iCalUID"} {
			if r.query.Has(not) {
				return answer{status: http.StatusBadRequest, reason: "badRequest", message: "Sync token cannot be used with " + not}
			}
		}
	}
	from, _ := time.Parse(time.RFC3339, r.query.Get("timeMin"))
	to, _ := time.Parse(time.RFC3339, r.query.Get("timeMax"))
	var found []*stored
	for _, id := range slices.Sorted(maps.Keys(s.events)) {
		e := s.events[id]
		gone := e.text("status") == canceled
		word := strings.ToLower(r.query.Get("q"))
		switch {
		case e.serial <= after, gone && r.query.Get("showDeleted") != "true" && after == 0:
		case !from.IsZero() && e.moment("end").Before(from), !to.IsZero() && e.moment("start").After(to):
		case word != "" && !strings.Contains(strings.ToLower(e.text("summary")+e.text("description")), word):
		default:
			found = append(found, e)
		}
	}
	skip := 0
	_, _ = fmt.Sscanf(r.query.Get("pageToken"), "page-%d", &skip)
	body := map[string]any{"kind": "calendar#events", "summary": s.Organizer, "timeZone": "UTC"}
	items := []any{}
	for _, e := range found[min(skip, len(found)):min(skip+page, len(found))] {
		if e.text("status") == canceled { // then only these are sure to be there
			items = append(items, map[string]any{"id": e.text("id"), "kind": e.text("kind"), "etag": e.text("etag"), "status": canceled})
			continue
		}
		items = append(items, e.fields)
	}
	if body["items"] = items; skip+page < len(found) {
		body["nextPageToken"] = fmt.Sprintf("page-%d", skip+page)
	} else {
		body["nextSyncToken"] = fmt.Sprintf("mark-%d", s.serial)
	}
	return answer{body: body}
}

func (s *Server) freeBusy(r *request) answer {
	from, _ := time.Parse(time.RFC3339, textOf(r.body["timeMin"]))
	to, _ := time.Parse(time.RFC3339, textOf(r.body["timeMax"]))
	if !to.After(from) {
		return answer{status: http.StatusBadRequest, reason: "timeRangeEmpty", message: "The specified time range is empty."}
	}
	calendars := map[string]any{}
	items, _ := r.body["items"].([]any)
	for _, i := range items {
		o, _ := i.(map[string]any)
		id := textOf(o["id"])
		if s.Hidden[id] || len(items) > 50 {
			reason := "notFound"
			if len(items) > 50 {
				reason = "tooManyCalendarsRequested"
			}
			calendars[id] = map[string]any{"errors": []any{map[string]any{"domain": "global", "reason": reason}}}
			continue
		}
		busy := []any{}
		for _, p := range s.Taken[id] {
			if p.End.After(from) && p.Start.Before(to) {
				busy = append(busy, map[string]any{"start": p.Start.Format(time.RFC3339), "end": p.End.Format(time.RFC3339)})
			}
		}
		calendars[id] = map[string]any{"busy": busy}
	}
	return answer{body: map[string]any{"kind": "calendar#freeBusy", "timeMin": textOf(r.body["timeMin"]), "timeMax": textOf(r.body["timeMax"]), "calendars": calendars}}
}
