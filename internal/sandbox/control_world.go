package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"
)

// deed is a request that is not a person's.
type deed struct {
	method, path string // below /sandbox/
	about        string
	takes        string
	answers      string
	fails        string
	example      []string
	does         func(*Server, *http.Request, order) (outcome, error)
}

// reads is a deed that answers with a value.
func reads(path, about, answers string, value func(*Server, order) any) deed {
	return deed{http.MethodGet, path, about, "", answers, "", []string{"GET " + path}, func(s *Server, _ *http.Request, o order) (outcome, error) {
		result := value(s, o)
		return outcome{text: string(indented(result)), result: result}, nil
	}}
}

// lookingBehind are the requests that look behind the stage.
var lookingBehind = []deed{
	named(reads("calls", "Lists the app's calls of the Web API, oldest first.", "result: seq, method, args, status, answer, error, took (in nanoseconds), messages of each.", func(s *Server, o order) any { return notNil(s.Calls(o.Who...)) }),
		"who=of these methods only; may be given several times", "GET calls?who=chat.postMessage"),
	named(reads("envelopes", "Lists what was sent to the app over Socket Mode, oldest first.", "result: seq, type, kind, payload, deliveries, ack, outcome, messages of each.", func(s *Server, o order) any { return notNil(s.Envelopes(o.Who...)) }),
		"who=of these kinds only, such as block_actions; may be given several times", "GET envelopes?who=message"),
	reads("notifications", "Lists all pings, oldest first.", "result: who, why, channel, ts, by, text of each.", func(s *Server, _ order) any { return notNil(s.Notifications()) }),
	reads("files", "Lists the files that the app uploaded.", "result: the files.", func(s *Server, _ order) any { return s.Files() }),
	reads("sockets", "Lists the numbers of the open sockets.", "result: the numbers.", func(s *Server, _ order) any { return notNil(s.Sockets()) }),
	reads("people", "Lists the people.", "result: id, handle, name, zone, role of each.", func(s *Server, _ order) any { return s.people() }),
	reads("scopes", "Tells which scopes and subscriptions the app has made use of.", "result: used, events, provided.", func(s *Server, _ order) any {
		return obj{"used": notNil(s.UsedScopes()), "events": notNil(s.UsedEvents()), "provided": s.provided()}
	}),
	{
		http.MethodGet, "changes", "Waits until something has changed since a number, half a minute at most.", "after=the number of changes that is known", "result: version, the number of changes now.", "",
		[]string{"GET changes?after=0"},
		func(s *Server, r *http.Request, o order) (outcome, error) { return s.changes(r, o) },
	},
	{
		http.MethodDelete, "log", "Forgets calls and envelopes, so that one can count from here.", "", onlyOK, "",
		[]string{"DELETE log"},
		func(s *Server, _ *http.Request, _ order) (outcome, error) { s.ClearLog(); return outcome{}, nil },
	},
}

func named(d deed, takes, example string) deed {
	d.takes, d.example = takes, []string{example}
	return d
}

var clockDeeds = []deed{
	reads("clock", "Tells what time it is in the workspace.", "result: now, as RFC 3339.", func(s *Server, _ order) any { return obj{"now": s.clock.Now().Format(time.RFC3339Nano)} }),
	{
		http.MethodPost, "clock", "Moves the clock, and the app with it.", "move=by so much, such as 24h|set=to this time, as RFC 3339, or to “now”", "text: the time then.", "it is no time, or no duration",
		[]string{`POST clock {"move":"1h"}`, `POST clock {"set":"now"}`},
		(*Server).moveClock,
	},
}

// faultDeeds are what can be made to go wrong.
var faultDeeds = []deed{
	reads("switches", "Lists what can be switched on, and everything that goes wrong at present.", "result: switches (key, name, imitates, takes, once), standing (id, key, text).", func(s *Server, _ order) any {
		return obj{"switches": s.Switches(), "standing": notNil(s.Standing())}
	}),
	{
		http.MethodPost, "switches/{key}", "Switches a fault on, as the page behind the stage does.", "in=the channel, for archived and app-removed|scope=for scope-removed|method=of the Web API, for ratelimited, slow, hang, broken and lost-answers", onlyOK,
		"no fault is called that; there is no such channel, scope or method",
		[]string{"POST switches/slow {}", "DELETE faults"},
		func(s *Server, r *http.Request, o order) (outcome, error) {
			return outcome{}, s.SwitchOn(r.PathValue("key"), Wish{In: o.In, Scope: o.Scope, Method: o.Method})
		},
	},
	reads("faults", "Lists the faults of Web API calls, with how often they struck.", "result: fault, method, left, hits of each.", func(s *Server, _ order) any { return s.faults.list() }),
	{
		http.MethodPost, "faults", "Makes calls of the Web API go wrong.",
		"method=which method; not given: all|match=only calls with these arguments|times=so many calls; not given: until it is ended|error=answer this error code|status=answer this HTTP status|slow=answer so much later, such as 2s|retry_after=of a 429, such as 5s|hang=do not answer at all|reset=break the connection|after_effect=only once the call has taken effect",
		onlyOK, "a duration that is none",
		[]string{`POST faults {"method":"views.open","error":"fatal_error","times":1}`, "DELETE faults"},
		(*Server).addFault,
	},
	{
		http.MethodDelete, "faults", "Ends everything that goes wrong: faults, and what switches did.", "", onlyOK, "",
		[]string{"DELETE faults"},
		func(s *Server, _ *http.Request, _ order) (outcome, error) { s.Mend(); return outcome{}, nil },
	},
	disturbing("rate-limits", "Lets Slack's own rate limits apply.", "on*", `{"on":true}`, func(f *Faults, o order, _ time.Duration) { f.RateLimits(o.On) }),
	disturbing("history-lag", "Lets messages appear in histories only so long after they were posted.", "for*", `{"for":"2s"}`, func(f *Faults, _ order, d time.Duration) { f.HistoryLag(d) }),
	disturbing("refuse", "Refuses new connections with an error code.", "error=the code; not given: accept them again", `{"error":"internal_error"}`, func(f *Faults, o order, _ time.Duration) { f.RefuseConnections(o.Error) }),
	disturbing("stop-pings", "Stops Slack's pings on all sockets.", "on*", `{"on":true}`, func(f *Faults, o order, _ time.Duration) { f.StopPings(o.On) }),
	disturbing("ghosts", "Keeps sockets that died registered for so long.", "for*", `{"for":"30s"}`, func(f *Faults, _ order, d time.Duration) { f.Ghosts(d) }),
	disturbing("duplicate", "Writes the next envelopes twice.", "times=how many; not given: one", `{"times":1}`, func(f *Faults, o order, _ time.Duration) { f.DuplicateNext(max(o.Times, 1)) }),
	disturbing("delay", "Writes the next envelope so much later.", "for*", `{"for":"1s"}`, func(f *Faults, _ order, d time.Duration) { f.DelayNext(d) }),
	disturbing("cut", "Cuts sockets without a word.", "sockets", `{}`, func(f *Faults, o order, _ time.Duration) { f.CutSockets(o.Sockets...) }),
	disturbing("silence", "Lets sockets look alive and carry onlyOK.", "sockets", `{}`, func(f *Faults, o order, _ time.Duration) { f.SilenceSockets(o.Sockets...) }),
	disturbing("disconnect", "Asks the app to connect anew, and closes the sockets after a while.", "reason*=warning, refresh_requested or link_disabled|for=after how long|sockets", `{"reason":"warning","for":"10s"}`, func(f *Faults, o order, d time.Duration) { f.Disconnect(o.Reason, d, o.Sockets...) }),
}

func disturbing(name, about, takes, body string, do func(*Faults, order, time.Duration)) deed {
	return deed{http.MethodPost, "faults/" + name, about, takes, onlyOK, "a duration that is none", []string{"POST faults/" + name + " " + body, "DELETE faults"}, func(s *Server, _ *http.Request, o order) (outcome, error) {
		d, err := span(o.For)
		if err == nil {
			do(s.faults, o, d)
			s.tellFault(name)
		}
		return outcome{}, err
	}}
}

// adminDeeds are what an administrator does, or what simply happens.
var adminDeeds = []deed{
	administering("person", "Lets somebody new into the workspace.", "person*=handle, and name, zone, role, email if one likes", "the handle is empty or taken", []string{`POST admin/person {"person":{"handle":"{fresh}","zone":"Asia/Tokyo"}}`}, func(s *Server, o order) error {
		if o.Person == nil {
			return errors.New("no person was given")
		}
		return s.AddPerson(*o.Person)
	}),
	administering("deactivate", "Deactivates somebody.", "who*", "", changing(`deactivate {"who":["{fresh}"]}`), func(s *Server, o order) error { return s.Deactivate(o.one()) }),
	administering("role", "Gives somebody another role.", "who*|role*=member, admin, owner, guest, single-channel guest, outsider", "", changing(`role {"who":["{fresh}"],"role":"guest"}`), func(s *Server, o order) error { return s.SetRole(o.one(), o.Role) }),
	administering("zone", "Moves somebody to another time zone.", "who*|name*=of the zone", "", changing(`zone {"who":["{fresh}"],"name":"Asia/Tokyo"}`), func(s *Server, o order) error { return s.SetZone(o.one(), o.Name) }),
	administering("name", "Gives somebody another full name.", "who*|name*", "", changing(`name {"who":["{fresh}"],"name":"Somebody Else"}`), func(s *Server, o order) error { return s.SetName(o.one(), o.Name) }),
	administering("group", "Sets the members of a user group, which is made if there is none.", "name*=the handle|who*", "nobody is called that", []string{`POST admin/group {"name":"{fresh}","who":["{person}","{other}"]}`}, func(s *Server, o order) error {
		return s.SetGroup(GroupSpec{Handle: o.Name, Members: o.Who})
	}),
	administering("channel", "Makes a channel, without events.", "name*|private|who=its members; not given: everybody|on=the app is in it", "the name is taken", []string{`POST admin/channel {"name":"{fresh}","on":true}`}, func(s *Server, o order) error {
		return s.AddChannel(ChannelSpec{Name: o.Name, Private: o.Private, Members: o.Who, App: o.On})
	}),
	administering("archive", "Archives a channel.", "in*", noChannel, inChannel(`archive {"in":"#{fresh}"}`), func(s *Server, o order) error { return s.ArchiveChannel(o.In) }),
	administering("kick-app", "Removes the app from a channel.", "in*", noChannel, inChannel(`kick-app {"in":"#{fresh}"}`), func(s *Server, o order) error { return s.KickApp(o.In) }),
	administering("add-app", "Adds the app to a channel.", "in*", noChannel, inChannel(`add-app {"in":"#{fresh}"}`), func(s *Server, o order) error { return s.AddApp(o.In) }),
	administering("share", "Shares a channel with another organization, or ends it.", "in*|on", noChannel, inChannel(`share {"in":"#{fresh}","on":true}`), func(s *Server, o order) error { return s.ShareChannel(o.In, o.On) }),
	administering("remove-scope", "Takes a scope from the app.", "scope*", "", []string{`POST admin/remove-scope {"scope":"pins:write"}`, `POST admin/grant-scope {"scope":"pins:write"}`}, func(s *Server, o order) error { s.RemoveScope(o.Scope); return nil }),
	administering("grant-scope", "Gives the app a scope.", "scope*", "", []string{`POST admin/grant-scope {"scope":"pins:write"}`}, func(s *Server, o order) error { s.GrantScope(o.Scope); return nil }),
}

const noChannel = "there is no such channel"

func administering(name, about, takes, fails string, example []string, do func(*Server, order) error) deed {
	return deed{http.MethodPost, "admin/" + name, about, takes, onlyOK, cmp.Or(fails, "nobody is called that"), example, func(s *Server, _ *http.Request, o order) (outcome, error) {
		return outcome{}, do(s, o)
	}}
}

// changing is an example about a person, and within one about a channel, made for the purpose.
func changing(request string) []string {
	return []string{`POST admin/person {"person":{"handle":"{fresh}"}}`, "POST admin/" + request}
}

func inChannel(request string) []string {
	return []string{`POST admin/channel {"name":"{fresh}","on":true}`, "POST admin/" + request}
}

func (o order) one() string { return strings.Join(o.Who, " ") }

func (s *Server) moveClock(_ *http.Request, o order) (outcome, error) {
	d, err := span(o.Move)
	if err != nil {
		return outcome{}, err
	}
	switch {
	case o.Set == "now":
		s.clock.Reset()
	case o.Set != "":
		t, err := time.Parse(time.RFC3339, o.Set)
		if err != nil {
			return outcome{}, err
		}
		s.clock.Set(t)
	}
	if o.Move != "" {
		s.clock.Move(d)
	}
	return outcome{text: s.clock.Now().Format(time.RFC3339)}, nil
}

// addFault sets a fault of the Web API.
func (s *Server) addFault(_ *http.Request, o order) (outcome, error) {
	f := Fault{Method: o.Method, Match: o.Match, Times: o.Times, Error: o.Error, Status: o.Status, Hang: o.Hang, Reset: o.Reset, AfterEffect: o.AfterDone}
	var err error
	if f.Slow, err = span(o.Slow); err != nil {
		return outcome{}, err
	}
	if f.RetryAfter, err = span(o.RetryAfter); err != nil {
		return outcome{}, err
	}
	s.faults.Add(f)
	s.tellFault("set by a script")
	return outcome{text: "ok"}, nil
}

// list are the faults of the Web API that are set, with how often they struck.
func (f *Faults) list() []obj {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []obj{}
	for _, i := range f.active {
		out = append(out, obj{"fault": i.name(), "method": i.Method, "left": i.left, "hits": i.hits})
	}
	return out
}

func (s *Server) people() []obj {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []obj
	for _, u := range s.ws.sortedUsers() {
		out = append(out, obj{"id": u.ID, "handle": u.Handle, "name": u.Name, "zone": u.Zone, "role": u.Role})
	}
	return out
}
