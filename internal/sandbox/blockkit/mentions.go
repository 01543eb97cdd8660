package blockkit

import (
	"encoding/json"
	"slices"
)

// Mentions says who and what a payload points at. Each list is sorted and holds no value twice.
type Mentions struct {
	Users, Channels, Groups []string // ids, as written
	Broadcasts              []string // here, channel, everyone
	Links                   []string // explicit links: <url|label>, rich text links, urls of buttons and options
}

// FindMentions finds mentions in a message's text and blocks: wherever Slack reads mrkdwn, in rich text and in
// markdown blocks. It errs on the side of finding: anything shaped like a mention counts, even with an
// id that cannot exist or inside code. Bare URLs, which Slack may link by itself, are not counted.
func FindMentions(text string, blocks json.RawMessage) Mentions {
	var m Mentions
	m.inMrkdwn(text)
	if v, ok := decode(blocks); ok {
		m.inJSON(v)
	}
	for _, l := range []*[]string{&m.Users, &m.Channels, &m.Groups, &m.Broadcasts, &m.Links} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	return m
}

func (m *Mentions) inMrkdwn(s string) {
	for t := range tokens(s) {
		switch t.kind {
		case userToken:
			m.Users = append(m.Users, t.target)
		case channelToken:
			m.Channels = append(m.Channels, t.target)
		case groupToken:
			m.Groups = append(m.Groups, t.target)
		case broadcastToken:
			m.Broadcasts = append(m.Broadcasts, t.target)
		case linkToken:
			m.Links = append(m.Links, t.target)
		case dateToken:
			if d := parseDate(t.target); d.link != "" {
				m.Links = append(m.Links, d.link)
			}
		}
	}
}

func (m *Mentions) inJSON(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			m.inJSON(x)
		}
	case object:
		m.inObject(v)
		for _, x := range v {
			m.inJSON(x)
		}
	}
}

func (m *Mentions) inObject(o object) {
	add := func(to *[]string, name string) {
		if s := str(o, name); s != "" {
			*to = append(*to, s)
		}
	}
	switch str(o, "type") {
	case "mrkdwn", "markdown":
		m.inMrkdwn(str(o, "text"))
	case "user":
		add(&m.Users, "user_id")
	case "channel":
		add(&m.Channels, "channel_id")
	case "usergroup":
		add(&m.Groups, "usergroup_id")
	case "broadcast":
		add(&m.Broadcasts, "range")
	case "link", "date", "button":
		add(&m.Links, "url")
	case "":
		if o["text"] != nil { // an option of an overflow menu
			add(&m.Links, "url")
		}
	}
}
