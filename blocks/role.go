package blocks

import "epilogue/flow"

// rolesHeld is who holds what, besides the lead, in the order of the process: Communications Lead: Ben · Scribe: Cem.
func (s Scene) rolesHeld(inc flow.Incident) Text {
	var parts []Text
	for _, r := range s.Process.Roles {
		if u := inc.Roles[r.Key]; u != "" && r.Key != flow.LeadRole {
			parts = append(parts, say("%s: %s", brief(r.Name, shortPerson), s.name(u)))
		}
	}
	return join(" · ", parts...).Clip(maxContext)
}

// maxTopic is Slack's limit for a channel's topic, in code points.
const maxTopic = 250

// Topic is the topic of the incident's channel: who holds which role. It is plain text.
func Topic(s Scene, inc flow.Incident) string {
	lead := say("nobody leads yet")
	if u := inc.Lead(); u != "" {
		lead = say("%s: %s", brief(s.Process.RoleName(flow.LeadRole), shortPerson), s.name(u))
	}
	return plain(join(" · ", say("%s", inc.ID), lead, s.rolesHeld(inc)).Plain(), maxTopic)
}

// RoleDM tells whoever holds a role what is expected of them, in what says says. It is zero where the process says nothing.
func RoleDM(s Scene, inc flow.Incident, role flow.Key) (m Message, says Text) {
	for _, r := range s.Process.Roles {
		if r.Key != role || r.Description == "" {
			continue
		}
		of := heading(inc)
		if inc.Private { // the message stays when whoever got it leaves the channel
			of = say("a private incident")
		}
		opening := say("You are %s of %s. What that means:", bold(brief(r.Name, shortPerson)), of)
		says = Escape(r.Description)
		return message(join("\n", opening, says), append(paragraph(opening), paragraph(says)...)...), says
	}
	return Message{}, Text{}
}
