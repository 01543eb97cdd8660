package blocks

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// PostmortemTemplatePreview shows the document that a template makes, for an incident that is made up: nobody's is shown to anybody.
func PostmortemTemplatePreview(s Scene, t flow.PostmortemTemplate, viewer flow.UserID) slack.ModalViewRequest {
	shown := []slack.Block{section(say("The document that %s makes, for an incident that is made up. A file begins with its first lines as front matter.", quoted(t.Name)), nil), divider()}
	inc, events := s.sampleIncident(viewer)
	document := paragraph(s.read(Canvas(Document(s, inc, t, events))))
	shown = append(shown, document[:min(len(document), mostPreviewed)]...)
	if len(document) > mostPreviewed {
		shown = append(shown, small(say("The rest is left out here.")))
	}
	return modal(PreviewPostmortemTemplate, Ref{Key: t.Key}, "Preview", "", shown...)
}

// mostPreviewed is how many sections a preview shows.
const mostPreviewed = 30

// sampleIncident is an incident of the viewer's, as far as the process lets it come.
func (s Scene) sampleIncident(viewer flow.UserID) (flow.Incident, []flow.Event) {
	who := flow.Actor{User: viewer, Standing: flow.FullMember, Member: true, Admin: true}
	lead := flow.Person{User: viewer, Standing: flow.FullMember, Member: true}
	inc, all := flow.Incident{ID: 42}, []flow.Event(nil)
	at := s.Now.Add(-2 * time.Hour)
	do := func(cmd flow.Command) {
		at = at.Add(20 * time.Minute)
		if after, events, err := flow.Do(s.Process, inc, cmd, who, at); err == nil {
			inc, all = after, append(all, events...)
		}
	}
	do(flow.Declare{Name: "Checkout errors", Summary: "Every fifth payment failed.", Lead: lead})
	do(flow.AddNote{Text: "The provider's status page is green."})
	do(flow.AddNote{Text: "Rolled back the pricing service."})
	do(flow.AddFollowUp{Title: "Alert on failed payments", Owner: lead, Priority: flow.High})
	f, _ := s.Process.FlowFor(inc)
	do(flow.EnterFlow{Flow: f.Key, Lead: lead})
	do(flow.CloseIncident{Lead: lead}) // where there is no flow
	return inc, all
}

// read shows Markdown as Slack's own marks: headings and strong words bold, lists and quotes as they are. It is for reading, not exact.
func (s Scene) read(markdown string) Text {
	var lines []Text
	for line := range strings.SplitSeq(strings.TrimSpace(markdown), "\n") {
		lines = append(lines, readLine(line))
	}
	return join("\n", lines...)
}

func readLine(line string) Text {
	trimmed := strings.TrimSpace(line)
	hashes := len(trimmed) - len(strings.TrimLeft(trimmed, "#"))
	switch {
	case trimmed == "":
		return say(" ") // a line of nothing
	case hashes > 0 && strings.HasPrefix(trimmed[hashes:], " "):
		return bold(Escape(unmarked(trimmed[hashes+1:])))
	case strings.HasPrefix(trimmed, "> "):
		return say("_%s_", Escape(unmarked(trimmed[2:])))
	case strings.HasPrefix(trimmed, "- "):
		return say("• %s", Escape(unmarked(trimmed[2:])))
	}
	return Escape(unmarked(line))
}

// unmarked takes Markdown's own marks out of a line: strong words, and what was escaped.
func unmarked(line string) string {
	var b strings.Builder
	rest := strings.ReplaceAll(line, "**", "")
	for rest != "" {
		if rest[0] == '\\' && len(rest) > 1 && strings.ContainsRune("\\`*_[]<>|~&#-+=.)", rune(rest[1])) {
			rest = rest[1:]
		}
		b.WriteByte(rest[0])
		rest = rest[1:]
	}
	return b.String()
}
