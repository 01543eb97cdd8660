package sandbox

import (
	"slices"
)

// emit sends an event to the app if it subscribed to it, has the scope ("" needs none), and is in the conversation (nil: the event
// concerns the whole workspace). The caller holds mu.
func (s *Server) emit(event, needed string, c *channel, inner obj) {
	s.emitAs(event, event, needed, c, inner)
}

// emitAs is emit for events whose subscription has another name than their type, such as message.channels.
func (s *Server) emitAs(subscription, typ, needed string, c *channel, inner obj) {
	if c != nil && (!c.has(botUser) || c.Archived) || !s.app.subscribed(subscription) || needed != "" && !s.granted(needed) {
		return
	}
	s.useEvent(subscription)
	if needed != "" {
		s.use(needed)
	}
	now := s.clock.Now()
	inner["type"] = typ
	if _, given := inner["event_ts"]; !given {
		inner["event_ts"] = s.ws.stamp(now)
	}
	s.dispatch("events_api", typ, false, obj{
		"token": "sandbox", "team_id": teamID, "context_team_id": teamID, "context_enterprise_id": nil, "api_app_id": appID,
		"event": inner, "type": "event_callback", "event_id": s.ws.id("Ev"), "event_time": now.Unix(),
		"authorizations":        []obj{{"enterprise_id": nil, "team_id": teamID, "user_id": botUser, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": c != nil && c.Shared, "event_context": "4-sandbox",
	}, nil)
}

// subscriptions are the names under which messages are subscribed to, by kind of conversation.
var subscriptions = map[kind]string{public: "message.channels", private: "message.groups", direct: "message.im", several: "message.mpim"}

func (s *Server) emitMessage(c *channel, inner obj) {
	inner["channel"], inner["channel_type"] = c.ID, c.Kind
	s.emitAs(subscriptions[c.Kind], "message", one(history[c.Kind]), c, inner)
}

// messageEvent tells the app of a new message, its own ones included, and of its being mentioned.
func (s *Server) messageEvent(c *channel, m *message) {
	inner := s.messageJSON(c, m, true)
	inner["event_ts"] = m.TS
	if m.BotID == "" && m.Subtype == "" {
		inner["client_msg_id"] = uuid()
	}
	s.emitMessage(c, inner)
	if m.BotID == "" && c.Kind != direct && m.Subtype == "" && slices.Contains(mentioned(m), string(botUser)) {
		mention := s.messageJSON(c, m, true)
		mention["channel"], mention["event_ts"] = c.ID, m.TS
		s.emit("app_mention", "app_mentions:read", c, mention)
	}
}

func (s *Server) changedEvent(c *channel, m *message, before obj) {
	stamp := s.ws.stamp(s.clock.Now())
	s.emitMessage(c, obj{"subtype": "message_changed", "message": s.messageJSON(c, m, true), "previous_message": before, "hidden": true, "ts": stamp, "event_ts": stamp})
}

func (s *Server) deletedEvent(c *channel, m *message, before obj) {
	stamp := s.ws.stamp(s.clock.Now())
	s.emitMessage(c, obj{"subtype": "message_deleted", "previous_message": before, "hidden": true, "deleted_ts": m.TS, "ts": stamp, "event_ts": stamp})
}

// homeEvent tells the app that somebody opened its Home tab; the view is there once one was published for them.
func (s *Server) homeEvent(u *user, tab string) {
	inner := obj{"user": u.ID, "channel": s.dm(u.ID).ID, "tab": tab}
	if v := s.ws.Homes[u.ID]; v != nil && tab == "home" {
		inner["view"] = s.viewJSON(v)
	}
	s.emit("app_home_opened", "", nil, inner)
}

func (s *Server) userEvent(event string, u *user) {
	u.Updated = s.clock.Now().Unix()
	s.emit(event, "users:read", nil, obj{"user": s.userJSON(u)})
	s.touch()
}
