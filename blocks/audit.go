package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"epilogue/flow"
)

// AuditMarkdown is the whole timeline as a document: every event, in the order in which they were recorded, with what people wrote as they wrote it
// then. Nothing in it formats or links.
func AuditMarkdown(s Scene, inc flow.Incident, events []flow.Event) string {
	var b strings.Builder
	inc = withRemoved(inc, events)
	fmt.Fprintf(&b, "# Timeline of %s: %s\n\n", inc.ID, escapeMarkdown(oneLine(inc.Name)))
	fmt.Fprintf(&b, "%s, made on %s. Notes that were edited or removed later are in it as they were.\n\n", count(len(events), "event").Plain(), s.second(s.Now))
	for _, ev := range events {
		said := strings.ReplaceAll(escapeMarkdown(s.Sentence(inc, ev).Plain()), "\n", "\n  ")
		fmt.Fprintf(&b, "- %d. %s: %s\n", ev.Seq, s.second(ev.At), said)
	}
	return b.String()
}

// second is a point in time to the second, in the organization's zone, which is named.
func (s Scene) second(t time.Time) string { return t.In(s.zone()).Format("2006-01-02 15:04:05 MST") }

// audited is an event in a file for programs.
type audited struct {
	Seq      uint64      `json:"seq"`
	At       time.Time   `json:"at"`
	By       flow.UserID `json:"by,omitempty"`
	Name     string      `json:"name,omitempty"`
	What     string      `json:"what"`
	With     flow.Fact   `json:"with"`
	Sentence string      `json:"sentence"`
}

// AuditJSON is the same for programs: each event with all that it holds.
func AuditJSON(s Scene, inc flow.Incident, events []flow.Event) ([]byte, error) {
	inc = withRemoved(inc, events)
	file := struct {
		Incident string    `json:"incident"`
		Name     string    `json:"name"`
		Made     time.Time `json:"made"`
		Events   []audited `json:"events"`
	}{inc.ID.String(), inc.Name, s.Now.UTC(), make([]audited, 0, len(events))}
	for _, ev := range events {
		a := audited{Seq: ev.Seq, At: ev.At, By: ev.By, What: ev.Fact.FactName(), With: ev.Fact, Sentence: s.Sentence(inc, ev).Plain()}
		if ev.By != "" {
			a.Name = s.name(ev.By).Plain()
		}
		file.Events = append(file.Events, a)
	}
	b, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the timeline of %s: %w", inc.ID, err)
	}
	return b, nil
}

// AuditComing answers whoever asked for the timeline as a file.
func AuditComing(inc flow.Incident) Text {
	return say("The whole timeline of %s is on its way to you as two files, in a direct message.", inc.ID)
}

// AuditFiles goes with the files. It names the incident, and not what it is about.
func AuditFiles(inc flow.Incident, events int) Text {
	return say("The timeline of %s: %s, for people and for programs.", inc.ID, count(events, "event"))
}

// AuditRefused tells whoever asked for files that Slack took none, and why.
func AuditRefused(s Scene, inc flow.Incident, code string) Text {
	return say("The timeline of %s could not be sent as files: Slack says %s. It can be read here: %s.", inc.ID, orWord(code), s.command("timeline %s", inc.ID))
}
