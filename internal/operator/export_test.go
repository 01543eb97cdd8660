package operator

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestAnExportHasALineForEachTaskAndNothingPrivateUnlessAskedFor(t *testing.T) {
	path := t.TempDir() + "/epilogue.db"
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ana := flow.Actor{User: "UANA", Standing: flow.FullMember, Member: true}
	for i, name := range []string{"=1+1", "Leaked key"} {
		id, err := db.Reserve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lead := flow.Person{User: "UANA", Standing: flow.FullMember, Member: true}
		inc, events, err := flow.Do(flow.Standard(), flow.Incident{ID: id}, flow.Declare{Name: name, Lead: lead, Private: i == 1}, ana, at)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			after, more, err := flow.Do(flow.Standard(), inc, flow.EnterFlow{Flow: "standard"}, ana, at)
			if err != nil {
				t.Fatal(err)
			}
			inc, events = after, append(events, more...)
			if after, more, err = flow.Do(flow.Standard(), inc, flow.SkipTask{Task: 1, Reason: "@all, not needed"}, ana, at); err != nil {
				t.Fatal(err)
			}
			inc, events = after, append(events, more...)
		}
		if err := db.Save(t.Context(), store.Change{Incident: inc, Events: events, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	exported := func(private bool) string {
		var out strings.Builder
		if err := Export(t.Context(), config.Store{Path: path}, private, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	lines := strings.Split(strings.TrimSpace(exported(false)), "\n")
	want := []string{
		"incident,name,severity,type,stage,status,flow,lead,declared,resolved,closed,opted out,task,title,state,assignee,due,date changes,settled,settled by,reason",
		`INC-1,'=1+1,Minor,Default,post-incident,Documenting,Standard,UANA,2026-11-23T09:00:00Z,2026-11-23T09:00:00Z,,,1,Review the incident timeline,not-doing,UANA,,0,2026-11-23T09:00:00Z,UANA,"'@all, not needed"`,
	}
	if diff := cmp.Diff(want, lines[:2]); diff != "" || len(lines) != 7 {
		t.Errorf("%d lines (-want +got):\n%s", len(lines), diff)
	}
	if all := exported(true); !strings.Contains(all, "INC-2,Leaked key,Minor,Default,active,Investigating,,UANA") {
		t.Errorf("with what is private:\n%s", all)
	}
}
