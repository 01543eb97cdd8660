package blocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"epilogue/flow"
)

// A post-mortem document is Markdown made from a template. The template is an admin's, and stays as it is written; what people typed into the incident
// fills its placeholders, and is escaped so that it is read as text: it makes no headings, links, tables or front matter.

// Limits of a document, so that it fits into a canvas (1 MiB) and can be read.
const (
	mostTold  = 300  // events in the timeline of a document
	longTold  = 600  // of one of them, in code points
	mostNames = 100  // people, and follow-ups
	longValue = 3000 // of anything else
)

// DocumentTitle is what the document of an incident is called.
func DocumentTitle(inc flow.Incident) string {
	return plain(fmt.Sprintf("Post-mortem of %s: %s", inc.ID, inc.Name), 200)
}

// DocumentFile is the name of the file that a document is, where it is no canvas.
func DocumentFile(inc flow.Incident) string {
	return strings.ToLower(inc.ID.String()) + "-post-mortem.md"
}

// Document fills a template with what is known of an incident. Its events are those of the timeline, oldest first.
func Document(s Scene, inc flow.Incident, t flow.PostmortemTemplate, events []flow.Event) string {
	front, body := frontMatter(t.Text)
	values := s.values(inc)
	for i, line := range front {
		front[i] = fill(line, func(name string) string { return strconv.Quote(plain(values[name], longValue)) })
	}
	body = fill(body, func(name string) string {
		switch name {
		case "timeline":
			return s.toldTimeline(inc, events)
		case "people":
			return s.toldPeople(inc)
		case "follow-ups":
			return s.toldFollowUps(inc)
		case "summary":
			if values[name] == "" {
				return "> What happened, in two or three sentences."
			}
		}
		return escapeMarkdown(values[name])
	})
	if front == nil {
		return body
	}
	return strings.Join(front, "\n") + "\n" + body
}

// Canvas is a document as a canvas takes it, which knows no front matter: that becomes a list.
func Canvas(document string) string {
	front, body := frontMatter(document)
	if front == nil {
		return document
	}
	var b strings.Builder
	for _, line := range front[1 : len(front)-1] {
		key, value, ok := strings.Cut(line, ":")
		if unquoted, err := strconv.Unquote(strings.TrimSpace(value)); err == nil {
			value = unquoted
		}
		if value = strings.TrimSpace(value); ok && value != "" {
			fmt.Fprintf(&b, "- **%s**: %s\n", escapeMarkdown(strings.TrimSpace(key)), escapeMarkdown(value))
		}
	}
	return b.String() + body
}

// frontMatter splits a document: the lines from --- to ---, if it begins with them, and the rest.
func frontMatter(document string) (front []string, body string) {
	lines := strings.Split(document, "\n")
	if strings.TrimRight(lines[0], " \r") != "---" {
		return nil, document
	}
	for i, line := range lines[1:] {
		if strings.TrimRight(line, " \r") == "---" {
			return slices.Clone(lines[:i+2]), strings.Join(lines[i+2:], "\n")
		}
	}
	return nil, document
}

func fill(text string, value func(name string) string) string {
	return flow.Placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := flow.Placeholder.FindStringSubmatch(m)[1]
		if !slices.Contains(flow.Placeholders(), name) {
			return m
		}
		return value(name)
	})
}

// values are what is known of an incident in a line or a few.
func (s Scene) values(inc flow.Incident) map[string]string {
	v := map[string]string{
		"reference": inc.ID.String(), "name": inc.Name, "summary": strings.TrimSpace(inc.Summary),
		"severity": s.Process.SeverityName(inc.Severity), "type": s.Process.TypeName(inc.Type), "declared": s.stamp(inc.DeclaredAt),
	}
	if u := inc.Lead(); u != "" {
		v["lead"] = s.name(u).Plain()
	}
	if inc.Snapshot != nil {
		v["flow"] = inc.Snapshot.Name
	}
	v["impact"] = fmt.Sprintf("Severity %s, type %s. Since %s.", v["severity"], v["type"], v["declared"])
	if !inc.ResolvedAt.IsZero() {
		v["resolved"], v["duration"] = s.stamp(inc.ResolvedAt), lasted(inc.ResolvedAt.Sub(inc.DeclaredAt)).Plain()
		v["impact"] = fmt.Sprintf("Severity %s, type %s. From %s to %s: %s.", v["severity"], v["type"], v["declared"], v["resolved"], v["duration"])
	}
	return v
}

// stamp is a moment for files, where nobody's program translates it: in the organization's zone, which is named.
func (s Scene) stamp(t time.Time) string { return t.In(s.zone()).Format("Mon Jan 2 2006, 15:04 MST") }

func (s Scene) toldTimeline(inc flow.Incident, events []flow.Event) string {
	var lines []string
	for _, l := range flow.Lines(events) {
		if beside(l.Fact) {
			continue
		}
		line := s.lineSentence(inc, l).Plain()
		if utf8.RuneCountInString(line) > longTold {
			line = string([]rune(line)[:longTold]) + "…"
		}
		lines = append(lines, fmt.Sprintf("- **%s** %s", s.stamp(l.When), escapeMarkdown(oneLine(line))))
	}
	if n := len(lines); n > mostTold {
		lines = append(lines[:mostTold], fmt.Sprintf("- %d more are in the timeline of the incident.", n-mostTold))
	}
	return strings.Join(lines, "\n")
}

// beside reports whether an event says nothing of the incident itself: how its tasks and documents went.
func beside(f flow.Fact) bool {
	for _, prefix := range []string{"task-", "postmortem-", "evidence-", "person-", "channel-", "follow-up", "remind", "note-removed"} {
		if strings.HasPrefix(f.FactName(), prefix) {
			return true
		}
	}
	return false
}

func (s Scene) toldPeople(inc flow.Incident) string {
	var lines []string
	var named []flow.UserID
	add := func(u flow.UserID, as string) {
		lines = append(lines, "- "+escapeMarkdown(s.name(u).Plain())+as)
		named = append(named, u)
	}
	for _, r := range s.Process.Roles {
		if u := inc.Roles[r.Key]; u != "" {
			add(u, ": "+escapeMarkdown(r.Name))
		}
	}
	for _, u := range inc.Involved {
		if !slices.Contains(named, u) && len(lines) < mostNames {
			add(u, "")
		}
	}
	if len(lines) == 0 {
		return "Nobody is recorded."
	}
	return strings.Join(lines, "\n")
}

// toldFollowUps is what outlives the incident.
func (s Scene) toldFollowUps(inc flow.Incident) string {
	if len(inc.FollowUps) == 0 {
		return "> What is to be done, by whom, and until when."
	}
	var lines []string
	for i, f := range inc.FollowUps {
		if i == mostNames {
			lines = append(lines, fmt.Sprintf("- %d more", len(inc.FollowUps)-i))
			break
		}
		f.Link = "" // as text it would be no link
		lines = append(lines, "- "+escapeMarkdown(join(", ", whole(f.Title), s.followUpTold(f)).Plain()))
	}
	return strings.Join(lines, "\n")
}

// followUpTold is who does it until when, or how it ended.
func (s Scene) followUpTold(f flow.FollowUp) Text {
	if f.State != flow.Open {
		return s.followUpEnding(f)
	}
	return join(", ", s.holder(f.Owner), s.followUpDue(f), priority(f.Priority))
}

var markdownMarks = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "&", `\&`, "#", `\#`,
)

// escapeMarkdown makes Markdown read a text as text, line by line: without indentation, which would be code, and with what begins a line of a list, a
// heading or a rule escaped.
func escapeMarkdown(text string) string {
	var lines []string
	for line := range strings.SplitSeq(visible(text), "\n") {
		line = markdownMarks.Replace(strings.TrimSpace(line))
		digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
		switch rest := line[digits:]; {
		case digits == 0 && rest != "" && strings.ContainsAny(rest[:1], "-+="):
			line = `\` + line
		case digits > 0 && rest != "" && strings.ContainsAny(rest[:1], ".)"):
			line = line[:digits] + `\` + rest
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
