package flow_test

import (
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// fresh is a story in which nothing has happened yet.
func fresh(t rapid.TB) *story {
	return &story{t: t, process: small(), inc: flow.Incident{ID: 42}, now: monday}
}

func TestDeclaring(t *testing.T) {
	t.Run("fills in what the process offers first", func(t *testing.T) {
		s := fresh(t)
		s.process.Severities[0].Retired = true
		s.process.ActiveStatuses[0].Retired = true
		s.do(ben, flow.Declare{Name: " Checkout\n is  down ", Summary: " since noon "}).happened("declared")
		equal(t, s.inc, flow.Incident{
			ID: 42, Rev: 1, Name: "Checkout is down", Summary: "since noon", Severity: "major", Type: "default",
			Stage: flow.Active, Status: "fixing", DeclaredBy: "ben", DeclaredAt: monday.UTC(), Since: monday.UTC(), Involved: []flow.UserID{"ben"},
		})
	})
	t.Run("takes what is chosen", func(t *testing.T) {
		s := fresh(t).do(ben, flow.Declare{Name: "x", Severity: "critical", Type: "security", Lead: as(cem), Private: true})
		if s.inc.Severity != "critical" || s.inc.Type != "security" || s.inc.Lead() != "cem" || !s.inc.Private {
			t.Errorf("%+v", s.inc)
		}
		equal(t, s.inc.Involved, []flow.UserID{"ben", "cem"})
	})
	t.Run("refuses what the process does not offer", func(t *testing.T) {
		s := fresh(t)
		s.process.Severities[2].Retired = true
		s.refuses(ben, flow.Declare{Name: "x", Severity: "critical"}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldSeverity}).
			refuses(ben, flow.Declare{Name: "x", Severity: "worst"}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldSeverity}).
			refuses(ben, flow.Declare{Name: "x", Type: "odd"}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldType}).
			refuses(ben, flow.Declare{Name: "x", Lead: as(robot)}, flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldLead, By: "robot"})
	})
	t.Run("is possible once", func(t *testing.T) {
		declared(t, small()).refuses(ben, flow.Declare{Name: "x"}, flow.Refusal{Why: flow.AlreadyDeclared, Incident: 42})
	})
	for _, who := range []flow.Actor{guest, outsider, gone, robot, stranger} {
		t.Run("is for full members, not for a "+string(who.Standing), func(t *testing.T) {
			fresh(t).refuses(who, flow.Declare{Name: "x"}, flow.Refusal{Why: flow.NotAFullMember, Standing: who.Standing})
		})
	}
}

func TestUsingAChannel(t *testing.T) {
	for _, c := range []struct {
		name    string
		place   flow.Place
		private bool
		why     flow.Why
		makes   bool // the incident private
	}{
		{"a public one is fine", flow.Place{Channel: "C2"}, false, "", false},
		{"a private one makes the incident private", flow.Place{Channel: "G2", Private: true}, false, "", true},
		{"a private one is fine for a private incident", flow.Place{Channel: "G2", Private: true}, true, "", true},
		{"a public one is not for a private incident", flow.Place{Channel: "C2"}, true, flow.ChannelUnfit, false},
		{"a DM is unfit", flow.Place{Channel: "D2", Direct: true}, false, flow.ChannelUnfit, false},
		{"one shared with another organization is unfit", flow.Place{Channel: "C2", Shared: true}, false, flow.ChannelUnfit, false},
		{"none is unfit", flow.Place{}, false, flow.ChannelUnfit, false},
		{"one where an incident is open is in use", flow.Place{Channel: "C2", Occupant: 7}, false, flow.ChannelInUse, false},
	} {
		for how, cmd := range map[string]func(*story) flow.Command{
			"on declaring": func(*story) flow.Command { return flow.Declare{Name: "x", Private: c.private, Use: &c.place} },
			"afterwards": func(s *story) flow.Command {
				s.do(ana, flow.Declare{Name: "x", Private: c.private})
				return flow.UseChannel{Place: c.place}
			},
		} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				s := fresh(t)
				cmd := cmd(s)
				if c.why != "" {
					s.refuses(ana, cmd, flow.Refusal{Why: c.why, Field: flow.FieldChannel, Incident: c.place.Occupant})
					return
				}
				if s.do(ana, cmd); s.inc.Channel != c.place.Channel || s.inc.Private != c.makes {
					t.Errorf("channel %s, private %v", s.inc.Channel, s.inc.Private)
				}
			})
		}
	}
	t.Run("the lead must be in a private one", func(t *testing.T) {
		use := &flow.Place{Channel: "G2", Private: true}
		fresh(t).refuses(ana, flow.Declare{Name: "x", Use: use, Lead: as(away)}, flow.Refusal{Why: flow.NotInChannel, Field: flow.FieldLead, By: "away"}).
			do(ana, flow.Declare{Name: "x", Use: use, Lead: as(ben)})
		fresh(t).do(ana, flow.Declare{Name: "x", Use: &flow.Place{Channel: "C2"}, Lead: as(away)})
	})
	t.Run("an incident has one channel", func(t *testing.T) {
		s := declared(t, small())
		for _, cmd := range []flow.Command{flow.RequestChannel{}, flow.UseChannel{Place: flow.Place{Channel: "C2"}}, flow.RecordChannel{Channel: "C2"}} {
			s.refuses(ana, cmd, flow.Refusal{Why: flow.NothingToChange, Field: flow.FieldChannel})
		}
		equal(t, s.inc.Channel, flow.ChannelID("C1"))
	})
	t.Run("one can be asked for again", func(t *testing.T) {
		s := fresh(t).do(ana, flow.Declare{Name: "x", Private: true}).do(ana, flow.RequestChannel{}).happened("channel-requested").
			do(itself, flow.RecordChannel{Channel: "G1"})
		if s.inc.Channel != "G1" || !s.inc.Private {
			t.Errorf("channel %s, private %v", s.inc.Channel, s.inc.Private)
		}
	})
	t.Run("an incident is valid without one", func(t *testing.T) {
		fresh(t).do(ana, flow.Declare{Name: "x"}).do(ana, flow.EnterFlow{Flow: "small", Lead: as(away)}).do(away, done(1)).tasks("1 done, 2 open, 3 open, 4 open")
	})
}

func TestUpdating(t *testing.T) {
	t.Run("changes what is given, and says what it was", func(t *testing.T) {
		s := declared(t, small()).later(1).do(ben, flow.Update{
			Status: to(flow.Key("fixing")), Severity: to(flow.Key("major")), Type: to(flow.Key("security")), Name: to("Other"), Summary: to("Sum"), Note: "n",
		}).is(flow.Active, "fixing")
		equal(t, fact[flow.Updated](s), flow.Updated{
			Status:   &flow.Change{From: "investigating", To: "fixing"},
			Severity: &flow.Change{From: "minor", To: "major"},
			Type:     &flow.Change{From: "default", To: "security"},
			Name:     &flow.Change{From: "Checkout is down", To: "Other"},
			Summary:  &flow.Change{To: "Sum"},
			Note:     "n",
		})
		if s.inc.Severity != "major" || s.inc.Type != "security" || s.inc.Name != "Other" || s.inc.Summary != "Sum" || !s.inc.Since.Equal(s.now) {
			t.Errorf("%+v", s.inc)
		}
		s.do(ben, flow.Update{Summary: to("")})
		equal(t, s.inc.Summary, "")
	})
	t.Run("nothing is refused", func(t *testing.T) {
		declared(t, small()).refuses(ben, flow.Update{}, because(flow.NothingToChange)).
			refuses(ben, flow.Update{Name: to("Checkout  is down"), Severity: to(flow.Key("minor")), Status: to(investigating)}, because(flow.NothingToChange))
	})
	t.Run("to what is not offered is refused", func(t *testing.T) {
		s := declared(t, small())
		s.process.Severities[1].Retired = true
		s.refuses(ben, flow.Update{Severity: to(flow.Key("major"))}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldSeverity}).
			refuses(ben, flow.Update{Type: to(flow.Key("x"))}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldType}).
			refuses(ben, flow.Update{Status: to(doc)}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldStatus})
	})
	t.Run("what is retired stays where it is used", func(t *testing.T) {
		s := declared(t, small())
		s.process.Severities[0].Retired = true
		s.do(ben, flow.Update{Severity: to(flow.Key("minor")), Note: "n"})
	})
	t.Run("never sets a post-incident status", func(t *testing.T) {
		s := entered(t, small())
		s.refuses(ben, flow.Update{Status: to(rev)}, flow.Refusal{Why: flow.StatusByTasks, Field: flow.FieldStatus}).
			refuses(ben, flow.Update{Status: to(flow.Key("fixing"))}, because(flow.StatusByTasks)).
			do(ben, flow.Update{Severity: to(flow.Key("major"))}).is(flow.PostIncident, doc)
		s.do(ben, flow.OptOut{Reason: "why"}).refuses(ben, flow.Update{Status: to(flow.Key("fixing"))}, flow.Refusal{Why: flow.AlreadyClosed, By: "ben"})
	})
}

func TestRoles(t *testing.T) {
	s := declared(t, small()).do(ben, role("scribe", cem))
	equal(t, fact[flow.RoleGiven](s), flow.RoleGiven{Role: "scribe", To: "cem"})
	equal(t, s.inc.Roles, map[flow.Key]flow.UserID{flow.LeadRole: "ana", "scribe": "cem"})
	s.refuses(ben, role("scribe", cem), flow.Refusal{Why: flow.NothingToChange, Field: flow.FieldRole}).
		refuses(ben, flow.SetRole{Role: "communications"}, because(flow.NothingToChange)).
		refuses(ben, role("driver", cem), flow.Refusal{Why: flow.NotOffered, Field: flow.FieldRole}).
		refuses(ben, role("scribe", guest), flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldRole, By: "guest", Standing: flow.Guest})
	s.do(ben, flow.SetRole{Role: "scribe"})
	equal(t, s.inc.Roles, map[flow.Key]flow.UserID{flow.LeadRole: "ana"})
	s.process.Roles[2].Retired = true
	s.refuses(ben, role("scribe", cem), because(flow.NotOffered))
}

func TestWhoeverTookPartIsInvolvedOnce(t *testing.T) {
	dan := person("dan")
	s := entered(t, small()).do(ben, flow.AddNote{Text: "hm"}).do(ben, give(1, cem)).do(ben, role("scribe", dan)).do(ben, flow.SetRole{Role: "scribe"}).
		do(itself, flow.Involve{User: "eve"})
	s.refuses(itself, flow.Involve{User: "eve"}, because(flow.NothingToChange)).
		refuses(itself, flow.Involve{User: "cem"}, because(flow.NothingToChange)).
		refuses(itself, flow.Involve{}, because(flow.NothingToChange))
	equal(t, s.inc.Involved, []flow.UserID{"ana", "ben", "cem", "dan", "eve"})
}

func TestNoBotTakesPartAndNobodyDoesInAClosedIncident(t *testing.T) {
	s := entered(t, small()).
		do(itself, flow.Involve{User: "guest", Standing: flow.Guest}).
		refuses(itself, flow.Involve{User: "robot", Standing: flow.Bot}, flow.Refusal{Why: flow.NotAFullMember, Standing: flow.Bot}).
		do(ana, flow.OptOut{Reason: "why"}).
		refuses(itself, flow.Involve{User: "zoe", Standing: flow.FullMember}, because(flow.AlreadyClosed))
	equal(t, s.inc.Involved, []flow.UserID{"ana", "guest"})
}

// everything is one of each command that could succeed on an incident in the first status of the small flow.
func everything() []flow.Command {
	return []flow.Command{
		flow.Update{Note: "n"},
		role("scribe", ben),
		flow.AddNote{Text: "n"},
		flow.Involve{User: "zoe"},
		evidence(flow.PostmortemAttached, "doc"),
		flow.OptOut{Reason: "why"},
		flow.MoveOn{Reason: "why"},
		flow.Reopen{To: flow.Active},
		done(1), skip(1), give(1, ben),
		flow.SetDue{Task: 1, Due: flow.DateOf(monday)},
		flow.AddTask{Title: "x"},
		flow.RemoveTask{Task: 1},
	}
}

func TestOnlyFullMembersChangeAnything(t *testing.T) {
	s := entered(t, small())
	for _, who := range []flow.Actor{guest, outsider, gone, robot, stranger} {
		if flow.MayAct(s.inc, who) || flow.MayOptOut(s.inc, who) || flow.MaySkip(s.inc, s.task(1), who) {
			t.Errorf("%s may act", who.User)
		}
		for _, cmd := range append(everything(), flow.CloseIncident{}, flow.EnterFlow{}, flow.UseChannel{}, flow.RequestChannel{}) {
			s.refuses(who, cmd, flow.Refusal{Why: flow.NotAFullMember, Incident: 42, Standing: who.Standing})
		}
	}
	admin := guest
	admin.Admin = true
	s.refuses(admin, done(1), because(flow.NotAFullMember))
	for _, cmd := range everything() { // and each of them does succeed
		entered(t, small()).do(root, cmd)
		entered(t, small()).do(ana, cmd)
	}
}

func TestAPrivateIncidentDoesNotExistForOthers(t *testing.T) {
	admin := away
	admin.Admin = true
	unknown := &story{t: t, process: small(), inc: flow.Incident{ID: 42}, now: monday}
	s := private(t, small()).do(ana, flow.EnterFlow{Flow: "small"})
	for _, who := range []flow.Actor{away, admin, {User: "ana", Standing: flow.FullMember}, {User: "guest", Standing: flow.Guest}} {
		if flow.CanSee(s.inc, who) || flow.MayAct(s.inc, who) || flow.MayOptOut(s.inc, who) {
			t.Errorf("%+v can see it", who)
		}
		for _, cmd := range everything() {
			err, none := s.try(who, cmd), unknown.try(who, cmd)
			equal(t, err, error(flow.Refusal{Why: flow.UnknownIncident, Incident: 42}))
			equal(t, err, none)
		}
	}
	s.refuses(guest, done(1), because(flow.NotAFullMember)) // who is in the channel sees it
	s.do(ben, done(1)).do(itself, evidence(flow.PostmortemAttached, "doc"))
	s.refuses(ben, give(2, away), flow.Refusal{Why: flow.NotInChannel, Field: flow.FieldAssignee, By: "away"}).
		refuses(ben, role("scribe", away), flow.Refusal{Why: flow.NotInChannel, Field: flow.FieldRole, By: "away"}).
		refuses(ben, flow.AddTask{Title: "x", Assignee: as(away)}, because(flow.NotInChannel)).
		refuses(ben, give(2, flow.Actor{User: "x", Standing: flow.Guest}), because(flow.CannotBeAssigned)).
		do(ben, give(2, cem))
	if public := entered(t, small()); !flow.CanSee(public.inc, away) || !flow.MayAct(public.inc, away) {
		t.Error("a public incident is hidden")
	}
	t.Run("closing asks for a lead in the channel", func(t *testing.T) {
		private(t, small()).do(ana, flow.SetRole{Role: flow.LeadRole}).
			refuses(ana, flow.EnterFlow{Flow: "small", Lead: as(away)}, flow.Refusal{Why: flow.NotInChannel, Field: flow.FieldLead})
	})
	t.Run("without a channel it exists for whoever declared it", func(t *testing.T) {
		s := fresh(t).do(ana, flow.Declare{Name: "x", Private: true, Lead: as(away)})
		s.do(ana, role(flow.LeadRole, flow.Actor{User: "ben", Standing: flow.FullMember}))
		s.refuses(ben, flow.AddNote{Text: "n"}, because(flow.UnknownIncident)).refuses(root, flow.AddNote{Text: "n"}, because(flow.UnknownIncident)).
			do(flow.Actor{User: "ana", Standing: flow.FullMember}, flow.AddNote{Text: "n"})
	})
}

func TestTimesAreRecordedInUTC(t *testing.T) {
	s := entered(t, small()).do(ben, done(1))
	for _, ev := range s.events {
		if ev.At.Location().String() != "UTC" || !ev.At.Equal(monday) {
			t.Errorf("event %d is at %s", ev.Seq, ev.At)
		}
	}
	if ev := s.events[1]; ev.By != "" {
		t.Errorf("what Epilogue did is by %q", ev.By)
	}
}

func TestReferencesAreReadAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]flow.IncidentID{
		"INC-42": 42, "inc-42": 42, " Inc42 ": 42, "INC-007": 7, "INC-999999999": 999999999,
		"42": 0, "#42": 0, "INC": 0, "INC-": 0, "INC--4": 0, "INC-0": 0, "INC-4x": 0, "INC-+4": 0, "INC-1000000000": 0, "": 0, "INC-٤": 0,
	} {
		got, ok := flow.ParseReference(in)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("%q is %d, %v; want %d", in, got, ok, want)
		}
	}
	equal(t, flow.IncidentID(42).String(), "INC-42")
}
