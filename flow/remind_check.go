package flow

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) reminders(r Reminders) {
	if r.Escalation.Channel != "" && r.Escalation.Person != "" {
		c.add("reminders.escalation", "a channel or a person, not both")
	}
	c.slackID("reminders.escalation.channel", string(r.Escalation.Channel), "CG")
	c.slackID("reminders.escalation.person", string(r.Escalation.Person), "UW")
	c.slackID("reminders.report", string(r.Report), "CG")
}

// slackID accepts what could be an id of Slack's, beginning with one of the letters.
func (c *checker) slackID(path, id, first string) {
	if id != "" && (len(id) > 32 || !strings.Contains(first, id[:1]) || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "") {
		c.add(path, "no id of Slack's: %q", id)
	}
}

// ladder wants steps in their order, or none alone.
func (c *checker) ladder(path string, steps []Step) {
	if len(steps) == 1 && steps[0] == NoSteps {
		return
	}
	last := -1
	for i, s := range steps {
		at := slices.Index(Steps(), s)
		switch {
		case s == NoSteps:
			c.add(fmt.Sprintf("%s[%d]", path, i), "none stands alone")
		case at < 0:
			c.add(fmt.Sprintf("%s[%d]", path, i), "day-before, on-the-day, one-late, three-late or five-late, not %q", s)
		case at <= last:
			c.add(fmt.Sprintf("%s[%d]", path, i), "%q comes before %q", s, Steps()[last])
		}
		last = max(last, at)
	}
}

// stepsText is a ladder as one text: its steps with a space between them. All steps are the same as none said.
func stepsText(steps []Step) string {
	if len(steps) == 0 {
		steps = Steps()
	}
	var names []string
	for _, s := range steps {
		names = append(names, string(s))
	}
	return strings.Join(names, " ")
}
