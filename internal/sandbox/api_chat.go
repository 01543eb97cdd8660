package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	longestText   = 40_000 // longer texts are cut when they are posted
	longestUpdate = 4_000
)

// reach finds the conversation that the app names, unless it must not know of it.
func (s *Server) reach(id string) (*channel, error) {
	c := s.ws.Channels[ChannelID(id)]
	if c == nil || c.Kind != public && !c.has(botUser) {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

// enterable is reach for writing: the app must be a member and the channel must not be archived.
func (s *Server) enterable(id string) (*channel, error) {
	c, err := s.reach(id)
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.has(botUser):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// destination is where chat.postMessage posts: a conversation, or a person's DM. A public channel that the app has not
// joined takes its messages only with chat:write.public.
func (s *Server) destination(id string) (*channel, error) {
	if u := s.ws.Users[UserID(id)]; u != nil {
		if u.bot() || u.Role == Deactivated || u.ID == slackbot {
			return nil, refuse("channel_not_found")
		}
		return s.messagesTab(s.dm(u.ID))
	}
	c, err := s.enterable(id)
	if err != nil && err.Error() == "not_in_channel" && s.granted("chat:write.public") {
		s.use("chat:write.public")
		return s.reach(id)
	}
	if err != nil {
		return nil, err
	}
	return s.messagesTab(c)
}

func (s *Server) messagesTab(c *channel) (*channel, error) {
	if c.Kind == direct && !s.app.Features.AppHome.Messages {
		return nil, refuse("messages_tab_disabled")
	}
	return c, nil
}

func (s *Server) chatPostMessage(a args) (obj, error) {
	c, err := s.destination(a["channel"])
	if err != nil {
		return nil, err
	}
	m, err := content(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, refuse("no_text")
	}
	if utf8.RuneCountInString(m.Text) > longestText {
		m.Text = string([]rune(m.Text)[:longestText])
	}
	m.User, m.BotID, m.ThreadTS, m.Broadcast = botUser, botID, a["thread_ts"], a.bool("reply_broadcast")
	s.post(c, m)
	return obj{"channel": c.ID, "ts": m.TS, "message": s.messageJSON(c, m, true)}, nil
}

// own finds a message of the app's, for changing or deleting it.
func (s *Server) own(a args, otherwise string) (*channel, *message, error) {
	c, err := s.reach(a["channel"])
	if err != nil {
		return nil, nil, err
	}
	m := c.find(a["ts"])
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case m.BotID != botID:
		return nil, nil, refuse(otherwise)
	case c.Archived:
		return nil, nil, refuse("is_archived")
	}
	return c, m, nil
}

func (s *Server) chatUpdate(a args) (obj, error) {
	c, m, err := s.own(a, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := content(a)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(next.Text) > longestUpdate {
		return nil, refuse("msg_too_long")
	}
	if next.empty() {
		return nil, refuse("no_text")
	}
	s.change(c, m, botUser, func() { s.replace(m, next, a) })
	return obj{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.messageJSON(c, m, true)}, nil
}

// replace takes over the new content: blocks that were not given stay, an empty list removes them; likewise metadata, with {}.
func (s *Server) replace(m, next *message, a args) {
	normal := *next
	s.normalize(&normal)
	if a.has("text") || a.has("markdown_text") {
		m.Text = normal.Text
	}
	switch {
	case emptyList(next.Blocks):
		m.Blocks = nil
	case next.Blocks != nil:
		m.Blocks = normal.Blocks
	}
	if a.has("attachments") {
		m.Attachments = next.Attachments
	}
	if a.has("metadata") {
		m.Metadata = next.Metadata
	}
}

func (s *Server) chatDelete(a args) (obj, error) {
	c, m, err := s.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.remove(c, m)
	return obj{"channel": c.ID, "ts": m.TS}, nil
}

func (s *Server) chatPostEphemeral(a args) (obj, error) {
	c, err := s.destination(a["channel"])
	if err != nil {
		return nil, err
	}
	u := s.ws.Users[UserID(a["user"])]
	if u == nil || !c.has(u.ID) {
		return nil, refuse("user_not_in_channel")
	}
	m, err := content(a)
	switch {
	case err != nil:
		return nil, err
	case m.empty():
		return nil, refuse("no_text")
	case utf8.RuneCountInString(m.Text) > longestText:
		return nil, refuse("msg_too_long")
	}
	m.User, m.BotID, m.ThreadTS, m.OnlyFor = botUser, botID, a["thread_ts"], u.ID
	s.post(c, m)
	return obj{"message_ts": m.TS}, nil
}

func (s *Server) chatGetPermalink(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.find(a["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return obj{"channel": c.ID, "permalink": permalink(c, m)}, nil
}

func permalink(c *channel, m *message) string {
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", teamDomain, c.ID, strings.ReplaceAll(m.TS, ".", ""))
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += fmt.Sprintf("?thread_ts=%s&cid=%s", m.ThreadTS, c.ID)
	}
	return link
}

func (s *Server) chatScheduleMessage(a args) (obj, error) {
	c, err := s.destination(a["channel"])
	if err != nil {
		return nil, err
	}
	at, parseErr := strconv.ParseInt(a["post_at"], 10, 64)
	now := s.clock.Now()
	switch {
	case parseErr != nil:
		return nil, refuse("invalid_time")
	case at <= now.Unix():
		return nil, refuse("time_in_past")
	case at > now.AddDate(0, 0, 120).Unix():
		return nil, refuse("time_too_far")
	}
	m, err := content(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, refuse("no_text")
	}
	m.User, m.BotID, m.ThreadTS = botUser, botID, a["thread_ts"]
	later := &scheduled{ID: s.ws.id("Q"), Channel: c.ID, PostAt: at, Message: *m}
	if m.Metadata == nil { // Slack never posts those with metadata
		s.ws.Scheduled = append(s.ws.Scheduled, later)
	}
	s.postAt(at)
	return obj{
		"channel": c.ID, "scheduled_message_id": later.ID, "post_at": at,
		"message": obj{"type": "delayed_message", "text": m.Text, "user": botUser, "bot_id": botID, "team": teamID},
	}, nil
}

func (s *Server) chatDeleteScheduled(a args) (obj, error) {
	i := slices.IndexFunc(s.ws.Scheduled, func(m *scheduled) bool { return m.ID == a["scheduled_message_id"] && string(m.Channel) == a["channel"] })
	if i < 0 {
		return nil, refuse("invalid_scheduled_message_id")
	}
	s.ws.Scheduled = slices.Delete(s.ws.Scheduled, i, i+1)
	return nil, nil
}

// postAt sees to it that scheduled messages are looked at when one is due.
func (s *Server) postAt(at int64) { time.AfterFunc(time.Unix(at, 0).Sub(s.clock.Now()), s.postDue) }

// postDue posts the scheduled messages whose time has come on the business clock.
func (s *Server) postDue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := s.clock.Now().Unix()
	var due []*scheduled
	s.ws.Scheduled = slices.DeleteFunc(s.ws.Scheduled, func(m *scheduled) bool {
		if m.PostAt <= now {
			due = append(due, m)
		}
		return m.PostAt <= now
	})
	slices.SortStableFunc(due, func(x, y *scheduled) int { return int(x.PostAt - y.PostAt) })
	for _, m := range due {
		if c := s.ws.Channels[m.Channel]; c != nil && !c.Archived {
			s.post(c, &m.Message)
		}
	}
	s.touch() // times are told in other words now
}
