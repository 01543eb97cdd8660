package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"epilogue/flow"
)

// maker makes the lines of a schedule from a seed and from what there is.
type maker struct {
	*rand.Rand
	w     *world
	words int
}

func (m *maker) of(words ...string) string { return words[m.IntN(len(words))] }

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func (m *maker) who() string { return m.of(people...) }

// word is one that was never said before.
func (m *maker) word() string {
	m.words++
	return fmt.Sprintf("w%03dw", m.words)
}

// opening are the lines with which a schedule begins.
func (m *maker) opening() []string {
	lines := []string{m.process()}
	for range 1 + m.IntN(2) {
		lines = append(lines, m.declare())
	}
	for _, who := range people {
		if m.chance(25) {
			lines = append(lines, who+" opens-home")
		}
	}
	return lines
}

func (m *maker) process() string {
	var counts []string
	for range 1 + m.IntN(3) {
		counts = append(counts, m.of("0", "1", "1", "2", "2", "3"))
	}
	return strings.Join([]string{"process", m.of("ask", "ask", "automatic"), strings.Join(counts, ","), m.of("none", "lead", "lead", "cem", "dana"), m.of("plain", "kinds", "kinds")}, " ")
}

func (m *maker) declare() string {
	return fmt.Sprintf("%s declares %s %s", m.who(), m.of("public", "public", "public", "private"), m.word())
}

// next is a line that makes some sense now.
func (m *maker) next() string {
	incidents := m.w.incidents()
	switch n := m.IntN(100); {
	case len(incidents) == 0, n < 3 && len(incidents) < 4:
		return m.declare()
	case n < 60:
		return m.deed(m.who(), incidents[m.IntN(len(incidents))])
	case n < 66:
		inc, who := incidents[m.IntN(len(incidents))], m.Perm(len(people)) // nobody has two forms open at once
		return m.deed(people[who[0]], inc) + " || " + m.deed(people[who[1]], inc) + " || " + m.deed(people[who[2]], inc)
	case n < 72:
		return m.everybody(incidents[m.IntN(len(incidents))])
	case n < 80:
		return m.of("clock 40m", "clock 26h", "clock 75h", "wait 2s", "wait 20s", "wait 3m")
	case n < 82:
		return m.process()
	case n < 84:
		return m.of("deactivate ", "activate ") + m.of("cem", "dana")
	case n < 87:
		return m.of("archive ", "unarchive ", "kick ", "back ", "back ") + incidents[m.IntN(len(incidents))].ID.String()
	}
	return m.trouble()
}

// everybody settles the same tasks at the same time.
func (m *maker) everybody(inc flow.Incident) string {
	var parts []string
	for i, t := range inc.Open() {
		who := people[i%len(people)]
		parts = append(parts, fmt.Sprintf("%s types %s task %d done", who, inc.ID, t.Number))
		if m.chance(50) {
			parts = append(parts, fmt.Sprintf("%s clicks channel %s %d done", m.who(), inc.ID, t.Number))
		}
	}
	if len(parts) < 2 {
		return m.deed(m.who(), inc)
	}
	return strings.Join(parts, " || ")
}

func (m *maker) deed(who string, inc flow.Incident) string {
	if inc.Channel == "" && m.chance(30) {
		return fmt.Sprintf("%s retries %s", strings.ToLower(strings.TrimPrefix(string(inc.DeclaredBy), "U")), inc.ID)
	}
	if m.chance(35) {
		return m.aftermath(who, inc)
	}
	id, task := inc.ID.String(), m.task(inc)
	line := func(words ...string) string { return who + " " + strings.Join(words, " ") }
	switch inc.Stage {
	case flow.Active:
		if m.chance(45) {
			return line("closes", id, m.of("enter", "enter", "enter", "resume", "without", "leave"), m.word())
		}
	case flow.Closed:
		if m.chance(60) {
			return line("reopens", id, m.of("active", "flow", "flow"), m.word())
		}
	case flow.PostIncident:
		switch n := m.IntN(100); {
		case n < 22:
			return line("types", id, "task", task, "done")
		case n < 40:
			return line("clicks", m.of("channel", "channel", "DM", "home"), id, task, m.of("done", "done", "take", "reopen"))
		case n < 46:
			return line("types", id, "task", task, "not-doing", m.word())
		case n < 51:
			return line("types", id, "task", task, "reopen")
		case n < 58:
			return line("types", id, "task", task, "assign", m.of("@"+m.who(), "nobody"))
		case n < 62:
			return line("types", id, "task add", m.word())
		case n < 65:
			return line("chooses", id, task, m.of("skip", "remove", "due", "assign"), m.word())
		case n < 67:
			return line("closes", id, "leave", m.word())
		case n < 69:
			return line("reopens", id, "active", m.word())
		case n < 71:
			return line("types", id, "move-on", m.word())
		}
	}
	switch m.IntN(10) {
	case 0:
		return line("types", id, "timeline", m.word())
	case 1:
		return line("types", id, "update", m.word())
	case 2:
		return line("types", id, "severity", m.of("major", "minor", "critical"))
	case 3:
		return line("types", id, "lead", "@"+m.who())
	case 4:
		return line("types", id, "role scribe", "@"+m.who())
	case 5:
		return line("updates", id, m.word())
	case 6:
		return line("joins", id)
	case 7:
		return line("leaves", id)
	case 8:
		return line("invites", id, m.who())
	}
	return line(m.of("says", "says", "opens-home"), id, m.word())
}

func (m *maker) task(inc flow.Incident) string {
	if open := inc.Open(); len(open) > 0 && m.chance(80) {
		return fmt.Sprint(open[m.IntN(len(open))].Number)
	}
	return fmt.Sprint(1 + m.IntN(int(inc.LastTask)+1))
}

func (m *maker) trouble() string {
	switch n := m.IntN(100); {
	case n < 4:
		return fmt.Sprint("slack conversations.create refused ", 1+m.IntN(3))
	case n < 45:
		method := m.of("chat.postMessage", "chat.postMessage", "chat.update", "chat.update", "conversations.create", "conversations.invite", "conversations.history",
			"conversations.replies", "conversations.open", "views.publish", "views.open", "bookmarks.add", "bookmarks.edit", "pins.add",
			"conversations.canvases.create", "canvases.create", "chat.postEphemeral", "files.getUploadURLExternal", "files.completeUploadExternal",
			"conversations.setTopic", "conversations.join", "any")
		kind := m.of("429", "429-long", "reset-before", "reset-after", "reset-after", "500", "503-after", "503-after", "internal-after", "hang", "hang-after", "slow", "very-slow")
		return fmt.Sprintf("slack %s %s %d", method, kind, 1+m.IntN(4))
	case n < 50:
		return "limits on"
	case n < 55:
		return m.of("lag 500ms", "lag 1500ms")
	case n < 60:
		return m.of("cut all", "cut one")
	case n < 63:
		return m.of("silence one", "silence all")
	case n < 68:
		return "refresh"
	case n < 73:
		return fmt.Sprint("duplicate ", 1+m.IntN(6))
	case n < 75:
		return m.of("delay 500ms", "delay 2s")
	case n < 77:
		return "ghosts"
	case n < 80:
		return m.of("network down 3s", "network down 40s")
	case n < 92:
		return fmt.Sprintf("crash %s %d", m.of("before", "after"), 1+m.IntN(8))
	case n < 96:
		return fmt.Sprintf("fail %s %d", m.of("before", "after"), 1+m.IntN(8))
	}
	return "restart"
}
